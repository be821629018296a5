//! Retention: documents of old months are deleted. The totals of a link and of a domain stay, in one row for all months
//! that were deleted.

use std::collections::BTreeMap;

use crate::model::stats::Month;
use crate::model::time::Timestamp;
use crate::store::ledger::document::MonthSummary;
use crate::store::ledger::fold::UNREADABLE;
use crate::store::ledger::{ShardRow, ShardStorage, ShardWrite, subject};
use crate::store::ports::StoreError;

/// The row with the month before which documents are deleted, and where to go on; nowhere if all rows were looked at.
const SWEPT: &str = "swept";

/// The last part of the key with the totals of deleted months. It sorts after every month.
pub(super) const BEFORE: &str = "before";

/// How many rows are looked at in one step.
const STEP: usize = 1_000;

/// Deletes documents that are older than `months` months, and rows that were put aside before. Looks at some rows at a
/// time. Does nothing if this month was done. Returns whether there are more to look at.
pub(super) fn sweep(storage: &impl ShardStorage, months: u32, now: Timestamp) -> Result<bool, StoreError> {
    let oldest = Month::of(now).minus(months).to_string();
    let position = match storage.get(SWEPT)?.filter(|row| row.summary == oldest) {
        Some(row) if row.body.is_empty() => return Ok(false),
        Some(row) => row.body,
        None => String::new(),
    };
    let mut rows = storage.page(&position, STEP)?;
    let next = if rows.len() < STEP { String::new() } else { rows.last().map(|(key, _)| key.clone()).unwrap_or_default() };
    rows.retain(|(key, _)| is_old(key, &oldest));
    let mut totals = KeptTotals::default();
    for (key, summary) in rows.iter().filter(|(key, _)| !key.starts_with(UNREADABLE)) {
        totals.add(storage, key, summary)?;
    }
    let has_more = !next.is_empty();
    let mut writes: Vec<ShardWrite> = rows.into_iter().map(|(key, _)| ShardWrite::Delete(key)).collect();
    writes.extend(totals.writes()?);
    writes.push(ShardWrite::Put(SWEPT.into(), ShardRow { summary: oldest, body: next }));
    storage.write(&writes)?;
    Ok(has_more)
}

/// Whether a row is a document of a month before `oldest`, or was put aside before that month.
fn is_old(key: &str, oldest: &str) -> bool {
    let last = key.rsplit('/').next().unwrap_or_default();
    if key.starts_with(UNREADABLE) {
        return last.parse().is_ok_and(|millis| *Month::of(Timestamp::from_millis(millis)).to_string() < *oldest);
    }
    [subject::LINKS, subject::DOMAINS, subject::TAGS].iter().any(|prefix| key.starts_with(prefix)) && *last < *oldest
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
