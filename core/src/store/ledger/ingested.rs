//! Ingested batches: which log lines a shard has merged. They are remembered as long as their lines are accepted.

use crate::model::time::Timestamp;
use crate::store::ledger::click_line::MAX_AGE_MILLIS;
use crate::store::ledger::{ShardRow, ShardStorage, ShardWrite};
use crate::store::ports::StoreError;

/// The prefix of the rows that name a batch.
const PREFIX: &str = "ingested/";

/// The row with the hour in which old batches were forgotten last, and where to go on; nowhere if all were looked at.
const SWEPT: &str = "ingested-swept";

/// How many rows are looked at in one step.
const STEP: usize = 1_000;

const HOUR_MILLIS: u64 = 60 * 60 * 1_000;

/// How long a batch is remembered: as long as its lines are accepted, and an hour for clocks that differ.
const REMEMBERED_MILLIS: u64 = MAX_AGE_MILLIS + HOUR_MILLIS;

/// Whether a batch was merged.
pub(super) fn is_known(storage: &impl ShardStorage, name: &str) -> Result<bool, StoreError> {
    Ok(storage.get(&key(name))?.is_some())
}

/// The write that notes that a batch is merged.
pub(super) fn mark(name: &str, now: Timestamp) -> ShardWrite {
    ShardWrite::Put(key(name), ShardRow { summary: now.as_millis().to_string(), body: String::new() })
}

/// Forgets old batches, once an hour. Looks at some rows at a time. Returns whether there are more.
pub(super) fn forget(storage: &impl ShardStorage, now: Timestamp) -> Result<bool, StoreError> {
    let hour = now.as_millis().checked_div(HOUR_MILLIS).unwrap_or_default().to_string();
    let position = match storage.get(SWEPT)?.filter(|row| row.summary == hour) {
        Some(row) if row.body.is_empty() => return Ok(false),
        Some(row) => row.body,
        None => PREFIX.to_owned(),
    };
    let mut rows = storage.page(&position, STEP)?;
    rows.retain(|(key, _)| key.starts_with(PREFIX));
    if rows.is_empty() && position == PREFIX {
        return Ok(false);
    }
    let next = if rows.len() < STEP { String::new() } else { rows.last().map(|(key, _)| key.clone()).unwrap_or_default() };
    let has_more = !next.is_empty();
    let is_old = |at: &str| now.as_millis() > at.parse::<u64>().unwrap_or_default().saturating_add(REMEMBERED_MILLIS);
    let mut writes: Vec<_> = rows.into_iter().filter(|(_, at)| is_old(at)).map(|(key, _)| ShardWrite::Delete(key)).collect();
    writes.push(ShardWrite::Put(SWEPT.into(), ShardRow { summary: hour, body: next }));
    storage.write(&writes)?;
    Ok(has_more)
}

fn key(name: &str) -> String {
    format!("{PREFIX}{name}")
}
