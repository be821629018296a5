//! Copies: what an edge keeps near the visitor, and how far the core trusts it.
//!
//! A copy shows one version of a link and says when truth confirmed it. It is served while it is younger than a day; once it is older
//! than ten minutes it is served and checked afterwards. A missing copy proves nothing: only truth says 404. A fill reads truth again
//! after its put and corrects itself, so a fill that was overtaken by an edit does not bring the old target back for long.

use super::stored::cached_link::StoredCachedLink;
use super::{AliasState, Key, load, stored};
use crate::model::limits::Limit;
use crate::model::link::{Link, LinkId};
use crate::model::link_settings::LinkSettings;
use crate::model::password::{PasswordHash, PasswordTag};
use crate::model::target::Target;
use crate::model::time::Timestamp;
use crate::store::ports::{LinkCache, Records, StoreCall, StoreError};

/// A copy older than this is no copy; adapters let the store drop it then.
pub const LIFETIME_SECONDS: u32 = 24 * 60 * 60;

/// A copy that truth confirmed longer ago than this is checked after it was served.
pub const RECHECK_AFTER_SECONDS: u32 = 10 * 60;

/// How often a fill runs after a record that keeps changing.
const CORRECTIONS: u32 = 3;

/// What a visitor of an alias needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CachedLink {
    pub(crate) id: LinkId,
    /// How often the record was written.
    pub(crate) version: u64,
    pub(crate) state: CachedState,
}

/// Where an alias leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CachedState {
    /// As its link says.
    Link(Box<VisitorLink>),
    /// To where its link went.
    MovedTo {
        to: Key,
        /// Whether visitors who come to this alias are led there. Those who were led here by an older one are.
        forwards: bool,
    },
    Ended,
    /// The same, and truth is asked whether it still is so.
    Blocked,
}

/// A link as far as it concerns visitors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VisitorLink {
    pub(crate) target: Target,
    /// Without what only its owner reads.
    pub(crate) spec: LinkSettings,
    /// Where its clicks are counted down, if they are.
    pub(crate) limit: Option<Limit>,
    /// If visitors have to know a password. Its hash is with truth alone.
    pub(crate) lock: Option<PasswordTag>,
}

/// A copy and how far it may be trusted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Truth confirmed it lately.
    Fresh(CachedLink),
    /// To be served and then checked.
    Stale(CachedLink),
    /// It says that truth is to be asked.
    Bypass,
    /// To be ignored.
    Missing,
}

impl CachedLink {
    /// What visitors are to know of an alias with this holder, after so many commits; nothing where there is nothing to be seen.
    pub(crate) fn from_state(alias_state: &AliasState, commits: u64) -> Option<Self> {
        let (id, state) = match alias_state.seen() {
            AliasState::Link(link) if link.is_deleted() => (&link.id, CachedState::Ended),
            AliasState::Link(link) if link.blocked.is_some() => (&link.id, CachedState::Blocked),
            AliasState::Link(link) => (&link.id, CachedState::Link(Box::new(VisitorLink::from_link(link)))),
            AliasState::MovedTo(moved_to) => (&moved_to.link, CachedState::MovedTo { to: moved_to.to(), forwards: moved_to.forwards }),
            AliasState::Erasing(link) => (&link.id, CachedState::Ended),
            AliasState::PendingMove(_) | AliasState::Free => return None,
        };
        Some(Self { id: id.clone(), version: commits, state })
    }

    /// Whether truth is to be asked for every visitor.
    pub(crate) fn is_strict(&self) -> bool {
        match &self.state {
            // Their clicks are counted by truth, so that is where their limit is read as well.
            CachedState::Link(followed) => followed.spec.strict || followed.limit.is_some(),
            CachedState::Blocked => true,
            CachedState::MovedTo { .. } | CachedState::Ended => false,
        }
    }
}

impl VisitorLink {
    pub(crate) fn from_link(link: &Link) -> Self {
        let spec = link.spec.for_visitors();
        let lock = link.spec.password.as_ref().map(PasswordHash::lock);
        Self { target: link.target.clone(), limit: Limit::from_link(link), lock, spec }
    }
}

/// Reads a copy. One that hop cannot read (another schema, a damaged value) is as good as none.
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

/// A copy to be made once the visitor has gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CacheFill {
    pub(crate) key: Key,
    /// What truth said just now, if it was asked.
    pub(crate) known: Option<CachedLink>,
}

impl CacheFill {
    /// Cost if the record does not change meanwhile: a put and a check of the record. If the record is not known yet, it and the old copy
    /// are read first.
    pub(crate) fn operations(&self, records: &impl Records) -> u32 {
        let once = records.operations(&StoreCall::Get).saturating_add(1);
        if self.known.is_some() { once } else { once.saturating_mul(2) }
    }

    /// Puts what truth says, and again as long as truth moved on meanwhile. A read may be late: a version that is not newer is no news.
    pub(crate) async fn run(self, records: &impl Records, link_cache: &impl LinkCache, now: Timestamp) -> Result<(), StoreError> {
        let mut cached_link = match self.known {
            Some(cached_link) => Some(cached_link),
            None => match truth(records, &self.key).await? {
                None => ended(link_cache, &self.key, now).await,
                truth => truth,
            },
        };
        for _ in 0..CORRECTIONS {
            let Some(known) = cached_link else { return Ok(()) };
            link_cache.put(&self.key, &stored::write(&StoredCachedLink::new(&known, now))?).await?;
            cached_link = truth(records, &self.key).await?.filter(|truth| truth.version > known.version);
        }
        Ok(())
    }
}

/// What is told where truth knows of nobody while a copy still does: that the link has ended.
async fn ended(link_cache: &impl LinkCache, key: &Key, now: Timestamp) -> Option<CachedLink> {
    match read(&link_cache.get(key).await?, now) {
        Freshness::Fresh(cached_link) | Freshness::Stale(cached_link) => Some(CachedLink { state: CachedState::Ended, ..cached_link }),
        Freshness::Bypass | Freshness::Missing => None,
    }
}

async fn truth(records: &impl Records, key: &Key) -> Result<Option<CachedLink>, StoreError> {
    Ok(load(records, key).await?.and_then(|alias_record| CachedLink::from_state(&alias_record.alias_state, alias_record.commits)))
}
