//! A shard with a clock, on storage that can fail.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::super::{
    Batch, LedgerCounters, LedgerReply, LedgerRequest, LinkTotals, Shard, ShardAlarm, ShardAnswer, ShardRow, ShardSettings, ShardStorage,
    ShardWrite, Subject,
};
use crate::memory::Random;
use crate::message::poll_once::poll_once;
use crate::model::link::LinkId;
use crate::model::stats::samples::{MIDNIGHT, event};
use crate::model::stats::{ClickEvent, Day, Dimension, Report, ReportQuery};
use crate::model::time::Timestamp;
use crate::store::ports::{SaltStore, StoreError};

pub(super) const DAY: u64 = 24 * 60 * 60 * 1_000;

/// A shard and its clock.
pub(super) struct World {
    pub(super) rows: Rows,
    pub(super) salts: Salts,
    pub(super) now: Cell<u64>,
    pub(super) settings: ShardSettings,
    pub(super) random: RefCell<Random>,
}

/// The rows of the shard.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) rows: RefCell<BTreeMap<String, ShardRow>>,
    /// How many more transactions succeed; nothing if all do.
    pub(super) failing_after: Cell<Option<usize>>,
    /// How many rows were written.
    pub(super) written: Cell<usize>,
    /// How many transactions were made.
    pub(super) transactions: Cell<usize>,
}

/// The store of salts.
#[derive(Default)]
pub(super) struct Salts(pub(super) RefCell<BTreeMap<String, (String, u32)>>);

impl World {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rows: Rows::default(),
            salts: Salts::default(),
            now: Cell::new(MIDNIGHT),
            settings: ShardSettings::default(),
            random: RefCell::new(Random::new(seed)),
        }
    }

    pub(super) fn wait(&self, millis: u64) {
        self.now.set(self.now.get() + millis);
    }

    fn shard(&self) -> Shard<'_, Rows> {
        Shard::new(&self.rows, self.settings, Timestamp::from_millis(self.now.get()))
    }

    pub(super) fn answer(&self, request: &LedgerRequest) -> Result<ShardAnswer, StoreError> {
        self.shard().answer(request.encode().unwrap().as_bytes())
    }

    pub(super) fn reply(&self, request: &LedgerRequest) -> LedgerReply {
        LedgerReply::decode(self.answer(request).unwrap().reply.as_bytes()).unwrap()
    }

    /// Sends a batch of the sender `a`, now.
    pub(super) fn merge(&self, sequence: u64, events: &[ClickEvent]) -> LedgerReply {
        self.merge_of("a", sequence, self.now.get(), events)
    }

    pub(super) fn merge_of(&self, sender: &str, sequence: u64, sent_at: u64, events: &[ClickEvent]) -> LedgerReply {
        self.reply(&Self::request(sender, sequence, sent_at, events))
    }

    pub(super) fn request(sender: &str, sequence: u64, sent_at: u64, events: &[ClickEvent]) -> LedgerRequest {
        let batch = Batch { events: events.to_vec(), ..Batch::default() };
        LedgerRequest::Merge { sender: sender.into(), sequence, sent_at: Timestamp::from_millis(sent_at), batch }
    }

    /// Random clicks, now.
    pub(super) fn events(&self, count: usize) -> Vec<ClickEvent> {
        let mut random = self.random.borrow_mut();
        (0..count).map(|_| event(&mut random, self.now.get())).collect()
    }

    /// Rings the alarm. Returns the log.
    pub(super) fn fold(&self) -> Vec<String> {
        self.ring().log
    }

    pub(super) fn ring(&self) -> ShardAlarm {
        let random = |bytes: &mut [u8]| {
            self.random.borrow_mut().fill(bytes);
            Ok(())
        };
        poll_once(self.shard().ring(&self.salts, random)).unwrap()
    }

    pub(super) fn totals(&self, links: &[&str]) -> Vec<LinkTotals> {
        let ids = links.iter().map(|link| LinkId::stored((*link).into())).collect();
        match self.reply(&LedgerRequest::Totals(ids)) {
            LedgerReply::Totals(totals) => totals,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn counters(&self) -> LedgerCounters {
        match self.reply(&LedgerRequest::Counters) {
            LedgerReply::Counters(counters) => counters,
            other => panic!("{other:?}"),
        }
    }

    /// All clicks that the shard has counted.
    pub(super) fn total(&self) -> u64 {
        self.counters().clicks.total()
    }

    pub(super) fn report(&self, about: Subject, query: ReportQuery) -> Report {
        match self.reply(&LedgerRequest::Report(about, query)) {
            LedgerReply::Report(report) => *report,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn recent(&self, link: &str) -> Vec<ClickEvent> {
        match self.reply(&LedgerRequest::Recent(LinkId::stored(link.into()), Timestamp::from_millis(0))) {
            LedgerReply::Recent(events) => events,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn keys(&self, prefix: &str) -> Vec<String> {
        self.rows.rows.borrow().keys().filter(|key| key.starts_with(prefix)).cloned().collect()
    }

    /// Replaces a row by one that cannot be read.
    pub(super) fn damage(&self, key: &str, change: impl Fn(&mut ShardRow)) {
        change(self.rows.rows.borrow_mut().get_mut(key).unwrap());
    }
}

/// The days from `first` on, one bucket each.
pub(super) fn days(first: u64, count: u64) -> ReportQuery {
    ReportQuery {
        starts: (0..count).map(|day| Timestamp::from_millis(first + day * DAY)).collect(),
        end: Timestamp::from_millis(first + count * DAY),
        days: (Day::of(Timestamp::from_millis(first)), Day::of(Timestamp::from_millis(first + count * DAY))),
        dimensions: vec![Dimension::Country, Dimension::Rule, Dimension::Link],
        with_sketches: true,
    }
}

impl ShardStorage for Rows {
    fn get(&self, key: &str) -> Result<Option<ShardRow>, StoreError> {
        Ok(self.rows.borrow().get(key).cloned())
    }

    fn rows(&self, prefix: &str) -> Result<Vec<(String, ShardRow)>, StoreError> {
        let rows = self.rows.borrow();
        Ok(rows.iter().filter(|(key, _)| key.starts_with(prefix)).map(|(key, row)| (key.clone(), row.clone())).collect())
    }

    fn page(&self, after: &str, limit: usize) -> Result<Vec<(String, String)>, StoreError> {
        let rows = self.rows.borrow();
        let found = rows.iter().filter(|(key, _)| key.as_str() > after).take(limit);
        Ok(found.map(|(key, row)| (key.clone(), row.summary.clone())).collect())
    }

    fn summaries(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        Ok(self.rows(prefix)?.into_iter().map(|(key, row)| (key, row.summary)).collect())
    }

    fn write(&self, writes: &[ShardWrite]) -> Result<(), StoreError> {
        if let Some(left) = self.failing_after.get() {
            let left = left.checked_sub(1).ok_or_else(|| StoreError::Unavailable("the disk is full".into()))?;
            self.failing_after.set(Some(left));
        }
        self.transactions.set(self.transactions.get() + 1);
        self.written.set(self.written.get() + writes.len());
        for write in writes {
            match write {
                ShardWrite::Put(key, row) => drop(self.rows.borrow_mut().insert(key.clone(), row.clone())),
                ShardWrite::Delete(key) => drop(self.rows.borrow_mut().remove(key)),
            }
        }
        Ok(())
    }
}

impl SaltStore for Salts {
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.borrow().get(name).map(|(salt, _)| salt.clone().into_bytes()))
    }

    async fn put(&self, name: &str, salt: &str, seconds: u32) -> Result<(), StoreError> {
        self.0.borrow_mut().insert(name.to_owned(), (salt.to_owned(), seconds));
        Ok(())
    }
}
