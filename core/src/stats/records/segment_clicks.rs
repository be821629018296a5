//! The clicks of a segment: those in key names, and those of batches of log lines, whose values are read.

use crate::log::log_skipped;
use crate::store::Key;
use crate::store::ledger::FailedVisit;
use crate::store::ports::{Edge, Records as _, StoreCall, StoreError};
use crate::store::segments::{KeptEvent, SegmentBatch};

/// Most batches of a slice. Each is read, and then the documents need operations too.
pub(super) const MAX_BATCHES: usize = 8;

/// The clicks of some keys.
#[derive(Debug, Default)]
pub(super) struct SegmentClicks {
    pub(super) events: Vec<KeptEvent>,
    pub(super) failed: Vec<FailedVisit>,
    /// A batch whose value cannot be read yet: the store may list a key before.
    pub(super) missing: Option<Key>,
}

/// The number of batches among these keys.
pub(super) fn count_batches(keys: &[Key]) -> usize {
    keys.iter().filter(|key| SegmentBatch::is_key(key)).count()
}

impl SegmentClicks {
    /// The operations that reading the batches among these keys needs.
    pub(super) fn cost(edge: &impl Edge, keys: &[Key]) -> u32 {
        match count_batches(keys) {
            0 => 0,
            batches => edge.records().operations(&StoreCall::GetMany(batches)),
        }
    }

    /// Reads the clicks of `keys`. One that cannot be read is logged and not counted.
    pub(super) async fn load<E: Edge>(edge: &E, keys: &[Key]) -> Result<Self, StoreError> {
        let mut clicks = Self::default();
        let (batches, events): (Vec<Key>, Vec<Key>) = keys.iter().cloned().partition(SegmentBatch::is_key);
        for key in &events {
            match KeptEvent::decode(key) {
                Ok(kept) => clicks.events.push(kept),
                Err(error) => log_skipped(edge, key, &error),
            }
        }
        if batches.is_empty() {
            return Ok(clicks);
        }
        for (key, record) in batches.iter().zip(edge.records().get_many(&batches).await?) {
            let Some(record) = record else {
                clicks.missing = Some(key.clone());
                continue;
            };
            match SegmentBatch::decode(&record.value) {
                Ok(batch) => {
                    clicks.events.extend(batch.events);
                    clicks.failed.extend(batch.failed);
                }
                Err(error) => log_skipped(edge, key, &error),
            }
        }
        Ok(clicks)
    }
}
