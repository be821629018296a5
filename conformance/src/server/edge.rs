//! The memory edge with a real clock, real randomness, and a store in which concurrent requests interleave.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hop_core::Timestamp;
use hop_core::memory::{CommitMode, Fault, Faults, LIMITS, MemoryAssets, MemoryCache, MemoryLedger, MemoryRecords, OPERATIONS, StoreStep};
use hop_core::ports::{Commit, Edge, EdgeLimits, KeyPage, NoEntropy, OperationLimit, Record, Records, StoreCall, StoreError, TakeOutcome};
use hop_core::store::{Change, Cursor, Key, Prefix};

use super::assets;
use crate::secrets;

/// The edge of the memory server.
pub struct ServerEdge {
    records: ServerRecords,
    link_cache: MemoryCache,
    ledger: MemoryLedger,
    assets: MemoryAssets,
    log: Mutex<Vec<String>>,
    /// How many unknown aliases a client may ask for, if they are limited.
    unknown_aliases: Option<u32>,
    asked: Mutex<BTreeMap<String, u32>>,
}

/// Records with a delay for every write.
pub struct ServerRecords {
    records: MemoryRecords,
    write_delay: Duration,
}

/// Lets other requests run before every step of the store.
struct Yielding;

impl Faults for Yielding {
    fn next(&mut self, _step: StoreStep) -> Fault {
        Fault::Late(1)
    }
}

/// A missing store: every operation fails.
struct Missing;

impl Faults for Missing {
    fn next(&mut self, _step: StoreStep) -> Fault {
        Fault::Fail
    }
}

impl ServerEdge {
    /// Creates an empty edge, whose writes take `write_delay`. A client may ask for as many `unknown_aliases`.
    pub fn new(write_delay: Duration, without_store: bool, unknown_aliases: Option<u32>) -> Self {
        let faults: Box<dyn Faults> = if without_store { Box::new(Missing) } else { Box::new(Yielding) };
        Self {
            records: ServerRecords { records: MemoryRecords::new(CommitMode::Stepwise, faults), write_delay },
            link_cache: MemoryCache::default(),
            ledger: MemoryLedger::default(),
            assets: assets::built(),
            log: Mutex::default(),
            unknown_aliases,
            asked: Mutex::default(),
        }
    }

    /// The log so far.
    pub fn log_text(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }

    /// The name and the bytes of every record, every cached link and every row of the ledger. The bytes include the
    /// key.
    pub fn stored(&self) -> Vec<(String, Vec<u8>)> {
        let named = |key: &Key, value: &[u8]| (format!("the record {}", key.as_str()), [key.as_str().as_bytes(), b"\n", value].concat());
        let records = &self.records.records;
        let stored = records.keys().into_iter().filter_map(|key| records.peek(&key).map(|record| named(&key, &record.value)));
        let link_cache = self
            .link_cache
            .keys()
            .into_iter()
            .filter_map(|key| self.link_cache.peek(&key).map(|cached_link| named(&key, cached_link.as_bytes())));
        let rows = self.ledger.rows().into_iter().map(|(shard, key, row)| {
            let bytes = [key.as_str(), row.summary.as_str(), row.body.as_str()].join("\n").into_bytes();
            (format!("the row {key} of the shard {shard}"), bytes)
        });
        stored.chain(link_cache).chain(rows).collect()
    }
}

impl Edge for ServerEdge {
    type Records = ServerRecords;
    type LinkCache = MemoryCache;
    type Ledger = MemoryLedger;

    fn edge_limits(&self) -> &'static EdgeLimits {
        &LIMITS
    }

    fn operation_limit(&self) -> OperationLimit {
        OperationLimit::Operations { default: OPERATIONS }
    }

    fn records(&self) -> &ServerRecords {
        &self.records
    }

    fn link_cache(&self) -> Option<&MemoryCache> {
        Some(&self.link_cache)
    }

    fn ledger(&self) -> Option<&MemoryLedger> {
        self.ledger.set_now(self.now());
        Some(&self.ledger)
    }

    /// Clicks are sent at once, or as late as a slow write.
    async fn wait(&self, _millis: u32) {
        std::thread::sleep(self.records.write_delay);
    }

    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX))
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        getrandom::fill(bytes).map_err(|error| NoEntropy(error.to_string()))
    }

    fn log(&self, line: &str) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    }

    /// Counts without a window, so a case never meets the end of one.
    async fn admits_unknown_alias(&self, client: &str) -> Result<bool, StoreError> {
        let Some(most) = self.unknown_aliases else { return Ok(true) };
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let count = asked.entry(client.to_owned()).or_default();
        *count += 1;
        Ok(*count <= most)
    }

    async fn asset(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.assets.read(name))
    }
}

impl Records for ServerRecords {
    fn operations(&self, call: &StoreCall<'_>) -> u32 {
        self.records.operations(call)
    }

    fn has_word_index(&self) -> bool {
        self.records.has_word_index()
    }

    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.records.get(key).await
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        self.records.get_many(keys).await
    }

    async fn scan(&self, prefix: &Prefix, after: Option<&Cursor>, limit: u16) -> Result<KeyPage, StoreError> {
        self.records.scan(prefix, after, limit).await
    }

    async fn commit(&self, change: &Change) -> Result<Commit, StoreError> {
        std::thread::sleep(self.write_delay);
        secrets::written(change);
        self.records.commit(change).await
    }

    async fn take(&self, key: &Key, limit: u64, until: Option<Timestamp>) -> Result<TakeOutcome, StoreError> {
        std::thread::sleep(self.write_delay);
        self.records.take(key, limit, until).await
    }

    async fn taken(&self, keys: &[Key]) -> Result<Vec<u64>, StoreError> {
        self.records.taken(keys).await
    }
}
