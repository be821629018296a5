//! Click statistics: clicks are buffered in the isolate, sent to the ledger and read from it. On an edge without a
//! ledger they are records.
//!
//! * [`buffer`] keeps the clicks of about a second
//! * [`flush`] sends them, in background work
//! * [`ledger`] reads the shards of all generations and adds up their replies
//! * [`records`] counts and reads clicks where there is no ledger
//!
//! The functions of this module answer from the ledger or from records, whichever the edge has.

mod buffer;
mod flush;
pub(crate) mod ledger;
pub(crate) mod records;

pub(crate) use buffer::{ClickBuffer, FlushTask};
pub(crate) use flush::flush;

use crate::context::Context;
use crate::model::link::LinkId;
use crate::model::stats::{ClickEvent, Report, ReportQuery};
use crate::model::time::Timestamp;
use crate::store::ledger::{LinkTotals, MAX_BATCH_AGE_MILLIS, Subject};
use crate::store::ports::{Edge, StoreError};

/// The report of a period, and the moment before which all clicks are included.
pub(crate) async fn report<E: Edge>(
    context: &Context<'_, E>,
    subject: Subject,
    query: ReportQuery,
) -> Result<(Report, Timestamp), StoreError> {
    match context.edge.ledger() {
        Some(ledger) => {
            let report = ledger::report(ledger, &context.config.shards, subject, query).await?;
            // The ledger takes no batch that was sent earlier.
            Ok((report, Timestamp::from_millis(context.now.as_millis().saturating_sub(MAX_BATCH_AGE_MILLIS))))
        }
        None => records::report(context, &subject, &query).await,
    }
}

/// The totals of links, in their order.
pub(crate) async fn totals<E: Edge>(context: &Context<'_, E>, links: &[&LinkId]) -> Result<Vec<LinkTotals>, StoreError> {
    match context.edge.ledger() {
        Some(ledger) => ledger::totals(ledger, &context.config.shards, links).await,
        None => records::totals(context, links).await,
    }
}

/// The latest clicks of a link since a moment, newest first.
pub(crate) async fn recent<E: Edge>(context: &Context<'_, E>, link: &LinkId, since: Timestamp) -> Result<Vec<ClickEvent>, StoreError> {
    match context.edge.ledger() {
        Some(ledger) => ledger::recent(ledger, &context.config.shards, link, since).await,
        None => records::recent(context, link, since).await,
    }
}

/// Deletes what is kept of a link. Returns whether everything was deleted; if not, a repetition continues.
pub(crate) async fn erase<E: Edge>(context: &Context<'_, E>, link: &LinkId) -> Result<bool, StoreError> {
    match context.edge.ledger() {
        Some(ledger) => ledger::erase(ledger, &context.config.shards, link).await.map(|()| true),
        None => records::erase(context.edge, context.budget, link).await,
    }
}
