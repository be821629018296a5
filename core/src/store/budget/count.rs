//! The cost of a store call, for the two kinds of store.

use crate::store::Change;
use crate::store::ports::StoreCall;
use crate::store::tickets;

/// A store that counts statements, those of a transaction one by one: the guarded write is one, all that is written
/// beside it a second, all that is dropped a third.
#[must_use]
pub fn by_statement(call: &StoreCall<'_>) -> u32 {
    match call {
        StoreCall::Get | StoreCall::Scan | StoreCall::Write | StoreCall::Take { .. } => 1,
        StoreCall::GetMany(keys) | StoreCall::Taken(keys) => u32::from(*keys > 0),
        StoreCall::Drop(_) => 0,
        StoreCall::Commit(change) | StoreCall::Refused(change) => {
            [true, change.has_attachments(), !change.removes.is_empty()].into_iter().map(u32::from).sum()
        }
    }
}

/// A store that counts keys: each key that is read, written or removed is an operation.
#[must_use]
pub fn by_key(call: &StoreCall<'_>) -> u32 {
    match call {
        StoreCall::Get | StoreCall::Scan | StoreCall::Write => 1,
        StoreCall::GetMany(keys) | StoreCall::Taken(keys) | StoreCall::Drop(keys) => count(*keys),
        StoreCall::Take { expires } => tickets::most_operations(*expires),
        StoreCall::Commit(change) => written(change).saturating_add(count(change.removes.len())),
        // A refused change undoes what it wrote. If an earlier try may have been made, only the note, after a look at
        // A refused change takes back what it wrote, after a look at the record if an earlier try may have been made.
        StoreCall::Refused(change) => {
            let taken_back = noted(change).saturating_add(count(change.index_adds.len()));
            let looks = u32::from(change.repeated && taken_back > 0);
            written(change).saturating_add(taken_back).saturating_add(looks)
        }
    }
}

/// The record itself and what is written before it.
fn written(change: &Change) -> u32 {
    let beside = count(change.attachments.len()).saturating_add(count(change.index_adds.len()));
    beside.saturating_add(noted(change)).saturating_add(1)
}

fn noted(change: &Change) -> u32 {
    u32::from(change.note.is_some())
}

fn count(keys: usize) -> u32 {
    u32::try_from(keys).unwrap_or(u32::MAX)
}
