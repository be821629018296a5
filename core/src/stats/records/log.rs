//! Clicks as log lines: written to a log endpoint, and counted later by `POST /api/v1/ingest`.

use super::count::AfterClick;
use super::salts;
use crate::model::digest::Pepper;
use crate::model::stats::{Day, VisitorClick};
use crate::store::Key;
use crate::store::ledger::FailedVisit;
use crate::store::ledger::click_line::{ClickLine, LineKey};
use crate::store::ports::{Edge, Records as _, StoreError};

/// Writes a click to `endpoint`. Only the salt of the day is read from the store: the line has no address, so what the
/// visitor contributes to the unique visitors is computed before.
pub(crate) async fn log_click<E: Edge>(
    edge: &E,
    endpoint: &str,
    pepper: Result<&Pepper, &'static str>,
    click: VisitorClick,
) -> Result<AfterClick, StoreError> {
    let day = Day::of(click.at);
    // Without an answer the click is counted without unique visitors.
    let salt = edge.records().get(&Key::salt(day)).await;
    let missing_salt = matches!(salt, Ok(None)).then_some(day);
    let salt = salt.ok().flatten().and_then(|salt| salts::decode(&salt).ok()).filter(|salt| salt.is_usable(edge.now()));
    write(edge, endpoint, pepper, &ClickLine::Click(click.into_event(salt.as_ref().map(|salt| &salt.bytes))))?;
    Ok(AfterClick::of_line(missing_salt))
}

/// Writes a failed visit to `endpoint`.
pub(crate) fn log_failed<E: Edge>(
    edge: &E,
    endpoint: &str,
    pepper: Result<&Pepper, &'static str>,
    failed: FailedVisit,
) -> Result<(), StoreError> {
    write(edge, endpoint, pepper, &ClickLine::Failed(failed))
}

fn write<E: Edge>(edge: &E, endpoint: &str, pepper: Result<&Pepper, &'static str>, line: &ClickLine) -> Result<(), StoreError> {
    // Without a pepper nothing proves who wrote the line.
    let pepper = pepper.map_err(|reason| StoreError::Unavailable(reason.to_owned()))?;
    edge.log_click(endpoint, &line.encode(&LineKey::new(pepper))?)
}
