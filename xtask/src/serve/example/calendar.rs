//! Times of the example data, in milliseconds since 1970, in UTC.
use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;

pub(super) const SECOND: u64 = 1_000;
pub(super) const MINUTE: u64 = 60 * SECOND;
pub(super) const HOUR: u64 = 60 * MINUTE;
pub(super) const DAY: u64 = 24 * HOUR;

/// The beginning of the day of `moment`.
pub(super) fn day_of(moment: u64) -> u64 {
    moment - moment % DAY
}

pub(super) fn civil(moment: u64) -> DateTime {
    TimeZone::UTC.to_datetime(timestamp(moment))
}

/// As hop's API writes times.
pub(super) fn text(moment: u64) -> String {
    timestamp(moment).to_string()
}

pub(super) fn is_weekend(moment: u64) -> bool {
    matches!(civil(moment).weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The last working day before or at `moment`, at the same time of day.
pub(super) fn working_day(moment: u64) -> u64 {
    match civil(moment).weekday() {
        Weekday::Saturday => moment - DAY,
        Weekday::Sunday => moment - 2 * DAY,
        _ => moment,
    }
}

/// Season and year of a time, such as `spring` and 2026. December belongs to the winter of the next year.
pub(super) fn season(moment: u64) -> (&'static str, i16) {
    let date = civil(moment);
    match date.month() {
        12 => ("winter", date.year() + 1),
        1 | 2 => ("winter", date.year()),
        3..=5 => ("spring", date.year()),
        6..=8 => ("summer", date.year()),
        _ => ("autumn", date.year()),
    }
}

fn timestamp(moment: u64) -> Timestamp {
    i64::try_from(moment).ok().and_then(|moment| Timestamp::from_millisecond(moment).ok()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_knows_seasons_and_weekends() {
        let sunday = 1_795_910_400_000;
        assert_eq!(text(sunday), "2026-11-29T00:00:00Z");
        assert_eq!((season(sunday), season(sunday + 2 * DAY)), (("autumn", 2026), ("winter", 2027)));
        assert!(is_weekend(sunday) && !is_weekend(sunday + DAY));
        assert_eq!(working_day(sunday + HOUR), sunday + HOUR - 2 * DAY);
        assert_eq!(day_of(sunday + DAY - 1), sunday);
    }
}
