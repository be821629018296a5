//! Finding the link of an alias: memo, then copy, then truth. Nothing here waits for a write.

use std::sync::Arc;

use super::elsewhere::check_served;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::MOST_MOVES;
use crate::store::compiled_link::{CompiledLink, ResolvedAlias, ResolvedTo};
use crate::store::copy::{self, CachedLink, Freshness};
use crate::store::memo::{MemoLookup, MemoValue};
use crate::store::ports::{Edge, LinkCache as _};
use crate::store::{Key, look};

/// Where a link is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkSource {
    /// In the memo, else the copy, else the truth.
    Nearest,
    Truth,
}

/// What is near of an alias.
enum CacheLookup {
    Cached(CachedLink),
    /// A copy that says to ask truth.
    AskTruth,
    Nothing,
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
        let known = if source == LinkSource::Nearest { context.memo(|memo| memo.get(&key, context.now)) } else { MemoLookup::Nothing };
        let found = match known {
            MemoLookup::Hit(MemoValue::Link(found)) => found,
            MemoLookup::Miss => return Err(Problem::no_such_link()),
            MemoLookup::Hit(MemoValue::Domain(_)) | MemoLookup::Nothing => look_up(context, &key, source).await?,
        };
        if wanted.as_ref().is_some_and(|wanted| *wanted != found.id) {
            break;
        }
        match found.way {
            ResolvedTo::On(ready) => return Ok(ready),
            ResolvedTo::Away(to, forwards) if forwards || wanted.is_some() => (key, wanted) = (to, Some(found.id)),
            ResolvedTo::Away(..) | ResolvedTo::Nowhere => break,
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
    let near = if source == LinkSource::Nearest { near(context, key).await } else { CacheLookup::Nothing };
    let was_sent = matches!(near, CacheLookup::AskTruth);
    if let CacheLookup::Cached(copy) = near
        && let Ok(found) = ResolvedAlias::of(copy)
    {
        remember(&found);
        return Ok(found);
    }
    let Some(copy) = truth(context, key, was_sent).await? else {
        context.memo(|memo| memo.remember_miss(key, read_in, context.now));
        return Err(Problem::no_such_link());
    };
    let is_strict = copy.is_strict();
    let found = ResolvedAlias::of(copy)?;
    if !is_strict {
        remember(&found);
    }
    Ok(found)
}

async fn near<E: Edge>(context: &Context<'_, E>, key: &Key) -> CacheLookup {
    let Some(copies) = context.edge.copies() else { return CacheLookup::Nothing };
    let Some(bytes) = copies.get(key).await else { return CacheLookup::Nothing };
    match copy::read(&bytes, context.now) {
        Freshness::Fresh(copy) => CacheLookup::Cached(copy),
        Freshness::Aged(copy) => {
            if context.memo(|memo| memo.claim_recheck(key, context.now)) {
                context.fill(key.clone(), None);
            }
            CacheLookup::Cached(copy)
        }
        Freshness::AskTruth => CacheLookup::AskTruth,
        Freshness::None => CacheLookup::Nothing,
    }
}

/// Reads the truth. A copy is filled of it, unless the one that is there says rightly that truth is to be asked.
async fn truth<E: Edge>(context: &Context<'_, E>, key: &Key, was_sent: bool) -> Result<Option<CachedLink>, Problem> {
    let place = look(context.edge.records(), key).await?;
    let copy = place.and_then(|place| CachedLink::of(&place.holder, place.commits));
    if let Some(copy) = &copy
        && !(was_sent && copy.is_strict())
        && context.memo(|memo| memo.claim_fill(key, context.now))
    {
        context.fill(key.clone(), Some(copy.clone()));
    }
    Ok(copy)
}
