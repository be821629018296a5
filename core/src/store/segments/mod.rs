//! Statistics on an edge without a ledger: click events in key names, and the documents they are folded into.
//!
//! * Each click is one key ([`KeptEvent`]), in a [`Segment`] of ten minutes. Inserting it needs no compare-and-swap.
//! * The log lines of a batch that are of one segment are one record ([`SegmentBatch`]) among these keys.
//! * Folding lists the keys of a segment and *replaces* the part of this segment in each document, under a guard. So a
//!   segment may be folded again, by several requests at once, or after a crash: the documents are the same.
//! * A segment is folded ten minutes after its end. A day later it is listed again; if it has more keys than before, it
//!   is folded again. Then it is sealed: its part is merged into the days of the document.
//! * [`FoldProgress`] says which segments are folded and which are sealed.
//! * A document is about one month of a link ([`SegmentedMonth`]), a domain or a tag, or the totals of a link
//!   ([`LinkTotal`]).

mod batch;
mod document;
mod event;
mod progress;
mod segment;
mod stored;
mod total;

pub(crate) use batch::SegmentBatch;
pub(crate) use document::{MonthPart, SegmentedMonth};
pub(crate) use event::{KeptEvent, TagName};
pub(crate) use progress::{FoldPosition, FoldProgress};
pub(crate) use segment::{BATCH, DIGITS, Pass, Segment, Slice};
pub(crate) use total::{LinkTotal, TotalPart};
