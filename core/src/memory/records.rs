//! The store of the memory edge: records in a map, with injected faults.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use super::faults::{Fault, Faults, StoreStep};
use super::locked;
use crate::model::time::Timestamp;
use crate::store::budget::{by_key, by_statement};
use crate::store::ports::{Commit, Guard, KeyPage, Record, Records, StoreCall, StoreError, Take, TakeOutcome};
use crate::store::tickets::Tickets;
use crate::store::{AliasRecord, AuditEntry, Change, Cursor, ENTRY_VALUE, Expect, Key, Prefix, StepwiseStore, commit_stepwise};

/// How a change is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitMode {
    /// In one transaction, as in D1.
    Transaction,
    /// Step by step, as in Fastly's KV Store: index entries, the guarded record, removals.
    Stepwise,
}

/// A store in memory.
pub struct MemoryRecords {
    rows: Mutex<BTreeMap<Key, Row>>,
    commit_mode: CommitMode,
    faults: Mutex<Box<dyn Faults>>,
    /// The operations so far, as the vendors count them.
    operations: AtomicU32,
    /// What each take costs, as far as the commit mode allows: more than one if tickets are scarce.
    cost_of_takes: AtomicU32,
    /// The expiry of records, audit events and counters. Nothing is deleted here.
    expiries: Mutex<BTreeMap<Key, Timestamp>>,
}

/// A row with its present and its previous value. The previous one is returned by stale reads.
#[derive(Clone)]
struct Row {
    now: Option<Record>,
    before: Option<Record>,
    generation: u64,
}

impl Row {
    fn value(&self, stale: bool) -> Option<&Record> {
        if stale { self.before.as_ref() } else { self.now.as_ref() }
    }
}

impl MemoryRecords {
    /// An empty store.
    #[must_use]
    pub fn new(commit_mode: CommitMode, faults: Box<dyn Faults>) -> Self {
        Self {
            rows: Mutex::default(),
            commit_mode,
            faults: Mutex::new(faults),
            operations: AtomicU32::new(0),
            cost_of_takes: AtomicU32::new(1),
            expiries: Mutex::default(),
        }
    }

    /// How changes are committed.
    pub fn commit_mode(&self) -> CommitMode {
        self.commit_mode
    }

    /// The expiry of the record or audit event at `key`, if it has one.
    pub fn expiry(&self, key: &Key) -> Option<Timestamp> {
        locked(&self.expiries).get(key).copied()
    }

    /// Sets the faults from now on.
    pub fn set_faults(&self, faults: Box<dyn Faults>) {
        *locked(&self.faults) = faults;
    }

    /// The number of operations since this was last called.
    pub fn take_operations(&self) -> u32 {
        self.operations.swap(0, Ordering::SeqCst)
    }

    /// Sets what each take costs from now on, as when it meets tickets that are taken. A store with counters needs one
    /// operation whatever this says.
    pub fn set_cost_of_takes(&self, operations: u32) {
        self.cost_of_takes.store(operations, Ordering::SeqCst);
    }

    fn count(&self, operations: u32) {
        self.operations.fetch_add(operations, Ordering::SeqCst);
    }

    /// Cost of reading several records.
    fn cost_of_reads(&self, keys: usize) -> u32 {
        match self.commit_mode {
            CommitMode::Transaction => u32::from(keys > 0),
            CommitMode::Stepwise => u32::try_from(keys).unwrap_or(u32::MAX),
        }
    }

    /// All keys, bypassing hop.
    pub fn keys(&self) -> Vec<Key> {
        let rows = locked(&self.rows);
        rows.iter().filter(|(_, row)| row.now.is_some()).map(|(key, _)| key.clone()).collect()
    }

    /// A record, bypassing hop.
    pub fn peek(&self, key: &Key) -> Option<Record> {
        locked(&self.rows).get(key)?.now.clone()
    }

    /// All index entries that records have, bypassing hop. A damaged record has none.
    pub fn named_entries(&self) -> Vec<Key> {
        let alias_records = self.keys().into_iter().filter_map(|key| AliasRecord::decode(&key, &self.peek(&key)?).ok());
        let entries = |alias_record: AliasRecord| {
            let words = if self.has_word_index() { alias_record.word_entries() } else { BTreeSet::new() };
            alias_record.entries().into_iter().chain(words)
        };
        alias_records.flat_map(entries).collect()
    }

    /// Writes a row, bypassing hop.
    pub fn plant(&self, key: &Key, value: &str) {
        self.put(key, Some(value));
    }

    /// Writes a row that expires, bypassing hop.
    pub fn plant_until(&self, key: &Key, value: &str, expires_at: Option<Timestamp>) {
        self.plant(key, value);
        if let Some(expires_at) = expires_at {
            locked(&self.expiries).insert(key.clone(), expires_at);
        }
    }

    /// Removes a row, bypassing hop.
    pub fn lose(&self, key: &Key) {
        self.put(key, None);
    }

    /// Injects the fault at a step: waits, fails, or returns the fault for the caller to apply.
    async fn step(&self, step: StoreStep) -> Result<Fault, StoreError> {
        let fault = locked(&self.faults).next(step);
        match fault {
            Fault::Fail => return Err(StoreError::Unavailable(format!("the store crashed at {step:?}"))),
            Fault::Late(times) => be_pending(times).await,
            Fault::LateAnswer(times) if !step.is_read() => be_pending(times).await,
            Fault::LateAnswer(_) | Fault::Stale | Fault::None => {}
        }
        Ok(fault)
    }

    /// Reads the rows with `fault`: stale, or with a delay after the read.
    async fn read_rows<T>(&self, fault: Fault, read: impl FnOnce(&BTreeMap<Key, Row>, bool) -> T) -> T {
        let value = read(&locked(&self.rows), fault == Fault::Stale);
        if let Fault::LateAnswer(times) = fault {
            be_pending(times).await;
        }
        value
    }

    fn put(&self, key: &Key, value: Option<&str>) {
        put(&mut locked(&self.rows), key, value);
    }

    /// The atomic step: compares the guard and writes, under one lock. In a transaction it also writes everything
    /// beside the record.
    fn compare_and_swap(&self, change: &Change) -> Commit {
        let mut rows = locked(&self.rows);
        let now = rows.get(&change.key).and_then(|row| row.now.as_ref());
        let is_expected = match &change.expect {
            Expect::Absent => now.is_none(),
            Expect::Unchanged(guard) => now.is_some_and(|record| record.guard == *guard),
        };
        if !is_expected {
            return Commit::Conflict;
        }
        put(&mut rows, &change.key, Some(&change.value));
        locked(&self.expiries).extend(change.expires_at.map(|moment| (change.key.clone(), moment)));
        if self.commit_mode == CommitMode::Transaction {
            change.attachments.iter().for_each(|(key, value)| put(&mut rows, key, Some(value)));
            if let Some(audit_entry) = &change.audit_entry {
                put(&mut rows, &audit_entry.key, Some(&audit_entry.value));
                self.set_expiry(audit_entry);
            }
            change.all_adds().for_each(|index_entry| put(&mut rows, index_entry, Some(ENTRY_VALUE)));
            change.all_removes().for_each(|index_entry| put(&mut rows, index_entry, None));
        }
        Commit::Done
    }

    fn set_expiry(&self, audit_entry: &AuditEntry) {
        locked(&self.expiries).extend(audit_entry.expires_at.map(|moment| (audit_entry.key.clone(), moment)));
    }

    /// Increments a counter up to `limit`, under one lock.
    fn increment(&self, key: &Key, limit: u64) -> Take {
        let mut rows = locked(&self.rows);
        let count = count_in(read(&rows, key, false).as_ref());
        if count >= limit {
            return Take::Exhausted;
        }
        put(&mut rows, key, Some(&count.saturating_add(1).to_string()));
        Take::Granted
    }

    /// Inserts a row if it is absent, under one lock.
    fn add_if_absent(&self, key: &Key, value: &str) -> bool {
        let mut rows = locked(&self.rows);
        let is_absent = read(&rows, key, false).is_none();
        if is_absent {
            put(&mut rows, key, Some(value));
        }
        is_absent
    }
}

impl StepwiseStore for MemoryRecords {
    async fn put_beside(&self, key: &Key, value: &str) -> Result<(), StoreError> {
        self.count(1);
        self.step(StoreStep::AddEntry).await?;
        self.put(key, Some(value));
        Ok(())
    }

    async fn put_audit_entry(&self, audit_entry: &AuditEntry) -> Result<(), StoreError> {
        self.count(1);
        self.step(StoreStep::AddEntry).await?;
        if self.add_if_absent(&audit_entry.key, &audit_entry.value) {
            self.set_expiry(audit_entry);
        }
        Ok(())
    }

    async fn write_guarded(&self, change: &Change) -> Result<Commit, StoreError> {
        self.count(match self.commit_mode {
            CommitMode::Transaction => [true, change.has_attachments(), change.has_removals()].into_iter().map(u32::from).sum(),
            CommitMode::Stepwise => 1,
        });
        self.step(StoreStep::Write).await?;
        Ok(self.compare_and_swap(change))
    }

    async fn remove(&self, key: &Key) -> Result<(), StoreError> {
        self.count(1);
        self.step(StoreStep::RemoveKey).await?;
        self.put(key, None);
        Ok(())
    }
}

impl Records for MemoryRecords {
    fn operations(&self, call: &StoreCall<'_>) -> u32 {
        match self.commit_mode {
            CommitMode::Transaction => by_statement(call),
            CommitMode::Stepwise => by_key(call),
        }
    }

    /// As D1 has one, and KV Store has not.
    fn has_word_index(&self) -> bool {
        self.commit_mode == CommitMode::Transaction
    }

    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.count(1);
        let fault = self.step(StoreStep::Get).await?;
        Ok(self.read_rows(fault, |rows, stale| read(rows, key, stale)).await)
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        self.count(self.cost_of_reads(keys.len()));
        let fault = self.step(StoreStep::GetMany).await?;
        Ok(self.read_rows(fault, |rows, stale| keys.iter().map(|key| read(rows, key, stale)).collect()).await)
    }

    async fn scan(&self, prefix: &Prefix, after: Option<&Cursor>, limit: u16) -> Result<KeyPage, StoreError> {
        self.count(1);
        let fault = self.step(StoreStep::Scan).await?;
        let from = match after {
            Some(Cursor(rest)) => format!("{}{rest}\0", prefix.as_str()),
            None => prefix.as_str().to_owned(),
        };
        let range = Key::stored(from)..Key::stored(prefix.end());
        let one_more = usize::from(limit).saturating_add(1);
        let keys = self.read_rows(fault, |rows, stale| {
            let keys = rows.range(range).filter(|(_, row)| row.value(stale).is_some());
            keys.map(|(key, _)| key.clone()).take(one_more).collect()
        });
        Ok(KeyPage::cut(keys.await, prefix, limit))
    }

    async fn commit(&self, change: &Change) -> Result<Commit, StoreError> {
        let commit = match self.commit_mode {
            CommitMode::Transaction => self.write_guarded(change).await?,
            CommitMode::Stepwise => commit_stepwise(self, change).await?,
        };
        self.step(StoreStep::Answer).await?;
        Ok(commit)
    }

    async fn take(&self, key: &Key, limit: u64, until: Option<Timestamp>) -> Result<TakeOutcome, StoreError> {
        let most = self.operations(&StoreCall::Take { expires: until.is_some() });
        let operations = self.cost_of_takes.load(Ordering::SeqCst).min(most);
        self.count(operations);
        self.step(StoreStep::Write).await?;
        let take = self.increment(key, limit);
        locked(&self.expiries).extend(until.map(|moment| (key.clone(), moment)));
        self.step(StoreStep::Answer).await?;
        Ok(TakeOutcome { take, operations })
    }

    async fn taken(&self, keys: &[Key]) -> Result<Vec<u64>, StoreError> {
        self.count(self.cost_of_reads(keys.len()));
        let fault = self.step(StoreStep::GetMany).await?;
        Ok(self.read_rows(fault, |rows, stale| keys.iter().map(|key| count_in(read(rows, key, stale).as_ref())).collect()).await)
    }
}

/// For tests of tickets. `take` of this store uses a counter instead.
impl Tickets for MemoryRecords {
    async fn add(&self, key: &Key, value: &str, _until: Option<Timestamp>) -> Result<bool, StoreError> {
        self.count(1);
        self.step(StoreStep::Write).await?;
        let is_new = self.add_if_absent(key, value);
        self.step(StoreStep::Answer).await?;
        Ok(is_new)
    }
}

fn count_in(record: Option<&Record>) -> u64 {
    record.and_then(|record| std::str::from_utf8(&record.value).ok()?.parse().ok()).unwrap_or_default()
}

fn read(rows: &BTreeMap<Key, Row>, key: &Key, stale: bool) -> Option<Record> {
    rows.get(key)?.value(stale).cloned()
}

fn put(rows: &mut BTreeMap<Key, Row>, key: &Key, value: Option<&str>) {
    let row = rows.entry(key.clone()).or_insert(Row { now: None, before: None, generation: 0 });
    row.generation = row.generation.saturating_add(1);
    row.before = row.now.take();
    row.now = value.map(|value| Record { value: value.as_bytes().to_vec(), guard: Guard(row.generation.to_string()) });
}

/// Lets other tasks run first, `times` times.
async fn be_pending(times: u8) {
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left = left.saturating_sub(1);
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
