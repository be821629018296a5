//! The click buffer of an isolate.
//!
//! The first click makes its request the flusher: it waits for a second and sends what is in the buffer by then. A
//! request that fills the buffer sends it itself. No request wakes another, because the runtime does not allow it. If
//! the flusher was killed, a later click makes another request the flusher.

use std::collections::BTreeMap;

use crate::model::stats::{Day, FailedVisits, Failure, Quarter, VisitorClick};
use crate::model::time::Timestamp;
use crate::store::ledger::{FailedVisit, Salt};

/// The number of clicks that are sent at once.
const MAX_CLICKS: usize = 250;

/// The number of domains whose failed visits are counted until the next click.
const MAX_FAILED: usize = 100;

/// The time after which a flusher has ended: the runtime ends background work after 30 seconds.
const FLUSHER_MILLIS: u64 = 35_000;

/// How often a salt that is missing or too new is read.
const SALTS_MILLIS: u64 = 10 * 60 * 1_000;

/// Clicks that are not sent yet, and what the isolate knows about sending.
#[derive(Debug, Default)]
pub(crate) struct ClickBuffer {
    clicks: Vec<VisitorClick>,
    /// Failed visits by domain and quarter hour. They wait for the next click, so that a scanner of unknown aliases
    /// causes no requests to the ledger.
    failed: BTreeMap<(String, Day, Quarter), FailedVisits>,
    /// Until when the flusher is expected to send.
    flusher_until: Option<Timestamp>,
    /// The name of this isolate as a sender.
    sender: Option<String>,
    sequence: u64,
    dropped: u64,
    /// Salts that all isolates use.
    salts: BTreeMap<Day, Salt>,
    /// When a salt was missing or too new.
    missing_salts: BTreeMap<Day, Timestamp>,
}

/// Background work that sends clicks.
#[derive(Debug)]
pub(crate) enum FlushTask {
    /// Wait for a second, then send what is in the buffer.
    Delayed,
    /// Send these.
    Now(TakenClicks),
}

/// What was taken from the buffer.
#[derive(Debug, Default)]
pub(crate) struct TakenClicks {
    pub(crate) clicks: Vec<VisitorClick>,
    pub(crate) failed: Vec<FailedVisit>,
    pub(crate) dropped: u64,
}

impl ClickBuffer {
    /// Adds a click. Returns the background work of this request, if it has any.
    pub(crate) fn add(&mut self, click: VisitorClick, now: Timestamp) -> Option<FlushTask> {
        self.clicks.push(click);
        if self.clicks.len() >= MAX_CLICKS {
            return Some(FlushTask::Now(self.take()));
        }
        if self.flusher_until.is_some_and(|until| now < until && until.millis_since(now) <= FLUSHER_MILLIS) {
            return None;
        }
        self.flusher_until = Some(Timestamp::from_millis(now.as_millis().saturating_add(FLUSHER_MILLIS)));
        Some(FlushTask::Delayed)
    }

    /// Counts a failed visit, to be sent with the next clicks.
    pub(crate) fn add_failed(&mut self, domain: &str, failure: Failure, now: Timestamp) {
        let key = (domain.to_owned(), Day::of(now), Quarter::of(now));
        if self.failed.len() < MAX_FAILED || self.failed.contains_key(&key) {
            self.failed.entry(key).or_default().merge(FailedVisits::one(failure));
        }
    }

    /// Takes all clicks on behalf of the flusher.
    pub(crate) fn take_delayed(&mut self) -> TakenClicks {
        self.flusher_until = None;
        self.take()
    }

    fn take(&mut self) -> TakenClicks {
        let failed = std::mem::take(&mut self.failed).into_iter();
        TakenClicks {
            clicks: std::mem::take(&mut self.clicks),
            failed: failed.map(|((domain, day, quarter), counts)| FailedVisit { domain, at: quarter.start(day), counts }).collect(),
            dropped: std::mem::take(&mut self.dropped),
        }
    }

    /// The sender and the sequence number of the next batches. The name of the sender is made by `random` once.
    pub(crate) fn next_sequence<X>(&mut self, random: impl FnOnce() -> Result<String, X>) -> Result<(String, u64), X> {
        let sender = match &self.sender {
            Some(sender) => sender.clone(),
            None => self.sender.insert(random()?).clone(),
        };
        self.sequence = self.sequence.saturating_add(1);
        Ok((sender, self.sequence))
    }

    /// Notes that batches were given up. The next batch reports it.
    pub(crate) fn count_dropped(&mut self, batches: u64) {
        self.dropped = self.dropped.saturating_add(batches);
    }

    /// The salt of a day, if this isolate has read it and it is used.
    pub(crate) fn salt(&self, day: Day) -> Option<&Salt> {
        self.salts.get(&day)
    }

    /// Whether the salt of a day has to be read now. While it is missing or too new, it is read every ten minutes.
    pub(crate) fn needs_salt(&self, day: Day, now: Timestamp) -> bool {
        let is_due = |missed_at: &Timestamp| now < *missed_at || now.millis_since(*missed_at) >= SALTS_MILLIS;
        !self.salts.contains_key(&day) && self.missing_salts.get(&day).is_none_or(is_due)
    }

    /// Notes that the salt of a day is missing or too new.
    pub(crate) fn miss_salt(&mut self, day: Day, now: Timestamp) {
        self.missing_salts.insert(day, now);
        self.missing_salts = self.missing_salts.split_off(&day.minus(1));
    }

    /// Keeps the salt of a day, and forgets those of days before the previous one.
    pub(crate) fn keep_salt(&mut self, day: Day, salt: Salt) {
        self.salts.insert(day, salt);
        self.salts = self.salts.split_off(&day.minus(1));
    }
}

impl TakenClicks {
    pub(crate) fn is_empty(&self) -> bool {
        self.clicks.is_empty() && self.failed.is_empty() && self.dropped == 0
    }
}
