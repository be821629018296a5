//! What a rule asks of a visitor.

use std::borrow::Cow;

use super::choice::{Words, place};
use super::{Block, Browser, Choice, Country, Device, Language, MOST_CONDITIONS, Os, Query, Wanted, Weekday, Window, Zone};
use crate::body::{Fields, Tree};
use crate::error::{FieldCode, Refusal, Wrong};

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

/// Reads the conditions of one rule.
pub(super) fn all(tree: Tree) -> Result<Vec<Condition>, Wrong> {
    let when = tree.items(MOST_CONDITIONS, Condition::parse)?;
    if when.is_empty() {
        return Err(Refusal::new(FieldCode::Required, "a rule has a condition; the link's own target is for everybody else").into());
    }
    let mut wrong = Wrong::default();
    for (at, condition) in when.iter().enumerate() {
        if let Some(field) = condition.excluded_by(when.get(..at).unwrap_or_default()) {
            let never = Refusal::new(FieldCode::Conflicts, "with the conditions before it, this one never holds");
            wrong.add(never.within(field).at(at));
        }
    }
    wrong.or(when)
}

impl Condition {
    fn parse(tree: Tree) -> Result<Self, Wrong> {
        let mut fields = Fields::of(tree)?;
        let Some(kind) = fields.need("type", Tree::text) else {
            return Err(fields.stop());
        };
        let condition = match kind.as_str() {
            "country" => any(&mut fields, &Country::parse).map(Self::Country),
            "device" => choice(&mut fields).map(Self::Device),
            "os" => choice(&mut fields).map(Self::Os),
            "browser" => choice(&mut fields).map(Self::Browser),
            "language" => any(&mut fields, &Language::parse).map(Self::Language),
            "query" => Query::read(&mut fields).map(Self::Query),
            "time" => Window::read(&mut fields).map(Self::Time),
            "weekday" => {
                let (any, zone) = (choice(&mut fields), Zone::read(&mut fields));
                any.zip(zone).map(|(any, zone)| Self::Weekday(any, zone))
            }
            "address" => any(&mut fields, &Block::parse).map(Self::Address),
            "split" => fields.need("percent", percent).map(Self::Split),
            _ => {
                let kinds = "country, device, os, browser, language, query, time, weekday, address or split";
                fields.refuse("type", Refusal::invalid(format!("a condition is one of {kinds}")));
                return Err(fields.stop());
            }
        };
        fields.close(condition)
    }

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

fn any<T: Ord>(fields: &mut Fields, parse: &dyn Fn(&str) -> Result<T, Refusal>) -> Option<Vec<T>> {
    fields.need("any", |tree| {
        let any = tree.set_of(MOST_OF_ANY, &|item| parse(&item.text()?))?;
        if any.is_empty() {
            return Err(Wrong::from(Refusal::new(FieldCode::Conflicts, "a condition that asks for none of anything never holds")));
        }
        Ok(any)
    })
}

fn choice<W: Words>(fields: &mut Fields) -> Option<Choice<W>> {
    places(fields, W::NAMES).map(|places| Choice::of(&places))
}

#[inline(never)]
fn places(fields: &mut Fields, names: &[&str]) -> Option<Vec<u8>> {
    any(fields, &|text| place(text, names))
}

fn percent(tree: Tree) -> Result<u8, Refusal> {
    let percent = u8::try_from(tree.natural()?).ok().filter(|percent| (1..=99).contains(percent));
    percent.ok_or_else(|| Refusal::new(FieldCode::OutOfRange, "a split is 1 to 99 of a hundred"))
}
