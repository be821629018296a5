//! Some of a few words, such as devices or weekdays.

use std::marker::PhantomData;

use crate::error::Refusal;

/// A kind of words, eight at most. Their places are stored: a new word goes to the end.
pub(crate) trait Words {
    const NAMES: &'static [&'static str];
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $($word:literal)*;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub(crate) enum $name {}

            impl Words for $name {
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
pub(crate) struct Choice<W> {
    bits: u8,
    of: PhantomData<W>,
}

impl<W: Words> Choice<W> {
    /// The words at `places`.
    pub(super) fn of(places: &[u8]) -> Self {
        Self::stored(places.iter().fold(0, |bits, place| bits | bit(*place)))
    }

    /// A choice hop stored itself.
    pub(crate) fn stored(bits: u8) -> Self {
        Self { bits, of: PhantomData }
    }

    /// One bit for each word, the first word's the lowest.
    pub(crate) fn bits(self) -> u8 {
        self.bits
    }

    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        W::NAMES.iter().zip(0_u8..).filter(move |(_, place)| self.bits & bit(*place) != 0).map(|(name, _)| *name)
    }

    /// Whether some word is in this choice and in all the others.
    pub(super) fn meets<'a>(&self, others: impl Iterator<Item = &'a Self>) -> bool
    where
        W: 'a,
    {
        others.fold(self.bits, |bits, other| bits & other.bits) != 0
    }
}

fn bit(place: u8) -> u8 {
    1_u8.checked_shl(place.into()).unwrap_or(0)
}

/// The place of `word` among `names`.
pub(super) fn place(word: &str, names: &[&str]) -> Result<u8, Refusal> {
    let found = names.iter().zip(0_u8..).find(|(name, _)| **name == word);
    found.map(|(_, place)| place).ok_or_else(|| Refusal::invalid(format!("this is one of {}", names.join(", "))))
}
