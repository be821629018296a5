//! Messages between the core in an isolate and the core in a shard.

use crate::model::link::LinkId;
use crate::model::stats::{ClickEvent, Report, ReportQuery};
use crate::model::time::Timestamp;
use crate::store::ledger::stored;
use crate::store::ledger::{Batch, LedgerCounters, LinkTotals, Subject};
use crate::store::ports::StoreError;

/// A request to a shard.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum LedgerRequest {
    /// Merge a batch.
    Merge {
        sender: String,
        sequence: u64,
        sent_at: Timestamp,
        batch: Batch,
    },
    /// Merge log lines, unless those with this name were merged.
    Ingest {
        name: String,
        batch: Batch,
    },
    Report(Subject, ReportQuery),
    /// The totals of links.
    Totals(Vec<LinkId>),
    /// The latest clicks of a link since a moment.
    Recent(LinkId, Timestamp),
    /// Delete what is kept of a link.
    Erase(LinkId),
    Counters,
    /// Make the salts of unique visitors, now and from now on.
    MakeSalts,
}

/// The reply of a shard.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum LedgerReply {
    /// The batch was merged, now or earlier; or the link was erased.
    Done,
    /// The batch was not merged, and will not be: it is too old, or too far in the future.
    Refused,
    Report(Box<Report>),
    Totals(Vec<LinkTotals>),
    Recent(Vec<ClickEvent>),
    Counters(LedgerCounters),
}

impl LedgerRequest {
    pub(crate) fn encode(&self) -> Result<String, StoreError> {
        stored::write_request(self)
    }

    pub(crate) fn decode(text: &[u8]) -> Result<Self, StoreError> {
        stored::read_request(text)
    }
}

impl LedgerReply {
    pub(crate) fn encode(&self) -> Result<String, StoreError> {
        stored::write_reply(self)
    }

    pub(crate) fn decode(text: &[u8]) -> Result<Self, StoreError> {
        stored::read_reply(text)
    }
}
