//! The cache policy: how long visitors get a cached value, when it is verified against the store, and what is put.
//!
//! * An entry has the time when its value was verified: a moment before the store was read. So an entry that was put
//!   late, or after a newer one, is only as fresh as its read.
//! * The age decides ([`CacheAge`]). With the setting `HOP_FRESH_SECONDS` at 60: up to 30 seconds it is served. Up to
//!   60 it is served and verified after the response. Older ones are served only while the store does not answer, for a
//!   day.
//! * A cache miss proves nothing: only the store decides on a 404.

use super::{DomainRedirects, Key};
use crate::model::time::Timestamp;
use crate::store::blocklist::Blocklist;
use crate::store::cached_link::CachedLink;
use crate::store::ports::{LinkCache, Records, StoreCall, StoreError};

/// The name of the cache. It has the schema version of the entries.
pub const NAME: &str = "hop-1";

/// The lifetime of an entry. Adapters set it as the expiry.
pub const LIFETIME_SECONDS: u32 = 24 * 60 * 60;

/// For how long an isolate serves stale entries without asking the store, after the store did not answer.
pub(crate) const SILENCE_SECONDS: u32 = 5;

/// How often an isolate verifies one entry that it still serves.
pub(crate) const VERIFY_SECONDS: u32 = 15;

/// How long the store may take to answer while there is an old entry that can be served instead.
pub(crate) const STORE_MILLIS: u32 = 2_000;

/// A value that is cached for visitors.
pub(crate) trait Cacheable: Clone {
    /// The value prepared for requests.
    type Prepared;
    /// The largest number of records that [`load`](Self::load) reads, besides those of the blocklist.
    const READS: u32;

    /// The task that makes `fill`.
    fn task(fill: CacheFill<Self>) -> CacheTask;
    /// Reads the value from the store with its verdict of the blocklist; nothing if there is none for visitors.
    async fn load(records: &impl Records, blocklist: &Blocklist, key: &Key) -> Result<Option<Self>, StoreError>;
    /// Sets the verdict that no host is listed, unless there is a verdict.
    fn mark_unlisted(&mut self);
    /// Whether the verdict of the blocklist is left open.
    fn lacks_verdict(&self) -> bool;
    /// Whether the store must be read for every visitor. Then only a marker is cached, without the value.
    fn is_strict(&self) -> bool;
    /// Prepares the value for requests.
    fn prepare(self) -> Result<Self::Prepared, StoreError>;
    /// Encodes an entry.
    fn encode(&self, verified_at: Timestamp) -> Result<String, StoreError>;
    /// Decodes an entry.
    fn decode(entry: &[u8]) -> Result<CacheEntry<Self>, StoreError>;
}

/// An entry of the cache.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CacheEntry<V> {
    /// The value; nothing if the entry is a marker that the store must be read for every visitor.
    pub(crate) value: Option<V>,
    /// A moment before the value was read from the store, or written to it.
    pub(crate) verified_at: Timestamp,
}

/// What the age of an entry allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheAge {
    /// Serve it.
    Fresh,
    /// Serve it, and verify it after the response.
    Aging,
    /// Read the store. Serve it only if the store does not answer.
    Stale,
    /// Ignore it.
    Expired,
}

impl CacheAge {
    /// Classifies an entry by its age. `fresh_seconds` is the setting `HOP_FRESH_SECONDS`.
    pub(crate) fn classify(verified_at: Timestamp, now: Timestamp, fresh_seconds: u32) -> Self {
        let age = now.millis_since(verified_at);
        let within = |seconds: u32| age <= u64::from(seconds).saturating_mul(1_000);
        match () {
            () if within(verify_after_seconds(fresh_seconds)) => Self::Fresh,
            () if within(fresh_seconds) => Self::Aging,
            () if within(LIFETIME_SECONDS) => Self::Stale,
            () => Self::Expired,
        }
    }
}

/// The age in seconds after which an entry is verified.
pub(crate) fn verify_after_seconds(fresh_seconds: u32) -> u32 {
    fresh_seconds / 2
}

/// The value of a cache fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FillValue<V> {
    /// It was just read from the store or written to it.
    Known(V),
    /// The store was just read and has none.
    Gone,
    /// The store is read first.
    Unknown,
}

/// A cache fill: the update of one entry after the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CacheFill<V> {
    pub(crate) key: Key,
    pub(crate) value: FillValue<V>,
    /// A moment before the value was read from the store or written to it.
    pub(crate) verified_at: Timestamp,
}

impl<V: Cacheable> CacheFill<V> {
    /// The store operations of this fill.
    fn operations(&self, records: &impl Records) -> u32 {
        match self.value {
            FillValue::Known(_) | FillValue::Gone => 1,
            FillValue::Unknown => max_operations_of_a_fill::<V>(records, None),
        }
    }

    /// Puts the value, or deletes the entry if the store has none.
    async fn run(self, records: &impl Records, blocklist: &Blocklist, link_cache: &impl LinkCache) -> Result<(), StoreError> {
        let value = match self.value {
            FillValue::Known(value) => Some(value),
            FillValue::Gone => None,
            FillValue::Unknown => V::load(records, blocklist, &self.key).await?,
        };
        match value {
            Some(value) => link_cache.put(&self.key, &value.encode(self.verified_at)?).await,
            None => link_cache.delete(&self.key).await,
        }
    }
}

/// A cache fill of either kind of value.
#[derive(Debug)]
pub(crate) enum CacheTask {
    Link(CacheFill<CachedLink>),
    Domain(CacheFill<DomainRedirects>),
}

impl CacheTask {
    /// The store operations of this fill.
    pub(crate) fn operations(&self, records: &impl Records) -> u32 {
        match self {
            Self::Link(fill) => fill.operations(records),
            Self::Domain(fill) => fill.operations(records),
        }
    }

    pub(crate) async fn run(self, records: &impl Records, blocklist: &Blocklist, link_cache: &impl LinkCache) -> Result<(), StoreError> {
        match self {
            Self::Link(fill) => fill.run(records, blocklist, link_cache).await,
            Self::Domain(fill) => fill.run(records, blocklist, link_cache).await,
        }
    }
}

/// Upper limit of the store operations of one fill: the reads and a put. `uses_blocklist` says whether the blocklist
/// was used, if that is known: then it takes no operation, or one to look up the hosts. Where each key is billed no
/// host is looked up, and the operation is that for finding out.
pub(crate) fn max_operations_of_a_fill<V: Cacheable>(records: &impl Records, uses_blocklist: Option<bool>) -> u32 {
    let of_blocklist = if uses_blocklist == Some(false) { 0 } else { records.operations(&StoreCall::Get) };
    records.operations(&StoreCall::Get).saturating_mul(V::READS).saturating_add(of_blocklist).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryEdge;

    #[test]
    fn age_decides_what_an_entry_may_do() {
        let age =
            |millis: u64, fresh_seconds| CacheAge::classify(Timestamp::from_millis(5), Timestamp::from_millis(millis + 5), fresh_seconds);
        let ages = [0, 30_000, 30_001, 60_000, 60_001, 86_400_000, 86_400_001].map(|millis| age(millis, 60));
        use CacheAge::{Aging, Expired, Fresh, Stale};
        assert_eq!(ages, [Fresh, Fresh, Aging, Aging, Stale, Stale, Expired]);
        assert_eq!([15_000, 15_001, 31_000, 31_001].map(|millis| age(millis, 31)), [Fresh, Aging, Aging, Stale]);
    }

    #[test]
    fn fill_costs_its_reads_and_a_put() {
        let edge = MemoryEdge::new(1);
        let (key, verified_at) = (Key::stored("k".into()), Timestamp::from_millis(0));
        let link = |value| CacheTask::Link(CacheFill { key: key.clone(), value, verified_at }).operations(&edge.records);
        let domain = |value| CacheTask::Domain(CacheFill { key: key.clone(), value, verified_at }).operations(&edge.records);
        assert_eq!((link(FillValue::Gone), link(FillValue::Unknown)), (1, 4), "a pending move is two reads, and the blocklist is one");
        assert_eq!((domain(FillValue::Known(DomainRedirects::default())), domain(FillValue::Unknown)), (1, 3));
    }

    #[test]
    fn name_has_the_schema_version() {
        assert_eq!(NAME, format!("hop-{}", u64::from(super::super::stored::SchemaVersion)));
    }

    #[test]
    fn entry_of_a_clock_that_is_ahead_is_fresh() {
        let age = CacheAge::classify(Timestamp::from_millis(10), Timestamp::from_millis(5), 60);
        assert_eq!(age, CacheAge::Fresh);
    }
}
