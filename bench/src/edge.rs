//! The memory edge with its own clock, and optionally without a link cache.

use std::sync::atomic::{AtomicU64, Ordering};

use hop_core::Timestamp;
use hop_core::memory::{LIMITS, MemoryCache, MemoryEdge, MemoryLedger, MemoryRecords};
use hop_core::ports::{Edge, EdgeLimits, NoEntropy, OperationLimit, StoreError};
use hop_core::store::Key;

const SEED: u64 = 1;

/// The edge of a measurement.
pub(crate) struct BenchEdge {
    memory: MemoryEdge,
    has_cache: bool,
    millis: AtomicU64,
}

impl BenchEdge {
    pub(crate) fn new(has_cache: bool, millis: u64) -> Self {
        Self { memory: MemoryEdge::new(SEED), has_cache, millis: AtomicU64::new(millis) }
    }

    pub(crate) fn wait_seconds(&self, seconds: u64) {
        self.millis.fetch_add(seconds.saturating_mul(1_000), Ordering::Relaxed);
    }

    pub(crate) fn cached_link(&self, key: &Key) -> Option<String> {
        self.memory.link_cache.peek(key)
    }

    /// The log, which is empty unless something failed.
    pub(crate) fn log_text(&self) -> String {
        self.memory.take_log().join("\n")
    }
}

impl Edge for BenchEdge {
    type Records = MemoryRecords;
    type LinkCache = MemoryCache;
    type Ledger = MemoryLedger;

    fn edge_limits(&self) -> &'static EdgeLimits {
        &LIMITS
    }

    fn operation_limit(&self) -> OperationLimit {
        self.memory.operation_limit()
    }

    fn records(&self) -> &MemoryRecords {
        &self.memory.records
    }

    fn link_cache(&self) -> Option<&MemoryCache> {
        self.has_cache.then_some(&self.memory.link_cache)
    }

    fn ledger(&self) -> Option<&MemoryLedger> {
        self.memory.ledger()
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::Relaxed))
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        self.memory.random(bytes)
    }

    fn log(&self, line: &str) {
        self.memory.log(line);
    }

    async fn asset(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.memory.asset(name).await
    }
}
