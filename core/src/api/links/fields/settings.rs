//! Settings of a link in a request body: all fields that a creation and a change share, except alias, domain and
//! target.

use std::num::NonZeroU64;

use super::card::{CardPatch, patched_card};
use super::rules::Rules;
use crate::message::body::{FieldType, JsonValue, ParseContext, Patch, RequestBody, Set, request_body};
use crate::model::field_error::{FieldCode, FieldError, FieldErrors};
use crate::model::link::{ForwardQuery, RedirectStatus};
use crate::model::link_settings::{LinkSettings, MAX_TAGS};
use crate::model::password::NewPassword;
use crate::model::target::Target;
use crate::model::text::{ExternalId, Note, Tag, Title};
use crate::model::time::Timestamp;

request_body! {
    /// Settings of a link other than alias, domain and target. An absent setting stays as it is; `null` resets it.
    pub(crate) struct SettingsBody as part LinkSettings {
        /// Status code of the redirect. Default: 302.
        redirect_status: Patch<RedirectStatus>,
        /// Title of at most 512 bytes.
        title: Patch<Title>,
        /// Note of at most 4,096 bytes, for the people who manage the link. It may have several lines.
        note: Patch<Note>,
        /// Another system's identifier of the link, of at most 256 bytes.
        external_id: Patch<ExternalId>,
        /// At most 10 tags of at most 64 bytes each. They are stored in lower case, sorted, with `-` instead of spaces.
        /// Invisible characters are refused. An edge with few store operations allows fewer (`too_many`).
        tags: Patch<Set<Tag, MAX_TAGS>>,
        /// Time at which the link starts. Before it, visitors get 404.
        starts_at: Patch<Timestamp>,
        /// Time at which the link ends. It must be later than `starts_at`.
        ends_at: Patch<Timestamp>,
        /// Where visitors are redirected (302) if the link is disabled, past its end or used up, instead of a 410.
        /// Such a visit does not count as a click.
        fallback: Patch<Target>,
        /// Disable the link: it has ended until it is enabled again.
        disabled: Patch<bool>,
        /// How often the link may be followed; at most 1,000 on Fastly, as `/capabilities` says.
        max_clicks: Patch<MaxClicks>,
        /// Ask visitors to confirm before they are redirected.
        confirm: Patch<bool>,
        /// What happens to the query of a visitor. It is dropped (`off`, the default), or merged into the query of the
        /// target. If both have a parameter, that of the target or of the visitor is kept.
        forward_query: Patch<ForwardQuery>,
        /// Append the path behind the alias to the target's path.
        forward_path: Patch<bool>,
        /// At most 20 rules: which visitors the link redirects to another target. The first rule that holds decides. A
        /// change replaces all of them.
        rules: Patch<Rules>,
        /// Preview in chats and social networks: a title, a description or an image, at least one of them. Each part
        /// is patched by itself.
        card: Patch<CardPatch>,
        /// Read the store for every visitor instead of the cache.
        strict: Patch<bool>,
        /// Let robots follow the link.
        crawlable: Patch<bool>,
        /// Password that visitors have to enter: 12 to 1,024 characters after NFC, none of them a control
        /// character. It is stored as a salted hash. Only an export shows the hash, if an admin asks for it.
        password: Patch<NewPassword>,
    }
}

impl FieldType for RedirectStatus {
    type Value = Self;

    fn parse(value: JsonValue, _: &ParseContext<'_>) -> Result<Self, FieldErrors> {
        Ok(Self::parse(value.natural()?)?)
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        crate::message::body::schema!({"type": "integer", "enum": [301, 302, 307, 308]})
    }
}

/// Click limit that the edge can count.
pub(crate) enum MaxClicks {}

impl FieldType for MaxClicks {
    type Value = NonZeroU64;

    fn parse(value: JsonValue, context: &ParseContext<'_>) -> Result<NonZeroU64, FieldErrors> {
        let (clicks, most) = (value.natural()?, context.edge_limits.max_clicks);
        match NonZeroU64::new(clicks) {
            Some(clicks) if most.is_none_or(|most| clicks.get() <= most) => Ok(clicks),
            Some(_) => {
                Err(FieldError::new(FieldCode::OutOfRange, "max_clicks is more than this edge can count; see limits in /capabilities")
                    .into())
            }
            None => Err(FieldError::new(FieldCode::OutOfRange, "max_clicks must be at least 1; use disabled to stop all visits").into()),
        }
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        crate::message::body::schema!({"type": "integer", "minimum": 1, "maximum": crate::message::body::LARGEST_NUMBER})
    }
}

/// Applies the settings of a body to those of a link. Returns a new password, which must be hashed before the link is
/// written.
#[must_use]
pub(crate) fn apply(
    settings: &mut LinkSettings,
    parts: <SettingsBody as RequestBody>::Parts,
    wrong: &mut FieldErrors,
) -> Option<NewPassword> {
    parts.redirect_status.apply_or_default(&mut settings.redirect_status);
    parts.title.apply(&mut settings.title);
    parts.note.apply(&mut settings.note);
    parts.external_id.apply(&mut settings.external_id);
    parts.tags.apply_or_default(&mut settings.tags);
    parts.starts_at.apply(&mut settings.starts_at);
    parts.ends_at.apply(&mut settings.ends_at);
    parts.fallback.apply(&mut settings.fallback);
    parts.disabled.apply_or_default(&mut settings.disabled);
    parts.max_clicks.apply(&mut settings.max_clicks);
    parts.confirm.apply_or_default(&mut settings.confirm);
    parts.forward_query.apply_or_default(&mut settings.forward_query);
    parts.forward_path.apply_or_default(&mut settings.forward_path);
    parts.rules.apply_or_default(&mut settings.rules);
    match parts.card {
        Patch::Absent => {}
        Patch::Null => settings.card = None,
        Patch::Set(patch) => match patched_card(settings.card.as_ref(), patch) {
            Ok(card) => settings.card = Some(card),
            Err(error) => wrong.add(error.within("card")),
        },
    }
    parts.strict.apply_or_default(&mut settings.strict);
    parts.crawlable.apply_or_default(&mut settings.crawlable);
    if let (Some(starts_at), Some(ends_at)) = (settings.starts_at, settings.ends_at)
        && ends_at <= starts_at
    {
        wrong.add(FieldError::new(FieldCode::Conflicts, "ends_at must be later than starts_at").within("ends_at"));
    }
    match parts.password {
        Patch::Absent => None,
        Patch::Null => {
            settings.password = None;
            None
        }
        Patch::Set(password) => Some(password),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::memory::LIMITS;
    use crate::message::body::Draft;
    use crate::message::request::Body;
    use crate::model::config::Config;
    use crate::model::password::PasswordHash;
    use crate::model::text::{CardDescription, CardTitle};
    use crate::store::ports::{EdgeLimits, PasswordCost};

    fn config() -> Config {
        Config::parse(|name| (name == "HOP_DOMAINS").then(|| "https://hop.example".to_owned()), |_| None).unwrap()
    }

    /// Applies the JSON to `settings` on an edge that counts to a thousand. Returns the settings or the wrong fields.
    fn applied(mut settings: LinkSettings, json: &str) -> Result<LinkSettings, Vec<(String, FieldCode)>> {
        let (config, edge_limits) = (config(), EdgeLimits { max_clicks: Some(1_000), ..LIMITS });
        let context = ParseContext { config: &config, edge_limits: &edge_limits };
        let Draft { parts, mut wrong } = SettingsBody::read(&Body::Whole(json.into()), 100_000, &context).unwrap();
        if apply(&mut settings, parts, &mut wrong).is_some() {
            settings.password = Some(PasswordHash { cost: PasswordCost { memory_kib: 8, passes: 1 }, salt: [1; 16], hash: [255; 32] });
        }
        let wrong: Vec<_> = wrong.into_iter().map(|error| (error.at.clone(), error.code)).collect();
        if wrong.is_empty() { Ok(settings) } else { Err(wrong) }
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

    /// Settings with every field set.
    pub(crate) fn everything() -> LinkSettings {
        applied(LinkSettings::default(), EVERYTHING).unwrap()
    }

    #[cfg(feature = "docs")]
    #[test]
    fn the_schema_of_click_limits_states_the_largest_one() {
        crate::message::body::patterns::tests::check_bound::<MaxClicks>(crate::message::body::LARGEST_NUMBER);
    }

    #[test]
    fn nothing_said_changes_nothing_and_null_sets_back() {
        let settings = everything();
        assert_eq!(settings.tags.iter().map(Tag::as_str).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(applied(settings.clone(), "{}").unwrap(), settings);
        let nulls = r#"{"redirect_status":null,"title":null,"note":null,"external_id":null,"tags":null,"starts_at":null,"ends_at":null,
            "fallback":null,"disabled":null,"max_clicks":null,"confirm":null,"forward_query":null,"forward_path":null,"strict":null,
            "crawlable":null,"password":null,"card":null,"rules":null}"#;
        assert_eq!(applied(settings, nulls).unwrap(), LinkSettings::default());
    }

    #[test]
    fn every_wrong_setting_is_reported() {
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
            assert_eq!(applied(LinkSettings::default(), json), Err(vec![(field.to_owned(), code)]), "{json}");
        }
    }

    #[test]
    fn all_errors_are_reported_at_once() {
        let wrong = r#"{"tags":["",5,"ok"],"card":{"title":"","image":"x","a":1},"rules":[5,{"id":"X","when":[]}],"max_clicks":0}"#;
        let fields = applied(LinkSettings::default(), wrong).unwrap_err().into_iter().map(|(field, _)| field);
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
    fn card_parts_are_patched_separately() {
        let settings = applied(everything(), r#"{"card":{"title":"new","image":null}}"#).unwrap();
        let card = settings.card.clone().unwrap();
        assert_eq!(card.title.as_ref().map(CardTitle::as_str), Some("new"));
        assert_eq!(card.description.as_ref().map(CardDescription::as_str), Some("CD"));
        assert_eq!(card.image, None);
        let nothing_left = applied(settings, r#"{"card":{"title":null,"description":null}}"#);
        assert_eq!(nothing_left, Err(vec![("/card".to_owned(), FieldCode::Required)]));
    }

    #[test]
    fn password_limit_and_confirm_hold_back() {
        for json in [r#"{"password":"twelve chars"}"#, r#"{"max_clicks":1}"#, r#"{"confirm":true}"#] {
            assert!(applied(LinkSettings::default(), json).unwrap().is_gated(), "{json}");
        }
        assert!(
            !applied(LinkSettings::default(), r#"{"strict":true,"crawlable":true,"forward_path":true,"disabled":true}"#)
                .unwrap()
                .is_gated()
        );
    }

    #[test]
    fn other_changes_keep_the_password() {
        let settings = everything();
        let password = settings.password.clone();
        assert_eq!(applied(settings, r#"{"title":"new"}"#).unwrap().password, password);
    }

    #[test]
    fn new_end_is_compared_with_stored_start() {
        let settings = applied(LinkSettings::default(), r#"{"starts_at":"2026-06-01T00:00:00Z"}"#).unwrap();
        let wrong = applied(settings.clone(), r#"{"ends_at":"2026-05-01T00:00:00Z"}"#);
        assert_eq!(wrong, Err(vec![("/ends_at".to_owned(), FieldCode::Conflicts)]));
        assert!(applied(settings, r#"{"ends_at":"2026-05-01T00:00:00Z","starts_at":null}"#).is_ok());
    }

    #[test]
    fn tag_is_replaced_merged_or_removed() {
        let tag = |text: &str| Tag::stored(text.into());
        let retagged = |old: &str, new: Option<&str>| {
            let mut settings = applied(LinkSettings::default(), r#"{"tags":["a","b","d"]}"#).unwrap();
            let was_there = settings.retag(&tag(old), new.map(tag).as_ref());
            (was_there, settings.tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(retagged("a", Some("c")), (true, "b c d".into()));
        assert_eq!(retagged("a", Some("d")), (true, "b d".into()));
        assert_eq!(retagged("b", None), (true, "a d".into()));
        assert_eq!(retagged("x", Some("y")), (false, "a b d".into()));
    }

    #[test]
    fn link_can_have_ten_tags() {
        let ten = format!("{{\"tags\":[{}]}}", (0..10).map(|number| format!("\"t{number}\"")).collect::<Vec<_>>().join(","));
        assert_eq!(applied(LinkSettings::default(), &ten).unwrap().tags.len(), 10);
    }
}
