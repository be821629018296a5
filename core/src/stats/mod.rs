//! Click statistics: clicks are buffered in the isolate and read from the ledger. Background work sends them.
//!
//! * [`buffer`] keeps the clicks of about a second
//! * [`ledger`] reads the shards of all generations and adds up their replies
//! * [`read`] is what the API asks, on any edge

mod buffer;
pub(crate) mod ledger;
mod read;

pub(crate) use buffer::{ClickBuffer, FlushTask, FullBuffer};
pub(crate) use read::{Exactness, PeriodReport, counters, exactness, promise, recent, report};
