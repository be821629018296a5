//! Query parameters of a period: `from`, `to`, `granularity` and `tz`.

use jiff::SignedDuration;
use jiff::civil::{Date, Time};

use super::calendar::MILLIS_OF_A_QUARTER;
use super::granularity::{CalendarUnit, Granularity};
use super::period::Period;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::rules::Zone;
use crate::model::time::Timestamp;

/// Most buckets of a period.
pub(crate) const MAX_BUCKETS: usize = 1_000;

/// The length of a period without `from`, in local days.
const DEFAULT_DAYS: i64 = 30;

/// The beginning of the year 9999, the latest end of a period. Local times are known until the last days of that year.
const LATEST: Timestamp = Timestamp::from_millis(253_370_764_800_000);

/// The parameters as they are in the query.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PeriodQuery<'a> {
    pub(crate) from: Option<&'a str>,
    pub(crate) to: Option<&'a str>,
    pub(crate) granularity: Option<&'a str>,
    pub(crate) tz: Option<&'a str>,
}

/// The errors, each with the name of its parameter.
#[derive(Debug, Default)]
pub(crate) struct ParameterErrors(Vec<(&'static str, FieldError)>);

impl ParameterErrors {
    /// The value, or `None` and its error is recorded.
    fn ok_or_record<T>(&mut self, name: &'static str, read: Result<T, FieldError>) -> Option<T> {
        read.map_err(|error| self.0.push((name, error))).ok()
    }

    fn of(name: &'static str, error: FieldError) -> Self {
        Self(vec![(name, error)])
    }
}

impl IntoIterator for ParameterErrors {
    type Item = (&'static str, FieldError);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl PeriodQuery<'_> {
    /// The period at the time `now`. Without parameters: the last 30 days until the end of today in UTC, by the day.
    pub(crate) fn read(self, now: Timestamp) -> Result<Period, ParameterErrors> {
        let mut errors = ParameterErrors::default();
        let from = self.from.map(Boundary::parse).transpose();
        let from = errors.ok_or_record("from", from);
        let to = self.to.map(Boundary::parse).transpose();
        let to = errors.ok_or_record("to", to);
        let granularity = errors.ok_or_record("granularity", self.granularity.map_or(Ok(Granularity::Day), Granularity::parse));
        let zone = errors.ok_or_record("tz", zone(self.tz.unwrap_or("UTC")));
        let (Some(from), Some(to), Some(granularity), Some(zone)) = (from, to, granularity, zone) else { return Err(errors) };

        let to = to.map_or_else(|| Ok(end_of_today(&zone, now)), |to| to.moment(&zone));
        let to = errors.ok_or_record("to", to);
        let from = from.map(|from| from.moment(&zone)).transpose();
        let from = errors.ok_or_record("from", from);
        let (Some(from), Some(to)) = (from, to) else { return Err(errors) };
        let from = from.unwrap_or_else(|| days_before(&zone, to));
        if to <= from {
            return Err(self.wrong_order());
        }
        let starts: Vec<Timestamp> = granularity.starts(&zone, from, to).take(MAX_BUCKETS.saturating_add(1)).collect();
        if starts.len() > MAX_BUCKETS {
            return Err(ParameterErrors::of("granularity", too_many_buckets(granularity, &zone, from, to)));
        }
        if !starts.iter().chain([&to]).all(|moment| is_quarter_hour(&zone, *moment)) {
            let detail = "statistics are kept per quarter hour: use a time zone that differs from UTC by whole quarter hours";
            return Err(ParameterErrors::of("tz", FieldError::new(FieldCode::TooFine, detail)));
        }
        Ok(Period::new(from, to, zone, granularity, starts))
    }

    fn wrong_order(self) -> ParameterErrors {
        let (name, detail) = match self.to {
            Some(_) => ("to", "to must be later than from"),
            None => ("from", "from must be earlier than to, which is the end of today unless you set it"),
        };
        ParameterErrors::of(name, FieldError::new(FieldCode::Conflicts, detail))
    }
}

/// `from` or `to` as it is written.
enum Boundary {
    /// The beginning of a local day.
    Date(Date),
    /// A quarter hour.
    Moment(Timestamp),
}

impl Boundary {
    fn parse(text: &str) -> Result<Self, FieldError> {
        if let Some(date) = date(text) {
            return Ok(Self::Date(date));
        }
        let moment = Timestamp::parse(text).map_err(|_| {
            let plus = if has_space_as_sign(text) { "; in a query, write the + as %2B" } else { "" };
            FieldError::invalid(format!(
                "this is not a date or a time in RFC 3339 after 1970: write it as in 2026-11-01 or 2026-11-01T08:00:00Z{plus}"
            ))
        })?;
        if !moment.as_millis().is_multiple_of(MILLIS_OF_A_QUARTER) {
            let detail = "statistics are kept per quarter hour: write a time that ends in :00, :15, :30 or :45";
            return Err(FieldError::new(FieldCode::TooFine, detail));
        }
        Ok(Self::Moment(moment))
    }

    fn moment(&self, zone: &Zone) -> Result<Timestamp, FieldError> {
        let moment = match self {
            Self::Date(date) => zone.moment_of(date.to_datetime(Time::midnight())),
            Self::Moment(moment) => Some(*moment),
        };
        let moment = moment.filter(|moment| *moment <= LATEST);
        moment.ok_or_else(|| FieldError::new(FieldCode::OutOfRange, "write a time from 1970 to the end of 9998"))
    }
}

/// Parses `2026-11-01`. jiff also reads other forms of ISO 8601.
fn date(text: &str) -> Option<Date> {
    let has_form = text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| if matches!(index, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    if has_form { text.parse().ok() } else { None }
}

/// Whether the sign of an offset is a space, which a `+` in a query becomes.
fn has_space_as_sign(text: &str) -> bool {
    text.rsplit_once(' ').is_some_and(|(_, offset)| matches!(offset.as_bytes(), [_, _, b':', _, _]))
}

fn zone(text: &str) -> Result<Zone, FieldError> {
    if has_space_as_sign(text) {
        return Err(FieldError::invalid("an offset begins with + or -; in a query, write the + as %2B"));
    }
    Zone::parse(text.to_owned())
}

fn end_of_today(zone: &Zone, now: Timestamp) -> Timestamp {
    CalendarUnit::Day.next_start(zone, now.min(LATEST)).unwrap_or(LATEST).min(LATEST)
}

/// The same local time 30 days before `to`, at the earliest the beginning of 1970.
fn days_before(zone: &Zone, to: Timestamp) -> Timestamp {
    let earlier = zone.local(to).checked_sub(SignedDuration::from_hours(DEFAULT_DAYS.saturating_mul(24)));
    earlier.ok().and_then(|earlier| zone.moment_of(earlier)).unwrap_or(Timestamp::from_millis(0))
}

fn too_many_buckets(granularity: Granularity, zone: &Zone, from: Timestamp, to: Timestamp) -> FieldError {
    let (count, name) = (granularity.count(zone, from, to), granularity.name());
    let most = u64::try_from(MAX_BUCKETS).unwrap_or(u64::MAX);
    let count = count.max(most.saturating_add(1));
    let mut coarser = Granularity::ALL.into_iter().skip_while(|finer| *finer != granularity).skip(1);
    let advice = match coarser.find(|coarser| coarser.count(zone, from, to) <= most) {
        Some(coarser) => format!("use granularity {} or a shorter period", coarser.name()),
        None => "use a shorter period".to_owned(),
    };
    FieldError::new(FieldCode::TooMany, format!("this period has {count} {name}s, and at most {most} are possible: {advice}"))
}

/// Whether a quarter hour begins at `moment`, in UTC and in local time.
fn is_quarter_hour(zone: &Zone, moment: Timestamp) -> bool {
    let local = zone.local(moment);
    moment.as_millis().is_multiple_of(MILLIS_OF_A_QUARTER) && local.minute() % 15 == 0 && local.second() == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-21T20:14:03.5Z";

    fn read(query: PeriodQuery<'_>) -> Result<Period, Vec<(&'static str, FieldCode, String)>> {
        let errors =
            |errors: ParameterErrors| errors.into_iter().map(|(name, error)| (name, error.code, error.detail.to_string())).collect();
        query.read(Timestamp::parse(NOW).unwrap()).map_err(errors)
    }

    /// The period from `from` until before `to`; an empty text is a missing parameter.
    fn range<'a>(from: &'a str, to: &'a str, granularity: &'a str, tz: &'a str) -> PeriodQuery<'a> {
        let [from, to, granularity, tz] = [from, to, granularity, tz].map(|text| (!text.is_empty()).then_some(text));
        PeriodQuery { from, to, granularity, tz }
    }

    #[test]
    fn boundaries_are_dates_times_or_defaults() {
        for (from, to, tz, expected_from, expected_to) in [
            ("", "", "", "2026-10-23T00:00:00Z", "2026-11-22T00:00:00Z"),
            ("", "", "Europe/Berlin", "2026-10-23T00:00:00+02:00", "2026-11-22T00:00:00+01:00"),
            // It is tomorrow there already.
            ("", "", "Pacific/Auckland", "2026-10-24T00:00:00+13:00", "2026-11-23T00:00:00+13:00"),
            ("2026-11-01", "2026-11-22", "", "2026-11-01T00:00:00Z", "2026-11-22T00:00:00Z"),
            ("2026-11-01", "2026-11-22", "Europe/Berlin", "2026-11-01T00:00:00+01:00", "2026-11-22T00:00:00+01:00"),
            ("2026-11-01T06:15:00-05:00", "2026-11-01T11:30:00Z", "Asia/Kolkata", "2026-11-01T16:45:00+05:30", "2026-11-01T17:00:00+05:30"),
            ("2026-11-01T06:00:00.000Z", "", "", "2026-11-01T06:00:00Z", "2026-11-22T00:00:00Z"),
            ("", "2026-11-01", "Europe/Berlin", "2026-10-02T00:00:00+02:00", "2026-11-01T00:00:00+01:00"),
            ("", "2026-04-28T00:30:00Z", "Europe/Berlin", "2026-03-29T03:30:00+02:00", "2026-04-28T02:30:00+02:00"),
            // Midnight is skipped.
            ("2026-04-24", "2026-04-25", "Africa/Cairo", "2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"),
            ("2011-12-30", "2012-01-01", "Pacific/Apia", "2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"),
            ("", "1970-01-09", "", "1970-01-01T00:00:00Z", "1970-01-09T00:00:00Z"),
            ("9998-12-01", "9999-01-01", "", "9998-12-01T00:00:00Z", "9999-01-01T00:00:00Z"),
        ] {
            let period = read(range(from, to, "", tz)).unwrap();
            let labels = (period.label(period.from), period.label(period.to));
            assert_eq!(labels, (expected_from.into(), expected_to.into()), "{from} {to} {tz}");
            assert_eq!((period.granularity, period.zone.as_str()), (Granularity::Day, if tz.is_empty() { "UTC" } else { tz }));
        }
    }

    #[test]
    fn invalid_parameters_are_refused() {
        use FieldCode::{Conflicts, Invalid, OutOfRange, TooFine, TooLong, TooMany};
        let long = "A".repeat(9_000);
        for (from, to, granularity, tz, name, code, detail) in [
            ("2026-11-22", "2026-11-01", "", "", "to", Conflicts, "to must be later than from"),
            ("2026-11-01", "2026-11-01", "", "", "to", Conflicts, "to must be later than from"),
            ("2026-11-01", "2026-11-01T00:00:00+01:00", "", "Europe/Berlin", "to", Conflicts, "to must be later than from"),
            ("2011-12-30", "2011-12-31", "", "Pacific/Apia", "to", Conflicts, "to must be later than from"),
            ("2027-01-01", "", "", "", "from", Conflicts, "the end of today"),
            ("", "1970-01-01", "", "", "to", Conflicts, "to must be later"),
            (
                "2025-10-17",
                "2026-11-21",
                "hour",
                "",
                "granularity",
                TooMany,
                "this period has 9600 hours, and at most 1000 are possible: use granularity day",
            ),
            (
                "2023-01-01",
                "2026-01-01",
                "day",
                "",
                "granularity",
                TooMany,
                "this period has 1096 days, and at most 1000 are possible: use granularity week",
            ),
            ("2023-01-01", "2026-01-01", "", "", "granularity", TooMany, "use granularity week or a shorter"),
            (
                "1970-01-01",
                "9999-01-01",
                "hour",
                "",
                "granularity",
                TooMany,
                "this period has 70380768 hours, and at most 1000 are possible: use a shorter period",
            ),
            (
                "1970-01-01",
                "9999-01-01",
                "month",
                "",
                "granularity",
                TooMany,
                "this period has 96348 months, and at most 1000 are possible: use a shorter period",
            ),
            ("2026-11-01T00:07:00Z", "2026-11-02", "", "", "from", TooFine, ":00, :15, :30 or :45"),
            ("2026-11-01", "2026-11-02T00:15:01Z", "", "", "to", TooFine, ":00, :15, :30 or :45"),
            ("2026-11-01", "2026-11-02T00:15:00.001Z", "", "", "to", TooFine, ":00, :15, :30 or :45"),
            ("2026-11-01", "2026-11-02", "", "+05:37", "tz", TooFine, "whole quarter hours"),
            ("2026-11-01T00:00:00Z", "2026-11-01T06:00:00Z", "", "CET-1:00:30", "tz", TooFine, "whole quarter hours"),
            ("1971-11-01", "1971-12-01", "", "Africa/Monrovia", "tz", TooFine, "whole quarter hours"),
            ("2026-11-01", "2026-11-02", "", "Europe/Atlantis", "tz", Invalid, "Europe/Berlin"),
            ("2026-11-01", "2026-11-02", "", " 05:30", "tz", Invalid, "%2B"),
            ("2026-11-01", "2026-11-02", "", &long, "tz", TooLong, "64"),
            ("2026-11-01", "2026-11-02", "year", "", "granularity", Invalid, "hour, day, week or month"),
            ("2026-11-01T00:00:00 01:00", "2026-11-02", "", "", "from", Invalid, "%2B"),
            ("2026-11-01", "9999-01-02", "", "", "to", OutOfRange, "9998"),
            ("2026-11-01", "9999-12-31T23:45:00Z", "", "", "to", OutOfRange, "9998"),
            ("9999-12-31", "2026-11-02", "", "-23:45", "from", OutOfRange, "9998"),
            ("1969-12-31", "2026-11-02", "", "", "from", OutOfRange, "1970"),
            ("1970-01-01", "2026-11-02", "", "Europe/Berlin", "from", OutOfRange, "1970"),
            ("0000-01-01", "2026-11-02", "", "", "from", OutOfRange, "1970"),
        ] {
            let errors = read(range(from, to, granularity, tz)).unwrap_err();
            let [(found_name, found_code, found_detail)] = errors.as_slice() else { panic!("{from} {to}: {errors:?}") };
            assert_eq!((*found_name, *found_code), (name, code), "{from} {to} {granularity} {tz}");
            assert!(found_detail.contains(detail), "{found_detail}");
        }
    }

    #[test]
    fn only_dates_and_rfc_3339_are_boundaries() {
        let long = "2".repeat(9_000);
        for text in [
            "",
            " ",
            "2026-11-1",
            "2026-11-31",
            "2026-13-01",
            "20261101",
            "2026-11-01 ",
            "2026_11_01",
            "2026-11-01T08:00",
            "2026-11-01T08:00:00",
            "-2026-11-01",
            "-002026-11-01",
            "+002026-11-01",
            "-00001-1-1",
            "２026-11-01",
            "1969-12-31T23:45:00Z",
            "99999-01-01T00:00:00Z",
            "today",
            "1795248000",
            "\0",
            &long,
        ] {
            let query = PeriodQuery { from: Some(text), to: Some(text), ..PeriodQuery::default() };
            let errors: Vec<_> = read(query).unwrap_err().into_iter().map(|(name, code, _)| (name, code)).collect();
            assert_eq!(errors, [("from", FieldCode::Invalid), ("to", FieldCode::Invalid)], "{text}");
        }
    }

    #[test]
    fn all_invalid_parameters_are_listed_at_once() {
        let query = PeriodQuery { from: Some(""), to: Some("2026-11-01T00:07:00Z"), granularity: Some(""), tz: Some("") };
        let names: Vec<_> = read(query).unwrap_err().into_iter().map(|(name, _, _)| name).collect();
        assert_eq!(names, ["from", "to", "granularity", "tz"]);
        let names: Vec<_> = read(range("1969-01-01", "9999-01-02", "", "")).unwrap_err().into_iter().map(|(name, _, _)| name).collect();
        assert_eq!(names, ["to", "from"]);
    }

    #[test]
    fn period_has_at_most_1000_buckets() {
        for (from, to, granularity, tz, buckets) in [
            ("2026-01-01T00:00:00Z", "2026-02-11T16:00:00Z", "hour", "", Some(1_000)),
            ("2026-01-01T00:00:00Z", "2026-02-11T16:15:00Z", "hour", "", None),
            // The same length, but its first and last hours are parts.
            ("2026-01-01T00:15:00Z", "2026-02-11T16:15:00Z", "hour", "", None),
            // Two changes of half an hour add a bucket to the 1,000 hours that are counted.
            ("2026-03-01T13:00:00Z", "2026-04-12T05:00:00Z", "hour", "Australia/Lord_Howe", None),
            ("2024-01-01", "2026-09-27", "day", "Europe/Berlin", Some(1_000)),
            ("2024-01-01", "2026-09-28", "day", "Europe/Berlin", None),
            ("1980-01-01", "2063-05-01", "month", "", Some(1_000)),
            ("1980-01-01", "2063-05-02", "month", "", None),
        ] {
            let found = read(range(from, to, granularity, tz));
            assert_eq!(found.as_ref().ok().map(|period| period.buckets().len()), buckets, "{from} {to}");
            if let Err(errors) = found {
                assert!(errors[0].2.contains("1001"), "{errors:?}");
                assert!(!errors[0].2.contains(&format!("granularity {granularity}")), "{errors:?}");
            }
        }
    }

    #[test]
    fn any_clock_gives_a_default_period() {
        for tz in ["UTC", "+23:45", "-23:45", "Pacific/Apia", "America/St_Johns", "CET-24:45"] {
            for now in [0, 1, 86_400_000, 1_795_248_000_000, 253_370_764_800_000, 253_402_300_799_999, u64::MAX] {
                let query = PeriodQuery { tz: Some(tz), ..PeriodQuery::default() };
                let period = query.read(Timestamp::from_millis(now)).unwrap();
                assert!(period.from < period.to && period.to <= LATEST, "{tz} {now}");
                assert!((1..=31).contains(&period.buckets().len()), "{tz} {now}");
            }
        }
    }
}
