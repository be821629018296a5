//! Click statistics: clicks are buffered in the isolate and read from the ledger. Background work sends them. On an
//! edge without a ledger they are records.
//!
//! * [`buffer`] keeps the clicks of about a second
//! * [`ledger`] reads the shards of all generations and adds up their replies
//! * [`records`] counts and reads clicks where there is no ledger
//! * [`mod@ingest`] counts the log lines of an edge with log endpoints
//! * [`read`] is what the API asks, on any edge

mod buffer;
mod ingest;
pub(crate) mod ledger;
mod read;
pub(crate) mod records;

pub(crate) use buffer::{ClickBuffer, FlushTask, TakenClicks};
pub(crate) use ingest::Ingested;
#[cfg(feature = "docs")]
pub(crate) use ingest::MAX_ERRORS;
pub(crate) use read::{Exactness, PeriodReport, Statistics, exactness, promise};
