//! A link as a row of a table: what its owner or hop once said of it, not what follows from that.

use super::LinkJson;
use crate::error::Problem;
use crate::json;
use crate::tree::Tree;

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

/// The cells of a link under `columns`: texts as they are, anything else as JSON, and nothing for null.
pub(in crate::links) fn cells(link: &LinkJson<'_>, columns: &[&str]) -> Result<Vec<String>, Problem> {
    let json = json::object(|json| link.write(json));
    let link = Tree::read(json.as_bytes()).map_err(Problem::internal)?;
    Ok(columns.iter().map(|column| link.member(column).map_or_else(String::new, cell)).collect())
}

fn cell(value: &Tree) -> String {
    match value {
        Tree::Null => String::new(),
        Tree::Text(text) => text.clone(),
        other => other.json(),
    }
}
