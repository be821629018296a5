//! Audit events: one for each change, none for a request that changed nothing; pagination, filters, expiry; events
//! are immutable.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;

use crate::support::accounts::{self, Accounts};
use crate::support::audit::{check_audit_events, lines, text};
use crate::support::client::{ADMIN_KEY, Answer, PEPPER};
use crate::support::keys::{OWNER, PLANTED, new_key, plant};
use crate::support::reports::{PLANTED_REPORT, plant_report, report, resolve, send_form};
use crate::support::store_faults::{self, Plan, clear_faults, plan};
use crate::support::{Ask, Isolate, run};
use hmac::{Hmac, Mac as _};
use hop_core::endpoints::ENDPOINTS;
use hop_core::memory::{CommitMode, MemoryEdge, StoreStep};
use hop_core::ports::Edge as _;
use hop_core::store::Key;
use http::Method;
use http::header::{AUTHORIZATION, IF_MATCH};
use serde_json::{Value, json};
use sha2::Sha256;

const BOTH: [CommitMode; 2] = [CommitMode::Transaction, CommitMode::Stepwise];
const LINES: &str = "application/x-ndjson";
const DAY: u64 = 24 * 60 * 60;

/// What no event may contain: targets, passwords, texts that people wrote, and personal data.
const SECRETS: [&str; 7] = ["secret.example", "open sesame", "a title", "a note", "$argon2id", "@", ADMIN_KEY];

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

fn link(alias: &str) -> Value {
    json!({"target": "https://secret.example/", "alias": alias, "title": "a title", "note": "a note",
        "tags": ["x"], "fallback": "https://secret.example/f"})
}

/// An edge with the links, domains, users and keys that the changes below need.
fn world(steps: CommitMode) -> MemoryEdge {
    let edge = store_faults::edge(1, steps);
    for alias in ["docs", "old"] {
        assert_eq!(ask(&edge, Ask::create(&link(alias))).code(), 201);
    }
    assert_eq!(ask(&edge, Ask::change("old", &json!({"alias": "new", "keep_old_alias": true}))).code(), 200);
    assert_eq!(ask(&edge, Ask::create(&link("gone"))).code(), 201);
    assert_eq!(ask(&edge, Ask::delete("gone")).code(), 204);
    assert_eq!(ask(&edge, Ask::post("/api/v1/domains", &json!({"domain": "d.example"}))).code(), 201);
    assert_eq!(ask(&edge, Ask::post("/api/v1/blocklist", &json!({"host": "d.example"}))).code(), 201);
    plant(&edge);
    plant_report(&edge, "docs");
    edge.wait_seconds(60);
    edge
}

/// A changing method of an endpoint: one request that succeeds, and the actions of the events it leaves.
struct Change {
    pattern: &'static str,
    method: &'static str,
    ask: fn() -> Ask,
    actions: &'static [&'static str],
}

const fn change(pattern: &'static str, method: &'static str, ask: fn() -> Ask, actions: &'static [&'static str]) -> Change {
    Change { pattern, method, ask, actions }
}

const LINK: &str = "/api/v1/links/{alias}";

const CHANGES: &[Change] = &[
    change("/shorten", "POST", || Ask::shorten("https://secret.example/"), &["link.create"]),
    change("/api/v1/links", "POST", || Ask::create(&link("more")), &["link.create"]),
    change(LINK, "PATCH", || Ask::change("docs", &json!({"target": "https://secret.example/2"})), &["link.change"]),
    change(LINK, "PATCH", || Ask::change("docs", &json!({"blocked": {"reason": "a note"}})), &["link.block"]),
    change(LINK, "PATCH", || Ask::change("docs", &json!({"alias": "manual"})), &["link.rename"]),
    change(LINK, "DELETE", || Ask::delete("docs"), &["link.delete"]),
    change(LINK, "DELETE", || Ask::delete("old"), &["link.unforward"]),
    change(LINK, "DELETE", || Ask::remove("/api/v1/links/docs?erase=true"), &["link.erase"]),
    change(LINK, "DELETE", || Ask::remove("/api/v1/links/gone?erase=true"), &["link.erase"]),
    change("/api/v1/links/{alias}/restore", "POST", || Ask::restore("gone"), &["link.restore"]),
    change("/api/v1/batch", "POST", batch, &["link.change", "link.create", "link.delete"]),
    change("/api/v1/import", "POST", import, &["link.create", "link.create"]),
    change("/api/v1/tags/{tag}", "PATCH", || Ask::patch("/api/v1/tags/x", &json!({"tag": "y"})), &["link.change"; 3]),
    change("/api/v1/tags/{tag}", "DELETE", || Ask::remove("/api/v1/tags/x"), &["link.change"; 3]),
    change("/api/v1/domains", "POST", || domain("c.example"), &["domain.create"]),
    change("/api/v1/domains/{domain}", "PATCH", || change_domain("d.example"), &["domain.change"]),
    change("/api/v1/domains/{domain}", "PATCH", || change_domain("hop.example"), &["domain.change"]),
    change("/api/v1/domains/{domain}", "DELETE", || Ask::remove("/api/v1/domains/d.example"), &["domain.delete"]),
    change(
        "/api/v1/blocklist",
        "POST",
        || Ask::post("/api/v1/blocklist", &json!({"host": "c.example", "reason": "a note"})),
        &["blocklist.add"],
    ),
    change("/api/v1/blocklist/{host}", "DELETE", || Ask::remove("/api/v1/blocklist/d.example"), &["blocklist.remove"]),
    change(REPORT, "PATCH", || resolve(PLANTED_REPORT, "dismissed"), &["report.resolve"]),
    change(REPORT, "PATCH", || resolve(PLANTED_REPORT, "blocked"), &["link.block", "report.resolve"]),
    change(LINK, "PATCH", || Ask::change("new", &json!({"domain": "b.example"})), &["link.rename"]),
    change(
        "/api/v1/users",
        "POST",
        || Ask::post("/api/v1/users", &json!({"email": "a@secret.example", "name": "a title"})),
        &["user.create"],
    ),
    change(USER, "PATCH", || Ask::patch(ANN, &json!({"role": "viewer"})), &["user.role"]),
    change(USER, "PATCH", || Ask::patch(ANN, &json!({"name": "a title"})), &["user.change"]),
    change(USER, "PATCH", || Ask::patch(ANN, &json!({"disabled": true})), &["user.disable"]),
    change(USER, "DELETE", || Ask::remove(&format!("{ANN}?links_to=none")), &["user.delete", "user.leave"]),
    change("/api/v1/users/{user}/invite", "POST", || Ask::post(&format!("{ANN}/invite"), &json!({})), &["user.invite"]),
    change("/api/v1/keys", "POST", || new_key(OWNER, &["links:read"], &json!({"name": "a title"})), &["key.create"]),
    change("/api/v1/keys/{key}", "DELETE", || Ask::remove(&format!("/api/v1/keys/{PLANTED}")), &["key.revoke"]),
];

/// A change of an account, and the actions of the events it leaves. The caller is the user of whom the event is, or the
/// bootstrap admin.
struct AccountChange {
    method: &'static str,
    pattern: &'static str,
    is_by_admin: bool,
    actions: &'static [&'static str],
}

const fn account_change(method: &'static str, pattern: &'static str, is_by_admin: bool, actions: &'static [&'static str]) -> AccountChange {
    AccountChange { method, pattern, is_by_admin, actions }
}

const ACCOUNT_CHANGES: &[AccountChange] = &[
    account_change("POST", "/api/v1/setup", true, &["user.create", "user.role"]),
    account_change("POST", "/api/v1/invitations/accept", false, &["session.start", "user.accept"]),
    account_change("POST", "/api/v1/login", false, &["session.start"]),
    // A refresh happens every 15 minutes, and leaves no event.
    account_change("POST", "/api/v1/token", false, &[]),
    account_change("POST", "/api/v1/logout", false, &["session.end"]),
    account_change("POST", "/api/v1/password", false, &["user.password"]),
    account_change("POST", "/api/v1/password/reset", false, &["user.password"]),
    account_change("DELETE", "/api/v1/sessions/{session}", false, &["session.end"]),
    account_change("POST", "/api/v1/users/{user}/reset", true, &["user.reset"]),
];

const USER: &str = "/api/v1/users/{user}";

const REPORT: &str = "/api/v1/reports/{report}";

/// The user that [`world`] plants.
const ANN: &str = "/api/v1/users/usr_eeeeeeeeeeeeeeeee";

/// POST endpoints without an event: visitors answer a link's question or report a link, and callers have a visit
/// explained.
const WITHOUT_EVENT: [(&str, &str); 6] = [
    ("/{alias}", "POST"),
    ("/report", "POST"),
    ("/api/v1/reports", "POST"),
    ("/api/v1/links/{alias}/explain", "POST"),
    ("/api/v1/maintenance", "POST"),
    ("/api/v1/ingest", "POST"),
];

fn batch() -> Ask {
    Ask::batch(&[
        json!({"op": "create", "link": link("more")}),
        json!({"op": "update", "alias": "docs", "patch": {"title": "a title again", "password": "open sesame!"}}),
        json!({"op": "delete", "alias": "new"}),
        json!({"op": "delete", "alias": "gone"}),
        json!({"op": "create", "link": link("docs")}),
    ])
}

fn import() -> Ask {
    let new = |alias: &str| json!({"target": "https://secret.example/", "alias": alias, "clicks": {"humans": 7, "bots": 0, "previews": 0}});
    Ask::import("", LINES, [new("one"), new("two"), link("docs")].map(|line| line.to_string()).join("\n"))
}

fn domain(host: &str) -> Ask {
    Ask::post("/api/v1/domains", &json!({"domain": host, "root": "https://secret.example/"}))
}

fn change_domain(host: &str) -> Ask {
    Ask::patch(&format!("/api/v1/domains/{host}"), &json!({"root": "https://secret.example/r"}))
}

#[test]
fn every_change_leaves_its_audit_events() {
    for (change, steps) in CHANGES.iter().flat_map(|change| BOTH.map(|steps| (change, steps))) {
        let edge = world(steps);
        let before = lines(&edge);
        let answer = ask(&edge, (change.ask)().from("203.0.113.9", "FR"));
        assert!(answer.code() < 300, "{} {}: {}", change.method, change.pattern, answer.json());
        let mut after = lines(&edge);
        for (key, event) in &before {
            assert_eq!(after.remove(key).as_ref(), Some(event), "{} {} touched an earlier event", change.method, change.pattern);
        }
        let mut actions: Vec<String> = after.values().map(|event| text(&event["action"])).collect();
        actions.sort();
        assert_eq!(actions, change.actions, "{} {}", change.method, change.pattern);
        for event in after.values() {
            let who = ["principal", "country", "request_id"].map(|name| text(&event[name]));
            assert_eq!(who, ["admin", "FR", answer.header("x-request-id")]);
            assert_eq!((&event["at"], event.get("user")), (&json!(edge.now().as_millis()), None));
            let subject = text(&event["subject"]);
            let is_id = ["lnk_", "usr_", "rep_"].iter().any(|prefix| subject.starts_with(prefix)) || subject.len() == PLANTED.len();
            assert!(is_id || ["c.example", "d.example", "hop.example"].contains(&subject.as_str()), "{event}");
        }
        let all: String = lines(&edge).values().map(Value::to_string).collect();
        assert!(!SECRETS.iter().any(|secret| all.contains(secret)), "{all}");
        check_audit_events(&edge);
    }
}

#[test]
fn every_change_of_an_account_leaves_its_events() {
    for (change, steps) in ACCOUNT_CHANGES.iter().flat_map(|change| BOTH.map(|steps| (change, steps))) {
        let world = Accounts::new(steps);
        let edge = &world.edge;
        let before = lines(edge);
        let request = || world.request(change.method, change.pattern).from("203.0.113.9", "FR");
        let answer = ask(edge, request());
        let about = format!("{} {}", change.method, change.pattern);
        assert!(answer.code() < 300, "{about}: {answer:?}");
        let mut after = lines(edge);
        for (key, event) in &before {
            assert_eq!(after.remove(key).as_ref(), Some(event), "{about} touched an earlier event");
        }
        let mut actions: Vec<String> = after.values().map(|event| text(&event["action"])).collect();
        actions.sort();
        assert_eq!(actions, change.actions, "{about}");
        for event in after.values() {
            let subject = text(&event["subject"]);
            let (principal, user) = if change.is_by_admin { ("admin", Value::Null) } else { (&*subject, json!(subject)) };
            let who = ["principal", "country", "request_id"].map(|name| text(&event[name]));
            assert_eq!(who, [principal, "FR", answer.header("x-request-id")], "{about}");
            assert_eq!((&event["at"], &event["user"]), (&json!(edge.now().as_millis()), &user), "{about}");
            assert!(subject.starts_with("usr_"), "{event}");
        }
        let all: String = lines(edge).values().map(Value::to_string).collect();
        let secrets = [accounts::PASSWORD, accounts::OTHER_PASSWORD, "hoprt_", "eyJ", "hopinvite_", "hopreset_"];
        assert!(!SECRETS.iter().chain(&secrets).any(|secret| all.contains(secret)), "{all}");
    }
}

#[test]
fn every_changing_endpoint_is_listed_here() {
    for row in ENDPOINTS.iter().filter(|row| row.method != "GET") {
        let listed = CHANGES.iter().map(|change| (change.pattern, change.method));
        let mut known = listed.chain(WITHOUT_EVENT).chain(ACCOUNT_CHANGES.iter().map(|change| (change.pattern, change.method)));
        assert!(known.any(|known| known == (row.pattern, row.method)), "{} {} is missing in the list of changes", row.method, row.pattern);
    }
    let edge = world(CommitMode::Transaction);
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"password": "open sesame!"}))).code(), 200);
    let before = lines(&edge);
    ask(&edge, Ask::post("/api/v1/links/docs/explain", &json!({})));
    ask(&edge, crate::support::locks::type_in("docs", "open sesame!"));
    assert_eq!(ask(&edge, report(&json!({"url": "hop.example/docs", "reason": "spam"}))).code(), 202);
    assert_eq!(ask(&edge, send_form(&[("url", "hop.example/docs"), ("reason", "spam")])).code(), 200);
    assert_eq!(lines(&edge), before);
}

#[test]
fn refused_or_ineffective_requests_leave_no_event() {
    let no_change = || json!({});
    let same = || Ask::import("", LINES, json!({"target": "https://secret.example/", "alias": "plain"}).to_string());
    for steps in BOTH {
        let edge = world(steps);
        assert_eq!(ask(&edge, same()).json()["imported"], 1);
        assert_eq!(ask(&edge, Ask::delete("old")).code(), 204);
        let before = lines(&edge);
        for (number, (status, refused)) in [
            (409, Ask::create(&link("docs"))),
            (409, Ask::create(&link("gone"))),
            (422, Ask::create(&json!({"target": "javascript:alert(1)"}))),
            (401, Ask::to(Method::DELETE, "http://hop.example/api/v1/links/docs".into())),
            (404, Ask::delete("nothing")),
            (412, Ask::change_if("docs", "\"9\"", &json!({"title": "x"}))),
            (200, Ask::change("docs", &no_change())),
            (200, Ask::change("docs", &json!({"title": "a title"}))),
            (409, Ask::change("docs", &json!({"alias": "new"}))),
            (204, Ask::delete("gone")),
            (204, Ask::delete("old")),
            (200, Ask::restore("docs")),
            (412, Ask::remove("/api/v1/links/docs?erase=true").header(IF_MATCH, "\"9\"")),
            (200, same()),
            (200, Ask::import("?dry_run=true", LINES, json!({"target": "https://secret.example/"}).to_string())),
            (404, Ask::remove("/api/v1/tags/nothing")),
            (404, resolve(&PLANTED_REPORT.replace('f', "e"), "dismissed")),
            (409, domain("d.example")),
            (200, Ask::patch("/api/v1/domains/d.example", &no_change())),
            (200, Ask::patch("/api/v1/domains/b.example", &no_change())),
            (409, Ask::remove("/api/v1/domains/hop.example")),
            (200, Ask::batch(&[json!({"op": "create", "link": link("docs")}), json!({"op": "create", "link": link("old")})])),
        ]
        .into_iter()
        .enumerate()
        {
            for ask_ in [refused.again(), refused.once(&format!("key {number}"))] {
                let request = format!("{} {} {steps:?}", ask_.method, ask_.url);
                assert_eq!(ask(&edge, ask_).code(), status, "{request}");
                assert_eq!(lines(&edge), before, "{request}");
            }
        }
    }
}

/// Makes every change with a store that goes down before each of its steps, then sends the same request again.
/// A stepwise store may leave more than one event.
#[test]
fn crashed_and_repeated_change_is_audited() {
    for (change, steps) in CHANGES.iter().flat_map(|change| BOTH.map(|steps| (change, steps))) {
        let repeats = ["/shorten", "/api/v1/links", "/api/v1/batch", "/api/v1/import"].contains(&change.pattern);
        for number in 0.. {
            let edge = world(steps);
            let before = lines(&edge).len();
            let request = || if repeats { (change.ask)().once("a key") } else { (change.ask)() };
            let trace = plan(&edge, Plan::From(number, None));
            let (first, _lost) = run(Isolate::new(&edge).handle(request()));
            clear_faults(&edge);
            let came_to = trace.steps().len();
            edge.wait_seconds(61);
            let second = ask(&edge, request());
            let events = lines(&edge).len() - before;
            let about = format!("{} {} died at step {number}: {} then {}", change.method, change.pattern, first.code(), second.code());
            check_audit_events(&edge);
            assert!(events >= change.actions.len(), "{about}: {events}");
            // A repeated request issues another secret, which is a change of its own.
            let is_another = ["/api/v1/keys", "/api/v1/users/{user}/invite"].contains(&change.pattern) && events == 2;
            assert!(events == change.actions.len() || steps == CommitMode::Stepwise || is_another, "{about}: {events}");
            if number >= came_to {
                break;
            }
        }
    }
}

#[test]
fn repeated_request_keeps_the_first_event() {
    for steps in BOTH {
        let edge = store_faults::edge(1, steps);
        let create = || Ask::create(&link("docs")).once("a key");
        // The writer dies before its response: the first write claimed the key, the second made the link.
        plan(&edge, Plan::FromNth(StoreStep::Answer, 2));
        let (first, _lost) = run(Isolate::new(&edge).handle(create().from("203.0.113.9", "FR")));
        clear_faults(&edge);
        assert_eq!((first.code(), lines(&edge).len()), (503, 1), "{steps:?}");
        let before = lines(&edge);
        edge.wait_seconds(61);
        assert_eq!(ask(&edge, create().from("203.0.113.10", "DE")).code(), 201);
        assert_eq!(lines(&edge), before, "{steps:?}");
        let event = before.values().next().expect("an event");
        assert_eq!([&event["country"], &event["request_id"]], ["FR", first.header("x-request-id")]);
    }
}

/// The pages of the audit from `path` on.
fn pages(isolate: &Isolate<'_>, path: &str, key: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let answer = run(isolate.ask(read(&path, key)));
        assert_eq!(answer.code(), 200, "{path}: {}", answer.json());
        let page = answer.json();
        pages.push(page["items"].as_array().expect("items").clone());
        next = page["next"].as_str().map(str::to_owned);
        assert!(pages.len() < 100, "the pagination never ends");
    }
    pages
}

fn read(path: &str, key: &str) -> Ask {
    Ask::to(Method::GET, format!("http://hop.example{path}")).header(AUTHORIZATION, &format!("Bearer {key}"))
}

/// The aliases, or else the subjects, of all events that match `query`, newest first.
fn listed(isolate: &Isolate<'_>, query: &str) -> Vec<String> {
    let items = pages(isolate, &format!("/api/v1/audit?limit=2{query}"), ADMIN_KEY).concat();
    items.iter().map(|item| text(if item["alias"].is_null() { &item["subject"] } else { &item["alias"] })).collect()
}

/// An edge with the links `a` to `g`, created a minute apart, and then a domain.
fn eight_events() -> MemoryEdge {
    let edge = MemoryEdge::new(1);
    for alias in ["a", "b", "c", "d", "e", "f", "g"] {
        assert_eq!(ask(&edge, Ask::create(&link(alias))).code(), 201);
        edge.wait_seconds(60);
    }
    assert_eq!(ask(&edge, domain("c.example")).code(), 201);
    edge
}

#[test]
fn events_are_paged_newest_first() {
    let edge = eight_events();
    let isolate = Isolate::new(&edge);
    let pages_of_two = pages(&isolate, "/api/v1/audit?limit=2", ADMIN_KEY);
    assert_eq!(pages_of_two.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 2, 2]);
    assert_eq!(listed(&isolate, ""), ["c.example", "g", "f", "e", "d", "c", "b", "a"]);
    assert_eq!(pages(&isolate, "/api/v1/audit", ADMIN_KEY), [pages_of_two.concat()]);
    let mut ids: Vec<&str> = pages_of_two.iter().flatten().map(|item| item["id"].as_str().expect("an id")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 8);
    // An event that is added between two pages does not shift them.
    let first = ask(&edge, Ask::list("/api/v1/audit?limit=2")).json();
    assert_eq!(ask(&edge, Ask::delete("a")).code(), 204);
    let second = ask(&edge, Ask::list(first["next"].as_str().expect("a next page"))).json();
    assert_eq!(json!(pages_of_two[1]), second["items"]);
}

#[test]
fn filters_apply_to_every_page() {
    let edge = eight_events();
    let isolate = Isolate::new(&edge);
    let id = text(&ask(&edge, Ask::show("b")).json()["id"]);
    for (query, expected) in [
        ("&from=2026-11-21T08:05:00Z", vec!["c.example", "g", "f"]),
        ("&to=2026-11-21T08:02:00Z", vec!["b", "a"]),
        ("&from=2026-11-21T08:02:00Z&to=2026-11-21T08:04:00Z", vec!["d", "c"]),
        ("&from=2026-11-21T09:02:00%2B01:00&to=2026-11-21T08:02:00.001Z", vec!["c"]),
        (&format!("&subject={id}"), vec!["b"]),
        ("&subject=c.example", vec!["c.example"]),
        ("&subject=nothing", vec![]),
        ("&principal=admin&to=2026-11-21T08:01:00Z", vec!["a"]),
        ("&principal=key_11111111111111111", vec![]),
    ] {
        assert_eq!(listed(&isolate, query), expected, "{query}");
    }
    let next = |query: &str| text(&ask(&edge, Ask::list(&format!("/api/v1/audit?limit=1{query}"))).json()["next"]);
    let cursor = |address: String| address.split_once("cursor=").map(|(_, cursor)| cursor.to_owned()).expect("a cursor");
    let (all, some) = (cursor(next("")), cursor(next("&subject=nothing")));
    for (query, field, code) in [
        (format!("cursor={all}&subject=nothing"), "/cursor", "invalid"),
        (format!("cursor={some}"), "/cursor", "invalid"),
        ("cursor=***".into(), "/cursor", "invalid"),
        ("from=yesterday".into(), "/from", "invalid"),
        ("from=2026-11-21T08:00:00Z&to=2026-11-21T08:00:00Z".into(), "/to", "conflicts"),
        ("limit=0".into(), "/limit", "out_of_range"),
        ("limit=101".into(), "/limit", "out_of_range"),
        ("subject=".into(), "/subject", "required"),
        ("subject=%00".into(), "/subject", "invalid"),
        (format!("principal={}", "x".repeat(254)), "/principal", "too_long"),
        ("principal=admin&principal=admin".into(), "/principal", "duplicate"),
        ("user=x".into(), "/user", "unknown"),
    ] {
        let problem = ask(&edge, Ask::list(&format!("/api/v1/audit?{query}"))).json();
        assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(field), &json!(code)), "{query}");
    }
}

#[test]
fn damaged_event_hides_no_other() {
    let edge = eight_events();
    let keys: Vec<String> = lines(&edge).into_keys().collect();
    for (key, value) in keys.iter().skip(1).zip(["", "{}", "null", r#"{"v":2}"#, r#"{"v":1,"at":1,"action":7}"#]) {
        edge.records.plant(&Key::stored(key.clone()), value);
    }
    edge.records.plant(&Key::stored("audit/x".into()), "{}");
    edge.take_log();
    assert_eq!(listed(&Isolate::new(&edge), ""), ["c.example", "b", "a"]);
    assert!(edge.take_log().iter().any(|line| line.contains(&keys[1])));
}

#[test]
fn events_expire_after_the_configured_days() {
    let edge = eight_events();
    let day = [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", PEPPER), ("HOP_AUDIT_DAYS", "1")];
    let isolate = Isolate::set_up(&edge, &day);
    edge.wait_seconds(DAY - 3 * 60);
    assert_eq!(listed(&isolate, ""), ["c.example", "g", "f", "e"], "the store still has the older events");
    assert_eq!(listed(&isolate, "&from=2026-11-21T08:00:00Z"), ["c.example", "g", "f", "e"]);
    assert_eq!(listed(&isolate, "&to=2026-11-21T08:02:00Z"), Vec::<String>::new());
    assert_eq!(listed(&Isolate::new(&edge), "").len(), 8);
    for (steps, days, expected) in
        BOTH.into_iter().flat_map(|steps| [("", Some(365)), ("2", Some(2)), ("forever", None)].map(|(days, kept)| (steps, days, kept)))
    {
        let edge = store_faults::edge(1, steps);
        let settings = [day[0], day[1], day[2], ("HOP_AUDIT_DAYS", days)];
        assert_eq!(run(Isolate::set_up(&edge, &settings).ask(Ask::create(&link("a")))).code(), 201);
        let key = Key::stored(lines(&edge).into_keys().next().expect("an event"));
        let until = expected.map(|days| edge.now().as_millis() + days * DAY * 1_000);
        assert_eq!(edge.records.expiry(&key).map(hop_core::Timestamp::as_millis), until, "{days:?}");
    }
}

/// The digest that is stored of a key's secret.
fn digest(id: &str, secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(PEPPER.as_bytes()).expect("HMAC takes keys of any length");
    for part in ["key", id, secret] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    let bytes: [u8; 32] = mac.finalize().into_bytes().into();
    base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, bytes)
}

#[test]
fn domain_restricted_key_sees_events_of_its_domains() {
    let edge = eight_events();
    assert_eq!(ask(&edge, Ask::create(&json!({"target": "https://example.com/", "alias": "there", "domain": "b.example"}))).code(), 201);
    let event = |subject: &str, domain: Value| {
        json!({"v": 1, "at": edge.now().as_millis(), "action": "user.create", "subject": subject, "domain": domain, "principal": "admin",
            "request_id": "req_x"})
        .to_string()
    };
    let newest = lines(&edge).into_keys().next().expect("an event");
    edge.records.plant(&Key::stored(format!("{newest}x")), &event("usr_1", Value::Null));
    let (id, user, secret) = ("2".repeat(17), format!("usr_{}", "3".repeat(17)), "4".repeat(44));
    let tokens = json!({"v": 1, "tokens": {"created": "t", "recent": ["t"]}});
    let plant = |key: &str, more: Value| {
        let mut record = tokens.clone();
        record.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        edge.records.plant(&Key::stored(key.into()), &record.to_string());
    };
    let person = json!({"id": user, "email": "a@b.example", "role": "admin", "standing": "in", "created_at": 1, "version": 1});
    plant(&format!("user/{user}"), person);
    let key = format!("hop_{id}_{secret}");
    let sees = |domains: Value| {
        let api_key = json!({"id": id, "name": "x", "scopes": ["audit:read"], "domains": domains, "owner": user, "created_at": 1,
            "mark": digest(&id, &secret), "most": "owner"});
        plant(&format!("key/{id}"), api_key);
        let items = pages(&Isolate::new(&edge), "/api/v1/audit?limit=3", &key).concat();
        items.into_iter().map(|item| text(&item["subject"]) + item["alias"].as_str().unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(sees(Value::Null).len(), 10);
    let there = sees(json!(["b.example", "c.example"]));
    assert_eq!(there.len(), 2, "{there:?}");
    assert!(there[0].ends_with("there") || there[1].ends_with("there"), "{there:?}");
    assert!(there.contains(&"c.example".to_owned()), "{there:?}");
    assert_eq!(sees(json!(["e.example"])), Vec::<String>::new());
}

#[test]
fn events_cannot_be_edited_or_deleted() {
    let methods: Vec<&str> = ENDPOINTS.iter().filter(|row| row.pattern.starts_with("/api/v1/audit")).map(|row| row.method).collect();
    assert_eq!(methods, ["GET"], "the audit is read-only");
    let edge = world(CommitMode::Transaction);
    let before = lines(&edge);
    let id = before.keys().next().and_then(|key| key.rsplit('/').next()).expect("an event").to_owned();
    for (method, path) in ["POST", "PUT", "PATCH", "DELETE"]
        .into_iter()
        .flat_map(|method| ["/api/v1/audit".to_owned(), format!("/api/v1/audit/{id}")].map(|path| (method, path)))
    {
        let answer = ask(&edge, Ask { method: method.parse().expect("a method"), ..Ask::patch(&path, &json!({})) });
        assert!([404, 405].contains(&answer.code()), "{method} {path}: {}", answer.code());
    }
    // All changes run on one edge. Earlier events stay as they are.
    let mut known: BTreeMap<String, Value> = before;
    for change in CHANGES {
        ask(&edge, (change.ask)());
        let now = lines(&edge);
        assert!(known.iter().all(|(key, event)| now.get(key) == Some(event)), "{} {}", change.method, change.pattern);
        known = now;
    }
}
