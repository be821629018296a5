//! Click statistics: clicks are buffered in the isolate and read from the ledger. Background work sends them.
//!
//! * [`buffer`] keeps the clicks of about a second
//! * [`ledger`] reads the shards of all generations and adds up their replies

mod buffer;
pub(crate) mod ledger;

pub(crate) use buffer::{ClickBuffer, FlushTask, FullBuffer};
