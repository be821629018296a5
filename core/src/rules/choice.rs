//! Some of a few words, such as devices or weekdays.

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::error::Refusal;

/// A kind of words, eight at most.
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
        Self { bits: bits(places), of: PhantomData }
    }

    /// Words hop stored itself.
    pub(crate) fn stored(words: &[String]) -> Option<Self> {
        bits_of(words, W::NAMES).map(|bits| Self { bits, of: PhantomData })
    }

    pub(crate) fn names(self) -> Vec<Cow<'static, str>> {
        names(self.bits, W::NAMES)
    }

    /// Whether some word is in this choice and in all the others.
    pub(super) fn meets<'a>(&self, others: impl Iterator<Item = &'a Self>) -> bool
    where
        W: 'a,
    {
        others.fold(self.bits, |bits, other| bits & other.bits) != 0
    }
}

fn bits(places: &[u8]) -> u8 {
    places.iter().fold(0, |bits, place| bits | bit(*place))
}

fn bits_of(words: &[String], names: &[&str]) -> Option<u8> {
    let mut bits = 0;
    for word in words {
        bits |= bit(place(word, names).ok()?);
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
pub(super) fn place(word: &str, names: &[&str]) -> Result<u8, Refusal> {
    let found = names.iter().zip(0_u8..).find(|(name, _)| **name == word);
    found.map(|(_, place)| place).ok_or_else(|| Refusal::invalid(format!("this is one of {}", names.join(", "))))
}
