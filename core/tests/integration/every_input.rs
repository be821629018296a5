//! Random inputs: `App::handle` never panics, and answers each input with a status that the endpoint documents.

use crate::support::client::{ADMIN_KEY, Answer, Visitor};
use crate::support::keys::{SHOWN, plant};
use crate::support::replay::{OnFailure, slow};
use crate::support::{Ask, Isolate, run};
use hop_core::endpoints::{ENDPOINTS, Route};
use hop_core::memory::{MemoryEdge, Random};
use hop_core::{Body, Head};
use http::header::{ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, COOKIE, ORIGIN, USER_AGENT};
use http::{HeaderName, Method};
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const METHODS: [&str; 10] = ["GET", "GET", "POST", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH", "BREW"];
const HOSTS: [&str; 8] =
    ["hop.example", "hop.example", "hop.example:80", "HOP.example.", "b.example", "evil.example", "", "u:p@hop.example"];
const PIECES: [&str; 47] = [
    "/",
    "/",
    "/",
    "api",
    "v1",
    "links",
    "restore",
    "shorten",
    "problems",
    "health",
    "ready",
    "docs",
    "gone",
    "docs",
    "é",
    "%C3%A9",
    "🎉",
    "%ff",
    "%",
    "%2",
    "%2F",
    "%252F",
    "%2e",
    ".",
    "..",
    "%2e%2E",
    "\\",
    ";",
    "?",
    "&",
    "#",
    "=",
    "limit=2",
    "limit=0",
    "cursor=",
    "cursor=Zm9v",
    "domain=b.example",
    "domain=",
    "from=2026-11-21T08:00:00Z",
    "to=1970-01-01T00:00:00Z",
    "subject=",
    "\0",
    "\n",
    "\u{7f}",
    "+",
    "not_found",
    "//",
];
const PATHS: &[&str] = &[
    "/health",
    "/ready",
    "/docs",
    "/gone",
    "/nothing",
    "/api/v1/links",
    "/api/v1/links/docs",
    "/api/v1/links/gone",
    "/api/v1/links/docs/restore",
    "/shorten",
    "/problems/internal",
    "/capabilities",
    "/metrics",
    "/api/v1/aliases/docs",
    "/api/v1/tags",
    "/api/v1/tags/x",
    "/api/v1/domains",
    "/api/v1/domains/c.example",
    "/api/v1/audit",
    "/api/v1/maintenance",
    "/api/v1/ingest",
    "/.well-known/fastly/logging/challenge",
    "/app",
    "/app/",
    "/app/theme.css",
    "/app/assets/main-memory.js",
    "/app/assets/no-such.js",
    "/app/assets/..%2findex.html",
    "/api/v1/links/docs?erase=true",
    "/api/v1/links/docs/qr?size=64&margin=16&color=%23000000&background=ffffff",
    "/robots.txt",
    "/.well-known/security.txt",
    "/few",
    "/few+",
    "/lock",
    "/lock+",
    "/led/a/b?x=1&y=%ff",
    "/led/%2e%2e%2f?x=//evil.example",
    "/api/v1/links/led/explain",
    "/api/v1/me",
    "/api/v1/keys",
    "/api/v1/keys/2qWPQagASuAbYiNQK",
    "/api/v1/users",
    "/api/v1/users/usr_11111111111111111?links_to=none",
    "/api/v1/users/usr_11111111111111111",
    "/api/v1/users/usr_11111111111111111/invite",
    "/report",
    "/report?url=https%3A%2F%2Fhop.example%2Fdocs",
    "/api/v1/reports",
    "/api/v1/reports?state=open",
    "/api/v1/reports/rep_fe5e02e173ff1t82DPuzCCj9UCmfy",
];
const BODIES: &[&str] = &[
    r#"{"agent":"curl/8.0","language":"de","path":"/a","query":"x=1","time":"2026-11-21T08:00:00Z"}"#,
    "password=a+wrong+one",
    r#"{"url":"https://example.com/"}"#,
    r#"{"target":"https://example.com/"}"#,
    r#"{"target":"https://example.com/","alias":"new"}"#,
    r#"{"target":"https://example.com/","alias":"docs"}"#,
    r#"{"target":"https://example.com/","alias":"gone","domain":"hop.example","redirect_status":308}"#,
    r#"{"target":"https://bücher.example/ü","alias":"日本","domain":null}"#,
    r#"{"target":"javascript:alert(1)","alias":"api","redirect_status":200}"#,
    r#"{"target":"https://hop.example/docs","alias":"\u0000"}"#,
    r#"{"target":{},"alias":[],"domain":1,"redirect_status":"302"}"#,
    r#"{"target":1e400,"target":-1}"#,
    r#"{"":"","~/":null,"target":null}"#,
    r#"{"url":"https://example.com/","url":"https://example.com/"}"#,
    r#"{"tag":"x"}"#,
    r#"{"email":"Ann@example.com","name":"Ann","role":"owner"}"#,
    r#"{"email":"@\u0000","name":"\u202e","role":"Owner"}"#,
    r#"{"name":null,"role":"viewer","disabled":true}"#,
    r#"{"domain":"evil.example","root":"https://example.com/"}"#,
    r#"{"not_found":"https://example.com/?","ended":null}"#,
    r#"{"name":"k","scopes":["links:read"],"domains":null,"owner":"usr_eeeeeeeeeeeeeeeee"}"#,
    r#"{"name":"k","scopes":["x"],"domains":[],"owner":"usr_","expires_at":"1999-01-01T00:00:00Z"}"#,
    r#"{"url":"hop.example/docs","reason":"spam","detail":"a\nb","contact":"ann@example.com"}"#,
    r#"{"url":"//","reason":"","detail":"\u0000","contact":"\n"}"#,
    r#"{"state":"resolved","action":"blocked"}"#,
    "url=hop.example%2Fdocs&reason=spam&detail=a%0D%0Ab&contact=&x=%ff",
    "[]",
    "\"\\ud800\"",
    "",
    "\u{feff}{}",
];

fn pick<'a>(random: &mut Random, words: &[&'a str]) -> &'a str {
    words[random.below(words.len())]
}

fn url(random: &mut Random) -> String {
    let mut url = format!("http://{}", pick(random, &HOSTS));
    if random.below(3) > 0 {
        url.push_str(pick(random, PATHS));
    }
    let pieces = random.below(8);
    for _ in 0..if random.below(2) == 0 { 0 } else { pieces } {
        match random.below(12) {
            0 => url.push(char::from_u32(u32::try_from(random.below(0x11_0000)).unwrap_or_default()).unwrap_or('x')),
            1 => url.push_str(&pick(random, &["", "é", ".a"]).repeat(random.below(200))),
            _ => url.push_str(pick(random, &PIECES)),
        }
    }
    url
}

fn method(random: &mut Random) -> Method {
    let word = pick(random, &METHODS);
    Method::from_bytes(word.as_bytes()).unwrap_or(Method::GET)
}

fn noise(random: &mut Random) -> Vec<u8> {
    let mut bytes = vec![0; random.below(40)];
    random.fill(&mut bytes);
    bytes
}

fn body(random: &mut Random) -> Body {
    let mut bytes = match random.below(10) {
        0 => return Body::TooLarge,
        1 => return Body::Broken,
        2 => noise(random),
        3 => "[".repeat(random.below(3_000)).into_bytes(),
        4 => "{\"a\":".repeat(random.below(3_000)).into_bytes(),
        _ => pick(random, BODIES).as_bytes().to_vec(),
    };
    for _ in 0..random.below(8).saturating_sub(5) {
        if !bytes.is_empty() {
            let at = random.below(bytes.len());
            bytes[at] = random.next_u64().to_le_bytes()[0];
        }
    }
    Body::Whole(bytes)
}

fn ask(random: &mut Random) -> Ask {
    let (method, url) = match random.below(4) {
        0 => (Method::POST, "http://hop.example/api/v1/links".to_owned()),
        _ => (method(random), url(random)),
    };
    let mut ask = Ask { body: body(random), ..Ask::to(method, url) };
    let mut maybe = |random: &mut Random, name: HeaderName, usual: &str| {
        let value = match random.below(8) {
            0 => return,
            1 => noise(random),
            _ => usual.as_bytes().to_vec(),
        };
        ask.visitor = std::mem::take(&mut ask.visitor).with(name, value);
    };
    let key = pick(random, &[ADMIN_KEY, ADMIN_KEY, SHOWN]);
    maybe(random, AUTHORIZATION, &format!("Bearer {key}"));
    maybe(random, CONTENT_TYPE, "application/json; charset=utf-8");
    let accept = pick(random, &["*/*", "text/html, application/json;q=0.9", "application/json"]);
    maybe(random, ACCEPT, accept);
    let agent = pick(random, &["Mozilla/5.0 (iPhone) Mobile Safari/604.1", "facebookexternalhit/1.1", "curl/8.0", ""]);
    maybe(random, USER_AGENT, agent);
    maybe(random, ACCEPT_LANGUAGE, "de-AT;q=0.9, en;q=0.8, *;q=0");
    maybe(random, COOKIE, "a=b; __Host-hop-lnk_x=1.2");
    maybe(random, ORIGIN, "http://hop.example");
    let purpose = pick(random, &["prefetch", "", ""]);
    maybe(random, HeaderName::from_static("sec-purpose"), purpose);
    ask
}

/// Links with a click limit, a password and rules.
fn demanding_links() -> [Value; 3] {
    let rules = json!([
        {"when": [{"type": "language", "any": ["de"]}, {"type": "query", "name": "x", "present": true}], "target": "https://example.com/{path}?{query.x}"},
        {"when": [{"type": "device", "any": ["mobile"]}, {"type": "country", "any": ["DE"]}], "target": "https://example.com/{path.1|none}"},
        {"when": [{"type": "split", "percent": 50}], "target": "https://example.com/half"},
    ]);
    // As cheap as Argon2 can be.
    let hash = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$K4NS+1MBMxwDvwhfm5Be5Nb3Udr7NqkNPF4ug1qYuko";
    let target = "https://example.com/";
    [
        json!({"alias": "few", "target": target, "max_clicks": 5, "confirm": true}),
        json!({"alias": "lock", "target": target, "password_hash": hash, "card": {"title": "a card"}}),
        json!({"alias": "led", "target": target, "rules": rules, "forward_query": "visitor_wins", "forward_path": true}),
    ]
}

/// Whether any request may get this status, or the endpoint documents it.
fn is_documented(ask: &Ask, code: u16) -> bool {
    if matches!((code, &ask.method), (404 | 405, _) | (204, &Method::OPTIONS)) {
        return true;
    }
    let head = Head::new(&ask.method, &ask.url);
    let pattern = Route::find(head.path).pattern();
    let method = if ask.method == Method::HEAD { "GET" } else { ask.method.as_str() };
    ENDPOINTS.iter().any(|row| row.pattern == pattern && row.method == method && row.all_statuses().contains(&code))
}

fn check(ask: &Ask, answer: &Answer) {
    let code = answer.code();
    assert!(is_documented(ask, code), "{code} is not documented for {ask:?}");
    assert!(answer.header("x-request-id").starts_with("req_"), "{ask:?}");
    assert_eq!(
        answer.header("location").is_empty(),
        !matches!(code, 201 | 301 | 302 | 303 | 307 | 308) || answer.json()["short_id"].is_string()
    );
    let type_of_problem = matches!(answer.header("content-type"), "application/problem+json" | "text/html; charset=utf-8");
    assert!(code < 400 || type_of_problem, "{ask:?} got {answer:?}");
    if answer.header("content-type").ends_with("json") && ask.method != Method::HEAD {
        assert!(answer.json().is_object(), "{ask:?} got {answer:?}");
    }
    if ask.method == Method::HEAD || matches!(code, 204 | 301 | 302 | 303 | 307 | 308) {
        assert!(answer.body.is_empty(), "{ask:?} got {answer:?}");
    }
}

#[test]
fn every_input_gets_a_documented_answer() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in [1, 2, 3] {
        let edge = MemoryEdge::new(seed);
        let isolate = Isolate::new(&edge);
        for alias in ["docs", "gone"] {
            run(isolate.ask(Ask::create(&json!({"target": "https://example.com/", "alias": alias}))));
        }
        run(isolate.ask(Ask::delete("gone")));
        for link in demanding_links() {
            let link = Ask::import("", "application/x-ndjson", link.to_string());
            assert_eq!(run(isolate.ask(link)).json()["imported"], 1);
        }
        plant(&edge);
        let mut random = Random::new(seed);
        for _ in 0..if slow() { 200_000 } else { 2_000 } {
            let ask = ask(&mut random);
            let _guard = OnFailure::print(format!("\nwhile asking: {ask:?}\n"));
            let answer = run(isolate.ask(ask.again()));
            check(&ask, &answer);
            seen.insert(answer.code());
        }
    }
    let expected = [200, 201, 204, 302, 303, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422];
    assert!(expected.iter().all(|code| seen.contains(code)), "the inputs only produced {seen:?}");
}

#[test]
fn unconfigured_deployment_refuses_all_but_health() {
    let edge = MemoryEdge::new(1);
    let mut random = Random::new(1);
    for settings in [&[][..], &[("HOP_DOMAINS", "nonsense"), ("HOP_ADMIN_KEY", ADMIN_KEY)]] {
        let isolate = Isolate::set_up(&edge, settings);
        let mut health_checks = 0;
        for _ in 0..4_000 {
            let ask = ask(&mut random);
            let answer = run(isolate.ask(ask.again()));
            let is_health = Route::find(Head::new(&ask.method, &ask.url).path).pattern() == "/health";
            let is_answered = is_health && matches!(ask.method, Method::GET | Method::HEAD);
            assert_eq!(answer.code(), if is_answered { 200 } else { 503 }, "{ask:?}");
            assert_eq!(answer.header("retry-after").is_empty(), is_answered);
            health_checks += usize::from(is_answered);
        }
        assert!(health_checks > 0, "no input asked for the health");
    }
    assert!(edge.records.keys().is_empty());
    let log = edge.take_log().join("\n");
    assert!(log.contains("HOP_DOMAINS") && !log.contains(ADMIN_KEY));
}

#[test]
fn empty_bearer_opens_nothing_without_admin_key() {
    let edge = MemoryEdge::new(1);
    for key in ["", "short", " "] {
        let isolate = Isolate::set_up(&edge, &[("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", key)]);
        for credentials in ["Bearer ", "Bearer", &format!("Bearer {key}"), "", "Basic Og=="] {
            let ask = Ask { visitor: Visitor::default().with(AUTHORIZATION, credentials.into()), ..Ask::list("/api/v1/links") };
            assert_eq!(run(isolate.ask(ask)).code(), 401, "{key:?} {credentials:?}");
        }
    }
}

#[test]
fn unknown_host_gets_only_health_and_readiness() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    for path in ["/health", "/ready"].iter().chain(PATHS).chain(&["/", "/robots.txt", "/favicon.ico", "/api"]) {
        let answer = run(isolate.ask(Ask::to(Method::GET, format!("http://evil.example{path}"))));
        let expected = if ["/health", "/ready"].contains(path) { (200, "") } else { (404, "unknown_host") };
        assert_eq!((answer.code(), answer.problem().as_str()), expected, "{path}");
    }
}

#[test]
fn browsers_get_pages_outside_the_api() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    for (path, is_page) in [
        ("/nothing", true),
        ("/problems/nothing", true),
        ("/api", true),
        ("/a/b", true),
        ("/a+", true),
        ("/api/v1/links", false),
        ("/shorten", false),
    ] {
        let visitor = Visitor::default().with(ACCEPT, "text/html".into());
        let answer = run(isolate.ask(Ask { visitor, ..Ask::to(Method::GET, format!("http://hop.example{path}")) }));
        assert_eq!(answer.header("content-type").starts_with("text/html"), is_page, "{path}");
    }
}
