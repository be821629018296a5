//! What an owner says of a link beside its alias and its target: everything a creation or a change may set.

use std::num::NonZeroU64;

use crate::body::{Fields, Tree};
use crate::card::Card;
use crate::config::Config;
use crate::error::{FieldCode, Refusal, Wrong};
use crate::link::{ForwardQuery, RedirectStatus};
use crate::password::{NewPassword, PasswordHash};
use crate::ports::Traits;
use crate::rules::{self, Rule};
use crate::target::Target;
use crate::text::{ExternalId, Note, Tag, Title};
use crate::time::Timestamp;
use crate::tree::put_in_order;

/// More tags than this are a title.
pub(crate) const MOST_TAGS: usize = 10;

/// What an owner says of a link. A value of the type is a valid one; nothing said is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(crate) redirect_status: RedirectStatus,
    pub(crate) title: Option<Title>,
    pub(crate) note: Option<Note>,
    pub(crate) external_id: Option<ExternalId>,
    /// Sorted, each once.
    pub(crate) tags: Vec<Tag>,
    pub(crate) starts_at: Option<Timestamp>,
    pub(crate) ends_at: Option<Timestamp>,
    /// How often the link may be followed.
    pub(crate) max_clicks: Option<NonZeroU64>,
    /// Whether a visitor is asked before they are sent on.
    pub(crate) confirm: bool,
    /// Where an ended link leads instead of saying so.
    pub(crate) fallback: Option<Target>,
    /// What a visitor has to know.
    pub(crate) password: Option<PasswordHash>,
    pub(crate) forward_query: ForwardQuery,
    /// Whether what follows the alias is appended to the target's path.
    pub(crate) forward_path: bool,
    /// At most 20, in the order they are tried.
    pub(crate) rules: Vec<Rule>,
    pub(crate) card: Option<Card>,
    /// Whether truth is asked for every visitor.
    pub(crate) strict: bool,
    /// Whether `robots.txt` lets robots follow.
    pub(crate) crawlable: bool,
    pub(crate) disabled: bool,
}

impl Spec {
    /// Takes everything an owner may say out of `fields`: what is not there stays as it is, null sets it back. A new
    /// password comes out, to be hashed before the link is written.
    #[must_use]
    pub(crate) fn set(&mut self, fields: &mut Fields, config: &Config, traits: &Traits) -> Option<NewPassword> {
        fields.set("redirect_status", &mut self.redirect_status, |tree| RedirectStatus::parse(tree.natural()?));
        fields.set_text("title", &mut self.title, &Title::parse);
        fields.set_text("note", &mut self.note, &Note::parse);
        fields.set_text("external_id", &mut self.external_id, &ExternalId::parse);
        fields.set("tags", &mut self.tags, tags);
        fields.set_text("starts_at", &mut self.starts_at, &|text| Timestamp::parse(&text));
        fields.set_text("ends_at", &mut self.ends_at, &|text| Timestamp::parse(&text));
        fields.set_text("fallback", &mut self.fallback, &|text| Target::parse(&text, &config.targets));
        fields.set_flag("disabled", &mut self.disabled);
        fields.set("max_clicks", &mut self.max_clicks, |tree| max_clicks(tree, traits.max_clicks).map(Some));
        fields.set_flag("confirm", &mut self.confirm);
        fields.set("forward_query", &mut self.forward_query, |tree| ForwardQuery::parse(&tree.text()?));
        fields.set_flag("forward_path", &mut self.forward_path);
        fields.set("rules", &mut self.rules, |tree| rules::parse(tree, &config.targets));
        let card = self.card.clone();
        fields.set("card", &mut self.card, |tree| Card::patched(card.as_ref(), tree, &config.targets).map(Some));
        fields.set_flag("strict", &mut self.strict);
        fields.set_flag("crawlable", &mut self.crawlable);
        if let (Some(starts_at), Some(ends_at)) = (self.starts_at, self.ends_at)
            && ends_at <= starts_at
        {
            fields.refuse("ends_at", Refusal::new(FieldCode::Conflicts, "the link would end before it starts"));
        }
        // Nothing new, until something is said; null says that there is none.
        let mut password = Some(None);
        fields.set_text("password", &mut password, &|text| NewPassword::parse(&text).map(Some));
        if password.is_none() {
            self.password = None;
        }
        password.flatten()
    }

    /// Whether a visitor has to do more than to come.
    pub(crate) fn holds_back(&self) -> bool {
        self.password.is_some() || self.max_clicks.is_some() || self.confirm
    }

    /// What of it matters to who follows the link.
    pub(crate) fn for_visitors(&self) -> Self {
        Self { title: None, note: None, external_id: None, tags: Vec::new(), password: None, crawlable: false, ..self.clone() }
    }

    /// Puts the tag `new` in place of `old`, or nothing; false if `old` was not there.
    pub(crate) fn retag(&mut self, old: &Tag, new: Option<&Tag>) -> bool {
        let before = self.tags.len();
        self.tags.retain(|tag| tag != old);
        let was_there = self.tags.len() < before;
        if let (true, Some(new)) = (was_there, new) {
            put_in_order(&mut self.tags, new.clone());
        }
        was_there
    }
}

fn max_clicks(tree: Tree, most: Option<u64>) -> Result<NonZeroU64, Refusal> {
    let clicks = tree.natural()?;
    match NonZeroU64::new(clicks) {
        Some(clicks) if most.is_none_or(|most| clicks.get() <= most) => Ok(clicks),
        Some(_) => Err(Refusal::new(FieldCode::OutOfRange, "this edge cannot count that many")),
        None => Err(Refusal::new(FieldCode::OutOfRange, "a link that is never followed is disabled")),
    }
}

fn tags(tree: Tree) -> Result<Vec<Tag>, Wrong> {
    tree.set_of(MOST_TAGS, &|item| Tag::parse(&item.text()?))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::memory::TRAITS;
    use crate::ports::PasswordCost;
    use crate::request::Body;
    use crate::text::{CardDescription, CardTitle};

    fn config() -> Config {
        Config::read(|name| (name == "HOP_DOMAINS").then(|| "https://hop.example".to_owned()), |_| None).unwrap()
    }

    /// `spec` after these fields were said of it, on an edge that counts to a thousand, or the wrong fields.
    fn said(mut spec: Spec, json: &str) -> Result<Spec, Vec<(String, FieldCode)>> {
        let mut fields = Fields::read(&Body::Whole(json.into()), 100_000).unwrap();
        let password = spec.set(&mut fields, &config(), &Traits { max_clicks: Some(1_000), ..TRAITS });
        if password.is_some() {
            spec.password = Some(PasswordHash { cost: PasswordCost { memory_kib: 8, passes: 1 }, salt: [1; 16], hash: [255; 32] });
        }
        let problem = match fields.finish(Some(())) {
            Ok(()) => return Ok(spec),
            Err(problem) => problem,
        };
        Err(problem.errors.iter().map(|error| (error.field.clone(), error.refusal.code)).collect())
    }

    const EVERYTHING: &str = r#"{"redirect_status":301,"title":"T","note":"N","external_id":"E","tags":["B","a","b"],
        "starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z","fallback":"https://example.com/","disabled":true,
        "max_clicks":1000,"confirm":true,"forward_query":"target_wins","forward_path":true,"strict":true,"crawlable":true,"password":"twelve chars",
        "card":{"title":"CT","description":"CD","image":"https://example.com/i.png"},
        "rules":[
            {"id":"all","target":"https://example.com/1","when":[
                {"type":"country","any":["fr","DE","de"]},
                {"type":"device","any":["desktop","mobile"]},
                {"type":"os","any":["linux","ios"]},
                {"type":"browser","any":["opera"]},
                {"type":"language","any":["PT-br","zh-hANT-tw","de"]},
                {"type":"query","name":"x","equals":""},
                {"type":"time","from":"22:00","to":"06:30","tz":"CET-1CEST,M3.5.0,M10.5.0/3"},
                {"type":"weekday","any":["sun","mon"],"tz":"+01:00"},
                {"type":"address","any":["2001:DB8::/32","192.0.2.0/24","192.0.2.7"]},
                {"type":"split","percent":99}]},
            {"target":"https://example.com/2","when":[{"type":"query","name":"x","present":true},{"type":"query","name":"y","present":false}]}]}"#;

    /// All that can be said of a link.
    pub(crate) fn everything() -> Spec {
        said(Spec::default(), EVERYTHING).unwrap()
    }

    #[test]
    fn nothing_said_changes_nothing_and_null_sets_back() {
        let spec = everything();
        assert_eq!(spec.tags.iter().map(Tag::as_str).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(said(spec.clone(), "{}").unwrap(), spec);
        let nulls = r#"{"redirect_status":null,"title":null,"note":null,"external_id":null,"tags":null,"starts_at":null,"ends_at":null,
            "fallback":null,"disabled":null,"max_clicks":null,"confirm":null,"forward_query":null,"forward_path":null,"strict":null,
            "crawlable":null,"password":null,"card":null,"rules":null}"#;
        assert_eq!(said(spec, nulls).unwrap(), Spec::default());
    }

    #[test]
    fn every_wrong_field_is_named() {
        use FieldCode::{Conflicts, Invalid, OutOfRange, OwnDomain, Required, SchemeNotAllowed, TooLong, TooMany, Unknown, WrongType};
        let (long, many) = ("x".repeat(10_240), format!("[{}\"x\"]", "\"x\",".repeat(10)));
        for (json, field, code) in [
            (r#"{"redirect_status":200}"#, "/redirect_status", OutOfRange),
            (r#"{"title":["x"]}"#, "/title", WrongType),
            (r#"{"tags":"x"}"#, "/tags", WrongType),
            (r#"{"tags":["x",5]}"#, "/tags/1", WrongType),
            (&format!(r#"{{"tags":["a","b","{long}"]}}"#), "/tags/2", TooLong),
            (&format!(r#"{{"tags":{many}}}"#), "/tags", TooMany),
            (r#"{"starts_at":"tomorrow"}"#, "/starts_at", Invalid),
            (r#"{"starts_at":1795248000}"#, "/starts_at", WrongType),
            (r#"{"starts_at":"2026-01-02T00:00:00Z","ends_at":"2026-01-01T00:00:00Z"}"#, "/ends_at", Conflicts),
            (r#"{"starts_at":"2026-01-01T00:00:00Z","ends_at":"2026-01-01T00:00:00Z"}"#, "/ends_at", Conflicts),
            (r#"{"fallback":"https://hop.example/x"}"#, "/fallback", OwnDomain),
            (r#"{"disabled":"true"}"#, "/disabled", WrongType),
            (r#"{"max_clicks":0}"#, "/max_clicks", OutOfRange),
            (r#"{"max_clicks":1001}"#, "/max_clicks", OutOfRange),
            (r#"{"max_clicks":"1"}"#, "/max_clicks", WrongType),
            (r#"{"confirm":1}"#, "/confirm", WrongType),
            (r#"{"forward_query":"on"}"#, "/forward_query", Invalid),
            (r#"{"forward_query":true}"#, "/forward_query", WrongType),
            (r#"{"forward_path":"x"}"#, "/forward_path", WrongType),
            (r#"{"strict":0}"#, "/strict", WrongType),
            (r#"{"crawlable":[]}"#, "/crawlable", WrongType),
            (r#"{"password":"eleven char"}"#, "/password", OutOfRange),
            (r#"{"password":["twelve chars"]}"#, "/password", WrongType),
            (r#"{"password":"twelve\nchars"}"#, "/password", Invalid),
            (&format!(r#"{{"password":"{}"}}"#, "x".repeat(1_025)), "/password", TooLong),
            (r#"{"has_password":true}"#, "/has_password", Unknown),
            (r#"{"rules":{}}"#, "/rules", WrongType),
            (r#"{"card":"x"}"#, "/card", WrongType),
            (r#"{"card":{}}"#, "/card", Required),
            (r#"{"card":{"title":null,"image":null}}"#, "/card", Required),
            (r#"{"card":{"title":""}}"#, "/card/title", Required),
            (&format!(r#"{{"card":{{"title":"{}"}}}}"#, "x".repeat(201)), "/card/title", TooLong),
            (&format!(r#"{{"card":{{"description":"{}"}}}}"#, "x".repeat(501)), "/card/description", TooLong),
            (r#"{"card":{"title":"x","image":"data:image/png,x"}}"#, "/card/image", SchemeNotAllowed),
            (r#"{"card":{"title":"x","titel":"y"}}"#, "/card/titel", Unknown),
        ] {
            assert_eq!(said(Spec::default(), json), Err(vec![(field.to_owned(), code)]), "{json}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let wrong = r#"{"tags":["",5,"ok"],"card":{"title":"","image":"x","a":1},"rules":[5,{"id":"X","when":[]}],"max_clicks":0}"#;
        let fields = said(Spec::default(), wrong).unwrap_err().into_iter().map(|(field, _)| field);
        let expected = [
            "/tags/0",
            "/tags/1",
            "/max_clicks",
            "/rules/0",
            "/rules/1/id",
            "/rules/1/when",
            "/rules/1/target",
            "/card/title",
            "/card/image",
            "/card/a",
        ];
        assert_eq!(fields.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_card_is_patched_part_by_part() {
        let spec = said(everything(), r#"{"card":{"title":"new","image":null}}"#).unwrap();
        let card = spec.card.clone().unwrap();
        assert_eq!(card.title.as_ref().map(CardTitle::as_str), Some("new"));
        assert_eq!(card.description.as_ref().map(CardDescription::as_str), Some("CD"));
        assert_eq!(card.image, None);
        let nothing_left = said(spec, r#"{"card":{"title":null,"description":null}}"#);
        assert_eq!(nothing_left, Err(vec![("/card".to_owned(), FieldCode::Required)]));
    }

    #[test]
    fn a_link_holds_back_by_each_of_three_fields() {
        for json in [r#"{"password":"twelve chars"}"#, r#"{"max_clicks":1}"#, r#"{"confirm":true}"#] {
            assert!(said(Spec::default(), json).unwrap().holds_back(), "{json}");
        }
        assert!(!said(Spec::default(), r#"{"strict":true,"crawlable":true,"forward_path":true,"disabled":true}"#).unwrap().holds_back());
    }

    #[test]
    fn a_change_of_something_else_keeps_the_password() {
        let spec = everything();
        let password = spec.password.clone();
        assert_eq!(said(spec, r#"{"title":"new"}"#).unwrap().password, password);
    }

    #[test]
    fn an_end_is_compared_with_the_start_that_is_already_there() {
        let spec = said(Spec::default(), r#"{"starts_at":"2026-06-01T00:00:00Z"}"#).unwrap();
        let wrong = said(spec.clone(), r#"{"ends_at":"2026-05-01T00:00:00Z"}"#);
        assert_eq!(wrong, Err(vec![("/ends_at".to_owned(), FieldCode::Conflicts)]));
        assert!(said(spec, r#"{"ends_at":"2026-05-01T00:00:00Z","starts_at":null}"#).is_ok());
    }

    #[test]
    fn a_tag_is_replaced_merged_or_taken_off() {
        let tag = |text: &str| Tag::stored(text.into());
        let retagged = |old: &str, new: Option<&str>| {
            let mut spec = said(Spec::default(), r#"{"tags":["a","b","d"]}"#).unwrap();
            let was_there = spec.retag(&tag(old), new.map(tag).as_ref());
            (was_there, spec.tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(retagged("a", Some("c")), (true, "b c d".into()));
        assert_eq!(retagged("a", Some("d")), (true, "b d".into()));
        assert_eq!(retagged("b", None), (true, "a d".into()));
        assert_eq!(retagged("x", Some("y")), (false, "a b d".into()));
    }

    #[test]
    fn ten_tags_are_enough() {
        let ten = format!("{{\"tags\":[{}]}}", (0..10).map(|number| format!("\"t{number}\"")).collect::<Vec<_>>().join(","));
        assert_eq!(said(Spec::default(), &ten).unwrap().tags.len(), 10);
    }
}
