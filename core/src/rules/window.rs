//! A part of the day.

use std::fmt;

use super::Zone;
use crate::body::{Fields, Tree};
use crate::error::{FieldCode, Refusal};

const MINUTES_OF_A_DAY: u16 = 24 * 60;

/// A time of day, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock(u16);

/// From one time of day to another, which may be that of the next day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: Clock,
    /// Exclusive.
    pub(crate) to: Clock,
    pub(crate) zone: Zone,
}

impl Window {
    /// Takes both times and their zone out of `fields`.
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        let (from, to) = (fields.need("from", Clock::parse), fields.need("to", Clock::parse));
        if from.is_some() && from == to {
            fields.refuse("to", Refusal::new(FieldCode::Conflicts, "the window would end when it begins"));
        }
        let zone = Zone::read(fields);
        Some(Self { from: from?, to: to?, zone: zone? })
    }
}

impl Clock {
    fn parse(tree: Tree) -> Result<Self, Refusal> {
        let text = tree.text()?;
        let clock = match text.as_bytes() {
            [h1 @ b'0'..=b'2', h2 @ b'0'..=b'9', b':', m1 @ b'0'..=b'5', m2 @ b'0'..=b'9'] => {
                let digits = [(*h1, 600), (*h2, 60), (*m1, 10), (*m2, 1_u16)];
                let minutes = digits.map(|(digit, worth)| u16::from(digit.saturating_sub(b'0')).saturating_mul(worth));
                Self::stored(minutes.iter().sum())
            }
            _ => None,
        };
        clock.ok_or_else(|| Refusal::invalid("this is no time of day from 00:00 to 23:59"))
    }

    /// A time hop stored itself.
    pub(crate) fn stored(minutes: u16) -> Option<Self> {
        (minutes < MINUTES_OF_A_DAY).then_some(Self(minutes))
    }

    /// Minutes since midnight, the stored form.
    pub(crate) fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_shows_hours_and_minutes() {
        for text in ["00:00", "08:30", "19:59", "23:59"] {
            assert_eq!(Clock::parse(Tree::Text(text.into())).unwrap().to_string(), text);
        }
        for text in ["", "8:00", "24:00", "29:00", "08:60", "08:00:00", "08.00", "+8:00", "0８:00"] {
            assert!(Clock::parse(Tree::Text(text.into())).is_err(), "{text}");
        }
        assert_eq!((Clock::stored(1_439).map(Clock::minutes), Clock::stored(1_440)), (Some(1_439), None));
    }
}
