//! Some of a few words, such as devices or weekdays.

use std::borrow::Cow;
use std::marker::PhantomData;

use jiff::civil::DateTime;

use crate::model::field_error::FieldError;

/// A kind of words, eight at most.
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
    /// What a visitor holds in their hands.
    Device: "mobile" "tablet" "desktop";
    /// What runs on it.
    Os: "ios" "android" "windows" "macos" "linux";
    /// What the link was opened with.
    Browser: "chrome" "firefox" "safari" "edge" "opera";
    /// The day it is.
    Weekday: "mon" "tue" "wed" "thu" "fri" "sat" "sun";
}

/// Some of the words of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WordSet<W> {
    bits: u8,
    of: PhantomData<W>,
}

impl<W: WordKind> WordSet<W> {
    /// The words at `places`.
    pub(crate) fn from_positions(places: &[u8]) -> Self {
        Self { bits: bits(places), of: PhantomData }
    }

    /// The word alone; none of them where there is none, or one that rules do not know.
    pub(crate) fn only(word: Option<&str>) -> Self {
        let place = word.and_then(|word| W::NAMES.iter().zip(0_u8..).find(|(name, _)| **name == word));
        Self { bits: place.map_or(0, |(_, place)| bit(place)), of: PhantomData }
    }

    /// Words hop stored itself.
    pub(crate) fn stored(words: &[impl AsRef<str>]) -> Option<Self> {
        bits_of(words, W::NAMES).map(|bits| Self { bits, of: PhantomData })
    }

    pub(crate) fn names(self) -> Vec<Cow<'static, str>> {
        names(self.bits, W::NAMES)
    }

    /// Whether they share a word.
    pub(super) fn has(self, other: Self) -> bool {
        self.bits & other.bits != 0
    }

    /// Whether all the words of `other` are among these.
    pub(super) fn covers(self, other: Self) -> bool {
        self.bits | other.bits == self.bits
    }

    /// Whether some word is in this choice and in all the others.
    pub(super) fn meets<'a>(&self, others: impl Iterator<Item = &'a Self>) -> bool
    where
        W: 'a,
    {
        others.fold(self.bits, |bits, other| bits & other.bits) != 0
    }
}

impl WordSet<Weekday> {
    /// The day of a local time.
    pub(super) fn day_of(local: DateTime) -> Self {
        let days_since_monday = local.weekday().to_monday_zero_offset();
        Self { bits: bit(u8::try_from(days_since_monday).unwrap_or_default()), of: PhantomData }
    }
}

fn bits(places: &[u8]) -> u8 {
    places.iter().fold(0, |bits, place| bits | bit(*place))
}

fn bits_of(words: &[impl AsRef<str>], names: &[&str]) -> Option<u8> {
    let mut bits = 0;
    for word in words {
        bits |= bit(place(word.as_ref(), names).ok()?);
    }
    Some(bits)
}

fn names(bits: u8, names: &'static [&'static str]) -> Vec<Cow<'static, str>> {
    names.iter().zip(0_u8..).filter(|(_, place)| bits & bit(*place) != 0).map(|(name, _)| Cow::Borrowed(*name)).collect()
}

fn bit(place: u8) -> u8 {
    1_u8.checked_shl(place.into()).unwrap_or(0)
}

/// The place of `word` among `names`.
pub(crate) fn place(word: &str, names: &[&str]) -> Result<u8, FieldError> {
    let found = names.iter().zip(0_u8..).find(|(name, _)| **name == word);
    found.map(|(_, place)| place).ok_or_else(|| FieldError::invalid(format!("this is one of {}", names.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_in_the_choices_that_name_it() {
        let choice: WordSet<Device> = WordSet::from_positions(&[0, 2]);
        for (word, is_in) in [
            (Some("mobile"), true),
            (Some("desktop"), true),
            (Some("tablet"), false),
            (Some("Mobile"), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(choice.has(WordSet::only(word)), is_in, "{word:?}");
        }
        for (place, name) in (0..).zip(Weekday::NAMES) {
            assert_eq!(WordSet::<Weekday>::from_positions(&[place]), WordSet::only(Some(name)), "{name}");
        }
    }

    #[test]
    fn a_choice_covers_its_parts() {
        let choice = |places: &[u8]| WordSet::<Os>::from_positions(places);
        assert!(choice(&[0, 1]).covers(choice(&[0])) && choice(&[0, 1]).covers(choice(&[0, 1])));
        assert!(!choice(&[0]).covers(choice(&[0, 1])) && !choice(&[0, 1]).covers(choice(&[2])));
    }

    #[test]
    fn weekdays_follow_each_other() {
        for (day, name) in (16..=22).zip(Weekday::NAMES) {
            let day_of = |hour| WordSet::<Weekday>::day_of(jiff::civil::date(2026, 11, day).at(hour, 0, 0, 0)).names().concat();
            assert_eq!([day_of(0), day_of(23)], [*name; 2], "{day}");
        }
    }
}
