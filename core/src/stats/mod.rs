//! Click statistics: clicks are buffered in the isolate, sent to the ledger and read from it.
//!
//! * [`buffer`] keeps the clicks of about a second
//! * [`flush`] sends them, in background work
//! * [`ledger`] reads the shards of all generations and adds up their replies

mod buffer;
mod flush;
pub(crate) mod ledger;

pub(crate) use buffer::{ClickBuffer, FlushTask};
pub(crate) use flush::flush;

#[cfg(test)]
mod tests;
