//! How links are kept: one guarded record each, hints that point to it, and copies nearer to the visitor.
//!
//! A record is the truth. A hint is a key that leads to a record and is believed only while the record still yields it. A copy
//! is what an edge may hold nearby, with the version it shows and when it was checked.

mod alias_record;
mod audit_events;
pub mod budget;
pub mod cached_link;
mod change;
mod click_totals;
mod commit_tokens;
pub(crate) mod compiled_link;
mod domain_records;
mod guarded_record;
pub(crate) mod history;
pub(crate) mod id_source;
pub(crate) mod idempotency;
mod keys;
pub(crate) mod memo;
pub mod ports;
mod robots;
mod stepwise_commit;
mod stored;
mod team;
pub mod tickets;
mod write;

pub(crate) use alias_record::{AliasRecord, AliasState, EntryStatus, MovedTo, PendingMove, finalize_move, follow_moves, load, load_many};
pub(crate) use audit_events::AuditEvent;
pub use change::{AuditEntry, Change, Expect};
pub(crate) use click_totals::{Total, bring_clicks, count_click};
pub(crate) use domain_records::{DomainRecord, DomainRedirects};
pub(crate) use guarded_record::GuardedRecord;
pub(crate) use keys::index_entry;
pub use keys::{Cursor, Key, Prefix};
pub(crate) use robots::RobotsText;
pub use stepwise_commit::{HINT, StepwiseStore, commit_stepwise};
pub use stored::{beside_as_json, keys_as_json};
pub(crate) use team::{EmailClaim, Team};
pub(crate) use write::{EDITS, Written, offer, write};
