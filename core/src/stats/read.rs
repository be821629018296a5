//! What the API asks of statistics: one function for each question, the same on every edge.

use super::{ledger, records};
use crate::message::problem::Problem;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::ledger_shards::ShardNames;
use crate::model::link::LinkId;
use crate::model::stats::{ClickEvent, Report, ReportQuery};
use crate::model::time::Timestamp;
use crate::store::budget::Budget;
use crate::store::ledger::{LedgerCounters, LinkTotals, Subject};
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
    /// The rate in clicks a second from which a log endpoint is needed; `None` if it never is.
    pub(crate) log_from_rate: Option<u32>,
}

/// How exact the statistics of this edge are. `is_logged` says whether clicks are written to a log endpoint.
pub(crate) fn exactness<E: Edge>(edge: &E, is_logged: bool) -> Exactness {
    let has_ledger = edge.ledger().is_some();
    Exactness {
        visible_after_seconds: has_ledger.then_some(1),
        has_failed: has_ledger || is_logged,
        has_last_days: has_ledger,
        log_from_rate: edge.has_click_logs().then_some(records::MAX_RATE),
    }
}

/// How reliably this edge counts a click, for `/capabilities`.
pub(crate) fn promise<E: Edge>(edge: &E, is_logged: bool) -> &'static str {
    match edge.ledger() {
        _ if is_logged => {
            "written to a log endpoint after the response; counted exactly once when POST /api/v1/ingest gets its line. Clicks \
             are lost if their lines are not delivered within a day"
        }
        Some(_) => {
            "sent to the ledger in the background, within about a second; counted exactly once from then on. Clicks are \
             lost if the isolate is killed before, or if the ledger does not answer for 20 seconds \
             (hop_dropped_batches_total in /metrics)"
        }
        None => "stored after the response, one key for each click; counted exactly once. A click is lost if its key cannot be stored",
    }
}

/// Where a request reads statistics: the ledger, or records on an edge without one.
pub(crate) struct Statistics<'a, E> {
    pub(crate) edge: &'a E,
    pub(crate) shards: &'a ShardNames,
    /// The store operations that the request may use.
    pub(crate) budget: &'a Budget,
    pub(crate) now: Timestamp,
    /// Whether clicks are written to a log endpoint. Then failed visits are counted on an edge without a ledger too.
    pub(crate) is_logged: bool,
}

impl<E: Edge> Statistics<'_, E> {
    /// The report of a period.
    pub(crate) async fn report(&self, about: Subject, query: ReportQuery) -> Result<PeriodReport, Problem> {
        let Some(ledger) = self.edge.ledger() else {
            let (report, complete_until) =
                records::without_ledger::<E, _, _>(|| records::report(self, &about, &query)).await.map_err(too_long)?;
            return Ok(PeriodReport { report, complete_until: Some(complete_until), has_failed: self.is_logged });
        };
        let report = ledger::report(ledger, self.shards, about, query).await.map_err(Problem::from_statistics)?;
        Ok(PeriodReport { report, complete_until: None, has_failed: true })
    }

    /// The totals of links, in their order.
    pub(crate) async fn totals(&self, links: &[&LinkId]) -> Result<Vec<LinkTotals>, StoreError> {
        match self.edge.ledger() {
            Some(ledger) => ledger::totals(ledger, self.shards, links).await,
            None => records::without_ledger::<E, _, _>(|| records::totals(self, links)).await,
        }
    }

    /// The latest clicks of a link since a moment, newest first.
    pub(crate) async fn recent(&self, link: &LinkId, since: Timestamp) -> Result<Vec<ClickEvent>, Problem> {
        let events = match self.edge.ledger() {
            Some(ledger) => ledger::recent(ledger, self.shards, link, since).await,
            None => records::without_ledger::<E, _, _>(|| records::recent(self, link, since)).await,
        };
        events.map_err(Problem::from_statistics)
    }

    /// Deletes what is kept of a link, with at most `most` store operations. Returns whether everything was deleted; if
    /// not, a repetition continues.
    pub(crate) async fn erase(&self, link: &LinkId, most: u32) -> Result<bool, StoreError> {
        match self.edge.ledger() {
            Some(ledger) => ledger::erase(ledger, self.shards, link).await.map(|()| true),
            None => records::without_ledger::<E, _, _>(|| records::erase(self.edge, self.budget, link, most)).await,
        }
    }

    /// The counters of the deployment; `None` on an edge without a ledger.
    pub(crate) async fn counters(&self) -> Option<Result<LedgerCounters, StoreError>> {
        let ledger = self.edge.ledger()?;
        Some(ledger::counters(ledger, self.shards).await)
    }
}

/// A period whose documents do not fit the operation budget cannot be read however often the request is repeated.
fn too_long(error: StoreError) -> Problem {
    match error {
        StoreError::OverBudget { .. } => {
            let detail = "this edge cannot read so many months in one request: use a later from";
            Problem::wrong_field("from", FieldError::new(FieldCode::TooMany, detail))
        }
        error => Problem::from_statistics(error),
    }
}
