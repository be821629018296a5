//! History: what a link was before each of its edits, written beside the record by the commit that replaced it.
//!
//! A link names the commit that wrote down its previous version, and each version written down names the one before. Readers walk this
//! chain, so what a refused commit wrote is never taken for history.

use super::stored::{self, StoredVersion};
use super::{Change, Key, Prefix};
use crate::model::alias::Alias;
use crate::model::blocked::Blocked;
use crate::model::domain::Domain;
use crate::model::link::{Link, LinkId, UserId};
use crate::model::target::Target;
use crate::model::time::Timestamp;
use crate::store::ports::{Records, StoreError};

/// How many versions of a link can be looked at.
pub(crate) const KEPT_VERSIONS: u16 = 50;

/// How many versions may lie about beyond those, until somebody clears them away.
const SLACK: u16 = 50;

/// An edit to a version that this divides clears away.
const CLEARING: u64 = 8;

/// Most that is cleared away at once: every drop costs a write.
const MOST_CLEARED: usize = 12;

/// What a link was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) version: u64,
    pub(crate) at: Timestamp,
    pub(crate) by: Option<UserId>,
    pub(crate) domain: Domain,
    pub(crate) alias: Alias,
    pub(crate) target: Target,
    pub(crate) is_disabled: bool,
    pub(crate) is_deleted: bool,
    pub(crate) blocked: Option<Blocked>,
    /// The commit that wrote down the version before this one.
    pub(super) before: Option<String>,
}

impl Snapshot {
    /// What `link` is now.
    pub(crate) fn of(link: &Link) -> Self {
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

/// Has `change`, which replaces `was`, write down what it was.
pub(crate) fn write_down(was: &Link, change: &mut Change) -> Result<(), StoreError> {
    let value = stored::write(&StoredVersion::from(&Snapshot::of(was)))?;
    change.sides.push((key(&was.id, was.version, &change.token), value));
    Ok(())
}

/// Where the commit `token` writes down version `version` of `link`. Newest first.
fn key(link: &LinkId, version: u64, token: &str) -> Key {
    Key::kept(format!("{}{:016x}/{token}", Prefix::history(link).as_str(), u64::MAX.saturating_sub(version)))
}

/// Where the version before the present one of `link` is written down.
pub(crate) fn newest(link: &Link) -> Option<Key> {
    let token = link.history.as_ref()?;
    Some(key(&link.id, link.version.saturating_sub(1), token))
}

/// The latest versions of `link`, newest first, its present one among them: at most `most`, and as many as are found among `reads` records. What refused
/// edits wrote lies among them.
pub(crate) async fn latest(records: &impl Records, link: &Link, most: u16, reads: u16) -> Result<Vec<Snapshot>, StoreError> {
    let most = most.min(KEPT_VERSIONS);
    let mut versions = vec![Snapshot::of(link)];
    let page = records.scan(&Prefix::history(&link.id), None, most.max(reads).saturating_sub(1)).await?;
    let values = records.get_many(&page.keys).await?;
    let written = |key: &Key| page.keys.iter().zip(&values).find(|(written, _)| *written == key)?.1.as_ref();
    while versions.len() < most.into()
        && let Some(newest) = versions.last()
        && let Some(token) = &newest.before
        && let Some(record) = written(&key(&link.id, newest.version.saturating_sub(1), token))
    {
        versions.push(stored::read::<StoredVersion<'_>>(&record.value)?.into());
    }
    Ok(versions)
}

/// What to clear away beside an edit of `link`: now and then, what lies beyond the versions that can be looked at.
pub(crate) async fn outdated(records: &impl Records, link: &Link) -> Result<Vec<Key>, StoreError> {
    if link.version <= u64::from(KEPT_VERSIONS) || link.version.checked_rem(CLEARING) != Some(0) {
        return Ok(Vec::new());
    }
    let page = records.scan(&Prefix::history(&link.id), None, KEPT_VERSIONS.saturating_add(SLACK)).await?;
    let is_kept = |key: &Key| version_in(key).is_none_or(|version| version.saturating_add(KEPT_VERSIONS.into()) > link.version);
    Ok(page.keys.into_iter().filter(|key| !is_kept(key)).take(MOST_CLEARED).collect())
}

/// Which version is written down at `key`.
fn version_in(key: &Key) -> Option<u64> {
    let inverted = u64::from_str_radix(key.as_str().rsplit('/').nth(1)?, 16).ok()?;
    Some(u64::MAX.saturating_sub(inverted))
}
