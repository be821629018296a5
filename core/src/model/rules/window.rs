//! Time windows: parts of the day in a time zone.

use std::fmt;

use jiff::civil::DateTime;

use super::Zone;
use crate::model::field_error::FieldError;

const MINUTES_OF_A_DAY: u16 = 24 * 60;

/// A time of day in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeOfDay(u16);

/// A window from one time of day to another, which may be on the next day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TimeWindow {
    pub(crate) from: TimeOfDay,
    /// The exclusive end.
    pub(crate) to: TimeOfDay,
    pub(crate) zone: Zone,
}

impl TimeWindow {
    /// Whether the window contains a local time.
    pub(super) fn has(&self, clock: TimeOfDay) -> bool {
        clock.after(self.from) < self.to.after(self.from)
    }

    /// Whether the window contains every moment of `other`, which is in the same time zone.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let (start, length) = (other.from.after(self.from), other.to.after(other.from));
        start.saturating_add(length) <= self.to.after(self.from)
    }
}

impl TimeOfDay {
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        let clock = match text.as_bytes() {
            [h1 @ b'0'..=b'2', h2 @ b'0'..=b'9', b':', m1 @ b'0'..=b'5', m2 @ b'0'..=b'9'] => {
                let digits = [(*h1, 600), (*h2, 60), (*m1, 10), (*m2, 1_u16)];
                let minutes = digits.map(|(digit, unit)| u16::from(digit.saturating_sub(b'0')).saturating_mul(unit));
                Self::stored(minutes.iter().sum())
            }
            _ => None,
        };
        clock.ok_or_else(|| FieldError::invalid("this is not a time of day: write it as 00:00 to 23:59"))
    }

    /// Wraps a time that was read from the store. `None` if it is not a time of day.
    pub(crate) fn stored(minutes: u16) -> Option<Self> {
        (minutes < MINUTES_OF_A_DAY).then_some(Self(minutes))
    }

    /// The time of day of a local time.
    pub(super) fn at(local: DateTime) -> Self {
        let part = |number: i8| u16::try_from(number).unwrap_or_default();
        Self(part(local.hour()).saturating_mul(60).saturating_add(part(local.minute())))
    }

    /// Minutes since the last occurrence of `other`.
    fn after(self, other: Self) -> u16 {
        if self.0 >= other.0 { self.0.saturating_sub(other.0) } else { MINUTES_OF_A_DAY.saturating_sub(other.0).saturating_add(self.0) }
    }

    /// Minutes since midnight, the stored form.
    pub(crate) fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_have_hours_and_minutes() {
        for text in ["00:00", "08:30", "19:59", "23:59"] {
            assert_eq!(TimeOfDay::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "8:00", "24:00", "29:00", "08:60", "08:00:00", "08.00", "+8:00", "0８:00"] {
            assert!(TimeOfDay::parse(text).is_err(), "{text}");
        }
        assert_eq!((TimeOfDay::stored(1_439).map(TimeOfDay::minutes), TimeOfDay::stored(1_440)), (Some(1_439), None));
    }

    fn window(from: u16, to: u16) -> TimeWindow {
        TimeWindow { from: TimeOfDay(from), to: TimeOfDay(to), zone: Zone::parse("+00:00".into()).unwrap() }
    }

    #[test]
    fn windows_exclude_their_end_and_may_cross_midnight() {
        for (from, to, inside, outside) in [
            (480, 1_080, [480, 700, 1_079], [479, 1_080, 0]),
            (1_320, 390, [1_320, 0, 389], [1_319, 390, 720]),
            (0, 1, [0, 0, 0], [1, 1_439, 720]),
            (1_439, 0, [1_439, 1_439, 1_439], [0, 1_438, 720]),
            (1, 0, [1, 720, 1_439], [0, 0, 0]),
        ] {
            let has = |minutes| window(from, to).has(TimeOfDay(minutes));
            assert_eq!((inside.map(has), outside.map(has)), ([true; 3], [false; 3]), "{from} to {to}");
        }
    }

    #[test]
    fn times_of_day_ignore_seconds() {
        for (local, minutes) in [
            ("2026-11-21T00:00:00", 0),
            ("2026-11-21T00:00:59.999", 0),
            ("2026-11-21T00:01:00", 1),
            ("2026-11-21T23:59:59", 1_439),
            ("1969-12-31T23:59:59", 1_439),
        ] {
            assert_eq!(TimeOfDay::at(local.parse().unwrap()).minutes(), minutes, "{local}");
        }
    }

    #[test]
    fn windows_cover_windows_they_contain() {
        let times = || (0..MINUTES_OF_A_DAY).step_by(180);
        let windows = || times().flat_map(|from| times().filter(move |to| *to != from).map(move |to| window(from, to)));
        for (one, other) in windows().flat_map(|one| windows().map(move |other| (one.clone(), other))) {
            let has_all = times().map(TimeOfDay).all(|clock| one.has(clock) || !other.has(clock));
            assert_eq!(one.covers(&other), has_all, "{one:?} {other:?}");
        }
    }
}
