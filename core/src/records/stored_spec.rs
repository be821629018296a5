//! What an owner says of a link, as it is stored. What was not said is not written.

use std::num::NonZeroU64;

use super::object::{Object, each, texts};
use crate::base64;
use crate::card::Card;
use crate::json::{Items, Members};
use crate::link::{ForwardQuery, RedirectStatus};
use crate::password::PasswordHash;
use crate::ports::{PasswordCost, StoreError};
use crate::rules::{Block, Choice, Clock, Condition, Country, Language, Query, Rule, RuleId, Wanted, Window, Zone};
use crate::spec::Spec;
use crate::target::Target;
use crate::text::{CardDescription, CardTitle, ExternalId, Note, Tag, Title};
use crate::time::Timestamp;
use crate::tree::Tree;

const FLAGS: [&str; 5] = ["confirm", "forward_path", "strict", "crawlable", "disabled"];

/// In the order of their names.
fn flags(spec: &Spec) -> [bool; 5] {
    [spec.confirm, spec.forward_path, spec.strict, spec.crawlable, spec.disabled]
}

pub(super) fn write(spec: &Spec, stored: &mut Members) {
    if spec.redirect_status != RedirectStatus::default() {
        stored.number("redirect_status", spec.redirect_status.code().as_u16().into());
    }
    stored.text_if_any("title", spec.title.as_ref().map(Title::as_str));
    stored.text_if_any("note", spec.note.as_ref().map(Note::as_str));
    stored.text_if_any("external_id", spec.external_id.as_ref().map(ExternalId::as_str));
    if !spec.tags.is_empty() {
        stored.texts("tags", spec.tags.iter().map(Tag::as_str));
    }
    stored.number_if_any("starts_at", spec.starts_at.map(Timestamp::as_millis));
    stored.number_if_any("ends_at", spec.ends_at.map(Timestamp::as_millis));
    stored.number_if_any("max_clicks", spec.max_clicks.map(NonZeroU64::get));
    stored.text_if_any("fallback", spec.fallback.as_ref().map(Target::as_str));
    stored.text_if_any("password", spec.password.as_ref().map(write_password).as_deref());
    if spec.forward_query != ForwardQuery::default() {
        stored.text("forward_query", spec.forward_query.name());
    }
    if !spec.rules.is_empty() {
        stored.list("rules", |rules| spec.rules.iter().for_each(|rule| rules.object(|stored| write_rule(rule, stored))));
    }
    if let Some(card) = &spec.card {
        stored.object("card", |stored| write_card(card, stored));
    }
    let set = || FLAGS.into_iter().zip(flags(spec)).filter(|(_, is_set)| *is_set).map(|(name, _)| name);
    if set().next().is_some() {
        stored.texts("flags", set());
    }
}

pub(super) fn read(mut stored: Object) -> Result<Spec, StoreError> {
    let set = stored.texts("flags");
    let [confirm, forward_path, strict, crawlable, disabled] = FLAGS.map(|name| set.iter().any(|flag| flag == name));
    let spec = Spec {
        redirect_status: read_status(&mut stored),
        title: stored.text_if_any("title").map(Title::stored),
        note: stored.text_if_any("note").map(Note::stored),
        external_id: stored.text_if_any("external_id").map(ExternalId::stored),
        tags: stored.texts("tags").into_iter().map(Tag::stored).collect(),
        starts_at: stored.number_if_any("starts_at").map(Timestamp::from_millis),
        ends_at: stored.number_if_any("ends_at").map(Timestamp::from_millis),
        max_clicks: stored.read("max_clicks", |tree| NonZeroU64::new(tree.natural().ok()?)),
        fallback: stored.text_if_any("fallback").map(Target::stored),
        password: stored.read("password", |tree| read_password(&tree.text().ok()?)),
        forward_query: stored.read("forward_query", |tree| ForwardQuery::parse(&tree.text().ok()?).ok()).unwrap_or_default(),
        rules: stored.read("rules", |tree| each(tree, read_rule)).unwrap_or_default(),
        card: stored.read("card", read_card),
        confirm,
        forward_path,
        strict,
        crawlable,
        disabled,
    };
    stored.end_whole(spec)
}

/// A redirect is a 302 where nothing was said.
pub(super) fn read_status(stored: &mut Object) -> RedirectStatus {
    stored.read("redirect_status", |tree| RedirectStatus::parse(tree.natural().ok()?).ok()).unwrap_or_default()
}

/// Memory in KiB, passes, salt and hash, as in `4096.3.c2FsdA.aGFzaA`: Argon2id, version 19, one lane.
fn write_password(password: &PasswordHash) -> String {
    let PasswordHash { cost, salt, hash } = password;
    format!("{}.{}.{}.{}", cost.memory_kib, cost.passes, base64::encode(salt), base64::encode(hash))
}

fn read_password(text: &str) -> Option<PasswordHash> {
    let mut parts = text.splitn(4, '.');
    let cost = PasswordCost { memory_kib: parts.next()?.parse().ok()?, passes: parts.next()?.parse().ok()? };
    let mut bytes = || base64::decode(parts.next()?);
    Some(PasswordHash { cost, salt: bytes()?.try_into().ok()?, hash: bytes()?.try_into().ok()? })
}

fn write_card(card: &Card, stored: &mut Members) {
    stored.text_or_null("title", card.title.as_ref().map(CardTitle::as_str));
    stored.text_or_null("description", card.description.as_ref().map(CardDescription::as_str));
    stored.text_or_null("image", card.image.as_ref().map(Target::as_str));
}

fn read_card(stored: Tree) -> Option<Card> {
    let mut stored = Object::of(stored)?;
    let card = Card {
        title: stored.text_if_any("title").map(CardTitle::stored),
        description: stored.text_if_any("description").map(CardDescription::stored),
        image: stored.text_if_any("image").map(Target::stored),
    };
    stored.end_whole(card).ok()
}

/// Each condition is its words: `["country", "DE", "FR"]`.
fn write_rule(rule: &Rule, stored: &mut Members) {
    stored.text("id", rule.id.as_str());
    stored.list("when", |when| rule.when.iter().for_each(|condition| when.list(|words| write_condition(condition, words))));
    stored.text("target", rule.target.as_str());
}

fn read_rule(stored: Tree) -> Option<Rule> {
    let mut stored = Object::of(stored)?;
    let rule = Rule {
        id: RuleId::stored(stored.text("id")),
        when: stored.read("when", |tree| each(tree, |words| read_condition(&texts(words)?)))?,
        target: Target::stored(stored.text("target")),
    };
    stored.end_whole(rule).ok()
}

fn write_condition(condition: &Condition, words: &mut Items<'_>) {
    words.text(condition.kind());
    match condition {
        Condition::Query(Query { name, wanted }) => {
            words.text(name);
            match wanted {
                Wanted::Present => {}
                Wanted::Absent => words.text("absent"),
                Wanted::Equals(value) => {
                    words.text("equals");
                    words.text(value);
                }
            }
        }
        Condition::Time(Window { from, to, zone }) => {
            words.text(&from.minutes().to_string());
            words.text(&to.minutes().to_string());
            words.text(zone.as_str());
        }
        Condition::Weekday(_, zone) => words.text(zone.as_str()),
        Condition::Split(percent) => words.text(&percent.to_string()),
        _ => {}
    }
    condition.any().iter().for_each(|word| words.text(word));
}

fn read_condition(words: &[String]) -> Option<Condition> {
    let (kind, words) = words.split_first()?;
    let query = |name: &String, wanted| Some(Condition::Query(Query { name: name.clone(), wanted }));
    match (kind.as_str(), words) {
        ("country", any) => every(any, &|code| Country::parse(code).ok()).map(Condition::Country),
        ("device", any) => Choice::stored(any).map(Condition::Device),
        ("os", any) => Choice::stored(any).map(Condition::Os),
        ("browser", any) => Choice::stored(any).map(Condition::Browser),
        ("language", any) => every(any, &|tag| Some(Language::stored(tag.to_owned()))).map(Condition::Language),
        ("query", [name]) => query(name, Wanted::Present),
        ("query", [name, how]) if how == "absent" => query(name, Wanted::Absent),
        ("query", [name, how, value]) if how == "equals" => query(name, Wanted::Equals(value.clone())),
        ("time", [from, to, zone]) => {
            let clock = |minutes: &String| Clock::stored(minutes.parse().ok()?);
            Some(Condition::Time(Window { from: clock(from)?, to: clock(to)?, zone: read_zone(zone)? }))
        }
        ("weekday", [zone, any @ ..]) => Some(Condition::Weekday(Choice::stored(any)?, read_zone(zone)?)),
        ("address", any) => every(any, &|block| Block::parse(block).ok()).map(Condition::Address),
        ("split", [percent]) => percent.parse().ok().map(Condition::Split),
        _ => None,
    }
}

fn every<T>(words: &[String], read: &dyn Fn(&str) -> Option<T>) -> Option<Vec<T>> {
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
    use crate::json;
    use crate::spec::tests::everything;

    fn written(spec: &Spec) -> String {
        json::object(|stored| write(spec, stored))
    }

    fn read(json: &str) -> Result<Spec, StoreError> {
        super::read(Object::of(crate::tree::Tree::read(json.as_bytes()).unwrap()).unwrap())
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
        let expected = concat!(
            r#""rules":[{"id":"all","when":[["country","DE","FR"],["device","mobile","desktop"],["os","ios","linux"],["browser","opera"],["language","de","pt-BR","zh-Hant-TW"],"#,
            r#"["query","x","equals",""],["time","1320","390","CET-1CEST,M3.5.0,M10.5.0/3"],["weekday","+01:00","mon","sun"],"#,
            r#"["address","192.0.2.0/24","192.0.2.7/32","2001:db8::/32"],["split","99"]],"target":"https://example.com/1"},"#,
            r#"{"id":"2","when":[["query","x"],["query","y","absent"]],"target":"https://example.com/2"}]"#
        );
        assert!(written(&spec).contains(expected), "{}", written(&spec));
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
            r#"{"rules":[{"id":"1","when":[["weekday","Europe/Atlantis","mon"]],"target":"https://example.com/"}]}"#,
            r#"{"rules":[{"id":"1","when":[["address","192.0.2.1/24"]],"target":"https://example.com/"}]}"#,
        ] {
            assert!(matches!(read(json), Err(StoreError::Corrupt(_))), "{json}");
        }
    }
}
