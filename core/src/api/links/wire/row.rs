//! A link as a CSV row: its stored fields, without those derived from them.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::LinkJson;
use crate::message::problem::Problem;

/// Columns of a row: the fields of the Link except `short_url` and `state`, in its order. The last one is exported only
/// on request.
pub(in crate::api::links) const COLUMNS: [&str; 29] = [
    "id",
    "alias",
    "domain",
    "target",
    "title",
    "tags",
    "note",
    "external_id",
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
    "owner",
    "created_at",
    "updated_at",
    "blocked",
    "clicks",
    "version",
    "password_hash",
];

/// The cells of a link for `columns`: texts as they are, other values as JSON, null as an empty cell.
pub(in crate::api::links) fn cells(link: &LinkJson<'_>, columns: &[&str]) -> Result<Vec<String>, Problem> {
    let json = serde_json::to_string(link).map_err(Problem::internal)?;
    let fields: BTreeMap<&str, &RawValue> = serde_json::from_str(&json).map_err(Problem::internal)?;
    let cells = columns.iter().map(|column| fields.get(column).map_or_else(|| Ok(String::new()), |value| cell(value.get())));
    cells.collect::<Result<_, _>>().map_err(Problem::internal)
}

fn cell(json: &str) -> Result<String, serde_json::Error> {
    match json {
        "null" => Ok(String::new()),
        text if text.starts_with('"') => serde_json::from_str(text),
        other => Ok(other.to_owned()),
    }
}
