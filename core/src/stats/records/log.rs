//! Clicks as log lines: written to a log endpoint, and counted later by `POST /api/v1/ingest`.

use super::count::{AfterClick, prepare};
use crate::model::digest::Pepper;
use crate::model::stats::{Day, VisitorClick};
use crate::store::ledger::FailedVisit;
use crate::store::ledger::click_line::{ClickLine, LineKey};
use crate::store::ports::{Edge, StoreError};

/// Writes a click to `endpoint`. The line has no address, so what the visitor contributes to the unique visitors is
/// computed before.
pub(crate) async fn log_click<E: Edge>(
    edge: &E,
    endpoint: &str,
    pepper: Result<&Pepper, &'static str>,
    click: VisitorClick,
) -> Result<AfterClick, StoreError> {
    let (salt, after) = prepare(edge, Day::of(click.at)).await;
    write(edge, endpoint, pepper, &ClickLine::Click(click.into_event(salt.as_ref().map(|salt| &salt.bytes))))?;
    Ok(after.of_line())
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
