//! Units of time in which statistics are kept, all in UTC: days, months, and quarter hours of a day.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::model::time::Timestamp;

pub(crate) const MILLIS_OF_A_QUARTER: u64 = 15 * 60 * 1_000;
pub(crate) const MILLIS_OF_A_DAY: u64 = 24 * 60 * 60 * 1_000;

const HOURS_OF_A_DAY: i64 = 24;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// A day in UTC, as days since 1970. The last one is the last day of the year 9999; a later day becomes that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(u32);

impl Day {
    /// 9999-12-31.
    pub(crate) const LAST: Self = Self(2_932_896);

    pub(crate) fn from_number(days_since_1970: u32) -> Self {
        Self(days_since_1970).min(Self::LAST)
    }

    /// The day that contains `moment`.
    pub(crate) fn of(moment: Timestamp) -> Self {
        let days = moment.as_millis().checked_div(MILLIS_OF_A_DAY).unwrap_or_default();
        Self::from_number(u32::try_from(days).unwrap_or(u32::MAX))
    }

    /// Days since 1970, the stored form.
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// The first moment of the day.
    pub(crate) fn start(self) -> Timestamp {
        Timestamp::from_millis(u64::from(self.0).saturating_mul(MILLIS_OF_A_DAY))
    }

    pub(crate) fn next(self) -> Self {
        self.plus(1)
    }

    /// The day `days` days later.
    pub(crate) fn plus(self, days: u32) -> Self {
        Self::from_number(self.0.saturating_add(days))
    }

    /// The day `days` days earlier, at the earliest 1970-01-01.
    pub(crate) fn minus(self, days: u32) -> Self {
        Self(self.0.saturating_sub(days))
    }

    /// The month that contains the day.
    pub(crate) fn month(self) -> Month {
        Month::of_date(self.date())
    }

    fn of_date(date: Date) -> Self {
        let days = date.duration_since(EPOCH).as_hours().checked_div(HOURS_OF_A_DAY).unwrap_or_default();
        Self::from_number(u32::try_from(days).unwrap_or_default())
    }

    fn date(self) -> Date {
        let since_epoch = SignedDuration::from_hours(i64::from(self.0).saturating_mul(HOURS_OF_A_DAY));
        EPOCH.checked_add(since_epoch).unwrap_or(Date::MAX)
    }
}

/// `2026-11-01`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

/// A month in UTC. The first is January 1970, the last December 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month {
    year: i16,
    /// From 1 to 12.
    month: i8,
}

impl Month {
    const FIRST: Self = Self { year: 1970, month: 1 };
    const LAST: Self = Self { year: 9999, month: 12 };

    /// The month that contains `moment`.
    pub(crate) fn of(moment: Timestamp) -> Self {
        Day::of(moment).month()
    }

    pub(crate) fn next(self) -> Self {
        self.moved(1)
    }

    /// The month `months` months later, at the latest December 9999.
    pub(crate) fn plus(self, months: u32) -> Self {
        self.moved(i64::from(months))
    }

    /// The first day of the month.
    pub(crate) fn first_day(self) -> Day {
        Day::of_date(Date::new(self.year, self.month, 1).unwrap_or(EPOCH))
    }

    /// The month `months` months earlier, at the earliest January 1970.
    pub(crate) fn minus(self, months: u32) -> Self {
        self.moved(i64::from(months).saturating_neg())
    }

    fn of_date(date: Date) -> Self {
        Self { year: date.year(), month: date.month() }
    }

    fn moved(self, months: i64) -> Self {
        let number = i64::from(self.year).saturating_mul(12).saturating_add(i64::from(self.month)).saturating_sub(1).saturating_add(months);
        let (year, month) = (i16::try_from(number.div_euclid(12)), i8::try_from(number.rem_euclid(12).saturating_add(1)));
        match (year, month) {
            (Ok(year), Ok(month)) => Self { year, month }.clamp(Self::FIRST, Self::LAST),
            _ if months < 0 => Self::FIRST,
            _ => Self::LAST,
        }
    }
}

/// `2026-11`.
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// A quarter hour of a day in UTC, from 0 to 95.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quarter(u8);

impl Quarter {
    /// Quarter hours of a day.
    pub(crate) const COUNT: u8 = 96;

    /// Wraps a number that was read from the store. `None` if a day has no such quarter hour.
    pub(crate) fn stored(number: u8) -> Option<Self> {
        (number < Self::COUNT).then_some(Self(number))
    }

    /// The quarter hour that contains `moment`.
    pub(crate) fn of(moment: Timestamp) -> Self {
        let quarters = moment.as_millis().checked_div(MILLIS_OF_A_QUARTER).unwrap_or_default();
        Self(u8::try_from(quarters.checked_rem(Self::COUNT.into()).unwrap_or_default()).unwrap_or_default())
    }

    /// The position in the day, the stored form.
    pub(crate) fn number(self) -> u8 {
        self.0
    }

    /// The first moment of the quarter hour on `day`.
    pub(crate) fn start(self, day: Day) -> Timestamp {
        let since_midnight = u64::from(self.0).saturating_mul(MILLIS_OF_A_QUARTER);
        Timestamp::from_millis(day.start().as_millis().saturating_add(since_midnight))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn moments_have_a_utc_day_month_and_quarter() {
        for (moment, day, month, quarter) in [
            ("1970-01-01T00:00:00Z", "1970-01-01", "1970-01", 0),
            ("1970-01-01T00:14:59.999Z", "1970-01-01", "1970-01", 0),
            ("1970-01-01T00:15:00Z", "1970-01-01", "1970-01", 1),
            ("2026-11-21T08:00:00Z", "2026-11-21", "2026-11", 32),
            ("2026-11-01T00:59:59+01:00", "2026-10-31", "2026-10", 95),
            ("2028-02-29T23:45:00Z", "2028-02-29", "2028-02", 95),
            ("9999-12-31T23:59:59.999Z", "9999-12-31", "9999-12", 95),
        ] {
            let moment = at(moment);
            let units = (Day::of(moment).to_string(), Month::of(moment).to_string(), Quarter::of(moment).number());
            assert_eq!(units, (day.into(), month.into(), quarter), "{moment}");
            let start = Quarter::of(moment).start(Day::of(moment));
            assert!(start <= moment && moment.millis_since(start) < MILLIS_OF_A_QUARTER, "{moment}");
        }
    }

    #[test]
    fn days_after_9999_become_its_last() {
        for day in [Day::of(Timestamp::from_millis(u64::MAX)), Day::from_number(u32::MAX), Day::LAST.next(), Day::LAST.plus(u32::MAX)] {
            assert_eq!((day, day.to_string().as_str()), (Day::LAST, "9999-12-31"));
        }
        assert_eq!(Month::of(Timestamp::from_millis(u64::MAX)).to_string(), "9999-12");
        assert_eq!(Day::from_number(3).minus(4).to_string(), "1970-01-01");
    }

    #[test]
    fn every_day_round_trips_and_follows_its_predecessor() {
        let mut previous: Option<Day> = None;
        for number in (0..80_000).chain(Day::LAST.number() - 1_000..=Day::LAST.number()) {
            let day = Day::from_number(number);
            assert_eq!(Day::of(day.start()), day);
            assert_eq!(Day::of(Timestamp::from_millis(day.start().as_millis() + MILLIS_OF_A_DAY - 1)), day);
            if let Some(previous) = previous.filter(|previous| previous.number() + 1 == number) {
                assert_eq!((previous.next(), day.to_string().ends_with("-01")), (day, day.month() != previous.month()), "{day}");
            }
            previous = Some(day);
        }
    }

    #[test]
    fn months_move_across_years_and_stop_at_the_ends() {
        let month = |text: &str| Month::of(at(&format!("{text}-15T00:00:00Z")));
        for (start, back, expected) in [
            ("2026-11", 0, "2026-11"),
            ("2026-11", 10, "2026-01"),
            ("2026-11", 11, "2025-12"),
            ("2026-11", 24, "2024-11"),
            ("1970-02", 1, "1970-01"),
            ("1970-02", 2, "1970-01"),
            ("2026-11", u32::MAX, "1970-01"),
        ] {
            assert_eq!(month(start).minus(back), month(expected), "{start} {back}");
        }
        assert!(month("2025-12") < month("2026-01") && month("2026-01") < month("2026-02"));
    }

    #[test]
    fn stored_quarters_are_in_a_day() {
        assert_eq!((Quarter::stored(95).map(Quarter::number), Quarter::stored(96)), (Some(95), None));
    }
}
