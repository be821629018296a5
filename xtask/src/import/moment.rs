//! Dates of exports, converted to hop's format: RFC 3339 in UTC with whole seconds.
use jiff::SignedDuration;
use jiff::civil::{DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// Parses `2026-11-21T08:00:00Z` and common variants: a space for the `T`, with a fraction, without seconds, without
/// the colon of the offset, without an offset (UTC), without a time of day (midnight).
pub(super) fn read(text: &str) -> Option<String> {
    // Some exports have a space before the offset.
    let joined = text.trim().replace(" +", "+").replace(" -", "-").replace(" Z", "Z");
    let pieces = Pieces::parse(&joined).ok().filter(|pieces| pieces.time_zone_annotation().is_none())?;
    let offset = pieces.to_numeric_offset().map_or(0, Offset::seconds);
    let local = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
    formatted(local.duration_since(EPOCH).checked_sub(SignedDuration::from_secs(offset.into()))?)
}

/// Converts seconds since 1970.
pub(super) fn from_unix(seconds: i64) -> Option<String> {
    formatted(SignedDuration::from_secs(seconds))
}

/// Formats a time; `None` before 1970 (hop has no earlier times) and after 9999.
fn formatted(since_epoch: SignedDuration) -> Option<String> {
    let moment = EPOCH.checked_add(since_epoch).ok()?;
    if since_epoch.is_negative() { None } else { Some(format!("{moment:.0}Z")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_formats_of_all_exports_are_read() {
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
            // A time zone would need a lookup, and may contradict the offset.
            ("2026-11-21T09:00:00+01:00[Europe/Berlin]", None),
            ("Übermorgen", None),
            ("", None),
        ] {
            assert_eq!(read(text).as_deref(), read_as, "{text}");
        }
    }

    #[test]
    fn unix_times_from_1970_to_9999_are_read() {
        for (seconds, read_as) in
            [(1_795_248_000, Some("2026-11-21T08:00:00Z")), (0, Some("1970-01-01T00:00:00Z")), (-1, None), (i64::MAX, None)]
        {
            assert_eq!(from_unix(seconds).as_deref(), read_as, "{seconds}");
        }
    }
}
