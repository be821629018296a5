//! How many links a quota has counted: an upper bound, which a request raises before it creates links.
//!
//! * A request reserves the links that it may create by a guarded write, and gives back what it did not use. So the
//!   bound holds under simultaneous requests; a request that crashes leaves it too high.
//! * A count of the index entries of a user's links replaces the bound. It may take several requests, so the record
//!   keeps its progress. A link that is created meanwhile may be missed by the count. So what was reserved since a
//!   minute before the count began is added to it: no request runs longer, and no list of a store is staler.
//! * The links created with a key are not listed anywhere. Its bound is only raised.

use crate::model::domain::Domain;
use crate::model::time::Timestamp;
use crate::store::Cursor;

/// How long the count of a user is used before it is counted again. This finds links that came or went in other ways.
const RECOUNT_MILLIS: u64 = 24 * 60 * 60 * 1_000;

/// The shortest time between two counts. A user who has used up the quota cannot make each request count.
const LEAST_MILLIS_BETWEEN: u64 = 60 * 1_000;

/// A count that began earlier is begun anew: links that were erased since would be in it.
const MAX_MILLIS_OF_A_COUNT: u64 = 60 * 60 * 1_000;

/// Length of the spans whose reservations are kept apart. The latest two together cover at least one.
const SPAN_MILLIS: u64 = 60 * 1_000;

/// What a quota has counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LinkCount {
    /// At most this many links exist.
    pub(crate) links: u64,
    /// The moment from which the quota counts. A count for an earlier one is void.
    pub(crate) counts_from: Timestamp,
    /// When the links were last counted. `None` if they never were.
    counted_at: Option<Timestamp>,
    /// All links that were reserved since `counts_from`, without those that were given back.
    reserved: u64,
    /// The latest span with a reservation, and the links reserved in it and in the span before it.
    latest: ReservedSpans,
    /// The count that is under way.
    pub(crate) progress: Option<CountProgress>,
}

/// Reservations of the latest span and of the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReservedSpans {
    /// The number of the latest span, from 1970.
    pub(crate) span: u64,
    pub(crate) now: u64,
    pub(crate) before: u64,
}

/// Progress of a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CountProgress {
    pub(crate) began_at: Timestamp,
    /// Value of `reserved` a minute or two before the count began.
    pub(crate) reserved_before: u64,
    /// Links counted so far.
    pub(crate) counted: u64,
    /// The last domain whose links are all counted, in alphabetical order.
    pub(crate) past: Option<Domain>,
    /// Position within the domain after it.
    pub(crate) cursor: Option<Cursor>,
}

/// The parts of a count, for its stored form.
pub(crate) type LinkCountParts = (u64, Timestamp, Option<Timestamp>, u64, ReservedSpans, Option<CountProgress>);

impl LinkCount {
    /// The count of a key, or of a user before the first count.
    pub(crate) fn new(counts_from: Timestamp) -> Self {
        let (links, reserved, latest) = Default::default();
        Self { links, counts_from, counted_at: None, reserved, latest, progress: None }
    }

    pub(crate) fn from_parts((links, counts_from, counted_at, reserved, latest, progress): LinkCountParts) -> Self {
        Self { links, counts_from, counted_at, reserved, latest, progress }
    }

    pub(crate) fn to_parts(&self) -> LinkCountParts {
        (self.links, self.counts_from, self.counted_at, self.reserved, self.latest, self.progress.clone())
    }

    /// Whether the links of a user have to be counted before any may be created.
    pub(crate) fn must_be_counted(&self, now: Timestamp) -> bool {
        self.counted_at.is_none_or(|at| now.millis_since(at) >= RECOUNT_MILLIS)
    }

    /// Whether the links of a user may be counted again because the quota seems to be used up.
    pub(crate) fn may_be_counted(&self, now: Timestamp) -> bool {
        self.progress.is_some() || self.counted_at.is_none_or(|at| now.millis_since(at) >= LEAST_MILLIS_BETWEEN)
    }

    /// Reserves links.
    #[must_use]
    pub(crate) fn reserve(&self, links: u64, now: Timestamp) -> Self {
        let mut latest = self.latest_spans(now);
        latest.now = latest.now.saturating_add(links);
        Self { links: self.links.saturating_add(links), reserved: self.reserved.saturating_add(links), latest, ..self.clone() }
    }

    /// Gives back links that were reserved and not created.
    #[must_use]
    pub(crate) fn give_back(&self, links: u64, now: Timestamp) -> Self {
        let mut latest = self.latest_spans(now);
        latest.now = latest.now.saturating_sub(links);
        Self { links: self.links.saturating_sub(links), reserved: self.reserved.saturating_sub(links), latest, ..self.clone() }
    }

    /// The spans at `now`.
    fn latest_spans(&self, now: Timestamp) -> ReservedSpans {
        let span = now.as_millis().checked_div(SPAN_MILLIS).unwrap_or_default();
        match span.saturating_sub(self.latest.span) {
            // The clock of this request may be behind that of another.
            0 => self.latest,
            1 => ReservedSpans { span, now: 0, before: self.latest.now },
            _ => ReservedSpans { span, now: 0, before: 0 },
        }
    }

    /// The progress of a count: the one under way, or that of a new one.
    pub(crate) fn begin_count(&self, now: Timestamp) -> CountProgress {
        let is_recent = |progress: &CountProgress| now.millis_since(progress.began_at) < MAX_MILLIS_OF_A_COUNT;
        self.progress.clone().filter(is_recent).unwrap_or_else(|| {
            let ReservedSpans { now: latest, before, .. } = self.latest_spans(now);
            let reserved_before = self.reserved.saturating_sub(latest.saturating_add(before));
            CountProgress { began_at: now, reserved_before, counted: 0, past: None, cursor: None }
        })
    }

    /// The record while the count `progress` is under way.
    #[must_use]
    pub(crate) fn counting(&self, progress: CountProgress) -> Self {
        Self { progress: Some(progress), ..self.clone() }
    }

    /// The record after the count `progress` was completed at `now`. Links that were reserved shortly before may be
    /// listed or not. So an earlier bound stays if it is lower than with all of them, but not below what is listed.
    #[must_use]
    pub(crate) fn counted(&self, progress: &CountProgress, now: Timestamp) -> Self {
        let at_most = progress.counted.saturating_add(self.reserved.saturating_sub(progress.reserved_before));
        let links = if self.counted_at.is_some() { self.links.min(at_most).max(progress.counted) } else { at_most };
        Self { links, counted_at: Some(now), progress: None, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(seconds.saturating_mul(1_000))
    }

    fn finish(count: &LinkCount, now: u64, counted: u64) -> LinkCount {
        let progress = CountProgress { counted, ..count.begin_count(at(now)) };
        count.counted(&progress, at(now))
    }

    #[test]
    fn count_adds_what_was_reserved_within_a_minute() {
        let count = LinkCount::new(at(0)).reserve(5, at(600)).reserve(3, at(1_000)).reserve(2, at(1_019));
        // The first five are listed by now. The others may be or not.
        assert_eq!(finish(&count, 1_020, 5).links, 10);
        assert_eq!(finish(&count, 1_200, 10).links, 10, "all are listed");
    }

    #[test]
    fn reservations_during_a_count_are_added() {
        let count = LinkCount::new(at(0)).reserve(5, at(0));
        let progress = CountProgress { counted: 5, ..count.begin_count(at(600)) };
        let count = count.counting(progress.clone()).reserve(4, at(601)).give_back(1, at(602));
        let counted = count.counted(&progress, at(603));
        assert_eq!(counted.links, 8);
        assert!(!counted.may_be_counted(at(604)), "the count has ended");
    }

    #[test]
    fn count_adds_no_place_that_was_given_back() {
        let count = LinkCount::new(at(0)).reserve(5, at(0)).reserve(3, at(1_000)).give_back(2, at(1_001));
        assert_eq!(finish(&count, 1_002, 5).links, 6);
    }

    #[test]
    fn later_count_adds_no_listed_link_twice() {
        let count = finish(&LinkCount::new(at(0)), 100, 5).reserve(6, at(1_000));
        assert_eq!(finish(&count, 1_001, 11).links, 11, "all are listed");
        assert_eq!(finish(&count, 1_001, 5).links, 11, "none of the new ones is listed yet");
        assert_eq!(finish(&count, 1_001, 14).links, 14, "three were given by an admin");
        assert_eq!(finish(&count, 1_200, 2).links, 2, "nine were erased, long after the reservation");
    }

    #[test]
    fn links_are_counted_at_most_once_a_minute() {
        let count = finish(&LinkCount::new(at(0)), 100, 5);
        assert_eq!([159, 160].map(|now| count.may_be_counted(at(now))), [false, true]);
        assert_eq!([86_499, 86_500].map(|now| count.must_be_counted(at(now))), [false, true]);
        assert!(count.counting(count.begin_count(at(101))).may_be_counted(at(102)), "a count that began is completed");
        assert!(LinkCount::new(at(0)).must_be_counted(at(1)));
    }

    #[test]
    fn old_progress_is_dropped() {
        let count = LinkCount::new(at(0));
        let count = count.counting(CountProgress { counted: 7, ..count.begin_count(at(10)) });
        assert_eq!([3_609, 3_610].map(|now| count.begin_count(at(now)).counted), [7, 0]);
    }

    #[test]
    fn late_clock_changes_the_latest_span() {
        let count = LinkCount::new(at(0)).reserve(1, at(120)).reserve(1, at(119));
        assert_eq!(count.latest, ReservedSpans { span: 2, now: 2, before: 0 });
    }
}
