//! Conditions of rules.

use std::borrow::Cow;

use super::{AddressBlock, Browser, Country, Device, Language, Os, Query, QueryTest, TimeWindow, Weekday, WordSet, Zone};

/// A condition. Lists are sorted, without duplicates and never empty; the condition holds if any of their values
/// matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Country(Vec<Country>),
    Device(WordSet<Device>),
    Os(WordSet<Os>),
    Browser(WordSet<Browser>),
    Language(Vec<Language>),
    Query(Query),
    Time(TimeWindow),
    Weekday(WordSet<Weekday>, Zone),
    Address(Vec<AddressBlock>),
    /// Percentage of visitors, 1 to 99.
    Split(u8),
}

impl Condition {
    /// The name of its kind in the API.
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

    /// Memory used, in bytes, approximately.
    pub(super) fn bytes(&self) -> usize {
        let values = match self {
            Self::Country(any) => size_of_val(any.as_slice()),
            Self::Language(any) => any.iter().map(|language| language.as_str().len().saturating_add(size_of::<Language>())).sum(),
            Self::Query(Query { name, wanted: QueryTest::Equals(value) }) => name.len().saturating_add(value.len()),
            Self::Query(Query { name, .. }) => name.len(),
            Self::Time(window) => window.zone.bytes(),
            Self::Weekday(_, zone) => zone.bytes(),
            Self::Address(any) => size_of_val(any.as_slice()),
            Self::Device(_) | Self::Os(_) | Self::Browser(_) | Self::Split(_) => 0,
        };
        values.saturating_add(size_of::<Self>())
    }

    /// The values of its field `any`, empty for kinds without this field.
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
