//! How links are kept: one guarded record each, hints that point to it, and copies nearer to the visitor.
//!
//! A record is the truth. A hint is a key that leads to a record and is believed only while the record still yields it. A copy
//! is what an edge may hold nearby, with the version it shows and when it was checked.

mod alias_record;
pub mod budget;
pub mod cached_link;
mod change;
pub(crate) mod compiled_link;
mod domain_records;
pub(crate) mod history;
pub(crate) mod id_source;
mod kept;
mod keys;
pub(crate) mod memo;
mod notes;
pub(crate) mod once;
mod people;
pub mod ports;
mod robots;
mod steps;
mod stored;
pub mod tickets;
mod tokens;
mod totals;
mod write;

pub(crate) use alias_record::{AliasRecord, AliasState, EntryStatus, MovedTo, PendingMove, finalize_move, follow_moves, load, load_many};
pub use change::{AuditEntry, Change, Expect};
pub(crate) use domain_records::{DomainRecord, DomainRedirects};
pub(crate) use kept::GuardedRecord;
pub(crate) use keys::index_entry;
pub use keys::{Cursor, Key, Prefix};
pub(crate) use notes::AuditEvent;
pub(crate) use people::{EmailClaim, Team};
pub(crate) use robots::RobotsText;
pub use steps::{HINT, StepByStep, commit_step_by_step};
pub use stored::{beside_as_json, keys_as_json};
pub(crate) use totals::{Total, bring_clicks, count_click};
pub(crate) use write::{EDITS, Written, offer, write};
