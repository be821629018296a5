//! A change made step by step, for a store without transactions: sides, gained hints, the note of it, the guarded record, dropped keys.
//!
//! In this order a writer may die anywhere and leave nothing but hints that no record yields, sides that no record names, and a note of what was
//! begun: no change goes without its note.

use super::commit_tokens::is_refused;
use super::{AuditEntry, Change, Expect, Key};
use crate::store::ports::{Commit, Guard, Records, StoreError};

/// What is written under a hint: its key says it all.
pub const HINT: &str = "null";

/// To look whether a repeated change was refused for good.
const OPERATIONS_OF_A_LOOK: usize = 1;

/// What a store without transactions can do.
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait StepwiseStore: Records {
    /// Writes a hint or a side.
    async fn put_beside(&self, key: &Key, value: &str) -> Result<(), StoreError>;
    /// Writes a note where there is none. The store may forget it once it has expired.
    async fn put_note(&self, note: &AuditEntry) -> Result<(), StoreError>;
    /// Writes the record if it is in the expected state.
    async fn write_guarded(&self, change: &Change) -> Result<Commit, StoreError>;
    /// Removes a hint, a side or a note; one that is not there is removed already.
    async fn remove(&self, key: &Key) -> Result<(), StoreError>;
}

/// Makes `change`. A refused one takes its own hints and its note back, unless an earlier try of it was or may have been applied.
///
/// # Errors
/// With the store's; what was done before stays done.
pub async fn commit_stepwise(store: &impl StepwiseStore, change: &Change) -> Result<Commit, StoreError> {
    for (key, value) in &change.attachments {
        store.put_beside(key, value).await?;
    }
    for index_entry in &change.index_adds {
        store.put_beside(index_entry, HINT).await?;
    }
    let note = change.note.as_ref().map(|note| AuditEntry { key: key_of_try(&note.key, &change.expect), ..note.clone() });
    if let Some(note) = &note {
        store.put_note(note).await?;
    }
    let commit = store.write_guarded(change).await?;
    if commit == Commit::Done {
        for key in &change.removes {
            store.remove(key).await?;
        }
        return Ok(commit);
    }
    // The audit event first, because people read it.
    let written: Vec<&Key> = note.iter().map(|note| &note.key).chain(&change.index_adds).collect();
    let mut most = change.most_taken_back.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    if change.repeated {
        most = match most.checked_sub(OPERATIONS_OF_A_LOOK) {
            Some(rest) if !written.is_empty() && is_surely_refused(store, change).await => rest,
            _ => 0,
        };
    }
    for key in written.into_iter().take(most) {
        store.remove(key).await?;
    }
    Ok(commit)
}

/// Whether the record shows that no try of a repeated change was made of the state it expects, nor ever will be. Then its index entries are in
/// no use: a try of the same name on another state gives its entries other names.
async fn is_surely_refused(store: &impl StepwiseStore, change: &Change) -> bool {
    matches!(store.get(&change.key).await, Ok(Some(record)) if is_refused(change, &record))
}

/// Where the note of a change is that expects this. A change of one name may be offered to several states of a record, in turn or by two
/// at once: what one of them takes back must not be the note of another that was made.
fn key_of_try(key: &Key, expect: &Expect) -> Key {
    match expect {
        Expect::Absent => key.clone(),
        Expect::Unchanged(Guard(guard)) => Key::kept([key.as_str(), "-", guard].concat()),
    }
}
