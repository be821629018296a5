//! Where the day of a rule begins: a fixed offset, or a POSIX TZ string with its own summer time. hop carries no table of places.

use super::calendar::{self, SECONDS_OF_A_DAY};
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
    OfWeek { month: usize, week: i32, weekday: i32 },
}

impl Zone {
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

    /// Whether its clocks show what those of `other` show, however both are written.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        (self.standard, self.summer) == (other.standard, other.summer)
    }

    /// What its clocks show, in seconds since 1970, when it is `moment` in UTC.
    pub(super) fn local(&self, moment: i64) -> i64 {
        let offset = match self.summer {
            Some(summer) if summer.is_at(moment, self.standard) => summer.offset,
            _ => self.standard,
        };
        moment.saturating_add(offset.into())
    }
}

impl Summer {
    /// Whether it is summer at `moment`. A turn may lie a week outside of its year, and a summer go over the year's end.
    fn is_at(self, moment: i64, standard: i32) -> bool {
        let year = calendar::year_of(moment.div_euclid(SECONDS_OF_A_DAY));
        [0_i64, -1, 1, -2].iter().any(|years| {
            let year = year.saturating_add(*years);
            let begins = self.from.moment(year, standard);
            let mut ends = (0..3).map(|years| self.to.moment(year.saturating_add(years), self.offset));
            begins <= moment && ends.find(|ends| *ends >= begins).is_some_and(|ends| moment < ends)
        })
    }
}

impl Turn {
    /// When it comes in `year`, in seconds since 1970 in UTC, to clocks that are `offset` east of Greenwich until then.
    fn moment(self, year: i64, offset: i32) -> i64 {
        let day = match self.day {
            Day::Julian(day) => {
                let is_after_february = day > 59 && calendar::is_leap(year);
                calendar::first_of_year(year).saturating_add(day.into()).saturating_sub(if is_after_february { 0 } else { 1 })
            }
            Day::OfYear(day) => calendar::first_of_year(year).saturating_add(day.into()),
            Day::OfWeek { month, week, weekday } => {
                let first = calendar::first_of_month(year, month);
                let until_weekday = i64::from(weekday).saturating_sub(calendar::days_since_sunday(first)).rem_euclid(7);
                let day = first.saturating_add(until_weekday).saturating_add(i64::from(week).saturating_sub(1).saturating_mul(7));
                if day < calendar::first_of_month(year, month.saturating_add(1)) { day } else { day.saturating_sub(7) }
            }
        };
        day.saturating_mul(SECONDS_OF_A_DAY).saturating_add(self.at.into()).saturating_sub(offset.into())
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
            let (month, _) = (usize::try_from(self.number(1, 12)?).ok()?, self.eat(b'.').then_some(())?);
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
        let named = |letters: usize| Zone::parse(format!("<{}>-1", "A".repeat(letters)));
        assert!(named(60).is_ok(), "64 characters");
        assert_eq!(named(61).unwrap_err().code, FieldCode::TooLong);
    }

    /// The offset that was in force, at the moments on both sides of every turn and halfway to the next.
    #[test]
    fn clocks_are_changed_when_others_say_so() {
        let mut turns = 0;
        for line in include_str!("turns.txt").lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split(' ').collect();
            let [tz, place, start, offset, rest @ ..] = words.as_slice() else { panic!("{line}") };
            let zone = Zone::parse((*tz).into()).unwrap();
            let number = |text: &str| text.parse::<i64>().unwrap();
            let (mut from, mut offset) = (number(start), number(offset));
            for turn in rest {
                let (at, next) = turn.split_at(turn.rfind(['+', '-']).unwrap());
                let (at, next) = (number(at), number(next));
                for moment in [from, from.midpoint(at), at - 1] {
                    assert_eq!(zone.local(moment) - moment, offset, "{place} {tz} {moment}");
                }
                (from, offset) = (at, next);
                turns += 1;
            }
            assert_eq!(zone.local(from) - from, offset, "{place} {tz} {from}");
        }
        assert_eq!(turns, 648);
    }

    #[test]
    fn clocks_that_are_never_changed_show_the_offset() {
        for (tz, offset) in [("+00:00", 0), ("+05:30", 19_800), ("-12:00", -43_200), ("UTC0", 0), ("EST5", -18_000)] {
            let zone = Zone::parse(tz.into()).unwrap();
            for moment in [0, 1_795_248_000, i64::from(u32::MAX), i64::MAX / 1_000] {
                assert_eq!(zone.local(moment) - moment, offset, "{tz} {moment}");
            }
        }
    }

    #[test]
    fn a_summer_that_ends_after_the_next_began_goes_on() {
        let (new_year_2026, day) = (1_767_225_600, SECONDS_OF_A_DAY);
        for (tz, days, offset) in [
            // From the 1st of January to the 6th of the next.
            ("AAA0BBB,J1/1,364/167", -1, 1),
            ("AAA0BBB,J1/1,364/167", 0, 1),
            ("AAA0BBB,J1/1,364/167", 3, 1),
            ("AAA0BBB,J1/1,364/167", 100, 1),
            // From the evening of the 6th of January of the next year to that of the 5th of the one after it.
            ("AAA0BBB,J365/167,J365/143", 4, 1),
            ("AAA0BBB,J365/167,J365/143", 5, 0),
            ("AAA0BBB,J365/167,J365/143", 6, 1),
            ("AAA0BBB,J365/167,J365/143", 200, 1),
            // From the 6th of January of the next year, when that of the year before has long ended, to the 25th of December.
            ("AAA0BBB,J365/167,0/-167", 3, 0),
            ("AAA0BBB,J365/167,0/-167", 100, 1),
            ("AAA0BBB,J365/167,0/-167", 360, 0),
            // From the 26th of December to the 5th of January.
            ("AAA0BBB,J1/-144,5/0", -8, 0),
            ("AAA0BBB,J1/-144,5/0", -5, 1),
            ("AAA0BBB,J1/-144,5/0", 3, 1),
            ("AAA0BBB,J1/-144,5/0", 6, 0),
            // One that ends as it begins is none.
            ("AAA0BBB,J100/1,J100/2", 50, 0),
            ("AAA0BBB,J100/1,J100/2", 150, 0),
        ] {
            let moment = new_year_2026 + days * day + day / 2;
            assert_eq!((Zone::parse(tz.into()).unwrap().local(moment) - moment) / 3_600, offset, "{tz} {days}");
        }
    }

    #[test]
    fn zones_agree_by_what_they_mean() {
        let agree = |one: &str, other: &str| Zone::parse(one.into()).unwrap().agrees_with(&Zone::parse(other.into()).unwrap());
        assert!(agree("+01:00", "CET-1") && agree("CET-1CEST,M3.5.0,M10.5.0/3", "MEZ-1MESZ,M3.5.0/2,M10.5.0/03:00"));
        assert!(!agree("+01:00", "CET-1CEST,M3.5.0,M10.5.0/3") && !agree("+01:00", "+02:00"));
        assert!(!agree("CET-1CEST,M3.5.0,M10.5.0/3", "CET-1CEST,M3.5.0,M10.5.0"));
    }
}
