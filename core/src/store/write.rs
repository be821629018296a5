//! Writing, and knowing one's own success even if the store's answer was lost.

use super::Change;
use super::commit_tokens::{CommitOutcome, commit_outcome};
use crate::store::ports::{Commit, Records, StoreError};

/// How often an edit is tried again because somebody else edited at the same moment.
pub(crate) const EDITS: usize = 8;

/// How often one change is offered to a store that fails.
const TRIES: u32 = 3;

/// What became of a change, as far as anybody can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It was made, by this try or by one whose answer was lost.
    Done,
    /// The record is not in the expected state, and not by this change.
    Conflict,
}

/// Commits `change`. After a failure the record is asked whether it knows this change's token; if it does not, the same
/// guarded change is offered again, which can never make it twice.
pub(crate) async fn write(records: &impl Records, change: Change) -> Result<Written, StoreError> {
    offer(records, change).await.map(|(written, _)| written)
}

/// The same, and whether the store made the change at this very moment: then it was not made, and built upon, before.
pub(crate) async fn offer(records: &impl Records, mut change: Change) -> Result<(Written, bool), StoreError> {
    let mut last_error = StoreError::Unavailable("the change was never offered".into());
    for number in 0..TRIES {
        match records.commit(&change).await {
            Ok(Commit::Done) => return Ok((Written::Done, true)),
            Ok(Commit::Conflict) if !change.repeated => return Ok((Written::Conflict, false)),
            Ok(Commit::Conflict) => return Ok((whose(records, &change).await?, false)),
            // The store was not asked. After an earlier failure the outcome is unknown.
            Err(error @ StoreError::OverBudget { .. }) => return Err(if number == 0 { error } else { last_error }),
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

/// After a failure a refusal may be this change's own doing. Only the record can tell, if it is neither too old nor too new.
async fn whose(records: &impl Records, change: &Change) -> Result<Written, StoreError> {
    let commit_outcome = match records.get(&change.key).await {
        Ok(Some(record)) => commit_outcome(change, &record)?,
        // Without operations for a read the outcome stays unknown.
        Ok(None) | Err(StoreError::OverBudget { .. }) => CommitOutcome::Unknown,
        Err(error) => return Err(error),
    };
    match commit_outcome {
        CommitOutcome::Applied => Ok(Written::Done),
        CommitOutcome::Rejected => Ok(Written::Conflict),
        CommitOutcome::Unknown => Err(StoreError::Unavailable("the record does not show what became of a change to it".into())),
    }
}
