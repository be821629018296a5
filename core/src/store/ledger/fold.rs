//! Folding: the batches of journals are merged into month documents.

use std::collections::BTreeMap;

use crate::model::stats::{ClickEvent, Month};
use crate::model::time::Timestamp;
use crate::store::ledger::batch::FailedVisit;
use crate::store::ledger::document::MonthDocument;
use crate::store::ledger::erased::ErasedLinks;
use crate::store::ledger::journal::Journals;
use crate::store::ledger::retention::KeptTotals;
use crate::store::ledger::{Batch, ShardRow, ShardStorage, ShardWrite, subject};
use crate::store::ports::StoreError;

/// The key of the row with the number of dropped batches.
pub(super) const DROPPED: &str = "dropped";

/// The prefix of documents and journals that could not be read and were put aside. The rest of the key is that of the
/// row, and when it was put aside.
pub(super) const UNREADABLE: &str = "unreadable/";

/// Folds `journals`, some of them in each transaction: the documents of one transaction are all in memory. Returns lines
/// for the log.
pub(super) fn fold(storage: &impl ShardStorage, journals: Journals, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let erased = ErasedLinks::load(storage)?;
    let mut log = Vec::new();
    for group in journals.into_groups() {
        log.extend(Fold::new(storage, &erased, now).run(group)?);
    }
    Ok(log)
}

/// Folding in one transaction.
struct Fold<'a, S> {
    storage: &'a S,
    now: Timestamp,
    erased: &'a ErasedLinks,
    totals: KeptTotals,
    writes: Vec<ShardWrite>,
    log: Vec<String>,
}

/// What is counted in a document.
#[derive(Clone, Copy)]
enum Counted<'a> {
    Click(&'a ClickEvent),
    Failed(&'a FailedVisit),
}

/// How many batches were dropped in all, by folded journals.
pub(super) fn load_dropped(storage: &impl ShardStorage) -> Result<u64, StoreError> {
    Ok(storage.get(DROPPED)?.and_then(|row| row.summary.parse().ok()).unwrap_or_default())
}

impl<'a, S: ShardStorage> Fold<'a, S> {
    fn new(storage: &'a S, erased: &'a ErasedLinks, now: Timestamp) -> Self {
        let writes = erased.forget(now).collect();
        Self { storage, now, erased, totals: KeptTotals::default(), writes, log: Vec::new() }
    }

    /// Folds `journals`. Returns lines for the log.
    fn run(mut self, journals: Journals) -> Result<Vec<String>, StoreError> {
        for (key, row) in journals.unreadable {
            self.writes.push(ShardWrite::Delete(key.clone()));
            self.put_aside(&key, row);
        }
        let mut all = Vec::new();
        for journal in &journals.readable {
            let (batches, unreadable) = journal.batches();
            all.extend(batches);
            if !unreadable.is_empty() {
                self.put_aside(&journal.key(), ShardRow { summary: String::new(), body: unreadable.join("\n") });
            }
        }
        for (key, counted) in self.by_document(&all) {
            self.write_document(&key, &counted)?;
        }
        let dropped = all.iter().map(|batch| batch.dropped).fold(0, u64::saturating_add);
        if dropped > 0 {
            let summary = load_dropped(self.storage)?.saturating_add(dropped).to_string();
            self.writes.push(ShardWrite::Put(DROPPED.into(), ShardRow { summary, body: String::new() }));
        }
        self.writes.extend(self.totals.writes()?);
        for journal in journals.readable {
            self.writes.extend(journal.clear(self.now)?);
        }
        if !self.writes.is_empty() {
            self.storage.write(&self.writes)?;
        }
        Ok(self.log)
    }

    /// What these batches count in each document.
    fn by_document<'b>(&self, batches: &'b [Batch]) -> BTreeMap<String, Vec<Counted<'b>>> {
        let mut documents = BTreeMap::<String, Vec<Counted<'b>>>::new();
        let mut count = |prefix: String, month: Month, counted| documents.entry(format!("{prefix}{month}")).or_default().push(counted);
        for batch in batches {
            for event in &batch.events {
                let link = (!self.erased.contains(&event.link)).then(|| subject::of_link(&event.link));
                let domain = subject::of_domain(event.domain.as_str());
                let tags = event.tags.iter().map(|tag| subject::of_tag(tag, &event.domain));
                for prefix in link.into_iter().chain([domain]).chain(tags) {
                    count(prefix, Month::of(event.at), Counted::Click(event));
                }
            }
            for failed in &batch.failed {
                count(subject::of_domain(&failed.domain), Month::of(failed.at), Counted::Failed(failed));
            }
        }
        documents
    }

    /// Counts in the document at `key`, which is new if there is none. One that cannot be read is put aside: it must not
    /// keep the journals from being folded. Its totals are kept.
    fn write_document(&mut self, key: &str, counted: &[Counted<'_>]) -> Result<(), StoreError> {
        let row = self.storage.get(key)?;
        let mut document = match row.as_ref().map(MonthDocument::decode) {
            Some(Ok(document)) => document,
            Some(Err(_)) => {
                let row = row.unwrap_or_default();
                self.totals.add(self.storage, key, &row.summary)?;
                self.put_aside(key, row);
                MonthDocument::default()
            }
            None => MonthDocument::default(),
        };
        let detail = subject::detail_of(key);
        for counted in counted {
            match counted {
                Counted::Click(event) => document.add(event, detail),
                Counted::Failed(failed) => document.add_failed(failed),
            }
        }
        document.limit_recent();
        self.writes.push(ShardWrite::Put(key.to_owned(), document.encode()?));
        Ok(())
    }

    /// Keeps a row that cannot be read under another key.
    fn put_aside(&mut self, key: &str, row: ShardRow) {
        let aside = format!("{UNREADABLE}{key}/{}", self.now.as_millis());
        self.log.push(format!("the statistics at {key} cannot be read and were moved to {aside}"));
        self.writes.push(ShardWrite::Put(aside, row));
    }
}
