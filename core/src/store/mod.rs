//! Storage: guarded records, index entries that name them, and cached links near the visitor.
//!
//! * A record is authoritative. Each is written by compare-and-swap ([`Change`], [`write()`]).
//! * An index entry is a key that names a record. A reader ignores it unless the record still has this entry.
//! * A cached value has the time when it was verified against the store, which decides how far it is trusted
//!   ([`cache`]).
//!
//! The ports of an edge are in [`ports`], the names of all keys in `keys`, the JSON of all records in `stored`.

mod alias_record;
mod audit_events;
pub(crate) mod blocklist;
pub mod budget;
pub mod cache;
pub(crate) mod cached_link;
mod change;
mod commit_tokens;
pub(crate) mod compiled_link;
mod domain_records;
mod guarded_record;
pub(crate) mod history;
pub(crate) mod id_source;
pub(crate) mod idempotency;
pub(crate) mod ingest_position;
mod keys;
pub mod ledger;
pub(crate) mod link_count;
pub(crate) mod memo;
pub mod ports;
mod robots;
pub(crate) mod segments;
mod stepwise_commit;
mod stored;
mod team;
pub mod tickets;
mod write;

pub(crate) use alias_record::{
    AliasRecord, AliasState, EntryStatus, MovedTo, PendingMove, finalize_move, follow_moves, load, load_beside, load_many,
};
pub(crate) use audit_events::AuditEvent;
pub use change::{AuditEntry, Change, Expect};
pub(crate) use domain_records::{DomainRecord, DomainRedirects};
pub(crate) use guarded_record::GuardedRecord;
pub(crate) use keys::index_entry;
pub use keys::{Cursor, Key, Prefix};
pub(crate) use robots::RobotsText;
pub use stepwise_commit::{ENTRY_VALUE, StepwiseStore, commit_stepwise};
pub use stored::{beside_as_json, keys_as_json};
pub(crate) use team::{EmailClaim, Team};
pub(crate) use write::{MAX_EDIT_ATTEMPTS, Written, commit_with_retries, write};
