//! Where the day of a rule begins: a fixed offset, or a POSIX TZ string with its own summer time. hop carries no table of places.

use crate::body::Fields;
use crate::error::{FieldCode, Refusal};

/// In bytes; the longest in use has about fifty.
const BYTES: usize = 64;

const HOUR: i32 = 3_600;

/// A time zone, as it was written and as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    text: String,
    /// Seconds east of Greenwich.
    standard: i32,
    summer: Option<Summer>,
}

/// When the clocks are changed, and to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Summer {
    /// Seconds east of Greenwich.
    offset: i32,
    from: Turn,
    to: Turn,
}

/// A moment of every year, in the local time until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Turn {
    day: Day,
    /// Seconds after the day begins; it may lie on another day.
    at: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    /// 1 to 365; the 29th of February is not counted.
    Julian(i32),
    /// 0 to 365, the 29th of February included.
    OfYear(i32),
    /// Sunday is 0, week 5 is the last.
    OfWeek { month: i32, week: i32, weekday: i32 },
}

impl Zone {
    /// Takes the zone out of `fields`.
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        fields.need("tz", |tree| Self::parse(tree.text()?))
    }

    pub(crate) fn parse(text: String) -> Result<Self, Refusal> {
        if text.len() > BYTES {
            return Err(Refusal::new(FieldCode::TooLong, format!("a zone has at most {BYTES} characters")));
        }
        let mut rest = Rest(text.as_bytes());
        match rest.zone() {
            Some((standard, summer)) if rest.0.is_empty() => Ok(Self { standard, summer, text }),
            _ => Err(Refusal::invalid("this is no zone such as +01:00 or CET-1CEST,M3.5.0,M10.5.0/3; hop knows no names of places")),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn zone(&mut self) -> Option<(i32, Option<Summer>)> {
        if let [b'+' | b'-', _, _, b':', _, _] = self.0 {
            return Some((self.clock(23)?, None));
        }
        self.name()?;
        let standard = self.clock(24)?.saturating_neg();
        if self.0.is_empty() {
            return Some((standard, None));
        }
        self.name()?;
        let offset = if self.0.first() == Some(&b',') { standard.saturating_add(HOUR) } else { self.clock(24)?.saturating_neg() };
        let summer = Summer { offset, from: self.turn()?, to: self.turn()? };
        Some((standard, Some(summer)))
    }

    /// At least three letters, or in angle brackets letters, digits and signs.
    fn name(&mut self) -> Option<()> {
        let quoted = self.eat(b'<');
        let is_part = |byte: &u8| byte.is_ascii_alphabetic() || quoted && (byte.is_ascii_digit() || matches!(byte, b'+' | b'-'));
        let length = self.0.iter().take_while(|byte| is_part(byte)).count();
        self.0 = self.0.get(length..)?;
        (length >= 3 && (!quoted || self.eat(b'>'))).then_some(())
    }

    /// `,` and a day, and a time if it is not two o'clock.
    fn turn(&mut self) -> Option<Turn> {
        if !self.eat(b',') {
            return None;
        }
        let day = if self.eat(b'M') {
            let (month, _) = (self.number(1, 12)?, self.eat(b'.').then_some(())?);
            let (week, _) = (self.number(1, 5)?, self.eat(b'.').then_some(())?);
            Day::OfWeek { month, week, weekday: self.number(0, 6)? }
        } else if self.eat(b'J') {
            Day::Julian(self.number(1, 365)?)
        } else {
            Day::OfYear(self.number(0, 365)?)
        };
        let at = if self.eat(b'/') { self.clock(167)? } else { HOUR.saturating_mul(2) };
        Some(Turn { day, at })
    }

    /// Seconds, written `[+-]h[h[h]][:mm[:ss]]`.
    fn clock(&mut self, most_hours: i32) -> Option<i32> {
        let negative = self.eat(b'-');
        if !negative {
            self.eat(b'+');
        }
        let mut seconds = self.number(0, most_hours)?.saturating_mul(HOUR);
        for worth in [60, 1] {
            if !self.eat(b':') {
                break;
            }
            seconds = seconds.saturating_add(self.number(0, 59)?.saturating_mul(worth));
        }
        Some(if negative { seconds.saturating_neg() } else { seconds })
    }

    fn number(&mut self, least: i32, most: i32) -> Option<i32> {
        let mut number = None;
        while let [digit @ b'0'..=b'9', rest @ ..] = self.0 {
            let digit = i32::from(digit.saturating_sub(b'0'));
            number = Some(number.unwrap_or(0_i32).saturating_mul(10).saturating_add(digit));
            self.0 = rest;
        }
        number.filter(|number| (least..=most).contains(number))
    }

    fn eat(&mut self, byte: u8) -> bool {
        match self.0 {
            [first, rest @ ..] if *first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_what_it_says() {
        let week = |month, week, hours: i32| Turn { day: Day::OfWeek { month, week, weekday: 0 }, at: hours * HOUR };
        let day = |day, hours: i32| Turn { day, at: hours * HOUR };
        let summer = |offset: i32, from, to| Some(Summer { offset: offset * HOUR, from, to });
        for (text, standard, expected) in [
            ("+00:00", 0, None),
            ("+05:30", 19_800, None),
            ("-12:00", -43_200, None),
            ("UTC0", 0, None),
            ("EST5", -18_000, None),
            ("<+0545>-5:45", 20_700, None),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 3_600, summer(2, week(3, 5, 2), week(10, 5, 3))),
            ("EST5EDT4,M3.2.0,M11.1.0", -18_000, summer(-4, week(3, 2, 2), week(11, 1, 2))),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", 3_600, summer(0, week(10, 5, 2), week(3, 5, 1))),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", -7_200, summer(-1, week(3, 5, -1), week(10, 5, 0))),
            ("XXX3YYY,J1/0,365/167", -10_800, summer(-2, day(Day::Julian(1), 0), day(Day::OfYear(365), 167))),
        ] {
            let zone = Zone::parse(text.into()).unwrap();
            assert_eq!((zone.as_str(), zone.standard, zone.summer), (text, standard, expected));
        }
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for text in [
            "",
            "Z",
            "UTC",
            "Europe/Berlin",
            "+1:00",
            "+24:00",
            "+01:60",
            "+01:00:00",
            "+-1:00",
            "CE-1",
            "CET",
            "CET-25",
            "CET-1CEST",
            "CET-1CEST,M3.5.0",
            "CET-1CEST,M13.5.0,M10.5.0",
            "CET-1CEST,M3.6.0,M10.5.0",
            "CET-1CEST,M3.5.7,M10.5.0",
            "CET-1CEST,M3.5,M10.5.0",
            "CET-1CEST,J0,J365",
            "CET-1CEST,0,366",
            "CET-1CEST,M3.5.0/168,M10.5.0",
            "CET-1CEST,M3.5.0,M10.5.0,",
            "CET-1CEST,M3.5.0,M10.5.0/99999999999",
            "<+01-1",
            "<+1>-1",
            "C\u{c9}T-1",
        ] {
            assert_eq!(Zone::parse(text.into()).err().map(|refusal| refusal.code), Some(FieldCode::Invalid), "{text}");
        }
        assert_eq!(Zone::parse("x".repeat(65)).unwrap_err().code, FieldCode::TooLong);
    }
}
