//! History: the old versions of a link. The commit that replaces a version stores it as an attachment.
//!
//! A link names its previous version, and each version names the one before. Readers walk this chain, so a version that
//! a rejected commit wrote never appears in the history.
//!
//! The first write of a move claims the destination and stores the version before the move. The key of this version
//! names the destination. If the move crashes, no other key of the link names it.

use super::alias_record::{AliasRecord, AliasState};
use super::stored::{self, StoredVersion};
use super::{Change, Key, Prefix};
use crate::model::alias::Alias;
use crate::model::blocked::Blocked;
use crate::model::domain::Domain;
use crate::model::link::{Link, LinkId, UserId};
use crate::model::link_settings::LinkSettings;
use crate::model::target::Target;
use crate::model::time::Timestamp;
use crate::store::ports::{Records, StoreCall, StoreError};

/// How many versions of a link the history shows.
pub(crate) const KEPT_VERSIONS: u16 = 50;

/// The maximum number of version records that are read. Some may come from rejected edits.
pub(crate) const MAX_READ: u16 = 100;

/// How many keys beyond the kept versions one pruning lists.
const EXTRA_LISTED: u16 = 50;

/// An edit prunes the history if its version number is a multiple of this.
const PRUNING_INTERVAL: u64 = 8;

/// The maximum number of store operations that one edit spends on pruning.
const MAX_PRUNING_OPERATIONS: u32 = 12;

/// A version of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LinkVersion {
    pub(crate) version: u64,
    pub(crate) at: Timestamp,
    pub(crate) by: Option<UserId>,
    pub(crate) domain: Domain,
    pub(crate) alias: Alias,
    pub(crate) target: Target,
    /// The settings without the password, so that an old one does not stay in the store.
    pub(crate) settings: LinkSettings,
    pub(crate) has_password: bool,
    pub(crate) is_deleted: bool,
    pub(crate) blocked: Option<Blocked>,
    /// The name of the previous version: the end of its key.
    pub(super) previous_name: Option<String>,
}

impl LinkVersion {
    /// The present version of `link`.
    pub(crate) fn from_link(link: &Link) -> Self {
        Self {
            version: link.version,
            at: link.updated_at,
            by: link.updated_by.clone(),
            domain: link.domain.clone(),
            alias: link.alias.clone(),
            target: link.target.clone(),
            settings: LinkSettings { password: None, ..link.settings.clone() },
            has_password: link.settings.password.is_some(),
            is_deleted: link.is_deleted(),
            blocked: link.blocked.clone(),
            previous_name: link.history.clone(),
        }
    }
}

/// Adds the version `was` to the attachments of `change`, which replaces it or starts to move it.
pub(crate) fn record_version(was: &Link, change: &mut Change) -> Result<(), StoreError> {
    let value = stored::write(&StoredVersion::from(&LinkVersion::from_link(was)))?;
    change.attachments.push((key(&was.id, was.version, &name(was, &change.key, &change.token)), value));
    Ok(())
}

/// The name under which the commit `token` to the record `to` stores the version `was`: the token, followed by the
/// destination if the commit moves the link.
pub(crate) fn name(was: &Link, to: &Key, token: &str) -> String {
    if *to == Key::link(&was.domain, &was.alias) { token.to_owned() } else { [token, "/", to.alias_path()].concat() }
}

/// The key of a version of `link`. Newer versions come first.
fn key(link: &LinkId, version: u64, name: &str) -> Key {
    Key::stored(format!("{}{:016x}/{name}", Prefix::history(link).as_str(), u64::MAX.saturating_sub(version)))
}

/// The destination that the version at `key` names; `None` if no move stored it.
fn destination(key: &Key) -> Option<Key> {
    let [_history, _link, _version, _token, path] = key.as_str().splitn(5, '/').collect::<Vec<_>>().try_into().ok()?;
    Some(Key::at_path(path))
}

/// The key of the previous version of `link`.
pub(crate) fn previous_key(link: &Link) -> Option<Key> {
    let name = link.history.as_ref()?;
    Some(key(&link.id, link.version.saturating_sub(1), name))
}

/// The latest versions of `link`, newest first, including the present one. At most `reads` version records are read.
pub(crate) async fn latest(records: &impl Records, link: &Link, reads: u16) -> Result<Vec<LinkVersion>, StoreError> {
    let mut versions = vec![LinkVersion::from_link(link)];
    let page = records.scan(&Prefix::history(&link.id), None, reads).await?;
    let values = records.get_many(&page.keys).await?;
    let record_at = |key: &Key| page.keys.iter().zip(&values).find(|(found, _)| *found == key)?.1.as_ref();
    while versions.len() < KEPT_VERSIONS.into()
        && let Some(oldest) = versions.last()
        && let Some(name) = &oldest.previous_name
        && let Some(record) = record_at(&key(&link.id, oldest.version.saturating_sub(1), name))
    {
        versions.push(stored::read::<StoredVersion<'_>>(&record.value)?.try_into()?);
    }
    Ok(versions)
}

/// The versions that an edit of `link` should remove: at every [`PRUNING_INTERVAL`]th version, those that the history no
/// longer shows. Finding and removing them takes at most `most` operations.
pub(crate) async fn outdated(records: &impl Records, link: &Link, most: u32) -> Result<Vec<Key>, StoreError> {
    let is_due = link.version > u64::from(KEPT_VERSIONS) && link.version.checked_rem(PRUNING_INTERVAL) == Some(0);
    let most = most.saturating_sub(records.operations(&StoreCall::Scan)).min(MAX_PRUNING_OPERATIONS);
    if !is_due || most < MIN_PRUNING_OPERATIONS {
        return Ok(Vec::new());
    }
    let page = records.scan(&Prefix::history(&link.id), None, KEPT_VERSIONS.saturating_add(EXTRA_LISTED)).await?;
    let is_kept = |key: &Key| version_in(key).is_none_or(|version| version.saturating_add(KEPT_VERSIONS.into()) > link.version);
    let mut old: Vec<Key> = page.keys.into_iter().filter(|key| !is_kept(key)).collect();
    // Versions of crashed moves may have to stay. Each pruning starts at another place in the list, so that checking
    // them does not always use up the operations before other versions are reached.
    let pruning_number = link.version.checked_div(PRUNING_INTERVAL).and_then(|number| usize::try_from(number).ok());
    let start = pruning_number.and_then(|number| number.checked_rem(old.len())).unwrap_or_default();
    old.rotate_left(start);
    let at = Key::link(&link.domain, &link.alias);
    Ok(select_prunable(records, (&link.id, &at), old, MoveVersions::Follow, most).await?.keys)
}

/// The operations for reading one destination and removing one version that names it.
const MIN_PRUNING_OPERATIONS: u32 = 2;

/// The version number in `key`.
fn version_in(key: &Key) -> Option<u64> {
    let inverted = u64::from_str_radix(key.as_str().split('/').nth(2)?, 16).ok()?;
    Some(u64::MAX.saturating_sub(inverted))
}

/// How to treat versions that name the destination of a move.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MoveVersions {
    /// Keep them: the move may not have claimed its destination yet.
    Keep,
    /// Read the destination, to see whether the link is pending there.
    Follow,
}

/// The versions that can be removed, and the moves that keep others.
#[derive(Default)]
pub(crate) struct PrunableVersions {
    /// The keys of versions that can be removed: no pending move depends on them.
    pub(crate) keys: Vec<Key>,
    /// Destinations that block the removal of the versions that name them: they hold a pending move of the link, or
    /// cannot be read.
    pub(crate) blocking: Vec<Result<AliasRecord, StoreError>>,
    /// The store operations for reading the destinations and removing the keys.
    pub(crate) operations: u32,
    /// Whether there are versions beyond these: their destination was not read, or the operations do not suffice to
    /// remove them.
    pub(crate) has_more: bool,
}

impl PrunableVersions {
    /// Adds as many of `keys` as can be removed for `most` operations in total, and at least one.
    fn add_within(&mut self, records: &impl Records, most: u32, keys: Vec<Key>) {
        for key in keys {
            let operations = self.operations.saturating_add(records.operations(&StoreCall::Remove(1)));
            if operations > most && !self.keys.is_empty() {
                self.has_more = true;
                return;
            }
            self.operations = operations;
            self.keys.push(key);
        }
    }
}

/// Selects those of the `versions` of the link `id` at the alias `at` that can be removed. Reading destinations and
/// removing the versions takes at most `most` store operations, or two if `most` is less. Each destination is read once.
/// Versions without a destination come first, so that moves never prevent their removal.
pub(crate) async fn select_prunable(
    records: &impl Records,
    (id, at): (&LinkId, &Key),
    versions: Vec<Key>,
    moves: MoveVersions,
    most: u32,
) -> Result<PrunableVersions, StoreError> {
    let mut prunable = PrunableVersions::default();
    let mut without_destination = Vec::new();
    let mut by_destination: Vec<(Key, Vec<Key>)> = Vec::new();
    for version in versions {
        match destination(&version).filter(|destination| destination != at) {
            Some(destination) => match by_destination.iter_mut().find(|(known, _)| *known == destination) {
                Some((_, versions)) => versions.push(version),
                None => by_destination.push((destination, vec![version])),
            },
            None => without_destination.push(version),
        }
    }
    prunable.add_within(records, most, without_destination);
    let least = usize::from(prunable.keys.is_empty());
    let readable_count = match moves {
        MoveVersions::Keep => 0,
        MoveVersions::Follow => count_readable(records, by_destination.len(), most.saturating_sub(prunable.operations)).max(least),
    };
    prunable.has_more |= by_destination.len() > readable_count;
    let destinations: Vec<Key> = by_destination.iter().take(readable_count).map(|(destination, _)| destination.clone()).collect();
    if destinations.is_empty() {
        return Ok(prunable);
    }
    let found = records.get_many(&destinations).await?;
    prunable.operations = prunable.operations.saturating_add(records.operations(&StoreCall::GetMany(destinations.len())));
    let is_pending = |alias_record: &AliasRecord| matches!(&alias_record.alias_state, AliasState::PendingMove(pending_move) if pending_move.link.id == *id);
    for ((destination, versions), record) in by_destination.into_iter().zip(found) {
        match record.map(|record| AliasRecord::decode(&destination, &record)) {
            Some(Ok(alias_record)) if !is_pending(&alias_record) => prunable.add_within(records, most, versions),
            None => prunable.add_within(records, most, versions),
            Some(blocking) => prunable.blocking.push(blocking),
        }
    }
    Ok(prunable)
}

/// How many of `count` destinations can be read, and one version of each removed, for at most `most` operations.
fn count_readable(records: &impl Records, count: usize, most: u32) -> usize {
    let operations =
        |number| records.operations(&StoreCall::GetMany(number)).saturating_add(records.operations(&StoreCall::Remove(number)));
    (1..=count).rev().find(|number| operations(*number) <= most).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_of_a_move_names_its_destination() {
        let was = Link::example();
        let stays = Key::link(&was.domain, &was.alias);
        let moves = Key::link(&was.domain, &Alias::stored("é/.".into()));
        for (to, destination_of_move) in [(&stays, None), (&moves, Some(moves.clone()))] {
            let mut change = Change::write_only(to.clone(), crate::store::Expect::Absent, String::new(), "t".into());
            record_version(&was, &mut change).unwrap();
            let written = change.attachments.remove(0).0;
            assert_eq!((destination(&written), version_in(&written)), (destination_of_move, Some(was.version)), "{written:?}");
            let next = Link { version: was.version + 1, history: Some(name(&was, to, "t")), ..was.clone() };
            assert_eq!(previous_key(&next), Some(written));
        }
    }

    #[test]
    fn longest_version_key_fits_both_stores() {
        let domain = Domain::stored(format!("{}.{}", "a".repeat(60), "b".repeat(59)));
        let to = Key::link(&domain, &Alias::stored("é".repeat(64)));
        let (id, token) = (LinkId::stored(format!("lnk_{}", "1".repeat(17))), "1".repeat(17));
        let longest = key(&id, 1, &name(&Link::example(), &to, &token)).as_str().len();
        assert!((510..=1_024).contains(&longest), "{longest}");
    }
}
