//! Rules: whom a link leads elsewhere. A rule holds when all its conditions do, and then its target stands for the link's own.

mod address;
mod choice;
mod condition;
mod country;
mod language;
mod query;
mod reach;
mod split;
mod trial;
mod window;
mod zone;

pub(crate) use address::Block;
pub(crate) use choice::{Browser, Choice, Device, Os, Weekday};
pub(crate) use condition::Condition;
pub(crate) use country::Country;
pub(crate) use language::Language;
pub(crate) use query::{Query, Wanted};
pub(crate) use trial::Trial;
pub(crate) use window::{Clock, Window};
pub(crate) use zone::Zone;

use self::condition::When;
use crate::body::{FieldType, Fields, Optional, ParseContext, RequestBody, Required, Template, Tree, request_body, text_types};
use crate::field_error::{FieldCode, Refusal, Wrong};
use crate::target::Target;

/// Every visitor is held against all of them in turn.
const MOST_RULES: usize = 20;
/// More than one of each kind is rarely meant.
const MOST_CONDITIONS: usize = 10;
/// In bytes: a word to know a rule by in statistics.
const ID_BYTES: usize = 32;

/// What a rule is called: small letters, digits, `-` and `_`. No two rules of a link share one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleId(String);

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) id: RuleId,
    /// At least one, and all of them can hold at once.
    pub(crate) when: Vec<Condition>,
    pub(crate) target: Target,
}

impl Rule {
    /// How much it takes, about.
    pub(crate) fn bytes(&self) -> usize {
        let conditions = self.when.iter().map(Condition::bytes).sum::<usize>();
        conditions.saturating_add(self.target.as_str().len()).saturating_add(size_of::<Self>())
    }
}

impl RuleId {
    fn parse(text: String) -> Result<Self, Refusal> {
        if text.is_empty() {
            return Err(Refusal::new(FieldCode::Required, "leave the id out, or write at least one character"));
        }
        if text.len() > ID_BYTES {
            return Err(Refusal::new(FieldCode::TooLong, format!("an id has at most {ID_BYTES} characters")));
        }
        if !text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')) {
            return Err(Refusal::invalid("an id is made of a-z, 0-9, - and _"));
        }
        Ok(Self(text))
    }

    /// An id hop stored itself.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The first number from `position` on that is no other rule's id.
    fn free(position: usize, taken: &[Self]) -> Self {
        let mut ids = (position..).map(|number| Self(number.to_string()));
        ids.find(|id| !taken.contains(id)).unwrap_or(Self(String::new()))
    }
}

text_types! {
    RuleId as RuleId = |text, _| RuleId::parse(text),
        {"type": "string", "minLength": 1, "maxLength": ID_BYTES, "pattern": "^[a-z0-9_-]+$"};
}

request_body! {
    /// A rule as it is sent.
    pub(crate) struct RuleBody {
        id: Optional<RuleId>,
        when: Required<When>,
        target: Required<Template>,
    }
}

/// The rules of a link, in their order.
pub(crate) enum Rules {}

impl FieldType for Rules {
    type Value = Vec<Rule>;

    fn parse(value: Tree, context: &ParseContext<'_>) -> Result<Vec<Rule>, Wrong> {
        let mut ids: Vec<RuleId> = Vec::new();
        let rules = value.items(MOST_RULES, |item| {
            let mut rule = RuleBody::draft(Fields::of(item)?, context);
            if rule.parts.id.as_ref().is_some_and(|id| ids.contains(id)) {
                rule.wrong.add(Refusal::new(FieldCode::Duplicate, "another rule of the link has this id").within("id"));
            }
            ids.extend(rule.parts.id.clone());
            rule.close()
        })?;
        in_reach(named(rules, ids))
    }

    #[cfg(test)]
    fn schema() -> crate::body::Schema {
        crate::body::List::<RuleBody, MOST_RULES>::schema()
    }
}

/// Gives every rule without an id one that is no other's.
fn named(rules: Vec<RuleBody>, mut ids: Vec<RuleId>) -> Vec<Rule> {
    let named = rules.into_iter().zip(1_usize..).map(|(rule, position)| {
        let id = rule.id.unwrap_or_else(|| {
            let id = RuleId::free(position, &ids);
            ids.push(id.clone());
            id
        });
        Rule { id, when: rule.when, target: rule.target }
    });
    named.collect()
}

/// Refuses every rule that is never reached.
fn in_reach(rules: Vec<Rule>) -> Result<Vec<Rule>, Wrong> {
    let mut wrong = Wrong::default();
    for (at, rule) in rules.iter().enumerate() {
        if let Some(earlier) = reach::shadow_of(rule, rules.get(..at).unwrap_or_default()) {
            let never = format!("the rule {} before it holds whenever this one does, so this one is never reached", earlier.as_str());
            wrong.add(Refusal::new(FieldCode::Conflicts, never).within("when").at(at));
        }
    }
    wrong.or(rules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::tests::parsed;

    pub(super) fn read(json: &str) -> Result<Vec<Rule>, Vec<(String, FieldCode)>> {
        parsed::<Rules>(json).map_err(|wrong| wrong.into_iter().map(|refusal| (refusal.at.clone(), refusal.code)).collect())
    }

    /// The errors of one rule with these conditions.
    pub(super) fn errors(when: &str) -> Vec<(String, FieldCode)> {
        let json = format!(r#"[{{"when":{when},"target":"https://example.com/"}}]"#);
        read(&json).err().unwrap_or_default()
    }

    /// One rule for each list of conditions, without its brackets.
    pub(super) fn rules(when: &[&str]) -> Vec<Rule> {
        let rule = |when: &&str| format!(r#"{{"when":[{when}],"target":"https://example.com/"}}"#);
        read(&format!("[{}]", when.iter().map(rule).collect::<Vec<_>>().join(","))).unwrap()
    }

    fn ids(given: &[Option<&str>]) -> Vec<String> {
        let rule = |id: &Option<&str>| {
            let id = id.map(|id| format!(r#""id":"{id}","#)).unwrap_or_default();
            format!(r#"{{{id}"when":[{{"type":"split","percent":1}}],"target":"https://example.com/"}}"#)
        };
        let rules = read(&format!("[{}]", given.iter().map(rule).collect::<Vec<_>>().join(","))).unwrap();
        rules.into_iter().map(|rule| rule.id.0).collect()
    }

    #[test]
    fn a_rule_without_an_id_gets_its_position_or_the_next_free_number() {
        assert_eq!(ids(&[None, None, None]), ["1", "2", "3"]);
        assert_eq!(ids(&[Some("de"), None]), ["de", "2"]);
        assert_eq!(ids(&[None, Some("1"), None]), ["2", "1", "3"]);
        assert_eq!(ids(&[None, None, Some("1"), Some("2")]), ["3", "4", "1", "2"]);
        assert_eq!(ids(&[None; 20]).len(), 20);
        let longest = "x".repeat(32);
        assert_eq!(ids(&[Some(&longest)]), [longest]);
    }

    #[test]
    fn every_wrong_part_of_a_rule_is_named() {
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
    fn every_wrong_condition_is_named() {
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
            (r#"{"type":"split","percent":18446744073709551616}"#, "/percent", WrongType),
        ] {
            let when = format!(r#"[{{"type":"split","percent":1}},{condition}]"#);
            assert_eq!(errors(&when), [(format!("/0/when/1{field}"), code)], "{condition}");
        }
    }

    #[test]
    fn conditions_that_never_hold_together_are_refused() {
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
