//! What the API asks of statistics: one function for each question, the same on every edge.

use super::ledger;
use crate::message::problem::Problem;
use crate::model::config::Config;
use crate::model::link::LinkId;
use crate::model::stats::{ClickEvent, Report, ReportQuery};
use crate::model::time::Timestamp;
use crate::store::ledger::{LedgerCounters, Subject};
use crate::store::ports::{Edge, StoreError};

/// A report, and how complete it is.
pub(crate) struct PeriodReport {
    pub(crate) report: Report,
    /// The time until which all clicks are counted. `None` if they are counted as soon as they are stored.
    pub(crate) complete_until: Option<Timestamp>,
    /// Whether failed visits are counted.
    pub(crate) has_failed: bool,
}

/// How exact statistics are on an edge, and how soon they show a click.
pub(crate) struct Exactness {
    /// Seconds after which a click is usually visible; `None` if the edge cannot say.
    pub(crate) visible_after_seconds: Option<u32>,
    /// Whether failed visits are counted.
    pub(crate) has_failed: bool,
    /// Whether links show the clicks of the last days.
    pub(crate) has_last_days: bool,
}

/// How exact the statistics of this edge are.
pub(crate) fn exactness<E: Edge>(edge: &E) -> Exactness {
    let has_ledger = edge.ledger().is_some();
    Exactness { visible_after_seconds: has_ledger.then_some(1), has_failed: has_ledger, has_last_days: has_ledger }
}

/// How reliably this edge counts a click, for `/capabilities`.
pub(crate) fn promise<E: Edge>(edge: &E) -> &'static str {
    match edge.ledger() {
        Some(_) => {
            "sent to the ledger in the background, within about a second; counted exactly once from then on. Clicks are \
             lost if the isolate is killed before, or if the ledger does not answer for 20 seconds \
             (hop_dropped_batches_total in /metrics)"
        }
        None => "counted after the response; of more than eight simultaneous clicks on one link some may be lost",
    }
}

/// The report of a period.
pub(crate) async fn report<E: Edge>(edge: &E, config: &Config, about: Subject, query: ReportQuery) -> Result<PeriodReport, Problem> {
    let ledger = edge.ledger().ok_or_else(no_ledger)?;
    let report = ledger::report(ledger, &config.shards, about, query).await.map_err(unanswered)?;
    Ok(PeriodReport { report, complete_until: None, has_failed: true })
}

/// The latest clicks of a link since a moment, newest first.
pub(crate) async fn recent<E: Edge>(edge: &E, config: &Config, link: &LinkId, since: Timestamp) -> Result<Vec<ClickEvent>, Problem> {
    let ledger = edge.ledger().ok_or_else(no_ledger)?;
    ledger::recent(ledger, &config.shards, link, since).await.map_err(unanswered)
}

/// The counters of the deployment; `None` on an edge without a ledger.
pub(crate) async fn counters<E: Edge>(edge: &E, config: &Config) -> Option<Result<LedgerCounters, StoreError>> {
    let ledger = edge.ledger()?;
    Some(ledger::counters(ledger, &config.shards).await)
}

fn no_ledger() -> Problem {
    Problem::no_statistics("this edge has no ledger")
}

fn unanswered(error: StoreError) -> Problem {
    match error {
        StoreError::Unavailable(cause) => Problem::no_statistics(cause),
        other => other.into(),
    }
}
