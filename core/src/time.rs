//! Moments, as the edge reports them and as the API writes them.

use std::fmt;

use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;

use crate::error::Refusal;

/// A moment: milliseconds since 1970 in UTC. The core never asks for it, the edge passes it in.
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

    /// Reads RFC 3339, with any offset. Fractions of a second are kept to the millisecond.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok();
        let millis = moment.and_then(|moment| {
            let seconds = u64::try_from(moment.unix_timestamp()).ok()?;
            Some(seconds.saturating_mul(1_000).saturating_add(moment.millisecond().into()))
        });
        millis.map(Self).ok_or_else(|| Refusal::invalid("this is no moment after 1970 in RFC 3339, as in 2026-11-21T08:00:00Z"))
    }

    /// How long ago `earlier` was; nothing if it lies ahead, as clocks of two machines may disagree.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// RFC 3339 in UTC, with milliseconds where there are any: `2026-11-21T08:00:00Z`. What is read again is the same moment.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = i64::try_from(self.0 / 1_000).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
        let text = moment.and_then(|moment| moment.format(&Rfc3339).ok());
        let text = text.as_deref().unwrap_or("9999-12-31T23:59:59Z");
        match (self.0 % 1_000, text.strip_suffix('Z')) {
            (1.., Some(seconds)) => write!(f, "{seconds}.{:03}Z", self.0 % 1_000),
            _ => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_no_calendar_holds_is_still_written() {
        assert!(Timestamp::from_millis(u64::MAX).to_string().starts_with("9999-"));
    }

    #[test]
    fn reads_rfc_3339_with_any_offset() {
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
            ("99999-01-01T00:00:00Z", None),
            ("1795248000", None),
            ("", None),
        ] {
            assert_eq!(Timestamp::parse(text).ok().map(Timestamp::as_millis), millis, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (7, "1970-01-01T00:00:00.007Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_795_248_000_250, "2026-11-21T08:00:00.250Z"),
            (1_795_248_000_999, "2026-11-21T08:00:00.999Z"),
        ] {
            let moment = Timestamp::from_millis(millis);
            assert_eq!((moment.to_string().as_str(), Timestamp::parse(text).unwrap()), (text, moment));
        }
    }

    #[test]
    fn time_that_runs_backwards_is_no_time() {
        let (early, late) = (Timestamp::from_millis(5), Timestamp::from_millis(9));
        assert_eq!((late.millis_since(early), early.millis_since(late)), (4, 0));
    }
}
