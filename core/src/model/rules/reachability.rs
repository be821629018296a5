//! Unreachable rules: those whose conditions exclude each other, and those after a rule that always holds when they do.

use super::{AddressBlock, Condition, Query, Rule, RuleId, TimeWindow};

impl Condition {
    /// The field that conflicts with the conditions of the same kind in `before`, if no visitor can meet all of them.
    pub(crate) fn conflicting_field(&self, before: &[Self]) -> Option<&'static str> {
        /// The other conditions of the same kind.
        macro_rules! others {
            ($kind:pat => $of:expr) => {
                before.iter().filter_map(|other| if let $kind = other { $of } else { None })
            };
        }
        let (can_hold, field) = match self {
            Self::Country(any) => (shares(any, others!(Self::Country(other) => Some(other.as_slice()))), "any"),
            Self::Device(any) => (any.meets(others!(Self::Device(other) => Some(other))), "any"),
            Self::Os(any) => (any.meets(others!(Self::Os(other) => Some(other))), "any"),
            Self::Browser(any) => (any.meets(others!(Self::Browser(other) => Some(other))), "any"),
            // A visitor has one preferred language.
            Self::Language(any) => (shares(any, others!(Self::Language(other) => Some(other.as_slice()))), "any"),
            Self::Query(query) => (!others!(Self::Query(other) => Some(other)).any(|other: &Query| query.excludes(other)), query.field()),
            // Two time zones can have different times and days at the same moment.
            Self::Time(window) => {
                let windows = || others!(Self::Time(other) => other.zone.agrees_with(&window.zone).then_some(other)).chain([window]);
                (windows().any(|one| windows().all(|other: &TimeWindow| other.has(one.from))), "to")
            }
            Self::Weekday(any, zone) => (any.meets(others!(Self::Weekday(any, other) => other.agrees_with(zone).then_some(any))), "any"),
            Self::Address(any) => {
                let lists = || others!(Self::Address(other) => Some(other)).chain([any]);
                // If blocks share an address, one of them is within all the others.
                let is_within = |block: &AddressBlock, list: &[AddressBlock]| list.iter().any(|other| other.covers(*block));
                (lists().flatten().any(|block| lists().all(|list| is_within(block, list))), "any")
            }
            Self::Split(_) => (true, "percent"),
        };
        (!can_hold).then_some(field)
    }

    /// Whether it holds whenever `other` does. This is never true of splits, because each rule has its own percentile.
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Country(these), Self::Country(those)) => contains_all(these, those),
            (Self::Device(these), Self::Device(those)) => these.covers(*those),
            (Self::Os(these), Self::Os(those)) => these.covers(*those),
            (Self::Browser(these), Self::Browser(those)) => these.covers(*those),
            (Self::Language(these), Self::Language(those)) => contains_all(these, those),
            (Self::Query(this), Self::Query(that)) => this.covers(that),
            (Self::Time(this), Self::Time(that)) => this.zone.agrees_with(&that.zone) && this.covers(that),
            (Self::Weekday(these, zone), Self::Weekday(those, other)) => zone.agrees_with(other) && these.covers(*those),
            (Self::Address(these), Self::Address(those)) => those.iter().all(|block| these.iter().any(|wider| wider.covers(*block))),
            _ => false,
        }
    }
}

/// The rule in `before` that holds whenever `rule` does, so that `rule` is never reached.
pub(crate) fn shadow_of<'a>(rule: &Rule, before: &'a [Rule]) -> Option<&'a RuleId> {
    let covers_rule = |earlier: &&Rule| earlier.when.iter().all(|wide| rule.when.iter().any(|narrow| wide.covers(narrow)));
    before.iter().find(covers_rule).map(|earlier| &earlier.id)
}

/// Whether one item of `any` is in all `others`, which are sorted.
fn shares<'a, T: Ord + 'a>(any: &[T], others: impl Iterator<Item = &'a [T]> + Clone) -> bool {
    any.iter().any(|item| others.clone().all(|other| other.binary_search(item).is_ok()))
}

/// Whether the sorted list `these` contains all of `those`.
fn contains_all<T: Ord>(these: &[T], those: &[T]) -> bool {
    those.iter().all(|item| these.binary_search(item).is_ok())
}

#[cfg(test)]
mod tests {
    use crate::api::links::fields::rules::tests::{errors, read};
    use crate::model::field_error::FieldCode::Conflicts;

    #[test]
    fn contradicting_conditions_are_refused() {
        let query = |wanted: &str| format!(r#"{{"type":"query","name":"x",{wanted}}}"#);
        let time = |from: &str, to: &str, tz: &str| format!(r#"{{"type":"time","from":"{from}","to":"{to}","tz":"{tz}"}}"#);
        let any = |kind: &str, any: &str| format!(r#"{{"type":"{kind}","any":[{any}]}}"#);
        let (present, absent) = (query(r#""present":true"#), query(r#""present":false"#));
        let (one, two) = (query(r#""equals":"1""#), query(r#""equals":"2""#));
        let other = r#"{"type":"query","name":"y","present":false}"#.to_owned();
        let split = |percent: u8| format!(r#"{{"type":"split","percent":{percent}}}"#);
        let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
        for (when, wrong) in [
            (vec![present.clone(), one.clone(), two.clone(), other], None),
            (vec![present.clone(), absent.clone()], Some("/1/present")),
            (vec![absent.clone(), present], Some("/1/present")),
            (vec![absent.clone(), one.clone()], Some("/1/equals")),
            (vec![one, two, absent], Some("/2/present")),
            (vec![time("08:00", "12:00", "+01:00"), time("11:59", "18:00", "CET-1")], None),
            (vec![time("08:00", "12:00", "+01:00"), time("12:00", "18:00", "CET-1")], Some("/1/to")),
            (vec![time("08:00", "12:00", "+01:00"), time("12:00", "18:00", "+02:00")], None),
            (vec![time("08:00", "12:00", berlin), time("06:00", "10:00", berlin)], None),
            (vec![time("08:00", "12:00", berlin), time("12:00", "18:00", "Europe/Berlin")], Some("/1/to")),
            (vec![time("08:00", "12:00", berlin), time("12:00", "18:00", "Europe/London")], None),
            (vec![time("22:00", "06:00", berlin), time("05:00", "07:00", berlin)], None),
            (vec![time("22:00", "06:00", berlin), time("06:00", "22:00", berlin)], Some("/1/to")),
            // Any two of them overlap, but not all three.
            (vec![time("00:00", "10:00", berlin), time("08:00", "18:00", berlin), time("16:00", "02:00", berlin)], Some("/2/to")),
            (vec![any("language", r#""de","en""#), any("language", r#""en","fr""#)], None),
            (vec![any("language", r#""de","en""#), any("language", r#""de-AT","fr""#)], Some("/1/any")),
            (vec![any("address", r#""192.0.2.0/24","::/0""#), any("address", r#""192.0.2.128/25""#)], None),
            (vec![any("address", r#""192.0.2.0/25","192.0.3.0/24""#), any("address", r#""192.0.2.0/24","10.0.0.0/8""#)], None),
            (vec![any("address", r#""192.0.2.0/24""#), any("address", r#""192.0.3.0/24","::/0""#)], Some("/1/any")),
            (
                vec![
                    any("address", r#""10.1.0.0/16","10.2.0.0/16""#),
                    any("address", r#""10.0.0.0/8""#),
                    any("address", r#""10.3.0.0/16""#),
                ],
                Some("/2/any"),
            ),
            (vec![split(1), split(99), split(1)], None),
        ] {
            let expected: Vec<_> = wrong.iter().map(|field| (format!("/0/when{field}"), Conflicts)).collect();
            assert_eq!(errors(&format!("[{}]", when.join(","))), expected, "{when:?}");
        }
    }

    /// Each case has the conditions of two rules, and whether the first shadows the second.
    #[test]
    fn shadowed_rules_are_refused() {
        let [at, de_at] = [r#"{"type":"country","any":["AT"]}"#, r#"{"type":"country","any":["DE","AT"]}"#];
        let mobile = r#"{"type":"device","any":["mobile"]}"#;
        let split = r#"{"type":"split","percent":50}"#;
        let both = |one: &str, other: &str| format!("{one},{other}");
        for (first, second, shadowed) in [
            (at.to_owned(), at.to_owned(), true),
            (de_at.into(), at.into(), true),
            (at.into(), de_at.into(), false),
            (at.into(), both(at, mobile), true),
            (mobile.into(), both(at, mobile), true),
            (both(at, mobile), at.into(), false),
            (both(mobile, de_at), both(at, mobile), true),
            (both(at, split), at.into(), false),
            // Each rule has its own percentile.
            (split.into(), split.into(), false),
            (at.into(), both(at, split), true),
            (r#"{"type":"device","any":["mobile","tablet"]}"#.into(), mobile.into(), true),
            (r#"{"type":"os","any":["ios","linux"]}"#.into(), r#"{"type":"os","any":["ios"]}"#.into(), true),
            (r#"{"type":"os","any":["ios"]}"#.into(), r#"{"type":"browser","any":["chrome"]}"#.into(), false),
            (r#"{"type":"browser","any":["opera","edge"]}"#.into(), r#"{"type":"browser","any":["edge"]}"#.into(), true),
            (r#"{"type":"language","any":["de","en"]}"#.into(), r#"{"type":"language","any":["en"]}"#.into(), true),
            (r#"{"type":"language","any":["de"]}"#.into(), r#"{"type":"language","any":["de-AT"]}"#.into(), false),
            (r#"{"type":"query","name":"x","present":true}"#.into(), r#"{"type":"query","name":"x","equals":"1"}"#.into(), true),
            (
                r#"{"type":"time","from":"22:00","to":"06:00","tz":"+01:00"}"#.into(),
                r#"{"type":"time","from":"23:00","to":"05:00","tz":"CET-1"}"#.into(),
                true,
            ),
            (
                r#"{"type":"time","from":"22:00","to":"06:00","tz":"+01:00"}"#.into(),
                r#"{"type":"time","from":"23:00","to":"05:00","tz":"+02:00"}"#.into(),
                false,
            ),
            (
                r#"{"type":"weekday","any":["sat","sun"],"tz":"+01:00"}"#.into(),
                r#"{"type":"weekday","any":["sun"],"tz":"+01:00"}"#.into(),
                true,
            ),
            (
                r#"{"type":"weekday","any":["sat","sun"],"tz":"+01:00"}"#.into(),
                r#"{"type":"weekday","any":["sun"],"tz":"+02:00"}"#.into(),
                false,
            ),
            (
                r#"{"type":"weekday","any":["sat","sun"],"tz":"Europe/Berlin"}"#.into(),
                r#"{"type":"weekday","any":["sun"],"tz":"Europe/Paris"}"#.into(),
                true,
            ),
            (
                r#"{"type":"address","any":["10.0.0.0/8","192.0.2.0/24"]}"#.into(),
                r#"{"type":"address","any":["10.1.0.0/16","192.0.2.7"]}"#.into(),
                true,
            ),
            (r#"{"type":"address","any":["10.0.0.0/8"]}"#.into(), r#"{"type":"address","any":["10.1.0.0/16","192.0.2.7"]}"#.into(), false),
        ] {
            let rule = |when: &str| format!(r#"{{"when":[{when}],"target":"https://example.com/"}}"#);
            let between = r#"{"id":"between","when":[{"type":"query","name":"z","present":true}],"target":"https://example.com/"}"#;
            let wrong = read(&format!("[{},{between},{}]", rule(&first), rule(&second))).err().unwrap_or_default();
            let expected = if shadowed { vec![("/2/when".to_owned(), Conflicts)] } else { vec![] };
            assert_eq!(wrong, expected, "{first} before {second}");
        }
    }

    #[test]
    fn errors_name_the_shadowing_rule() {
        let rule = |id: &str| format!(r#"{{{id}"when":[{{"type":"country","any":["DE"]}}],"target":"https://example.com/"}}"#);
        let detail = |first: &str| {
            let json = format!("[{},{}]", rule(first), rule(r#""id":"z","#));
            let wrong = crate::message::body::tests::parsed::<crate::api::links::fields::rules::Rules>(&json).unwrap_err();
            wrong.into_iter().map(|error| error.detail.to_string()).collect::<Vec<_>>().concat()
        };
        assert!(detail(r#""id":"german","#).starts_with("the earlier rule german always holds"));
        assert!(detail("").starts_with("the earlier rule 1 always holds"));
    }
}
