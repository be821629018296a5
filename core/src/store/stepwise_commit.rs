//! Stepwise commits, for a store without transactions.
//!
//! The order is: attachments, new index entries, audit event, guarded record, removals. A crash at any step leaves only
//! index entries that match no record, attachments that no record names, and possibly the audit event of a change that
//! was not made. No change is made without its audit event. Entries of the word index are not written.

use super::commit_tokens::is_rejected;
use super::{AuditEntry, Change, Expect, Key};
use crate::store::ports::{Commit, Guard, Records, StoreError};

/// The value of an index entry. All its information is in the key.
pub const ENTRY_VALUE: &str = "null";

/// The read that checks whether a retried change was rejected for good.
const OPERATIONS_OF_A_CHECK: usize = 1;

/// A store without transactions.
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait StepwiseStore: Records {
    /// Writes an index entry or an attachment.
    async fn put_beside(&self, key: &Key, value: &str) -> Result<(), StoreError>;
    /// Writes an audit event if its key is absent. The store may delete it once it has expired.
    async fn put_audit_entry(&self, audit_entry: &AuditEntry) -> Result<(), StoreError>;
    /// Writes the record if it is in the expected state.
    async fn write_guarded(&self, change: &Change) -> Result<Commit, StoreError>;
    /// Removes an index entry, an attachment or an audit event. Succeeds if the key does not exist.
    async fn remove(&self, key: &Key) -> Result<(), StoreError>;
}

/// Commits `change`. After a conflict, removes the index entries and the audit event of the change, unless an earlier
/// attempt was or may have been applied.
///
/// # Errors
/// The error of the store. Steps before it are not undone.
pub async fn commit_stepwise(store: &impl StepwiseStore, change: &Change) -> Result<Commit, StoreError> {
    for (key, value) in &change.attachments {
        store.put_beside(key, value).await?;
    }
    for index_entry in &change.index_adds {
        store.put_beside(index_entry, ENTRY_VALUE).await?;
    }
    let audit_entry =
        change.audit_entry.as_ref().map(|entry| AuditEntry { key: key_of_attempt(&entry.key, &change.expect), ..entry.clone() });
    if let Some(audit_entry) = &audit_entry {
        store.put_audit_entry(audit_entry).await?;
    }
    let commit = store.write_guarded(change).await?;
    if commit == Commit::Done {
        for key in &change.removes {
            store.remove(key).await?;
        }
        return Ok(commit);
    }
    // The audit event is removed first, because people read it.
    let written: Vec<&Key> = audit_entry.iter().map(|entry| &entry.key).chain(&change.index_adds).collect();
    let mut max_removals = change.max_undo_operations.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    if change.repeated {
        max_removals = match max_removals.checked_sub(OPERATIONS_OF_A_CHECK) {
            Some(rest) if !written.is_empty() && is_rejected_for_good(store, change).await => rest,
            _ => 0,
        };
    }
    for key in written.into_iter().take(max_removals) {
        store.remove(key).await?;
    }
    Ok(commit)
}

/// Whether the record shows that no attempt of a retried change was or will be committed against the state it expects.
/// Then its index entries are unused: an attempt with the same token against another state has entries with other
/// names.
async fn is_rejected_for_good(store: &impl StepwiseStore, change: &Change) -> bool {
    matches!(store.get(&change.key).await, Ok(Some(record)) if is_rejected(change, &record))
}

/// The key of the audit event of one attempt. Attempts with one token may expect different states of the record, in
/// turn or at the same time. The removal after a conflict of one must not remove the event of another that was
/// committed.
fn key_of_attempt(key: &Key, expect: &Expect) -> Key {
    match expect {
        Expect::Absent => key.clone(),
        Expect::Unchanged(Guard(guard)) => Key::stored([key.as_str(), "-", guard].concat()),
    }
}
