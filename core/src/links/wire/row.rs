//! A link as a row of a table: what its owner or hop once said of it, not what follows from that.

use super::{LinkJson, moment, say_blocked, wire_rules, write_clicks};
use crate::json;
use crate::link::UserId;
use crate::target::Target;
use crate::text::{ExternalId, Note, Title};

/// The fields of a row: those of the Link but `short_url` and `state`, in its order. The last one only where
/// it was asked for.
pub(in crate::links) const COLUMNS: [&str; 29] = [
    "id",
    "alias",
    "domain",
    "target",
    "title",
    "tags",
    "note",
    "external_id",
    "owner",
    "created_at",
    "updated_at",
    "starts_at",
    "ends_at",
    "max_clicks",
    "confirm",
    "fallback",
    "has_password",
    "redirect_status",
    "forward_query",
    "forward_path",
    "rules",
    "card",
    "strict",
    "crawlable",
    "disabled",
    "blocked",
    "clicks",
    "version",
    "password_hash",
];

/// The cells under [`COLUMNS`]: texts as they are, anything else as JSON, and nothing for null.
pub(in crate::links) fn cells(json: &LinkJson<'_>) -> [String; COLUMNS.len()] {
    let LinkJson { link, counts, .. } = json;
    let spec = &link.spec;
    let optional = |text: Option<&str>| text.unwrap_or_default().to_owned();
    [
        link.id.as_str().to_owned(),
        link.alias.as_str().to_owned(),
        link.domain.as_str().to_owned(),
        link.target.as_str().to_owned(),
        optional(spec.title.as_ref().map(Title::as_str)),
        json::list(|tags| spec.tags.iter().for_each(|tag| tags.text(tag.as_str()))),
        optional(spec.note.as_ref().map(Note::as_str)),
        optional(spec.external_id.as_ref().map(ExternalId::as_str)),
        optional(link.owner.as_ref().map(UserId::as_str)),
        link.created_at.to_string(),
        link.updated_at.to_string(),
        moment(spec.starts_at).unwrap_or_default(),
        moment(spec.ends_at).unwrap_or_default(),
        spec.max_clicks.map(|most| most.to_string()).unwrap_or_default(),
        flag(spec.confirm),
        optional(spec.fallback.as_ref().map(Target::as_str)),
        flag(spec.password.is_some()),
        spec.redirect_status.code().as_u16().to_string(),
        spec.forward_query.name().to_owned(),
        flag(spec.forward_path),
        json::list(|rules| wire_rules::rules(&spec.rules, rules)),
        spec.card.as_ref().map(|card| json::object(|json| wire_rules::card(card, json))).unwrap_or_default(),
        flag(spec.strict),
        flag(spec.crawlable),
        flag(spec.disabled),
        link.blocked.as_ref().map(|blocked| json::object(|json| say_blocked(blocked, json))).unwrap_or_default(),
        if json.tells_clicks { json::object(|json| write_clicks(counts.clicks, json)) } else { String::new() },
        link.version.to_string(),
        json.password_hash().unwrap_or_default(),
    ]
}

fn flag(is_set: bool) -> String {
    String::from(if is_set { "true" } else { "false" })
}
