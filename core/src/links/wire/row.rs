//! A link as a row of a table: what its owner or hop once said of it, not what follows from that.

use serde::Serialize;

use super::LinkJson;
use crate::error::Problem;

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
pub(in crate::links) fn cells(link: &LinkJson<'_>) -> Result<[String; COLUMNS.len()], Problem> {
    let optional = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Ok([
        link.id.to_owned(),
        link.alias.to_owned(),
        link.domain.to_owned(),
        link.target.to_owned(),
        optional(link.title),
        json(&link.tags)?,
        optional(link.note),
        optional(link.external_id),
        optional(link.owner),
        link.created_at.clone(),
        link.updated_at.clone(),
        optional(link.starts_at.as_deref()),
        optional(link.ends_at.as_deref()),
        link.max_clicks.map(|most| most.to_string()).unwrap_or_default(),
        link.confirm.to_string(),
        optional(link.fallback),
        link.has_password.to_string(),
        link.redirect_status.to_string(),
        link.forward_query.to_owned(),
        link.forward_path.to_string(),
        json(&link.rules)?,
        link.card.as_ref().map(json).transpose()?.unwrap_or_default(),
        link.strict.to_string(),
        link.crawlable.to_string(),
        link.disabled.to_string(),
        optional(link.blocked),
        json(&link.clicks)?,
        link.version.to_string(),
        optional(link.password_hash.as_ref().and_then(|hash| hash.as_deref())),
    ])
}

fn json(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(Problem::internal)
}
