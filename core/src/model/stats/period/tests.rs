use jiff::tz::TimeZoneDatabase;

use super::*;
use crate::memory::Random;
use crate::model::stats::PeriodQuery;
use crate::model::stats::calendar::MILLIS_OF_A_QUARTER;

const HOUR: u64 = 3_600_000;

/// The period from `from` until before `to`.
fn period(from: &str, to: &str, granularity: &str, tz: &str) -> Period {
    let query = PeriodQuery { from: Some(from), to: Some(to), granularity: Some(granularity), tz: Some(tz) };
    query.read(Timestamp::from_millis(0)).unwrap_or_else(|errors| panic!("{from} {to} {tz}: {errors:?}"))
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn labels(period: &Period) -> Vec<String> {
    period.buckets().into_iter().map(|bucket| bucket.label).collect()
}

/// The lengths of the buckets in minutes.
fn minutes(period: &Period) -> Vec<u64> {
    let ends = period.starts.iter().skip(1).chain([&period.to]);
    period.starts.iter().zip(ends).map(|(start, end)| end.millis_since(*start) / 60_000).collect()
}

#[test]
fn buckets_begin_with_local_units() {
    for (from, to, granularity, tz, expected) in [
        ("2026-11-01", "2026-11-03", "day", "UTC", vec!["2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"]),
        ("2026-11-01", "2026-11-03", "day", "Europe/Berlin", vec!["2026-11-01T00:00:00+01:00", "2026-11-02T00:00:00+01:00"]),
        // The first bucket begins within its unit, the last ends there.
        ("2026-11-01T22:30:00Z", "2026-11-02T01:00:00Z", "day", "UTC", vec!["2026-11-01T22:30:00Z", "2026-11-02T00:00:00Z"]),
        // Sunday to Tuesday.
        ("2026-11-01", "2026-11-10", "week", "UTC", vec!["2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", "2026-11-09T00:00:00Z"]),
        // Weeks across the end of a year with 53 weeks.
        ("2026-12-28", "2027-01-05", "week", "Asia/Kolkata", vec!["2026-12-28T00:00:00+05:30", "2027-01-04T00:00:00+05:30"]),
        ("2026-10-15", "2026-12-01", "month", "Europe/Berlin", vec!["2026-10-15T00:00:00+02:00", "2026-11-01T00:00:00+01:00"]),
        ("2028-02-01", "2028-03-02", "month", "UTC", vec!["2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"]),
        // Full hours of a clock that differs from UTC by part of an hour.
        (
            "2026-11-01T00:00:00Z",
            "2026-11-01T01:45:00Z",
            "hour",
            "Asia/Kolkata",
            vec!["2026-11-01T05:30:00+05:30", "2026-11-01T06:00:00+05:30", "2026-11-01T07:00:00+05:30"],
        ),
        (
            "2026-11-01T00:00:00Z",
            "2026-11-01T01:15:00Z",
            "hour",
            "Asia/Kathmandu",
            vec!["2026-11-01T05:45:00+05:45", "2026-11-01T06:00:00+05:45"],
        ),
        (
            "2026-11-01T02:30:00Z",
            "2026-11-01T03:45:00Z",
            "hour",
            "America/St_Johns",
            vec!["2026-11-01T00:00:00-02:30", "2026-11-01T01:00:00-02:30"],
        ),
        // Summer time begins and ends.
        (
            "2026-03-29T00:00:00Z",
            "2026-03-29T02:00:00Z",
            "hour",
            "Europe/Berlin",
            vec!["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"],
        ),
        (
            "2026-10-25T00:00:00Z",
            "2026-10-25T02:00:00Z",
            "hour",
            "Europe/Berlin",
            vec!["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"],
        ),
        ("2026-03-28", "2026-03-30", "day", "Europe/Berlin", vec!["2026-03-28T00:00:00+01:00", "2026-03-29T00:00:00+01:00"]),
        (
            "2026-10-24",
            "2026-10-27",
            "day",
            "Europe/Berlin",
            vec!["2026-10-24T00:00:00+02:00", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"],
        ),
        // Lord Howe Island changes by half an hour, so an hour ends early or begins again.
        (
            "2026-10-03T14:30:00Z",
            "2026-10-03T17:00:00Z",
            "hour",
            "Australia/Lord_Howe",
            vec!["2026-10-04T01:00:00+10:30", "2026-10-04T02:30:00+11:00", "2026-10-04T03:00:00+11:00"],
        ),
        (
            "2026-04-04T14:00:00Z",
            "2026-04-04T16:30:00Z",
            "hour",
            "Australia/Lord_Howe",
            vec!["2026-04-05T01:00:00+11:00", "2026-04-05T01:30:00+10:30", "2026-04-05T02:00:00+10:30"],
        ),
        // Newfoundland changed at one minute past midnight.
        (
            "2010-03-14T03:30:00Z",
            "2010-03-14T05:00:00Z",
            "hour",
            "America/St_Johns",
            vec!["2010-03-14T00:00:00-03:30", "2010-03-14T02:00:00-02:30"],
        ),
        (
            "2010-11-07T01:30:00Z",
            "2010-11-07T04:00:00Z",
            "hour",
            "America/St_Johns",
            vec!["2010-11-06T23:00:00-02:30", "2010-11-07T00:00:00-02:30", "2010-11-07T00:00:00-03:30"],
        ),
        // Midnight is skipped, and the last hour of a day is repeated.
        (
            "2026-04-23",
            "2026-04-26",
            "day",
            "Africa/Cairo",
            vec!["2026-04-23T00:00:00+02:00", "2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"],
        ),
        ("2026-10-29", "2026-10-31", "day", "Africa/Cairo", vec!["2026-10-29T00:00:00+03:00", "2026-10-30T00:00:00+02:00"]),
        // Midnight is repeated; the day begins with the first one.
        ("2026-11-01", "2026-11-03", "day", "CST5CDT,M3.2.0/0,M11.1.0/1", vec!["2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"]),
        // From half past midnight, the clock goes back to the day before, which does not begin again.
        (
            "2026-10-24",
            "2026-10-27",
            "day",
            "AAA0BBB,M3.5.0/0,M10.5.0/0:30",
            vec!["2026-10-24T00:00:00+01:00", "2026-10-25T00:00:00+01:00", "2026-10-26T00:00:00+00:00"],
        ),
        (
            "2026-10-24T23:45:00Z",
            "2026-10-27",
            "day",
            "AAA0BBB,M3.5.0/0,M10.5.0/0:30",
            vec!["2026-10-24T23:45:00+00:00", "2026-10-26T00:00:00+00:00"],
        ),
        // Samoa had no 2011-12-30.
        ("2011-12-29", "2012-01-01", "day", "Pacific/Apia", vec!["2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00"]),
        (
            "2011-12-30T09:00:00Z",
            "2011-12-30T11:00:00Z",
            "hour",
            "Pacific/Apia",
            vec!["2011-12-29T23:00:00-10:00", "2011-12-31T00:00:00+14:00"],
        ),
        ("9998-12-31", "9999-01-01", "month", "UTC", vec!["9998-12-31T00:00:00Z"]),
    ] {
        assert_eq!(labels(&period(from, to, granularity, tz)), expected, "{from} {tz}");
    }
}

#[test]
fn local_days_have_23_to_25_hours() {
    for (day, next, tz, hours, half_hours) in [
        ("2026-11-01", "2026-11-02", "Europe/Berlin", 24, 0),
        ("2026-03-29", "2026-03-30", "Europe/Berlin", 23, 0),
        ("2026-10-25", "2026-10-26", "Europe/Berlin", 25, 0),
        ("2026-10-25", "2026-10-26", "CET-1CEST,M3.5.0,M10.5.0/3", 25, 0),
        ("2026-03-08", "2026-03-09", "America/St_Johns", 23, 0),
        ("2026-11-01", "2026-11-02", "America/St_Johns", 25, 0),
        ("2026-10-04", "2026-10-05", "Australia/Lord_Howe", 24, 1),
        ("2026-04-05", "2026-04-06", "Australia/Lord_Howe", 25, 1),
        ("2026-11-01", "2026-11-02", "Asia/Kathmandu", 24, 0),
        ("2011-12-29", "2011-12-31", "Pacific/Apia", 24, 0),
    ] {
        let minutes = minutes(&period(day, next, "hour", tz));
        let count = |length| minutes.iter().filter(|minutes| **minutes == length).count();
        assert_eq!((minutes.len(), count(30), count(60)), (hours, half_hours, hours - half_hours), "{day} {tz}");
    }
}

#[test]
fn whole_days_begin_within_the_period() {
    for (from, to, tz, first, end, days) in [
        ("2026-11-01", "2026-11-22", "Europe/Berlin", "2026-11-01", "2026-11-22", 21),
        ("2026-11-01", "2026-11-22", "UTC", "2026-11-01", "2026-11-22", 21),
        ("2026-11-01", "2026-11-22", "America/New_York", "2026-11-02", "2026-11-23", 21),
        ("2026-11-01T00:15:00Z", "2026-11-02T00:15:00Z", "UTC", "2026-11-02", "2026-11-03", 1),
        ("2026-11-01T00:15:00Z", "2026-11-02T00:00:00Z", "UTC", "2026-11-02", "2026-11-02", 0),
        ("2026-11-01T00:00:00Z", "2026-11-01T00:15:00Z", "UTC", "2026-11-01", "2026-11-02", 1),
    ] {
        let whole = period(from, to, "day", tz).whole_days();
        assert_eq!((whole.from.to_string(), whole.to.to_string()), (first.into(), end.into()), "{from} {to} {tz}");
        assert_eq!(whole.to.number() - whole.from.number(), days);
    }
}

#[test]
fn only_whole_utc_days_have_uniques() {
    for (from, to, granularity, tz, expected) in [
        ("2026-11-01", "2026-11-03", "day", "UTC", vec![true, true]),
        ("2026-11-01T00:15:00Z", "2026-11-03T23:45:00Z", "day", "UTC", vec![false, true, false]),
        ("2026-11-01", "2026-11-03", "day", "Europe/Berlin", vec![false, false]),
        ("2026-10-24", "2026-10-26", "day", "Europe/London", vec![false, false]),
        ("2026-10-25", "2026-10-28", "day", "Europe/London", vec![false, true, true]),
        ("2026-11-01T00:00:00Z", "2026-11-01T02:00:00Z", "hour", "UTC", vec![false, false]),
        // Sunday alone, and a whole week.
        ("2026-11-01", "2026-11-09", "week", "UTC", vec![true, false]),
        ("2026-10-31", "2026-11-02", "month", "UTC", vec![true, true]),
    ] {
        let period = period(from, to, granularity, tz);
        let found: Vec<bool> = (0..period.starts.len()).map(|bucket| period.is_utc_day(bucket)).collect();
        assert_eq!(found, expected, "{from} {tz}");
        assert!(!period.is_utc_day(expected.len()) && !period.is_utc_day(usize::MAX));
    }
}

#[test]
fn previous_period_has_as_many_local_units() {
    for (from, to, granularity, tz, expected) in [
        ("2026-11-01", "2026-11-22", "day", "Europe/Berlin", "2026-10-11T00:00:00+02:00"),
        ("2026-11-01", "2026-11-22", "hour", "Europe/Berlin", "2026-10-11T00:00:00+02:00"),
        ("2026-03-29", "2026-03-30", "day", "Europe/Berlin", "2026-03-28T00:00:00+01:00"),
        ("2026-10-26", "2026-10-27", "day", "Europe/Berlin", "2026-10-25T00:00:00+02:00"),
        ("2026-10-26", "2026-11-02", "week", "Europe/Berlin", "2026-10-19T00:00:00+02:00"),
        // Whole months, by the month and by the day.
        ("2026-03-01", "2026-04-01", "month", "Europe/Berlin", "2026-02-01T00:00:00+01:00"),
        ("2026-03-01", "2026-04-01", "day", "Europe/Berlin", "2026-01-29T00:00:00+01:00"),
        ("2026-01-01", "2027-01-01", "month", "UTC", "2025-01-01T00:00:00Z"),
        ("2026-03-02", "2026-04-01", "month", "Europe/Berlin", "2026-01-31T00:00:00+01:00"),
        // No whole days: elapsed time.
        ("2026-10-25T11:00:00Z", "2026-10-26T11:00:00Z", "day", "Europe/Berlin", "2026-10-24T13:00:00+02:00"),
        ("2026-11-01", "2026-11-01T05:15:00Z", "day", "Asia/Kolkata", "2026-10-31T13:15:00+05:30"),
        // A day that begins at one, and the day before a missing day.
        ("2026-04-24", "2026-04-25", "day", "Africa/Cairo", "2026-04-23T00:00:00+02:00"),
        ("2011-12-31", "2012-01-01", "day", "Pacific/Apia", "2011-12-29T00:00:00-10:00"),
        ("2012-01-01", "2012-01-03", "day", "Pacific/Apia", "2011-12-31T00:00:00+14:00"),
        // Nothing is earlier than 1970.
        ("1970-01-10", "1970-03-01", "day", "UTC", "1970-01-01T00:00:00Z"),
        ("1970-01-01", "1970-01-02", "day", "UTC", "1970-01-01T00:00:00Z"),
    ] {
        let period = period(from, to, granularity, tz);
        let previous = period.previous();
        assert_eq!((previous.label(previous.from).as_str(), previous.to), (expected, period.from), "{from} {to} {tz}");
        assert_eq!((previous.granularity, &previous.zone), (period.granularity, &period.zone));
        assert_eq!(previous.buckets().is_empty(), previous.from == previous.to);
    }
}

/// A random period of up to 80 days from 2010 to 2040, in a random zone.
fn random_period(random: &mut Random, zones: &[String]) -> Option<Period> {
    let plus = |moment: Timestamp, quarters: usize| {
        let millis = u64::try_from(quarters).unwrap().saturating_mul(MILLIS_OF_A_QUARTER);
        Timestamp::from_millis(moment.as_millis().saturating_add(millis))
    };
    let from = plus(at("2010-01-01T00:00:00Z"), random.below(30 * 365 * 96));
    let length = if random.below(2) == 0 { 96 } else { 80 * 96 };
    let to = plus(from, random.below(length).saturating_add(1));
    let (mut from, mut to) = (from.to_string(), to.to_string());
    if random.below(2) == 0 {
        from.truncate(10);
    }
    if random.below(2) == 0 {
        to.truncate(10);
    }
    let granularity = Granularity::ALL[random.below(4)].name();
    let tz = zones[random.below(zones.len())].as_str();
    PeriodQuery { from: Some(&from), to: Some(&to), granularity: Some(granularity), tz: Some(tz) }.read(Timestamp::from_millis(0)).ok()
}

#[test]
fn buckets_partition_random_periods() {
    let mut zones: Vec<String> = TimeZoneDatabase::bundled().available().map(|name| name.as_str().to_owned()).collect();
    zones.retain(|name| name != "Factory");
    let mut random = Random::new(15);
    let mut periods = 0;
    while periods < 3_000 {
        let Some(period) = random_period(&mut random, &zones) else { continue };
        periods += 1;
        let name = format!("{} {} {} {}", period.from, period.to, period.granularity.name(), period.zone.as_str());
        let most = match period.granularity {
            Granularity::Hour => HOUR,
            Granularity::Day => 25 * HOUR,
            Granularity::Week => (7 * 24 + 1) * HOUR,
            Granularity::Month => (31 * 24 + 1) * HOUR,
        };
        let starts = &period.starts;
        assert_eq!(starts.first(), Some(&period.from), "{name}");
        assert!(starts.is_sorted_by(|earlier, later| earlier < later) && starts.last().unwrap() < &period.to, "{name}");
        assert!(starts.iter().all(|start| start.as_millis().is_multiple_of(MILLIS_OF_A_QUARTER)), "{name}");
        assert!(minutes(&period).iter().all(|minutes| minutes * 60_000 <= most), "{name}");
        let buckets = period.buckets();
        assert!(buckets.iter().zip(starts).all(|(bucket, start)| bucket.start == *start && at(&bucket.label) == *start), "{name}");
        let estimate = period.granularity.count(&period.zone, period.from, period.to);
        let count = u64::try_from(starts.len()).unwrap();
        assert!(estimate.abs_diff(count) <= 1, "{name} {estimate} {count}");
        let previous = period.previous();
        assert!(previous.to == period.from && previous.from < previous.to, "{name}");
        let lengths = [&previous, &period].map(|period| period.to.millis_since(period.from));
        let days = if period.granularity == Granularity::Month { 3 } else { 0 };
        assert!(lengths[0].abs_diff(lengths[1]) <= 26 * HOUR + days * 24 * HOUR, "{name}");
    }
}
