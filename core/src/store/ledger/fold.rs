//! Folding: the batches of journals are merged into month documents.

use std::collections::BTreeMap;

use crate::model::stats::Month;
use crate::model::time::Timestamp;
use crate::store::ledger::document::MonthDocument;
use crate::store::ledger::erased::ErasedLinks;
use crate::store::ledger::journal::Journals;
use crate::store::ledger::retention::KeptTotals;
use crate::store::ledger::{Batch, ShardRow, ShardStorage, ShardWrite, subject};
use crate::store::ports::StoreError;

/// The key of the row with the number of dropped batches.
pub(super) const DROPPED: &str = "dropped";

/// The prefix of documents and journals that could not be read and were put aside.
pub(super) const UNREADABLE: &str = "unreadable/";

/// The documents that the batches of some journals change.
struct Fold<'a, S> {
    storage: &'a S,
    documents: BTreeMap<String, MonthDocument>,
    erased: ErasedLinks,
    totals: KeptTotals,
    dropped: u64,
    writes: Vec<ShardWrite>,
    log: Vec<String>,
}

/// Folds `journals` in one transaction. Returns lines for the log.
pub(super) fn fold(storage: &impl ShardStorage, journals: Journals, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let erased = ErasedLinks::load(storage)?;
    let writes = erased.forget(now).collect();
    let (documents, totals) = (BTreeMap::new(), KeptTotals::default());
    let mut fold = Fold { storage, documents, erased, totals, dropped: 0, writes, log: Vec::new() };
    for (key, row) in journals.unreadable {
        fold.writes.push(ShardWrite::Delete(key.clone()));
        fold.put_aside(&key, row)?;
    }
    for journal in &journals.readable {
        let (batches, unreadable) = journal.batches();
        for batch in &batches {
            fold.add(batch)?;
        }
        if !unreadable.is_empty() {
            fold.put_aside(&journal.key(), ShardRow { summary: String::new(), body: unreadable.join("\n") })?;
        }
    }
    let Fold { documents, totals, dropped, mut writes, log, .. } = fold;
    for (key, mut document) in documents {
        document.limit_recent();
        writes.push(ShardWrite::Put(key, document.encode()?));
    }
    writes.extend(totals.writes()?);
    if dropped > 0 {
        let summary = load_dropped(storage)?.saturating_add(dropped).to_string();
        writes.push(ShardWrite::Put(DROPPED.into(), ShardRow { summary, body: String::new() }));
    }
    for journal in journals.readable {
        writes.extend(journal.clear(now)?);
    }
    if !writes.is_empty() {
        storage.write(&writes)?;
    }
    Ok(log)
}

/// How many batches were dropped in all, by folded journals.
pub(super) fn load_dropped(storage: &impl ShardStorage) -> Result<u64, StoreError> {
    Ok(storage.get(DROPPED)?.and_then(|row| row.summary.parse().ok()).unwrap_or_default())
}

impl<S: ShardStorage> Fold<'_, S> {
    fn add(&mut self, batch: &Batch) -> Result<(), StoreError> {
        for event in &batch.events {
            let month = Month::of(event.at);
            let link = (!self.erased.contains(&event.link)).then(|| subject::of_link(&event.link));
            let domain = subject::of_domain(event.domain.as_str());
            let tags = event.tags.iter().map(|tag| subject::of_tag(tag, &event.domain));
            for prefix in link.into_iter().chain([domain]).chain(tags) {
                let detail = subject::detail_of(&prefix);
                self.document(&prefix, month)?.add(event, detail);
            }
        }
        for failed in &batch.failed {
            self.document(&subject::of_domain(&failed.domain), Month::of(failed.at))?.add_failed(failed);
        }
        self.dropped = self.dropped.saturating_add(batch.dropped);
        Ok(())
    }

    /// The document of a month, which is new if there is none. One that cannot be read is put aside: it must not keep
    /// the journals from being folded. Its totals are kept.
    fn document(&mut self, prefix: &str, month: Month) -> Result<&mut MonthDocument, StoreError> {
        let key = format!("{prefix}{month}");
        if !self.documents.contains_key(&key) {
            let row = self.storage.get(&key)?;
            let document = match row.as_ref().map(MonthDocument::decode) {
                Some(Ok(document)) => document,
                Some(Err(_)) => {
                    let row = row.unwrap_or_default();
                    self.totals.add(self.storage, &key, &row.summary)?;
                    self.put_aside(&key, row)?;
                    MonthDocument::default()
                }
                None => MonthDocument::default(),
            };
            self.documents.insert(key.clone(), document);
        }
        Ok(self.documents.entry(key).or_default())
    }

    /// Keeps a row that cannot be read under another key, with what was put aside there before.
    fn put_aside(&mut self, key: &str, row: ShardRow) -> Result<(), StoreError> {
        let aside = format!("{UNREADABLE}{key}");
        self.log.push(format!("the statistics at {key} cannot be read and were moved to {aside}"));
        let body = match self.storage.get(&aside)? {
            Some(earlier) if !earlier.body.is_empty() => [earlier.body, row.body].join("\n"),
            _ => row.body,
        };
        self.writes.push(ShardWrite::Put(aside, ShardRow { summary: row.summary, body }));
        Ok(())
    }
}
