//! The ledger: where clicks are merged into the documents of statistics.
//!
//! * An isolate sends [`Batch`]es of click events. A [`Shard`] acknowledges a batch after it has appended the events to
//!   the journal of their sender: one row, whatever the batch contains. The same row says which batches of the sender
//!   were applied, so a batch that arrives twice changes nothing.
//! * From time to time a shard folds its journals: it merges their events into one document for each month of a link, a
//!   domain and a tag, and empties the journals in the same transaction.
//! * Reports read documents and journals, so a click is visible as soon as its batch is acknowledged.
//!
//! A shard keeps its rows through [`ShardStorage`], which has transactions and no other writer: a Durable Object on
//! Workers.

mod batch;
pub(crate) mod click_line;
mod document;
mod erased;
mod fold;
mod ingested;
mod journal;
mod message;
mod read;
mod retention;
mod salts;
mod shard;
mod storage;
pub(in crate::store) mod stored;
mod subject;

pub(crate) use batch::{Batch, FailedVisit};
pub(crate) use document::{MAX_RECENT, MonthDocument, MonthSummary};
pub(crate) use journal::Window;
pub(crate) use message::{LedgerReply, LedgerRequest};
pub(crate) use read::{LedgerCounters, LinkTotals};
pub(crate) use salts::{LIFETIME_SECONDS as SALT_LIFETIME_SECONDS, Salt};
pub use shard::{Shard, ShardAlarm, ShardAnswer, ShardSettings};
pub use storage::{ShardRow, ShardStorage, ShardWrite};
pub(crate) use subject::Subject;

#[cfg(test)]
mod tests;
