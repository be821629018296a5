//! The memory edge: every port in a few maps. It is what tests run on, and what the real edges are compared with.
//!
//! Its store can fail at any step, answer late or answer with yesterday's truth; its copies can lag, get lost and
//! overtake each other. All of that is chosen by whoever builds it, from a seed, so that every failure can be replayed.

mod faults;
mod link_cache;
mod people;
mod random;
mod records;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

pub use faults::{Fault, Faults, NoFaults, StoreStep};
pub use link_cache::MemoryCache;
pub use people::Planted;
pub use random::Random;
pub use records::{CommitMode, MemoryRecords};

use crate::model::time::Timestamp;
use crate::store::ports::{Edge, EdgeLimits, NoEntropy, OperationLimit, PasswordCost, StoreError};

/// What holds on the memory edge.
pub const TRAITS: EdgeLimits = EdgeLimits {
    name: "memory",
    max_clicks: None,
    password_cost: PasswordCost { memory_kib: 4_096, passes: 3 },
    most_hashes: 3,
    one_owner: "always",
    read_your_writes: "always",
    edits_reach_visitors: "at once, but for the memo",
};

/// How many store operations a request may use, unless a test says otherwise: what the paid plan of Workers gives.
pub const OPERATIONS: u32 = 1_000;

/// An edge in memory, its clock set by hand.
pub struct MemoryEdge {
    /// The truth.
    pub records: MemoryRecords,
    /// The copies.
    pub link_cache: MemoryCache,
    has_copies: bool,
    edge_limits: &'static EdgeLimits,
    operations: AtomicU32,
    millis: AtomicU64,
    has_openapi: AtomicBool,
    random: Mutex<Random>,
    log: Mutex<Vec<String>>,
}

impl MemoryEdge {
    /// An empty edge without faults, its randomness from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with_records(seed, MemoryRecords::new(CommitMode::Transaction, Box::new(NoFaults)))
    }

    /// An edge over a store of the caller's making.
    #[must_use]
    pub fn with_records(seed: u64, records: MemoryRecords) -> Self {
        Self {
            records,
            link_cache: MemoryCache::default(),
            has_copies: true,
            edge_limits: &TRAITS,
            operations: AtomicU32::new(OPERATIONS),
            millis: AtomicU64::new(1_795_248_000_000),
            has_openapi: AtomicBool::new(true),
            random: Mutex::new(Random::new(seed)),
            log: Mutex::default(),
        }
    }

    /// The same edge with the limits of another one.
    #[must_use]
    pub fn with_traits(self, edge_limits: &'static EdgeLimits) -> Self {
        Self { edge_limits, ..self }
    }

    /// The same edge with nothing but the truth.
    #[must_use]
    pub fn without_copies(self) -> Self {
        Self { has_copies: false, ..self }
    }

    /// From now on a request may use so many store operations.
    pub fn set_operations(&self, operations: u32) {
        self.operations.store(operations, Ordering::SeqCst);
    }

    /// How many store operations a request may use.
    pub fn operations(&self) -> u32 {
        self.operations.load(Ordering::SeqCst)
    }

    /// How many store operations there were since this was asked last.
    pub fn take_operations(&self) -> u32 {
        self.records.take_operations().saturating_add(self.link_cache.take_operations())
    }

    /// Lets time pass.
    pub fn wait_seconds(&self, seconds: u64) {
        self.millis.fetch_add(seconds.saturating_mul(1_000), Ordering::SeqCst);
    }

    /// From now on the API's description is not where it should be.
    pub fn lose_openapi(&self) {
        self.has_openapi.store(false, Ordering::SeqCst);
    }

    /// Takes what was logged since the last time.
    pub fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.log))
    }
}

impl Edge for MemoryEdge {
    type Records = MemoryRecords;
    type LinkCache = MemoryCache;

    fn edge_limits(&self) -> &'static EdgeLimits {
        self.edge_limits
    }

    fn operation_limit(&self) -> OperationLimit {
        OperationLimit::Operations { usual: self.operations() }
    }

    fn records(&self) -> &MemoryRecords {
        &self.records
    }

    fn link_cache(&self) -> Option<&MemoryCache> {
        Some(&self.link_cache).filter(|_| self.has_copies)
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        locked(&self.random).fill(bytes);
        Ok(())
    }

    fn log(&self, line: &str) {
        locked(&self.log).push(line.to_owned());
    }

    async fn openapi(&self) -> Result<Vec<u8>, StoreError> {
        let lost = || StoreError::Unavailable("openapi.json is lost".into());
        self.has_openapi.load(Ordering::SeqCst).then(crate::openapi).ok_or_else(lost)
    }
}

/// A thread that died over a lock leaves nothing half-done in these maps.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
