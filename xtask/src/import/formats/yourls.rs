//! YOURLS: its table `yourls_url` as CSV, or the export of the plugin YOURLS-Import-Export.
//!
//! Names: `includes/functions-install.php` in YOURLS/YOURLS (keyword, url, title, timestamp, ip, clicks);
//! `fileio/csv.php` in GautamGupta/YOURLS-Import-Export (source, target, hits; the source is `/keyword/`). Times have
//! no zone and are read as UTC.
use super::super::draft::Draft;
use super::super::fields::{Fields, Lost};

/// How databases write NULL in CSV.
const NOTHING: [&str; 2] = ["NULL", "\\N"];

pub(super) fn convert(fields: &mut Fields, lost: &mut Lost) -> Result<Draft, String> {
    let mut draft = Draft::to(fields.text(&["url", "target"])?)?;
    draft.set_if("alias", fields.text(&["keyword", "source"])?.map(|keyword| keyword.trim_matches('/').to_owned()));
    draft.title(fields.text(&["title"])?.filter(|title| !NOTHING.contains(&title.as_str())), lost);
    draft.created(fields.text(&["timestamp"])?.as_deref(), lost);
    draft.clicks(fields.number(&["clicks", "hits"])?, None);
    fields.lose(&["ip"], lost, "creator IPs", "hop stores no IP addresses");
    Ok(draft)
}
