//! Rules and cards on the wire, in the form a client may send back.

use std::borrow::Cow;

use serde::Serialize;

use crate::message::wire::DisplayText;
use crate::model::card::Card;
use crate::model::rules::{Clock, Condition, Query, Rule, Wanted};
use crate::model::target::Target;
use crate::model::text::{CardDescription, CardTitle};

/// What previews show of a link.
#[derive(Serialize)]
pub(super) struct CardJson<'a> {
    title: Option<&'a str>,
    description: Option<&'a str>,
    image: Option<&'a str>,
}

impl<'a> CardJson<'a> {
    pub(super) fn new(card: &'a Card) -> Self {
        Self {
            title: card.title.as_ref().map(CardTitle::as_str),
            description: card.description.as_ref().map(CardDescription::as_str),
            image: card.image.as_ref().map(Target::as_str),
        }
    }
}

/// A rule of a link.
#[derive(Serialize)]
pub(super) struct RuleJson<'a> {
    id: &'a str,
    when: Vec<ConditionJson<'a>>,
    target: &'a str,
}

impl<'a> RuleJson<'a> {
    pub(super) fn new(rule: &'a Rule) -> Self {
        Self { id: rule.id.as_str(), when: rule.when.iter().map(ConditionJson::new).collect(), target: rule.target.as_str() }
    }
}

/// A condition of a rule. Its `type` decides which other fields it has.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum ConditionJson<'a> {
    Country {
        any: Vec<Cow<'a, str>>,
    },
    Device {
        any: Vec<Cow<'a, str>>,
    },
    Os {
        any: Vec<Cow<'a, str>>,
    },
    Browser {
        any: Vec<Cow<'a, str>>,
    },
    Language {
        any: Vec<Cow<'a, str>>,
    },
    Query {
        name: &'a str,
        #[serde(flatten)]
        is: QueryMatchJson<'a>,
    },
    Time {
        from: DisplayText<Clock>,
        to: DisplayText<Clock>,
        tz: &'a str,
    },
    Weekday {
        any: Vec<Cow<'a, str>>,
        tz: &'a str,
    },
    Address {
        any: Vec<Cow<'a, str>>,
    },
    Split {
        percent: u8,
    },
}

/// What a parameter has to be: `"present": true`, `"present": false` or `"equals": "…"`.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum QueryMatchJson<'a> {
    Present(bool),
    Equals(&'a str),
}

impl<'a> ConditionJson<'a> {
    fn new(condition: &'a Condition) -> Self {
        let any = condition.any();
        match condition {
            Condition::Country(_) => Self::Country { any },
            Condition::Device(_) => Self::Device { any },
            Condition::Os(_) => Self::Os { any },
            Condition::Browser(_) => Self::Browser { any },
            Condition::Language(_) => Self::Language { any },
            Condition::Query(Query { name, wanted }) => Self::Query { name, is: QueryMatchJson::new(wanted) },
            Condition::Time(window) => Self::Time { from: DisplayText(window.from), to: DisplayText(window.to), tz: window.zone.as_str() },
            Condition::Weekday(_, zone) => Self::Weekday { any, tz: zone.as_str() },
            Condition::Address(_) => Self::Address { any },
            Condition::Split(percent) => Self::Split { percent: *percent },
        }
    }
}

impl<'a> QueryMatchJson<'a> {
    fn new(wanted: &'a Wanted) -> Self {
        match wanted {
            Wanted::Present => Self::Present(true),
            Wanted::Absent => Self::Present(false),
            Wanted::Equals(value) => Self::Equals(value),
        }
    }
}
