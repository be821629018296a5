//! Writing, and knowing one's own success even if the store's answer was lost.

use super::Change;
use super::stored::remembers;
use crate::ports::{Commit, Records, StoreError};

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
pub(crate) async fn write(records: &impl Records, mut change: Change) -> Result<Written, StoreError> {
    let mut last_error = StoreError::Unavailable("the change was never offered".into());
    for _ in 0..TRIES {
        match records.commit(&change).await {
            Ok(Commit::Done) => return Ok(Written::Done),
            Ok(Commit::Conflict) if !change.repeated => return Ok(Written::Conflict),
            Ok(Commit::Conflict) => return whose(records, &change).await,
            Err(error) => last_error = error,
        }
        change.repeated = true;
        if let Ok(Some(record)) = records.get(&change.key).await
            && remembers(&record, &change.token)?
        {
            return Ok(Written::Done);
        }
    }
    Err(last_error)
}

/// After a failure a refusal may be this change's own doing. Only a record that shows another state than the expected one can
/// tell; a read from before the failure cannot.
async fn whose(records: &impl Records, change: &Change) -> Result<Written, StoreError> {
    let Some(record) = records.get(&change.key).await? else {
        return Err(StoreError::Unavailable("a refused record is not readable yet".into()));
    };
    if remembers(&record, &change.token)? {
        return Ok(Written::Done);
    }
    if change.expects(&record.guard) {
        return Err(StoreError::Unavailable("a refused record still reads as it was".into()));
    }
    Ok(Written::Conflict)
}
