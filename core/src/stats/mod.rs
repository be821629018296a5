//! Click statistics: clicks are buffered in the isolate and read from the ledger. Background work sends them. On an edge
//! without a ledger they are records.
//!
//! * [`buffer`] keeps the clicks of about a second
//! * [`ledger`] reads the shards of all generations and adds up their replies
//! * [`records`] counts and reads clicks where there is no ledger
//! * [`read`] is what the API asks, on any edge

mod buffer;
pub(crate) mod ledger;
mod read;
pub(crate) mod records;

pub(crate) use buffer::{ClickBuffer, FlushTask, TakenClicks};
pub(crate) use read::{Exactness, PeriodReport, Statistics, exactness, promise};
