//! Reading the link of an alias: from the memo, then the cache, then the store. Never waits for a write.

use std::sync::Arc;

use super::domain_redirects::check_served;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::MAX_MOVES;
use crate::store::cached_link::{self, CachedLink, Freshness};
use crate::store::compiled_link::{CompiledLink, ResolvedAlias, ResolvedTo};
use crate::store::memo::{MemoLookup, MemoValue};
use crate::store::ports::{Edge, LinkCache as _};
use crate::store::{Key, load};

/// The source of a link.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkSource {
    /// The memo, else the cache, else the store.
    Cache,
    /// Only the store.
    Store,
}

/// The result of a cache lookup.
enum CacheLookup {
    Cached(CachedLink),
    /// A marker that the store must be read, for strict links.
    Bypass,
    Missing,
}

/// The link that visitors of `alias` reach, at its current alias.
pub(super) async fn find<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    alias: &Alias,
    source: LinkSource,
) -> Result<Arc<CompiledLink>, Problem> {
    let link = resolve(context, Key::link(domain, alias), source).await?;
    check_served(context, domain).await?;
    Ok(link)
}

/// The link at `key`, or at the alias to which it has moved. Another link may own an alias on the way by now: then the
/// link has ended for these visitors.
async fn resolve<E: Edge>(context: &Context<'_, E>, mut key: Key, source: LinkSource) -> Result<Arc<CompiledLink>, Problem> {
    let mut link_id = None;
    for _ in 0..=MAX_MOVES {
        let known = if source == LinkSource::Cache { context.memo(|memo| memo.get(&key, context.now)) } else { MemoLookup::Unknown };
        let found = match known {
            MemoLookup::Hit(MemoValue::Link(found)) => found,
            MemoLookup::Miss => return Err(Problem::no_such_link()),
            MemoLookup::Hit(MemoValue::Domain(_)) | MemoLookup::Unknown => look_up(context, &key, source).await?,
        };
        if link_id.as_ref().is_some_and(|link_id| *link_id != found.id) {
            break;
        }
        match found.resolved_to {
            ResolvedTo::Link(compiled) => return Ok(compiled),
            ResolvedTo::Alias(to, forwards) if forwards || link_id.is_some() => (key, link_id) = (to, Some(found.id)),
            ResolvedTo::Alias(..) | ResolvedTo::Ended => break,
        }
    }
    Err(Problem::link_ended())
}

/// Reads the cache, else the store, and keeps the result in the memo unless the link is strict.
async fn look_up<E: Edge>(context: &Context<'_, E>, key: &Key, source: LinkSource) -> Result<ResolvedAlias, Problem> {
    let epoch = context.memo(|memo| memo.epoch());
    let remember = |found: &ResolvedAlias| {
        context.memo(|memo| memo.remember_hit(key, MemoValue::Link(found.clone()), found.bytes(), epoch, context.now));
    };
    let lookup = if source == LinkSource::Cache { read_cache(context, key).await } else { CacheLookup::Missing };
    let was_bypass = matches!(lookup, CacheLookup::Bypass);
    if let CacheLookup::Cached(cached_link) = lookup
        && let Ok(found) = ResolvedAlias::from_cached(cached_link)
    {
        remember(&found);
        return Ok(found);
    }
    let Some(cached_link) = read_store(context, key, was_bypass).await? else {
        context.memo(|memo| memo.remember_miss(key, epoch, context.now));
        return Err(Problem::no_such_link());
    };
    let is_strict = cached_link.is_strict();
    let found = ResolvedAlias::from_cached(cached_link)?;
    if !is_strict {
        remember(&found);
    }
    Ok(found)
}

async fn read_cache<E: Edge>(context: &Context<'_, E>, key: &Key) -> CacheLookup {
    let Some(link_cache) = context.edge.link_cache() else { return CacheLookup::Missing };
    let Some(bytes) = link_cache.get(key).await else { return CacheLookup::Missing };
    match cached_link::read(&bytes, context.now) {
        Freshness::Fresh(cached_link) => CacheLookup::Cached(cached_link),
        Freshness::Stale(cached_link) => {
            if context.memo(|memo| memo.claim_recheck(key, context.now)) {
                context.fill(key.clone(), None);
            }
            CacheLookup::Cached(cached_link)
        }
        Freshness::Bypass => CacheLookup::Bypass,
        Freshness::Missing => CacheLookup::Missing,
    }
}

/// Reads the store and fills the cache, unless the cache has the bypass marker and the link is still strict.
async fn read_store<E: Edge>(context: &Context<'_, E>, key: &Key, was_bypass: bool) -> Result<Option<CachedLink>, Problem> {
    let alias_record = load(context.edge.records(), key).await?;
    let cached_link = alias_record.and_then(|alias_record| CachedLink::from_state(&alias_record.alias_state, alias_record.commits));
    if let Some(cached_link) = &cached_link
        && !(was_bypass && cached_link.is_strict())
        && context.memo(|memo| memo.claim_fill(key, context.now))
    {
        context.fill(key.clone(), Some(cached_link.clone()));
    }
    Ok(cached_link)
}
