//! What the fields of request bodies can hold. An enum without variants is a way to read the values of another type.

use std::marker::PhantomData;

use super::declaration::{FieldType, ParseContext, RequestBody};
use super::{Fields, Tree};
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::field_error::{Refusal, Wrong};
use crate::model::link::{ForwardQuery, UserId};
use crate::model::password::{NewPassword, PasswordHash};
use crate::model::rules::Country;
use crate::model::sorted::put_in_order;
use crate::model::target::Target;
use crate::model::text::{CardDescription, CardTitle, ExternalId, Note, Reason, Tag, Title};
use crate::model::time::Timestamp;
use crate::model::user::Email;

/// Makes field types of what is written as a string: `Type as Value = how it is read, its schema`.
macro_rules! text_types {
    ($($name:ty as $value:ty = |$text:ident, $context:pat_param| $parse:expr, $schema:tt;)*) => {$(
        impl $crate::message::body::FieldType for $name {
            type Value = $value;

            fn parse(value: $crate::message::body::Tree, $context: &$crate::message::body::ParseContext<'_>) -> Result<$value, $crate::model::field_error::Wrong> {
                let $text = value.text()?;
                Ok($parse?)
            }

            #[cfg(test)]
            fn schema() -> serde_json::Value {
                serde_json::json!($schema)
            }
        }
    )*};
}

pub(crate) use text_types;

/// Where a link or a rule leads: a target that visitors may fill in.
pub(crate) enum Template {}

text_types! {
    Title as Title = |text, _| Title::parse(text), {"type": "string", "minLength": 1, "maxLength": crate::model::text::TITLE_BYTES};
    Note as Note = |text, _| Note::parse(text), {"type": "string", "minLength": 1, "maxLength": crate::model::text::NOTE_BYTES};
    CardTitle as CardTitle = |text, _| CardTitle::parse(text),
        {"type": "string", "minLength": 1, "maxLength": crate::model::text::CARD_TITLE_BYTES};
    CardDescription as CardDescription = |text, _| CardDescription::parse(text),
        {"type": "string", "minLength": 1, "maxLength": crate::model::text::CARD_DESCRIPTION_BYTES};
    ExternalId as ExternalId = |text, _| ExternalId::parse(text),
        {"type": "string", "minLength": 1, "maxLength": crate::model::text::EXTERNAL_ID_BYTES};
    Reason as Reason = |text, _| Reason::parse(text), {"type": "string", "minLength": 1, "maxLength": crate::model::text::REASON_BYTES};
    Tag as Tag = |text, _| Tag::parse(&text), {"type": "string", "minLength": 1, "maxLength": crate::model::text::TAG_BYTES};
    Alias as Alias = |text, context| Alias::parse_existing(&text, context.config.alias_case), {"type": "string", "minLength": 1};
    Domain as Domain = |text, _| Domain::parse(&text), {"type": "string", "minLength": 1};
    Target as Target = |text, context| Target::parse(&text, &context.config.targets),
        {"type": "string", "minLength": 1, "maxLength": crate::model::target::MAX_BYTES};
    Timestamp as Timestamp = |text, _| Timestamp::parse(&text), {"type": "string", "format": "date-time"};
    UserId as UserId = |text, _| UserId::parse(text), {"type": "string"};
    Email as Email = |text, _| Email::parse(&text), {"type": "string", "maxLength": crate::model::user::EMAIL_BYTES};
    Country as Country = |text, _| Country::parse(&text), {"type": "string", "minLength": 2, "maxLength": 2};
    ForwardQuery as ForwardQuery = |text, _| ForwardQuery::parse(&text),
        {"type": "string", "enum": ForwardQuery::ALL.map(ForwardQuery::name)};
    NewPassword as NewPassword = |text, _| NewPassword::parse(&text), {"type": "string"};
    PasswordHash as PasswordHash = |text, context| PasswordHash::parse(&text, context.traits.password_cost), {"type": "string"};
}

impl FieldType for Template {
    type Value = Target;

    const NEEDED: &'static str = "a link leads somewhere";

    fn parse(value: Tree, context: &ParseContext<'_>) -> Result<Target, Wrong> {
        Ok(Target::parse_template(&value.text()?, &context.config.targets)?)
    }

    #[cfg(test)]
    fn schema() -> serde_json::Value {
        Target::schema()
    }
}

impl FieldType for bool {
    type Value = Self;

    fn parse(value: Tree, _: &ParseContext<'_>) -> Result<Self, Wrong> {
        Ok(value.boolean()?)
    }

    #[cfg(test)]
    fn schema() -> serde_json::Value {
        serde_json::json!({"type": "boolean"})
    }
}

/// A whole number from 0.
impl FieldType for u64 {
    type Value = Self;

    fn parse(value: Tree, _: &ParseContext<'_>) -> Result<Self, Wrong> {
        Ok(value.natural()?)
    }

    #[cfg(test)]
    fn schema() -> serde_json::Value {
        serde_json::json!({"type": "integer", "minimum": 0})
    }
}

/// A list of at most `MOST` items, in their order.
pub(crate) struct List<T, const MOST: usize>(PhantomData<T>);

/// The same, sorted and each once.
pub(crate) struct Set<T, const MOST: usize>(PhantomData<T>);

impl<T: FieldType, const MOST: usize> FieldType for List<T, MOST> {
    type Value = Vec<T::Value>;

    fn parse(value: Tree, context: &ParseContext<'_>) -> Result<Self::Value, Wrong> {
        value.items(MOST, |item| T::parse(item, context))
    }

    #[cfg(test)]
    fn schema() -> serde_json::Value {
        serde_json::json!({"type": "array", "maxItems": MOST, "items": T::schema()})
    }
}

impl<T: FieldType<Value: Ord>, const MOST: usize> FieldType for Set<T, MOST> {
    type Value = Vec<T::Value>;

    fn parse(value: Tree, context: &ParseContext<'_>) -> Result<Self::Value, Wrong> {
        let mut values = Vec::new();
        for item in List::<T, MOST>::parse(value, context)? {
            put_in_order(&mut values, item);
        }
        Ok(values)
    }

    #[cfg(test)]
    fn schema() -> serde_json::Value {
        List::<T, MOST>::schema()
    }
}

/// A list with at least one item, and why that is.
pub(crate) struct NonEmpty<L, W>(PhantomData<(L, W)>);

/// Why a list is not empty.
pub(crate) trait WhyNotEmpty {
    fn refusal() -> Refusal;
}

impl<T: Clone, L: FieldType<Value = Vec<T>>, W: WhyNotEmpty> FieldType for NonEmpty<L, W> {
    type Value = Vec<T>;

    fn parse(value: Tree, context: &ParseContext<'_>) -> Result<Vec<T>, Wrong> {
        let values = L::parse(value, context)?;
        if values.is_empty() { Err(W::refusal().into()) } else { Ok(values) }
    }

    #[cfg(test)]
    fn schema() -> serde_json::Value {
        let mut schema = L::schema();
        schema["minItems"] = 1.into();
        schema
    }
}

/// An object whose fields are read later, as those of the body `B`.
pub(crate) struct Unread<B>(PhantomData<B>);

impl<B: RequestBody> FieldType for Unread<B> {
    type Value = Fields;

    fn parse(value: Tree, _: &ParseContext<'_>) -> Result<Fields, Wrong> {
        Ok(Fields::of(value)?)
    }

    #[cfg(test)]
    fn schema() -> serde_json::Value {
        B::schema()
    }
}
