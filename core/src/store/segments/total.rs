//! The totals of a link: all its clicks, and those of people by day for the latest days.

use std::collections::BTreeMap;

use crate::model::clicks::Clicks;
use crate::model::stats::Day;
use crate::store::ledger::LinkTotals;
use crate::store::ports::StoreError;
use crate::store::segments::document::has_better;
use crate::store::segments::stored;
use crate::store::segments::{KeptEvent, Segment, Slice};

/// Number of days that are kept one by one.
const DAYS: usize = 8;

/// The totals of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LinkTotal {
    /// The clicks of sealed segments.
    pub(crate) clicks: Clicks,
    /// Clicks of people in sealed segments, by day.
    pub(crate) days: BTreeMap<Day, u64>,
    /// The clicks of segments that may be folded again.
    pub(crate) parts: BTreeMap<(Segment, Slice), TotalPart>,
    /// The first segment that is not sealed.
    pub(crate) sealed: Segment,
    /// Whether the link was erased. Its clicks are not folded any more.
    pub(crate) is_erased: bool,
}

/// The clicks of one slice of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TotalPart {
    pub(crate) clicks: Clicks,
    /// The number of keys of the slice when it was listed.
    pub(crate) keys: u32,
}

impl TotalPart {
    /// The part that these events make. `keys` is the number of all keys of the slice.
    pub(crate) fn new<'e>(events: impl IntoIterator<Item = &'e KeptEvent>, keys: u32) -> Self {
        let mut clicks = Clicks::default();
        events.into_iter().for_each(|kept| clicks.add(kept.event.kind, 1));
        Self { clicks, keys }
    }
}

impl LinkTotal {
    pub(crate) fn decode(value: &[u8]) -> Result<Self, StoreError> {
        stored::read_total(value)
    }

    pub(crate) fn encode(&self) -> Result<String, StoreError> {
        stored::write_total(self)
    }

    /// Replaces the clicks of a slice, as [`SegmentedMonth::replace`](super::SegmentedMonth::replace) does.
    pub(crate) fn replace(&mut self, segment: Segment, slice: &Slice, part: TotalPart) {
        let known = self.parts.iter().map(|(at, known)| (at, known.keys));
        if segment < self.sealed || has_better(known, segment, slice, part.keys) {
            return;
        }
        self.parts.retain(|(known, other), _| *known != segment || !other.overlaps(slice));
        self.parts.insert((segment, slice.clone()), part);
    }

    /// Merges the parts of all segments before `end`.
    pub(crate) fn seal(&mut self, end: Segment) {
        // Without such parts nothing is to be noted, so the document need not be written.
        if self.parts.keys().next().is_none_or(|(segment, _)| *segment >= end) {
            return;
        }
        self.sealed = self.sealed.max(end);
        let open = self.parts.split_off(&(self.sealed, Slice::default()));
        for ((segment, _), TotalPart { clicks, .. }) in std::mem::replace(&mut self.parts, open) {
            self.clicks.merge(clicks);
            let humans = self.days.entry(segment.day()).or_default();
            *humans = humans.saturating_add(clicks.humans);
        }
        while self.days.len() > DAYS {
            self.days.pop_first();
        }
    }

    /// The clicks of a segment that is not sealed.
    pub(crate) fn clicks_of(&self, segment: Segment) -> Clicks {
        let mut clicks = Clicks::default();
        self.parts.iter().filter(|((known, _), _)| *known == segment).for_each(|(_, part)| clicks.merge(part.clicks));
        clicks
    }

    /// The sum of everything.
    pub(crate) fn totals(&self) -> LinkTotals {
        let mut totals = LinkTotals { clicks: self.clicks, days: self.days.clone() };
        for ((segment, _), part) in &self.parts {
            totals.add_clicks(segment.day(), part.clicks);
        }
        totals
    }
}
