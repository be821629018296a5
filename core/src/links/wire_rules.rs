//! Rules and cards on the wire, in the form a client may send back.

use std::borrow::Cow;

use serde::Serialize;

use crate::card::Card;
use crate::rules::{Condition, Query, Rule, Wanted};
use crate::target::Target;
use crate::text::{CardDescription, CardTitle};

#[derive(Serialize)]
pub(super) struct CardJson<'a> {
    title: Option<&'a str>,
    description: Option<&'a str>,
    image: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct RuleJson<'a> {
    id: &'a str,
    when: Vec<ConditionJson<'a>>,
    target: &'a str,
}

/// Each kind of condition has some of these fields.
#[derive(Default, Serialize)]
struct ConditionJson<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    any: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    present: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    equals: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tz: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<u8>,
}

pub(super) fn card(card: &Card) -> CardJson<'_> {
    CardJson {
        title: card.title.as_ref().map(CardTitle::as_str),
        description: card.description.as_ref().map(CardDescription::as_str),
        image: card.image.as_ref().map(Target::as_str),
    }
}

pub(super) fn rule(rule: &Rule) -> RuleJson<'_> {
    RuleJson { id: rule.id.as_str(), when: rule.when.iter().map(condition).collect(), target: rule.target.as_str() }
}

fn condition(condition: &Condition) -> ConditionJson<'_> {
    let mut json = ConditionJson { r#type: condition.kind(), any: condition.any(), ..ConditionJson::default() };
    match condition {
        Condition::Query(Query { name, wanted }) => {
            json.name = Some(name);
            match wanted {
                Wanted::Present => json.present = Some(true),
                Wanted::Absent => json.present = Some(false),
                Wanted::Equals(value) => json.equals = Some(value),
            }
        }
        Condition::Time(window) => {
            json.from = Some(window.from.to_string());
            json.to = Some(window.to.to_string());
            json.tz = Some(window.zone.as_str());
        }
        Condition::Weekday(_, zone) => json.tz = Some(zone.as_str()),
        Condition::Split(percent) => json.percent = Some(*percent),
        _ => {}
    }
    json
}
