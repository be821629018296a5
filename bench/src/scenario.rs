//! The scenarios that are measured: a link, and a request.

use http::{Method, StatusCode};

use crate::world::CREDENTIALS;

/// The client of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ClientKind {
    /// A person with a browser.
    Browser,
    /// The bootstrap admin, who uses the API.
    Admin,
    /// A caller of the API with an API key.
    ApiKey,
    /// A signed-in user, who sends an access token.
    User,
    /// A program without a credential in `Authorization`, of a deployment that has a user.
    Guest,
}

/// A scenario: one request that is repeated.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// The body of the API request that creates the link; nothing if there is no link.
    pub(crate) link: Option<&'static str>,
    pub(crate) client: ClientKind,
    pub(crate) method: Method,
    pub(crate) url: &'static str,
    /// The body of the request. `{refresh_token}` in it stands for the refresh token of the latest response that has one.
    pub(crate) body: Option<&'static str>,
    /// How many other aliases are requested before. If there are any, each request appends its own number to the URL.
    pub(crate) others: u64,
    pub(crate) has_cache: bool,
    /// The setting `HOP_FRESH_SECONDS`. A cached link is served without verification for half of it.
    pub(crate) fresh_seconds: &'static str,
    /// The time between two requests. The memo keeps a hit for five seconds.
    pub(crate) pause_seconds: u64,
    pub(crate) status: StatusCode,
    /// The expected `Location`, if any.
    pub(crate) location: Option<&'static str>,
}

/// A link without rules or limits, found in the memo. The other scenarios list their differences from it.
pub(crate) const PLAIN: Scenario = Scenario {
    name: "memo",
    description: "a link in the memo",
    link: Some(r#"{"alias":"docs","target":"https://example.com/documentation/start?from=hop"}"#),
    client: ClientKind::Browser,
    method: Method::GET,
    url: "https://hop.example/docs",
    body: None,
    others: 0,
    has_cache: true,
    fresh_seconds: "60",
    pause_seconds: 0,
    status: StatusCode::FOUND,
    location: Some("https://example.com/documentation/start?from=hop"),
};

const MORE_THAN_THE_MEMO_HOLDS: u64 = 2_100;

/// An alias without a link.
const MISSING: Scenario = Scenario { link: None, status: StatusCode::NOT_FOUND, location: None, ..PLAIN };

/// An API request that does nothing but authenticate the caller.
const ME: Scenario = Scenario { link: None, url: "https://hop.example/api/v1/me", status: StatusCode::OK, location: None, ..PLAIN };

/// A sign-in with the cheapest hash that `HOP_PASSWORD_COST` allows. The pauses keep all requests within the rate limits.
const SIGN_IN: Scenario = Scenario {
    name: "sign-in",
    description: "a sign-in with the cheapest hash",
    client: ClientKind::Guest,
    method: Method::POST,
    url: "https://hop.example/api/v1/login",
    body: Some(CREDENTIALS),
    pause_seconds: 60,
    ..ME
};

/// The scenarios, in the order of the output.
pub(crate) const SCENARIOS: [Scenario; 17] = [
    PLAIN,
    Scenario {
        name: "cached",
        description: "a link that is not in the memo any more, read from the link cache",
        fresh_seconds: "3600",
        pause_seconds: 6,
        ..PLAIN
    },
    Scenario {
        name: "stale",
        description: "the same with a cached link that is over a minute old: the store is read too",
        pause_seconds: 61,
        ..PLAIN
    },
    Scenario {
        name: "store",
        description: "the same without a link cache: only the store is read",
        has_cache: false,
        pause_seconds: 6,
        ..PLAIN
    },
    Scenario { name: "missing", description: "an alias without a link, found in the memo", ..MISSING },
    Scenario {
        name: "unknown",
        description: "an alias without a link that was not requested before, while the memo is full",
        others: MORE_THAN_THE_MEMO_HOLDS,
        ..MISSING
    },
    Scenario { name: "countries", description: "ten rules for other countries", link: Some(TEN_COUNTRIES), ..PLAIN },
    Scenario { name: "kinds", description: "ten rules of mixed kinds, none of which matches", link: Some(TEN_KINDS), ..PLAIN },
    Scenario {
        name: "template",
        description: "a target template with path and query, and forwarding of the rest of the query",
        link: Some(TEMPLATE),
        url: "https://hop.example/docs/install?from=mail&page=3",
        location: Some("https://example.com/install/2026-11-21?from=mail&page=3"),
        ..PLAIN
    },
    Scenario { name: "limited", description: "a link with a click limit", link: Some(LIMITED), ..PLAIN },
    Scenario { name: "card", description: "a person who follows a link with a card", link: Some(WITH_A_CARD), ..PLAIN },
    Scenario {
        name: "explain",
        description: "an explanation of ten rules of mixed kinds for a simulated visitor",
        link: Some(TEN_KINDS),
        client: ClientKind::Admin,
        method: Method::POST,
        url: "https://hop.example/api/v1/links/docs/explain",
        body: Some(SIMULATED_VISITOR),
        status: StatusCode::OK,
        location: None,
        ..PLAIN
    },
    Scenario { name: "admin", description: "the bootstrap admin requests `/api/v1/me`", client: ClientKind::Admin, ..ME },
    Scenario {
        name: "key",
        description: "the same with an API key: the difference is the cost of checking it",
        client: ClientKind::ApiKey,
        ..ME
    },
    Scenario { name: "token", description: "the same with an access token", client: ClientKind::User, ..ME },
    Scenario {
        name: "refresh",
        description: "new tokens for the latest refresh token",
        url: "https://hop.example/api/v1/token",
        body: Some(r#"{"refresh_token":"{refresh_token}"}"#),
        ..SIGN_IN
    },
    SIGN_IN,
];

impl Scenario {
    pub(crate) fn from_name(name: &str) -> Option<&'static Self> {
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

/// The clock is at eight on a Saturday morning.
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

const SIMULATED_VISITOR: &str = r#"{"agent":"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0","language":"de,en-US;q=0.7,en;q=0.3",
    "country":"DE","address":"203.0.113.7"}"#;
