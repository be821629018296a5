//! A change made step by step, for a store without transactions: gained hints, the guarded record, dropped hints.
//!
//! In this order a writer may die anywhere and leave nothing but hints that no record yields.

use super::{Change, Key};
use crate::ports::{Commit, StoreError};

/// What a store without transactions can do.
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait StepByStep {
    /// Writes a hint.
    async fn put_hint(&self, hint: &Key) -> Result<(), StoreError>;
    /// Writes the record if it is in the expected state.
    async fn write_guarded(&self, change: &Change) -> Result<Commit, StoreError>;
    /// Removes a hint; one that is not there is removed already.
    async fn drop_hint(&self, hint: &Key) -> Result<(), StoreError>;
}

/// Makes `change`. A refused one takes its own hints back, unless an earlier try of it may have been applied.
///
/// # Errors
/// With the store's; what was done before stays done.
pub async fn commit_step_by_step(store: &impl StepByStep, change: &Change) -> Result<Commit, StoreError> {
    for hint in &change.gains {
        store.put_hint(hint).await?;
    }
    let commit = store.write_guarded(change).await?;
    let drops = match commit {
        Commit::Done => change.drops.as_slice(),
        Commit::Conflict if change.repeated => &[],
        Commit::Conflict => &change.gains,
    };
    for hint in drops {
        store.drop_hint(hint).await?;
    }
    Ok(commit)
}
