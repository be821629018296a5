//! The stored forms of statistics on an edge without a ledger: events in key names, documents with parts, and the
//! progress of folding.

mod event;
mod month;
mod progress;
mod total;

pub(in crate::store) use event::{read_event, write_event};
pub(in crate::store) use month::{read_month, write_month};
pub(in crate::store) use progress::{read_progress, write_progress};
pub(in crate::store) use total::{read_total, write_total};
