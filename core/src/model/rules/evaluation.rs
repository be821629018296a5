//! Rule evaluation: finds the first rule of a link whose conditions all hold for a visit.

use std::cell::{Cell, OnceCell};

use jiff::civil::DateTime;

use super::split::SplitPosition;
use super::{Condition, Language, Rule, TimeOfDay, WordSet, Zone, language};
use crate::model::digest::Pepper;
use crate::model::link::LinkId;
use crate::model::visit::Visit;

/// Evaluation of the rules of one link for one visit. Values that several conditions use are computed once.
pub(crate) struct RuleEvaluation<'t, 'v> {
    visit: &'t Visit<'v>,
    rules: &'t [Rule],
    link: &'t LinkId,
    pepper: Option<&'t Pepper>,
    language: OnceCell<Option<&'t Language>>,
    local: Cell<Option<(&'t Zone, DateTime)>>,
    split_position: OnceCell<SplitPosition>,
}

impl<'t, 'v> RuleEvaluation<'t, 'v> {
    pub(crate) fn new(visit: &'t Visit<'v>, rules: &'t [Rule], link: &'t LinkId, pepper: Option<&'t Pepper>) -> Self {
        Self { visit, rules, link, pepper, language: OnceCell::new(), local: Cell::new(None), split_position: OnceCell::new() }
    }

    /// The position of the first rule that holds.
    pub(crate) fn first(&self) -> Option<usize> {
        self.rules.iter().position(|rule| self.outcome(rule).is_ok())
    }

    /// Evaluates one rule of the link. The error is the position of its first condition that does not hold.
    pub(crate) fn outcome(&self, rule: &'t Rule) -> Result<(), usize> {
        let failed = rule.when.iter().position(|condition| !self.holds(condition, rule));
        failed.map_or(Ok(()), Err)
    }

    fn holds(&self, condition: &'t Condition, rule: &Rule) -> bool {
        match condition {
            Condition::Country(any) => self.visit.country().is_some_and(|country| any.binary_search(&country).is_ok()),
            Condition::Device(any) => any.has(self.visit.software().device),
            Condition::Os(any) => any.has(self.visit.software().os),
            Condition::Browser(any) => any.has(self.visit.software().browser),
            Condition::Language(any) => self.language().is_some_and(|preferred| any.binary_search(preferred).is_ok()),
            Condition::Query(query) => query.holds(self.visit.parameters()),
            Condition::Time(window) => window.has(TimeOfDay::at(self.local(&window.zone))),
            Condition::Weekday(any, zone) => any.has(WordSet::day_of(self.local(zone))),
            Condition::Address(any) => self.visit.address().is_some_and(|address| any.iter().any(|block| block.has(address))),
            Condition::Split(percent) => self.split_position().percentile(&rule.id) < *percent,
        }
    }

    /// The visitor's preferred language among all languages in the rules of the link.
    fn language(&self) -> Option<&'t Language> {
        *self.language.get_or_init(|| {
            let named = |condition: &'t Condition| match condition {
                Condition::Language(any) => any.as_slice(),
                _ => &[],
            };
            let rules = self.rules;
            language::preferred(&self.visit.languages()?, &|| rules.iter().flat_map(|rule| &rule.when).flat_map(named))
        })
    }

    /// The local time in `zone`. Only the last zone is cached, because the rules of a link mostly use one zone.
    fn local(&self, zone: &'t Zone) -> DateTime {
        match self.local.get() {
            Some((known, local)) if known == zone => local,
            _ => {
                let local = zone.local(self.visit.now);
                self.local.set(Some((zone, local)));
                local
            }
        }
    }

    fn split_position(&self) -> SplitPosition {
        *self.split_position.get_or_init(|| SplitPosition::compute(self.pepper, self.link, self.visit.address(), self.visit.agent()))
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::cell::RefCell;
    use std::net::IpAddr;

    use http::HeaderName;

    use super::*;
    use crate::api::links::fields::rules::tests::rules;
    use crate::model::time::Timestamp;
    use crate::store::ports::ClientInfo;

    /// A visitor that records which attributes are read.
    #[derive(Default)]
    struct Visitor {
        headers: Vec<(&'static str, &'static str)>,
        address: Option<&'static str>,
        country: Option<&'static str>,
        reads: RefCell<Vec<String>>,
    }

    impl ClientInfo for Visitor {
        fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
            self.reads.borrow_mut().push(name.to_string());
            let (_, value) = self.headers.iter().find(|(known, _)| name == known)?;
            Some(Cow::Borrowed(value.as_bytes()))
        }

        fn address(&self) -> Option<IpAddr> {
            self.reads.borrow_mut().push("address".into());
            self.address?.parse().ok()
        }

        fn country(&self) -> Option<String> {
            self.reads.borrow_mut().push("country".into());
            self.country.map(str::to_owned)
        }
    }

    const IPAD: &str =
        "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1";
    const PIXEL: &str =
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";

    /// A Saturday, 08:00 in UTC.
    const NOW: u64 = 1_795_248_000_000;

    fn first_at(millis: u64, visitor: &Visitor, query: &str, list: &[Rule]) -> Option<usize> {
        let visit = Visit::new(Timestamp::from_millis(millis), query, Vec::new(), visitor);
        RuleEvaluation::new(&visit, list, &LinkId::from_random("x"), None).first()
    }

    /// Whether a rule with this one condition holds.
    fn holds(visitor: &Visitor, query: &str, condition: &str) -> bool {
        first_at(NOW, visitor, query, &rules(&[condition])).is_some()
    }

    #[test]
    fn conditions_hold_for_matching_visitors() {
        let unknown = Visitor::default();
        let known = Visitor {
            headers: vec![("user-agent", IPAD), ("accept-language", "de-AT, en;q=0.5")],
            address: Some("::ffff:192.0.2.7"),
            country: Some("at"),
            ..Visitor::default()
        };
        for (holds_for_known, holds_for_unknown, condition) in [
            (true, false, r#"{"type":"country","any":["DE","AT"]}"#),
            (false, false, r#"{"type":"country","any":["DE"]}"#),
            (true, false, r#"{"type":"device","any":["mobile","tablet"]}"#),
            (false, false, r#"{"type":"device","any":["mobile","desktop"]}"#),
            (true, false, r#"{"type":"os","any":["ios"]}"#),
            (false, false, r#"{"type":"os","any":["android","macos"]}"#),
            (true, false, r#"{"type":"browser","any":["safari"]}"#),
            (false, false, r#"{"type":"browser","any":["chrome"]}"#),
            (true, false, r#"{"type":"language","any":["fr","de"]}"#),
            (false, false, r#"{"type":"language","any":["fr"]}"#),
            (true, false, r#"{"type":"query","name":"x","present":true}"#),
            (false, true, r#"{"type":"query","name":"x","present":false}"#),
            (true, false, r#"{"type":"query","name":"x","equals":"a b"}"#),
            (false, false, r#"{"type":"query","name":"x","equals":"a+b"}"#),
            (true, true, r#"{"type":"time","from":"08:00","to":"08:01","tz":"+00:00"}"#),
            (false, false, r#"{"type":"time","from":"08:01","to":"08:00","tz":"+00:00"}"#),
            (true, true, r#"{"type":"time","from":"03:00","to":"03:01","tz":"EST5EDT,M3.2.0,M11.1.0"}"#),
            (true, true, r#"{"type":"time","from":"09:00","to":"09:01","tz":"europe/berlin"}"#),
            (false, false, r#"{"type":"weekday","any":["sat"],"tz":"Pacific/Honolulu"}"#),
            (true, true, r#"{"type":"time","from":"22:00","to":"08:01","tz":"+00:00"}"#),
            (true, true, r#"{"type":"weekday","any":["mon","sat"],"tz":"+00:00"}"#),
            (false, false, r#"{"type":"weekday","any":["sun"],"tz":"+15:59"}"#),
            (true, true, r#"{"type":"weekday","any":["sun"],"tz":"+16:00"}"#),
            (true, true, r#"{"type":"weekday","any":["fri"],"tz":"-08:01"}"#),
            (true, false, r#"{"type":"address","any":["2001:db8::/32","192.0.2.0/24"]}"#),
            (false, false, r#"{"type":"address","any":["::/0","198.51.100.0/24"]}"#),
        ] {
            assert_eq!(holds(&known, "x=1&x=a+b", condition), holds_for_known, "{condition}");
            assert_eq!(holds(&unknown, "", condition), holds_for_unknown, "{condition}");
        }
    }

    #[test]
    fn unknown_countries_match_no_country_condition() {
        for country in [None, Some("XX"), Some("T1"), Some(""), Some("DEU")] {
            let visitor = Visitor { country, ..Visitor::default() };
            assert!(!holds(&visitor, "", r#"{"type":"country","any":["DE","XK"]}"#), "{country:?}");
        }
    }

    #[test]
    fn splits_take_their_share_of_addresses() {
        let list = rules(&[r#"{"type":"split","percent":20}"#, r#"{"type":"split","percent":50}"#]);
        let mut counts = [0_u32; 3];
        for number in 0..10_000_u32 {
            let address = IpAddr::from((0xC633_6400 + number).to_be_bytes()).to_string();
            let visitor = Visitor { address: Some(address.leak()), ..Visitor::default() };
            let first = || first_at(NOW, &visitor, "", &list);
            assert_eq!(first(), first());
            counts[first().unwrap_or(2)] += 1;
        }
        for (count, expected) in counts.iter().zip([2_000, 4_000, 4_000]) {
            assert!(count.abs_diff(expected) < 200, "{counts:?}");
        }
    }

    #[test]
    fn a_split_takes_percentiles_below_its_percentage() {
        let [first] = <[Rule; 1]>::try_from(rules(&[r#"{"type":"split","percent":1}"#])).unwrap();
        for number in 0..100 {
            let agent: &str = "x".repeat(number).leak();
            let visitor = Visitor { headers: vec![("user-agent", agent)], ..Visitor::default() };
            let percentile = SplitPosition::compute(None, &LinkId::from_random("x"), None, agent.as_bytes()).percentile(&first.id);
            for percent in [percentile, percentile + 1].into_iter().filter(|percent| (1..=99).contains(percent)) {
                let condition = format!(r#"{{"type":"split","percent":{percent}}}"#);
                assert_eq!(holds(&visitor, "", &condition), percentile < percent, "{percentile} at {percent} percent");
            }
        }
    }

    #[test]
    fn the_first_rule_that_holds_wins() {
        let [de, at, mobile] =
            [r#"{"type":"country","any":["DE"]}"#, r#"{"type":"country","any":["DE","AT"]}"#, r#"{"type":"device","any":["mobile"]}"#];
        let list = rules(&[&format!("{at},{mobile}"), de, at]);
        let visitor = |country, agent| Visitor { country, headers: vec![("user-agent", agent)], ..Visitor::default() };
        for (country, agent, first) in [
            (Some("DE"), PIXEL, Some(0)),
            (Some("AT"), PIXEL, Some(0)),
            (Some("DE"), "", Some(1)),
            (Some("AT"), "", Some(2)),
            (Some("FR"), PIXEL, None),
            (None, PIXEL, None),
        ] {
            assert_eq!(first_at(NOW, &visitor(country, agent), "", &list), first, "{country:?} {agent}");
        }
    }

    #[test]
    fn outcomes_name_the_first_failed_condition() {
        let list = rules(&[
            r#"{"type":"country","any":["AT"]},{"type":"query","name":"x","present":true},{"type":"query","name":"y","present":true}"#,
        ]);
        for (country, query, outcome) in
            [("AT", "x&y", Ok(())), ("AT", "x", Err(2)), ("AT", "y", Err(1)), ("AT", "", Err(1)), ("DE", "x&y", Err(0)), ("DE", "", Err(0))]
        {
            let visitor = Visitor { country: Some(country), ..Visitor::default() };
            let visit = Visit::new(Timestamp::from_millis(NOW), query, Vec::new(), &visitor);
            let link = LinkId::from_random("x");
            assert_eq!(RuleEvaluation::new(&visit, &list, &link, None).outcome(&list[0]), outcome, "{country} {query}");
        }
    }

    #[test]
    fn languages_of_all_rules_compete() {
        let list = rules(&[r#"{"type":"language","any":["en"]}"#, r#"{"type":"language","any":["de","fr"]}"#]);
        for (header, first) in
            [("de, en;q=0.9", Some(1)), ("en, de;q=0.9", Some(0)), ("fr-CA, en", Some(1)), ("es, en;q=0.1", Some(0)), ("es", None)]
        {
            let visitor = Visitor { headers: vec![("accept-language", header)], ..Visitor::default() };
            assert_eq!(first_at(NOW, &visitor, "", &list), first, "{header}");
        }
    }

    #[test]
    fn each_condition_uses_its_own_time_zone() {
        let at = |time: &str, to: &str, tz: &str| format!(r#"{{"type":"time","from":"{time}","to":"{to}","tz":"{tz}"}}"#);
        let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
        let list = rules(&[
            &format!("{},{}", at("09:00", "09:01", berlin), at("07:00", "07:01", "-01:00")),
            &at("10:00", "10:01", "Europe/Berlin"),
            &at("08:30", "08:31", "+00:00"),
        ]);
        let summer = 1_782_000_000_000;
        for (millis, first) in [(NOW, Some(0)), (NOW + 60_000, None), (NOW + 1_800_000, Some(2)), (NOW + 3_600_000, Some(1))] {
            assert_eq!(first_at(millis, &Visitor::default(), "", &list), first, "{millis}");
        }
        let eight_in_summer = summer - summer % 86_400_000 + 8 * 3_600_000;
        assert_eq!(first_at(eight_in_summer, &Visitor::default(), "", &list), Some(1));
        assert_eq!(first_at(u64::MAX, &Visitor::default(), "", &list), None);
    }

    #[test]
    fn attributes_are_read_once_and_only_if_needed() {
        let visitor = Visitor { country: Some("AT"), ..Visitor::default() };
        let [country, agent, language, address] = [
            r#"{"type":"country","any":["AT"]}"#,
            r#"{"type":"device","any":["mobile"]},{"type":"split","percent":50}"#,
            r#"{"type":"language","any":["de"]}"#,
            r#"{"type":"address","any":["192.0.2.0/24"]}"#,
        ];
        assert_eq!(first_at(NOW, &visitor, "", &rules(&[country])), Some(0));
        assert_eq!(visitor.reads.take(), ["country"]);
        let query = r#"{"type":"query","name":"x","present":true}"#;
        assert_eq!(first_at(NOW, &visitor, "", &rules(&[&format!("{query},{agent},{language}"), query])), None);
        assert_eq!(visitor.reads.take(), [""; 0]);
        let each = [agent, language, address].map(|condition| format!("{condition},{query}"));
        let twice: Vec<&str> = each.iter().chain(&each).map(String::as_str).collect();
        let list: Vec<Rule> = twice.iter().flat_map(|when| rules(&[when])).collect();
        assert_eq!(first_at(NOW, &visitor, "", &list), None);
        assert_eq!(visitor.reads.take(), ["user-agent", "accept-language", "address"]);
    }
}
