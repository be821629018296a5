//! Writes with retries: commits a change and finds out its outcome, even if the answer of the store was lost.

use super::Change;
use super::commit_tokens::{CommitOutcome, commit_outcome};
use crate::store::ports::{Commit, Records, StoreError};

/// How often an edit is attempted while it conflicts with other edits.
pub(crate) const MAX_EDIT_ATTEMPTS: usize = 8;

/// How often one change is attempted while the store fails.
const TRIES: u32 = 3;

/// The outcome of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// The change was committed, by this attempt or by one whose answer was lost.
    Done,
    /// The record is not in the expected state, and not because of this change.
    Conflict,
}

/// Commits `change`. After a failure, reads the record: if it remembers the token of the change, the change was
/// committed. Otherwise retries the same guarded change, which cannot be committed twice.
pub(crate) async fn write(records: &impl Records, change: Change) -> Result<Written, StoreError> {
    commit_with_retries(records, change).await.map(|(written, _)| written)
}

/// Commits like [`write()`], and also returns whether the store confirmed the commit directly. If it did, no other
/// request can have built on the change yet.
pub(crate) async fn commit_with_retries(records: &impl Records, mut change: Change) -> Result<(Written, bool), StoreError> {
    let mut last_error = StoreError::Unavailable("the change was never attempted".into());
    for attempt in 0..TRIES {
        match records.commit(&change).await {
            Ok(Commit::Done) => return Ok((Written::Done, true)),
            Ok(Commit::Conflict) if !change.repeated => return Ok((Written::Conflict, false)),
            Ok(Commit::Conflict) => return Ok((resolve_conflict(records, &change).await?, false)),
            // Nothing was sent. After an earlier failure the outcome is unknown.
            Err(error @ StoreError::OverBudget { .. }) => return Err(if attempt == 0 { error } else { last_error }),
            Err(error) => last_error = error,
        }
        change.repeated = true;
        if let Ok(Some(record)) = records.get(&change.key).await
            && commit_outcome(&change, &record)? == CommitOutcome::Applied
        {
            return Ok((Written::Done, false));
        }
    }
    Err(last_error)
}

/// The outcome of a retry that ended in a conflict. An earlier attempt of the same change may have caused the conflict.
/// Only the record shows it, unless it was read stale or has forgotten the commit.
async fn resolve_conflict(records: &impl Records, change: &Change) -> Result<Written, StoreError> {
    let outcome = match records.get(&change.key).await {
        Ok(Some(record)) => commit_outcome(change, &record)?,
        // Without operations for a read the outcome stays unknown.
        Ok(None) | Err(StoreError::OverBudget { .. }) => CommitOutcome::Unknown,
        Err(error) => return Err(error),
    };
    match outcome {
        CommitOutcome::Applied => Ok(Written::Done),
        CommitOutcome::Rejected => Ok(Written::Conflict),
        CommitOutcome::Unknown => Err(StoreError::Unavailable("the record does not show whether a change was committed".into())),
    }
}
