//! Dates as other shorteners write them, read into the one form hop takes: RFC 3339 in UTC and whole seconds.
use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// Reads `2026-11-21T08:00:00Z` and what is commonly left out of it: the `T`, a fraction, seconds, the colon of the offset, the
/// offset (then it is UTC), the time of day (then it is midnight).
pub(super) fn read(text: &str) -> Option<String> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let mut parts = date.split('-');
    let (year, month, day) = (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    if parts.next().is_some() {
        return None;
    }
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()?;
    if rest.is_empty() {
        return written(date.midnight().assume_utc());
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, offset) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => rest.split_at_checked(at)?,
        None => (rest, "Z"),
    };
    written(date.with_time(time_of_day(clock.trim_end())?).assume_offset(zone(offset)?))
}

/// Seconds since 1970.
pub(super) fn from_unix(seconds: i64) -> Option<String> {
    written(OffsetDateTime::from_unix_timestamp(seconds).ok()?)
}

fn time_of_day(text: &str) -> Option<Time> {
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        Some(_) => return None,
        None => text,
    };
    let mut parts = whole.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| digits(second, 2))?;
    if parts.next().is_some() {
        return None;
    }
    Time::from_hms(u8::try_from(hour).ok()?, u8::try_from(minute).ok()?, u8::try_from(second).ok()?).ok()
}

fn zone(text: &str) -> Option<UtcOffset> {
    if text.eq_ignore_ascii_case("z") {
        return Some(UtcOffset::UTC);
    }
    let sign: i8 = if text.starts_with('-') { -1 } else { 1 };
    let compact = text.strip_prefix(['+', '-'])?.replace(':', "");
    let (hours, minutes) = compact.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { 0 } else { digits(minutes, 2)? };
    let (hours, minutes) = (i8::try_from(digits(hours, 2)?).ok()?, i8::try_from(minutes).ok()?);
    UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
}

fn digits(text: &str, count: usize) -> Option<u32> {
    let all = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}

/// hop knows no moment before 1970.
fn written(moment: OffsetDateTime) -> Option<String> {
    let moment = moment.checked_to_offset(UtcOffset::UTC)?.replace_nanosecond(0).ok()?;
    if moment.unix_timestamp() < 0 { None } else { moment.format(&Rfc3339).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_of_every_export() {
        for (text, read_as) in [
            ("2026-11-21T08:00:00Z", Some("2026-11-21T08:00:00Z")),
            ("2026-11-21T09:30:00.123456789+01:30", Some("2026-11-21T08:00:00Z")),
            ("2026-11-21T08:00:00+0000", Some("2026-11-21T08:00:00Z")),
            ("2026-11-20 23:00:00 -09", Some("2026-11-21T08:00:00Z")),
            ("2026-11-21 08:00:00", Some("2026-11-21T08:00:00Z")),
            ("2026-11-21 08:00", Some("2026-11-21T08:00:00Z")),
            ("2026-11-21", Some("2026-11-21T00:00:00Z")),
            ("9999-12-31T23:59:59Z", Some("9999-12-31T23:59:59Z")),
            ("9999-12-31T23:59:59-01:00", None),
            ("10000-01-01T00:00:00Z", None),
            ("0000-00-00 00:00:00", None),
            ("0001-01-01T00:00:00Z", None),
            ("2026-02-30", None),
            ("2026-11-21T08:00:00.Z", None),
            ("2026-11-21T08:00:00+1", None),
            ("21/11/2026", None),
            ("Übermorgen", None),
            ("", None),
        ] {
            assert_eq!(read(text).as_deref(), read_as, "{text}");
        }
    }

    #[test]
    fn reads_seconds_since_1970_as_far_as_the_calendar_goes() {
        for (seconds, read_as) in
            [(1_795_248_000, Some("2026-11-21T08:00:00Z")), (0, Some("1970-01-01T00:00:00Z")), (-1, None), (i64::MAX, None)]
        {
            assert_eq!(from_unix(seconds).as_deref(), read_as, "{seconds}");
        }
    }
}
