//! The stored form of the rules of a link.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::corrupt;
use crate::model::rules::{
    AddressBlock, Condition, Country, Language, Query, QueryTest, Rule, RuleId, TimeOfDay, TimeWindow, WordSet, Zone,
};
use crate::model::target::Target;
use crate::store::ports::StoreError;

/// A rule.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredRule<'a> {
    id: Cow<'a, str>,
    when: Vec<StoredCondition<'a>>,
    target: Cow<'a, str>,
}

/// A condition: `{"country":["DE","FR"]}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum StoredCondition<'a> {
    Country(Vec<Cow<'a, str>>),
    Device(Vec<Cow<'a, str>>),
    Os(Vec<Cow<'a, str>>),
    Browser(Vec<Cow<'a, str>>),
    Language(Vec<Cow<'a, str>>),
    Query {
        name: Cow<'a, str>,
        is: StoredQuery<'a>,
    },
    /// Times in minutes since midnight.
    Time {
        from: u16,
        to: u16,
        tz: Cow<'a, str>,
    },
    Weekday {
        any: Vec<Cow<'a, str>>,
        tz: Cow<'a, str>,
    },
    Address(Vec<Cow<'a, str>>),
    Split(u8),
}

/// The test of a query parameter.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredQuery<'a> {
    Present,
    Absent,
    Equals(Cow<'a, str>),
}

impl<'a> From<&'a Rule> for StoredRule<'a> {
    fn from(rule: &'a Rule) -> Self {
        Self {
            id: rule.id.as_str().into(),
            when: rule.when.iter().map(StoredCondition::from).collect(),
            target: rule.target.as_str().into(),
        }
    }
}

impl TryFrom<StoredRule<'_>> for Rule {
    type Error = StoreError;

    fn try_from(stored: StoredRule<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: RuleId::stored(stored.id.into_owned()),
            when: stored.when.into_iter().map(Condition::try_from).collect::<Result<_, _>>()?,
            target: Target::stored(stored.target.into_owned()),
        })
    }
}

impl<'a> From<&'a Condition> for StoredCondition<'a> {
    fn from(condition: &'a Condition) -> Self {
        match condition {
            Condition::Country(_) => Self::Country(condition.any()),
            Condition::Device(_) => Self::Device(condition.any()),
            Condition::Os(_) => Self::Os(condition.any()),
            Condition::Browser(_) => Self::Browser(condition.any()),
            Condition::Language(_) => Self::Language(condition.any()),
            Condition::Query(Query { name, wanted }) => {
                let is = match wanted {
                    QueryTest::Present => StoredQuery::Present,
                    QueryTest::Absent => StoredQuery::Absent,
                    QueryTest::Equals(value) => StoredQuery::Equals(value.into()),
                };
                Self::Query { name: name.into(), is }
            }
            Condition::Time(TimeWindow { from, to, zone }) => {
                Self::Time { from: from.minutes(), to: to.minutes(), tz: zone.as_str().into() }
            }
            Condition::Weekday(_, zone) => Self::Weekday { any: condition.any(), tz: zone.as_str().into() },
            Condition::Address(_) => Self::Address(condition.any()),
            Condition::Split(percent) => Self::Split(*percent),
        }
    }
}

impl TryFrom<StoredCondition<'_>> for Condition {
    type Error = StoreError;

    fn try_from(stored: StoredCondition<'_>) -> Result<Self, StoreError> {
        let condition = match stored {
            StoredCondition::Country(any) => every(any, |code| Country::parse(&code).ok()).map(Self::Country),
            StoredCondition::Device(any) => WordSet::stored(&any).map(Self::Device),
            StoredCondition::Os(any) => WordSet::stored(&any).map(Self::Os),
            StoredCondition::Browser(any) => WordSet::stored(&any).map(Self::Browser),
            StoredCondition::Language(any) => every(any, |tag| Some(Language::stored(tag.into_owned()))).map(Self::Language),
            StoredCondition::Query { name, is } => {
                let wanted = match is {
                    StoredQuery::Present => QueryTest::Present,
                    StoredQuery::Absent => QueryTest::Absent,
                    StoredQuery::Equals(value) => QueryTest::Equals(value.into_owned()),
                };
                Some(Self::Query(Query { name: name.into_owned(), wanted }))
            }
            StoredCondition::Time { from, to, tz } => window(from, to, tz).map(Self::Time),
            StoredCondition::Weekday { any, tz } => WordSet::stored(&any).zip(zone(tz)).map(|(any, zone)| Self::Weekday(any, zone)),
            StoredCondition::Address(any) => every(any, |block| AddressBlock::parse(&block).ok()).map(Self::Address),
            StoredCondition::Split(percent) => Some(Self::Split(percent)),
        };
        condition.ok_or_else(|| corrupt("when"))
    }
}

/// Parses all words; nothing if one of them is invalid.
fn every<'a, T>(words: Vec<Cow<'a, str>>, parse: impl Fn(Cow<'a, str>) -> Option<T>) -> Option<Vec<T>> {
    words.into_iter().map(parse).collect()
}

fn window(from: u16, to: u16, tz: Cow<'_, str>) -> Option<TimeWindow> {
    Some(TimeWindow { from: TimeOfDay::stored(from)?, to: TimeOfDay::stored(to)?, zone: zone(tz)? })
}

fn zone(text: Cow<'_, str>) -> Option<Zone> {
    Zone::parse(text.into_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::links::fields::settings::tests::everything;

    #[test]
    fn rules_are_stored_in_normal_form() {
        let settings = everything();
        let rules: Vec<StoredRule<'_>> = settings.rules.iter().map(StoredRule::from).collect();
        let expected = concat!(
            r#"[{"id":"all","when":[{"country":["DE","FR"]},{"device":["mobile","desktop"]},{"os":["ios","linux"]},{"browser":["opera"]},"#,
            r#"{"language":["de","pt-BR","zh-Hant-TW"]},{"query":{"name":"x","is":{"equals":""}}},"#,
            r#"{"time":{"from":1320,"to":390,"tz":"CET-1CEST,M3.5.0,M10.5.0/3"}},{"weekday":{"any":["mon","sun"],"tz":"+01:00"}},"#,
            r#"{"address":["192.0.2.0/24","192.0.2.7/32","2001:db8::/32"]},{"split":99}],"target":"https://example.com/1"},"#,
            r#"{"id":"2","when":[{"query":{"name":"x","is":"present"}},{"query":{"name":"y","is":"absent"}}],"target":"https://example.com/2"}]"#
        );
        assert_eq!(serde_json::to_string(&rules).unwrap(), expected);
    }

    #[test]
    fn invalid_condition_is_corrupt() {
        let read = |when: &str| {
            let json = format!(r#"{{"id":"1","when":[{when}],"target":"https://example.com/"}}"#);
            serde_json::from_str::<StoredRule<'_>>(&json).ok().and_then(|rule| Rule::try_from(rule).ok())
        };
        assert!(read(r#"{"country":["DE"]}"#).is_some());
        for when in [
            r#"{"country":["ZZ"]}"#,
            r#"{"country":"DE"}"#,
            r#"["country","DE"]"#,
            r#""country""#,
            r#"{"moon":["full"]}"#,
            r#"{"device":["phone"]}"#,
            r#"{"query":{"name":"x","is":"there"}}"#,
            r#"{"query":{"name":"x"}}"#,
            r#"{"query":{"name":"x","is":"present","not":true}}"#,
            r#"{"time":{"from":0,"to":1440,"tz":"+00:00"}}"#,
            r#"{"weekday":{"any":["mon"],"tz":"Nowhere/At all"}}"#,
            r#"{"address":["192.0.2.1/24"]}"#,
            r#"{"split":1000}"#,
        ] {
            assert!(read(when).is_none(), "{when}");
        }
        assert!(serde_json::from_str::<StoredRule<'_>>(r#"{"id":"1","when":[],"target":"x","else":1}"#).is_err());
    }
}
