//! A change: one guarded write of one record, with the hints it gains and loses.

use super::{Key, hint};
use crate::link::Link;
use crate::ports::Guard;

/// The state the record must be in for the change to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// There is no such record.
    Absent,
    /// It is as it was when it was read.
    Unchanged(Guard),
}

/// What `Records::commit` makes at once, or in this order: the gained hints, the guarded record, the dropped hints. After a crash
/// in between there are only hints that no record yields, and readers skip those.
#[derive(Clone, Debug)]
pub struct Change {
    /// The record.
    pub key: Key,
    /// The state it must be in.
    pub expect: Expect,
    /// Its new value, JSON.
    pub value: String,
    /// The random name of this commit. A store may use it as the record's guard.
    pub token: String,
    /// Hints the record yields from now on.
    pub gains: Vec<Key>,
    /// Hints it yielded before.
    pub drops: Vec<Key>,
    /// Whether an earlier try of this very change may have been applied: then its hints may be in use and stay, even if this
    /// try is refused.
    pub repeated: bool,
}

/// The hints a link yields. Everything that lists links finds them through these.
pub(crate) fn hints_of(link: &Link, hint_token: &str) -> Vec<Key> {
    vec![hint::by_time(&link.domain, link.created_at, &link.alias, hint_token)]
}
