//! Reading the link of an alias: from the memo, then the cache, then the store. Never waits for a write.

use std::sync::Arc;

use super::domain_redirects::check_served;
use super::read_through::{VisitorRead, read_store, read_through};
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::MAX_MOVES;
use crate::store::Key;
use crate::store::cached_link::CachedLink;
use crate::store::compiled_link::{CompiledLink, ResolvedAlias, ResolvedTo};
use crate::store::memo::{MemoLookup, MemoValue};
use crate::store::ports::Edge;

/// The source of a link.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkSource {
    /// The memo, else the cache, else the store.
    Cache,
    /// Only the store.
    Store,
}

/// The link that visitors of `alias` reach, at its current alias.
pub(super) async fn find<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    alias: &Alias,
    source: LinkSource,
) -> Result<Arc<CompiledLink>, Problem> {
    let key = Key::link(domain, alias);
    let resolved = match resolve(context, key.clone(), source).await? {
        // Cached records may be of different times: after a link moved back, they name each other.
        None if source == LinkSource::Cache => resolve(context, key, LinkSource::Store).await?,
        resolved => resolved,
    };
    let link = resolved.ok_or_else(Problem::link_ended)?;
    check_served(context, domain).await?;
    Ok(link)
}

/// The link at `key`, or at the alias to which it has moved; nothing if it is not reached in [`MAX_MOVES`] moves, or if
/// another link owns an alias on the way by now. Then the link has ended for these visitors.
async fn resolve<E: Edge>(context: &Context<'_, E>, mut key: Key, source: LinkSource) -> Result<Option<Arc<CompiledLink>>, Problem> {
    let mut link_id = None;
    for _ in 0..=MAX_MOVES {
        let known = if source == LinkSource::Cache { context.memo(|memo| memo.get(&key, context.now)) } else { MemoLookup::Unknown };
        let found = match known {
            MemoLookup::Hit(MemoValue::Link(found)) => found,
            MemoLookup::Miss if link_id.is_none() => return Err(Problem::no_such_link()),
            // A link has moved to this alias since its 404 was remembered.
            MemoLookup::Miss | MemoLookup::Hit(MemoValue::Domain(_)) | MemoLookup::Unknown => look_up(context, &key, source).await?,
        };
        if link_id.as_ref().is_some_and(|link_id| *link_id != found.id) {
            return Ok(None);
        }
        match found.resolved_to {
            ResolvedTo::Link(compiled) => return Ok(Some(compiled)),
            ResolvedTo::Alias(to, forwards) if forwards || link_id.is_some() => (key, link_id) = (to, Some(found.id)),
            ResolvedTo::Alias(..) | ResolvedTo::Ended => return Err(Problem::link_ended()),
        }
    }
    Ok(None)
}

/// Reads the link at `key`, and keeps it in the memo unless it is strict.
async fn look_up<E: Edge>(context: &Context<'_, E>, key: &Key, source: LinkSource) -> Result<ResolvedAlias, Problem> {
    let epoch = context.memo(|memo| memo.epoch());
    let found = match source {
        LinkSource::Cache => read_through::<CachedLink, E>(context, key).await?,
        LinkSource::Store => read_store::<CachedLink, E>(context, key).await?,
    };
    let Some(VisitorRead { value, is_strict }) = found else {
        context.memo(|memo| memo.remember_miss(key, epoch, context.now));
        return Err(Problem::no_such_link());
    };
    if !is_strict {
        context.memo(|memo| memo.remember_hit(key, MemoValue::Link(value.clone()), value.bytes(), epoch, context.now));
    }
    Ok(value)
}
