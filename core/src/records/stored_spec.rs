//! What an owner says of a link, as it is stored. What was not said is not written.

use std::borrow::Cow;
use std::num::NonZeroU64;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde::Serialize;

use crate::body::{Fields, Tree};
use crate::card::Card;
use crate::error::{Refusal, Wrong};
use crate::link::{ForwardQuery, RedirectStatus};
use crate::password::PasswordHash;
use crate::ports::{PasswordCost, StoreError};
use crate::rules::{Block, Choice, Clock, Condition, Country, Language, Query, Rule, RuleId, Wanted, Window, Zone};
use crate::spec::Spec;
use crate::target::Target;
use crate::text::{CardDescription, CardTitle, ExternalId, Note, Tag, Title};
use crate::time::Timestamp;

#[derive(Serialize)]
pub(super) struct StoredSpec<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_clicks: Option<NonZeroU64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forward_query: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<StoredRule<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<StoredCard<'a>>,
    /// The names of the flags that are set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flags: Vec<&'static str>,
}

#[derive(Serialize)]
struct StoredCard<'a> {
    title: Option<&'a str>,
    description: Option<&'a str>,
    image: Option<&'a str>,
}

#[derive(Serialize)]
struct StoredRule<'a> {
    id: &'a str,
    /// Each condition is its words: `["country", "DE", "FR"]`.
    when: Vec<Vec<Cow<'a, str>>>,
    target: &'a str,
}

const FLAGS: [&str; 5] = ["confirm", "forward_path", "strict", "crawlable", "disabled"];

/// In the order of their names.
fn flags(spec: &Spec) -> [bool; 5] {
    [spec.confirm, spec.forward_path, spec.strict, spec.crawlable, spec.disabled]
}

impl<'a> StoredSpec<'a> {
    pub(super) fn of(spec: &'a Spec) -> Self {
        let status = spec.redirect_status;
        let forward_query = spec.forward_query;
        Self {
            redirect_status: (status != RedirectStatus::default()).then(|| status.code().as_u16()),
            title: spec.title.as_ref().map(Title::as_str),
            note: spec.note.as_ref().map(Note::as_str),
            external_id: spec.external_id.as_ref().map(ExternalId::as_str),
            tags: spec.tags.iter().map(Tag::as_str).collect(),
            starts_at: spec.starts_at.map(Timestamp::as_millis),
            ends_at: spec.ends_at.map(Timestamp::as_millis),
            max_clicks: spec.max_clicks,
            fallback: spec.fallback.as_ref().map(Target::as_str),
            password: spec.password.as_ref().map(write_password),
            forward_query: (forward_query != ForwardQuery::default()).then(|| forward_query.name()),
            rules: spec.rules.iter().map(write_rule).collect(),
            card: spec.card.as_ref().map(write_card),
            flags: FLAGS.into_iter().zip(flags(spec)).filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect(),
        }
    }
}

/// Reads what was stored. It goes through the same reader as a body, which is there anyway; serde's own would weigh 10 KB more.
pub(super) fn read(stored: Tree) -> Result<Spec, StoreError> {
    let mut spec = Spec::default();
    let mut fields = Fields::of(stored).map_err(|_| corrupt("spec"))?;
    fields.set("redirect_status", &mut spec.redirect_status, |tree| RedirectStatus::parse(tree.natural()?));
    fields.set_text("title", &mut spec.title, |text| Ok(Title::stored(text)));
    fields.set_text("note", &mut spec.note, |text| Ok(Note::stored(text)));
    fields.set_text("external_id", &mut spec.external_id, |text| Ok(ExternalId::stored(text)));
    fields.set("tags", &mut spec.tags, |tree| Ok::<_, Wrong>(texts(tree)?.into_iter().map(Tag::stored).collect()));
    fields.set("starts_at", &mut spec.starts_at, moment);
    fields.set("ends_at", &mut spec.ends_at, moment);
    fields.set("max_clicks", &mut spec.max_clicks, |tree| NonZeroU64::new(tree.natural()?).map(Some).ok_or_else(never_written));
    fields.set_text("fallback", &mut spec.fallback, |text| Ok(Target::stored(text)));
    fields.set_text("password", &mut spec.password, |text| read_password(&text).ok_or_else(never_written));
    fields.set("forward_query", &mut spec.forward_query, |tree| ForwardQuery::parse(&tree.text()?));
    fields.set("rules", &mut spec.rules, |tree| tree.items(usize::MAX, read_rule));
    fields.set("card", &mut spec.card, |tree| read_card(tree).map(Some));
    let mut set = Vec::new();
    fields.set("flags", &mut set, texts);
    [spec.confirm, spec.forward_path, spec.strict, spec.crawlable, spec.disabled] = FLAGS.map(|name| set.iter().any(|flag| flag == name));
    fields.finish(Some(spec)).map_err(|problem| corrupt(problem.errors.first().map_or("", |error| error.field.as_str())))
}

/// The value itself stays out of the log.
fn corrupt(field: &str) -> StoreError {
    StoreError::Corrupt(format!("a stored link has something at {field} that hop never wrote"))
}

fn never_written() -> Refusal {
    Refusal::invalid("hop never wrote this")
}

fn texts(tree: Tree) -> Result<Vec<String>, Wrong> {
    tree.items(usize::MAX, |item| Ok(item.text()?))
}

fn moment(tree: Tree) -> Result<Option<Timestamp>, Refusal> {
    tree.natural().map(|millis| Some(Timestamp::from_millis(millis)))
}

/// Memory in KiB, passes, salt and hash, as in `4096.3.c2FsdA.aGFzaA`: Argon2id, version 19, one lane.
fn write_password(password: &PasswordHash) -> String {
    let PasswordHash { cost, salt, hash } = password;
    format!("{}.{}.{}.{}", cost.memory_kib, cost.passes, BASE64.encode(salt), BASE64.encode(hash))
}

fn read_password(text: &str) -> Option<PasswordHash> {
    let mut parts = text.splitn(4, '.');
    let cost = PasswordCost { memory_kib: parts.next()?.parse().ok()?, passes: parts.next()?.parse().ok()? };
    let mut bytes = || BASE64.decode(parts.next()?).ok();
    Some(PasswordHash { cost, salt: bytes()?.try_into().ok()?, hash: bytes()?.try_into().ok()? })
}

fn write_card(card: &Card) -> StoredCard<'_> {
    StoredCard {
        title: card.title.as_ref().map(CardTitle::as_str),
        description: card.description.as_ref().map(CardDescription::as_str),
        image: card.image.as_ref().map(Target::as_str),
    }
}

fn read_card(tree: Tree) -> Result<Card, Wrong> {
    let mut card = Card::default();
    let mut fields = Fields::of(tree)?;
    fields.set_text("title", &mut card.title, |text| Ok(CardTitle::stored(text)));
    fields.set_text("description", &mut card.description, |text| Ok(CardDescription::stored(text)));
    fields.set_text("image", &mut card.image, |text| Ok(Target::stored(text)));
    fields.close(Some(card))
}

fn write_rule(rule: &Rule) -> StoredRule<'_> {
    StoredRule { id: rule.id.as_str(), when: rule.when.iter().map(write_condition).collect(), target: rule.target.as_str() }
}

fn read_rule(tree: Tree) -> Result<Rule, Wrong> {
    let mut fields = Fields::of(tree)?;
    let id = fields.need("id", Tree::text).map(RuleId::stored);
    let condition = |item| read_condition(&texts(item)?).ok_or_else(|| never_written().into());
    let when = fields.need("when", |tree| tree.items(usize::MAX, condition));
    let target = fields.need("target", Tree::text).map(Target::stored);
    let rule = id.zip(when).zip(target).map(|((id, when), target)| Rule { id, when, target });
    fields.close(rule)
}

fn write_condition(condition: &Condition) -> Vec<Cow<'_, str>> {
    let mut words = vec![condition.kind().into()];
    match condition {
        Condition::Query(Query { name, wanted }) => {
            words.push(name.into());
            match wanted {
                Wanted::Present => {}
                Wanted::Absent => words.push("absent".into()),
                Wanted::Equals(value) => words.extend(["equals".into(), value.into()]),
            }
        }
        Condition::Time(Window { from, to, zone }) => {
            words.extend([from.minutes().to_string().into(), to.minutes().to_string().into(), zone.as_str().into()]);
        }
        Condition::Weekday(_, zone) => words.push(zone.as_str().into()),
        Condition::Split(percent) => words.push(percent.to_string().into()),
        _ => {}
    }
    words.extend(condition.any());
    words
}

fn read_condition(words: &[String]) -> Option<Condition> {
    let (kind, words) = words.split_first()?;
    let query = |name: &String, wanted| Some(Condition::Query(Query { name: name.clone(), wanted }));
    match (kind.as_str(), words) {
        ("country", any) => each(any, &|code| Country::parse(code).ok()).map(Condition::Country),
        ("device", any) => Choice::stored(any).map(Condition::Device),
        ("os", any) => Choice::stored(any).map(Condition::Os),
        ("browser", any) => Choice::stored(any).map(Condition::Browser),
        ("language", any) => each(any, &|tag| Some(Language::stored(tag.to_owned()))).map(Condition::Language),
        ("query", [name]) => query(name, Wanted::Present),
        ("query", [name, how]) if how == "absent" => query(name, Wanted::Absent),
        ("query", [name, how, value]) if how == "equals" => query(name, Wanted::Equals(value.clone())),
        ("time", [from, to, zone]) => {
            let clock = |minutes: &String| Clock::stored(minutes.parse().ok()?);
            Some(Condition::Time(Window { from: clock(from)?, to: clock(to)?, zone: read_zone(zone)? }))
        }
        ("weekday", [zone, any @ ..]) => Some(Condition::Weekday(Choice::stored(any)?, read_zone(zone)?)),
        ("address", any) => each(any, &|block| Block::parse(block).ok()).map(Condition::Address),
        ("split", [percent]) => percent.parse().ok().map(Condition::Split),
        _ => None,
    }
}

fn each<T>(words: &[String], read: &dyn Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let mut values = Vec::with_capacity(words.len());
    for word in words {
        values.push(read(word)?);
    }
    Some(values)
}

fn read_zone(text: &str) -> Option<Zone> {
    Zone::parse(text.to_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::tests::everything;

    fn written(spec: &Spec) -> String {
        serde_json::to_string(&StoredSpec::of(spec)).unwrap()
    }

    fn read(json: &str) -> Result<Spec, StoreError> {
        super::read(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn everything_comes_back_as_it_was_stored() {
        assert_eq!(read(&written(&everything())), Ok(everything()));
    }

    #[test]
    fn what_was_not_said_is_not_written() {
        assert_eq!(written(&Spec::default()), "{}");
        assert_eq!(read("{}"), Ok(Spec::default()));
    }

    #[test]
    fn every_flag_comes_back_alone() {
        for flag in FLAGS {
            let json = format!(r#"{{"flags":["{flag}"]}}"#);
            assert_eq!(written(&read(&json).unwrap()), json);
        }
        assert!(read(r#"{"flags":["disabled"]}"#).unwrap().disabled && read(r#"{"flags":["confirm"]}"#).unwrap().confirm);
    }

    #[test]
    fn rules_are_stored_in_their_normal_form() {
        let spec = everything();
        let rules: Vec<StoredRule<'_>> = spec.rules.iter().map(write_rule).collect();
        let expected = concat!(
            r#"[{"id":"all","when":[["country","DE","FR"],["device","mobile","desktop"],["os","ios","linux"],["browser","opera"],["language","de","pt-BR","zh-Hant-TW"],"#,
            r#"["query","x","equals",""],["time","1320","390","CET-1CEST,M3.5.0,M10.5.0/3"],["weekday","+01:00","mon","sun"],"#,
            r#"["address","192.0.2.0/24","192.0.2.7/32","2001:db8::/32"],["split","99"]],"target":"https://example.com/1"},"#,
            r#"{"id":"2","when":[["query","x"],["query","y","absent"]],"target":"https://example.com/2"}]"#
        );
        assert_eq!(serde_json::to_string(&rules).unwrap(), expected);
    }

    #[test]
    fn what_hop_never_wrote_is_corrupt() {
        for json in [
            r#"{"redirect_status":200}"#,
            r#"{"forward_query":"on"}"#,
            r#"{"max_clicks":0}"#,
            r#"{"password":"8.1.AAAA.AAAA"}"#,
            r#"{"rules":[{"id":"1","when":[["country","ZZ"]],"target":"https://example.com/"}]}"#,
            r#"{"rules":[{"id":"1","when":[["moon","full"]],"target":"https://example.com/"}]}"#,
            r#"{"rules":[{"id":"1","when":[["device","phone"]],"target":"https://example.com/"}]}"#,
            r#"{"rules":[{"id":"1","when":[["query","x","is","y"]],"target":"https://example.com/"}]}"#,
            r#"{"rules":[{"id":"1","when":[["time","0","1440","+00:00"]],"target":"https://example.com/"}]}"#,
            r#"{"rules":[{"id":"1","when":[["weekday","Europe/Berlin","mon"]],"target":"https://example.com/"}]}"#,
            r#"{"rules":[{"id":"1","when":[["address","192.0.2.1/24"]],"target":"https://example.com/"}]}"#,
        ] {
            assert!(matches!(read(json), Err(StoreError::Corrupt(_))), "{json}");
        }
    }
}
