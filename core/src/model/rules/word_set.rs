//! Word sets: bit sets of a few words, such as devices or weekdays.

use std::borrow::Cow;
use std::marker::PhantomData;

use jiff::civil::DateTime;

use crate::model::field_error::FieldError;

/// Kind of words, at most eight.
pub(crate) trait WordKind {
    const NAMES: &'static [&'static str];
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $($word:literal)*;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub(crate) enum $name {}

            impl WordKind for $name {
                const NAMES: &'static [&'static str] = &[$($word),*];
            }
        )*
    };
}

words! {
    /// Device of a visitor.
    Device: "mobile" "tablet" "desktop";
    /// Operating system of the device.
    Os: "ios" "android" "windows" "macos" "linux";
    /// Browser of a visitor.
    Browser: "chrome" "firefox" "safari" "edge" "opera";
    /// Day of the week.
    Weekday: "mon" "tue" "wed" "thu" "fri" "sat" "sun";
}

/// Set of words of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WordSet<W> {
    bits: u8,
    of: PhantomData<W>,
}

impl<W: WordKind> WordSet<W> {
    /// The set of the words at `positions`.
    pub(crate) fn from_positions(positions: &[u8]) -> Self {
        Self { bits: bits(positions), of: PhantomData }
    }

    /// The set of one word. It is empty for `None` and for a word that rules do not know.
    pub(crate) fn only(word: Option<&str>) -> Self {
        let found = word.and_then(|word| W::NAMES.iter().zip(0_u8..).find(|(name, _)| **name == word));
        Self { bits: found.map_or(0, |(_, position)| bit(position)), of: PhantomData }
    }

    /// The set of words that were read from the store. `None` if one is unknown.
    pub(crate) fn stored(words: &[impl AsRef<str>]) -> Option<Self> {
        bits_of(words, W::NAMES).map(|bits| Self { bits, of: PhantomData })
    }

    pub(crate) fn names(self) -> Vec<Cow<'static, str>> {
        names(self.bits, W::NAMES)
    }

    /// Whether both sets share a word.
    pub(super) fn has(self, other: Self) -> bool {
        self.bits & other.bits != 0
    }

    /// Whether the set contains all words of `other`.
    pub(super) fn covers(self, other: Self) -> bool {
        self.bits | other.bits == self.bits
    }

    /// Whether some word is in this set and in all the others.
    pub(super) fn meets<'a>(&self, others: impl Iterator<Item = &'a Self>) -> bool
    where
        W: 'a,
    {
        others.fold(self.bits, |bits, other| bits & other.bits) != 0
    }
}

impl WordSet<Weekday> {
    /// The weekday of a local time.
    pub(super) fn day_of(local: DateTime) -> Self {
        let days_since_monday = local.weekday().to_monday_zero_offset();
        Self { bits: bit(u8::try_from(days_since_monday).unwrap_or_default()), of: PhantomData }
    }
}

fn bits(positions: &[u8]) -> u8 {
    positions.iter().fold(0, |bits, position| bits | bit(*position))
}

fn bits_of(words: &[impl AsRef<str>], names: &[&str]) -> Option<u8> {
    let mut bits = 0;
    for word in words {
        bits |= bit(position(word.as_ref(), names).ok()?);
    }
    Some(bits)
}

fn names(bits: u8, names: &'static [&'static str]) -> Vec<Cow<'static, str>> {
    names.iter().zip(0_u8..).filter(|(_, position)| bits & bit(*position) != 0).map(|(name, _)| Cow::Borrowed(*name)).collect()
}

fn bit(position: u8) -> u8 {
    1_u8.checked_shl(position.into()).unwrap_or(0)
}

/// The position of `word` in `names`.
pub(crate) fn position(word: &str, names: &[&str]) -> Result<u8, FieldError> {
    let found = names.iter().zip(0_u8..).find(|(name, _)| **name == word);
    found.map(|(_, position)| position).ok_or_else(|| FieldError::invalid(format!("this must be one of {}", names.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_contain_their_words() {
        let set: WordSet<Device> = WordSet::from_positions(&[0, 2]);
        for (word, is_in) in [
            (Some("mobile"), true),
            (Some("desktop"), true),
            (Some("tablet"), false),
            (Some("Mobile"), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(set.has(WordSet::only(word)), is_in, "{word:?}");
        }
        for (position, name) in (0..).zip(Weekday::NAMES) {
            assert_eq!(WordSet::<Weekday>::from_positions(&[position]), WordSet::only(Some(name)), "{name}");
        }
    }

    #[test]
    fn sets_cover_their_subsets() {
        let set = |positions: &[u8]| WordSet::<Os>::from_positions(positions);
        assert!(set(&[0, 1]).covers(set(&[0])) && set(&[0, 1]).covers(set(&[0, 1])));
        assert!(!set(&[0]).covers(set(&[0, 1])) && !set(&[0, 1]).covers(set(&[2])));
    }

    #[test]
    fn local_times_have_their_weekday() {
        for (day, name) in (16..=22).zip(Weekday::NAMES) {
            let day_of = |hour| WordSet::<Weekday>::day_of(jiff::civil::date(2026, 11, day).at(hour, 0, 0, 0)).names().concat();
            assert_eq!([day_of(0), day_of(23)], [*name; 2], "{day}");
        }
    }
}
