//! What is measured: a link, and a visit to it.

use http::{Method, StatusCode};

/// Who comes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    /// A person with a browser, who follows the link.
    Somebody,
    /// The bootstrap admin, who asks the API.
    Admin,
    /// The holder of an API key, who does.
    AliasState,
}

/// One visit, made again and again.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    /// What the link is, as the API is told; nothing where the visit finds none.
    pub(crate) link: Option<&'static str>,
    pub(crate) who: Who,
    pub(crate) method: Method,
    pub(crate) url: &'static str,
    /// What the API is told.
    pub(crate) body: Option<&'static str>,
    /// How many others were asked for before, each with a number behind the address, as every visit then has its own.
    pub(crate) others: u64,
    pub(crate) has_copies: bool,
    /// How long after the last visit the next one comes: a memo repeats a hit for five seconds.
    pub(crate) pause_seconds: u64,
    pub(crate) status: StatusCode,
    /// Where the visit is led; nothing where it is not.
    pub(crate) location: Option<&'static str>,
}

/// A link that leads one way, asked for while the memo has it. The others say how they differ.
pub(crate) const PLAIN: Scenario = Scenario {
    name: "memo",
    what: "a link that the memo holds",
    link: Some(r#"{"alias":"docs","target":"https://example.com/documentation/start?from=hop"}"#),
    who: Who::Somebody,
    method: Method::GET,
    url: "https://hop.example/docs",
    body: None,
    others: 0,
    has_copies: true,
    pause_seconds: 0,
    status: StatusCode::FOUND,
    location: Some("https://example.com/documentation/start?from=hop"),
};

const MORE_THAN_THE_MEMO_HOLDS: u64 = 2_100;

/// An alias nobody has.
const NOBODYS: Scenario = Scenario { link: None, status: StatusCode::NOT_FOUND, location: None, ..PLAIN };

/// What asks nothing but who is asking.
const ME: Scenario = Scenario { link: None, url: "https://hop.example/api/v1/me", status: StatusCode::OK, location: None, ..PLAIN };

/// In the order they are shown.
pub(crate) const SCENARIOS: [Scenario; 13] = [
    PLAIN,
    Scenario { name: "copy", what: "a link that the memo has forgotten, read from its copy", pause_seconds: 6, ..PLAIN },
    Scenario { name: "truth", what: "the same where there are no copies", has_copies: false, pause_seconds: 6, ..PLAIN },
    Scenario { name: "missing", what: "an alias nobody has, which the memo remembers", ..NOBODYS },
    Scenario {
        name: "strangers",
        what: "an alias nobody has and nobody asked for yet, while the memo is full",
        others: MORE_THAN_THE_MEMO_HOLDS,
        ..NOBODYS
    },
    Scenario { name: "countries", what: "ten rules for other countries", link: Some(TEN_COUNTRIES), ..PLAIN },
    Scenario { name: "kinds", what: "ten rules of mixed kinds, none of which holds", link: Some(TEN_KINDS), ..PLAIN },
    Scenario {
        name: "template",
        what: "a target that path and query are filled into, and the rest of the query besides",
        link: Some(TEMPLATE),
        url: "https://hop.example/docs/install?from=mail&page=3",
        location: Some("https://example.com/install/2026-11-21?from=mail&page=3"),
        ..PLAIN
    },
    Scenario { name: "limited", what: "a link that may be followed only so often", link: Some(LIMITED), ..PLAIN },
    Scenario { name: "card", what: "a person, where previews are shown a card", link: Some(WITH_A_CARD), ..PLAIN },
    Scenario {
        name: "explain",
        what: "what would become of a visitor, by ten rules of mixed kinds",
        link: Some(TEN_KINDS),
        who: Who::Admin,
        method: Method::POST,
        url: "https://hop.example/api/v1/links/docs/explain",
        body: Some(SUPPOSED),
        status: StatusCode::OK,
        location: None,
        ..PLAIN
    },
    Scenario { name: "admin", what: "the bootstrap admin asks who they are", who: Who::Admin, ..ME },
    Scenario {
        name: "key",
        what: "the holder of an API key does: what is more is what the check of a key costs",
        who: Who::AliasState,
        ..ME
    },
];

impl Scenario {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        SCENARIOS.iter().find(|scenario| scenario.name == name)
    }
}

const TEN_COUNTRIES: &str = r#"{"alias":"docs","target":"https://example.com/documentation/start?from=hop","rules":[
    {"when":[{"type":"country","any":["AT"]}],"target":"https://example.com/at"},
    {"when":[{"type":"country","any":["BR"]}],"target":"https://example.com/br"},
    {"when":[{"type":"country","any":["CH"]}],"target":"https://example.com/ch"},
    {"when":[{"type":"country","any":["ES"]}],"target":"https://example.com/es"},
    {"when":[{"type":"country","any":["FR"]}],"target":"https://example.com/fr"},
    {"when":[{"type":"country","any":["GB"]}],"target":"https://example.com/gb"},
    {"when":[{"type":"country","any":["IT"]}],"target":"https://example.com/it"},
    {"when":[{"type":"country","any":["JP"]}],"target":"https://example.com/jp"},
    {"when":[{"type":"country","any":["PL"]}],"target":"https://example.com/pl"},
    {"when":[{"type":"country","any":["US"]}],"target":"https://example.com/us"}]}"#;

/// The clock stands at eight on a Saturday morning.
const TEN_KINDS: &str = r#"{"alias":"docs","target":"https://example.com/documentation/start?from=hop","rules":[
    {"when":[{"type":"country","any":["JP","KR"]}],"target":"https://example.com/1"},
    {"when":[{"type":"device","any":["mobile","tablet"]}],"target":"https://example.com/2"},
    {"when":[{"type":"os","any":["ios"]}],"target":"https://example.com/3"},
    {"when":[{"type":"browser","any":["safari"]}],"target":"https://example.com/4"},
    {"when":[{"type":"language","any":["fr","pt-BR"]}],"target":"https://example.com/5"},
    {"when":[{"type":"query","name":"ref","equals":"mail"}],"target":"https://example.com/6"},
    {"when":[{"type":"time","from":"22:00","to":"06:00","tz":"CET-1CEST,M3.5.0,M10.5.0/3"}],"target":"https://example.com/7"},
    {"when":[{"type":"weekday","any":["mon","tue"],"tz":"+01:00"}],"target":"https://example.com/8"},
    {"when":[{"type":"address","any":["192.0.2.0/24","2001:db8::/32"]}],"target":"https://example.com/9"},
    {"when":[{"type":"country","any":["DE"]},{"type":"query","name":"beta","present":true}],"target":"https://example.com/10"}]}"#;

const TEMPLATE: &str = r#"{"alias":"docs","forward_query":"visitor_wins",
    "target":"https://example.com/{path.0|start}/{date}?from={query.from|hop}&page=1"}"#;

const LIMITED: &str = r#"{"alias":"docs","target":"https://example.com/documentation/start?from=hop","max_clicks":1000000}"#;

const WITH_A_CARD: &str = r#"{"alias":"docs","target":"https://example.com/documentation/start?from=hop",
    "card":{"title":"Documentation","description":"How to begin","image":"https://example.com/card.png"}}"#;

const SUPPOSED: &str = r#"{"agent":"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0","language":"de,en-US;q=0.7,en;q=0.3",
    "country":"DE","address":"203.0.113.7"}"#;
