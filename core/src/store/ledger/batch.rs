//! Batches: the clicks that an isolate sends at once.

use crate::model::stats::{ClickEvent, FailedVisits};
use crate::model::time::Timestamp;
use crate::store::ledger::stored;
use crate::store::ports::StoreError;

/// The clicks that an isolate sends at once. Sender and sequence identify the batch, whatever is retried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) events: Vec<ClickEvent>,
    pub(crate) failed: Vec<FailedVisit>,
    /// How many batches the sender has given up since its last one.
    pub(crate) dropped: u64,
}

/// Failed visits of a domain within a quarter hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FailedVisit {
    /// The domain; empty if the host is unknown.
    pub(crate) domain: String,
    pub(crate) at: Timestamp,
    pub(crate) counts: FailedVisits,
}

impl Batch {
    pub(crate) fn decode(text: &str) -> Result<Self, StoreError> {
        stored::read_batch(text)
    }

    pub(crate) fn encode(&self) -> Result<String, StoreError> {
        stored::write_batch(self)
    }
}
