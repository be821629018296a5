//! Field `rules`: parses the rules of a link, assigns their ids, and refuses rules that can never hold.

use std::marker::PhantomData;

#[cfg(feature = "docs")]
use crate::message::body::patterns;
use crate::message::body::{
    FieldType, Fields, JsonValue, List, NonEmpty, Optional, ParseContext, RequestBody, Required, Set, Template, WhyNotEmpty, request_body,
    text_types,
};
use crate::model::field_error::{FieldCode, FieldError, FieldErrors};
use crate::model::rules::{
    AddressBlock, Browser, Condition, Country, Device, Language, MAX_CONDITIONS, MAX_OF_ANY, MAX_RULES, NAME_BYTES, Os, Query, QueryTest,
    Rule, RuleId, TimeOfDay, TimeWindow, VALUE_BYTES, Weekday, WordKind, WordSet, Zone, position, shadow_of,
};
use crate::model::text::bounded;

text_types! {
    RuleId as RuleId = |text, _| RuleId::parse(text),
        {"type": "string", "minLength": 1, "maxLength": crate::model::rules::ID_BYTES, "pattern": "^[a-z0-9_-]+$"};
}

request_body! {
    /// A rule: which visitors a link redirects to another target.
    pub(crate) struct RuleBody {
        /// Identifier of the rule within its link: 1 to 32 of `a-z`, `0-9`, `-` and `_`. No other rule of the link
        /// has it. Default: a number.
        id: Optional<RuleId>,
        /// 1 to 10 conditions. The rule holds when all of them do. They must be able to hold at once, also when no
        /// earlier rule holds.
        when: Required<When>,
        /// Where the rule redirects to.
        target: Required<Template>,
    }
}

/// The rules of a link, in their order.
pub(crate) enum Rules {}

impl FieldType for Rules {
    type Value = Vec<Rule>;

    fn parse(value: JsonValue, context: &ParseContext<'_>) -> Result<Vec<Rule>, FieldErrors> {
        let mut ids: Vec<RuleId> = Vec::new();
        let rules = value.items(MAX_RULES, |item| {
            let mut rule = RuleBody::draft(Fields::from_json(item)?, context);
            if rule.parts.id.as_ref().is_some_and(|id| ids.contains(id)) {
                rule.wrong.add(FieldError::new(FieldCode::Duplicate, "another rule of the link has this id").within("id"));
            }
            ids.extend(rule.parts.id.clone());
            rule.close()
        })?;
        check_reachable(assign_ids(rules, ids))
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        crate::message::body::List::<RuleBody, MAX_RULES>::schema()
    }
}

/// Assigns an unused id to every rule without one.
fn assign_ids(rules: Vec<RuleBody>, mut ids: Vec<RuleId>) -> Vec<Rule> {
    let rules = rules.into_iter().zip(1_usize..).map(|(rule, position)| {
        let id = rule.id.unwrap_or_else(|| {
            let id = RuleId::free(position, &ids);
            ids.push(id.clone());
            id
        });
        Rule { id, when: rule.when, target: rule.target }
    });
    rules.collect()
}

/// Refuses every rule that is never reached.
fn check_reachable(rules: Vec<Rule>) -> Result<Vec<Rule>, FieldErrors> {
    let mut wrong = FieldErrors::default();
    for (at, rule) in rules.iter().enumerate() {
        if let Some(earlier) = shadow_of(rule, rules.get(..at).unwrap_or_default()) {
            let never = format!("the earlier rule {} always holds when this one does, so this one is never reached", earlier.as_str());
            wrong.add(FieldError::new(FieldCode::Conflicts, never).within("when").at(at));
        }
    }
    wrong.or(rules)
}

/// The conditions of one rule.
pub(crate) enum When {}

impl FieldType for When {
    type Value = Vec<Condition>;

    fn parse(value: JsonValue, context: &ParseContext<'_>) -> Result<Vec<Condition>, FieldErrors> {
        let when = NonEmpty::<List<Condition, MAX_CONDITIONS>, Self>::parse(value, context)?;
        let mut wrong = FieldErrors::default();
        for (at, condition) in when.iter().enumerate() {
            if let Some(field) = condition.conflicting_field(when.get(..at).unwrap_or_default()) {
                let never = FieldError::new(FieldCode::Conflicts, "this condition can never hold together with those before it");
                wrong.add(never.within(field).at(at));
            }
        }
        wrong.or(when)
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        NonEmpty::<List<Condition, MAX_CONDITIONS>, Self>::schema()
    }
}

impl WhyNotEmpty for When {
    fn error() -> FieldError {
        FieldError::new(FieldCode::Required, "a rule needs at least one condition; all other visitors get the target of the link")
    }
}

text_types! {
    Language as Language = |text, _| Language::parse(&text),
        {"type": "string", "minLength": 2, "maxLength": 35, "pattern": patterns::LANGUAGE};
    AddressBlock as AddressBlock = |text, _| AddressBlock::parse(&text), {"type": "string", "maxLength": 49, "pattern": patterns::BLOCK};
    TimeOfDay as TimeOfDay = |text, _| TimeOfDay::parse(&text), {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"};
    Zone as Zone = |text, _| Zone::parse(text), {"type": "string", "minLength": 1, "maxLength": 64};
}

/// One of the words of a kind, as its position among them.
pub(crate) struct Word<W>(PhantomData<W>);

impl<W: WordKind> FieldType for Word<W> {
    type Value = u8;

    fn parse(value: JsonValue, _: &ParseContext<'_>) -> Result<u8, FieldErrors> {
        Ok(position(&value.text()?, W::NAMES)?)
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        crate::message::body::schema!({"type": "string", "enum": W::NAMES})
    }
}

/// A list of values, one of which the visitor has to match.
type AnyOf<T> = NonEmpty<Set<T, MAX_OF_ANY>, NeverHolds>;

/// Why the list of values is not empty.
pub(crate) enum NeverHolds {}

impl WhyNotEmpty for NeverHolds {
    fn error() -> FieldError {
        FieldError::new(FieldCode::Conflicts, "the list needs at least one value, otherwise the condition never holds")
    }
}

/// A share in percent.
pub(crate) enum Percent {}

impl FieldType for Percent {
    type Value = u8;

    fn parse(value: JsonValue, _: &ParseContext<'_>) -> Result<u8, FieldErrors> {
        let percent = u8::try_from(value.natural()?).ok().filter(|percent| (1..=99).contains(percent));
        percent.ok_or_else(|| FieldError::new(FieldCode::OutOfRange, "percent must be from 1 to 99").into())
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        crate::message::body::schema!({"type": "integer", "minimum": 1, "maximum": 99})
    }
}

// The kinds of conditions, each with its fields beside `type`. The comments are their descriptions in
// docs/openapi.json.
request_body! {
    /// Country of the visitor as the edge knows it: codes of ISO 3166 such as `DE`. A visitor whose country is
    /// unknown is in none.
    struct CountryBody {
        any: Required<AnyOf<Country>>,
    }

    /// Device of the visitor.
    struct DeviceBody {
        any: Required<AnyOf<Word<Device>>>,
    }

    /// Operating system of the visitor.
    struct OsBody {
        any: Required<AnyOf<Word<Os>>>,
    }

    /// Browser of the visitor.
    struct BrowserBody {
        any: Required<AnyOf<Word<Browser>>>,
    }

    /// Language of the visitor: tags such as `de` or `pt-BR`. Of all languages that the rules of the link name, the
    /// one that `Accept-Language` prefers has to be among these. A visitor who asks for `de-AT` reads `de` too; one
    /// who asks for `pt` does not read `pt-BR`.
    struct LanguageBody {
        any: Required<AnyOf<Language>>,
    }

    /// Whether the query has the parameter `name`, of at most 64 bytes.
    struct PresenceBody {
        name: Required<QueryName>,
        present: Required<bool>,
    }

    /// Whether the parameter `name` has this value, of at most 512 bytes. If the query has the parameter several
    /// times, one such value is enough.
    struct EqualityBody {
        name: Required<QueryName>,
        equals: Required<QueryValue>,
    }

    /// Time of day, from one time until before another, which differs: `08:00` to `18:00`. The window may reach
    /// into the next day.
    struct TimeBody {
        from: Required<TimeOfDay>,
        to: Required<TimeOfDay>,
        tz: Required<Zone>,
    }

    /// Day of the week.
    struct WeekdayBody {
        any: Required<AnyOf<Word<Weekday>>>,
        tz: Required<Zone>,
    }

    /// Address of the visitor: blocks such as `192.0.2.0/24`, with zeros behind their prefix, or single addresses.
    /// An IPv4 address is in no block of IPv6.
    struct AddressBody {
        any: Required<AnyOf<AddressBlock>>,
    }

    /// Share of the visitors who reach this condition, in percent. The same address (of IPv6, the same /64) with
    /// the same user agent is always on the same side. Each rule splits independently.
    struct SplitBody {
        percent: Required<Percent>,
    }
}

impl FieldType for Condition {
    type Value = Self;

    fn parse(value: JsonValue, context: &ParseContext<'_>) -> Result<Self, FieldErrors> {
        let mut fields = Fields::from_json(value)?;
        let Some(kind) = fields.need("type", JsonValue::text) else {
            return Err(fields.into_errors());
        };
        match kind.as_str() {
            "country" => CountryBody::draft(fields, context).close().map(|body| Self::Country(body.any)),
            "device" => DeviceBody::draft(fields, context).close().map(|body| Self::Device(WordSet::from_positions(&body.any))),
            "os" => OsBody::draft(fields, context).close().map(|body| Self::Os(WordSet::from_positions(&body.any))),
            "browser" => BrowserBody::draft(fields, context).close().map(|body| Self::Browser(WordSet::from_positions(&body.any))),
            "language" => LanguageBody::draft(fields, context).close().map(|body| Self::Language(body.any)),
            "query" => query(fields, context).map(Self::Query),
            "time" => window(fields, context).map(Self::Time),
            "weekday" => WeekdayBody::draft(fields, context).close().map(|body| Self::Weekday(WordSet::from_positions(&body.any), body.tz)),
            "address" => AddressBody::draft(fields, context).close().map(|body| Self::Address(body.any)),
            "split" => SplitBody::draft(fields, context).close().map(|body| Self::Split(body.percent)),
            _ => {
                let kinds = "country, device, os, browser, language, query, time, weekday, address or split";
                fields.refuse("type", FieldError::invalid(format!("type must be {kinds}")));
                Err(fields.into_errors())
            }
        }
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        use crate::message::body::{ObjectSchema, component, schema};
        let kinds = [
            ObjectSchema::new::<CountryBody>().kind("type", "country"),
            ObjectSchema::new::<DeviceBody>().kind("type", "device"),
            ObjectSchema::new::<OsBody>().kind("type", "os"),
            ObjectSchema::new::<BrowserBody>().kind("type", "browser"),
            ObjectSchema::new::<LanguageBody>().kind("type", "language"),
            ObjectSchema::new::<PresenceBody>().kind("type", "query"),
            ObjectSchema::new::<EqualityBody>().kind("type", "query"),
            ObjectSchema::new::<TimeBody>().kind("type", "time"),
            ObjectSchema::new::<WeekdayBody>().kind("type", "weekday"),
            ObjectSchema::new::<AddressBody>().kind("type", "address"),
            ObjectSchema::new::<SplitBody>().kind("type", "split"),
        ];
        let description = "A condition of a rule on the visitor. Its `type` decides which other fields it has. A \
            list holds if any of its values does. A time zone `tz` is an IANA name such as `Europe/Berlin`, read in any case, \
            an offset such as `+01:00`, or a POSIX TZ string such as `CET-1CEST,M3.5.0,M10.5.0/3`, of at most 64 characters. \
            Other values are refused.";
        let kinds = schema!({"type": "object", "description": description, "oneOf": kinds.map(ObjectSchema::closed)});
        component("NewCondition", kinds)
    }
}

/// Parses a query condition: presence of a parameter, or equality. A null field counts as absent.
fn query(mut fields: Fields, context: &ParseContext<'_>) -> Result<Query, FieldErrors> {
    if !fields.has_value("equals") {
        fields.skip("equals");
        let body = PresenceBody::draft(fields, context).close()?;
        return Ok(Query { name: body.name, wanted: if body.present { QueryTest::Present } else { QueryTest::Absent } });
    }
    if fields.take("present", JsonValue::boolean).is_some() {
        fields.refuse("present", FieldError::new(FieldCode::Conflicts, "use either present or equals, not both"));
    }
    let body = EqualityBody::draft(fields, context).close()?;
    Ok(Query { name: body.name, wanted: QueryTest::Equals(body.equals) })
}

/// Parses a time window, whose start and end must differ.
fn window(fields: Fields, context: &ParseContext<'_>) -> Result<TimeWindow, FieldErrors> {
    let mut draft = TimeBody::draft(fields, context);
    if draft.parts.from.is_some() && draft.parts.from == draft.parts.to {
        draft.wrong.add(FieldError::new(FieldCode::Conflicts, "to must differ from from").within("to"));
    }
    let body = draft.close()?;
    Ok(TimeWindow { from: body.from, to: body.to, zone: body.tz })
}

/// Name of a query parameter.
pub(crate) enum QueryName {}

/// Value of a query parameter, which may be empty.
pub(crate) enum QueryValue {}

text_types! {
    QueryName as String = |text, _| bounded(text, NAME_BYTES, &[]),
        {"type": "string", "minLength": 1, "maxLength": NAME_BYTES, "pattern": patterns::VISIBLE};
    QueryValue as String = |text, _| if text.is_empty() { Ok(text) } else { bounded(text, VALUE_BYTES, &[]) },
        {"type": "string", "maxLength": VALUE_BYTES, "pattern": patterns::VISIBLE_OR_EMPTY};
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::message::body::tests::parsed;

    pub(crate) fn read(json: &str) -> Result<Vec<Rule>, Vec<(String, FieldCode)>> {
        parsed::<Rules>(json).map_err(|wrong| wrong.into_iter().map(|error| (error.at.clone(), error.code)).collect())
    }

    /// The errors of one rule with these conditions.
    pub(crate) fn errors(when: &str) -> Vec<(String, FieldCode)> {
        let json = format!(r#"[{{"when":{when},"target":"https://example.com/"}}]"#);
        read(&json).err().unwrap_or_default()
    }

    /// One rule for each list of conditions, without its brackets.
    pub(crate) fn rules(when: &[&str]) -> Vec<Rule> {
        let rule = |when: &&str| format!(r#"{{"when":[{when}],"target":"https://example.com/"}}"#);
        read(&format!("[{}]", when.iter().map(rule).collect::<Vec<_>>().join(","))).unwrap()
    }

    fn ids(given: &[Option<&str>]) -> Vec<String> {
        let rule = |id: &Option<&str>| {
            let id = id.map(|id| format!(r#""id":"{id}","#)).unwrap_or_default();
            format!(r#"{{{id}"when":[{{"type":"split","percent":1}}],"target":"https://example.com/"}}"#)
        };
        let rules = read(&format!("[{}]", given.iter().map(rule).collect::<Vec<_>>().join(","))).unwrap();
        rules.into_iter().map(|rule| rule.id.as_str().to_owned()).collect()
    }

    #[test]
    fn rule_without_id_gets_next_free_number() {
        assert_eq!(ids(&[None, None, None]), ["1", "2", "3"]);
        assert_eq!(ids(&[Some("de"), None]), ["de", "2"]);
        assert_eq!(ids(&[None, Some("1"), None]), ["2", "1", "3"]);
        assert_eq!(ids(&[None, None, Some("1"), Some("2")]), ["3", "4", "1", "2"]);
        assert_eq!(ids(&[None; 20]).len(), 20);
        let longest = "x".repeat(32);
        assert_eq!(ids(&[Some(&longest)]), [longest]);
    }

    #[test]
    fn every_wrong_field_of_a_rule_is_reported() {
        use FieldCode::{Duplicate, Invalid, OwnDomain, Required, TooLong, TooMany, Unknown, WrongType};
        let sound = r#""when":[{"type":"split","percent":1}],"target":"https://example.com/""#;
        let long = "x".repeat(33);
        for (json, expected) in [
            (r#"{}"#.to_owned(), vec![("", WrongType)]),
            (r#"[{}]"#.into(), vec![("/0/when", Required), ("/0/target", Required)]),
            (r#"[5,null]"#.into(), vec![("/0", WrongType), ("/1", WrongType)]),
            (
                format!(r#"[{{"id":"A",{sound}}},{{"id":"",{sound}}},{{"id":"{long}",{sound}}},{{"id":5,{sound}}}]"#),
                vec![("/0/id", Invalid), ("/1/id", Required), ("/2/id", TooLong), ("/3/id", WrongType)],
            ),
            (format!(r#"[{{"id":"a",{sound}}},{{"id":"a",{sound}}}]"#), vec![("/1/id", Duplicate)]),
            (format!(r#"[{{"if":[],{sound}}}]"#), vec![("/0/if", Unknown)]),
            (r#"[{"when":[],"target":"https://hop.example/x"}]"#.into(), vec![("/0/when", Required), ("/0/target", OwnDomain)]),
            (r#"[{"when":[{"type":"split","percent":1}],"target":"https://example.com/{path.x}"}]"#.into(), vec![("/0/target", Invalid)]),
            (format!("[{}]", vec!["{}"; 21].join(",")), vec![("", TooMany)]),
        ] {
            let expected = expected.into_iter().map(|(field, code)| (field.to_owned(), code)).collect();
            assert_eq!(read(&json), Err(expected), "{json}");
        }
        assert_eq!(errors(&format!("[{}]", [r#"{"type":"split","percent":1}"#; 11].join(","))), [("/0/when".to_owned(), TooMany)]);
        assert_eq!(errors(&format!("[{}]", [r#"{"type":"split","percent":1}"#; 10].join(","))), []);
        assert_eq!(errors(&format!("[{}]", [r#"{"type":"split","percent":1}"#; 1_000].join(","))), [("/0/when".to_owned(), TooMany)]);
    }

    #[test]
    fn every_wrong_condition_is_reported() {
        use FieldCode::{Conflicts, Duplicate, Invalid, OutOfRange, Required, TooLong, TooMany, Unknown, WrongType};
        let codes = format!(r#"{{"type":"country","any":[{}]}}"#, vec![r#""DE""#; 251].join(","));
        let name = format!(r#"{{"type":"query","present":true,"name":"{}"}}"#, "x".repeat(65));
        let value = format!(r#"{{"type":"query","name":"x","equals":"{}"}}"#, "x".repeat(513));
        for (condition, field, code) in [
            ("5", "", WrongType),
            ("{}", "/type", Required),
            (r#"{"type":null,"a":1}"#, "/type", Required),
            (r#"{"type":5}"#, "/type", WrongType),
            (r#"{"type":"moon","any":["full"]}"#, "/type", Invalid),
            (r#"{"type":"country"}"#, "/any", Required),
            (r#"{"type":"country","any":"DE"}"#, "/any", WrongType),
            (r#"{"type":"country","any":[]}"#, "/any", Conflicts),
            (r#"{"type":"country","any":["DE",5]}"#, "/any/1", WrongType),
            (r#"{"type":"country","any":["UK"]}"#, "/any/0", Invalid),
            (r#"{"type":"country","any":["DE"],"tz":"+01:00"}"#, "/tz", Unknown),
            (r#"{"type":"country","any":["DE"],"any":["FR"]}"#, "/any", Duplicate),
            (&codes, "/any", TooMany),
            (r#"{"type":"device","any":["phone"]}"#, "/any/0", Invalid),
            (r#"{"type":"device","any":[]}"#, "/any", Conflicts),
            (r#"{"type":"os","any":["iOS"]}"#, "/any/0", Invalid),
            (r#"{"type":"browser","any":["ie"]}"#, "/any/0", Invalid),
            (r#"{"type":"language","any":["d"]}"#, "/any/0", Invalid),
            (r#"{"type":"language","any":[]}"#, "/any", Conflicts),
            (r#"{"type":"query","name":"x"}"#, "/present", Required),
            (r#"{"type":"query","present":true}"#, "/name", Required),
            (r#"{"type":"query","name":"","present":true}"#, "/name", Required),
            (r#"{"type":"query","name":"x","present":"yes"}"#, "/present", WrongType),
            (r#"{"type":"query","name":"x","present":true,"equals":"y"}"#, "/present", Conflicts),
            (r#"{"type":"query","name":"x","equals":5}"#, "/equals", WrongType),
            (&name, "/name", TooLong),
            (&value, "/equals", TooLong),
            (r#"{"type":"time","from":"08:00","to":"18:00"}"#, "/tz", Required),
            (r#"{"type":"time","to":"18:00","tz":"+01:00"}"#, "/from", Required),
            (r#"{"type":"time","from":"08:00","to":"24:00","tz":"+01:00"}"#, "/to", Invalid),
            (r#"{"type":"time","from":"08:00","to":"08:00","tz":"+01:00"}"#, "/to", Conflicts),
            (r#"{"type":"time","from":"08:00","to":"18:00","tz":"Europe/Atlantis"}"#, "/tz", Invalid),
            (r#"{"type":"weekday","any":["mon"]}"#, "/tz", Required),
            (r#"{"type":"weekday","any":["Monday"],"tz":"+01:00"}"#, "/any/0", Invalid),
            (r#"{"type":"weekday","any":[],"tz":"+01:00"}"#, "/any", Conflicts),
            (r#"{"type":"address","any":["192.0.2.1/24"]}"#, "/any/0", Invalid),
            (r#"{"type":"address","any":[]}"#, "/any", Conflicts),
            (r#"{"type":"split"}"#, "/percent", Required),
            (r#"{"type":"split","percent":0}"#, "/percent", OutOfRange),
            (r#"{"type":"split","percent":100}"#, "/percent", OutOfRange),
            (r#"{"type":"split","percent":2.5}"#, "/percent", WrongType),
            (r#"{"type":"split","percent":18446744073709551615}"#, "/percent", OutOfRange),
            (r#"{"type":"split","percent":18446744073709551616}"#, "/percent", OutOfRange),
        ] {
            let when = format!(r#"[{{"type":"split","percent":1}},{condition}]"#);
            assert_eq!(errors(&when), [(format!("/0/when/1{field}"), code)], "{condition}");
        }
    }

    #[test]
    fn contradictory_conditions_are_refused() {
        let never = |at: usize| vec![(format!("/0/when/{at}/any"), FieldCode::Conflicts)];
        for (kind, one, other, shared) in [
            ("country", r#""DE""#, r#""FR""#, r#""AT""#),
            ("device", r#""mobile""#, r#""tablet""#, r#""desktop""#),
            ("os", r#""ios""#, r#""android""#, r#""linux""#),
            ("browser", r#""chrome""#, r#""opera""#, r#""edge""#),
        ] {
            let when = |lists: &[&[&str]]| {
                let condition = |any: &&[&str]| format!(r#"{{"type":"{kind}","any":[{}]}}"#, any.join(","));
                errors(&format!("[{}]", lists.iter().map(condition).collect::<Vec<_>>().join(",")))
            };
            assert_eq!(when(&[&[one, shared], &[other, shared]]), [], "{kind}");
            assert_eq!(when(&[&[one], &[other]]), never(1), "{kind}");
            assert_eq!(when(&[&[one, shared], &[other, shared], &[one, other]]), never(2), "{kind}");
        }
        let days = |first: &str, second: &str| {
            errors(&format!(r#"[{{"type":"weekday","any":["mon"],"tz":"{first}"}},{{"type":"weekday","any":["tue"],"tz":"{second}"}}]"#))
        };
        assert_eq!((days("+00:00", "+00:00"), days("+14:00", "+00:00")), (never(1), vec![]));
    }
}
