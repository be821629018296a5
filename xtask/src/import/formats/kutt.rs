//! Kutt: pages of its API (`GET /api/v2/links`), or of an admin's (`GET /api/v2/links/admin`).
//!
//! Names: `docs/api/api.js`, `server/queries/link.queries.js` and `sanitize` in `server/utils/utils.js` of
//! thedevs-network/kutt. Its visits do not include known bots.
use super::super::draft::Draft;
use super::super::fields::{Fields, Lost};
use super::WITHOUT_PASSWORD;

pub(super) fn convert(fields: &mut Fields, lost: &mut Lost) -> Result<Draft, String> {
    let mut draft = Draft::to(fields.text(&["target"])?)?;
    draft.set_if("alias", fields.text(&["address"])?);
    fields.drop(&["link"]);
    draft.set_if("domain", fields.text(&["domain"])?);
    draft.note(fields.text(&["description"])?, lost);
    draft.created(fields.text(&["created_at"])?.as_deref(), lost);
    draft.moment("ends_at", fields.text(&["expire_in"])?.as_deref())?;
    draft.clicks(fields.number(&["visit_count"])?, None);
    if fields.flag(&["password"])? {
        draft.disable();
        lost.count("passwords", WITHOUT_PASSWORD);
    }
    if fields.flag(&["banned"])? {
        draft.disable();
        lost.count("bans", "the link is disabled instead");
    }
    fields.lose(&["id"], lost, "ids", "hop assigns its own");
    fields.lose(&["updated_at"], lost, "last-change dates", "the import counts as the last change");
    fields.lose(&["email"], lost, "owners", "hop has its own users");
    fields.drop(&["uuid", "user_id", "domain_id", "banned_by_id"]);
    Ok(draft)
}
