//! hop's own export, as JSON Lines or CSV: the fields of a Link under the same names.
//!
//! Fields that a deployment generates for each link are dropped. Unknown fields are passed on, and the deployment
//! checks them.
use serde_json::{Map, Value};

use super::super::draft::Draft;
use super::super::fields::{Fields, Lost, normalized};
use super::WITHOUT_PASSWORD;

const TEXTS: &[&str] = &[
    "alias",
    "domain",
    "title",
    "note",
    "external_id",
    "starts_at",
    "ends_at",
    "forward_query",
    "created_at",
    "owner",
    "fallback",
    "password",
    "password_hash",
];

/// Boolean fields of an import.
const FLAGS: &[&str] = &["confirm", "forward_path", "strict", "crawlable", "disabled", "reuse"];
/// Other fields whose values are not strings.
const STRUCTURED: &[&str] = &["tags", "max_clicks", "redirect_status", "clicks", "rules", "card"];

pub(super) fn convert(fields: &mut Fields, lost: &mut Lost) -> Result<Draft, String> {
    let mut draft = Draft::to(fields.text(&["target"])?)?;
    if fields.text(&["state"])?.as_deref() == Some("deleted") {
        return Err("the link is deleted".to_owned());
    }
    for name in TEXTS {
        draft.set_if(name, fields.verbatim(name));
    }
    for name in FLAGS.iter().chain(STRUCTURED) {
        if let Some(value) = fields.take(&[name]) {
            draft.set(name, structured(name, value)?);
        }
    }
    counts(fields, &mut draft)?;
    fields.drop(&["id", "short_url", "updated_at", "version"]);
    let had_password = fields.flag(&["has_password"])?;
    match fields.take(&["blocked"]).map(|blocked| structured("blocked", blocked).unwrap_or(Value::Bool(true))) {
        None | Some(Value::Null | Value::Bool(false)) => {}
        Some(blocked) if blocked["reason"].is_string() => draft.set("blocked", blocked),
        Some(_) => {
            draft.disable();
            lost.count("blocks", "the export gives no reason; the link is disabled instead");
        }
    }
    for (name, value) in std::mem::take(fields).into_rest() {
        draft.set(&name, value);
    }
    if had_password && !draft.has("password") && !draft.has("password_hash") {
        draft.disable();
        lost.count("passwords", WITHOUT_PASSWORD);
    }
    Ok(draft)
}

/// Parses a CSV cell into the type of its field. JSON values are returned unchanged.
fn structured(name: &str, value: Value) -> Result<Value, String> {
    let Value::String(text) = value else { return Ok(value) };
    let text = text.trim();
    match (name, normalized(text).as_str()) {
        (name, "true" | "yes" | "1") if FLAGS.contains(&name) => return Ok(true.into()),
        (name, "false" | "no" | "0") if FLAGS.contains(&name) => return Ok(false.into()),
        ("tags", _) if !text.starts_with('[') => {
            return Ok(text.split([',', '|', ' ']).filter(|tag| !tag.is_empty()).collect::<Vec<_>>().into());
        }
        _ => {}
    }
    serde_json::from_str(text).map_err(|_| format!("its `{name}` is not valid"))
}

/// Reads click counts from separate columns.
fn counts(fields: &mut Fields, draft: &mut Draft) -> Result<(), String> {
    let mut counts = Map::new();
    for name in ["humans", "bots", "previews"] {
        if let Some(count) = fields.number(&[&format!("clicks_{name}"), name])? {
            counts.insert(name.to_owned(), count.into());
        }
    }
    if !counts.is_empty() {
        draft.set("clicks", counts);
    }
    Ok(())
}
