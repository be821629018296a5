//! Time zones of rules: an IANA name, a POSIX TZ string or a fixed offset. jiff reads them; its database of zones is part of hop, so a
//! lookup asks no file and no clock.

use std::sync::OnceLock;

use jiff::civil::DateTime;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

use crate::model::field_error::{FieldCode, FieldError};
use crate::model::time::Timestamp;

/// In bytes. The longest name has 32, the longest POSIX string in use about fifty.
const BYTES: usize = 64;

const SECONDS_OF_A_DAY: u32 = 86_400;

/// The years in which two zones are compared: in 28 the calendar goes through every combination of weekday and leap year. A zone whose rules
/// change later only seems to differ, and then two rules of a link are not compared.
const COMPARED: [i64; 2] = [1_767_225_600, 2_650_838_400];

/// A time zone as it was written, and its clocks. A name is kept in the database's spelling.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    text: String,
    /// Data of a name is parsed once in an isolate and shared: jiff keeps it.
    clocks: TimeZone,
    /// Worked out when the zone is first compared with another.
    turns: OnceLock<Vec<(i64, Offset)>>,
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Zone {}

impl Zone {
    pub(crate) fn parse(text: String) -> Result<Self, FieldError> {
        if text.len() > BYTES {
            return Err(FieldError::new(FieldCode::TooLong, format!("a time zone has at most {BYTES} characters")));
        }
        let (text, clocks) = match offset(&text).or_else(|| TimeZone::posix(&text).ok()) {
            Some(clocks) => (text, clocks),
            None => named(&text).ok_or_else(|| {
                FieldError::invalid(
                    "this is no time zone hop knows: use an IANA name such as Europe/Berlin, an offset such as +01:00, \
                     or a POSIX TZ string such as CET-1CEST,M3.5.0,M10.5.0/3",
                )
            })?,
        };
        Ok(Self { text, clocks, turns: OnceLock::new() })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// How much it takes, about, beside its own size. The clocks of a name are shared.
    pub(super) fn bytes(&self) -> usize {
        let own = if self.clocks.iana_name().is_some() { 0 } else { self.clocks.memory_usage() };
        self.text.len().saturating_add(own)
    }

    /// Whether its clocks show what those of `other` show, however both are written.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        self == other || self.turns() == other.turns()
    }

    /// What its clocks show at `moment`.
    pub(super) fn local(&self, moment: Timestamp) -> DateTime {
        self.clocks.to_datetime(moment.into())
    }

    /// The offset at the beginning of the compared years, and each one after it with the second it begins in.
    fn turns(&self) -> &[(i64, Offset)] {
        self.turns.get_or_init(|| {
            let [from, to] = COMPARED;
            let Ok(start) = jiff::Timestamp::from_second(from) else { return Vec::new() };
            let later = self.clocks.following(start).map(|turn| (turn.timestamp().as_second(), turn.offset()));
            let mut turns = vec![(from, self.clocks.to_offset(start))];
            turns.extend(later.take_while(|(second, _)| *second < to));
            turns.dedup_by_key(|(_, offset)| *offset);
            turns
        })
    }
}

/// Hours and minutes, less than a day: jiff also reads `+01`, `+01:00:00` and `+24:00`.
fn offset(text: &str) -> Option<TimeZone> {
    let is_short = text.len() == 6 && text.starts_with(['+', '-']);
    let zone = is_short.then(|| DateTimeParser::new().parse_time_zone_with(&TimeZoneDatabase::none(), text))?.ok()?;
    (zone.to_fixed_offset().ok()?.seconds().unsigned_abs() < SECONDS_OF_A_DAY).then_some(zone)
}

/// A name in the spelling of the database. `Factory` and `Etc/Unknown` stand for a zone that nobody has set.
fn named(text: &str) -> Option<(String, TimeZone)> {
    let clocks = TimeZoneDatabase::bundled().get(text).ok()?;
    let name = clocks.iana_name().filter(|name| *name != "Factory")?.to_owned();
    Some((name, clocks))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(text: &str) -> Zone {
        Zone::parse(text.into()).unwrap()
    }

    /// Seconds that the clocks of `zone` are ahead of UTC.
    fn offset(zone: &Zone, second: i64) -> i64 {
        let moment = Timestamp::from_millis(u64::try_from(second).unwrap().saturating_mul(1_000));
        zone.local(moment).duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_secs().saturating_sub(second)
    }

    #[test]
    fn offsets_and_posix_strings_are_kept_as_written() {
        for (text, january, july) in [
            ("+00:00", 0, 0),
            ("-00:00", 0, 0),
            ("+05:30", 19_800, 19_800),
            ("-12:00", -43_200, -43_200),
            ("+23:59", 86_340, 86_340),
            ("UTC0", 0, 0),
            ("utc0", 0, 0),
            ("GMT+0", 0, 0),
            ("EST5", -18_000, -18_000),
            ("<+0545>-5:45", 20_700, 20_700),
            ("<-03>+03:00:00", -10_800, -10_800),
            ("CET-24:59:59", 89_999, 89_999),
            ("CET-1CEST,M3.5.0,M10.5.0/3", 3_600, 7_200),
            ("EST5EDT4,M3.2.0,M11.1.0", -18_000, -14_400),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", 0, 3_600),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", -7_200, -3_600),
            ("XXX3YYY,J60/0,300/167", -10_800, -7_200),
        ] {
            let zone = zone(text);
            assert_eq!((zone.as_str(), offset(&zone, 1_767_225_600), offset(&zone, 1_783_036_800)), (text, january, july));
        }
    }

    #[test]
    fn names_get_the_spelling_of_the_database() {
        for (written, stored, offset_in_july) in [
            ("Europe/Berlin", "Europe/Berlin", 7_200),
            ("europe/BERLIN", "Europe/Berlin", 7_200),
            ("america/argentina/comodrivadavia", "America/Argentina/ComodRivadavia", -10_800),
            ("utc", "UTC", 0),
            ("etc/utc", "Etc/UTC", 0),
            ("etc/gmt-14", "Etc/GMT-14", 50_400),
            ("est5edt", "EST5EDT", -14_400),
            ("Asia/Kathmandu", "Asia/Kathmandu", 20_700),
            // Another name of Asia/Kolkata, and kept.
            ("Asia/Calcutta", "Asia/Calcutta", 19_800),
        ] {
            let zone = zone(written);
            assert_eq!((zone.as_str(), offset(&zone, 1_783_036_800)), (stored, offset_in_july), "{written}");
            assert_eq!(Zone::parse(stored.into()).unwrap().as_str(), stored);
        }
    }

    #[test]
    fn every_name_of_the_database_is_known() {
        let database = TimeZoneDatabase::bundled();
        let names: Vec<String> = database.available().map(|name| name.as_str().to_owned()).filter(|name| name != "Factory").collect();
        assert!(names.len() > 500, "{}", names.len());
        for name in names {
            assert_eq!(zone(&name).as_str(), name);
        }
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for text in [
            "",
            "Z",
            "+",
            "Europe/Atlantis",
            "Europe",
            "Europe/",
            "/Europe/Berlin",
            "Europe/Berlin ",
            " Europe/Berlin",
            "Berlin",
            "Factory",
            "Etc/Unknown",
            "+1:00",
            "+24:00",
            "-24:00",
            "+01:60",
            "+01:00:00",
            "+0100",
            "+01",
            "+0100Z",
            "+-1:00",
            "CE-1",
            "CEST",
            "CET-25",
            "CET-1 ",
            "CET-1 CEST",
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
            "CET-1,M3.5.0,M10.5.0",
            "<+01-1",
            "<+1>-1",
            "C\u{c9}T-1",
        ] {
            let refusal = Zone::parse(text.into()).unwrap_err();
            assert_eq!(refusal.code, FieldCode::Invalid, "{text}");
            assert!(refusal.detail.contains("Europe/Berlin"), "{}", refusal.detail);
        }
        let named = |letters: usize| Zone::parse(format!("<{}>-1", "A".repeat(letters)));
        assert!(named(60).is_ok(), "64 characters");
        assert_eq!(named(61).unwrap_err().code, FieldCode::TooLong);
    }

    /// The offset in force at each turn, a second before it and halfway to the next, for the POSIX string and for the place that has it.
    #[test]
    fn clocks_are_changed_when_others_say_so() {
        let (mut turns, mut places) = (0, 0);
        for line in include_str!("turns.txt").lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split(' ').collect();
            let [tz, place, start, before, rest @ ..] = words.as_slice() else { panic!("{line}") };
            let mut zones = vec![zone(tz)];
            zones.extend((*place != "-").then(|| zone(place)));
            places += zones.len() - 1;
            let number = |text: &str| text.parse::<i64>().unwrap();
            let (mut from, mut shown) = (number(start), number(before));
            for turn in rest {
                let (at, next) = turn.split_at(turn.rfind(['+', '-']).unwrap());
                let (at, next) = (number(at), number(next));
                for (zone, moment) in zones.iter().flat_map(|zone| [from, from.midpoint(at), at - 1].map(|moment| (zone, moment))) {
                    // Cairo had no summer time from 2015 to 2022.
                    if zone.as_str() != "Africa/Cairo" || moment > 1_672_531_200 {
                        assert_eq!(offset(zone, moment), shown, "{place} {} {moment}", zone.as_str());
                    }
                }
                (from, shown) = (at, next);
                turns += 1;
            }
            zones.iter().for_each(|zone| assert_eq!(offset(zone, from), shown, "{place} {} {from}", zone.as_str()));
        }
        assert_eq!((turns, places), (648, 11));
    }

    #[test]
    fn local_times_jump_and_repeat_where_clocks_are_changed() {
        for (name, moment, before, after) in [
            // Europe/Berlin skips 02:00 to 03:00 in March and repeats it in October.
            ("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T01:59:59", "2026-03-29T03:00:00"),
            ("Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25T02:59:59", "2026-10-25T02:00:00"),
            // South of the equator summer begins in October.
            ("Australia/Sydney", "2026-10-03T16:00:00Z", "2026-10-04T01:59:59", "2026-10-04T03:00:00"),
            ("Australia/Sydney", "2026-04-04T16:00:00Z", "2026-04-05T02:59:59", "2026-04-05T02:00:00"),
            // Lord Howe's clocks go half an hour ahead.
            ("Australia/Lord_Howe", "2026-10-03T15:30:00Z", "2026-10-04T01:59:59", "2026-10-04T02:30:00"),
            ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", "2026-04-05T01:59:59", "2026-04-05T01:30:00"),
            // The day itself changes twice.
            ("Africa/Cairo", "2026-10-29T21:00:00Z", "2026-10-29T23:59:59", "2026-10-29T23:00:00"),
            // Samoa left a day out.
            ("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-29T23:59:59", "2011-12-31T00:00:00"),
        ] {
            let at = Timestamp::parse(moment).unwrap();
            let shown = |moment| zone(name).local(moment).to_string();
            let a_second_earlier = Timestamp::from_millis(at.as_millis() - 1_000);
            assert_eq!((shown(a_second_earlier).as_str(), shown(at).as_str()), (before, after), "{name}");
        }
    }

    #[test]
    fn a_posix_string_shows_what_its_place_shows() {
        let (posix, name) = (zone("CET-1CEST,M3.5.0,M10.5.0/3"), zone("Europe/Berlin"));
        let hours = (0..365 * 24).map(|hour| Timestamp::from_millis(1_767_225_600_000 + hour * 3_600_000));
        for moment in hours.flat_map(|hour| [hour, Timestamp::from_millis(hour.as_millis() + 3_599_999)]) {
            assert_eq!(posix.local(moment), name.local(moment), "{moment}");
        }
    }

    #[test]
    fn clocks_of_an_offset_are_never_changed() {
        for (tz, seconds) in [("+00:00", 0), ("+05:30", 19_800), ("-12:00", -43_200), ("UTC0", 0), ("EST5", -18_000)] {
            for moment in [86_400, 1_795_248_000, i64::from(u32::MAX), 253_402_000_000] {
                assert_eq!(offset(&zone(tz), moment), seconds, "{tz} {moment}");
            }
        }
    }

    #[test]
    fn the_end_of_the_calendar_stops_the_clocks() {
        for tz in ["+23:59", "-23:59", "CET-24:59:59", "CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin", "Africa/Casablanca"] {
            let [last, later] = [253_402_300_799_999, u64::MAX].map(|millis| zone(tz).local(Timestamp::from_millis(millis)));
            assert_eq!((last, last.year()), (later, 9999), "{tz}");
        }
    }

    #[test]
    fn zones_agree_by_what_they_mean() {
        let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
        for (one, other, agree) in [
            ("+01:00", "CET-1", true),
            (berlin, "MEZ-1MESZ,M3.5.0/2,M10.5.0/03:00", true),
            (berlin, "Europe/Berlin", true),
            ("Europe/Berlin", "Europe/Paris", true),
            ("UTC", "+00:00", true),
            // Winter time by summer time's name.
            ("CET-1", "XXX-1YYY-1,M3.5.0,M10.5.0", true),
            ("Asia/Kolkata", "+05:30", true),
            ("+01:00", berlin, false),
            ("+01:00", "+02:00", false),
            (berlin, "CET-1CEST,M3.5.0,M10.5.0", false),
            ("Europe/Berlin", "Europe/London", false),
            // They differ in leap years alone.
            ("AAA0BBB,J60/0,J300", "AAA0BBB,59/0,J300", false),
        ] {
            assert_eq!(zone(one).agrees_with(&zone(other)), agree, "{one} and {other}");
        }
    }
}
