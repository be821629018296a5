//! A change: one guarded write of one record, with the hints it gains and loses and what is written down beside it.

use super::place::AliasState;
use super::{Key, hint};
use crate::model::link::Link;
use crate::model::time::Timestamp;
use crate::store::ports::Guard;

/// The state the record must be in for the change to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// There is no such record.
    Absent,
    /// It is as it was when it was read.
    Unchanged(Guard),
}

/// What `Records::commit` makes at once, or in this order: the sides, the gained hints, the guarded record, the dropped keys. After a
/// crash in between there are only hints that no record yields and sides that no record names, and readers skip those.
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
    /// What is written beside the record and never changed: history, marks. Under one name it is the same each time, so it may be written again.
    pub sides: Vec<(Key, String)>,
    /// What the audit says of it. It goes with the change: a refused one is not told of.
    pub note: Option<AuditEntry>,
    /// Hints the record yields from now on.
    pub gains: Vec<Key>,
    /// Keys that are of no use any more: hints it yielded before, old sides.
    pub drops: Vec<Key>,
    /// When the store may forget the record. It may take its time: the core looks at the clock anyway.
    pub expires_at: Option<Timestamp>,
    /// Whether an earlier try of this very change may have been applied. If this try is refused, its index entries are removed only if
    /// the record shows that no try was applied.
    pub repeated: bool,
    /// Most operations that undoing a refused change may use; `None` means no limit.
    pub most_taken_back: Option<u32>,
}

/// A line of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Where it is written down.
    pub key: Key,
    /// JSON.
    pub value: String,
    /// When the store may forget it; never, if there is nothing.
    pub expires_at: Option<Timestamp>,
}

impl Change {
    /// Whether anything is written beside the record.
    #[must_use]
    pub fn has_beside(&self) -> bool {
        !self.sides.is_empty() || !self.gains.is_empty() || self.note.is_some()
    }

    /// The write alone, with nothing beside it.
    pub(crate) fn of(key: Key, expect: Expect, value: String, token: String) -> Self {
        let (sides, gains, drops) = (Vec::new(), Vec::new(), Vec::new());
        Self { key, expect, value, token, sides, note: None, gains, drops, expires_at: None, repeated: false, most_taken_back: None }
    }
}

/// The index entries of a holder, each ending in `token`. Everything that lists links finds them through these. One who is still arriving
/// has them written already, beside those of whoever is still to be seen.
pub(super) fn hints_of(holder: &AliasState, token: &str) -> Vec<Key> {
    match holder {
        AliasState::Link(link) => hints_of_link(link, token),
        AliasState::PendingMove(arriving) => {
            let mut both = hints_of_link(&arriving.link, token);
            let before = hints_of(&arriving.before, token);
            both.extend(before.into_iter().filter(|hint| !both.contains(hint)).collect::<Vec<_>>());
            both
        }
        AliasState::Erasing(_) | AliasState::MovedTo(_) | AliasState::Nobody => Vec::new(),
    }
}

fn hints_of_link(link: &Link, token: &str) -> Vec<Key> {
    let mut hints = vec![hint::by_time(link, token), hint::by_target(link, token)];
    hints.extend(link.owner.as_ref().map(|owner| hint::by_owner(link, owner, token)));
    hints.extend(link.spec.tags.iter().map(|tag| hint::by_tag(link, tag, token)));
    hints.extend(link.spec.external_id.as_ref().map(|id| hint::by_external_id(link, id, token)));
    hints.extend(link.spec.crawlable.then(|| hint::crawlable(link, token)));
    hints
}

/// Whether `link` has an index entry that differs from the one at `key` in its token at most. Only those of its kind are made: some take a digest.
pub(super) fn has_entry(link: &Link, key: &Key) -> bool {
    let is = |entry: Key| hint::says_the_same(&entry, key);
    match hint::kind(key) {
        "by-time" => is(hint::by_time(link, "")),
        "by-target" => is(hint::by_target(link, "")),
        "by-owner" => link.owner.as_ref().is_some_and(|owner| is(hint::by_owner(link, owner, ""))),
        "by-tag" => link.spec.tags.iter().any(|tag| is(hint::by_tag(link, tag, ""))),
        "by-external-id" => link.spec.external_id.as_ref().is_some_and(|id| is(hint::by_external_id(link, id, ""))),
        "crawlable" => link.spec.crawlable && is(hint::crawlable(link, "")),
        _ => false,
    }
}

/// The marks of the tags that these new index entries list links by, as sides of the commit that writes them.
pub(super) fn marks_of(gains: &[Key]) -> Vec<(Key, String)> {
    gains.iter().filter_map(hint::mark).map(|mark| (mark, "null".to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::links::fields::settings::tests::everything;
    use crate::model::link::UserId;
    use crate::model::spec::LinkSettings;

    #[test]
    fn a_link_has_the_entries_that_are_made_for_it() {
        let full =
            Link { spec: LinkSettings { crawlable: true, ..everything() }, owner: Some(UserId::stored("usr_1".into())), ..Link::example() };
        let hints = hints_of_link(&full, "t");
        assert!(hints.len() >= 6 && hints.iter().all(|hint| has_entry(&full, hint)), "{hints:?}");
        let with_another_token = hints_of_link(&full, "u");
        assert!(with_another_token.iter().all(|hint| has_entry(&full, hint)));
        let other = Link { alias: crate::model::alias::Alias::stored("other".into()), ..full.clone() };
        assert!(!hints_of_link(&other, "t").iter().any(|hint| has_entry(&full, hint)));
        let bare: Vec<bool> = hints.iter().map(|hint| has_entry(&Link::example(), hint)).collect();
        assert_eq!(bare.iter().filter(|has| **has).count(), 2, "its time and its target alone");
    }
}
