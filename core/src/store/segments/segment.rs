//! Segments: ten minutes of UTC, and the slices of a segment that has very many clicks.

use std::fmt;

use crate::model::base58;
use crate::model::stats::Day;
use crate::model::time::Timestamp;

/// Length of a segment.
const MILLIS: u64 = 10 * 60 * 1_000;

/// How long after its end a segment is folded for the first time: longer than a new key usually needs to be listed.
const FOLD_DELAY_MILLIS: u64 = 10 * 60 * 1_000;

/// How long after its end a segment is checked for late keys and sealed: a day, and an hour for clocks that differ.
const SEAL_DELAY_MILLIS: u64 = 25 * 60 * 60 * 1_000;

/// Decimal digits of a segment in a key, so that keys are in the order of time.
pub(crate) const DIGITS: usize = 8;

/// The last segment that has this number of digits, in the year 3871.
const LAST: u32 = 99_999_999;

/// Ten minutes of UTC. The number counts from 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Segment(u32);

/// How often a segment is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Ten minutes after its end.
    First,
    /// A day after its end, to find keys that came late. Then the segment is sealed.
    Last,
}

impl Pass {
    /// The first segment that is not due at `now`: it and all later ones have to wait.
    pub(crate) fn end(self, now: Timestamp) -> Segment {
        let delay = match self {
            Self::First => FOLD_DELAY_MILLIS,
            Self::Last => SEAL_DELAY_MILLIS,
        };
        Segment::of(Timestamp::from_millis(now.as_millis().saturating_sub(delay)))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
        }
    }
}

impl Segment {
    /// Wraps a number that was read from the store.
    pub(crate) fn stored(number: u32) -> Self {
        Self(number.min(LAST))
    }

    /// The segment that contains `moment`.
    pub(crate) fn of(moment: Timestamp) -> Self {
        let number = moment.as_millis().checked_div(MILLIS).unwrap_or_default();
        Self::stored(u32::try_from(number).unwrap_or(LAST))
    }

    pub(crate) fn parse(digits: &str) -> Option<Self> {
        (digits.len() == DIGITS).then(|| digits.parse().ok().map(Self::stored))?
    }

    /// The number, the stored form.
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    pub(crate) fn start(self) -> Timestamp {
        Timestamp::from_millis(u64::from(self.0).saturating_mul(MILLIS))
    }

    pub(crate) fn day(self) -> Day {
        Day::of(self.start())
    }

    pub(crate) fn next(self) -> Self {
        self.plus(1)
    }

    fn plus(self, segments: u32) -> Self {
        Self::stored(self.0.saturating_add(segments))
    }

    /// The largest block of 1, 10, 100 or 1,000 segments that starts here and ends before `end`: the digits that all of
    /// them begin with, and the segment after the block.
    pub(crate) fn block(self, end: Self) -> (String, Self) {
        let digits = self.to_string();
        let fits = |size: u32| self.0.is_multiple_of(size) && self.plus(size) <= end;
        let (size, zeros) = [(1_000, 3), (100, 2), (10, 1)].into_iter().find(|(size, _)| fits(*size)).unwrap_or((1, 0));
        let common = digits.get(..DIGITS.saturating_sub(zeros)).unwrap_or(&digits).to_owned();
        (common, self.plus(size))
    }
}

/// The digits in keys.
impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.0, width = DIGITS)
    }
}

/// A slice of a segment: the beginning of the keys that belong to it, after the segment. The empty one is the whole
/// segment. A segment whose keys are too many for one request is folded slice by slice.
///
/// The slices are a tree. A segment is divided into the batches of log lines and the clicks that have keys of their own.
/// Batches are divided by the next character of their name. Clicks are divided by the next character of the link id, and
/// the slice of one link by the first character of the random names of its clicks.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slice(String);

/// The beginning of all batches.
pub(crate) const BATCH: &str = "bat_";

/// The beginning of all clicks with keys of their own.
const LINK: &str = "lnk_";

/// The first characters of the name of a batch are from a small alphabet: a segment has few batches, and each slice costs
/// a listing.
pub(crate) const BATCH_DIGITS: usize = 8;

/// Length of the part of a batch slice that is in the small alphabet.
const SMALL_BYTES: usize = BATCH.len() + BATCH_DIGITS;

/// The number of characters of the small alphabet.
pub(crate) const BATCH_BASE: usize = 4;

/// Length of a link id and the slash after it.
const LINK_BYTES: usize = 22;

impl Slice {
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The first part of this slice.
    pub(crate) fn first_part(&self) -> Self {
        if self.0.is_empty() {
            return Self(BATCH.to_owned());
        }
        let next = if self.0.starts_with(LINK) && self.0.len() == LINK_BYTES - 1 { '/' } else { first_digit() };
        Self(format!("{}{next}", self.0))
    }

    /// The slice after this one; nothing if this is the last one of the segment.
    pub(crate) fn next(&self) -> Option<Self> {
        let mut text = self.0.clone();
        while text.len() > LINK.len() {
            let last = text.pop()?;
            let is_in_small_alphabet = text.starts_with(BATCH) && text.len() < SMALL_BYTES;
            let alphabet = base58::ALPHABET.get(..BATCH_BASE).filter(|_| is_in_small_alphabet).unwrap_or(base58::ALPHABET);
            let position = alphabet.iter().position(|digit| char::from(*digit) == last);
            let following = position.and_then(|position| alphabet.get(position.saturating_add(1)));
            if let Some(following) = following.filter(|_| last != '/') {
                text.push(char::from(*following));
                return Some(Self(text));
            }
        }
        (text == BATCH).then(|| Self(LINK.to_owned()))
    }

    /// Whether all keys of `other` are in this slice.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Whether both have keys in common.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.contains(other) || other.contains(self)
    }
}

fn first_digit() -> char {
    base58::ALPHABET.first().copied().unwrap_or(b'1').into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segment_has_start_end_and_digits() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let segment = Segment::of(at("2026-11-21T08:19:59.999Z"));
        assert_eq!((segment.start(), segment.next().start()), (at("2026-11-21T08:10:00Z"), at("2026-11-21T08:20:00Z")));
        assert_eq!((segment.day(), segment.to_string().len()), (Day::of(segment.start()), DIGITS));
        assert_eq!(Segment::parse(&segment.to_string()), Some(segment));
        assert_eq!([Segment::parse("1"), Segment::parse("0000000x")], [None, None]);
        assert_eq!(Segment::of(Timestamp::from_millis(u64::MAX)).to_string(), "99999999");
    }

    #[test]
    fn passes_wait_ten_minutes_and_a_day() {
        let segment = Segment::of(Timestamp::parse("2026-11-21T08:00:00Z").unwrap());
        for (now, first, last) in [
            ("2026-11-21T08:19:59.999Z", false, false),
            ("2026-11-21T08:20:00Z", true, false),
            ("2026-11-22T09:09:59.999Z", true, false),
            ("2026-11-22T09:10:00Z", true, true),
        ] {
            let now = Timestamp::parse(now).unwrap();
            assert_eq!((segment < Pass::First.end(now), segment < Pass::Last.end(now)), (first, last), "{now}");
        }
    }

    #[test]
    fn block_is_aligned_and_ends_in_time() {
        for (start, end, digits, next) in [
            (2_983_240, 2_984_000, "0298324", 2_983_250),
            (2_983_200, 2_984_000, "029832", 2_983_300),
            (2_983_200, 2_983_299, "0298320", 2_983_210),
            (2_983_000, 2_984_000, "02983", 2_984_000),
            (2_983_247, 2_984_000, "02983247", 2_983_248),
            (2_983_240, 2_983_241, "02983240", 2_983_241),
        ] {
            assert_eq!(Segment(start).block(Segment(end)), (digits.to_owned(), Segment(next)));
        }
    }

    #[test]
    fn slices_cover_the_segment_once() {
        let links = [format!("lnk_{}/", "1".repeat(17)), format!("lnk_{}/", "z".repeat(17)), "lnk_5aZ3bcdefghijkmno/".to_owned()];
        let mut keys: Vec<String> =
            links.iter().flat_map(|link| base58::ALPHABET.iter().map(move |digit| format!("{link}{}rest", char::from(*digit)))).collect();
        keys.extend(["1111", "1234", "4321", "4444"].map(|name| format!("{BATCH}{name}{name}{}", "z".repeat(17))));
        // A slice is divided while it contains more keys than this.
        for most in [200, 60, 58, 10, 1] {
            let (mut slice, mut seen) = (Some(Slice::default()), Vec::new());
            while let Some(current) = slice {
                let inside: Vec<&String> = keys.iter().filter(|key| key.starts_with(current.as_str())).collect();
                if inside.len() > most {
                    slice = Some(current.first_part());
                    continue;
                }
                seen.extend(inside);
                slice = current.next();
            }
            assert_eq!(seen.len(), keys.len(), "{most}");
            assert!(seen.is_sorted() || most == 200, "{most}");
        }
    }

    #[test]
    fn slices_overlap_if_one_contains_the_other() {
        let slice = |text: &str| Slice(text.to_owned());
        assert!(slice("").overlaps(&slice("lnk_1")) && slice("lnk_1").overlaps(&slice("")));
        assert!(!slice("lnk_1").overlaps(&slice("lnk_2")));
    }
}
