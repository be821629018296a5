//! Finding the link of an alias: memo, then copy, then truth. Nothing here waits for a write.

use std::sync::Arc;

use super::domain_redirects::check_served;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::MOST_MOVES;
use crate::store::cached_link::{self, CachedLink, Freshness};
use crate::store::compiled_link::{CompiledLink, ResolvedAlias, ResolvedTo};
use crate::store::memo::{MemoLookup, MemoValue};
use crate::store::ports::{Edge, LinkCache as _};
use crate::store::{Key, load};

/// Where a link is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkSource {
    /// In the memo, else the copy, else the truth.
    Cache,
    Store,
}

/// What is near of an alias.
enum CacheLookup {
    Cached(CachedLink),
    /// A copy that says to ask truth.
    Bypass,
    Missing,
}

/// The link that visitors of `alias` come to, wherever it has moved.
pub(super) async fn find<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    alias: &Alias,
    source: LinkSource,
) -> Result<Arc<CompiledLink>, Problem> {
    let link = walk(context, Key::link(domain, alias), source).await?;
    check_served(context, domain).await?;
    Ok(link)
}

/// The link at `key`, or where it has moved to since. An alias that it passed through may be another link's by now: that is not where
/// its visitors wanted to go.
async fn walk<E: Edge>(context: &Context<'_, E>, mut key: Key, source: LinkSource) -> Result<Arc<CompiledLink>, Problem> {
    let mut wanted = None;
    for _ in 0..=MOST_MOVES {
        let known = if source == LinkSource::Cache { context.memo(|memo| memo.get(&key, context.now)) } else { MemoLookup::Unknown };
        let found = match known {
            MemoLookup::Hit(MemoValue::Link(found)) => found,
            MemoLookup::Miss => return Err(Problem::no_such_link()),
            MemoLookup::Hit(MemoValue::Domain(_)) | MemoLookup::Unknown => look_up(context, &key, source).await?,
        };
        if wanted.as_ref().is_some_and(|wanted| *wanted != found.id) {
            break;
        }
        match found.resolved_to {
            ResolvedTo::Link(compiled) => return Ok(compiled),
            ResolvedTo::Alias(to, forwards) if forwards || wanted.is_some() => (key, wanted) = (to, Some(found.id)),
            ResolvedTo::Alias(..) | ResolvedTo::Nothing => break,
        }
    }
    Err(Problem::link_ended())
}

/// Asks the copy, else the truth, and remembers the answer unless truth is to be asked every time.
async fn look_up<E: Edge>(context: &Context<'_, E>, key: &Key, source: LinkSource) -> Result<ResolvedAlias, Problem> {
    let read_in = context.memo(|memo| memo.epoch());
    let remember = |found: &ResolvedAlias| {
        context.memo(|memo| memo.remember_hit(key, MemoValue::Link(found.clone()), found.bytes(), read_in, context.now));
    };
    let near = if source == LinkSource::Cache { near(context, key).await } else { CacheLookup::Missing };
    let was_sent = matches!(near, CacheLookup::Bypass);
    if let CacheLookup::Cached(cached_link) = near
        && let Ok(found) = ResolvedAlias::from_cached(cached_link)
    {
        remember(&found);
        return Ok(found);
    }
    let Some(cached_link) = truth(context, key, was_sent).await? else {
        context.memo(|memo| memo.remember_miss(key, read_in, context.now));
        return Err(Problem::no_such_link());
    };
    let is_strict = cached_link.is_strict();
    let found = ResolvedAlias::from_cached(cached_link)?;
    if !is_strict {
        remember(&found);
    }
    Ok(found)
}

async fn near<E: Edge>(context: &Context<'_, E>, key: &Key) -> CacheLookup {
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

/// Reads the truth. A copy is filled of it, unless the one that is there says rightly that truth is to be asked.
async fn truth<E: Edge>(context: &Context<'_, E>, key: &Key, was_sent: bool) -> Result<Option<CachedLink>, Problem> {
    let alias_record = load(context.edge.records(), key).await?;
    let cached_link = alias_record.and_then(|alias_record| CachedLink::from_state(&alias_record.alias_state, alias_record.commits));
    if let Some(cached_link) = &cached_link
        && !(was_sent && cached_link.is_strict())
        && context.memo(|memo| memo.claim_fill(key, context.now))
    {
        context.fill(key.clone(), Some(cached_link.clone()));
    }
    Ok(cached_link)
}
