//! The memory edge: all ports in memory. Tests run on it, and the conformance suite compares the real edges with it.
//!
//! Its store can fail at any step, delay answers and return stale values. Writes to its link cache can be delayed, lost
//! and reordered. The test chooses the faults from a seed, so every failure can be replayed.

mod access_tokens;
mod assets;
mod click_lines;
mod faults;
mod ledger;
mod link_cache;
mod people;
mod random;
mod records;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

pub use access_tokens::TokenForge;
pub use assets::MemoryAssets;
pub use click_lines::PlantedLine;
pub use faults::{Fault, Faults, NoFaults, StoreStep};
pub use ledger::MemoryLedger;
pub use link_cache::MemoryCache;
pub use people::Planted;
pub use random::Random;
pub use records::{CommitMode, MemoryRecords};

use crate::model::time::Timestamp;
use crate::store::ports::{Edge, EdgeLimits, EditsReachVisitors, NoEntropy, OperationLimit, PasswordCost, PasswordHashing, StoreError};

/// The limits and guarantees of the memory edge.
pub const LIMITS: EdgeLimits = EdgeLimits {
    name: "memory",
    max_clicks: None,
    password_cost: PasswordCost { memory_kib: 4_096, passes: 3 },
    account_password_cost: PasswordCost { memory_kib: 4_096, passes: 3 },
    max_hashes: 3,
    one_owner: "always",
    read_your_writes: "always",
    edits_reach_visitors: EditsReachVisitors::WithinFreshSeconds,
};

/// The default limit of store operations per request, as in the paid plan of Workers.
pub const OPERATIONS: u32 = 1_000;

/// How many times a future may be pending within a time limit. A store call with [`Fault::Late`] of more is too late.
const MAX_PENDING: u8 = 200;

/// An edge in memory, with a clock that tests set.
pub struct MemoryEdge {
    /// The store.
    pub records: MemoryRecords,
    /// The link cache.
    pub link_cache: MemoryCache,
    /// The ledger of clicks.
    pub ledger: MemoryLedger,
    has_cache: bool,
    has_ledger: bool,
    operations: AtomicU32,
    millis: AtomicU64,
    /// The static assets.
    pub assets: MemoryAssets,
    hash_runs: AtomicU32,
    random: Mutex<Random>,
    log: Mutex<Vec<String>>,
    click_lines: Mutex<Vec<(String, String)>>,
    has_timers: AtomicBool,
    waits: Mutex<Vec<u32>>,
    /// How many unknown aliases a client may ask for, or why the limiter does not answer. Without a limiter it is
    /// nothing.
    unknown_aliases: Mutex<Option<Result<u32, &'static str>>>,
    /// The clients that asked for unknown aliases, and how often.
    asked: Mutex<BTreeMap<String, u32>>,
}

impl MemoryEdge {
    /// An empty edge without faults, with random bytes from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with_records(seed, MemoryRecords::new(CommitMode::Transaction, Box::new(NoFaults)))
    }

    /// An edge with the given store.
    #[must_use]
    pub fn with_records(seed: u64, records: MemoryRecords) -> Self {
        Self {
            records,
            link_cache: MemoryCache::default(),
            ledger: MemoryLedger::default(),
            has_cache: true,
            has_ledger: true,
            operations: AtomicU32::new(OPERATIONS),
            millis: AtomicU64::new(1_795_248_000_000),
            assets: MemoryAssets::default(),
            hash_runs: AtomicU32::new(0),
            random: Mutex::new(Random::new(seed)),
            log: Mutex::default(),
            click_lines: Mutex::default(),
            has_timers: AtomicBool::new(false),
            waits: Mutex::default(),
            unknown_aliases: Mutex::default(),
            asked: Mutex::default(),
        }
    }

    /// The same edge without a link cache.
    #[must_use]
    pub fn without_cache(self) -> Self {
        Self { has_cache: false, ..self }
    }

    /// The same edge without a ledger: clicks are records.
    #[must_use]
    pub fn without_ledger(self) -> Self {
        Self { has_ledger: false, ..self }
    }

    /// Sets the limit of store operations per request.
    pub fn set_operations(&self, operations: u32) {
        self.operations.store(operations, Ordering::SeqCst);
    }

    /// The limit of store operations per request.
    pub fn operations(&self) -> u32 {
        self.operations.load(Ordering::SeqCst)
    }

    /// The number of store operations since this was last called.
    pub fn take_operations(&self) -> u32 {
        self.records.take_operations().saturating_add(self.link_cache.take_operations())
    }

    /// The number of passwords of users that were hashed since this was last called.
    pub fn take_hash_runs(&self) -> u32 {
        self.hash_runs.swap(0, Ordering::SeqCst)
    }

    /// Advances the clock.
    pub fn wait_seconds(&self, seconds: u64) {
        self.millis.fetch_add(seconds.saturating_mul(1_000), Ordering::SeqCst);
    }

    /// Sets the clock, possibly back.
    pub fn set_now(&self, now: Timestamp) {
        self.millis.store(now.as_millis(), Ordering::SeqCst);
    }

    /// From now on, a wait advances the clock and lets other tasks run. Until then it ends at once.
    pub fn start_timers(&self) {
        self.has_timers.store(true, Ordering::SeqCst);
    }

    /// The waits since this was last called, in milliseconds.
    pub fn take_waits(&self) -> Vec<u32> {
        std::mem::take(&mut locked(&self.waits))
    }

    /// Sets the clock back.
    pub fn turn_back_seconds(&self, seconds: u64) {
        self.millis.fetch_sub(seconds.saturating_mul(1_000), Ordering::SeqCst);
    }

    /// Takes the lines of clicks that were logged since the last call: the name of the endpoint, and the line.
    pub fn take_click_lines(&self) -> Vec<(String, String)> {
        std::mem::take(&mut locked(&self.click_lines))
    }

    /// From now on there is a limiter: a client may ask for this many unknown aliases, or the limiter does not answer.
    pub fn limit_unknown_aliases(&self, most: Result<u32, &'static str>) {
        *locked(&self.unknown_aliases) = Some(most);
    }

    /// The clients that the limiter was asked about.
    pub fn clients_of_unknown_aliases(&self) -> Vec<String> {
        locked(&self.asked).keys().cloned().collect()
    }

    /// Takes the lines that were logged since the last call.
    pub fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.log))
    }
}

impl Edge for MemoryEdge {
    type Records = MemoryRecords;
    type LinkCache = MemoryCache;
    type Ledger = MemoryLedger;

    fn edge_limits(&self) -> &'static EdgeLimits {
        &LIMITS
    }

    fn operation_limit(&self) -> OperationLimit {
        OperationLimit::Operations { default: self.operations() }
    }

    fn records(&self) -> &MemoryRecords {
        &self.records
    }

    fn link_cache(&self) -> Option<&MemoryCache> {
        Some(&self.link_cache).filter(|_| self.has_cache)
    }

    fn ledger(&self) -> Option<&MemoryLedger> {
        self.ledger.set_now(self.now());
        Some(&self.ledger).filter(|_| self.has_ledger)
    }

    /// Ends when `work` was pending [`MAX_PENDING`] times, and advances the clock then. No other time passes during a
    /// request.
    async fn within<T>(&self, millis: u32, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        let mut left = 0..MAX_PENDING;
        let output = poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left.next().is_some() => Poll::Pending,
            Poll::Pending => Poll::Ready(None),
        })
        .await;
        if output.is_none() {
            self.millis.fetch_add(millis.into(), Ordering::SeqCst);
        }
        output
    }

    async fn wait(&self, millis: u32) {
        locked(&self.waits).push(millis);
        let mut has_waited = !self.has_timers.load(Ordering::SeqCst);
        poll_fn(|_| if std::mem::replace(&mut has_waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
        if self.has_timers.load(Ordering::SeqCst) {
            self.millis.fetch_add(millis.into(), Ordering::SeqCst);
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        locked(&self.random).fill(bytes);
        Ok(())
    }

    async fn hash_password(&self, hashing: &PasswordHashing) -> Result<[u8; 32], StoreError> {
        self.hash_runs.fetch_add(1, Ordering::SeqCst);
        hashing.run().map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    fn log(&self, line: &str) {
        locked(&self.log).push(line.to_owned());
    }

    fn has_click_logs(&self) -> bool {
        !self.has_ledger
    }

    fn log_click(&self, endpoint: &str, line: &str) -> Result<(), StoreError> {
        locked(&self.click_lines).push((endpoint.to_owned(), line.to_owned()));
        Ok(())
    }

    async fn admits_unknown_alias(&self, client: &str) -> Result<bool, StoreError> {
        let Some(most) = *locked(&self.unknown_aliases) else { return Ok(true) };
        let most = most.map_err(|cause| StoreError::Unavailable(cause.to_owned()))?;
        let mut asked = locked(&self.asked);
        let count = asked.entry(client.to_owned()).or_default();
        *count = count.saturating_add(1);
        Ok(*count <= most)
    }

    async fn asset(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.assets.read(name))
    }
}

/// Locks a mutex and ignores poisoning: every update of these maps leaves them consistent.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
