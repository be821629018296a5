//! Reading a link or a domain for a visitor: from the cache as far as the age of its entry allows, else from the store.

use crate::context::Context;
use crate::store::Key;
use crate::store::cache::{CacheAge, Cacheable, FillValue, STORE_MILLIS};
use crate::store::ports::{Edge, LinkCache as _, StoreError};

/// A value for a visitor.
pub(super) struct VisitorRead<V> {
    pub(super) value: V,
    /// Whether the store must be read for every visitor, so the memo must not keep the value.
    pub(super) is_strict: bool,
}

/// The cache entry of a key.
enum CacheLookup<V: Cacheable> {
    /// A value to be served.
    Served(V::Prepared),
    /// A value of this many milliseconds ago, to be served only if the store does not answer.
    Stale(V, u64),
    /// An entry that says nothing, or too old for anything.
    Unusable(UnusableEntry),
}

/// Why an entry is not served.
#[derive(Clone, Copy, PartialEq, Eq)]
enum UnusableEntry {
    /// A marker that the store must be read for every visitor.
    Marker,
    /// A value that is too old.
    Outdated,
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
    match look_up::<V, E>(context, key).await {
        CacheLookup::Served(value) => Ok(Some(VisitorRead { value, is_strict: false })),
        CacheLookup::Stale(value, age) => read_or_serve(context, key, value, age).await,
        CacheLookup::Unusable(entry) => {
            let found = V::load(context.edge.records(), context.blocklist, key).await?;
            accept(context, key, found, entry)
        }
    }
}

/// Reads the value at `key` from the store alone, for a visitor who proves that the cached one is outdated.
pub(super) async fn read_store<V: Cacheable, E: Edge>(
    context: &Context<'_, E>,
    key: &Key,
) -> Result<Option<VisitorRead<V::Prepared>>, StoreError> {
    let found = V::load(context.edge.records(), context.blocklist, key).await?;
    accept(context, key, found, UnusableEntry::Outdated)
}

async fn look_up<V: Cacheable, E: Edge>(context: &Context<'_, E>, key: &Key) -> CacheLookup<V> {
    let missing = CacheLookup::Unusable(UnusableEntry::Missing);
    let Some(link_cache) = context.edge.link_cache() else { return missing };
    let Some(bytes) = link_cache.get(key).await else { return missing };
    let Ok(entry) = V::decode(&bytes) else { return missing };
    let Some(value) = entry.value else { return CacheLookup::Unusable(UnusableEntry::Marker) };
    match CacheAge::classify(entry.verified_at, context.now, context.config.fresh_seconds) {
        CacheAge::Fresh => value.prepare().map_or(missing, CacheLookup::Served),
        CacheAge::Aging => {
            let Ok(value) = value.prepare() else { return missing };
            if context.memo(|memo| memo.claim_verification(key, context.now)) {
                context.update_cache::<V>(key, FillValue::Unknown);
            }
            CacheLookup::Served(value)
        }
        CacheAge::Stale => CacheLookup::Stale(value, context.now.millis_since(entry.verified_at)),
        CacheAge::Expired => CacheLookup::Unusable(UnusableEntry::Outdated),
    }
}

/// Reads the value at `key`. If the store does not answer in time, or did not a moment ago, serves the stale value of
/// `age` milliseconds ago.
async fn read_or_serve<V: Cacheable, E: Edge>(
    context: &Context<'_, E>,
    key: &Key,
    stale: V,
    age: u64,
) -> Result<Option<VisitorRead<V::Prepared>>, StoreError> {
    if !context.memo(|memo| memo.has_store_failed(context.now)) {
        let error = match context.edge.within(STORE_MILLIS, V::load(context.edge.records(), context.blocklist, key)).await {
            Some(Ok(found)) => return accept(context, key, found, UnusableEntry::Outdated),
            Some(Err(error @ (StoreError::Unavailable(_) | StoreError::Corrupt(_)))) => error,
            // The budget of this request says nothing about the store.
            Some(Err(error)) => return Err(error),
            None => StoreError::Unavailable(format!("the store did not answer within {STORE_MILLIS} ms")),
        };
        // A record that cannot be read says nothing about other records.
        if matches!(error, StoreError::Unavailable(_)) {
            context.memo(|memo| memo.note_store_failure(context.edge.now()));
        }
        context.log_lost(&format!("a cached value of {} seconds ago was served for {}", age / 1_000, key.as_str()), &error);
    }
    Ok(Some(VisitorRead { value: stale.prepare()?, is_strict: false }))
}

/// Prepares what the store returned, and updates the cache. The entry of a value that is gone is deleted. A marker is
/// not put again, and a value that cannot be prepared is not put.
fn accept<V: Cacheable, E: Edge>(
    context: &Context<'_, E>,
    key: &Key,
    found: Option<V>,
    entry: UnusableEntry,
) -> Result<Option<VisitorRead<V::Prepared>>, StoreError> {
    let Some(found) = found else {
        if entry != UnusableEntry::Missing {
            context.update_cache::<V>(key, FillValue::Gone);
        }
        return Ok(None);
    };
    let is_strict = found.is_strict();
    let is_put = context.edge.link_cache().is_some() && !(is_strict && entry == UnusableEntry::Marker);
    let filled = is_put.then(|| found.clone());
    let value = found.prepare()?;
    if let Some(filled) = filled {
        context.update_cache(key, FillValue::Known(filled));
    }
    Ok(Some(VisitorRead { value, is_strict }))
}
