//! Cached links: the part of an alias record that is needed to answer visitors.

use super::stored::cached_link::StoredCachedLink;
use super::{AliasState, Key, load_beside, stored};
use crate::model::alias::Alias;
use crate::model::blocklist::TargetHost;
use crate::model::domain::Domain;
use crate::model::limits::Limit;
use crate::model::link::{Link, LinkId};
use crate::model::link_settings::LinkSettings;
use crate::model::password::{PasswordHash, PasswordTag};
use crate::model::target::Target;
use crate::model::text::Tag;
use crate::model::time::Timestamp;
use crate::store::blocklist::Blocklist;
use crate::store::cache::{CacheEntry, CacheFill, CacheTask, Cacheable};
use crate::store::compiled_link::ResolvedAlias;
use crate::store::ports::{Records, StoreError};

/// The part of an alias record that is needed to answer visitors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CachedLink {
    pub(crate) id: LinkId,
    /// The number of commits of the record.
    pub(crate) commits: u64,
    /// Whether the store must be read for every visitor: the link is strict, or its clicks are counted in the store. An
    /// ended one stays so, because it may be restored.
    pub(crate) is_strict: bool,
    pub(crate) state: CachedState,
}

/// The state of an alias as visitors see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CachedState {
    /// A link.
    Link(Box<VisitorLink>),
    /// A forwarding record.
    MovedTo {
        to: Key,
        /// Whether visitors of this alias reach the link. Visitors who were forwarded to this alias from an older one
        /// do in any case.
        forwards: bool,
    },
    /// A deleted, blocked or erased link. Visitors get the same response for each.
    Ended,
}

/// The part of a link that is needed to answer visitors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VisitorLink {
    pub(crate) domain: Domain,
    pub(crate) alias: Alias,
    /// The tags, which clicks are counted for.
    pub(crate) tags: Vec<Tag>,
    pub(crate) target: Target,
    /// The settings, without those that only the API shows.
    pub(crate) settings: LinkSettings,
    /// The click limit, if there is one.
    pub(crate) limit: Option<Limit>,
    /// The tag of the password, if there is one. Its hash is only in the store.
    pub(crate) lock: Option<PasswordTag>,
    /// The verdict of the blocklist: the listed ones among the hosts of the link. `None` if it is left open.
    pub(crate) listed: Option<Vec<TargetHost>>,
}

impl CachedLink {
    /// The cached link of an alias record with this state and number of commits; nothing if the alias is free.
    pub(crate) fn from_state(alias_state: &AliasState, commits: u64) -> Option<Self> {
        let (id, state) = match alias_state.visible() {
            AliasState::Link(link) if link.is_deleted() || link.blocked.is_some() => (&link.id, CachedState::Ended),
            AliasState::Link(link) => (&link.id, CachedState::Link(Box::new(VisitorLink::from_link(link)))),
            AliasState::MovedTo(moved_to) => (&moved_to.link, CachedState::MovedTo { to: moved_to.to(), forwards: moved_to.forwards }),
            AliasState::Erasing(link) => (&link.id, CachedState::Ended),
            AliasState::PendingMove(_) | AliasState::Free => return None,
        };
        let is_strict = matches!(alias_state.visible(), AliasState::Link(link) if link.settings.strict || Limit::from_link(link).is_some());
        Some(Self { id: id.clone(), commits, is_strict, state })
    }
}

impl Cacheable for CachedLink {
    type Prepared = ResolvedAlias;
    /// The record, and for a pending move the record of the old alias.
    const READS: u32 = 2;

    fn task(fill: CacheFill<Self>) -> CacheTask {
        CacheTask::Link(fill)
    }

    async fn load(records: &impl Records, blocklist: &Blocklist, key: &Key) -> Result<Option<Self>, StoreError> {
        let alias_record = load_beside(records, key, blocklist).await?;
        let mut cached_link = alias_record.and_then(|alias_record| Self::from_state(&alias_record.alias_state, alias_record.commits));
        if let Some(Self { state: CachedState::Link(link), .. }) = &mut cached_link {
            link.listed = blocklist.verdict(records, || link.hosts()).await?;
        }
        Ok(cached_link)
    }

    fn mark_unlisted(&mut self) {
        if let CachedState::Link(link) = &mut self.state {
            link.listed.get_or_insert_default();
        }
    }

    fn lacks_verdict(&self) -> bool {
        matches!(&self.state, CachedState::Link(link) if link.listed.is_none())
    }

    fn is_strict(&self) -> bool {
        self.is_strict
    }

    fn prepare(self) -> Result<ResolvedAlias, StoreError> {
        ResolvedAlias::from_cached(self)
    }

    fn encode(&self, verified_at: Timestamp) -> Result<String, StoreError> {
        stored::write(&StoredCachedLink::new(self, verified_at))
    }

    fn decode(entry: &[u8]) -> Result<CacheEntry<Self>, StoreError> {
        let (value, verified_at) = stored::read(entry).and_then(StoredCachedLink::into_link)?;
        Ok(CacheEntry { value, verified_at })
    }
}

impl VisitorLink {
    pub(crate) fn from_link(link: &Link) -> Self {
        let settings = link.settings.for_visitors();
        let lock = link.settings.password.as_ref().map(PasswordHash::lock);
        Self {
            domain: link.domain.clone(),
            alias: link.alias.clone(),
            tags: link.settings.tags.clone(),
            target: link.target.clone(),
            limit: Limit::from_link(link),
            lock,
            settings,
            listed: None,
        }
    }

    /// The hosts of all URLs of the link, without duplicates.
    pub(crate) fn hosts(&self) -> Vec<TargetHost> {
        let mut hosts: Vec<TargetHost> =
            self.settings.urls().chain([&self.target]).filter_map(|url| TargetHost::of(url.as_str())).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }
}
