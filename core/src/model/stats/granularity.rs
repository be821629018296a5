//! Granularity of statistics: the local hours, days, ISO weeks or months that the buckets of a period are.

use std::iter::successors;

use jiff::SignedDuration;
use jiff::civil::{Date, Time};

use crate::model::field_error::FieldError;
use crate::model::rules::Zone;
use crate::model::time::Timestamp;

const EPOCH: Date = Date::constant(1970, 1, 1);

const HOURS_OF_A_DAY: i64 = 24;
const MILLIS_OF_A_MINUTE: u64 = 60 * 1_000;
const MILLIS_OF_AN_HOUR: u64 = 60 * MILLIS_OF_A_MINUTE;

/// The unit of a bucket, from the finest to the coarsest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Granularity {
    Hour,
    Day,
    /// ISO week, which begins on Monday.
    Week,
    Month,
}

impl Granularity {
    pub(crate) const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        let known = Self::ALL.into_iter().find(|known| known.name() == text);
        known.ok_or_else(|| FieldError::invalid("granularity must be hour, day, week or month"))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The starts of the buckets from `from` until before `to`: `from` itself, then each start of a local unit.
    pub(super) fn starts(self, zone: &Zone, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Timestamp> {
        let next = move |start: &Timestamp| match self.calendar_unit() {
            Some(unit) => unit.next_start(zone, *start),
            None => Some(next_hour(zone, *start)),
        };
        successors(Some(from), next).take_while(move |start| *start < to)
    }

    /// The number of buckets from `from` until before `to`, without listing them. Hours are counted in elapsed time, so
    /// their buckets may be one more.
    pub(super) fn count(self, zone: &Zone, from: Timestamp, to: Timestamp) -> u64 {
        let Some(unit) = self.calendar_unit() else { return to.millis_since(from).div_ceil(MILLIS_OF_AN_HOUR) };
        let last = Timestamp::from_millis(to.as_millis().saturating_sub(1));
        let later = unit.number_at(zone, last).saturating_sub(unit.number_at(zone, from));
        u64::try_from(later).unwrap_or_default().saturating_add(1)
    }

    fn calendar_unit(self) -> Option<CalendarUnit> {
        match self {
            Self::Hour => None,
            Self::Day => Some(CalendarUnit::Day),
            Self::Week => Some(CalendarUnit::Week),
            Self::Month => Some(CalendarUnit::Month),
        }
    }
}

/// The end of the local hour that contains `start`. An hour of the clock that is cut short or repeated when the offset
/// changes by part of an hour is a bucket too.
fn next_hour(zone: &Zone, start: Timestamp) -> Timestamp {
    let minute = u64::try_from(zone.local(start).minute()).unwrap_or_default();
    let millis_left = 60_u64.saturating_sub(minute).saturating_mul(MILLIS_OF_A_MINUTE);
    Timestamp::from_millis(start.as_millis().saturating_add(millis_left))
}

/// A unit of the local calendar. Its units are numbered; number 0 contains 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CalendarUnit {
    Day,
    Week,
    Month,
}

impl CalendarUnit {
    /// The number of the unit that contains `moment` in the local calendar.
    pub(super) fn number_at(self, zone: &Zone, moment: Timestamp) -> i64 {
        self.number(zone.local(moment).date())
    }

    /// The moment at which a unit begins, usually at midnight. `None` before 1970 and at the end of the year 9999.
    pub(super) fn start(self, zone: &Zone, number: i64) -> Option<Timestamp> {
        zone.moment_of(self.first_date(number)?.to_datetime(Time::midnight()))
    }

    /// The first start of a unit after `moment`.
    pub(super) fn next_start(self, zone: &Zone, moment: Timestamp) -> Option<Timestamp> {
        let number = self.number_at(zone, moment);
        // If midnight is repeated, the unit after this one may have begun already.
        (1..=2).filter_map(|later| self.start(zone, number.saturating_add(later))).find(|start| *start > moment)
    }

    /// Whether a unit begins at `moment`.
    pub(super) fn begins_at(self, zone: &Zone, moment: Timestamp) -> bool {
        self.start(zone, self.number_at(zone, moment)) == Some(moment)
    }

    fn number(self, date: Date) -> i64 {
        let days = date.duration_since(EPOCH).as_hours().div_euclid(HOURS_OF_A_DAY);
        match self {
            Self::Day => days,
            // 1970-01-01 was a Thursday.
            Self::Week => days.saturating_add(3).div_euclid(7),
            Self::Month => {
                i64::from(date.year()).saturating_sub(1970).saturating_mul(12).saturating_add(date.month().into()).saturating_sub(1)
            }
        }
    }

    fn first_date(self, number: i64) -> Option<Date> {
        let after_epoch = |days: i64| EPOCH.checked_add(SignedDuration::from_hours(days.checked_mul(HOURS_OF_A_DAY)?)).ok();
        match self {
            Self::Day => after_epoch(number),
            Self::Week => after_epoch(number.checked_mul(7)?.checked_sub(3)?),
            Self::Month => {
                let year = i16::try_from(number.div_euclid(12).checked_add(1970)?).ok()?;
                let month = i8::try_from(number.rem_euclid(12).checked_add(1)?).ok()?;
                Date::new(year, month, 1).ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn granularities_have_four_names() {
        for granularity in Granularity::ALL {
            assert_eq!(Granularity::parse(granularity.name()), Ok(granularity));
        }
        for text in ["", "Day", "days", "day ", "year", "quarter", "minute"] {
            assert!(Granularity::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn calendar_units_contain_their_dates() {
        for (date, week, month) in [
            ("1970-01-01", "1969-12-29", "1970-01-01"),
            ("1969-12-28", "1969-12-22", "1969-12-01"),
            ("2026-03-01", "2026-02-23", "2026-03-01"),
            ("2026-11-29", "2026-11-23", "2026-11-01"),
            ("2026-11-30", "2026-11-30", "2026-11-01"),
            // ISO weeks: the first week of 2027 begins on 4 January.
            ("2027-01-03", "2026-12-28", "2027-01-01"),
            ("2028-02-29", "2028-02-28", "2028-02-01"),
            ("0000-12-31", "0000-12-25", "0000-12-01"),
            ("9999-12-31", "9999-12-27", "9999-12-01"),
            ("-009999-01-31", "-009999-01-29", "-009999-01-01"),
        ] {
            let first = |unit: CalendarUnit| unit.first_date(unit.number(date.parse().unwrap())).unwrap();
            let expected = [date, week, month].map(|text| text.parse::<Date>().unwrap());
            assert_eq!([CalendarUnit::Day, CalendarUnit::Week, CalendarUnit::Month].map(first), expected, "{date}");
        }
    }

    #[test]
    fn units_outside_the_calendar_have_no_start() {
        let zone = Zone::parse("UTC".into()).unwrap();
        for unit in [CalendarUnit::Day, CalendarUnit::Week, CalendarUnit::Month] {
            for number in [i64::MIN, -1_000_000_000, -1, 4_000_000, i64::MAX] {
                assert_eq!(unit.start(&zone, number), None, "{unit:?} {number}");
            }
        }
    }
}
