//! Rules and cards on the wire, in the form a client may send back.

use crate::card::Card;
use crate::json::{Items, Members};
use crate::rules::{Condition, Query, Rule, Wanted};
use crate::target::Target;
use crate::text::{CardDescription, CardTitle};

pub(super) fn card(card: &Card, json: &mut Members) {
    json.text_or_null("title", card.title.as_ref().map(CardTitle::as_str));
    json.text_or_null("description", card.description.as_ref().map(CardDescription::as_str));
    json.text_or_null("image", card.image.as_ref().map(Target::as_str));
}

pub(super) fn rules(rules: &[Rule], json: &mut Items<'_>) {
    rules.iter().for_each(|of| json.object(|json| rule(of, json)));
}

fn rule(rule: &Rule, json: &mut Members) {
    json.text("id", rule.id.as_str());
    json.list("when", |when| rule.when.iter().for_each(|of| when.object(|json| condition(of, json))));
    json.text("target", rule.target.as_str());
}

/// Each kind has members of its own.
fn condition(condition: &Condition, json: &mut Members) {
    json.text("type", condition.kind());
    let any = condition.any();
    if !any.is_empty() {
        json.texts("any", any.iter().map(AsRef::as_ref));
    }
    match condition {
        Condition::Query(Query { name, wanted }) => {
            json.text("name", name);
            match wanted {
                Wanted::Present => json.flag("present", true),
                Wanted::Absent => json.flag("present", false),
                Wanted::Equals(value) => json.text("equals", value),
            }
        }
        Condition::Time(window) => {
            json.text("from", &window.from.to_string());
            json.text("to", &window.to.to_string());
            json.text("tz", window.zone.as_str());
        }
        Condition::Weekday(_, zone) => json.text("tz", zone.as_str()),
        Condition::Split(percent) => json.number("percent", (*percent).into()),
        _ => {}
    }
}
