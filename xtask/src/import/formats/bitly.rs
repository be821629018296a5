//! Bitly: the CSV of its Links page, or of its API's exports.
//!
//! Bitly does not document the header. Names: `migration/bitly.md` in URLR/urlr-docs (Link, Custom Link, Destination
//! URL) and the fields of a Bitlink in the API (link, long_url, custom_bitlinks, created_at, title, tags). Both
//! spellings are accepted.
use super::super::draft::Draft;
use super::super::fields::{Fields, Lost};
use super::super::short;

pub(super) const LINK: &[&str] = &["link", "bitlink", "short link", "short url"];
pub(super) const TARGET: &[&str] = &["destination url", "long url", "original url"];

pub(super) fn convert(fields: &mut Fields, lost: &mut Lost) -> Result<Draft, String> {
    let mut draft = Draft::to(fields.text(TARGET)?)?;
    let generated = fields.text(LINK)?;
    let chosen = fields.tags(&["custom link", "custom links", "custom bitlinks"], ',')?.into_iter().find(|link| !link.is_empty());
    if let (Some(chosen), Some(generated)) = (&chosen, &generated)
        && chosen != generated
    {
        lost.count("generated short links", "the link keeps the custom one");
    }
    let address = short::read(&chosen.or(generated).ok_or("the short link is missing")?)?;
    draft.set("alias", address.alias);
    draft.set("domain", address.domain);
    draft.title(fields.text(&["title", "link title"])?, lost);
    draft.tags(fields.tags(&["tags"], ',')?, lost);
    draft.created(fields.text(&["created at", "created", "date created", "creation date"])?.as_deref(), lost);
    draft.clicks(fields.number(&["clicks", "engagements", "total clicks", "total engagements"])?, None);
    fields.lose(&["archived"], lost, "archive flags", "hop has no archive");
    fields.drop(&["id"]);
    Ok(draft)
}
