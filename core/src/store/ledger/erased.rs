//! Erased links: their documents are deleted, and events that arrive later are not counted for the link.

use std::collections::BTreeMap;

use crate::model::link::LinkId;
use crate::model::time::Timestamp;
use crate::store::ledger::click_line::MAX_AGE_MILLIS;
use crate::store::ledger::journal::Journals;
use crate::store::ledger::{ShardRow, ShardStorage, ShardWrite, fold, subject};
use crate::store::ports::StoreError;

/// The prefix of the rows that name an erased link.
const PREFIX: &str = "erased/";

/// How long an erased link is remembered: an hour longer than the log line of a click is accepted.
const REMEMBERED_MILLIS: u64 = MAX_AGE_MILLIS + 60 * 60 * 1_000;

/// The links that were erased recently, and when.
pub(super) struct ErasedLinks(BTreeMap<String, u64>);

impl ErasedLinks {
    pub(super) fn load(storage: &impl ShardStorage) -> Result<Self, StoreError> {
        let rows = storage.summaries(PREFIX)?.into_iter();
        let links = rows.map(|(key, at)| (key.strip_prefix(PREFIX).unwrap_or_default().to_owned(), at.parse().unwrap_or_default()));
        Ok(Self(links.collect()))
    }

    pub(super) fn contains(&self, link: &LinkId) -> bool {
        self.0.contains_key(link.as_str())
    }

    /// The writes that forget the links that were erased long ago.
    pub(super) fn forget(&self, now: Timestamp) -> impl Iterator<Item = ShardWrite> {
        let old = self.0.iter().filter(move |(_, at)| now.as_millis() > at.saturating_add(REMEMBERED_MILLIS));
        old.map(|(link, _)| ShardWrite::Delete(format!("{PREFIX}{link}")))
    }
}

/// Deletes what is kept of a link. The journals are folded first, because they may have clicks of the link.
pub(super) fn erase(storage: &impl ShardStorage, link: &LinkId, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let log = fold::fold(storage, Journals::load(storage)?, now)?;
    let of_link = subject::of_link(link);
    let mut rows = storage.summaries(&of_link)?;
    rows.extend(storage.summaries(&format!("{}{of_link}", fold::UNREADABLE))?);
    let documents = rows.into_iter().map(|(key, _)| ShardWrite::Delete(key));
    let row = ShardRow { summary: now.as_millis().to_string(), body: String::new() };
    let writes: Vec<_> = documents.chain([ShardWrite::Put(format!("{PREFIX}{link}"), row)]).collect();
    storage.write(&writes)?;
    Ok(log)
}
