//! Period of statistics: a range of time, divided into buckets by the local calendar of a time zone.

#[cfg(test)]
mod tests;

use super::calendar::{Day, MILLIS_OF_A_DAY};
use super::granularity::{CalendarUnit, Granularity};
use crate::model::rules::Zone;
use crate::model::time::Timestamp;

/// The times from `from` until before `to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) zone: Zone,
    pub(crate) granularity: Granularity,
    /// Starts of the buckets in order. The first is `from`; there is none if the period is empty.
    starts: Vec<Timestamp>,
}

/// One point of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) start: Timestamp,
    /// The start in RFC 3339 with the offset of the zone.
    pub(crate) label: String,
}

impl Period {
    pub(super) fn new(from: Timestamp, to: Timestamp, zone: Zone, granularity: Granularity, starts: Vec<Timestamp>) -> Self {
        Self { from, to, zone, granularity, starts }
    }

    /// The buckets in order. They cover the period without gaps.
    pub(crate) fn buckets(&self) -> Vec<Bucket> {
        self.starts.iter().map(|start| Bucket { start: *start, label: self.label(*start) }).collect()
    }

    /// A moment in RFC 3339 with the offset of the zone, as the API returns it.
    pub(crate) fn label(&self, moment: Timestamp) -> String {
        self.zone.rfc_3339(moment)
    }

    /// Whether a bucket is one whole day in UTC, so that the unique visitors of that day are those of the bucket.
    pub(crate) fn is_utc_day(&self, bucket: usize) -> bool {
        let Some(start) = self.starts.get(bucket) else { return false };
        let end = bucket.checked_add(1).and_then(|next| self.starts.get(next)).unwrap_or(&self.to);
        start.as_millis().is_multiple_of(MILLIS_OF_A_DAY) && end.millis_since(*start) == MILLIS_OF_A_DAY
    }

    /// The UTC days that begin within the period, which may be none.
    pub(crate) fn whole_days(&self) -> WholeDays {
        let first_at_or_after = |moment: Timestamp| {
            let day = Day::of(moment);
            if day.start() < moment { day.next() } else { day }
        };
        WholeDays { from: first_at_or_after(self.from), to: first_at_or_after(self.to) }
    }

    /// The period of the same length directly before. If this one consists of whole local months and is shown by the
    /// month, it has as many months. If this one consists of whole local days, it has as many days, across changes of
    /// the offset too. Otherwise it is as long in elapsed time. It begins in 1970 at the earliest, so it may be shorter.
    pub(crate) fn previous(&self) -> Self {
        let by_calendar = match self.granularity {
            Granularity::Month => self.previous_start(CalendarUnit::Month).or_else(|| self.previous_start(CalendarUnit::Day)),
            Granularity::Hour | Granularity::Day | Granularity::Week => self.previous_start(CalendarUnit::Day),
        };
        let by_elapsed_time = self.from.as_millis().saturating_sub(self.to.millis_since(self.from));
        let from = by_calendar.unwrap_or(Timestamp::from_millis(by_elapsed_time));
        let starts = self.granularity.starts(&self.zone, from, self.from).collect();
        Self::new(from, self.from, self.zone.clone(), self.granularity, starts)
    }

    /// The start of as many calendar units before the period as it has. `None` if it is not made of whole units, or if
    /// they do not exist: Samoa had no 2011-12-30.
    fn previous_start(&self, unit: CalendarUnit) -> Option<Timestamp> {
        let is_whole = unit.begins_at(&self.zone, self.from) && unit.begins_at(&self.zone, self.to);
        let [from, to] = [self.from, self.to].map(|moment| unit.number_at(&self.zone, moment));
        let number = from.saturating_sub(to.saturating_sub(from));
        unit.start(&self.zone, number).filter(|start| is_whole && *start < self.from)
    }
}

/// UTC days in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WholeDays {
    pub(crate) from: Day,
    /// The day after the last one.
    pub(crate) to: Day,
}
