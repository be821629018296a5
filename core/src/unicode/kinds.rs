//! What kind a character is of. The numbers are those that `build.rs` writes.

use super::tables::{TABLES, value_of};

/// Which way a character is written, as far as the rules of host names ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bidi {
    Left,
    /// Hebrew, Arabic and their peers.
    Right,
    EuropeanNumber,
    ArabicNumber,
    Mark,
    /// Signs that take the direction of what is around them.
    Neutral,
    /// What no host in these scripts may hold.
    Other,
}

/// How a letter joins its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joining {
    None,
    Before,
    After,
    Both,
    Transparent,
}

/// Whether `c` may stand in an alias: a letter, a mark, a digit, an emoji, and nothing that is not seen.
pub(crate) fn is_letter(c: char) -> bool {
    value_of(&TABLES.kinds, c) & 1 != 0
}

pub(crate) fn is_mark(c: char) -> bool {
    value_of(&TABLES.kinds, c) & 2 != 0
}

/// Whether a folded text leaves `c` out.
pub(super) fn is_ignored(c: char) -> bool {
    value_of(&TABLES.kinds, c) & 4 != 0
}

/// Whether no folded text holds `c`.
pub(super) fn is_refused(c: char) -> bool {
    value_of(&TABLES.kinds, c) & 8 != 0
}

/// Whether `c` takes the vowel from the letter before it, which is then joined to the next.
pub(crate) fn is_virama(c: char) -> bool {
    class(c) == 9
}

/// The canonical combining class.
pub(super) fn class(c: char) -> u8 {
    value_of(&TABLES.classes, c)
}

pub(crate) fn bidi(c: char) -> Bidi {
    match value_of(&TABLES.bidi, c) {
        0 => Bidi::Left,
        1 => Bidi::Right,
        2 => Bidi::EuropeanNumber,
        3 => Bidi::ArabicNumber,
        4 => Bidi::Mark,
        5 => Bidi::Neutral,
        _ => Bidi::Other,
    }
}

pub(crate) fn joining(c: char) -> Joining {
    match value_of(&TABLES.joining, c) {
        1 => Joining::Before,
        2 => Joining::After,
        3 => Joining::Both,
        4 => Joining::Transparent,
        _ => Joining::None,
    }
}
