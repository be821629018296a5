//! The stored forms of a journal: its batches, one a line, and the window of its sender.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::StoredFailed;
use super::event::StoredClickEvent;
use crate::model::stats::ClickEvent;
use crate::store::ledger::{Batch, FailedVisit, Window};
use crate::store::ports::StoreError;
use crate::store::stored::{self, Millis, SchemaVersion};

/// The clicks that an isolate sends at once.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredBatch<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<StoredClickEvent<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    failed: Vec<StoredFailedVisit<'a>>,
    #[serde(default, skip_serializing_if = "is_zero")]
    dropped: u64,
}

/// Failed visits of a domain within a quarter hour.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredFailedVisit<'a> {
    domain: Cow<'a, str>,
    at: Millis,
    counts: StoredFailed,
}

/// The window of a sender.
#[derive(Serialize, Deserialize)]
struct StoredWindow {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    latest: u64,
    earlier: u64,
    sent_at: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature of serde; the lint depends on the size of pointers")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl<'a> From<&'a FailedVisit> for StoredFailedVisit<'a> {
    fn from(failed: &'a FailedVisit) -> Self {
        Self { domain: failed.domain.as_str().into(), at: failed.at.into(), counts: failed.counts.into() }
    }
}

impl From<StoredFailedVisit<'_>> for FailedVisit {
    fn from(stored: StoredFailedVisit<'_>) -> Self {
        Self { domain: stored.domain.into_owned(), at: stored.at.into(), counts: stored.counts.into() }
    }
}

impl<'a> From<&'a Batch> for StoredBatch<'a> {
    fn from(batch: &'a Batch) -> Self {
        Self {
            schema: SchemaVersion,
            events: batch.events.iter().map(StoredClickEvent::from).collect(),
            failed: batch.failed.iter().map(StoredFailedVisit::from).collect(),
            dropped: batch.dropped,
        }
    }
}

impl TryFrom<StoredBatch<'_>> for Batch {
    type Error = StoreError;

    fn try_from(stored: StoredBatch<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            events: stored.events.into_iter().map(ClickEvent::try_from).collect::<Result<_, _>>()?,
            failed: stored.failed.into_iter().map(FailedVisit::from).collect(),
            dropped: stored.dropped,
        })
    }
}

pub(in crate::store::ledger) fn write_batch(batch: &Batch) -> Result<String, StoreError> {
    stored::write(&StoredBatch::from(batch))
}

pub(in crate::store::ledger) fn read_batch(line: &str) -> Result<Batch, StoreError> {
    stored::read::<StoredBatch<'_>>(line.as_bytes())?.try_into()
}

pub(in crate::store::ledger) fn write_window(window: &Window) -> Result<String, StoreError> {
    let Window { latest, earlier, sent_at } = *window;
    stored::write(&StoredWindow { schema: SchemaVersion, latest, earlier, sent_at })
}

pub(in crate::store::ledger) fn read_window(text: &str) -> Result<Window, StoreError> {
    let StoredWindow { latest, earlier, sent_at, .. } = stored::read(text.as_bytes())?;
    Ok(Window { latest, earlier, sent_at })
}
