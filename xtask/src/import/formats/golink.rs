//! golink: the response of `/.export`, one JSON object per line.
//!
//! Names: `Link` in `db.go` and `serveExport` in `golink.go` of tailscale/golink. A target may be a Go template, which
//! hop does not support.
use super::super::draft::Draft;
use super::super::fields::{Fields, Lost};

/// Go's zero time.
const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

pub(super) fn convert(fields: &mut Fields, lost: &mut Lost) -> Result<Draft, String> {
    let target = fields.text(&["Long"])?;
    if target.as_deref().is_some_and(|target| target.contains("{{")) {
        return Err("its target is a Go template, which hop does not support".to_owned());
    }
    let mut draft = Draft::to(target)?;
    draft.set_if("alias", fields.text(&["Short"])?);
    draft.created(fields.text(&["Created"])?.as_deref().filter(|moment| *moment != ZERO_TIME), lost);
    draft.note(fields.text(&["Owner"])?.map(|owner| format!("Owner: {owner}")), lost);
    if fields.text(&["LastEdit"])?.is_some_and(|moment| moment != ZERO_TIME) {
        lost.count("last-change dates", "the import counts as the last change");
    }
    Ok(draft)
}
