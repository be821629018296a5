//! The ledger in memory: the shards of the core on maps.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex};

use super::locked;
use crate::model::link::LinkId;
use crate::model::time::Timestamp;
use crate::store::ledger::{LedgerReply, LedgerRequest, Shard, ShardRow, ShardSettings, ShardStorage, ShardWrite};
use crate::store::ports::{Ledger, NoEntropy, SaltStore, StoreError};

/// The ledger in memory. It has the settings and the clock that the test sets.
#[derive(Default)]
pub struct MemoryLedger {
    shards: Mutex<BTreeMap<String, Arc<MemoryShard>>>,
    salts: MemorySalts,
    state: Mutex<State>,
}

/// What a test sets, and what it reads.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    now: u64,
    calls: u32,
    rows_written: usize,
    /// How many of the next calls fail.
    failing: u32,
    /// How many of the next replies are lost.
    losing: u32,
}

/// The storage of a shard: its rows.
#[derive(Default)]
struct MemoryShard(Mutex<BTreeMap<String, ShardRow>>);

/// The salts.
#[derive(Default)]
struct MemorySalts(Mutex<BTreeMap<String, Vec<u8>>>);

impl MemoryLedger {
    /// Sets the clock of the shards.
    pub fn set_now(&self, now: Timestamp) {
        locked(&self.state).now = now.as_millis();
    }

    /// Makes every call fail from now on, or no longer.
    pub fn set_down(&self, is_down: bool) {
        self.fail_next(if is_down { u32::MAX } else { 0 });
    }

    /// Makes this many calls fail.
    pub fn fail_next(&self, calls: u32) {
        locked(&self.state).failing = calls;
    }

    /// Makes this many replies be lost, after the calls were carried out.
    pub fn lose_next_replies(&self, replies: u32) {
        locked(&self.state).losing = replies;
    }

    /// How many calls were made and how many rows were written since this was last called.
    pub fn take_costs(&self) -> (u32, usize) {
        let mut state = locked(&self.state);
        (std::mem::take(&mut state.calls), std::mem::take(&mut state.rows_written))
    }

    /// Rings the alarm of every shard. Returns what was logged.
    pub async fn ring_alarms(&self, random: impl Fn(&mut [u8]) -> Result<(), NoEntropy>) -> Vec<String> {
        let now = Timestamp::from_millis(locked(&self.state).now);
        let mut log = Vec::new();
        let shards: Vec<_> = locked(&self.shards).values().cloned().collect();
        for shard in shards {
            log.extend(Shard::new(&*shard, ShardSettings::default(), now).ring(&self.salts, &random).await.log);
        }
        log
    }

    /// Forgets all salts.
    pub fn lose_salts(&self) {
        locked(&self.salts.0).clear();
    }

    /// The clicks of people that were counted for the link with this id.
    pub fn humans(&self, link: &str) -> u64 {
        let request = LedgerRequest::Totals(vec![LinkId::stored(link.to_owned())]);
        let shards: Vec<_> = locked(&self.shards).values().cloned().collect();
        let answers = shards.iter().filter_map(|shard| {
            let shard = Shard::new(&**shard, ShardSettings::default(), Timestamp::from_millis(0));
            let answer = shard.answer(request.encode().ok()?.as_bytes()).ok()?;
            match LedgerReply::decode(answer.reply.as_bytes()).ok()? {
                LedgerReply::Totals(totals) => Some(totals.iter().map(|total| total.clicks.humans).sum::<u64>()),
                _ => None,
            }
        });
        answers.sum()
    }

    /// Writes a row of a shard, bypassing hop.
    pub fn plant(&self, shard: &str, key: &str, summary: &str, body: &str) {
        let row = ShardRow { summary: summary.to_owned(), body: body.to_owned() };
        let shard = Arc::clone(locked(&self.shards).entry(shard.to_owned()).or_default());
        locked(&shard.0).insert(key.to_owned(), row);
    }

    /// The rows of all shards: shard, key, row.
    pub fn rows(&self) -> Vec<(String, String, ShardRow)> {
        let shards = locked(&self.shards);
        let of_shard = |(name, shard): (&String, &Arc<MemoryShard>)| {
            let rows = locked(&shard.0);
            rows.iter().map(|(key, row)| (name.clone(), key.clone(), row.clone())).collect::<Vec<_>>()
        };
        shards.iter().flat_map(of_shard).collect()
    }
}

impl Ledger for MemoryLedger {
    async fn call(&self, shard: &str, request: String) -> Result<Vec<u8>, StoreError> {
        let state = {
            let mut state = locked(&self.state);
            state.calls = state.calls.saturating_add(1);
            let before = *state;
            state.failing = state.failing.saturating_sub(1);
            if before.failing == 0 {
                state.losing = state.losing.saturating_sub(1);
            }
            before
        };
        if state.failing > 0 {
            return Err(StoreError::Unavailable("the ledger does not answer".into()));
        }
        let mut shards = locked(&self.shards);
        let storage = CountedShard { shard: shards.entry(shard.to_owned()).or_default(), state: &self.state };
        let answer = Shard::new(&storage, ShardSettings::default(), Timestamp::from_millis(state.now)).answer(request.as_bytes())?;
        if state.losing > 0 {
            return Err(StoreError::Unavailable("the reply was lost".into()));
        }
        Ok(answer.reply.into_bytes())
    }

    async fn salt(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.salts.get(name).await
    }
}

impl SaltStore for MemorySalts {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(locked(&self.0).get(name).cloned())
    }

    async fn put(&self, name: &str, salt: &str, _seconds: u32) -> Result<(), StoreError> {
        locked(&self.0).insert(name.to_owned(), salt.as_bytes().to_vec());
        Ok(())
    }
}

impl ShardStorage for MemoryShard {
    fn get(&self, key: &str) -> Result<Option<ShardRow>, StoreError> {
        Ok(locked(&self.0).get(key).cloned())
    }

    fn rows(&self, prefix: &str) -> Result<Vec<(String, ShardRow)>, StoreError> {
        let rows = locked(&self.0);
        let found = rows.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix));
        Ok(found.map(|(key, row)| (key.clone(), row.clone())).collect())
    }

    fn page(&self, after: &str, limit: usize) -> Result<Vec<(String, String)>, StoreError> {
        let rows = locked(&self.0);
        let found = rows.range::<str, _>((Bound::Excluded(after), Bound::Unbounded)).take(limit);
        Ok(found.map(|(key, row)| (key.clone(), row.summary.clone())).collect())
    }

    fn summaries(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        Ok(self.rows(prefix)?.into_iter().map(|(key, row)| (key, row.summary)).collect())
    }

    fn write(&self, writes: &[ShardWrite]) -> Result<(), StoreError> {
        let mut rows = locked(&self.0);
        for write in writes {
            match write {
                ShardWrite::Put(key, row) => drop(rows.insert(key.clone(), row.clone())),
                ShardWrite::Delete(key) => drop(rows.remove(key)),
            }
        }
        Ok(())
    }
}

/// A shard whose written rows are counted.
struct CountedShard<'a> {
    shard: &'a MemoryShard,
    state: &'a Mutex<State>,
}

impl ShardStorage for CountedShard<'_> {
    fn get(&self, key: &str) -> Result<Option<ShardRow>, StoreError> {
        self.shard.get(key)
    }

    fn rows(&self, prefix: &str) -> Result<Vec<(String, ShardRow)>, StoreError> {
        self.shard.rows(prefix)
    }

    fn page(&self, after: &str, limit: usize) -> Result<Vec<(String, String)>, StoreError> {
        self.shard.page(after, limit)
    }

    fn summaries(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        self.shard.summaries(prefix)
    }

    fn write(&self, writes: &[ShardWrite]) -> Result<(), StoreError> {
        let mut state = locked(self.state);
        state.rows_written = state.rows_written.saturating_add(writes.len());
        self.shard.write(writes)
    }
}
