//! Sink: the JSON of its dashboard, or pages of `GET /api/link/export`.
//!
//! Names: `shared/schemas/link.ts` and `app/components/dashboard/migrate/Export.vue` in miantiao-me/Sink. Times are
//! seconds since 1970. Sink's title and image belong to the preview, which is the card in hop.
use serde_json::{Map, Value};

use super::super::draft::Draft;
use super::super::fields::{Fields, Lost};
use super::super::moment;
use super::WITHOUT_PASSWORD;

pub(super) fn convert(fields: &mut Fields, lost: &mut Lost) -> Result<Draft, String> {
    let mut draft = Draft::to(fields.text(&["url"])?)?;
    draft.set_if("alias", fields.text(&["slug"])?);
    draft.note(fields.text(&["comment"])?, lost);
    draft.tags(fields.tags(&["tags"], ',')?, lost);
    match unix(fields, "createdAt")? {
        Some(Some(moment)) => draft.set("created_at", moment),
        Some(None) => lost.count("creation dates", "it is not a valid date from 1970 on"),
        None => {}
    }
    if let Some(moment) = unix(fields, "expiration")? {
        draft.set("ends_at", moment.ok_or("its `expiration` is after the year 9999")?);
    }
    if fields.flag(&["redirectWithQuery"])? {
        draft.set("forward_query", "visitor_wins");
    }
    card(fields, &mut draft, lost)?;
    countries(fields, &mut draft)?;
    if fields.take(&["password"]).is_some() {
        draft.disable();
        lost.count("passwords", WITHOUT_PASSWORD);
    }
    fields.lose(&["apple", "google"], lost, "device targets", "create a rule instead");
    fields.lose(&["cloaking"], lost, "cloaking settings", "hop always redirects");
    fields.lose(&["unsafe"], lost, "warning pages", "hop has none");
    fields.lose(&["id"], lost, "ids", "hop assigns its own");
    fields.lose(&["updatedAt"], lost, "last-change dates", "the import counts as the last change");
    Ok(draft)
}

/// Reads a Unix time. The outer option is `None` if the field is absent, the inner one if the time is out of range.
fn unix(fields: &mut Fields, name: &str) -> Result<Option<Option<String>>, String> {
    let seconds = fields.number(&[name])?;
    Ok(seconds.map(|seconds| i64::try_from(seconds).ok().and_then(moment::from_unix)))
}

fn card(fields: &mut Fields, draft: &mut Draft, lost: &mut Lost) -> Result<(), String> {
    let (title, description) = (fields.text(&["title"])?, fields.text(&["description"])?);
    let image = fields.text(&["image"])?;
    let is_address = image.as_deref().is_some_and(|image| image.starts_with("https://") || image.starts_with("http://"));
    if image.is_some() && !is_address {
        lost.count("preview images", "the file is stored on the old server");
    }
    let image = image.filter(|_| is_address);
    draft.title(title.clone(), lost);
    draft.card(title, description, image, lost);
    Ok(())
}

/// Converts the target of each country to a rule.
fn countries(fields: &mut Fields, draft: &mut Draft) -> Result<(), String> {
    let Some(countries) = fields.object(&["geo"])? else { return Ok(()) };
    let mut rules = Vec::new();
    for (country, target) in countries.into_rest() {
        let condition =
            Map::from_iter([("type".to_owned(), "country".into()), ("any".to_owned(), vec![country.to_ascii_uppercase()].into())]);
        let rule = [("id", country.to_ascii_lowercase().into()), ("when", vec![Value::Object(condition)].into()), ("target", target)];
        rules.push(Value::Object(rule.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()));
    }
    draft.set("rules", rules);
    Ok(())
}
