//! Click statistics in records, on an edge without a ledger.
//!
//! * [`count`] stores one key for each click, and then folds a segment if one is due
//! * [`log`] writes them to a log endpoint instead, and [`mod@ingest`] counts the log lines
//! * [`mod@fold`] folds segments into documents
//! * [`read`] answers from documents and from the keys of segments that are not folded yet
//!
//! Documents are about a link and a month, a domain and a month, or a tag, a domain and a month. Folding a segment
//! writes all of them, so each document has one writer at a time and its part of a segment is replaced as a whole. A
//! second level, from links to domains, would have to read the documents of all links. Domains inside the documents of
//! links would have to be read from as many documents as a domain has links.

mod count;
mod erase;
mod fold;
mod ingest;
mod log;
mod read;
mod salts;
mod segment_clicks;
#[cfg(test)]
mod tests;

use std::pin::Pin;

use crate::store::ports::{Edge, StoreError};

pub(crate) use count::{count_click, work_after_click};
pub(crate) use erase::erase;
pub(crate) use fold::{Folded, Folding, MAX_RATE, fold};
pub(crate) use ingest::ingest;
pub(crate) use log::{log_click, log_failed};
pub(crate) use read::{recent, report, totals};
pub(crate) use salts::ensure_salts;

/// The work of an edge without a ledger. The constant and the box keep it out of the module of an edge that always has
/// one.
pub(crate) fn without_ledger<'a, E, T, F>(work: impl FnOnce() -> F) -> Pin<Box<dyn Future<Output = Result<T, StoreError>> + 'a>>
where
    E: Edge,
    T: 'a,
    F: Future<Output = Result<T, StoreError>> + 'a,
{
    if E::ALWAYS_HAS_LEDGER {
        return Box::pin(std::future::ready(Err(StoreError::Unavailable("this edge has a ledger".into()))));
    }
    Box::pin(work())
}
