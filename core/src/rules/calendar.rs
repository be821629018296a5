//! Days of the Gregorian calendar, counted from 1970. hop needs no more of one than the years, months and weekdays of time zones.

pub(super) const SECONDS_OF_A_DAY: i64 = 86_400;

const DAYS_BEFORE_MONTH: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The 1st of January.
pub(super) fn first_of_year(year: i64) -> i64 {
    let leap_days = |from: i64, every: i64| year.saturating_sub(from).div_euclid(every);
    let days = year.saturating_sub(1970).saturating_mul(365);
    days.saturating_add(leap_days(1969, 4)).saturating_sub(leap_days(1901, 100)).saturating_add(leap_days(1601, 400))
}

/// The 1st of a month, 1 to 12; of 13, that of the next year.
pub(super) fn first_of_month(year: i64, month: usize) -> i64 {
    let before = month.checked_sub(1).and_then(|month| DAYS_BEFORE_MONTH.get(month)).copied().unwrap_or_default();
    first_of_year(year).saturating_add(before).saturating_add((month > 2 && is_leap(year)).into())
}

/// Days since Sunday, 0 to 6.
pub(super) fn days_since_sunday(day: i64) -> i64 {
    day.saturating_add(4).rem_euclid(7)
}

/// The year a day is in.
pub(super) fn year_of(day: i64) -> i64 {
    // 400 years have 146,097 days. What is left over is less than a year.
    let year = day.saturating_mul(400).div_euclid(146_097).saturating_add(1970);
    if day < first_of_year(year) {
        year.saturating_sub(1)
    } else if day >= first_of_year(year.saturating_add(1)) {
        year.saturating_add(1)
    } else {
        year
    }
}

#[cfg(test)]
mod tests {
    use ::time::{Date, Month};

    use super::*;

    #[test]
    fn every_day_of_five_centuries_is_in_its_year_its_month_and_its_week() {
        let mut date = Date::from_calendar_date(1900, Month::January, 1).unwrap();
        for day in -25_567_i64.. {
            let year = i64::from(date.year());
            let place = (first_of_year(year), first_of_month(year, usize::from(u8::from(date.month()))));
            let expected = (day + 1 - i64::from(date.ordinal()), day + 1 - i64::from(date.day()));
            assert_eq!(place, expected, "{date}");
            assert_eq!((year_of(day), days_since_sunday(day)), (year, date.weekday().number_days_from_sunday().into()), "{date}");
            assert_eq!(is_leap(year), ::time::util::is_leap_year(date.year()));
            date = date.next_day().unwrap();
            if date.year() == 2400 {
                break;
            }
        }
        assert_eq!(first_of_month(2026, 13), first_of_year(2027));
        assert_eq!(year_of(first_of_year(500_000_000)), 500_000_000);
    }
}
