//! The documents that segments are folded into: the clicks of a link, a domain or a tag in one UTC month.

use std::collections::BTreeMap;

use crate::model::clicks::Clicks;
use crate::model::stats::{ClickEvent, Day, DayCounts, Detail};
use crate::store::ledger::{MAX_RECENT, MonthDocument};
use crate::store::ports::StoreError;
use crate::store::segments::{KeptEvent, Segment, Slice};
use crate::store::stored::segments as stored;

/// The clicks of one UTC month.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SegmentedMonth {
    /// The clicks of sealed segments.
    pub(crate) month: MonthDocument,
    /// The clicks of segments that may be folded again.
    pub(crate) parts: BTreeMap<(Segment, Slice), MonthPart>,
    /// The first segment that is not sealed. Earlier ones never change.
    pub(crate) sealed: Segment,
}

/// The clicks of one slice of a segment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct MonthPart {
    pub(crate) counts: DayCounts,
    /// The latest clicks, oldest first. Only links have them.
    pub(crate) recent: Vec<ClickEvent>,
    /// The number of keys of the slice when it was listed.
    pub(crate) keys: u32,
}

impl MonthPart {
    /// The part that these events make. `keys` is the number of all keys of the slice.
    pub(crate) fn new<'e>(events: impl IntoIterator<Item = &'e KeptEvent>, detail: Detail, keys: u32) -> Self {
        let mut part = Self { keys, ..Self::default() };
        for KeptEvent { event, .. } in events {
            part.counts.add(event, detail);
            if detail == Detail::Link {
                part.recent.push(ClickEvent { coupon: None, ..event.clone() });
            }
        }
        part.recent.sort_by_key(|event| event.at);
        part.recent.drain(..part.recent.len().saturating_sub(MAX_RECENT));
        part
    }
}

/// Whether parts of a segment come from a better listing of `slice` than one that found `keys` keys. Keys are only
/// added, so a listing with more keys is newer, and a slice is divided but never put together again.
pub(super) fn has_better<'p>(
    parts: impl IntoIterator<Item = (&'p (Segment, Slice), u32)>,
    segment: Segment,
    slice: &Slice,
    keys: u32,
) -> bool {
    let is_better = |other: &Slice, known: u32| if other == slice { known > keys } else { slice.contains(other) };
    parts.into_iter().any(|((known_segment, other), known)| *known_segment == segment && is_better(other, known))
}

impl SegmentedMonth {
    pub(crate) fn decode(value: &[u8]) -> Result<Self, StoreError> {
        stored::read_month(value)
    }

    pub(crate) fn encode(&self) -> Result<String, StoreError> {
        stored::write_month(self)
    }

    /// Replaces the clicks of a slice. Nothing changes if its segment is sealed, or if a listing that found more keys
    /// was folded already.
    pub(crate) fn replace(&mut self, segment: Segment, slice: &Slice, part: MonthPart) {
        let known = self.parts.iter().map(|(at, known)| (at, known.keys));
        if segment < self.sealed || has_better(known, segment, slice, part.keys) {
            return;
        }
        self.parts.retain(|(known, other), _| *known != segment || !other.overlaps(slice));
        self.parts.insert((segment, slice.clone()), part);
    }

    /// Merges the parts of all segments before `end` into the days.
    pub(crate) fn seal(&mut self, end: Segment) {
        self.sealed = self.sealed.max(end);
        let open = self.parts.split_off(&(self.sealed, Slice::default()));
        for ((segment, _), part) in std::mem::replace(&mut self.parts, open) {
            self.month.days.entry(segment.day()).or_default().merge(&part.counts);
            self.month.recent.extend(part.recent);
        }
        self.limit_recent();
    }

    /// Leaves out latest clicks that are no longer shown.
    fn limit_recent(&mut self) {
        self.month.limit_recent();
        let mut times: Vec<_> = self.recent().map(|event| event.at).collect();
        if times.len() > MAX_RECENT {
            times.sort_unstable_by(|one, other| other.cmp(one));
            if let Some(oldest) = times.get(MAX_RECENT.saturating_sub(1)).copied() {
                self.month.recent.retain(|event| event.at >= oldest);
                self.parts.values_mut().for_each(|part| part.recent.retain(|event| event.at >= oldest));
            }
        }
    }

    /// The clicks of a segment that is not sealed.
    pub(crate) fn clicks_of(&self, segment: Segment) -> Clicks {
        let mut clicks = Clicks::default();
        let parts = self.parts.iter().filter(|((known, _), _)| *known == segment);
        parts.for_each(|(_, part)| clicks.merge(part.counts.total()));
        clicks
    }

    /// Leaves out the clicks of a segment that is not sealed.
    pub(crate) fn remove(&mut self, segment: Segment) {
        self.parts.retain(|(known, _), _| *known != segment);
    }

    /// The counts of each day, some of them in parts.
    pub(crate) fn days(&self) -> impl Iterator<Item = (Day, &DayCounts)> {
        let sealed = self.month.days.iter().map(|(day, counts)| (*day, counts));
        sealed.chain(self.parts.iter().map(|((segment, _), part)| (segment.day(), &part.counts)))
    }

    /// The latest clicks of a link, in no order.
    pub(crate) fn recent(&self) -> impl Iterator<Item = &ClickEvent> {
        self.month.recent.iter().chain(self.parts.values().flat_map(|part| &part.recent))
    }
}
