//! A shard of the ledger: answers requests and folds journals, on the storage that an adapter provides.

use super::journal::{Journal, Journals, Known, MAX_AGE_MILLIS, MAX_JOURNAL};
use super::salts::ensure_salts;
use super::{Batch, LedgerReply, LedgerRequest, ShardRow, ShardStorage, ShardWrite, erased, fold, ingested, read, retention};
use crate::model::config::STATS_MONTHS;
use crate::model::time::Timestamp;
use crate::store::ports::{NoEntropy, SaltStore, StoreError};

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

impl Default for ShardSettings {
    fn default() -> Self {
        Self { months: STATS_MONTHS, has_paid_plan: false }
    }
}

/// The answer of a shard.
#[derive(Debug)]
pub struct ShardAnswer {
    /// The reply, to be sent as it is.
    pub reply: String,
    /// Lines for the log.
    pub log: Vec<String>,
    /// When the alarm has to ring at the latest, in milliseconds from now.
    pub alarm_after: Option<u64>,
}

/// The result of an alarm.
#[derive(Debug)]
pub struct ShardAlarm {
    /// Lines for the log.
    pub log: Vec<String>,
    /// When the alarm has to ring again at the latest, in milliseconds from now.
    pub alarm_after: u64,
}

/// The sender of all log lines. Isolates have longer names.
const INGEST: &str = "ingest";

/// The row of the shard that makes the salts.
const MAKES_SALTS: &str = "makes-salts";

/// How often a shard that gets no clicks looks for old documents, and makes salts: they are made a day ahead.
const IDLE_MILLIS: u64 = 12 * 60 * 60 * 1_000;

/// When the alarm rings again after a failure, in milliseconds.
const RETRY_AFTER_MILLIS: u64 = 60 * 1_000;

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
                let (mut journal, mut log) = self.journal(&sender, sent_at)?;
                match journal.as_mut().map(|journal| (journal.window.find(sequence), journal)) {
                    Some((Known::New, journal)) => {
                        journal.window.apply(sequence, sent_at);
                        journal.append(&batch)?;
                        log.extend(self.store(journal)?);
                        (LedgerReply::Done, log)
                    }
                    Some((Known::Applied, _)) => (LedgerReply::Done, log),
                    Some((Known::TooFarBehind, _)) | None => (LedgerReply::Refused, log),
                }
            }
            LedgerRequest::Ingest { name, batch } => (LedgerReply::Done, self.ingest(&name, &batch)?),
            LedgerRequest::Report(about, query) => (LedgerReply::Report(Box::new(read::report(self.storage, &about, &query)?)), Vec::new()),
            LedgerRequest::Totals(links) => (LedgerReply::Totals(read::totals(self.storage, &links)?), Vec::new()),
            LedgerRequest::Recent(link, since) => (LedgerReply::Recent(read::recent(self.storage, &link, since)?), Vec::new()),
            LedgerRequest::Erase(link) => (LedgerReply::Done, erased::erase(self.storage, &link, self.now)?),
            LedgerRequest::Counters => (LedgerReply::Counters(read::counters(self.storage)?), Vec::new()),
            LedgerRequest::MakeSalts => {
                if self.storage.get(MAKES_SALTS)?.is_none() {
                    self.storage.write(&[ShardWrite::Put(MAKES_SALTS.into(), ShardRow::default())])?;
                }
                return Ok(ShardAnswer { reply: LedgerReply::Done.encode()?, log: Vec::new(), alarm_after: Some(0) });
            }
        };
        let has_changed = matches!(reply, LedgerReply::Done);
        Ok(ShardAnswer { reply: reply.encode()?, log, alarm_after: has_changed.then(|| self.fold_after()) })
    }

    /// Does what is due: folds the journals, deletes old documents, makes salts. After a failure nothing is lost, and
    /// the alarm has to ring again.
    pub async fn ring(&self, salts: &impl SaltStore, random: impl Fn(&mut [u8]) -> Result<(), NoEntropy>) -> ShardAlarm {
        let (mut log, mut alarm_after) = (Vec::new(), IDLE_MILLIS);
        match self.fold(&mut log) {
            Ok(false) => {}
            Ok(true) => alarm_after = RETRY_AFTER_MILLIS,
            Err(error) => {
                log.push(not_folded(&error));
                alarm_after = RETRY_AFTER_MILLIS;
            }
        }
        let made = match self.storage.get(MAKES_SALTS) {
            Ok(None) => Ok(()),
            Ok(Some(_)) => ensure_salts(salts, self.now, random).await,
            Err(error) => Err(error),
        };
        if let Err(error) = made {
            log.push(format!("the salts of unique visitors were not made: {error}"));
            alarm_after = RETRY_AFTER_MILLIS;
        }
        ShardAlarm { log, alarm_after }
    }

    /// Folds the journals, and deletes old documents. Returns whether more have to be deleted.
    fn fold(&self, log: &mut Vec<String>) -> Result<bool, StoreError> {
        let journals = Journals::load(self.storage)?;
        if !journals.is_empty() {
            log.extend(fold::fold(self.storage, journals, self.now)?);
        }
        let has_more_names = ingested::forget(self.storage, self.now)?;
        let has_more_months = retention::sweep(self.storage, self.settings.months, self.now)?;
        Ok(has_more_names || has_more_months)
    }

    /// How long journals wait until they are folded, in milliseconds.
    fn fold_after(&self) -> u64 {
        let [free, paid] = FOLD_AFTER_MILLIS;
        if self.settings.has_paid_plan { paid } else { free }
    }

    /// The journal for a batch, and lines for the log; no journal if the batch is refused because of its age.
    fn journal(&self, sender: &str, sent_at: Timestamp) -> Result<(Option<Journal>, Vec<String>), StoreError> {
        let is_recent = self.now.millis_since(sent_at) <= MAX_AGE_MILLIS && sent_at.millis_since(self.now) <= MAX_AGE_MILLIS;
        if !is_recent || !Journal::is_sender(sender) {
            return Ok((None, Vec::new()));
        }
        self.load_journal(sender).map(|(journal, log)| (Some(journal), log))
    }

    /// The journal of `sender`, and lines for the log. One that cannot be read is put aside, so that its sender is not
    /// blocked.
    fn load_journal(&self, sender: &str) -> Result<(Journal, Vec<String>), StoreError> {
        let Journals { readable, unreadable } = Journals::load_one(self.storage, sender)?;
        let journal = readable.into_iter().next().unwrap_or_else(|| Journal::new(sender));
        let unreadable = Journals { unreadable, ..Journals::default() };
        let log = if unreadable.is_empty() { Vec::new() } else { fold::fold(self.storage, unreadable, self.now)? };
        Ok((journal, log))
    }

    /// Appends log lines to their journal, unless those with this name were appended. The note that they were is in the
    /// same transaction.
    fn ingest(&self, name: &str, batch: &Batch) -> Result<Vec<String>, StoreError> {
        if ingested::is_known(self.storage, name)? {
            return Ok(Vec::new());
        }
        let (mut journal, mut log) = self.load_journal(INGEST)?;
        journal.append(batch)?;
        self.storage.write(&[journal.put()?, ingested::mark(name, self.now)])?;
        if journal.bytes() > MAX_JOURNAL {
            match self.store(&journal) {
                Ok(lines) => log.extend(lines),
                // The lines are stored, and the alarm folds them.
                Err(error) => log.push(not_folded(&error)),
            }
        }
        Ok(log)
    }

    /// Stores a journal, and folds it if it is large.
    fn store(&self, journal: &Journal) -> Result<Vec<String>, StoreError> {
        if journal.bytes() > MAX_JOURNAL {
            let journals = Journals { readable: vec![journal.clone()], ..Journals::default() };
            return fold::fold(self.storage, journals, self.now);
        }
        self.storage.write(&[journal.put()?])?;
        Ok(Vec::new())
    }
}

fn not_folded(error: &StoreError) -> String {
    format!("statistics were not folded: {error}")
}
