//! The documents that segments are folded into: the clicks of a link, a domain or a tag in one UTC month.

use std::collections::BTreeMap;

use crate::model::clicks::Clicks;
use crate::model::stats::{ClickEvent, Day, DayCounts, Detail};
use crate::store::ledger::{MAX_RECENT, MonthDocument};
use crate::store::ports::StoreError;
use crate::store::segments::stored;
use crate::store::segments::{KeptEvent, Segment, Slice};

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
                let mut shown = ClickEvent { coupon: None, ..event.clone() };
                // The order in which they are read from the store: a part that is folded again must not differ.
                shown.values.sort_by_key(|(dimension, _)| dimension.name());
                part.recent.push(shown);
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
        // Without such parts nothing is to be noted, so the document need not be written.
        if self.parts.keys().next().is_none_or(|(segment, _)| *segment >= end) {
            self.limit_recent();
            return;
        }
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

    /// The failed visits of a segment that is not sealed.
    pub(crate) fn failed_of(&self, segment: Segment) -> u64 {
        let parts = self.parts.iter().filter(|((known, _), _)| *known == segment);
        parts.map(|(_, part)| part.counts.total_failed()).fold(0, u64::saturating_add)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::stats::VisitorClick;
    use crate::store::segments::{LinkTotal, TotalPart};

    fn segment(number: u32) -> Segment {
        Segment::stored(number.saturating_add(2_983_247))
    }

    fn events(number: usize) -> Vec<KeptEvent> {
        let event = || KeptEvent::new(VisitorClick::example("lnk_1", segment(0).start()).into_event(None)).unwrap();
        (0..number).map(|_| event()).collect()
    }

    /// Both documents, with the same parts.
    #[derive(Default)]
    struct Both(SegmentedMonth, LinkTotal);

    impl Both {
        /// Replaces a slice with `clicks` clicks of a listing of `keys` keys. Returns how many clicks there are in all.
        fn replace(&mut self, number: u32, slice: &str, clicks: usize, keys: u32) -> u64 {
            let (events, slice) = (events(clicks), Slice::stored(slice.to_owned()));
            self.0.replace(segment(number), &slice, MonthPart::new(&events, Detail::Link, keys));
            self.1.replace(segment(number), &slice, TotalPart::new(&events, keys));
            self.humans()
        }

        fn seal(&mut self, number: u32) -> u64 {
            self.0.seal(segment(number));
            self.1.seal(segment(number));
            self.humans()
        }

        fn humans(&self) -> u64 {
            let month: u64 = self.0.days().map(|(_, counts)| counts.total().humans).sum();
            assert_eq!(month, self.1.totals().clicks.humans);
            assert!(SegmentedMonth::decode(self.0.encode().unwrap().as_bytes()).as_ref() == Ok(&self.0), "it is read back");
            assert!(LinkTotal::decode(self.1.encode().unwrap().as_bytes()).as_ref() == Ok(&self.1), "it is read back");
            month
        }
    }

    #[test]
    fn part_is_replaced_by_a_listing_of_as_many_keys() {
        let mut both = Both::default();
        for (clicks, keys, expected) in [(3, 5, 3), (3, 5, 3), (2, 5, 2), (1, 4, 2), (4, 6, 4)] {
            assert_eq!(both.replace(0, "", clicks, keys), expected, "{clicks} of {keys} keys");
        }
        assert_eq!(both.replace(1, "", 1, 1), 5);
    }

    #[test]
    fn divided_slice_is_replaced_by_its_parts() {
        let mut both = Both::default();
        both.replace(0, "", 9, 9);
        assert_eq!(both.replace(0, "lnk_1", 4, 4), 4);
        assert_eq!(both.replace(0, "lnk_2", 6, 6), 10);
        assert_eq!(both.replace(0, "", 9, 99), 10, "a slice is not put together again");
        assert_eq!(both.replace(0, "lnk_2a", 1, 1), 5);
    }

    #[test]
    fn sealed_segment_never_changes() {
        let mut both = Both::default();
        both.replace(0, "", 3, 3);
        both.replace(1, "", 2, 2);
        assert_eq!((both.seal(1), both.0.parts.len(), both.1.parts.len()), (5, 1, 1));
        assert_eq!(both.replace(0, "", 4, 4), 5);
        assert_eq!(both.seal(0), 5);
        assert_eq!(both.replace(0, "", 4, 4), 5, "it stays sealed");
        assert_eq!((both.seal(9), both.0.parts.len()), (5, 0));
        assert_eq!(both.0.recent().count(), 5);
    }

    #[test]
    fn only_the_latest_clicks_are_kept() {
        let mut both = Both::default();
        for number in 0..30 {
            both.replace(number, "", 10, 10);
        }
        both.seal(15);
        let event = events(1).remove(0);
        let at = |number: u32| KeptEvent { event: ClickEvent { at: segment(number).start(), ..event.event.clone() }, tags: Vec::new() };
        let mut document = SegmentedMonth::default();
        for number in 0..140 {
            document.replace(segment(number), &Slice::default(), MonthPart::new(&[at(number)], Detail::Link, 1));
        }
        document.seal(segment(20));
        let recent: Vec<_> = document.recent().map(|event| event.at).collect();
        assert_eq!((recent.len(), recent.into_iter().min()), (MAX_RECENT, Some(segment(40).start())));
    }
}
