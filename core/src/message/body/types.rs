//! The value types of fields in request bodies. An enum without variants stands for another way to parse a type.

use std::marker::PhantomData;

use super::declaration::{FieldType, ParseContext, RequestBody};
use super::{Fields, JsonValue};
#[cfg(feature = "docs")]
use super::{LARGEST_NUMBER, patterns};
use crate::model::account_password::NewAccountPassword;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldError, FieldErrors};
use crate::model::link::{ForwardQuery, UserId};
use crate::model::password::{NewPassword, PasswordHash};
use crate::model::rules::Country;
use crate::model::sorted::put_in_order;
use crate::model::target::Target;
use crate::model::text::{CardDescription, CardTitle, ExternalId, Note, Reason, Tag, Title};
use crate::model::time::Timestamp;
use crate::model::user::Email;
#[cfg(feature = "docs")]
use crate::model::{account_password, alias, password, target, text, user};

/// Implements field types that are strings in JSON: `Type as Value = parser, schema`. `as` after the schema names it in
/// docs/openapi.json.
macro_rules! text_types {
    (@schema $schema:tt) => {
        serde_json::json!($schema)
    };
    (@schema $schema:tt $component:ident) => {
        $crate::message::body::component(stringify!($component), serde_json::json!($schema))
    };
    ($(
        $name:ty as $value:ty = |$text:ident, $context:pat_param| $parse:expr, $schema:tt $(as $component:ident)?;
    )*) => {$(
        impl $crate::message::body::FieldType for $name {
            type Value = $value;

            fn parse(value: $crate::message::body::JsonValue, $context: &$crate::message::body::ParseContext<'_>) -> Result<$value, $crate::model::field_error::FieldErrors> {
                let $text = value.text()?;
                Ok($parse?)
            }

            #[cfg(feature = "docs")]
            fn schema() -> serde_json::Value {
                $crate::message::body::text_types!(@schema $schema $($component)?)
            }
        }
    )*};
}

pub(crate) use text_types;

/// The target of a link or a rule, which may be a template with placeholders.
pub(crate) enum Template {}

/// A text that is not a field error whatever it is, because it is compared with a secret.
pub(crate) enum OpaqueText {}

text_types! {
    OpaqueText as String = |text, _| Ok::<_, FieldError>(text), {"type": "string"};
    NewAccountPassword as NewAccountPassword = |text, _| NewAccountPassword::parse(&text),
        {"type": "string", "minLength": password::LEAST, "maxLength": account_password::MAX_BYTES, "pattern": patterns::PASSWORD};
    Title as Title = |text, _| Title::parse(text),
        {"type": "string", "minLength": 1, "maxLength": text::TITLE_BYTES, "pattern": patterns::VISIBLE};
    Note as Note = |text, _| Note::parse(text),
        {"type": "string", "minLength": 1, "maxLength": text::NOTE_BYTES, "pattern": patterns::VISIBLE_IN_LINES};
    CardTitle as CardTitle = |text, _| CardTitle::parse(text),
        {"type": "string", "minLength": 1, "maxLength": text::CARD_TITLE_BYTES, "pattern": patterns::VISIBLE};
    CardDescription as CardDescription = |text, _| CardDescription::parse(text),
        {"type": "string", "minLength": 1, "maxLength": text::CARD_DESCRIPTION_BYTES, "pattern": patterns::VISIBLE};
    ExternalId as ExternalId = |text, _| ExternalId::parse(text),
        {"type": "string", "minLength": 1, "maxLength": text::EXTERNAL_ID_BYTES, "pattern": patterns::VISIBLE};
    Reason as Reason = |text, _| Reason::parse(text),
        {"type": "string", "minLength": 1, "maxLength": text::REASON_BYTES, "pattern": patterns::VISIBLE};
    Tag as Tag = |text, _| Tag::parse(&text), {"type": "string", "minLength": 1, "maxLength": text::TAG_BYTES, "pattern": patterns::TAG};
    Alias as Alias = |text, context| Alias::parse_existing(&text, context.config.alias_case), {
        "type": "string",
        "description": "Short path of a link, without the `/` before it.",
        "minLength": 1,
        "maxLength": alias::MAX_BYTES,
        "pattern": patterns::ALIAS,
    } as Alias;
    Domain as Domain = |text, _| Domain::parse(&text), {"type": "string", "minLength": 1, "pattern": patterns::HOST};
    Target as Target = |text, context| Target::parse(&text, &context.config.targets), {
        "type": "string",
        "description": "Absolute `http` or `https` URL of at most 8,192 bytes, without user name, white space or backslashes. Its host \
            is an IDNA name, an IPv4 or an IPv6 address. A target on a domain of the setting `HOP_DOMAINS`, or on the link's own \
            domain, is refused with `own_domain`. A target on another added domain is accepted, since hop does not read the \
            store for every target. The setting `HOP_TARGET_SCHEMES` can allow more schemes than this pattern has.",
        "minLength": 1,
        "maxLength": target::MAX_BYTES,
        "pattern": patterns::TARGET,
    } as NewTarget;
    Timestamp as Timestamp = |text, _| Timestamp::parse(&text),
        {"type": "string", "format": "date-time", "pattern": patterns::SINCE_1970};
    UserId as UserId = |text, _| UserId::parse(text), {"type": "string", "pattern": patterns::USER_ID};
    Email as Email = |text, _| Email::parse(&text),
        {"type": "string", "minLength": 3, "maxLength": user::EMAIL_BYTES, "pattern": patterns::EMAIL};
    Country as Country = |text, _| Country::parse(&text),
        {"type": "string", "minLength": 2, "maxLength": 2, "pattern": (patterns::country())};
    ForwardQuery as ForwardQuery = |text, _| ForwardQuery::parse(&text),
        {"type": "string", "enum": ForwardQuery::ALL.map(ForwardQuery::name)};
    NewPassword as NewPassword = |text, _| NewPassword::parse(&text),
        {"type": "string", "minLength": password::LEAST, "maxLength": password::MOST, "pattern": patterns::PASSWORD};
    PasswordHash as PasswordHash = |text, context| PasswordHash::parse(&text, context.edge_limits.password_cost),
        {"type": "string", "pattern": patterns::PASSWORD_HASH};
}

impl FieldType for Template {
    type Value = Target;

    const NEEDED: &'static str = "a link must have a target";

    fn parse(value: JsonValue, context: &ParseContext<'_>) -> Result<Target, FieldErrors> {
        Ok(Target::parse_template(&value.text()?, &context.config.targets)?)
    }

    #[cfg(feature = "docs")]
    fn schema() -> serde_json::Value {
        Target::schema()
    }
}

impl FieldType for bool {
    type Value = Self;

    fn parse(value: JsonValue, _: &ParseContext<'_>) -> Result<Self, FieldErrors> {
        Ok(value.boolean()?)
    }

    #[cfg(feature = "docs")]
    fn schema() -> serde_json::Value {
        serde_json::json!({"type": "boolean"})
    }
}

/// A whole number that is not negative.
impl FieldType for u64 {
    type Value = Self;

    fn parse(value: JsonValue, _: &ParseContext<'_>) -> Result<Self, FieldErrors> {
        Ok(value.natural()?)
    }

    #[cfg(feature = "docs")]
    fn schema() -> serde_json::Value {
        serde_json::json!({"type": "integer", "minimum": 0, "maximum": LARGEST_NUMBER})
    }
}

/// A list of at most `MOST` items, in the order of the request.
pub(crate) struct List<T, const MOST: usize>(PhantomData<T>);

/// A list of at most `MOST` items, sorted and without duplicates.
pub(crate) struct Set<T, const MOST: usize>(PhantomData<T>);

impl<T: FieldType, const MOST: usize> FieldType for List<T, MOST> {
    type Value = Vec<T::Value>;

    fn parse(value: JsonValue, context: &ParseContext<'_>) -> Result<Self::Value, FieldErrors> {
        value.items(MOST, |item| T::parse(item, context))
    }

    #[cfg(feature = "docs")]
    fn schema() -> serde_json::Value {
        serde_json::json!({"type": "array", "maxItems": MOST, "items": T::schema()})
    }
}

impl<T: FieldType<Value: Ord>, const MOST: usize> FieldType for Set<T, MOST> {
    type Value = Vec<T::Value>;

    fn parse(value: JsonValue, context: &ParseContext<'_>) -> Result<Self::Value, FieldErrors> {
        let mut values = Vec::new();
        for item in List::<T, MOST>::parse(value, context)? {
            put_in_order(&mut values, item);
        }
        Ok(values)
    }

    #[cfg(feature = "docs")]
    fn schema() -> serde_json::Value {
        List::<T, MOST>::schema()
    }
}

/// A list with at least one item. `W` has the error of an empty one.
pub(crate) struct NonEmpty<L, W>(PhantomData<(L, W)>);

/// The error of a list that must not be empty.
pub(crate) trait WhyNotEmpty {
    fn error() -> FieldError;
}

impl<T: Clone, L: FieldType<Value = Vec<T>>, W: WhyNotEmpty> FieldType for NonEmpty<L, W> {
    type Value = Vec<T>;

    fn parse(value: JsonValue, context: &ParseContext<'_>) -> Result<Vec<T>, FieldErrors> {
        let values = L::parse(value, context)?;
        if values.is_empty() { Err(W::error().into()) } else { Ok(values) }
    }

    #[cfg(feature = "docs")]
    fn schema() -> serde_json::Value {
        crate::message::body::with(L::schema(), "minItems", 1)
    }
}

/// An object whose fields are read later as the body `B`.
pub(crate) struct Unread<B>(PhantomData<B>);

impl<B: RequestBody> FieldType for Unread<B> {
    type Value = Fields;

    fn parse(value: JsonValue, _: &ParseContext<'_>) -> Result<Fields, FieldErrors> {
        Ok(Fields::from_json(value)?)
    }

    #[cfg(feature = "docs")]
    fn schema() -> serde_json::Value {
        B::schema()
    }
}
