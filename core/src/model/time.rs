//! Timestamps: RFC 3339 in the API, milliseconds since 1970 in the store.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;

use crate::model::field_error::FieldError;

/// The civil time at 0 milliseconds. UTC is computed in civil time, because `jiff::Timestamp` ends a day before the
/// year 9999 ends.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// A moment in milliseconds since 1970 in UTC. The core never reads a clock; the edge passes the time in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The moment `millis` milliseconds after 1970.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970, the stored form.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Parses RFC 3339 with any offset. Fractions of a second are truncated to milliseconds.
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        let moment = rfc_3339(text).map(Self);
        moment.ok_or_else(|| FieldError::invalid("this is not a time in RFC 3339 after 1970: write it as in 2026-11-21T08:00:00Z"))
    }

    /// Milliseconds since `earlier`. Zero if `earlier` is later, because clocks of two machines may disagree.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Conversion for jiff's time zones. A later moment than they support becomes the last supported one.
impl From<Timestamp> for jiff::Timestamp {
    fn from(moment: Timestamp) -> Self {
        i64::try_from(moment.0).ok().and_then(|millis| Self::from_millisecond(millis).ok()).unwrap_or(Self::MAX)
    }
}

/// Parses RFC 3339 to milliseconds since 1970. jiff also accepts ISO 8601 such as `20261121T08+01[Europe/Berlin]`, so
/// this checks the length of each part and the separators.
fn rfc_3339(text: &str) -> Option<u64> {
    let [_, _, _, _, b'-', _, _, b'-', _, _, _, _, _, b':', _, _, b':', _, _, rest @ ..] = text.as_bytes() else {
        return None;
    };
    if !matches!(
        rest,
        [b'Z' | b'z'] | [b'.', .., b'Z' | b'z'] | [b'+' | b'-', _, _, b':', _, _] | [b'.', .., b'+' | b'-', _, _, b':', _, _]
    ) {
        return None;
    }
    let pieces = Pieces::parse(text).ok()?;
    // Offsets of RFC 3339 end at 23:59, those of jiff at 25:59.
    let offset = pieces.to_numeric_offset().filter(|offset| offset.seconds().unsigned_abs() < 24 * 60 * 60)?;
    let offset = SignedDuration::from_secs(offset.seconds().into());
    let since_epoch = pieces.date().to_datetime(pieces.time()?).duration_since(EPOCH).checked_sub(offset)?;
    if since_epoch.is_negative() { None } else { u64::try_from(since_epoch.as_millis()).ok() }
}

/// RFC 3339 in UTC, with milliseconds unless they are zero: `2026-11-21T08:00:00Z`. Parsing it gives the same moment.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since_epoch = SignedDuration::from_millis(i64::try_from(self.0).unwrap_or(i64::MAX));
        let moment = EPOCH.checked_add(since_epoch).unwrap_or(DateTime::MAX);
        if self.0.is_multiple_of(1_000) { write!(f, "{moment:.0}Z") } else { write!(f, "{moment:.3}Z") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_beyond_the_calendar_are_clamped() {
        assert!(Timestamp::from_millis(u64::MAX).to_string().starts_with("9999-"));
    }

    #[test]
    fn only_rfc_3339_parses_with_any_offset() {
        for (text, millis) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-11-21T08:00:00Z", Some(1_795_248_000_000)),
            ("2026-11-21T09:30:00+01:30", Some(1_795_248_000_000)),
            ("2026-11-21T08:00:00.25Z", Some(1_795_248_000_250)),
            ("2026-11-21 08:00:00Z", Some(1_795_248_000_000)),
            ("2026-11-21T08:00:00", None),
            ("2026-11-21", None),
            ("2026-11-21T08:00:00.2509Z", Some(1_795_248_000_250)),
            ("1969-12-31T23:59:59Z", None),
            ("1969-12-31T23:59:59.9999Z", None),
            ("2026-02-30T00:00:00Z", None),
            ("2026-11-21t08:00:00.000000001z", Some(1_795_248_000_000)),
            ("2026-11-21T08:00:00-00:00", Some(1_795_248_000_000)),
            ("2026-11-21T08:00:00.5-00:30", Some(1_795_249_800_500)),
            ("1970-01-01T23:59:00+23:59", Some(0)),
            ("1970-01-01T00:00:00+00:01", None),
            ("9999-12-31T23:59:59Z", Some(253_402_300_799_000)),
            ("9999-12-31T23:59:59.999Z", Some(253_402_300_799_999)),
            // A leap second is read as the second before it.
            ("2016-12-31T23:59:60Z", Some(1_483_228_799_000)),
            ("2016-12-31T23:59:61Z", None),
            ("2026-11-21T24:00:00Z", None),
            ("2026-11-21T08:60:00Z", None),
            ("2026-13-01T08:00:00Z", None),
            ("2026-11-21T08:00:00+01:60", None),
            // ISO 8601, but not RFC 3339.
            ("20261121T080000Z", None),
            ("2026-11-21T08:00Z", None),
            ("2026-11-21T08:00:00,5Z", None),
            ("2026-11-21T08:00:00.Z", None),
            ("2026-11-21T08:00:00+24:00", None),
            ("2026-11-21T08:00:00-25:59", None),
            ("2026-11-21T08:00:00+01", None),
            ("2026-11-21T08:00:00+0100", None),
            ("2026-11-21T08:00:00+01:00:00", None),
            ("2026-11-21T08:00:00+01:00[Europe/Berlin]", None),
            ("2026-11-21T08:00:00Z[Z]", None),
            ("+002026-11-21T08:00:00Z", None),
            ("2026-11-21_08:00:00Z", None),
            (" 2026-11-21T08:00:00Z", None),
            ("2026-11-21T08:00:00Z ", None),
            ("99999-01-01T00:00:00Z", None),
            ("1795248000", None),
            ("", None),
        ] {
            assert_eq!(Timestamp::parse(text).ok().map(Timestamp::as_millis), millis, "{text}");
        }
    }

    #[test]
    fn written_timestamps_parse_back() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (7, "1970-01-01T00:00:00.007Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_795_248_000_250, "2026-11-21T08:00:00.250Z"),
            (1_795_248_000_999, "2026-11-21T08:00:00.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            let moment = Timestamp::from_millis(millis);
            assert_eq!((moment.to_string().as_str(), Timestamp::parse(text).unwrap()), (text, moment));
        }
    }

    #[test]
    fn negative_durations_are_zero() {
        let (early, late) = (Timestamp::from_millis(5), Timestamp::from_millis(9));
        assert_eq!((late.millis_since(early), early.millis_since(late)), (4, 0));
    }
}
