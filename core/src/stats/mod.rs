//! Click statistics: clicks are buffered in the isolate, sent to the ledger and read from it.
//!
//! * [`buffer`] keeps the clicks of about a second
//! * [`flush`] sends them, in background work
//! * [`ledger`] reads the shards of all generations and adds up their replies
//! * [`read`] is what the API asks, on any edge

mod buffer;
mod flush;
pub(crate) mod ledger;
mod read;

pub(crate) use buffer::{ClickBuffer, FlushTask};
pub(crate) use flush::flush;
pub(crate) use read::{Exactness, PeriodReport, counters, exactness, promise, recent, report};
