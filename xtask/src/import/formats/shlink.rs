//! Shlink: pages of its REST API (`GET /rest/v3/short-urls`), or the CSV of its web client.
//!
//! Names: `docs/swagger/definitions/ShortUrl.json`, `ShortUrlMeta.json` and `VisitsSummary.json` in shlinkio/shlink;
//! `src/short-urls/data/index.ts` and `helpers/ExportShortUrlsBtn.tsx` in shlinkio/shlink-web-component. A visitor's
//! query parameters take precedence: `ShortUrlRedirectionBuilder.php`.
use super::super::draft::Draft;
use super::super::fields::{Fields, Lost};
use super::super::short;
use super::WITHOUT_PASSWORD;

pub(super) fn from_api(fields: &mut Fields, lost: &mut Lost) -> Result<Draft, String> {
    let mut draft = Draft::to(fields.text(&["longUrl"])?)?;
    draft.set_if("alias", fields.text(&["shortCode"])?);
    fields.drop(&["shortUrl"]);
    draft.set_if("domain", fields.text(&["domain"])?);
    draft.title(fields.text(&["title"])?, lost);
    draft.tags(fields.tags(&["tags"], ',')?, lost);
    draft.created(fields.text(&["dateCreated"])?.as_deref(), lost);
    if fields.flag(&["crawlable"])? {
        draft.set("crawlable", true);
    }
    if fields.flag(&["forwardQuery"])? {
        draft.set("forward_query", "visitor_wins");
    }
    let visits = visits(fields, &mut draft)?;
    if let Some(mut meta) = fields.object(&["meta"])? {
        draft.moment("starts_at", meta.text(&["validSince"])?.as_deref())?;
        draft.moment("ends_at", meta.text(&["validUntil"])?.as_deref())?;
        if let Some(most) = meta.number(&["maxVisits"])? {
            draft.set("max_clicks", most);
            if visits >= most {
                draft.disable();
            } else if visits > 0 {
                lost.count("click limit counts", "`max_clicks` counts from the import on");
            }
        }
        meta.count_rest(lost);
    }
    fields.lose(&["hasRedirectRules"], lost, "redirect rule sets", "the export does not contain the rules; create them again");
    fields.lose(&["deviceLongUrls"], lost, "device targets", "create a rule instead");
    if fields.flag(&["hasPassword"])? {
        draft.disable();
        lost.count("passwords", WITHOUT_PASSWORD);
    }
    Ok(draft)
}

/// Reads click counts, with humans and bots apart if the version of Shlink separates them. Returns the total.
fn visits(fields: &mut Fields, draft: &mut Draft) -> Result<u64, String> {
    let older = fields.number(&["visitsCount"])?;
    let Some(mut summary) = fields.object(&["visitsSummary"])? else {
        draft.clicks(older, None);
        return Ok(older.unwrap_or(0));
    };
    let (total, humans, bots) = (summary.number(&["total"])?, summary.number(&["nonBots"])?, summary.number(&["bots"])?);
    draft.clicks(humans.or(total), bots);
    Ok(total.unwrap_or(0))
}

pub(super) fn from_csv(fields: &mut Fields, lost: &mut Lost) -> Result<Draft, String> {
    let mut draft = Draft::to(fields.text(&["longUrl"])?)?;
    draft.set_if("alias", fields.text(&["shortCode"])?.map(|code| short::decoded(&code)));
    fields.drop(&["shortUrl"]);
    draft.set_if("domain", fields.text(&["domain"])?);
    draft.title(fields.text(&["title"])?, lost);
    draft.tags(fields.tags(&["tags"], '|')?, lost);
    draft.created(fields.text(&["createdAt"])?.as_deref(), lost);
    draft.clicks(fields.number(&["visits"])?, None);
    Ok(draft)
}
