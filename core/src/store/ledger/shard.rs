//! A shard of the ledger: answers requests and folds journals, on the storage that an adapter provides.

use super::journal::{Journal, Known, MAX_AGE_MILLIS};
use super::{LedgerReply, LedgerRequest, ShardStorage, erased, fold, read, retention};
use crate::model::time::Timestamp;
use crate::store::ports::StoreError;

/// The size in bytes at which a journal is folded at once.
const MAX_JOURNAL: usize = 64 * 1_024;

/// How long journals wait until they are folded, in milliseconds. Each fold writes a row for each document, and rows
/// are limited on the free plan.
const FOLD_AFTER_MILLIS: [u64; 2] = [60 * 60 * 1_000, 60 * 1_000];

/// The settings of a shard.
#[derive(Clone, Copy, Debug)]
pub struct ShardSettings {
    /// How many months statistics are kept.
    pub(crate) months: u32,
    /// Whether the account has the paid plan.
    pub(crate) has_paid_plan: bool,
}

/// The answer of a shard.
#[derive(Debug)]
pub struct ShardAnswer {
    /// The reply, to be sent as it is.
    pub reply: String,
    /// Lines for the log.
    pub log: Vec<String>,
    /// When the alarm has to ring at the latest, in milliseconds from now, if it is not set.
    pub alarm_after: Option<u64>,
}

/// A shard of the ledger.
#[derive(Debug)]
pub struct Shard<'a, S> {
    storage: &'a S,
    settings: ShardSettings,
    now: Timestamp,
}

impl<'a, S: ShardStorage> Shard<'a, S> {
    /// The shard with this storage.
    pub fn new(storage: &'a S, settings: ShardSettings, now: Timestamp) -> Self {
        Self { storage, settings, now }
    }

    /// Answers a request of the core.
    ///
    /// # Errors
    /// If the storage fails or the request cannot be read. Then nothing was changed.
    pub fn answer(&self, request: &[u8]) -> Result<ShardAnswer, StoreError> {
        let (reply, log) = match LedgerRequest::decode(request)? {
            LedgerRequest::Merge { sender, sequence, sent_at, batch } => {
                let mut journal = self.journal(&sender, sent_at)?;
                match journal.as_mut().map(|journal| (journal.window.find(sequence), journal)) {
                    Some((Known::New, journal)) => {
                        journal.window.apply(sequence, sent_at);
                        journal.append(&batch)?;
                        (LedgerReply::Done, self.store(journal)?)
                    }
                    Some((Known::Applied, _)) => (LedgerReply::Done, Vec::new()),
                    Some((Known::TooFarBehind, _)) | None => (LedgerReply::Refused, Vec::new()),
                }
            }
            LedgerRequest::Report(about, query) => {
                (LedgerReply::Report(Box::new(read::report(self.storage, &about, &query)?)), Vec::new())
            }
            LedgerRequest::Totals(links) => (LedgerReply::Totals(read::totals(self.storage, &links)?), Vec::new()),
            LedgerRequest::Recent(link, since) => (LedgerReply::Recent(read::recent(self.storage, &link, since)?), Vec::new()),
            LedgerRequest::Erase(link) => (LedgerReply::Done, erased::erase(self.storage, &link, self.now)?),
            LedgerRequest::Counters => (LedgerReply::Counters(read::counters(self.storage)?), Vec::new()),
        };
        let is_merge = matches!(reply, LedgerReply::Done);
        Ok(ShardAnswer { reply: reply.encode()?, log, alarm_after: is_merge.then(|| self.fold_after()) })
    }

    /// Folds all journals, and deletes old documents. Returns lines for the log.
    ///
    /// # Errors
    /// If the storage fails. Then nothing was lost, and the alarm has to ring again.
    pub fn fold(&self) -> Result<Vec<String>, StoreError> {
        let journals = Journal::load_all(self.storage)?;
        let log = if journals.is_empty() { Vec::new() } else { fold::fold(self.storage, journals, self.now)? };
        retention::sweep(self.storage, self.settings.months, self.now)?;
        Ok(log)
    }

    /// How long journals wait until they are folded, in milliseconds.
    #[must_use]
    pub fn fold_after(&self) -> u64 {
        let [free, paid] = FOLD_AFTER_MILLIS;
        if self.settings.has_paid_plan { paid } else { free }
    }

    /// The journal for a batch; nothing if the batch is refused because of its age.
    fn journal(&self, sender: &str, sent_at: Timestamp) -> Result<Option<Journal>, StoreError> {
        let is_recent = self.now.millis_since(sent_at) <= MAX_AGE_MILLIS && sent_at.millis_since(self.now) <= MAX_AGE_MILLIS;
        if !is_recent || !Journal::is_sender(sender) {
            return Ok(None);
        }
        Journal::load(self.storage, sender).map(Some)
    }

    /// Stores a journal, and folds it if it is large.
    fn store(&self, journal: &Journal) -> Result<Vec<String>, StoreError> {
        if journal.bytes() > MAX_JOURNAL {
            return fold::fold(self.storage, vec![journal.clone()], self.now);
        }
        self.storage.write(&[journal.put()?])?;
        Ok(Vec::new())
    }
}
