//! Time zones of rules and statistics: an IANA name, a POSIX TZ string or a fixed offset. jiff parses them. Its zone database is
//! compiled into hop, so a lookup reads no file and no clock.

use std::sync::OnceLock;

use jiff::civil::DateTime;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

use crate::model::field_error::{FieldCode, FieldError};
use crate::model::time::Timestamp;

/// Longest time zone in bytes. The longest name has 32, the longest POSIX string in use about fifty.
const BYTES: usize = 64;

const SECONDS_OF_A_DAY: u32 = 86_400;

/// The years in which two zones are compared, as seconds since 1970. In 28 years the calendar has every combination of
/// weekday and leap year. A difference that begins only later is not detected.
const COMPARED: [i64; 2] = [1_767_225_600, 2_650_838_400];

/// A time zone: its text and its clock. A name has the spelling of the database.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    text: String,
    /// jiff parses the data of a name once per isolate and shares it.
    clock: TimeZone,
    /// Computed when the zone is first compared with another.
    transitions: OnceLock<Vec<(i64, Offset)>>,
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
            return Err(FieldError::new(FieldCode::TooLong, format!("a time zone must have at most {BYTES} characters")));
        }
        let (text, clock) = match offset(&text).or_else(|| TimeZone::posix(&text).ok()) {
            Some(clock) => (text, clock),
            None => named(&text).ok_or_else(|| {
                FieldError::invalid(
                    "hop does not know this time zone: use an IANA name such as Europe/Berlin, an offset such as +01:00, \
                     or a POSIX TZ string such as CET-1CEST,M3.5.0,M10.5.0/3",
                )
            })?,
        };
        Ok(Self { text, clock, transitions: OnceLock::new() })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Memory used beside its own size, in bytes, approximately. The clock of a name is shared.
    pub(super) fn bytes(&self) -> usize {
        let own = if self.clock.iana_name().is_some() { 0 } else { self.clock.memory_usage() };
        self.text.len().saturating_add(own)
    }

    /// Whether both zones always have the same local time, however they are written.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        self == other || self.transitions() == other.transitions()
    }

    /// The local time at `moment`.
    pub(crate) fn local(&self, moment: Timestamp) -> DateTime {
        self.clock.to_datetime(moment.into())
    }

    /// The moment of a local time. A skipped time becomes a later one by as much as the clock was moved; of a repeated
    /// time this is the first moment. `None` before 1970 and at the end of the year 9999.
    pub(crate) fn moment_of(&self, local: DateTime) -> Option<Timestamp> {
        let moment = self.clock.to_timestamp(local).ok()?;
        u64::try_from(moment.as_millisecond()).ok().map(Timestamp::from_millis)
    }

    /// The moment in RFC 3339 with the offset of the zone, or with `Z` if the zone is called `UTC`.
    pub(crate) fn rfc_3339(&self, moment: Timestamp) -> String {
        if self.text == "UTC" {
            return moment.to_string();
        }
        let (local, minutes) = (self.local(moment), self.clock.to_offset(moment.into()).seconds() / 60);
        let (sign, minutes) = (if minutes < 0 { '-' } else { '+' }, minutes.unsigned_abs());
        format!("{local:.0}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// The offset at the start of the compared years, and each later offset with the second at which it begins.
    fn transitions(&self) -> &[(i64, Offset)] {
        self.transitions.get_or_init(|| {
            let [from, to] = COMPARED;
            let Ok(start) = jiff::Timestamp::from_second(from) else { return Vec::new() };
            let later = self.clock.following(start).map(|transition| (transition.timestamp().as_second(), transition.offset()));
            let mut transitions = vec![(from, self.clock.to_offset(start))];
            transitions.extend(later.take_while(|(second, _)| *second < to));
            transitions.dedup_by_key(|(_, offset)| *offset);
            transitions
        })
    }
}

/// Parses an offset of hours and minutes below a day. jiff also reads `+01`, `+01:00:00` and `+24:00`.
fn offset(text: &str) -> Option<TimeZone> {
    let has_form = text.len() == 6 && text.starts_with(['+', '-']);
    let zone = has_form.then(|| DateTimeParser::new().parse_time_zone_with(&TimeZoneDatabase::none(), text))?.ok()?;
    (zone.to_fixed_offset().ok()?.seconds().unsigned_abs() < SECONDS_OF_A_DAY).then_some(zone)
}

/// Finds a zone by its IANA name, ignoring case. `Factory` and `Etc/Unknown` mean an unset zone and are refused.
fn named(text: &str) -> Option<(String, TimeZone)> {
    let clock = TimeZoneDatabase::bundled().get(text).ok()?;
    let name = clock.iana_name().filter(|name| *name != "Factory")?.to_owned();
    Some((name, clock))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(text: &str) -> Zone {
        Zone::parse(text.into()).unwrap()
    }

    /// Seconds by which `zone` is ahead of UTC.
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
            // A link to Asia/Kolkata keeps its name.
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
    fn invalid_time_zones_are_refused() {
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
            let error = Zone::parse(text.into()).unwrap_err();
            assert_eq!(error.code, FieldCode::Invalid, "{text}");
            assert!(error.detail.contains("Europe/Berlin"), "{}", error.detail);
        }
        let named = |letters: usize| Zone::parse(format!("<{}>-1", "A".repeat(letters)));
        assert!(named(60).is_ok(), "64 characters");
        assert_eq!(named(61).unwrap_err().code, FieldCode::TooLong);
    }

    /// Checks the offset at each transition, a second before it and halfway between, for the POSIX string and its zone
    /// name.
    #[test]
    fn transitions_agree_with_other_implementations() {
        let (mut transitions, mut names) = (0, 0);
        for line in include_str!("transitions.txt").lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split(' ').collect();
            let [tz, name, start, before, rest @ ..] = words.as_slice() else { panic!("{line}") };
            let mut zones = vec![zone(tz)];
            zones.extend((*name != "-").then(|| zone(name)));
            names += zones.len() - 1;
            let number = |text: &str| text.parse::<i64>().unwrap();
            let (mut from, mut expected) = (number(start), number(before));
            for transition in rest {
                let (at, next) = transition.split_at(transition.rfind(['+', '-']).unwrap());
                let (at, next) = (number(at), number(next));
                for (zone, moment) in zones.iter().flat_map(|zone| [from, from.midpoint(at), at - 1].map(|moment| (zone, moment))) {
                    // Cairo had no summer time from 2015 to 2022.
                    if zone.as_str() != "Africa/Cairo" || moment > 1_672_531_200 {
                        assert_eq!(offset(zone, moment), expected, "{name} {} {moment}", zone.as_str());
                    }
                }
                (from, expected) = (at, next);
                transitions += 1;
            }
            zones.iter().for_each(|zone| assert_eq!(offset(zone, from), expected, "{name} {} {from}", zone.as_str()));
        }
        assert_eq!((transitions, names), (648, 11));
    }

    #[test]
    fn local_times_jump_and_repeat_at_transitions() {
        for (name, moment, before, after) in [
            // Europe/Berlin skips 02:00 to 03:00 in March and repeats it in October.
            ("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T01:59:59", "2026-03-29T03:00:00"),
            ("Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25T02:59:59", "2026-10-25T02:00:00"),
            // In the southern hemisphere summer time begins in October.
            ("Australia/Sydney", "2026-10-03T16:00:00Z", "2026-10-04T01:59:59", "2026-10-04T03:00:00"),
            ("Australia/Sydney", "2026-04-04T16:00:00Z", "2026-04-05T02:59:59", "2026-04-05T02:00:00"),
            // Lord Howe Island changes by half an hour.
            ("Australia/Lord_Howe", "2026-10-03T15:30:00Z", "2026-10-04T01:59:59", "2026-10-04T02:30:00"),
            ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", "2026-04-05T01:59:59", "2026-04-05T01:30:00"),
            // The change is at midnight, so the date changes twice.
            ("Africa/Cairo", "2026-10-29T21:00:00Z", "2026-10-29T23:59:59", "2026-10-29T23:00:00"),
            // Samoa skipped a day.
            ("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-29T23:59:59", "2011-12-31T00:00:00"),
        ] {
            let at = Timestamp::parse(moment).unwrap();
            let local = |moment| zone(name).local(moment).to_string();
            let a_second_earlier = Timestamp::from_millis(at.as_millis() - 1_000);
            assert_eq!((local(a_second_earlier).as_str(), local(at).as_str()), (before, after), "{name}");
        }
    }

    #[test]
    fn local_times_have_a_moment() {
        for (name, local, moment) in [
            ("UTC", "2026-11-01T00:00:00", Some("2026-11-01T00:00:00Z")),
            ("Europe/Berlin", "2026-11-01T00:00:00", Some("2026-10-31T23:00:00Z")),
            ("Europe/Berlin", "2026-07-01T00:00:00", Some("2026-06-30T22:00:00Z")),
            // A skipped time, and a repeated one.
            ("Europe/Berlin", "2026-03-29T02:30:00", Some("2026-03-29T01:30:00Z")),
            ("Europe/Berlin", "2026-10-25T02:30:00", Some("2026-10-25T00:30:00Z")),
            ("Africa/Cairo", "2026-04-24T00:00:00", Some("2026-04-23T22:00:00Z")),
            ("Pacific/Apia", "2011-12-30T00:00:00", Some("2011-12-30T10:00:00Z")),
            ("Pacific/Apia", "2011-12-31T00:00:00", Some("2011-12-30T10:00:00Z")),
            ("UTC", "1970-01-01T00:00:00", Some("1970-01-01T00:00:00Z")),
            ("Europe/Berlin", "1970-01-01T00:00:00", None),
            ("UTC", "-009999-01-01T00:00:00", None),
            ("UTC", "9999-12-31T23:59:59", None),
        ] {
            let found = zone(name).moment_of(local.parse().unwrap());
            assert_eq!(found, moment.map(|moment| Timestamp::parse(moment).unwrap()), "{name} {local}");
        }
    }

    #[test]
    fn rfc_3339_has_the_offset_of_the_moment() {
        for (name, moment, written) in [
            ("UTC", "2026-11-21T08:00:00Z", "2026-11-21T08:00:00Z"),
            ("utc", "2026-11-21T08:00:00Z", "2026-11-21T08:00:00Z"),
            ("+00:00", "2026-11-21T08:00:00Z", "2026-11-21T08:00:00+00:00"),
            ("Europe/London", "2026-11-21T08:00:00Z", "2026-11-21T08:00:00+00:00"),
            ("Europe/Berlin", "2026-11-21T08:00:00Z", "2026-11-21T09:00:00+01:00"),
            ("Europe/Berlin", "2026-07-21T08:00:00Z", "2026-07-21T10:00:00+02:00"),
            ("Asia/Kathmandu", "2026-11-21T20:00:00Z", "2026-11-22T01:45:00+05:45"),
            ("America/St_Johns", "2026-11-21T02:00:00Z", "2026-11-20T22:30:00-03:30"),
            ("-00:15", "2026-11-21T00:00:00Z", "2026-11-20T23:45:00-00:15"),
        ] {
            let moment = Timestamp::parse(moment).unwrap();
            assert_eq!(zone(name).rfc_3339(moment), written, "{name}");
            assert_eq!(Timestamp::parse(written), Ok(moment));
        }
    }

    #[test]
    fn posix_strings_agree_with_their_zone_names() {
        let (posix, name) = (zone("CET-1CEST,M3.5.0,M10.5.0/3"), zone("Europe/Berlin"));
        let hours = (0..365 * 24).map(|hour| Timestamp::from_millis(1_767_225_600_000 + hour * 3_600_000));
        for moment in hours.flat_map(|hour| [hour, Timestamp::from_millis(hour.as_millis() + 3_599_999)]) {
            assert_eq!(posix.local(moment), name.local(moment), "{moment}");
        }
    }

    #[test]
    fn fixed_offsets_never_change() {
        for (tz, seconds) in [("+00:00", 0), ("+05:30", 19_800), ("-12:00", -43_200), ("UTC0", 0), ("EST5", -18_000)] {
            for moment in [86_400, 1_795_248_000, i64::from(u32::MAX), 253_402_000_000] {
                assert_eq!(offset(&zone(tz), moment), seconds, "{tz} {moment}");
            }
        }
    }

    #[test]
    fn local_times_are_clamped_to_the_year_9999() {
        for tz in ["+23:59", "-23:59", "CET-24:59:59", "CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin", "Africa/Casablanca"] {
            let [last, later] = [253_402_300_799_999, u64::MAX].map(|millis| zone(tz).local(Timestamp::from_millis(millis)));
            assert_eq!((last, last.year()), (later, 9999), "{tz}");
        }
    }

    #[test]
    fn zones_agree_if_their_local_times_do() {
        let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
        for (one, other, agree) in [
            ("+01:00", "CET-1", true),
            (berlin, "MEZ-1MESZ,M3.5.0/2,M10.5.0/03:00", true),
            (berlin, "Europe/Berlin", true),
            ("Europe/Berlin", "Europe/Paris", true),
            ("UTC", "+00:00", true),
            // Its summer time has the same offset.
            ("CET-1", "XXX-1YYY-1,M3.5.0,M10.5.0", true),
            ("Asia/Kolkata", "+05:30", true),
            ("+01:00", berlin, false),
            ("+01:00", "+02:00", false),
            (berlin, "CET-1CEST,M3.5.0,M10.5.0", false),
            ("Europe/Berlin", "Europe/London", false),
            // They differ only in leap years.
            ("AAA0BBB,J60/0,J300", "AAA0BBB,59/0,J300", false),
        ] {
            assert_eq!(zone(one).agrees_with(&zone(other)), agree, "{one} and {other}");
        }
    }
}
