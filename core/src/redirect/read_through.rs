//! Reading a link or a domain for a visitor: from the cache as far as the age of its entry allows, else from the store.

use crate::context::Context;
use crate::store::Key;
use crate::store::cache::{CacheAge, Cacheable, STORE_MILLIS};
use crate::store::ports::{Edge, LinkCache as _, StoreError};

/// A value for a visitor.
pub(super) struct VisitorRead<V> {
    pub(super) value: V,
    /// Whether the store must be read for every visitor, so the memo must not keep the value.
    pub(super) is_strict: bool,
}

/// The cache entry of a key.
enum CacheLookup<P> {
    /// A value to be served.
    Served(P),
    /// A value of this many milliseconds ago, to be served only if the store does not answer.
    Stale(P, u64),
    /// A marker that the store must be read for every visitor.
    Marker,
    /// An entry that is too old to be served.
    Expired,
    /// No entry, or one that cannot be read.
    Missing,
}

/// Reads the value at `key`; nothing if the store has none. The cache is updated after the response.
///
/// # Errors
/// The store does not answer, and the cache has no value to serve instead.
pub(super) async fn read_through<V: Cacheable, E: Edge>(
    context: &Context<'_, E>,
    key: &Key,
) -> Result<Option<VisitorRead<V::Prepared>>, StoreError> {
    let lookup = look_up::<V, E>(context, key).await;
    let load = V::load(context.edge.records(), key);
    match lookup {
        CacheLookup::Served(value) => Ok(Some(VisitorRead { value, is_strict: false })),
        CacheLookup::Stale(value, age) => {
            let error = match context.edge.within(STORE_MILLIS, load).await {
                Some(Ok(found)) => return accept(context, key, found, &CacheLookup::Expired),
                Some(Err(error)) => error,
                None => StoreError::Unavailable(format!("the store did not answer within {STORE_MILLIS} ms")),
            };
            context.log_lost(&format!("a cached value of {} seconds ago was served", age / 1_000), &error);
            Ok(Some(VisitorRead { value, is_strict: false }))
        }
        CacheLookup::Marker | CacheLookup::Expired | CacheLookup::Missing => accept(context, key, load.await?, &lookup),
    }
}

/// Reads the value at `key` from the store alone, for a visitor who proves that the cached one is outdated.
pub(super) async fn read_store<V: Cacheable, E: Edge>(
    context: &Context<'_, E>,
    key: &Key,
) -> Result<Option<VisitorRead<V::Prepared>>, StoreError> {
    let found = V::load(context.edge.records(), key).await?;
    accept::<V, E>(context, key, found, &CacheLookup::Missing)
}

async fn look_up<V: Cacheable, E: Edge>(context: &Context<'_, E>, key: &Key) -> CacheLookup<V::Prepared> {
    let Some(link_cache) = context.edge.link_cache() else { return CacheLookup::Missing };
    let Some(bytes) = link_cache.get(key).await else { return CacheLookup::Missing };
    let Ok(entry) = V::decode(&bytes) else { return CacheLookup::Missing };
    let Some(value) = entry.value else { return CacheLookup::Marker };
    let Ok(value) = value.prepare() else { return CacheLookup::Missing };
    match CacheAge::classify(entry.verified_at, context.now, context.config.fresh_seconds) {
        CacheAge::Fresh => CacheLookup::Served(value),
        CacheAge::Aging => {
            if context.memo(|memo| memo.claim_verification(key, context.now)) {
                context.update_cache::<V>(key, None);
            }
            CacheLookup::Served(value)
        }
        CacheAge::Stale => CacheLookup::Stale(value, context.now.millis_since(entry.verified_at)),
        CacheAge::Expired => CacheLookup::Expired,
    }
}

/// Prepares what the store returned, and updates the cache. An entry of a value that is gone is deleted. A marker is not
/// put again.
fn accept<V: Cacheable, E: Edge>(
    context: &Context<'_, E>,
    key: &Key,
    found: Option<V>,
    lookup: &CacheLookup<V::Prepared>,
) -> Result<Option<VisitorRead<V::Prepared>>, StoreError> {
    let Some(found) = found else {
        if !matches!(lookup, CacheLookup::Missing) {
            context.update_cache::<V>(key, None);
        }
        return Ok(None);
    };
    let is_strict = found.is_strict();
    if context.edge.link_cache().is_some() && !(is_strict && matches!(lookup, CacheLookup::Marker)) {
        context.update_cache(key, Some(found.clone()));
    }
    Ok(Some(VisitorRead { value: found.prepare()?, is_strict }))
}
