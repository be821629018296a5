//! Dub: the CSV of its Links page, with any selection of columns.
//!
//! Names: the labels and ids of `exportLinksColumns`, and `apps/web/lib/zod/schemas/links.ts`, in dubinc/dub.
use super::super::draft::Draft;
use super::super::fields::{Fields, Lost};
use super::super::short;

pub(super) fn convert(fields: &mut Fields, lost: &mut Lost) -> Result<Draft, String> {
    let mut draft = Draft::to(fields.text(&["Destination URL", "url"])?)?;
    let address = short::read(&fields.text(&["Short link", "link"])?.ok_or("the short link is missing")?)?;
    draft.set("alias", address.alias);
    draft.set("domain", address.domain);
    draft.title(fields.text(&["Title"])?, lost);
    draft.note(fields.text(&["Comments"])?, lost);
    draft.set_if("external_id", fields.text(&["External ID"])?);
    draft.tags(fields.tags(&["Tags"], ',')?, lost);
    draft.created(fields.text(&["Created at"])?.as_deref(), lost);
    draft.moment("ends_at", fields.text(&["Expires at"])?.as_deref())?;
    draft.clicks(fields.number(&["Clicks"])?, None);
    if fields.flag(&["Archived"])? {
        lost.count("archive flags", "hop has no archive");
    }
    fields.lose(&["Description"], lost, "descriptions", "hop has descriptions only in cards");
    fields.lose(&["Link ID", "id"], lost, "ids", "hop assigns its own");
    fields.lose(&["Updated at"], lost, "last-change dates", "the import counts as the last change");
    Ok(draft)
}
