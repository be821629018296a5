//! A change made step by step, for a store without transactions: sides, gained hints, the note of it, the guarded record, dropped keys.
//!
//! In this order a writer may die anywhere and leave nothing but hints that no record yields, sides that no record names, and a note of what was
//! begun: no change goes without its note.

use super::{Change, Key};
use crate::ports::{Commit, StoreError};
use crate::time::Timestamp;

/// What is written under a hint: its key says it all.
pub const HINT: &str = "null";

/// What a store without transactions can do.
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait StepByStep {
    /// Writes a hint, a side or a note, which the store may forget after `until`.
    async fn put_beside(&self, key: &Key, value: &str, until: Option<Timestamp>) -> Result<(), StoreError>;
    /// Writes the record if it is in the expected state.
    async fn write_guarded(&self, change: &Change) -> Result<Commit, StoreError>;
    /// Removes a hint or a side; one that is not there is removed already.
    async fn remove(&self, key: &Key) -> Result<(), StoreError>;
}

/// Makes `change`. A refused one takes its own hints and its note back, unless an earlier try of it may have been applied.
///
/// # Errors
/// With the store's; what was done before stays done.
pub async fn commit_step_by_step(store: &impl StepByStep, change: &Change) -> Result<Commit, StoreError> {
    for (key, value) in &change.sides {
        store.put_beside(key, value, None).await?;
    }
    for hint in &change.gains {
        store.put_beside(hint, HINT, None).await?;
    }
    if let Some(note) = &change.note {
        store.put_beside(&note.key, &note.value, note.expires_at).await?;
    }
    let commit = store.write_guarded(change).await?;
    let (drops, note) = match commit {
        Commit::Done => (change.drops.as_slice(), None),
        Commit::Conflict if change.repeated => (&[][..], None),
        Commit::Conflict => (change.gains.as_slice(), change.note.as_ref()),
    };
    for key in drops.iter().chain(note.map(|note| &note.key)) {
        store.remove(key).await?;
    }
    Ok(commit)
}
