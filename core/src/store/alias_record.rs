//! The record of an alias and its states: a link, a pending move, a forwarding record, or free.
//!
//! A move writes two records. First the new alias gets a pending move. Then one guarded write replaces the link at the
//! old alias by a forwarding record with the same move id: this is the commit point. Until then, readers of the new
//! alias use its previous state.

use std::collections::BTreeSet;

use super::change::{has_entry, index_entries_of, tag_markers_of, word_entries_of};
use super::stored::alias::StoredAlias;
use super::stored::tokens::Tokens;
use super::{Change, Expect, Key, Written, index_entry, stored};
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::{Link, LinkId, MAX_MOVES};
use crate::model::time::Timestamp;
use crate::store::blocklist::Blocklist;
use crate::store::ports::{Guard, Record, Records, StoreError};

/// The state of an alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AliasState {
    /// A link, deleted or not.
    Link(Link),
    /// A link that is moving to this alias. The move is complete once the old alias has a forwarding record with the
    /// same move id.
    PendingMove(Box<PendingMove>),
    /// A link that is being erased. It is kept only to know what else must be removed.
    Erasing(Link),
    /// A forwarding record: the link moved to another alias.
    MovedTo(MovedTo),
    /// No link: the alias can be claimed.
    Free,
}

/// A move that may or may not be complete: the record of the old alias decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingMove {
    pub(crate) link: Link,
    /// The key of the old alias.
    pub(crate) from: Key,
    /// The random name of this move, which the forwarding record repeats.
    pub(crate) move_id: String,
    pub(crate) since: Timestamp,
    /// The previous state of the alias, which is valid again if the move is aborted.
    pub(crate) before: AliasState,
}

/// A forwarding record: where a link moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MovedTo {
    pub(crate) link: LinkId,
    pub(crate) domain: Domain,
    pub(crate) alias: Alias,
    pub(crate) move_id: String,
    /// Whether visitors of the old alias reach the link.
    pub(crate) forwards: bool,
}

impl MovedTo {
    /// The key of the new alias.
    pub(crate) fn to(&self) -> Key {
        Key::link(&self.domain, &self.alias)
    }
}

/// The record of an alias, as it was read.
#[derive(Clone, Debug)]
pub(crate) struct AliasRecord {
    pub(crate) key: Key,
    pub(crate) alias_state: AliasState,
    /// How often the record was written. Of two versions of it, the one with more commits is newer.
    pub(crate) commits: u64,
    tokens: Tokens,
    /// The suffix of the index entries that are not in `newer_entries`. It names the commit that wrote those entries.
    entry_token: String,
    /// Index entries that later commits wrote, with their own suffix: an edit writes only the entries that it
    /// changes.
    newer_entries: Vec<Key>,
    /// Index entries of the state that a completed move replaced. The next write removes them.
    leftovers: Vec<Key>,
    /// The same of the word index.
    word_leftovers: BTreeSet<Key>,
    guard: Guard,
}

/// State of the index entries named by the record of a link that is being erased.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryStatus {
    /// They may exist.
    Named,
    /// They were removed.
    Removed,
}

impl AliasRecord {
    /// Decodes the record at `key`. A pending move stays pending; [`load`] resolves it.
    pub(crate) fn decode(key: &Key, record: &Record) -> Result<Self, StoreError> {
        let mut stored: StoredAlias<'_> = stored::read(&record.value)?;
        Ok(Self {
            key: key.clone(),
            alias_state: stored.take_state()?,
            commits: stored.commits,
            tokens: stored.tokens,
            entry_token: stored.entry_token.into_owned(),
            newer_entries: stored.newer_entries.into_iter().map(|index_entry| Key::stored(index_entry.into_owned())).collect(),
            leftovers: Vec::new(),
            word_leftovers: BTreeSet::new(),
            guard: record.guard.clone(),
        })
    }

    /// The change that creates the record at `key` with `alias_state`.
    pub(crate) fn claim(key: &Key, alias_state: &AliasState, token: String) -> Result<Change, StoreError> {
        let index_adds = index_entries_of(alias_state, &token);
        let value = stored::write(&StoredAlias::new(alias_state, 1, Tokens::first(&token), (&token, &[])))?;
        Ok(Change {
            attachments: tag_markers_of(&index_adds),
            index_adds,
            word_adds: word_entries_of(alias_state).into_iter().collect(),
            ..Change::write_only(key.clone(), Expect::Absent, value, token)
        })
    }

    /// The change that replaces the state by `alias_state`. Index entries that both states have are kept.
    pub(crate) fn replace(&self, alias_state: &AliasState, token: String) -> Result<Change, StoreError> {
        let before = self.index_entries(&self.alias_state);
        // A claim that meets a conflict retries with the same token and removes the entries of the refused attempt.
        // The store may apply that removal late. So each attempt names its entries differently, and no late removal
        // meets the entries of a later attempt.
        let name = format!("{token}-{}", self.commits);
        let wanted = index_entries_of(alias_state, &name);
        let is_among =
            |index_entry: &Key, index_entries: &[Key]| index_entries.iter().any(|other| index_entry::is_same_entry(index_entry, other));
        let (kept, mut removes): (Vec<Key>, Vec<Key>) = before.iter().cloned().partition(|index_entry| is_among(index_entry, &wanted));
        removes.extend_from_slice(&self.leftovers);
        let index_adds: Vec<Key> = wanted.into_iter().filter(|index_entry| !is_among(index_entry, &before)).collect();
        let has_old = kept.iter().any(|index_entry| index_entry::ends_in(index_entry, &self.entry_token));
        let entry_token = if has_old || index_adds.is_empty() { &self.entry_token } else { &name };
        let newer_entries: Vec<Key> =
            kept.iter().chain(&index_adds).filter(|index_entry| !index_entry::ends_in(index_entry, entry_token)).cloned().collect();
        let value = self.next(alias_state, &token, (entry_token, &newer_entries))?;
        let expect = Expect::Unchanged(self.guard.clone());
        let (old_words, new_words) = (self.word_entries(), word_entries_of(alias_state));
        Ok(Change {
            attachments: tag_markers_of(&index_adds),
            index_adds,
            removes,
            word_adds: new_words.difference(&old_words).cloned().collect(),
            word_removes: old_words.difference(&new_words).cloned().collect(),
            ..Change::write_only(self.key.clone(), expect, value, token)
        })
    }

    /// The change that starts or continues to erase `link`: removes its index entries and `removes`. The record keeps
    /// what names the entries until they are known to be removed, because the writer may crash before that.
    pub(crate) fn erase(&self, link: &Link, mut removes: Vec<Key>, entries: EntryStatus, token: String) -> Result<Change, StoreError> {
        let alias_state = AliasState::Erasing(link.clone());
        let change = self.replace(&alias_state, token)?;
        let index_entries = match entries {
            EntryStatus::Removed => ("", &[][..]),
            EntryStatus::Named => {
                removes.extend(match &self.alias_state {
                    AliasState::Erasing(link) if self.names_entries() => self.index_entries(&AliasState::Link(link.clone())),
                    alias_state => self.index_entries(alias_state),
                });
                removes.extend_from_slice(&self.leftovers);
                (&*self.entry_token, &*self.newer_entries)
            }
        };
        let value = self.next(&alias_state, &change.token, index_entries)?;
        Ok(Change { value, removes, ..change })
    }

    /// Whether the record names index entries that may still exist.
    pub(crate) fn names_entries(&self) -> bool {
        !self.entry_token.is_empty()
    }

    /// Whether index entries of the previous state are still to be removed.
    pub(crate) fn has_leftovers(&self) -> bool {
        !self.leftovers.is_empty()
    }

    /// The value of the record after the commit `token`, which sets `alias_state`.
    fn next(&self, alias_state: &AliasState, token: &str, index_entries: (&str, &[Key])) -> Result<String, StoreError> {
        stored::write(&StoredAlias::new(alias_state, self.commits.saturating_add(1), self.tokens.and(token), index_entries))
    }

    /// The index entries of `alias_state`, the present or a previous state, with the tokens they were written with.
    fn index_entries(&self, alias_state: &AliasState) -> Vec<Key> {
        let mut index_entries = index_entries_of(alias_state, &self.entry_token);
        for index_entry in &mut index_entries {
            if let Some(newer) = self.newer_entries.iter().find(|newer| index_entry::is_same_entry(newer, index_entry)) {
                index_entry.clone_from(newer);
            }
        }
        index_entries
    }

    /// The entries of the record in the word index, also those of the state that a completed move replaced.
    pub(crate) fn word_entries(&self) -> BTreeSet<Key> {
        let mut entries = word_entries_of(&self.alias_state);
        entries.extend(self.word_leftovers.iter().cloned());
        entries
    }

    /// The index entries that the record names.
    #[cfg(any(test, feature = "memory"))]
    pub(crate) fn entries(&self) -> Vec<Key> {
        self.index_entries(&self.alias_state)
    }

    /// Whether the index entry at `key` is valid: the link here has such an entry. The token is not compared, because
    /// a list read before the latest commit still has the entry under its old token.
    pub(crate) fn matches_entry(&self, key: &Key) -> bool {
        self.link().is_some_and(|link| has_entry(link, key))
    }

    /// Whether the record remembers the commit `token`.
    pub(crate) fn remembers(&self, token: &str) -> bool {
        self.tokens.remember(token)
    }

    /// The link that is visible here, deleted or not.
    pub(crate) fn link(&self) -> Option<&Link> {
        match self.alias_state.visible() {
            AliasState::Link(link) => Some(link),
            AliasState::PendingMove(_) | AliasState::Erasing(_) | AliasState::MovedTo(_) | AliasState::Free => None,
        }
    }

    /// Whether this old alias confirms the move. Its forwarding record stays valid while another link is moving here.
    pub(crate) fn has_moved_to(&self, pending_move: &PendingMove) -> bool {
        matches!(self.alias_state.visible(), AliasState::MovedTo(moved_to) if moved_to.move_id == pending_move.move_id)
    }

    /// Completes the pending move if the record of the old alias confirms it.
    fn resolve_pending_move(&mut self, from: Option<&Self>) {
        if let AliasState::PendingMove(pending_move) = &self.alias_state
            && from.is_some_and(|from| from.has_moved_to(pending_move))
        {
            self.complete_move();
        }
    }

    /// Replaces the pending move by its link.
    fn complete_move(&mut self) {
        let AliasState::PendingMove(pending_move) = &self.alias_state else { return };
        let moved = AliasState::Link(pending_move.link.clone());
        let own = self.index_entries(&moved);
        self.leftovers = self.index_entries(&pending_move.before);
        self.leftovers.retain(|index_entry| !own.contains(index_entry));
        self.word_leftovers = word_entries_of(&pending_move.before);
        self.alias_state = moved;
    }
}

impl AliasState {
    /// The visible state: during a pending move, the previous one.
    pub(crate) fn visible(&self) -> &Self {
        match self {
            Self::PendingMove(pending_move) => &pending_move.before,
            alias_state => alias_state,
        }
    }
}

/// Reads the record at `key`. If it has a pending move, also reads the old alias, and completes the move if the old
/// alias confirms it.
pub(crate) async fn load(records: &impl Records, key: &Key) -> Result<Option<AliasRecord>, StoreError> {
    resolve(records, load_unresolved(records, key).await?).await
}

/// Reads the record at `key` like [`load`], and with the same call whether the blocklist was used.
pub(crate) async fn load_beside(records: &impl Records, key: &Key, blocklist: &Blocklist) -> Result<Option<AliasRecord>, StoreError> {
    let record = blocklist.get_beside(records, key).await?;
    resolve(records, record.map(|record| AliasRecord::decode(key, &record)).transpose()?).await
}

/// Completes the pending move of a record if the old alias confirms it.
async fn resolve(records: &impl Records, alias_record: Option<AliasRecord>) -> Result<Option<AliasRecord>, StoreError> {
    let Some(mut alias_record) = alias_record else {
        return Ok(None);
    };
    if let AliasState::PendingMove(pending_move) = &alias_record.alias_state {
        let from = load_unresolved(records, &pending_move.from).await?;
        alias_record.resolve_pending_move(from.as_ref());
    }
    Ok(Some(alias_record))
}

/// Reads the record at `key` without resolving a pending move.
async fn load_unresolved(records: &impl Records, key: &Key) -> Result<Option<AliasRecord>, StoreError> {
    let record = records.get(key).await?;
    record.map(|record| AliasRecord::decode(key, &record)).transpose()
}

/// Finds the link `id` at `key`, or follows the forwarding records from there.
pub(crate) async fn follow_moves(records: &impl Records, mut key: Key, id: &LinkId) -> Result<Option<Link>, StoreError> {
    for _ in 0..=MAX_MOVES {
        let alias_record = load(records, &key).await?;
        match alias_record.as_ref().map(|alias_record| alias_record.alias_state.visible()) {
            Some(AliasState::Link(link)) if link.id == *id => return Ok(Some(link.clone())),
            Some(AliasState::MovedTo(moved_to)) if moved_to.link == *id => key = moved_to.to(),
            _ => break,
        }
    }
    Ok(None)
}

/// Reads many records like [`load`]. Each has its own result: one that cannot be read does not affect the others.
pub(crate) async fn load_many(records: &impl Records, keys: &[Key]) -> Result<Vec<Option<Result<AliasRecord, StoreError>>>, StoreError> {
    let found = records.get_many(keys).await?;
    let decode = |(key, record): (&Key, Option<Record>)| record.map(|record| AliasRecord::decode(key, &record));
    let mut alias_records: Vec<_> = keys.iter().zip(found).map(decode).collect();
    let origin = |alias_record: &Option<Result<AliasRecord, StoreError>>| match alias_record {
        Some(Ok(AliasRecord { alias_state: AliasState::PendingMove(pending_move), .. })) => Some(pending_move.from.clone()),
        _ => None,
    };
    let origins: Vec<Key> = alias_records.iter().filter_map(origin).collect();
    if origins.is_empty() {
        return Ok(alias_records);
    }
    let found = records.get_many(&origins).await?;
    let pending = alias_records.iter_mut().filter(|alias_record| origin(alias_record).is_some());
    for ((slot, key), record) in pending.zip(&origins).zip(found) {
        match (slot.as_mut(), record.map(|record| AliasRecord::decode(key, &record)).transpose()) {
            (Some(Ok(alias_record)), Ok(from)) => alias_record.resolve_pending_move(from.as_ref()),
            // The old alias could not be read, so the state of this one record is unknown.
            (_, Err(error)) => *slot = Some(Err(error)),
            (_, Ok(_)) => {}
        }
    }
    Ok(alias_records)
}

/// Finalizes the move `move_id` to `key` without reading the old alias. The caller has read or written the forwarding
/// record. Reading it again could return an older state. A conflict means that the record at `key` was read stale or
/// has changed.
pub(crate) async fn finalize_move(records: &impl Records, key: &Key, move_id: &str, token: String) -> Result<Written, StoreError> {
    let Some(mut alias_record) = load_unresolved(records, key).await? else {
        return Ok(Written::Conflict);
    };
    if matches!(&alias_record.alias_state, AliasState::PendingMove(pending_move) if pending_move.move_id == move_id) {
        alias_record.complete_move();
    }
    super::write(records, alias_record.replace(&alias_record.alias_state, token)?).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::Tag;
    use crate::store::commit_tokens::tokens_of;

    fn key() -> Key {
        Key::link(&Link::example().domain, &Link::example().alias)
    }

    fn stored(change: &Change) -> Record {
        Record { value: change.value.clone().into_bytes(), guard: Guard(format!("guard of {}", change.token)) }
    }

    fn alias_record(change: &Change) -> AliasRecord {
        AliasRecord::decode(&key(), &stored(change)).unwrap()
    }

    fn claimed() -> Change {
        AliasRecord::claim(&key(), &AliasState::Link(Link::example()), "t0".into()).unwrap()
    }

    fn moved_to() -> MovedTo {
        let alias = Alias::stored("new".into());
        MovedTo { link: Link::example().id, domain: Link::example().domain, alias, move_id: "j".into(), forwards: true }
    }

    fn pending_move(before: AliasState) -> AliasState {
        let from = Key::stored("link/hop.example/old".into());
        AliasState::PendingMove(Box::new(PendingMove {
            link: Link::example(),
            from,
            move_id: "j".into(),
            since: Timestamp::from_millis(5),
            before,
        }))
    }

    #[test]
    fn every_alias_state_is_stored_and_read_back() {
        let tombstone = AliasState::Link(Link { deleted_at: Some(Timestamp::from_millis(9)), ..Link::example() });
        for alias_state in [
            tombstone.clone(),
            AliasState::MovedTo(moved_to()),
            AliasState::Erasing(Link::example()),
            AliasState::Free,
            pending_move(AliasState::Free),
            pending_move(tombstone),
            pending_move(AliasState::MovedTo(moved_to())),
        ] {
            let change = AliasRecord::claim(&key(), &alias_state, "t0".into()).unwrap();
            assert_eq!((&change.key, &change.expect), (&key(), &Expect::Absent));
            let alias_record = alias_record(&change);
            assert_eq!((&alias_record.alias_state, alias_record.commits), (&alias_state, 1));
            let again = alias_record.replace(&alias_state, "t1".into()).unwrap();
            assert_eq!((again.index_adds.len(), again.removes.len(), again.attachments.len()), (0, 0, 0), "{alias_state:?}");
        }
    }

    #[test]
    fn edit_is_guarded_and_keeps_unchanged_index_entries() {
        let claimed_record = alias_record(&claimed());
        let edit = claimed_record.replace(&AliasState::Link(Link { version: 8, ..Link::example() }), "t1".into()).unwrap();
        assert_eq!(edit.expect, Expect::Unchanged(Guard("guard of t0".into())));
        assert_eq!((edit.index_adds.len(), edit.removes.len()), (0, 0));
        let edited = alias_record(&edit);
        assert_eq!((edited.commits, edited.link().unwrap().version), (2, 8));
        assert!(claimed().index_adds.iter().all(|index_entry| edited.matches_entry(index_entry)));
    }

    fn with_tags(tags: &[&str]) -> AliasState {
        let mut link = Link::example();
        link.settings.tags = tags.iter().map(|tag| Tag::stored((*tag).into())).collect();
        AliasState::Link(link)
    }

    #[test]
    fn edit_adds_and_removes_only_differing_index_entries() {
        let edit = alias_record(&claimed()).replace(&with_tags(&["a", "b"]), "t1".into()).unwrap();
        let created_at = claimed().index_adds[0].as_str().replace("by-time/hop.example/", "").replace("/t0", "");
        let by_tag = |tag: &str, token: &str| Key::stored(format!("by-tag/hop.example/{tag}/{created_at}/{token}"));
        assert_eq!((&edit.index_adds, edit.removes.len()), (&vec![by_tag("a", "t1-1"), by_tag("b", "t1-1")], 0));
        assert_eq!(edit.attachments, ["a", "b"].map(|tag| (Key::stored(format!("tag/hop.example/{tag}")), "null".into())));
        let edited = alias_record(&edit);
        assert!(edit.index_adds.iter().chain(&claimed().index_adds).all(|index_entry| edited.matches_entry(index_entry)));
        assert!(!alias_record(&claimed()).matches_entry(&by_tag("a", "t1-1")));
        let again = edited.replace(&with_tags(&["b", "c"]), "t2".into()).unwrap();
        assert_eq!((again.index_adds.as_slice(), again.removes.as_slice()), (&[by_tag("c", "t2-2")][..], &[by_tag("a", "t1-1")][..]));
        assert_eq!(again.attachments.len(), 1, "the marker of the other tag exists already");
        let moved = alias_record(&again).replace(&AliasState::MovedTo(moved_to()), "t3".into()).unwrap();
        assert_eq!(
            moved.removes,
            [&claimed().index_adds[..], &[by_tag("b", "t1-1"), by_tag("c", "t2-2")]].concat(),
            "each with the token it was written with"
        );
        let tagged = alias_record(&again).link().unwrap().clone();
        let erased = alias_record(&again).erase(&tagged, Vec::new(), EntryStatus::Named, "t3".into()).unwrap();
        assert_eq!(erased.removes, moved.removes);
        assert_eq!(
            alias_record(&erased).erase(&tagged, Vec::new(), EntryStatus::Named, "t4".into()).unwrap().removes,
            moved.removes,
            "the record still names them"
        );
    }

    #[test]
    fn edit_adds_and_removes_only_differing_words() {
        let by_word = |word: &str| index_entry::by_word(&Link::example(), word);
        assert_eq!(claimed().word_adds, ["com", "docs", "example"].map(by_word));
        let tagged = alias_record(&claimed()).replace(&with_tags(&["exam", "t"]), "t1".into()).unwrap();
        assert_eq!((tagged.word_adds, tagged.word_removes), (vec![by_word("t")], vec![]));
        let tagged = alias_record(&alias_record(&claimed()).replace(&with_tags(&["t"]), "t1".into()).unwrap());
        let other = tagged.replace(&with_tags(&["other"]), "t2".into()).unwrap();
        assert_eq!((other.word_adds, other.word_removes), (vec![by_word("other")], vec![by_word("t")]));
        let erased = tagged.erase(&Link::example(), Vec::new(), EntryStatus::Named, "t2".into()).unwrap();
        assert_eq!(erased.word_removes, ["com", "docs", "example", "t"].map(by_word));
        let moved = tagged.replace(&AliasState::MovedTo(moved_to()), "t2".into()).unwrap();
        assert_eq!((moved.word_adds, moved.word_removes), (vec![], erased.word_removes));
    }

    #[test]
    fn pending_move_has_the_words_of_both_states() {
        let by_word = |word: &str| index_entry::by_word(&Link::example(), word);
        let change = AliasRecord::claim(&key(), &pending_move(with_tags(&["before"])), "t0".into()).unwrap();
        assert_eq!(change.word_adds, ["before", "com", "docs", "example"].map(by_word));
        let aborted = alias_record(&change).replace(&with_tags(&["before"]), "t1".into()).unwrap();
        assert_eq!((aborted.word_adds, aborted.word_removes), (vec![], vec![]));
        let mut moved_here = alias_record(&change);
        moved_here.complete_move();
        let finalized = moved_here.replace(&AliasState::Link(Link::example()), "t1".into()).unwrap();
        assert_eq!((finalized.word_adds, finalized.word_removes), (vec![], vec![by_word("before")]));
        let again = moved_here.replace(&with_tags(&["before"]), "t1".into()).unwrap();
        assert_eq!((again.word_adds, again.word_removes), (vec![], vec![]), "an entry that stays is not removed");
    }

    #[test]
    fn tag_added_again_gets_a_new_entry() {
        let tagged = alias_record(&claimed()).replace(&with_tags(&["a"]), "t1".into()).unwrap();
        let untagged = alias_record(&tagged).replace(&with_tags(&[]), "t2".into()).unwrap();
        assert_eq!((untagged.index_adds.len(), &untagged.removes), (0, &tagged.index_adds));
        let again = alias_record(&untagged).replace(&with_tags(&["a"]), "t3".into()).unwrap();
        assert!(again.index_adds[0].as_str().ends_with("/t3-3"), "a late removal of the old entry must not remove the new one");
        assert!(alias_record(&again).matches_entry(&tagged.index_adds[0]), "a list may have been read before the edit");
    }

    #[test]
    fn moving_away_removes_all_index_entries() {
        let change = alias_record(&claimed()).replace(&AliasState::MovedTo(moved_to()), "t1".into()).unwrap();
        assert_eq!((change.removes, change.index_adds.len()), (claimed().index_adds, 0));
    }

    #[test]
    fn crashed_erasure_resumes_and_leaves_nothing() {
        let claimed_record = alias_record(&claimed());
        let first = claimed_record.erase(&Link::example(), vec![Key::stored("x".into())], EntryStatus::Named, "t1".into()).unwrap();
        assert_eq!(
            (&first.removes[0], &first.removes[1..], first.index_adds.len()),
            (&Key::stored("x".into()), &claimed().index_adds[..], 0)
        );
        let again = alias_record(&first).erase(&Link::example(), Vec::new(), EntryStatus::Named, "t2".into()).unwrap();
        assert_eq!(again.removes, claimed().index_adds);
        assert!(!claimed().index_adds.iter().any(|index_entry| alias_record(&again).matches_entry(index_entry)));
        let end = alias_record(&again).replace(&AliasState::Free, "t3".into()).unwrap();
        assert!(!end.value.contains("example.com") && !end.value.contains("lnk_"), "{}", end.value);
    }

    #[test]
    fn erasure_removes_index_entries_of_the_previous_state() {
        let mut before = Link { deleted_at: Some(Timestamp::from_millis(9)), ..Link::example() };
        before.settings.tags = vec![Tag::stored("a".into())];
        let mut moved_here = alias_record(&AliasRecord::claim(&key(), &pending_move(AliasState::Link(before)), "t0".into()).unwrap());
        let from = alias_record(&AliasRecord::claim(&key(), &AliasState::MovedTo(moved_to()), "t1".into()).unwrap());
        moved_here.resolve_pending_move(Some(&from));
        let removes = moved_here.erase(&Link::example(), Vec::new(), EntryStatus::Named, "t2".into()).unwrap().removes;
        assert!(removes.iter().any(|index_entry| index_entry.as_str().starts_with("by-tag/hop.example/a/")), "{removes:?}");
        assert!(claimed().index_adds.iter().all(|index_entry| removes.contains(index_entry)));
    }

    #[test]
    fn record_remembers_its_creation_and_latest_commits() {
        let mut change = claimed();
        assert_eq!(tokens_of(&change.value), ("t0".into(), vec!["t0".into()]));
        for number in 1..=10 {
            change = alias_record(&change).replace(&AliasState::Link(Link::example()), format!("t{number}")).unwrap();
        }
        assert_eq!(tokens_of(&change.value), ("t0".into(), (3..=10).map(|number| format!("t{number}")).collect()));
        let alias_record = alias_record(&change);
        assert_eq!(["t0", "t2", "t3", "t10"].map(|token| alias_record.remembers(token)), [true, false, true, true]);
    }

    #[test]
    fn record_of_another_schema_is_corrupt() {
        for (from, to) in [("\"v\":1", "\"v\":2"), ("{", "")] {
            let value = claimed().value.replacen(from, to, 1).into_bytes();
            let record = Record { value, guard: Guard(String::new()) };
            assert!(matches!(AliasRecord::decode(&key(), &record), Err(StoreError::Corrupt(_))), "{to}");
        }
    }
}
