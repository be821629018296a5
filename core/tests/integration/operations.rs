//! Store operations of typical requests: the table in docs/OPERATIONS.md is written and checked here.
#![cfg(not(target_arch = "wasm32"))]

use std::fmt::Write as _;

use crate::support::accounts::{self, Accounts};
use crate::support::client::{Answer, PEPPER};
use crate::support::keys::{KEYS, new_key, user};
use crate::support::locks::bring_locked;
use crate::support::reports::{PLANTED_REPORT, REPORTS, plant_report, report, resolve, send_form};
use crate::support::sample_link::HERE;
use crate::support::{Ask, Isolate, run, store_faults};
use hop_core::endpoints::ENDPOINTS;
use hop_core::memory::{CommitMode, MemoryEdge, Planted, PlantedLine};
use hop_core::ports::Edge as _;
use hop_core::{Body, Timestamp};
use serde_json::{Value, json};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/OPERATIONS.md");
const BEGIN: &str = "<!-- operations: written by core/tests/integration/operations.rs -->\n";
const END: &str = "<!-- end of operations -->\n";

const USERS: &str = "/api/v1/users";

/// The end of the description of a case in which the blocklist has a host.
const IN_USE: &str = "blocklist in use";

/// A request, with an owner's key or without one, and a description of its case.
struct Sample {
    case: &'static str,
    ask: Ask,
    is_by_key: bool,
}

/// The store operations of a request for an endpoint of accounts.
fn operations_of_accounts(steps: CommitMode, method: &str, pattern: &str) -> u32 {
    let world = Accounts::new(steps);
    let isolate = Isolate::limited(&world.edge);
    world.edge.take_operations();
    let (answer, after) = run(isolate.handle(world.request(method, pattern)));
    run(isolate.app.finish(&world.edge, after));
    assert!(answer.code() < 300, "{method} {pattern}: {}", answer.json());
    world.edge.take_operations()
}

fn by_key(case: &'static str, ask: Ask) -> Vec<Sample> {
    vec![Sample { case, ask, is_by_key: true }]
}

fn by_anyone(case: &'static str, ask: Ask) -> Vec<Sample> {
    vec![Sample { case, ask, is_by_key: false }]
}

fn without_body(ask: Ask) -> Ask {
    Ask { body: Body::Whole(Vec::new()), ..ask }
}

/// The typical requests of an endpoint. Every new endpoint needs an entry here.
fn samples(method: &str, pattern: &str) -> Vec<Sample> {
    let tagged = |alias: &str| json!({"target": HERE, "alias": alias, "tags": ["a", "b"]});
    let ten = || -> Vec<Value> { (0..10).map(|number| json!({"target": HERE, "alias": format!("n{number}")})).collect() };
    let user_path = |rest: &str| format!("{USERS}/usr_{}{rest}", "c".repeat(17));
    match (method, pattern) {
        ("GET", "/") => by_anyone("", Ask::visit("")),
        ("GET", "/health") => by_anyone("", Ask::visit("health")),
        ("GET", "/ready") => by_anyone("", Ask::visit("ready")),
        ("GET", "/capabilities") => by_anyone("", Ask::visit("capabilities")),
        ("GET", "/openapi.json") => by_anyone("", Ask::visit("openapi.json")),
        ("GET", "/robots.txt") => by_anyone("9 crawlable links, not cached", Ask::visit("robots.txt")),
        ("GET", "/favicon.ico") => by_anyone("", Ask::visit("favicon.ico")),
        ("GET", "/.well-known/fastly/logging/challenge") => by_anyone("", Ask::visit(".well-known/fastly/logging/challenge")),
        ("GET", "/.well-known/security.txt") => by_anyone("", Ask::visit(".well-known/security.txt")),
        ("GET", "/problems/{code}") => by_anyone("", Ask::visit("problems/internal")),
        ("GET", "/app") => by_anyone("", Ask::visit("app")),
        ("GET", "/app/") => by_anyone("", Ask::visit("app/")),
        ("GET", "/app/theme.css") => by_anyone("", Ask::visit("app/theme.css")),
        ("GET", "/app/assets/{file}") => by_anyone("", Ask::visit("app/assets/main-memory.js")),
        ("GET", "/report") => by_anyone("", Ask::visit("report")),
        ("POST", "/report") => by_anyone("", send_form(&[("url", "hop.example/docs"), ("reason", "spam")])),
        ("POST", "/shorten") => by_key("", Ask::shorten("https://example.com/new")),
        ("GET", "/api/v1/links") => {
            let search = Ask::list("/api/v1/links?limit=9&q=docs");
            [by_key("page of 9 links", Ask::list("/api/v1/links?limit=9")), by_key("search, page of 9 links", search)]
                .into_iter()
                .flatten()
                .collect()
        }
        ("POST", "/api/v1/links") => [
            by_key("no tags, blocklist in use", Ask::create(&json!({"target": HERE, "alias": "new"}))),
            by_key("no tags", Ask::create(&json!({"target": HERE, "alias": "new"}))),
            by_key("2 tags", Ask::create(&tagged("new"))),
            by_key("2 tags, with an `Idempotency-Key`", Ask::create(&tagged("new")).once("a key")),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ("GET", "/api/v1/links/{alias}") => by_key("", Ask::show("docs")),
        ("PATCH", "/api/v1/links/{alias}") => [
            by_key("new title", Ask::change("docs", &json!({"title": "T"}))),
            by_key("2 other tags", Ask::change("docs", &json!({"tags": ["c", "d"]}))),
            by_key("move, 2 tags", Ask::change("docs", &json!({"alias": "new"}))),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ("DELETE", "/api/v1/links/{alias}") => [
            by_key("delete, 2 tags", Ask::delete("docs")),
            by_key("erase, 2 tags, 2 old versions", Ask::remove("/api/v1/links/old?erase=true")),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ("POST", "/api/v1/links/{alias}/restore") => by_key("", Ask::restore("gone")),
        ("GET", "/api/v1/links/{alias}/history") => by_key("3 versions", Ask::list("/api/v1/links/old/history")),
        ("POST", "/api/v1/links/{alias}/explain") => by_key("", Ask::post("/api/v1/links/docs/explain", &json!({}))),
        ("GET", "/api/v1/links/{alias}/qr") => by_key("", Ask::list("/api/v1/links/docs/qr")),
        ("GET", "/api/v1/links/{alias}/stats") => by_key("", Ask::list("/api/v1/links/docs/stats")),
        ("GET", "/api/v1/links/{alias}/clicks") => by_key("", Ask::list("/api/v1/links/docs/clicks")),
        ("GET", "/api/v1/stats") => by_key("", Ask::list("/api/v1/stats")),
        ("POST", "/api/v1/batch") => {
            let items: Vec<Value> = ten().into_iter().map(|link| json!({"op": "create", "link": link})).collect();
            by_key("10 new links, with an `Idempotency-Key`", Ask::batch(&items).once("a key"))
        }
        ("POST", "/api/v1/import") => {
            let lines: String = ten().into_iter().map(|link| format!("{link}\n")).collect();
            by_key("10 new links, with an `Idempotency-Key`", Ask::import("", "application/x-ndjson", lines).once("a key"))
        }
        ("GET", "/api/v1/export") => by_key("page of 9 links", Ask::list("/api/v1/export?limit=9")),
        ("GET", "/api/v1/aliases/{alias}") => by_key("", Ask::list("/api/v1/aliases/docs")),
        ("GET", "/api/v1/tags") => by_key("2 tags", Ask::list("/api/v1/tags")),
        ("PATCH", "/api/v1/tags/{tag}") => by_key("9 links", Ask::patch("/api/v1/tags/nine", &json!({"tag": "new"}))),
        ("DELETE", "/api/v1/tags/{tag}") => by_key("9 links", Ask::remove("/api/v1/tags/nine")),
        ("GET", "/api/v1/domains") => by_key("", Ask::list("/api/v1/domains")),
        ("POST", "/api/v1/domains") => by_key("", Ask::post("/api/v1/domains", &json!({"domain": "new.example"}))),
        ("GET", "/api/v1/domains/{domain}") => by_key("", Ask::list("/api/v1/domains/d.example")),
        ("PATCH", "/api/v1/domains/{domain}") => by_key("", Ask::patch("/api/v1/domains/d.example", &json!({"root": HERE}))),
        ("DELETE", "/api/v1/domains/{domain}") => by_key("", Ask::remove("/api/v1/domains/d.example")),
        ("GET", "/api/v1/blocklist") => by_key("no host", Ask::list("/api/v1/blocklist")),
        ("POST", "/api/v1/blocklist") => by_key("the first host", Ask::post("/api/v1/blocklist", &json!({"host": "evil.example"}))),
        ("DELETE", "/api/v1/blocklist/{host}") => by_key(IN_USE, Ask::remove("/api/v1/blocklist/evil.example")),
        ("GET", "/api/v1/reports") => by_key("1 report", Ask::list(REPORTS)),
        ("POST", "/api/v1/reports") => by_anyone("", report(&json!({"url": "hop.example/docs", "reason": "spam"}))),
        ("PATCH", "/api/v1/reports/{report}") => {
            [by_key("dismiss", resolve(PLANTED_REPORT, "dismissed")), by_key("block the link, 2 tags", resolve(PLANTED_REPORT, "blocked"))]
                .into_iter()
                .flatten()
                .collect()
        }
        ("GET", "/api/v1/me") => by_key("", Ask::list("/api/v1/me")),
        ("GET", "/api/v1/users") => by_key("2 users", Ask::list(USERS)),
        ("POST", "/api/v1/users") => by_key("", Ask::post(USERS, &json!({"email": "new@example.com"}))),
        ("GET", "/api/v1/users/{user}") => by_key("", Ask::list(&user_path(""))),
        ("PATCH", "/api/v1/users/{user}") => by_key("new name", Ask::patch(&user_path(""), &json!({"name": "Ann"}))),
        ("DELETE", "/api/v1/users/{user}") => by_key("no links", Ask::remove(&user_path("?links_to=none"))),
        ("POST", "/api/v1/users/{user}/invite") => by_key("", without_body(Ask::post(&user_path("/invite"), &json!({})))),
        ("GET", "/api/v1/keys") => by_key("1 key", Ask::list(KEYS)),
        ("POST", "/api/v1/keys") => by_key("", new_key(&format!("usr_{}", "c".repeat(17)), &["links:read"], &json!({}))),
        ("GET", "/api/v1/keys/{key}") => by_key("", Ask::list(&format!("{KEYS}/KEY"))),
        ("DELETE", "/api/v1/keys/{key}") => by_key("", Ask::remove(&format!("{KEYS}/KEY"))),
        ("GET", "/api/v1/audit") => by_key("page of 9 events", Ask::list("/api/v1/audit?limit=9")),
        ("POST", "/api/v1/ingest") => by_key("lines of 2 segments", ingest()),
        ("POST", "/api/v1/maintenance") => by_key("nothing is due", without_body(Ask::post("/api/v1/maintenance", &json!({})))),
        ("GET", "/metrics") => by_key("", Ask::list("/metrics")),
        ("GET", "/{alias}") => [
            by_anyone("a link, not cached", Ask::visit("docs")),
            by_anyone("a link, not cached, blocklist in use", Ask::visit("docs")),
            by_anyone("the first of 3 clicks", Ask::visit("few")),
            by_anyone("no link", Ask::visit("nothing")),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ("POST", "/{alias}") => by_anyone("a password", crate::support::locks::type_in("locked", "a wrong one")),
        ("GET", "/{alias}+") => by_anyone("", Ask::visit("docs+")),
        _ => panic!("{method} {pattern} has no sample request"),
    }
}

/// Lines of two segments.
fn ingest() -> Ask {
    let now = MemoryEdge::new(1).now();
    let line = |minutes: u64| {
        let at = Timestamp::from_millis(now.as_millis() - minutes * 60_000);
        PlantedLine { pepper: PEPPER, domain: "hop.example", at }.click(&format!("lnk_{}", "1".repeat(17)), "docs")
    };
    Ask::ingest([0, 5, 10].map(line).join("\n"))
}

/// An edge with links, a domain, a user and an owner's key that was just used, and the secret of that key.
fn world(steps: CommitMode) -> (MemoryEdge, String) {
    let edge = store_faults::edge(1, steps);
    let edge = if steps == CommitMode::Stepwise { edge.without_cache().without_ledger() } else { edge };
    user(&edge, 'c', "editor", "in");
    let owner = user(&edge, 'a', "owner", "in");
    let secret = edge.plant_key(PEPPER, &owner, &Planted::default()).expect("there is randomness");
    let done = |ask: Ask| {
        let answer = ask_of(&edge, ask.showing(secret.as_str()));
        assert!(answer.code() < 300, "{}", answer.json());
    };
    for alias in ["docs", "old", "gone"] {
        done(Ask::create(&json!({"target": HERE, "alias": alias, "tags": ["a", "b"]})));
    }
    for title in ["one", "two"] {
        done(Ask::change("old", &json!({"title": title})));
    }
    done(Ask::delete("gone"));
    for number in 0..9 {
        done(Ask::create(&json!({"target": HERE, "alias": format!("nine{number}"), "tags": ["nine"], "crawlable": true})));
    }
    done(Ask::create(&json!({"target": HERE, "alias": "few", "max_clicks": 3})));
    done(bring_locked(json!({"target": HERE, "alias": "locked"})));
    done(Ask::post("/api/v1/domains", &json!({"domain": "d.example"})));
    plant_report(&edge, "docs");
    // The first click of a deployment makes salts and the record of what is folded.
    let isolate = Isolate::limited(&edge);
    let (_, after) = run(isolate.handle(Ask::visit("docs")));
    run(isolate.app.finish(&edge, after));
    edge.link_cache.empty();
    (edge, secret)
}

fn ask_of(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::limited(edge).ask(ask))
}

/// The store operations of a request, including its background work.
fn operations(steps: CommitMode, sample: &Sample) -> u32 {
    let (edge, secret) = world(steps);
    let id = secret.split('_').nth(1).expect("a secret contains the key's id").to_owned();
    let mut ask = Ask { url: sample.ask.url.replace("KEY", &id), ..sample.ask.again() };
    if sample.is_by_key {
        ask = ask.showing(secret.as_str());
    }
    let isolate = Isolate::limited(&edge);
    if sample.case.ends_with(IN_USE) {
        assert_eq!(ask_of(&edge, Ask::post("/api/v1/blocklist", &json!({"host": "evil.example"}))).code(), 201);
    }
    edge.take_operations();
    let (answer, after) = run(isolate.handle(ask));
    run(isolate.app.finish(&edge, after));
    let is_expected = answer.code() < 400 || [403, 404].contains(&answer.code()) && !sample.is_by_key;
    assert!(is_expected, "{} {}: {} {}", sample.ask.method, sample.ask.url, answer.code(), answer.json());
    edge.take_operations()
}

/// The table, one row per sample.
fn table() -> String {
    let mut text = "| endpoint | Workers (queries, cache calls) | Compute (operations) |\n|---|---|---|\n".to_owned();
    for row in ENDPOINTS {
        if accounts::ENDPOINTS.contains(&(row.method, row.pattern)) {
            let [workers, compute] =
                [CommitMode::Transaction, CommitMode::Stepwise].map(|steps| operations_of_accounts(steps, row.method, row.pattern));
            writeln!(text, "| `{} {}` | {workers} | {compute} |", row.method, row.pattern).expect("writing to a string succeeds");
            continue;
        }
        for sample in samples(row.method, row.pattern) {
            let case = if sample.case.is_empty() { String::new() } else { format!(": {}", sample.case) };
            let (workers, compute) = (operations(CommitMode::Transaction, &sample), operations(CommitMode::Stepwise, &sample));
            writeln!(text, "| `{} {}`{case} | {workers} | {compute} |", row.method, row.pattern).expect("writing to a string succeeds");
        }
    }
    text
}

#[test]
fn documented_operation_counts_match_measurement() {
    let document = std::fs::read_to_string(DOCUMENT).expect("the document is readable");
    let (before, rest) = document.split_once(BEGIN).expect("the table has a begin mark");
    let (written, after) = rest.split_once(END).expect("the table has an end mark");
    let counted = table();
    if std::env::var_os("HOP_WRITE").is_some() {
        std::fs::write(DOCUMENT, [before, BEGIN, &counted, END, after].concat()).expect("the document is writable");
        return;
    }
    assert_eq!(written, counted, "HOP_WRITE=1 cargo test -p hop-core --test integration operations rewrites the table");
}
