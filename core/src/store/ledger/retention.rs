//! Retention: documents of old months are deleted. The totals of a link and of a domain stay, in one row for all months
//! that were deleted.

use std::collections::BTreeMap;

use crate::model::stats::Month;
use crate::model::time::Timestamp;
use crate::store::ledger::document::MonthSummary;
use crate::store::ledger::{ShardRow, ShardStorage, ShardWrite, subject};
use crate::store::ports::StoreError;

/// The row that names the month before which all documents were deleted.
const SWEPT: &str = "swept";

/// The last part of the key with the totals of deleted months. It sorts after every month.
pub(super) const BEFORE: &str = "before";

/// Limit of the documents that are deleted at once.
const MAX_DELETED: usize = 500;

/// Deletes documents that are older than `months` months, some at a time. Does nothing if this month was done. Returns
/// whether more have to be deleted.
pub(super) fn sweep(storage: &impl ShardStorage, months: u32, now: Timestamp) -> Result<bool, StoreError> {
    let oldest = Month::of(now).minus(months).to_string();
    if storage.get(SWEPT)?.is_some_and(|row| row.summary == oldest) {
        return Ok(false);
    }
    let mut old = Vec::new();
    for prefix in [subject::LINKS, subject::DOMAINS, subject::TAGS] {
        let keys = storage.summaries(prefix)?.into_iter();
        old.extend(keys.filter(|(key, _)| key.rsplit('/').next().is_some_and(|month| month != BEFORE && *month < *oldest)));
    }
    let is_last = old.len() <= MAX_DELETED;
    old.truncate(MAX_DELETED);
    let mut totals = KeptTotals::default();
    for (key, summary) in &old {
        totals.add(storage, key, summary)?;
    }
    let mut writes: Vec<ShardWrite> = old.into_iter().map(|(key, _)| ShardWrite::Delete(key)).collect();
    writes.extend(totals.writes()?);
    if is_last {
        writes.push(ShardWrite::Put(SWEPT.into(), ShardRow { summary: oldest, body: String::new() }));
    }
    storage.write(&writes)?;
    Ok(!is_last)
}

/// Totals of documents that are deleted or put aside.
#[derive(Debug, Default)]
pub(super) struct KeptTotals(BTreeMap<String, MonthSummary>);

impl KeptTotals {
    /// Keeps the totals of the document at `key`. Those of tags are not kept, nor a summary that cannot be read.
    pub(super) fn add(&mut self, storage: &impl ShardStorage, key: &str, summary: &str) -> Result<(), StoreError> {
        let Some((prefix, _)) = key.rsplit_once('/').filter(|_| !key.starts_with(subject::TAGS)) else { return Ok(()) };
        let before = format!("{prefix}/{BEFORE}");
        if !self.0.contains_key(&before) {
            let row = storage.get(&before)?.and_then(|row| MonthSummary::decode(&row.summary).ok());
            self.0.insert(before.clone(), row.unwrap_or_default());
        }
        let deleted = MonthSummary::decode(summary).unwrap_or_default();
        let total = self.0.entry(before).or_default();
        total.clicks.merge(deleted.clicks);
        total.failed.merge(deleted.failed);
        Ok(())
    }

    /// The writes that store them.
    pub(super) fn writes(self) -> Result<Vec<ShardWrite>, StoreError> {
        let put =
            |(key, total): (String, MonthSummary)| Ok(ShardWrite::Put(key, ShardRow { summary: total.encode()?, body: String::new() }));
        self.0.into_iter().map(put).collect()
    }
}
