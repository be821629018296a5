//! History: what a link was before each of its edits, written beside the record by the commit that replaced it.
//!
//! A link names the record of its previous version, and each version written down names the one before. Readers walk this chain, so what a
//! refused commit wrote is never taken for history.
//!
//! The first write of a move puts a copy of the link at the destination, and the version it writes down names that destination in its key.
//! If the move is cut off, this key alone leads to the copy.

use super::alias_record::{AliasRecord, AliasState};
use super::stored::{self, StoredVersion};
use super::{Change, Key, Prefix};
use crate::model::alias::Alias;
use crate::model::blocked::Blocked;
use crate::model::domain::Domain;
use crate::model::link::{Link, LinkId, UserId};
use crate::model::target::Target;
use crate::model::time::Timestamp;
use crate::store::ports::{Records, StoreCall, StoreError};

/// How many versions of a link can be looked at.
pub(crate) const KEPT_VERSIONS: u16 = 50;

/// Most version records that are read. Records that refused edits left are among them.
pub(crate) const MOST_READ: u16 = 100;

/// How many versions may lie about beyond those, until somebody clears them away.
const SLACK: u16 = 50;

/// An edit to a version that this divides clears away.
const CLEARING: u64 = 8;

/// Most operations of the store that one edit spends on clearing away.
const MOST_CLEARED: u32 = 12;

/// What a link was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LinkVersion {
    pub(crate) version: u64,
    pub(crate) at: Timestamp,
    pub(crate) by: Option<UserId>,
    pub(crate) domain: Domain,
    pub(crate) alias: Alias,
    pub(crate) target: Target,
    pub(crate) is_disabled: bool,
    pub(crate) is_deleted: bool,
    pub(crate) blocked: Option<Blocked>,
    /// The name under which the version before this one was written down.
    pub(super) before: Option<String>,
}

impl LinkVersion {
    /// What `link` is now.
    pub(crate) fn from_link(link: &Link) -> Self {
        Self {
            version: link.version,
            at: link.updated_at,
            by: link.updated_by.clone(),
            domain: link.domain.clone(),
            alias: link.alias.clone(),
            target: link.target.clone(),
            is_disabled: link.spec.disabled,
            is_deleted: link.is_deleted(),
            blocked: link.blocked.clone(),
            before: link.history.clone(),
        }
    }
}

/// Has `change`, which replaces `was` or begins to move it, write down what it was.
pub(crate) fn write_down(was: &Link, change: &mut Change) -> Result<(), StoreError> {
    let value = stored::write(&StoredVersion::from(&LinkVersion::from_link(was)))?;
    change.attachments.push((key(&was.id, was.version, &name(was, &change.key, &change.token)), value));
    Ok(())
}

/// The name under which the commit `token` to the record `to` writes down what `was`: the token, and the destination if the link is to move.
pub(crate) fn name(was: &Link, to: &Key, token: &str) -> String {
    if *to == Key::link(&was.domain, &was.alias) { token.to_owned() } else { [token, "/", to.alias_path()].concat() }
}

/// Where version `version` of `link` is written down under `name`. Newest first.
fn key(link: &LinkId, version: u64, name: &str) -> Key {
    Key::kept(format!("{}{:016x}/{name}", Prefix::history(link).as_str(), u64::MAX.saturating_sub(version)))
}

/// Where the link was to move when the version at `key` was written down.
fn destination(key: &Key) -> Option<Key> {
    let [_history, _link, _version, _token, path] = key.as_str().splitn(5, '/').collect::<Vec<_>>().try_into().ok()?;
    Some(Key::at_path(path))
}

/// Where the version before the present one of `link` is written down.
pub(crate) fn newest(link: &Link) -> Option<Key> {
    let name = link.history.as_ref()?;
    Some(key(&link.id, link.version.saturating_sub(1), name))
}

/// The latest versions of `link`, newest first, its present one among them: as many as are found among `reads` records.
pub(crate) async fn latest(records: &impl Records, link: &Link, reads: u16) -> Result<Vec<LinkVersion>, StoreError> {
    let mut versions = vec![LinkVersion::from_link(link)];
    let page = records.scan(&Prefix::history(&link.id), None, reads).await?;
    let values = records.get_many(&page.keys).await?;
    let written = |key: &Key| page.keys.iter().zip(&values).find(|(written, _)| *written == key)?.1.as_ref();
    while versions.len() < KEPT_VERSIONS.into()
        && let Some(newest) = versions.last()
        && let Some(name) = &newest.before
        && let Some(record) = written(&key(&link.id, newest.version.saturating_sub(1), name))
    {
        versions.push(stored::read::<StoredVersion<'_>>(&record.value)?.into());
    }
    Ok(versions)
}

/// What to clear away beside an edit of `link`, for at most `most` operations: now and then, what lies beyond the versions that can
/// be looked at.
pub(crate) async fn outdated(records: &impl Records, link: &Link, most: u32) -> Result<Vec<Key>, StoreError> {
    let is_due = link.version > u64::from(KEPT_VERSIONS) && link.version.checked_rem(CLEARING) == Some(0);
    let most = most.saturating_sub(records.operations(&StoreCall::Scan)).min(MOST_CLEARED);
    if !is_due || most < LEAST_SIFTED {
        return Ok(Vec::new());
    }
    let page = records.scan(&Prefix::history(&link.id), None, KEPT_VERSIONS.saturating_add(SLACK)).await?;
    let is_kept = |key: &Key| version_in(key).is_none_or(|version| version.saturating_add(KEPT_VERSIONS.into()) > link.version);
    let mut old: Vec<Key> = page.keys.into_iter().filter(|key| !is_kept(key)).collect();
    // Versions of crashed moves are kept. The list is rotated, or the versions after them might never be processed.
    let turn = link.version.checked_div(CLEARING).and_then(|turn| usize::try_from(turn).ok());
    let first = turn.and_then(|turn| turn.checked_rem(old.len())).unwrap_or_default();
    old.rotate_left(first);
    let at = Key::link(&link.domain, &link.alias);
    Ok(sift(records, (&link.id, &at), old, MoveVersions::Follow, most).await?.keys)
}

/// To read a destination, and to drop a version that leads there.
const LEAST_SIFTED: u32 = 2;

/// Which version is written down at `key`.
fn version_in(key: &Key) -> Option<u64> {
    let inverted = u64::from_str_radix(key.as_str().split('/').nth(2)?, 16).ok()?;
    Some(u64::MAX.saturating_sub(inverted))
}

/// What to do about versions that name the destination of a move.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MoveVersions {
    /// Leave them: the move may not have made its claim yet.
    Keep,
    /// Read the destination, to see whether a copy of the link is there.
    Follow,
}

/// Old versions, sifted for those that can be dropped.
#[derive(Default)]
pub(crate) struct PrunableVersions {
    /// Versions that lead to no copy of their link.
    pub(crate) keys: Vec<Key>,
    /// Destinations where the link is still arriving, or that cannot be read. Versions that lead there are not among the keys.
    pub(crate) pending: Vec<Result<AliasRecord, StoreError>>,
    /// What it takes to read the destinations and to drop the keys, in operations of the store.
    pub(crate) operations: u32,
    /// Whether versions are left that are not among the keys and lead to no pending destination.
    pub(crate) has_more: bool,
}

impl PrunableVersions {
    /// Adds as many of `keys` as can be dropped for `most` operations in all, and at least one.
    fn drop_within(&mut self, records: &impl Records, most: u32, keys: Vec<Key>) {
        for key in keys {
            let operations = self.operations.saturating_add(records.operations(&StoreCall::Drop(1)));
            if operations > most && !self.keys.is_empty() {
                self.has_more = true;
                return;
            }
            self.operations = operations;
            self.keys.push(key);
        }
    }
}

/// Sifts `versions` of the link `id`, which is at `at`, for at most `most` operations of the store, or two if that is more. Each
/// destination is read once. Versions without one come first, so that moves never keep them from being dropped.
pub(crate) async fn sift(
    records: &impl Records,
    (id, at): (&LinkId, &Key),
    versions: Vec<Key>,
    moves: MoveVersions,
    most: u32,
) -> Result<PrunableVersions, StoreError> {
    let mut sifted = PrunableVersions::default();
    let mut plain = Vec::new();
    let mut by_destination: Vec<(Key, Vec<Key>)> = Vec::new();
    for version in versions {
        match destination(&version).filter(|destination| destination != at) {
            Some(destination) => match by_destination.iter_mut().find(|(known, _)| *known == destination) {
                Some((_, versions)) => versions.push(version),
                None => by_destination.push((destination, vec![version])),
            },
            None => plain.push(version),
        }
    }
    sifted.drop_within(records, most, plain);
    let least = usize::from(sifted.keys.is_empty());
    let readable = match moves {
        MoveVersions::Keep => 0,
        MoveVersions::Follow => readable(records, by_destination.len(), most.saturating_sub(sifted.operations)).max(least),
    };
    sifted.has_more |= by_destination.len() > readable;
    let destinations: Vec<Key> = by_destination.iter().take(readable).map(|(destination, _)| destination.clone()).collect();
    if destinations.is_empty() {
        return Ok(sifted);
    }
    let found = records.get_many(&destinations).await?;
    sifted.operations = sifted.operations.saturating_add(records.operations(&StoreCall::GetMany(destinations.len())));
    let is_arriving = |alias_record: &AliasRecord| matches!(&alias_record.alias_state, AliasState::PendingMove(pending_move) if pending_move.link.id == *id);
    for ((destination, versions), record) in by_destination.into_iter().zip(found) {
        match record.map(|record| AliasRecord::decode(&destination, &record)) {
            Some(Ok(alias_record)) if !is_arriving(&alias_record) => sifted.drop_within(records, most, versions),
            None => sifted.drop_within(records, most, versions),
            Some(pending) => sifted.pending.push(pending),
        }
    }
    Ok(sifted)
}

/// How many of `many` destinations can be read for `most` operations, with one drop for each.
fn readable(records: &impl Records, many: usize, most: u32) -> usize {
    let operations = |count| records.operations(&StoreCall::GetMany(count)).saturating_add(records.operations(&StoreCall::Drop(count)));
    (1..=many).rev().find(|count| operations(*count) <= most).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_of_a_move_names_its_destination() {
        let was = Link::example();
        let stays = Key::link(&was.domain, &was.alias);
        let moves = Key::link(&was.domain, &Alias::stored("é/.".into()));
        for (to, destination_of_move) in [(&stays, None), (&moves, Some(moves.clone()))] {
            let mut change = Change::write_only(to.clone(), crate::store::Expect::Absent, String::new(), "t".into());
            write_down(&was, &mut change).unwrap();
            let written = change.attachments.remove(0).0;
            assert_eq!((destination(&written), version_in(&written)), (destination_of_move, Some(was.version)), "{written:?}");
            let next = Link { version: was.version + 1, history: Some(name(&was, to, "t")), ..was.clone() };
            assert_eq!(newest(&next), Some(written));
        }
    }

    #[test]
    fn the_longest_key_fits_both_stores() {
        let domain = Domain::stored(format!("{}.{}", "a".repeat(60), "b".repeat(59)));
        let to = Key::link(&domain, &Alias::stored("é".repeat(64)));
        let (id, token) = (LinkId::stored(format!("lnk_{}", "1".repeat(17))), "1".repeat(17));
        let longest = key(&id, 1, &name(&Link::example(), &to, &token)).as_str().len();
        assert!((510..=1_024).contains(&longest), "{longest}");
    }
}
