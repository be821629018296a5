//! The record of an alias: who holds it. A link, a signpost to where a link went, or nobody any more.
//!
//! A link that is moving stands at its new alias as *arriving* until the old alias says that it has left: the one guarded write
//! there is what moves it.

use super::change::{has_entry, hints_of, marks_of};
use super::stored::alias::StoredAlias;
use super::stored::tokens::Tokens;
use super::{Change, Expect, Key, Written, hint, stored};
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::{Link, LinkId, MOST_MOVES};
use crate::model::time::Timestamp;
use crate::store::ports::{Guard, Record, Records, StoreError};

/// Who holds an alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AliasState {
    /// A link, deleted or not.
    Link(Link),
    /// A link that is to come here, and is here once the alias it comes from says so.
    PendingMove(Box<PendingMove>),
    /// A link of which nothing is to stay. It is kept only to know what else is to go.
    Erasing(Link),
    /// The link that was here is elsewhere.
    MovedTo(MovedTo),
    /// Nobody: whoever asks may have it.
    Nobody,
}

/// A link on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingMove {
    pub(crate) link: Link,
    pub(crate) from: Key,
    /// The random name of this move, which the signpost repeats.
    pub(crate) journey: String,
    pub(crate) since: Timestamp,
    /// Who held the alias before, and holds it again if the link never comes.
    pub(crate) before: AliasState,
}

/// Where a link went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MovedTo {
    pub(crate) link: LinkId,
    pub(crate) domain: Domain,
    pub(crate) alias: Alias,
    pub(crate) journey: String,
    /// Whether visitors of the old alias are led there.
    pub(crate) forwards: bool,
}

impl MovedTo {
    pub(crate) fn to(&self) -> Key {
        Key::link(&self.domain, &self.alias)
    }
}

/// The record of an alias.
#[derive(Clone, Debug)]
pub(crate) struct AliasRecord {
    pub(crate) key: Key,
    pub(crate) holder: AliasState,
    /// How often it was written: of two copies of it, the one with more is newer.
    pub(crate) commits: u64,
    tokens: Tokens,
    /// What the index entries end in, but for those in `newer_hints`: the name of the commit that wrote them.
    hint_token: String,
    /// The index entries that later commits wrote: an edit writes and drops only those that differ.
    newer_hints: Vec<Key>,
    /// Hints of whoever was here before a link arrived: of no use any more.
    left: Vec<Key>,
    guard: Guard,
}

/// State of the index entries named by the record of a link that is being erased.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryStatus {
    /// They may be there.
    Named,
    /// They are not.
    Dropped,
}

impl AliasRecord {
    /// The record at `key`. Somebody arriving is still arriving here; [`look`] asks where they come from.
    pub(crate) fn read(key: &Key, record: &Record) -> Result<Self, StoreError> {
        let mut stored: StoredAlias<'_> = stored::read(&record.value)?;
        Ok(Self {
            key: key.clone(),
            holder: stored.take_holder()?,
            commits: stored.commits,
            tokens: stored.tokens,
            hint_token: stored.hint_token.into_owned(),
            newer_hints: stored.newer_hints.into_iter().map(|hint| Key::kept(hint.into_owned())).collect(),
            left: Vec::new(),
            guard: record.guard.clone(),
        })
    }

    /// The change that makes `holder` the first to hold `key`.
    pub(crate) fn claim(key: &Key, holder: &AliasState, token: String) -> Result<Change, StoreError> {
        let gains = hints_of(holder, &token);
        let value = stored::write(&StoredAlias::of(holder, 1, Tokens::first(&token), (&token, &[])))?;
        Ok(Change { sides: marks_of(&gains), gains, ..Change::of(key.clone(), Expect::Absent, value, token) })
    }

    /// The change that makes `holder` hold this place from now on. Index entries that still hold stay as they are.
    pub(crate) fn hand_over(&self, holder: &AliasState, token: String) -> Result<Change, StoreError> {
        let before = self.hints(&self.holder);
        // A claim offers one token to several states of a record in turn, and a refused offer takes its entries back. The store may make such a
        // removal late, so the entries of each offer have names of their own.
        let name = format!("{token}-{}", self.commits);
        let wanted = hints_of(holder, &name);
        let is_among = |hint: &Key, hints: &[Key]| hints.iter().any(|other| hint::says_the_same(hint, other));
        let (kept, mut drops): (Vec<Key>, Vec<Key>) = before.iter().cloned().partition(|hint| is_among(hint, &wanted));
        drops.extend_from_slice(&self.left);
        let gains: Vec<Key> = wanted.into_iter().filter(|hint| !is_among(hint, &before)).collect();
        let has_old = kept.iter().any(|hint| hint::ends_in(hint, &self.hint_token));
        let hint_token = if has_old || gains.is_empty() { &self.hint_token } else { &name };
        let newer_hints: Vec<Key> = kept.iter().chain(&gains).filter(|hint| !hint::ends_in(hint, hint_token)).cloned().collect();
        let value = self.next(holder, &token, (hint_token, &newer_hints))?;
        let expect = Expect::Unchanged(self.guard.clone());
        Ok(Change { sides: marks_of(&gains), gains, drops, ..Change::of(self.key.clone(), expect, value, token) })
    }

    /// The change that begins to erase `link`, or goes on with it: its hints and `drops` go. The record keeps what names the hints until
    /// they are known to be dropped: the writer may die half-way.
    pub(crate) fn erase(&self, link: &Link, mut drops: Vec<Key>, entries: EntryStatus, token: String) -> Result<Change, StoreError> {
        let holder = AliasState::Erasing(link.clone());
        let change = self.hand_over(&holder, token)?;
        let hints = match entries {
            EntryStatus::Dropped => ("", &[][..]),
            EntryStatus::Named => {
                drops.extend(match &self.holder {
                    AliasState::Erasing(link) if self.names_entries() => self.hints(&AliasState::Link(link.clone())),
                    holder => self.hints(holder),
                });
                drops.extend_from_slice(&self.left);
                (&*self.hint_token, &*self.newer_hints)
            }
        };
        let value = self.next(&holder, &change.token, hints)?;
        Ok(Change { value, drops, ..change })
    }

    /// Whether the record names index entries that may still be there.
    pub(crate) fn names_entries(&self) -> bool {
        !self.hint_token.is_empty()
    }

    /// Whether index entries of the previous holder are still to be dropped.
    pub(crate) fn has_leftovers(&self) -> bool {
        !self.left.is_empty()
    }

    /// The record after the commit `token` that makes `holder` hold this place.
    fn next(&self, holder: &AliasState, token: &str, hints: (&str, &[Key])) -> Result<String, StoreError> {
        stored::write(&StoredAlias::of(holder, self.commits.saturating_add(1), self.tokens.and(token), hints))
    }

    /// The index entries of `holder`, which is or was here, under the names they were written with.
    fn hints(&self, holder: &AliasState) -> Vec<Key> {
        let mut hints = hints_of(holder, &self.hint_token);
        for hint in &mut hints {
            if let Some(newer) = self.newer_hints.iter().find(|newer| hint::says_the_same(newer, hint)) {
                hint.clone_from(newer);
            }
        }
        hints
    }

    /// The index entries that the record names.
    #[cfg(any(test, feature = "memory"))]
    pub(crate) fn entries(&self) -> Vec<Key> {
        self.hints(&self.holder)
    }

    /// Whether the hint at `key` may be believed: it leads to whoever is to be seen here. The token may be that of an older commit: the
    /// list may have been read before the latest one, which put its own hint in place of it.
    pub(crate) fn yields(&self, key: &Key) -> bool {
        self.link().is_some_and(|link| has_entry(link, key))
    }

    /// Whether the commit `token` is among those that made this record what it is.
    pub(crate) fn remembers(&self, token: &str) -> bool {
        self.tokens.remember(token)
    }

    /// The link that is to be seen here, deleted or not.
    pub(crate) fn link(&self) -> Option<&Link> {
        match self.holder.seen() {
            AliasState::Link(link) => Some(link),
            AliasState::PendingMove(_) | AliasState::Erasing(_) | AliasState::MovedTo(_) | AliasState::Nobody => None,
        }
    }

    /// Whether the link has left from here to where it is arriving. The word of a signpost holds while somebody else is arriving here.
    pub(crate) fn has_seen_off(&self, arriving: &PendingMove) -> bool {
        matches!(self.holder.seen(), AliasState::MovedTo(signpost) if signpost.journey == arriving.journey)
    }

    /// Takes the word of the alias that somebody arriving here comes from.
    fn believe(&mut self, from: Option<&Self>) {
        if let AliasState::PendingMove(arriving) = &self.holder
            && from.is_some_and(|from| from.has_seen_off(arriving))
        {
            self.arrive();
        }
    }

    /// Whoever is arriving here is here.
    fn arrive(&mut self) {
        let AliasState::PendingMove(arriving) = &self.holder else { return };
        let arrived = AliasState::Link(arriving.link.clone());
        let own = self.hints(&arrived);
        self.left = self.hints(&arriving.before);
        self.left.retain(|hint| !own.contains(hint));
        self.holder = arrived;
    }
}

impl AliasState {
    /// Who is to be seen here: while somebody is arriving, whoever was here before.
    pub(crate) fn seen(&self) -> &Self {
        match self {
            Self::PendingMove(arriving) => &arriving.before,
            holder => holder,
        }
    }
}

/// Reads the record at `key`, and where somebody is arriving there, what is to be believed of it.
pub(crate) async fn look(records: &impl Records, key: &Key) -> Result<Option<AliasRecord>, StoreError> {
    let Some(mut place) = read_at(records, key).await? else {
        return Ok(None);
    };
    if let AliasState::PendingMove(arriving) = &place.holder {
        let from = read_at(records, &arriving.from).await?;
        place.believe(from.as_ref());
    }
    Ok(Some(place))
}

async fn read_at(records: &impl Records, key: &Key) -> Result<Option<AliasRecord>, StoreError> {
    let record = records.get(key).await?;
    record.map(|record| AliasRecord::read(key, &record)).transpose()
}

/// The link `id`, at `key` or where it went from there, if it is to be seen.
pub(crate) async fn trace(records: &impl Records, mut key: Key, id: &LinkId) -> Result<Option<Link>, StoreError> {
    for _ in 0..=MOST_MOVES {
        let place = look(records, &key).await?;
        match place.as_ref().map(|place| place.holder.seen()) {
            Some(AliasState::Link(link)) if link.id == *id => return Ok(Some(link.clone())),
            Some(AliasState::MovedTo(signpost)) if signpost.link == *id => key = signpost.to(),
            _ => break,
        }
    }
    Ok(None)
}

/// [`look`] at many places at once, each by itself readable or not.
pub(crate) async fn look_at_all(records: &impl Records, keys: &[Key]) -> Result<Vec<Option<Result<AliasRecord, StoreError>>>, StoreError> {
    let found = records.get_many(keys).await?;
    let read = |(key, record): (&Key, Option<Record>)| record.map(|record| AliasRecord::read(key, &record));
    let mut places: Vec<_> = keys.iter().zip(found).map(read).collect();
    let origin = |place: &Option<Result<AliasRecord, StoreError>>| match place {
        Some(Ok(AliasRecord { holder: AliasState::PendingMove(arriving), .. })) => Some(arriving.from.clone()),
        _ => None,
    };
    let origins: Vec<Key> = places.iter().filter_map(origin).collect();
    if origins.is_empty() {
        return Ok(places);
    }
    let found = records.get_many(&origins).await?;
    let arriving = places.iter_mut().filter(|place| origin(place).is_some());
    for ((slot, key), record) in arriving.zip(&origins).zip(found) {
        match (slot.as_mut(), record.map(|record| AliasRecord::read(key, &record)).transpose()) {
            (Some(Ok(place)), Ok(from)) => place.believe(from.as_ref()),
            // Who is to be seen there is not known, and that is all.
            (_, Err(error)) => *slot = Some(Err(error)),
            (_, Ok(_)) => {}
        }
    }
    Ok(places)
}

/// Has the link that went to `key` by this journey be there without anybody's word. Whoever asks has the signpost before them: to read it
/// again might be to read an older truth. A refusal is for want of a fresh look.
pub(crate) async fn settle(records: &impl Records, key: &Key, journey: &str, token: String) -> Result<Written, StoreError> {
    let Some(mut place) = read_at(records, key).await? else {
        return Ok(Written::Conflict);
    };
    if matches!(&place.holder, AliasState::PendingMove(arriving) if arriving.journey == journey) {
        place.arrive();
    }
    super::write(records, place.hand_over(&place.holder, token)?).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::Tag;
    use crate::store::tokens::tokens_of;

    fn key() -> Key {
        Key::link(&Link::example().domain, &Link::example().alias)
    }

    fn stored(change: &Change) -> Record {
        Record { value: change.value.clone().into_bytes(), guard: Guard(format!("guard of {}", change.token)) }
    }

    fn place(change: &Change) -> AliasRecord {
        AliasRecord::read(&key(), &stored(change)).unwrap()
    }

    fn claimed() -> Change {
        AliasRecord::claim(&key(), &AliasState::Link(Link::example()), "t0".into()).unwrap()
    }

    fn signpost() -> MovedTo {
        let alias = Alias::stored("new".into());
        MovedTo { link: Link::example().id, domain: Link::example().domain, alias, journey: "j".into(), forwards: true }
    }

    fn arriving(before: AliasState) -> AliasState {
        let from = Key::kept("link/hop.example/old".into());
        AliasState::PendingMove(Box::new(PendingMove {
            link: Link::example(),
            from,
            journey: "j".into(),
            since: Timestamp::from_millis(5),
            before,
        }))
    }

    #[test]
    fn every_holder_comes_back_as_it_was_stored() {
        let tombstone = AliasState::Link(Link { deleted_at: Some(Timestamp::from_millis(9)), ..Link::example() });
        for holder in [
            tombstone.clone(),
            AliasState::MovedTo(signpost()),
            AliasState::Erasing(Link::example()),
            AliasState::Nobody,
            arriving(AliasState::Nobody),
            arriving(tombstone),
            arriving(AliasState::MovedTo(signpost())),
        ] {
            let change = AliasRecord::claim(&key(), &holder, "t0".into()).unwrap();
            assert_eq!((&change.key, &change.expect), (&key(), &Expect::Absent));
            let place = place(&change);
            assert_eq!((&place.holder, place.commits), (&holder, 1));
            let again = place.hand_over(&holder, "t1".into()).unwrap();
            assert_eq!((again.gains.len(), again.drops.len(), again.sides.len()), (0, 0, 0), "{holder:?}");
        }
    }

    #[test]
    fn an_edit_is_guarded_by_what_was_read_and_keeps_the_hints_that_still_hold() {
        let place_of_claim = place(&claimed());
        let edit = place_of_claim.hand_over(&AliasState::Link(Link { version: 8, ..Link::example() }), "t1".into()).unwrap();
        assert_eq!(edit.expect, Expect::Unchanged(Guard("guard of t0".into())));
        assert_eq!((edit.gains.len(), edit.drops.len()), (0, 0));
        let edited = place(&edit);
        assert_eq!((edited.commits, edited.link().unwrap().version), (2, 8));
        assert!(claimed().gains.iter().all(|hint| edited.yields(hint)));
    }

    fn with_tags(tags: &[&str]) -> AliasState {
        let mut link = Link::example();
        link.spec.tags = tags.iter().map(|tag| Tag::stored((*tag).into())).collect();
        AliasState::Link(link)
    }

    #[test]
    fn edit_writes_and_drops_only_differing_index_entries() {
        let edit = place(&claimed()).hand_over(&with_tags(&["a", "b"]), "t1".into()).unwrap();
        let created_at = claimed().gains[0].as_str().replace("by-time/hop.example/", "").replace("/t0", "");
        let by_tag = |tag: &str, token: &str| Key::kept(format!("by-tag/hop.example/{tag}/{created_at}/{token}"));
        assert_eq!((&edit.gains, edit.drops.len()), (&vec![by_tag("a", "t1-1"), by_tag("b", "t1-1")], 0));
        assert_eq!(edit.sides, ["a", "b"].map(|tag| (Key::kept(format!("tag/hop.example/{tag}")), "null".into())));
        let edited = place(&edit);
        assert!(edit.gains.iter().chain(&claimed().gains).all(|hint| edited.yields(hint)));
        assert!(!place(&claimed()).yields(&by_tag("a", "t1-1")));
        let again = edited.hand_over(&with_tags(&["b", "c"]), "t2".into()).unwrap();
        assert_eq!((again.gains.as_slice(), again.drops.as_slice()), (&[by_tag("c", "t2-2")][..], &[by_tag("a", "t1-1")][..]));
        assert_eq!(again.sides.len(), 1, "the mark of the other tag is there");
        let left = place(&again).hand_over(&AliasState::MovedTo(signpost()), "t3".into()).unwrap();
        assert_eq!(left.drops, [&claimed().gains[..], &[by_tag("b", "t1-1"), by_tag("c", "t2-2")]].concat(), "each under its own name");
        let tagged = place(&again).link().unwrap().clone();
        let erased = place(&again).erase(&tagged, Vec::new(), EntryStatus::Named, "t3".into()).unwrap();
        assert_eq!(erased.drops, left.drops);
        assert_eq!(
            place(&erased).erase(&tagged, Vec::new(), EntryStatus::Named, "t4".into()).unwrap().drops,
            left.drops,
            "the record still names them"
        );
    }

    #[test]
    fn a_tag_that_comes_back_gets_a_new_entry() {
        let tagged = place(&claimed()).hand_over(&with_tags(&["a"]), "t1".into()).unwrap();
        let untagged = place(&tagged).hand_over(&with_tags(&[]), "t2".into()).unwrap();
        assert_eq!((untagged.gains.len(), &untagged.drops), (0, &tagged.gains));
        let again = place(&untagged).hand_over(&with_tags(&["a"]), "t3".into()).unwrap();
        assert!(again.gains[0].as_str().ends_with("/t3-3"), "a late drop of the old one must not take the new one along");
        assert!(place(&again).yields(&tagged.gains[0]), "a list may have been read before the edit");
    }

    #[test]
    fn whoever_leaves_takes_the_hints_along() {
        let leave = place(&claimed()).hand_over(&AliasState::MovedTo(signpost()), "t1".into()).unwrap();
        assert_eq!((leave.drops, leave.gains.len()), (claimed().gains, 0));
    }

    #[test]
    fn an_erasure_that_died_knows_what_is_left_and_leaves_nothing_in_the_end() {
        let place_of_claim = place(&claimed());
        let first = place_of_claim.erase(&Link::example(), vec![Key::kept("x".into())], EntryStatus::Named, "t1".into()).unwrap();
        assert_eq!((&first.drops[0], &first.drops[1..], first.gains.len()), (&Key::kept("x".into()), &claimed().gains[..], 0));
        let again = place(&first).erase(&Link::example(), Vec::new(), EntryStatus::Named, "t2".into()).unwrap();
        assert_eq!(again.drops, claimed().gains);
        assert!(!claimed().gains.iter().any(|hint| place(&again).yields(hint)));
        let end = place(&again).hand_over(&AliasState::Nobody, "t3".into()).unwrap();
        assert!(!end.value.contains("example.com") && !end.value.contains("lnk_"), "{}", end.value);
    }

    #[test]
    fn an_erasure_takes_along_what_was_there_before_the_link_came() {
        let mut before = Link { deleted_at: Some(Timestamp::from_millis(9)), ..Link::example() };
        before.spec.tags = vec![Tag::stored("a".into())];
        let mut there = place(&AliasRecord::claim(&key(), &arriving(AliasState::Link(before)), "t0".into()).unwrap());
        let from = place(&AliasRecord::claim(&key(), &AliasState::MovedTo(signpost()), "t1".into()).unwrap());
        there.believe(Some(&from));
        let drops = there.erase(&Link::example(), Vec::new(), EntryStatus::Named, "t2".into()).unwrap().drops;
        assert!(drops.iter().any(|hint| hint.as_str().starts_with("by-tag/hop.example/a/")), "{drops:?}");
        assert!(claimed().gains.iter().all(|hint| drops.contains(hint)));
    }

    #[test]
    fn a_record_carries_its_creation_and_its_latest_commits() {
        let mut change = claimed();
        assert_eq!(tokens_of(&change.value), ("t0".into(), vec!["t0".into()]));
        for number in 1..=10 {
            change = place(&change).hand_over(&AliasState::Link(Link::example()), format!("t{number}")).unwrap();
        }
        assert_eq!(tokens_of(&change.value), ("t0".into(), (3..=10).map(|number| format!("t{number}")).collect()));
        let place = place(&change);
        assert_eq!(["t0", "t2", "t3", "t10"].map(|token| place.remembers(token)), [true, false, true, true]);
    }

    #[test]
    fn a_form_of_another_schema_is_refused() {
        for (from, to) in [("\"v\":1", "\"v\":2"), ("{", "")] {
            let value = claimed().value.replacen(from, to, 1).into_bytes();
            let record = Record { value, guard: Guard(String::new()) };
            assert!(matches!(AliasRecord::read(&key(), &record), Err(StoreError::Corrupt(_))), "{to}");
        }
    }
}
