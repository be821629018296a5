//! A change: one guarded write of one record, with the hints it gains and loses and what is written down beside it.

use super::alias_record::AliasState;
use super::{Key, index_entry};
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
    pub attachments: Vec<(Key, String)>,
    /// What the audit says of it. It goes with the change: a refused one is not told of.
    pub note: Option<AuditEntry>,
    /// Hints the record yields from now on.
    pub index_adds: Vec<Key>,
    /// Keys that are of no use any more: hints it yielded before, old sides.
    pub removes: Vec<Key>,
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
    pub fn has_attachments(&self) -> bool {
        !self.attachments.is_empty() || !self.index_adds.is_empty() || self.note.is_some()
    }

    /// The write alone, with nothing beside it.
    pub(crate) fn write_only(key: Key, expect: Expect, value: String, token: String) -> Self {
        let (attachments, index_adds, removes) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            key,
            expect,
            value,
            token,
            attachments,
            note: None,
            index_adds,
            removes,
            expires_at: None,
            repeated: false,
            most_taken_back: None,
        }
    }
}

/// The index entries of a holder, each ending in `token`. Everything that lists links finds them through these. One who is still arriving
/// has them written already, beside those of whoever is still to be seen.
pub(super) fn index_entries_of(alias_state: &AliasState, token: &str) -> Vec<Key> {
    match alias_state {
        AliasState::Link(link) => index_entries_of_link(link, token),
        AliasState::PendingMove(pending_move) => {
            let mut both = index_entries_of_link(&pending_move.link, token);
            let before = index_entries_of(&pending_move.before, token);
            both.extend(before.into_iter().filter(|index_entry| !both.contains(index_entry)).collect::<Vec<_>>());
            both
        }
        AliasState::Erasing(_) | AliasState::MovedTo(_) | AliasState::Free => Vec::new(),
    }
}

fn index_entries_of_link(link: &Link, token: &str) -> Vec<Key> {
    let mut index_entries = vec![index_entry::by_time(link, token), index_entry::by_target(link, token)];
    index_entries.extend(link.owner.as_ref().map(|owner| index_entry::by_owner(link, owner, token)));
    index_entries.extend(link.spec.tags.iter().map(|tag| index_entry::by_tag(link, tag, token)));
    index_entries.extend(link.spec.external_id.as_ref().map(|id| index_entry::by_external_id(link, id, token)));
    index_entries.extend(link.spec.crawlable.then(|| index_entry::crawlable(link, token)));
    index_entries
}

/// Whether `link` has an index entry that differs from the one at `key` in its token at most. Only those of its kind are made: some take a digest.
pub(super) fn has_entry(link: &Link, key: &Key) -> bool {
    let is = |entry: Key| index_entry::says_the_same(&entry, key);
    match index_entry::kind(key) {
        "by-time" => is(index_entry::by_time(link, "")),
        "by-target" => is(index_entry::by_target(link, "")),
        "by-owner" => link.owner.as_ref().is_some_and(|owner| is(index_entry::by_owner(link, owner, ""))),
        "by-tag" => link.spec.tags.iter().any(|tag| is(index_entry::by_tag(link, tag, ""))),
        "by-external-id" => link.spec.external_id.as_ref().is_some_and(|id| is(index_entry::by_external_id(link, id, ""))),
        "crawlable" => link.spec.crawlable && is(index_entry::crawlable(link, "")),
        _ => false,
    }
}

/// The marks of the tags that these new index entries list links by, as sides of the commit that writes them.
pub(super) fn marks_of(index_adds: &[Key]) -> Vec<(Key, String)> {
    index_adds.iter().filter_map(index_entry::mark).map(|mark| (mark, "null".to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::links::fields::settings::tests::everything;
    use crate::model::link::UserId;
    use crate::model::link_settings::LinkSettings;

    #[test]
    fn a_link_has_the_entries_that_are_made_for_it() {
        let full =
            Link { spec: LinkSettings { crawlable: true, ..everything() }, owner: Some(UserId::stored("usr_1".into())), ..Link::example() };
        let index_entries = index_entries_of_link(&full, "t");
        assert!(index_entries.len() >= 6 && index_entries.iter().all(|index_entry| has_entry(&full, index_entry)), "{index_entries:?}");
        let with_another_token = index_entries_of_link(&full, "u");
        assert!(with_another_token.iter().all(|index_entry| has_entry(&full, index_entry)));
        let other = Link { alias: crate::model::alias::Alias::stored("other".into()), ..full.clone() };
        assert!(!index_entries_of_link(&other, "t").iter().any(|index_entry| has_entry(&full, index_entry)));
        let bare: Vec<bool> = index_entries.iter().map(|index_entry| has_entry(&Link::example(), index_entry)).collect();
        assert_eq!(bare.iter().filter(|has| **has).count(), 2, "its time and its target alone");
    }
}
