//! The store in Fastly's KV Store. A change is committed step by step. The guard is the generation of the record.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fastly::kv_store::{InsertBuilder, InsertMode, KVStore, KVStoreError, LookupResponse};
use hop_core::Timestamp;
use hop_core::ports::{Commit, Guard, KeyPage, Record, Records, StoreCall, StoreError, TakeOutcome};
use hop_core::store::budget::by_key;
use hop_core::store::tickets::{self, Tickets};
use hop_core::store::{AuditEntry, Change, Cursor, Expect, Key, Prefix, StepwiseStore, commit_stepwise};

use crate::edge::random;

const STORE: &str = "hop_records";

/// The KV Store, or the error that it cannot be opened.
pub(crate) struct KvRecords(Result<KVStore, StoreError>);

impl KvRecords {
    pub(crate) fn open() -> Self {
        let store = KVStore::open(STORE).map_err(unavailable);
        Self(store.and_then(|store| store.ok_or_else(|| StoreError::Unavailable(format!("there is no KV Store {STORE}")))))
    }

    fn store(&self) -> Result<&KVStore, StoreError> {
        self.0.as_ref().map_err(Clone::clone)
    }
}

impl StepwiseStore for KvRecords {
    async fn put_beside(&self, key: &Key, value: &str) -> Result<(), StoreError> {
        write_if(self.store()?.build_insert(), key, value, None).map(drop)
    }

    async fn put_audit_entry(&self, audit_entry: &AuditEntry) -> Result<(), StoreError> {
        write_if(self.store()?.build_insert().mode(InsertMode::Add), &audit_entry.key, &audit_entry.value, audit_entry.expires_at).map(drop)
    }

    async fn write_guarded(&self, change: &Change) -> Result<Commit, StoreError> {
        let insert = self.store()?.build_insert();
        let insert = match &change.expect {
            Expect::Absent => insert.mode(InsertMode::Add),
            Expect::Unchanged(guard) => insert.if_generation_match(generation(guard)?),
        };
        let is_done = write_if(insert, &change.key, &change.value, change.expires_at)?;
        Ok(if is_done { Commit::Done } else { Commit::Conflict })
    }

    async fn remove(&self, key: &Key) -> Result<(), StoreError> {
        match self.store()?.delete(key.as_str()) {
            Ok(()) | Err(KVStoreError::ItemNotFound) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }
}

impl Records for KvRecords {
    fn operations(&self, call: &StoreCall<'_>) -> u32 {
        by_key(call)
    }

    /// Each word would be a write of its own, and a late removal could meet a newer entry.
    fn has_word_index(&self) -> bool {
        false
    }

    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        record(self.store()?.lookup(key.as_str()))
    }

    /// The lookups run concurrently: all are sent before the first is awaited.
    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let store = self.store()?;
        let sent: Vec<_> = keys.iter().map(|key| store.build_lookup().execute_async(key.as_str())).collect();
        sent.into_iter().map(|sent| record(sent.and_then(|pending| store.pending_lookup_wait(pending)))).collect()
    }

    async fn scan(&self, prefix: &Prefix, after: Option<&Cursor>, limit: u16) -> Result<KeyPage, StoreError> {
        let list = self.store()?.build_list().prefix(prefix.as_str()).limit(limit.into());
        let list = match after {
            Some(Cursor(cursor)) => list.cursor(cursor),
            None => list,
        };
        let page = list.execute().map_err(|error| match (after, error) {
            (Some(_), KVStoreError::ItemBadRequest | KVStoreError::InvalidStoreOptions) => StoreError::BadCursor,
            (_, error) => unavailable(error),
        })?;
        let next = page.next_cursor().map(Cursor);
        Ok(KeyPage { keys: page.into_keys().into_iter().map(Key::stored).collect(), next })
    }

    fn commit(&self, change: &Change) -> impl Future<Output = Result<Commit, StoreError>> {
        commit_stepwise(self, change)
    }

    fn take(&self, key: &Key, limit: u64, until: Option<Timestamp>) -> impl Future<Output = Result<TakeOutcome, StoreError>> {
        let mut bytes = tickets::RandomBytes::default();
        let random_bytes = random(&mut bytes).map(|()| bytes);
        tickets::take(self, key, limit, until, random_bytes)
    }

    /// The lists run concurrently: all are sent before the first is awaited.
    async fn taken(&self, keys: &[Key]) -> Result<Vec<u64>, StoreError> {
        let store = self.store()?;
        let list = |key: &Key| {
            let prefix = Prefix::tickets(key);
            store.build_list().prefix(prefix.as_str()).limit(tickets::MAX_TICKETS.into()).execute_async()
        };
        let sent: Vec<_> = keys.iter().map(list).collect();
        let counted = sent.into_iter().map(|sent| {
            let page = sent.and_then(|pending| store.pending_list_wait(pending)).map_err(unavailable)?;
            Ok(tickets::count(&page.into_keys().into_iter().map(Key::stored).collect::<Vec<_>>()))
        });
        counted.collect()
    }
}

impl Tickets for KvRecords {
    async fn add(&self, key: &Key, value: &str, until: Option<Timestamp>) -> Result<bool, StoreError> {
        write_if(self.store()?.build_insert().mode(InsertMode::Add), key, value, until)
    }
}

/// Writes a value under the condition of `insert`, if it has one; returns false if the condition does not hold.
fn write_if(insert: InsertBuilder<'_>, key: &Key, value: &str, expires_at: Option<Timestamp>) -> Result<bool, StoreError> {
    let insert = match expires_at.and_then(time_until) {
        Some(time) => insert.time_to_live(time),
        None => insert,
    };
    match insert.execute(key.as_str(), value) {
        Ok(()) => Ok(true),
        Err(KVStoreError::ItemPreconditionFailed) => Ok(false),
        Err(error) => Err(unavailable(error)),
    }
}

fn record(found: Result<LookupResponse, KVStoreError>) -> Result<Option<Record>, StoreError> {
    match found {
        Ok(mut found) => Ok(Some(Record { value: found.take_body_bytes(), guard: Guard(found.current_generation().to_string()) })),
        Err(KVStoreError::ItemNotFound) => Ok(None),
        Err(error) => Err(unavailable(error)),
    }
}

/// The time until `moment`, at least one second, the smallest unit of the store.
fn time_until(moment: Timestamp) -> Option<Duration> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(Duration::from_millis(moment.as_millis()).saturating_sub(now).max(Duration::from_secs(1)))
}

fn generation(guard: &Guard) -> Result<u64, StoreError> {
    guard.0.parse().map_err(|_| StoreError::Corrupt(format!("\"{}\" is not a generation", guard.0)))
}

/// The error for the log.
fn unavailable(error: KVStoreError) -> StoreError {
    StoreError::Unavailable(format!("KV Store: {error}"))
}
