//! The cost of a store call, for stores that bill by statement and stores that bill by key.

use crate::store::Change;
use crate::store::ports::StoreCall;
use crate::store::tickets;

/// The cost in a store that counts statements. A commit has up to three: the guarded write, all writes beside it, all
/// removals.
#[must_use]
pub fn by_statement(call: &StoreCall<'_>) -> u32 {
    match call {
        StoreCall::Get | StoreCall::Scan | StoreCall::Write | StoreCall::Take { .. } => 1,
        StoreCall::GetMany(keys) | StoreCall::Taken(keys) => u32::from(*keys > 0),
        StoreCall::Remove(_) => 0,
        StoreCall::Commit(change) | StoreCall::Conflicting(change) => {
            [true, change.has_attachments(), change.has_removals()].into_iter().map(u32::from).sum()
        }
    }
}

/// The cost in a store that counts keys: each key that is read, written or removed is one operation. Such a store has no
/// word index.
#[must_use]
pub fn by_key(call: &StoreCall<'_>) -> u32 {
    match call {
        StoreCall::Get | StoreCall::Scan | StoreCall::Write => 1,
        StoreCall::GetMany(keys) | StoreCall::Taken(keys) | StoreCall::Remove(keys) => count(*keys),
        StoreCall::Take { expires } => tickets::max_operations(*expires),
        StoreCall::Commit(change) => written(change).saturating_add(count(change.removes.len())),
        // A change that ends in a conflict undoes what it wrote. A retry reads the record before that.
        StoreCall::Conflicting(change) => {
            let undone = audit_writes(change).saturating_add(count(change.index_adds.len()));
            let checks = u32::from(change.repeated && undone > 0);
            written(change).saturating_add(undone).saturating_add(checks)
        }
    }
}

/// The writes of a commit: the record and everything beside it.
fn written(change: &Change) -> u32 {
    let beside = count(change.attachments.len()).saturating_add(count(change.index_adds.len()));
    beside.saturating_add(audit_writes(change)).saturating_add(1)
}

fn audit_writes(change: &Change) -> u32 {
    u32::from(change.audit_entry.is_some())
}

fn count(keys: usize) -> u32 {
    u32::try_from(keys).unwrap_or(u32::MAX)
}
