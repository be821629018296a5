//! What a rule asks of a visitor.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::choice::{Words, place};
use super::query::{QueryName, QueryValue};
use super::{Block, Browser, Choice, Clock, Country, Device, Language, MOST_CONDITIONS, Os, Query, Wanted, Weekday, Window, Zone};
use crate::body::{
    FieldType, Fields, List, NonEmpty, ParseContext, RequestBody, Required, Set, Tree, WhyNotEmpty, request_body, text_types,
};
use crate::field_error::{FieldCode, Refusal, Wrong};

/// As many as there are countries.
const MOST_OF_ANY: usize = 250;

/// One condition. A list is sorted, holds each value once and is never empty: the condition holds if any of them does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Country(Vec<Country>),
    Device(Choice<Device>),
    Os(Choice<Os>),
    Browser(Choice<Browser>),
    Language(Vec<Language>),
    Query(Query),
    Time(Window),
    Weekday(Choice<Weekday>, Zone),
    Address(Vec<Block>),
    /// So many of a hundred visitors, 1 to 99.
    Split(u8),
}

/// The conditions of one rule.
pub(crate) enum When {}

impl FieldType for When {
    type Value = Vec<Condition>;

    fn parse(value: Tree, context: &ParseContext<'_>) -> Result<Vec<Condition>, Wrong> {
        let when = NonEmpty::<List<Condition, MOST_CONDITIONS>, Self>::parse(value, context)?;
        let mut wrong = Wrong::default();
        for (at, condition) in when.iter().enumerate() {
            if let Some(field) = condition.excluded_by(when.get(..at).unwrap_or_default()) {
                let never = Refusal::new(FieldCode::Conflicts, "with the conditions before it, this one never holds");
                wrong.add(never.within(field).at(at));
            }
        }
        wrong.or(when)
    }

    #[cfg(test)]
    fn schema() -> crate::body::Schema {
        NonEmpty::<List<Condition, MOST_CONDITIONS>, Self>::schema()
    }
}

impl WhyNotEmpty for When {
    fn refusal() -> Refusal {
        Refusal::new(FieldCode::Required, "a rule has a condition; the link's own target is for everybody else")
    }
}

text_types! {
    Language as Language = |text, _| Language::parse(&text), {"type": "string", "minLength": 2, "maxLength": 35};
    Block as Block = |text, _| Block::parse(&text), {"type": "string", "maxLength": 49};
    Clock as Clock = |text, _| Clock::parse(&text), {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"};
    Zone as Zone = |text, _| Zone::parse(text), {"type": "string", "maxLength": 64};
}

/// One of the words of a kind, as its place among them.
pub(crate) struct Word<W>(PhantomData<W>);

impl<W: Words> FieldType for Word<W> {
    type Value = u8;

    fn parse(value: Tree, _: &ParseContext<'_>) -> Result<u8, Wrong> {
        Ok(place(&value.text()?, W::NAMES)?)
    }

    #[cfg(test)]
    fn schema() -> crate::body::Schema {
        crate::body::schema!({"type": "string", "enum": W::NAMES})
    }
}

/// Some of many values, of which a visitor has to have one.
type AnyOf<T> = NonEmpty<Set<T, MOST_OF_ANY>, NeverHolds>;

pub(crate) enum NeverHolds {}

impl WhyNotEmpty for NeverHolds {
    fn refusal() -> Refusal {
        Refusal::new(FieldCode::Conflicts, "a condition that asks for none of anything never holds")
    }
}

/// So many of a hundred.
pub(crate) enum Percent {}

impl FieldType for Percent {
    type Value = u8;

    fn parse(value: Tree, _: &ParseContext<'_>) -> Result<u8, Wrong> {
        let percent = u8::try_from(value.natural()?).ok().filter(|percent| (1..=99).contains(percent));
        percent.ok_or_else(|| Refusal::new(FieldCode::OutOfRange, "a split is 1 to 99 of a hundred").into())
    }

    #[cfg(test)]
    fn schema() -> crate::body::Schema {
        crate::body::schema!({"type": "integer", "minimum": 1, "maximum": 99})
    }
}

// The kinds of conditions, each with its fields beside `type`.
request_body! {
    struct CountryBody {
        any: Required<AnyOf<Country>>,
    }

    struct DeviceBody {
        any: Required<AnyOf<Word<Device>>>,
    }

    struct OsBody {
        any: Required<AnyOf<Word<Os>>>,
    }

    struct BrowserBody {
        any: Required<AnyOf<Word<Browser>>>,
    }

    struct LanguageBody {
        any: Required<AnyOf<Language>>,
    }

    struct PresenceBody {
        name: Required<QueryName>,
        present: Required<bool>,
    }

    struct EqualityBody {
        name: Required<QueryName>,
        equals: Required<QueryValue>,
    }

    struct TimeBody {
        from: Required<Clock>,
        to: Required<Clock>,
        tz: Required<Zone>,
    }

    struct WeekdayBody {
        any: Required<AnyOf<Word<Weekday>>>,
        tz: Required<Zone>,
    }

    struct AddressBody {
        any: Required<AnyOf<Block>>,
    }

    struct SplitBody {
        percent: Required<Percent>,
    }
}

impl FieldType for Condition {
    type Value = Self;

    fn parse(value: Tree, context: &ParseContext<'_>) -> Result<Self, Wrong> {
        let mut fields = Fields::of(value)?;
        let Some(kind) = fields.need("type", Tree::text) else {
            return Err(fields.stop());
        };
        match kind.as_str() {
            "country" => CountryBody::draft(fields, context).close().map(|body| Self::Country(body.any)),
            "device" => DeviceBody::draft(fields, context).close().map(|body| Self::Device(Choice::of(&body.any))),
            "os" => OsBody::draft(fields, context).close().map(|body| Self::Os(Choice::of(&body.any))),
            "browser" => BrowserBody::draft(fields, context).close().map(|body| Self::Browser(Choice::of(&body.any))),
            "language" => LanguageBody::draft(fields, context).close().map(|body| Self::Language(body.any)),
            "query" => query(fields, context).map(Self::Query),
            "time" => window(fields, context).map(Self::Time),
            "weekday" => WeekdayBody::draft(fields, context).close().map(|body| Self::Weekday(Choice::of(&body.any), body.tz)),
            "address" => AddressBody::draft(fields, context).close().map(|body| Self::Address(body.any)),
            "split" => SplitBody::draft(fields, context).close().map(|body| Self::Split(body.percent)),
            _ => {
                let kinds = "country, device, os, browser, language, query, time, weekday, address or split";
                fields.refuse("type", Refusal::invalid(format!("a condition is one of {kinds}")));
                Err(fields.stop())
            }
        }
    }

    #[cfg(test)]
    fn schema() -> crate::body::Schema {
        use crate::body::ObjectSchema;
        let kinds = [
            ObjectSchema::of::<CountryBody>().kind("type", "country"),
            ObjectSchema::of::<DeviceBody>().kind("type", "device"),
            ObjectSchema::of::<OsBody>().kind("type", "os"),
            ObjectSchema::of::<BrowserBody>().kind("type", "browser"),
            ObjectSchema::of::<LanguageBody>().kind("type", "language"),
            ObjectSchema::of::<PresenceBody>().kind("type", "query"),
            ObjectSchema::of::<EqualityBody>().kind("type", "query"),
            ObjectSchema::of::<TimeBody>().kind("type", "time"),
            ObjectSchema::of::<WeekdayBody>().kind("type", "weekday"),
            ObjectSchema::of::<AddressBody>().kind("type", "address"),
            ObjectSchema::of::<SplitBody>().kind("type", "split"),
        ];
        crate::body::schema!({"type": "object", "oneOf": kinds, "unevaluatedProperties": false})
    }
}

/// Whether a parameter is there, or what it equals: a null says nothing of either.
fn query(mut fields: Fields, context: &ParseContext<'_>) -> Result<Query, Wrong> {
    if !fields.says("equals") {
        fields.skip("equals");
        let body = PresenceBody::draft(fields, context).close()?;
        return Ok(Query { name: body.name, wanted: if body.present { Wanted::Present } else { Wanted::Absent } });
    }
    if fields.take("present", Tree::boolean).is_some() {
        fields.refuse("present", Refusal::new(FieldCode::Conflicts, "a parameter that equals something is present"));
    }
    let body = EqualityBody::draft(fields, context).close()?;
    Ok(Query { name: body.name, wanted: Wanted::Equals(body.equals) })
}

fn window(fields: Fields, context: &ParseContext<'_>) -> Result<Window, Wrong> {
    let mut draft = TimeBody::draft(fields, context);
    if draft.parts.from.is_some() && draft.parts.from == draft.parts.to {
        draft.wrong.add(Refusal::new(FieldCode::Conflicts, "the window would end when it begins").within("to"));
    }
    let body = draft.close()?;
    Ok(Window { from: body.from, to: body.to, zone: body.tz })
}

impl Condition {
    /// The word its kind goes by.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Country(_) => "country",
            Self::Device(_) => "device",
            Self::Os(_) => "os",
            Self::Browser(_) => "browser",
            Self::Language(_) => "language",
            Self::Query(_) => "query",
            Self::Time(_) => "time",
            Self::Weekday(..) => "weekday",
            Self::Address(_) => "address",
            Self::Split(_) => "split",
        }
    }

    /// How much it takes, about.
    pub(super) fn bytes(&self) -> usize {
        let more = match self {
            Self::Country(any) => size_of_val(any.as_slice()),
            Self::Language(any) => any.iter().map(|language| language.as_str().len().saturating_add(size_of::<Language>())).sum(),
            Self::Query(Query { name, wanted: Wanted::Equals(value) }) => name.len().saturating_add(value.len()),
            Self::Query(Query { name, .. }) => name.len(),
            Self::Time(window) => window.zone.bytes(),
            Self::Weekday(_, zone) => zone.bytes(),
            Self::Address(any) => size_of_val(any.as_slice()),
            Self::Device(_) | Self::Os(_) | Self::Browser(_) | Self::Split(_) => 0,
        };
        more.saturating_add(size_of::<Self>())
    }

    /// What stands in its `any`; nothing if its kind has none.
    pub(crate) fn any(&self) -> Vec<Cow<'_, str>> {
        match self {
            Self::Country(any) => any.iter().map(|country| Cow::from(country.as_str())).collect(),
            Self::Device(any) => any.names(),
            Self::Os(any) => any.names(),
            Self::Browser(any) => any.names(),
            Self::Language(any) => any.iter().map(|language| Cow::from(language.as_str())).collect(),
            Self::Weekday(any, _) => any.names(),
            Self::Address(any) => any.iter().map(|block| Cow::from(block.to_string())).collect(),
            Self::Query(_) | Self::Time(_) | Self::Split(_) => Vec::new(),
        }
    }
}
