//! A change: one guarded write of one record, with its attachments, its audit event, and the index entries it adds and
//! removes.

use std::collections::BTreeSet;

use super::alias_record::AliasState;
use super::{Key, index_entry};
use crate::model::link::Link;
use crate::model::search_words::link_words;
use crate::model::time::Timestamp;
use crate::store::ports::Guard;

/// The state in which the record must be for the change to be committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The record does not exist.
    Absent,
    /// The record still has this guard.
    Unchanged(Guard),
}

/// The input of `Records::commit`.
///
/// A store without transactions writes in this order: attachments, new index entries, the audit event, the guarded
/// record, removals. A crash in between leaves only index entries that match no record and attachments that no record
/// names. Readers skip those.
#[derive(Clone, Debug)]
pub struct Change {
    /// The key of the record.
    pub key: Key,
    /// The expected state of the record.
    pub expect: Expect,
    /// The new value of the record, JSON.
    pub value: String,
    /// The commit token: a random name of this commit. A store may use it as the guard of the record.
    pub token: String,
    /// Attachments: values written beside the record that never change, such as history versions and tag markers. One
    /// key always gets the same value, so an attachment may be written again.
    pub attachments: Vec<(Key, String)>,
    /// The audit event, written if the change is committed.
    pub audit_entry: Option<AuditEntry>,
    /// New index entries of the record.
    pub index_adds: Vec<Key>,
    /// Keys to remove: old index entries of the record, old attachments.
    pub removes: Vec<Key>,
    /// New entries of the record in the word index. Only a store with transactions writes them. They have no token, and
    /// the record does not name them: they follow from its value.
    pub word_adds: Vec<Key>,
    /// Entries of the word index to remove, under the same condition. None of them is in `word_adds`.
    pub word_removes: Vec<Key>,
    /// The time after which the store may delete the record. It may do so late: the core checks the time itself.
    pub expires_at: Option<Timestamp>,
    /// Whether an earlier attempt at this very change may have been applied. If this attempt ends in a conflict, its
    /// index entries are removed only if the record shows that no attempt was applied.
    pub repeated: bool,
    /// The maximum number of operations for undoing a conflicting change; `None` means no limit.
    pub max_undo_operations: Option<u32>,
}

/// An audit event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The key.
    pub key: Key,
    /// The value, JSON.
    pub value: String,
    /// The time after which the store may delete it; never if there is none.
    pub expires_at: Option<Timestamp>,
}

impl Change {
    /// Whether a transaction writes anything beside the record.
    #[must_use]
    pub fn has_attachments(&self) -> bool {
        !self.attachments.is_empty() || self.audit_entry.is_some() || self.all_adds().next().is_some()
    }

    /// Whether a transaction removes anything.
    #[must_use]
    pub fn has_removals(&self) -> bool {
        self.all_removes().next().is_some()
    }

    /// All index entries that a transaction writes.
    pub fn all_adds(&self) -> impl Iterator<Item = &Key> {
        self.index_adds.iter().chain(&self.word_adds)
    }

    /// All keys that a transaction removes.
    pub fn all_removes(&self) -> impl Iterator<Item = &Key> {
        self.removes.iter().chain(&self.word_removes)
    }

    /// A change that writes nothing beside the record.
    pub(crate) fn write_only(key: Key, expect: Expect, value: String, token: String) -> Self {
        let (attachments, index_adds, removes) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            key,
            expect,
            value,
            token,
            attachments,
            audit_entry: None,
            index_adds,
            removes,
            word_adds: Vec::new(),
            word_removes: Vec::new(),
            expires_at: None,
            repeated: false,
            max_undo_operations: None,
        }
    }
}

/// The index entries of an alias state, each ending in `token`. Lists find links only through these. A pending move
/// already has the entries of its link, beside those of the previous state.
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
    index_entries.extend(link.settings.tags.iter().map(|tag| index_entry::by_tag(link, tag, token)));
    index_entries.extend(link.settings.external_id.as_ref().map(|id| index_entry::by_external_id(link, id, token)));
    index_entries.extend(link.settings.crawlable.then(|| index_entry::crawlable(link, token)));
    index_entries
}

/// The entries of an alias state in the word index, for the same links.
pub(super) fn word_entries_of(alias_state: &AliasState) -> BTreeSet<Key> {
    let of_link = |link: &Link| link_words(link).iter().map(|word| index_entry::by_word(link, word)).collect();
    match alias_state {
        AliasState::Link(link) => of_link(link),
        AliasState::PendingMove(pending_move) => {
            let mut both: BTreeSet<Key> = of_link(&pending_move.link);
            both.extend(word_entries_of(&pending_move.before));
            both
        }
        AliasState::Erasing(_) | AliasState::MovedTo(_) | AliasState::Free => BTreeSet::new(),
    }
}

/// Whether `link` has an index entry that equals `key`, except that the tokens may differ. Only entries of its kind are
/// built, because some need a digest.
pub(super) fn has_entry(link: &Link, key: &Key) -> bool {
    let matches = |entry: Key| index_entry::is_same_entry(&entry, key);
    match index_entry::kind(key) {
        "by-time" => matches(index_entry::by_time(link, "")),
        "by-target" => matches(index_entry::by_target(link, "")),
        "by-owner" => link.owner.as_ref().is_some_and(|owner| matches(index_entry::by_owner(link, owner, ""))),
        "by-tag" => link.settings.tags.iter().any(|tag| matches(index_entry::by_tag(link, tag, ""))),
        "by-external-id" => link.settings.external_id.as_ref().is_some_and(|id| matches(index_entry::by_external_id(link, id, ""))),
        "crawlable" => link.settings.crawlable && matches(index_entry::crawlable(link, "")),
        _ => false,
    }
}

/// The markers of the tags of new index entries, as attachments of the commit that writes the entries.
pub(super) fn tag_markers_of(index_adds: &[Key]) -> Vec<(Key, String)> {
    index_adds.iter().filter_map(index_entry::tag_marker).map(|marker| (marker, "null".to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::links::fields::settings::tests::everything;
    use crate::model::link::UserId;
    use crate::model::link_settings::LinkSettings;

    #[test]
    fn link_has_exactly_its_own_index_entries() {
        let full = Link {
            settings: LinkSettings { crawlable: true, ..everything() },
            owner: Some(UserId::stored("usr_1".into())),
            ..Link::example()
        };
        let index_entries = index_entries_of_link(&full, "t");
        assert!(index_entries.len() >= 6 && index_entries.iter().all(|index_entry| has_entry(&full, index_entry)), "{index_entries:?}");
        let with_another_token = index_entries_of_link(&full, "u");
        assert!(with_another_token.iter().all(|index_entry| has_entry(&full, index_entry)));
        let other = Link { alias: crate::model::alias::Alias::stored("other".into()), ..full.clone() };
        assert!(!index_entries_of_link(&other, "t").iter().any(|index_entry| has_entry(&full, index_entry)));
        let bare: Vec<bool> = index_entries.iter().map(|index_entry| has_entry(&Link::example(), index_entry)).collect();
        assert_eq!(bare.iter().filter(|has| **has).count(), 2, "only its time and its target");
    }
}
