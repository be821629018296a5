//! The position in a batch of log lines that takes several requests.

use crate::model::time::Timestamp;
use crate::store::ledger::click_line::MAX_AGE_MILLIS;
use crate::store::ports::{Record, StoreError};
use crate::store::stored::ingest_position as stored;
use crate::store::{Change, Expect, Key};

/// How much longer than its lines are accepted a position is kept: the clocks of edges differ.
const HOUR_MILLIS: u64 = 60 * 60 * 1_000;

/// The line at which the next request continues, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IngestPosition {
    pub(crate) line: usize,
}

impl IngestPosition {
    pub(crate) fn decode(value: &[u8]) -> Result<Self, StoreError> {
        stored::read_position(value)
    }

    /// The change that stores the position over `known`.
    pub(crate) fn save(self, key: Key, known: Option<Record>, now: Timestamp, token: String) -> Result<Change, StoreError> {
        let expect = known.map_or(Expect::Absent, |known| Expect::Unchanged(known.guard));
        let mut change = Change::write_only(key, expect, stored::write_position(self)?, token);
        let kept = MAX_AGE_MILLIS.saturating_add(HOUR_MILLIS);
        change.expires_at = Some(Timestamp::from_millis(now.as_millis().saturating_add(kept)));
        Ok(change)
    }
}
