//! Moments as RFC 3339 has them, read and written without a calendar's whole library: 1.8 KB gzip less.
#![expect(clippy::arithmetic_side_effects, reason = "numbers of four digits, and what is a thousandth of the largest there is")]

use std::fmt;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Days are counted from the first of March of the year 0, so that the day that comes and goes is the last of its year.
const DAYS_BEFORE_1970: u64 = 719_468;

/// Whole seconds in UTC; the last one of the year 9999 for all that come after it.
pub(super) fn write(millis: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let [year, month, day] = date(millis / DAY + DAYS_BEFORE_1970);
    if year > 9_999 {
        return f.write_str("9999-12-31T23:59:59Z");
    }
    let [hours, minutes, seconds] = [millis % DAY / HOUR, millis % HOUR / MINUTE, millis % MINUTE / SECOND];
    write!(f, "{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}Z")
}

/// The milliseconds since 1970 that RFC 3339 tells.
pub(super) fn read(text: &str) -> Option<u64> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 2)?;
    // Anything may stand between date and time, say those who read this elsewhere.
    let (hours, rest) = number(rest.split_at_checked(1)?.1, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (seconds, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (millis, rest) = match rest.strip_prefix('.') {
        Some(rest) => fraction(rest)?,
        None => (0, rest),
    };
    let days = days(year, month, day)?;
    let is_leap_second = seconds == 60;
    if date(days) != [year, month, day] || hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let in_minute = if is_leap_second { MINUTE - 1 } else { seconds * SECOND + millis };
    let there = days * DAY + hours * HOUR + minutes * MINUTE + in_minute;
    let utc = match rest.strip_prefix('+') {
        Some(east) => there.checked_sub(offset(east)?)?,
        None if matches!(rest, "Z" | "z") => there,
        None => there + offset(rest.strip_prefix('-')?)?,
    };
    // A leap second ends a month, and counts as the millisecond before it.
    let ends_a_month = (utc + 1) % DAY == 0 && matches!(date((utc + 1) / DAY), [_, _, 1]);
    if is_leap_second && !ends_a_month {
        return None;
    }
    utc.checked_sub(DAYS_BEFORE_1970 * DAY)
}

/// The number of so many digits that `text` begins with, and what follows.
fn number(text: &str, digits: usize) -> Option<(u64, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((number.parse().ok()?, rest))
}

/// The milliseconds in the decimals that `text` begins with, and what follows.
fn fraction(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|character: char| !character.is_ascii_digit()).filter(|end| *end > 0)?;
    let (digits, rest) = text.split_at_checked(end)?;
    let millis = digits.bytes().zip([100, 10, 1]).map(|(digit, worth)| u64::from(digit - b'0') * worth).sum();
    Some((millis, rest))
}

/// How far from Greenwich it is, as in `01:30`.
fn offset(text: &str) -> Option<u64> {
    let (hours, rest) = number(text, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
    (hours < 24 && minutes < 60 && rest.is_empty()).then_some(hours * HOUR + minutes * MINUTE)
}

/// The number of a day; of one that is in no calendar that of another. Months are counted from March, five of them have 153 days.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = if month > 2 { year } else { year.checked_sub(1)? };
    let before_month = ((month + 9) % 12 * 153 + 2) / 5;
    (year * 365 + year / 4 - year / 100 + year / 400 + before_month + day).checked_sub(1)
}

/// Year, month and day of the day with this number.
fn date(days: u64) -> [u64; 3] {
    let (era, days) = (days / 146_097, days % 146_097);
    let year = (days - days / 1_460 + days / 36_524 - days / 146_096) / 365;
    let days = days - (year * 365 + year / 4 - year / 100);
    let month = (days * 5 + 2) / 153;
    let day = days - (month * 153 + 2) / 5 + 1;
    let (next, month) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
    [era * 400 + year + next, month, day]
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use ::time::OffsetDateTime;
    use ::time::format_description::well_known::Rfc3339;
    use proptest::prelude::*;

    use super::read;
    use crate::time::Timestamp;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn moments_are_written_as_others_write_them(millis in prop_oneof![0..300_000_000_000_000_u64, 0..u64::MAX]) {
            let other = OffsetDateTime::from_unix_timestamp((millis / 1_000) as i64).ok().and_then(|moment| moment.format(&Rfc3339).ok());
            let expected = other.unwrap_or_else(|| "9999-12-31T23:59:59Z".into());
            prop_assert_eq!(Timestamp::from_millis(millis).to_string(), expected);
        }

        #[test]
        fn moments_are_read_as_others_read_them(
            text in "(0000|1969|1970|[0-9]{4})-(0[0-9]|1[0-3])-(0[0-3]|[23][0-9])[Tt ]([01][0-9]|2[0-5]|23):(59|[0-6][0-9]):(59|60|[0-6][0-9])(\\.[0-9]{0,10})?([Zz]|[-+]([01][0-9]|2[0-5]):[0-6][0-9])?",
        ) {
            let other = OffsetDateTime::parse(&text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp_nanos);
            let expected = other.and_then(|nanos| u64::try_from(nanos.div_euclid(1_000_000)).ok());
            prop_assert_eq!(read(&text), expected);
        }

        #[test]
        fn any_text_is_read_as_others_read_it(text in "[0-9]{4}-0[12]-[0-3][0-9].{0,2}[0-9]{2}:[0-9]{2}:[0-9]{1,2}.{0,4}[Z+:0-9]{0,3}") {
            prop_assert_eq!(read(&text).is_some(), OffsetDateTime::parse(&text, &Rfc3339).is_ok_and(|moment| moment.unix_timestamp() >= 0));
        }
    }
}
