//! Cached links: entries of the link cache near the visitor, and how far the core trusts them.
//!
//! * A cached link holds one state of an alias record, and the time when the store last confirmed it.
//! * It is served for a day. Once it is older than ten minutes, it is served and then checked.
//! * A cache miss proves nothing: only the store decides on a 404.
//! * A fill reads the store again after its put and corrects the cached link. So a fill that an edit has overtaken does
//!   not serve the old target for long.

use super::stored::cached_link::StoredCachedLink;
use super::{AliasState, Key, load, stored};
use crate::model::limits::Limit;
use crate::model::link::{Link, LinkId};
use crate::model::link_settings::LinkSettings;
use crate::model::password::{PasswordHash, PasswordTag};
use crate::model::target::Target;
use crate::model::time::Timestamp;
use crate::store::ports::{LinkCache, Records, StoreCall, StoreError};

/// The lifetime of a cached link. Older ones are ignored, and adapters set this as the expiry.
pub const LIFETIME_SECONDS: u32 = 24 * 60 * 60;

/// The age after which a cached link is checked against the store, once it was served.
pub const RECHECK_AFTER_SECONDS: u32 = 10 * 60;

/// How often one fill puts the cached link of a record that keeps changing.
const CORRECTIONS: u32 = 3;

/// The part of an alias record that is needed to answer visitors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CachedLink {
    pub(crate) id: LinkId,
    /// The number of commits of the record.
    pub(crate) commits: u64,
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
    /// A deleted or erased link.
    Ended,
    /// A blocked link. Visitors get the same response as for an ended one, but the store is read for each of them.
    Blocked,
}

/// The part of a link that is needed to answer visitors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VisitorLink {
    pub(crate) target: Target,
    /// The settings, without those that only the API shows.
    pub(crate) settings: LinkSettings,
    /// The click limit, if there is one.
    pub(crate) limit: Option<Limit>,
    /// The tag of the password, if there is one. Its hash is only in the store.
    pub(crate) lock: Option<PasswordTag>,
}

/// A cached link with the result of checking its age.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// The store confirmed it recently.
    Fresh(CachedLink),
    /// To be served and then checked.
    Stale(CachedLink),
    /// The store must be read for every visitor.
    Bypass,
    /// No usable cached link.
    Missing,
}

impl CachedLink {
    /// The cached link of an alias record with this state and number of commits; nothing if the alias is free.
    pub(crate) fn from_state(alias_state: &AliasState, commits: u64) -> Option<Self> {
        let (id, state) = match alias_state.visible() {
            AliasState::Link(link) if link.is_deleted() => (&link.id, CachedState::Ended),
            AliasState::Link(link) if link.blocked.is_some() => (&link.id, CachedState::Blocked),
            AliasState::Link(link) => (&link.id, CachedState::Link(Box::new(VisitorLink::from_link(link)))),
            AliasState::MovedTo(moved_to) => (&moved_to.link, CachedState::MovedTo { to: moved_to.to(), forwards: moved_to.forwards }),
            AliasState::Erasing(link) => (&link.id, CachedState::Ended),
            AliasState::PendingMove(_) | AliasState::Free => return None,
        };
        Some(Self { id: id.clone(), commits, state })
    }

    /// Whether the store must be read for every visitor.
    pub(crate) fn is_strict(&self) -> bool {
        match &self.state {
            // Clicks are counted in the store, so the limit is read there too.
            CachedState::Link(followed) => followed.settings.strict || followed.limit.is_some(),
            CachedState::Blocked => true,
            CachedState::MovedTo { .. } | CachedState::Ended => false,
        }
    }
}

impl VisitorLink {
    pub(crate) fn from_link(link: &Link) -> Self {
        let settings = link.settings.for_visitors();
        let lock = link.settings.password.as_ref().map(PasswordHash::lock);
        Self { target: link.target.clone(), limit: Limit::from_link(link), lock, settings }
    }
}

/// Decodes a cached link and checks its age. One that cannot be decoded (another schema, a damaged value) counts as
/// missing.
pub(crate) fn read(bytes: &[u8], now: Timestamp) -> Freshness {
    let Ok((cached_link, checked_at)) = stored::read(bytes).and_then(StoredCachedLink::into_link) else {
        return Freshness::Missing;
    };
    let age = now.millis_since(checked_at);
    let older_than = |seconds: u32| age > u64::from(seconds).saturating_mul(1_000);
    match cached_link {
        _ if older_than(LIFETIME_SECONDS) => Freshness::Missing,
        None => Freshness::Bypass,
        Some(cached_link) if older_than(RECHECK_AFTER_SECONDS) => Freshness::Stale(cached_link),
        Some(cached_link) => Freshness::Fresh(cached_link),
    }
}

/// A cache fill: a cached link to be written after the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CacheFill {
    pub(crate) key: Key,
    /// The state that was just read from the store or written to it, if known.
    pub(crate) known: Option<CachedLink>,
}

impl CacheFill {
    /// Cost if the record does not change meanwhile: a put and a check of the record. If the state is not known, the
    /// record and the old cached link are read first.
    pub(crate) fn operations(&self, records: &impl Records) -> u32 {
        let put_and_check = records.operations(&StoreCall::Get).saturating_add(1);
        if self.known.is_some() { put_and_check } else { put_and_check.saturating_mul(2) }
    }

    /// Puts the cached link in the cache, and puts again while the store has a newer state. A read may be stale, so a
    /// state that is not newer is ignored.
    pub(crate) async fn run(self, records: &impl Records, link_cache: &impl LinkCache, now: Timestamp) -> Result<(), StoreError> {
        let mut cached_link = match self.known {
            Some(cached_link) => Some(cached_link),
            None => match read_store(records, &self.key).await? {
                None => end_cached(link_cache, &self.key, now).await,
                stored => stored,
            },
        };
        for _ in 0..CORRECTIONS {
            let Some(known) = cached_link else { return Ok(()) };
            link_cache.put(&self.key, &stored::write(&StoredCachedLink::new(&known, now))?).await?;
            cached_link = read_store(records, &self.key).await?.filter(|stored| stored.commits > known.commits);
        }
        Ok(())
    }
}

/// The old cached link as an ended one, for an alias that is free in the store but still has a link in the cache.
async fn end_cached(link_cache: &impl LinkCache, key: &Key, now: Timestamp) -> Option<CachedLink> {
    match read(&link_cache.get(key).await?, now) {
        Freshness::Fresh(cached_link) | Freshness::Stale(cached_link) => Some(CachedLink { state: CachedState::Ended, ..cached_link }),
        Freshness::Bypass | Freshness::Missing => None,
    }
}

/// The state of the alias in the store; nothing if it is free.
async fn read_store(records: &impl Records, key: &Key) -> Result<Option<CachedLink>, StoreError> {
    Ok(load(records, key).await?.and_then(|alias_record| CachedLink::from_state(&alias_record.alias_state, alias_record.commits)))
}
