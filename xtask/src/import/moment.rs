//! Dates as other shorteners write them, read into the one form hop takes: RFC 3339 in UTC and whole seconds.
use jiff::SignedDuration;
use jiff::civil::{DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// Reads `2026-11-21T08:00:00Z` and what is commonly left out of it: the `T`, a fraction, seconds, the colon of the offset, the
/// offset (then it is UTC), the time of day (then it is midnight).
pub(super) fn read(text: &str) -> Option<String> {
    // Some write a space before the offset.
    let joined = text.trim().replace(" +", "+").replace(" -", "-").replace(" Z", "Z");
    let pieces = Pieces::parse(&joined).ok().filter(|pieces| pieces.time_zone_annotation().is_none())?;
    let offset = pieces.to_numeric_offset().map_or(0, Offset::seconds);
    let local = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
    written(local.duration_since(EPOCH).checked_sub(SignedDuration::from_secs(offset.into()))?)
}

/// Seconds since 1970.
pub(super) fn from_unix(seconds: i64) -> Option<String> {
    written(SignedDuration::from_secs(seconds))
}

/// hop knows no moment before 1970.
fn written(since_epoch: SignedDuration) -> Option<String> {
    let moment = EPOCH.checked_add(since_epoch).ok()?;
    if since_epoch.is_negative() { None } else { Some(format!("{moment:.0}Z")) }
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
            ("1795248000", None),
            // It would have to be looked up, and may contradict the offset.
            ("2026-11-21T09:00:00+01:00[Europe/Berlin]", None),
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
