//! Domains: configured and added ones, their redirects for visitors without a link, self-links, memoization and
//! crashes.
#![cfg(not(target_arch = "wasm32"))]

use std::pin::pin;
use std::task::{Context, Waker};

use crate::support::client::Answer;
use crate::support::sample_link::status_and_location;
use crate::support::store_faults::{self, Plan, clear_faults, plan, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::Body;
use hop_core::endpoints::ENDPOINTS;
use hop_core::memory::{CommitMode, Fault, MemoryEdge, StoreStep};
use http::Method;
use http::header::IF_MATCH;
use serde_json::{Value, json};

const HERE: &str = "https://example.com/here";
const ROOT: &str = "https://example.com/root";
const NOT_FOUND: &str = "https://example.com/not-found";
const ENDED: &str = "https://example.com/ended";

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

fn add(host: &str) -> Ask {
    Ask::post("/api/v1/domains", &json!({"domain": host, "root": ROOT, "not_found": NOT_FOUND, "ended": ENDED}))
}

fn address(host: &str) -> String {
    format!("/api/v1/domains/{host}")
}

fn patch(host: &str, body: &Value) -> Ask {
    Ask::patch(&address(host), body)
}

fn link(edge: &MemoryEdge, domain: &str, alias: &str) -> Value {
    let created = ask(edge, Ask::create(&json!({"alias": alias, "domain": domain, "target": HERE})));
    assert_eq!(created.code(), 201, "{}", created.json());
    created.json()
}

fn visit(edge: &MemoryEdge, host: &str, path: &str) -> (u16, String) {
    status_and_location(&ask(edge, Ask::visit(path).at(host)))
}

/// A redirect to `target`.
fn sent_to(target: &str) -> (u16, String) {
    (302, target.to_owned())
}

/// An answer without `Location`.
fn nowhere(status: u16) -> (u16, String) {
    (status, String::new())
}

/// An edge with the added domain `c.example`.
fn world() -> MemoryEdge {
    let edge = MemoryEdge::new(1);
    assert_eq!(ask(&edge, add("c.example")).code(), 201);
    edge
}

#[test]
fn domain_is_added_shown_changed_and_deleted() {
    let edge = MemoryEdge::new(1);
    let added = ask(&edge, add("C.example"));
    let expected = json!({"domain": "c.example", "origin": "https://c.example", "default": false, "configured": false, "root": ROOT,
        "not_found": NOT_FOUND, "ended": ENDED, "version": 1});
    assert_eq!((added.code(), added.json()), (201, expected.clone()));
    assert_eq!((added.header("location"), added.header("etag")), ("/api/v1/domains/c.example", "\"1\""));
    assert_eq!(ask(&edge, Ask::list(&address("C.EXAMPLE"))).json(), expected);
    assert_eq!(ask(&edge, add("c.example")).problem(), "domain_taken");
    let changed = ask(&edge, patch("c.example", &json!({"root": null})));
    assert_eq!((changed.code(), changed.header("etag"), &changed.json()["root"]), (200, "\"2\"", &Value::Null));
    assert_eq!(changed.json()["ended"], ENDED);
    assert_eq!(ask(&edge, patch("c.example", &json!({}))).header("etag"), "\"2\"", "an empty patch changes nothing");
    assert_eq!(ask(&edge, Ask::remove(&address("c.example"))).code(), 204);
    for gone in [Ask::list(&address("c.example")), Ask::remove(&address("c.example")), patch("c.example", &json!({}))] {
        assert_eq!(ask(&edge, gone).problem(), "not_found");
    }
    let again = ask(&edge, Ask::post("/api/v1/domains", &json!({"domain": "c.example"})));
    assert_eq!((again.code(), again.header("etag"), &again.json()["ended"]), (201, "\"4\"", &Value::Null));
}

#[test]
fn configured_domains_come_first_and_cannot_be_deleted() {
    let edge = world();
    let bare = |domain: &str, origin: &str, default: bool| {
        json!({"domain": domain, "origin": origin, "default": default, "configured": true, "root": null, "not_found": null,
            "ended": null, "version": 1})
    };
    let listed = ask(&edge, Ask::list("/api/v1/domains")).json();
    let added = ask(&edge, Ask::list(&address("c.example"))).json();
    let expected = [bare("hop.example", "https://hop.example", true), bare("b.example", "http://b.example:8080", false), added];
    assert_eq!(listed, json!({"items": expected, "next": null}));
    let changed = ask(&edge, patch("hop.example", &json!({"root": ROOT})));
    assert_eq!((changed.code(), changed.header("etag"), &changed.json()["root"]), (200, "\"2\"", &json!(ROOT)));
    let listed = ask(&edge, Ask::list("/api/v1/domains")).json();
    assert_eq!((&listed["items"][0]["version"], listed["items"].as_array().map(Vec::len)), (&json!(2), Some(3)), "listed once");
    assert_eq!(ask(&edge, Ask::remove(&address("hop.example"))).problem(), "domain_in_use");
    assert_eq!(ask(&edge, add("hop.example")).problem(), "domain_taken");
}

#[test]
fn many_domains_are_paged() {
    let edge = MemoryEdge::new(1);
    for number in 0..101 {
        assert_eq!(ask(&edge, add(&format!("d{number}.example"))).code(), 201);
    }
    let first = ask(&edge, Ask::list("/api/v1/domains")).json();
    let next = first["next"].as_str().expect("there are more");
    let second = ask(&edge, Ask::list(next)).json();
    let count = |page: &Value| page["items"].as_array().map(Vec::len);
    assert_eq!((count(&first), count(&second), &second["next"]), (Some(102), Some(1), &Value::Null));
}

#[test]
fn change_requires_the_current_etag() {
    let edge = world();
    let change =
        |seen: &str| ask(&edge, patch("c.example", &json!({"root": format!("{ROOT}?{}", seen.len())})).header(IF_MATCH, seen)).code();
    assert_eq!(["\"1\"", "\"1\"", "\"9\"", "W/\"2\"", "\"2\", \"7\"", "*"].map(change), [200, 412, 412, 412, 200, 200]);
    let delete = |seen: &str| ask(&edge, Ask::remove(&address("c.example")).header(IF_MATCH, seen)).code();
    assert_eq!(["\"1\"", "\"4\""].map(delete), [412, 204]);
}

#[test]
fn body_is_checked_before_if_match() {
    let edge = world();
    let outdated = |body: &Value| ask(&edge, patch("c.example", body).header(IF_MATCH, "\"9\"")).problem();
    assert_eq!(outdated(&json!({"root": ROOT})), "version_mismatch");
    for body in [json!(0), json!({"root": 5}), json!({"domain": "d.example"}), json!({"ended": "https://c.example/x"})] {
        assert_eq!(outdated(&body), "invalid_fields", "{body}");
    }
    let torn = Ask { body: Body::Whole(b"{".to_vec()), ..patch("c.example", &json!({})).header(IF_MATCH, "\"9\"") };
    assert_eq!(ask(&edge, torn).problem(), "malformed_json");
    assert_eq!(ask(&edge, patch("d.example", &json!(0))).problem(), "invalid_fields", "the body is checked before the domain is read");
}

#[test]
fn invalid_domain_fields_are_refused() {
    let edge = world();
    for (body, field, code) in [
        (json!({"root": "https://hop.example/x"}), "/root", "own_domain"),
        (json!({"not_found": "https://c.example/x"}), "/not_found", "own_domain"),
        (json!({"ended": "javascript:alert(1)"}), "/ended", "scheme_not_allowed"),
        (json!({"domain": "d.example"}), "/domain", "unknown"),
        (json!({"root": 5}), "/root", "wrong_type"),
    ] {
        let problem = ask(&edge, patch("c.example", &body)).json();
        let error = &problem["errors"][0];
        assert_eq!((&problem["status"], &error["field"], &error["code"]), (&json!(422), &json!(field), &json!(code)), "{body}");
    }
    for (domain, code) in
        [(json!("a b"), "invalid"), (json!(""), "invalid"), (Value::Null, "required"), (json!("x".repeat(121)), "invalid")]
    {
        let problem = ask(&edge, Ask::post("/api/v1/domains", &json!({ "domain": domain }))).json();
        let error = &problem["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("/domain"), &json!(code)), "{domain}");
    }
    assert_eq!(ask(&edge, Ask::list("/api/v1/domains/a%20b")).code(), 404);
    assert_eq!(ask(&edge, Ask::list("/api/v1/domains/c.example?x=y")).code(), 422);
}

#[test]
fn link_to_its_own_domain_is_refused() {
    let edge = world();
    let own = "https://C.example.:8443/x";
    let fields = [
        (json!({"target": own}), "/target"),
        (json!({"fallback": own}), "/fallback"),
        (json!({"rules": [{"when": [{"type": "split", "percent": 5}], "target": own}]}), "/rules/0/target"),
        (json!({"card": {"image": own}}), "/card/image"),
    ];
    let merged = |base: Value, more: &Value| {
        let (mut base, more) = (base, more.as_object().expect("an object").clone());
        base.as_object_mut().expect("an object").extend(more);
        base
    };
    let is_refused = |answer: &Value, field: &str, what: &str| {
        let error = &answer["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!("own_domain")), "{what} {answer}");
    };
    link(&edge, "c.example", "here");
    for (number, (settings, field)) in fields.iter().enumerate() {
        let create = merged(json!({"domain": "c.example", "target": HERE}), settings);
        is_refused(&ask(&edge, Ask::create(&create)).json(), field, "creation");
        is_refused(&ask(&edge, Ask::change("here?domain=c.example", settings)).json(), field, "change");
        // On another domain the same settings are allowed, but then the link cannot move to `c.example`.
        let alias = format!("m{number}");
        let elsewhere = merged(json!({"alias": alias, "target": HERE}), settings);
        assert_eq!(ask(&edge, Ask::create(&elsewhere)).code(), 201);
        is_refused(&ask(&edge, Ask::change(&alias, &json!({"domain": "c.example"}))).json(), field, "move");
    }
    let line = json!({"target": own}).to_string();
    let import = Ask::import("?domain=c.example", "application/x-ndjson", line);
    is_refused(&ask(&edge, import).json()["results"][0]["problem"], "/target", "import");
}

#[test]
fn preexisting_self_link_allows_unrelated_changes() {
    let edge = world();
    link(&edge, "hop.example", "docs");
    for key in edge.records.keys() {
        let record = edge.records.peek(&key).expect("the key is there");
        edge.records.plant(&key, &String::from_utf8_lossy(&record.value).replace(HERE, "https://hop.example/docs"));
    }
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"disabled": true}))).code(), 200);
    let problem = ask(&edge, Ask::change("docs", &json!({"fallback": ROOT}))).json();
    assert_eq!(problem["errors"][0]["field"], "/target");
}

#[test]
fn missing_links_redirect_to_domain_targets() {
    let edge = MemoryEdge::new(1);
    for alias in ["live", "gone", "off", "own"] {
        link(&edge, "hop.example", alias);
    }
    assert_eq!(ask(&edge, Ask::delete("gone")).code(), 204);
    assert_eq!(ask(&edge, Ask::change("off", &json!({"disabled": true}))).code(), 200);
    assert_eq!(ask(&edge, Ask::change("own", &json!({"disabled": true, "fallback": ROOT}))).code(), 200);
    assert_eq!((visit(&edge, "hop.example", ""), visit(&edge, "hop.example", "x")), (nowhere(200), nowhere(404)));
    assert_eq!(ask(&edge, patch("hop.example", &json!({"root": ROOT, "not_found": NOT_FOUND, "ended": ENDED}))).code(), 200);
    for (path, target) in [
        ("", ROOT),
        ("x", NOT_FOUND),
        ("a%20b", NOT_FOUND),
        ("x/y", NOT_FOUND),
        ("live/y", NOT_FOUND),
        ("gone", ENDED),
        ("off", ENDED),
        ("own", ROOT),
        ("live", HERE),
    ] {
        let answer = ask(&edge, Ask::visit(path));
        assert_eq!(status_and_location(&answer), sent_to(target), "/{path}");
        assert_eq!(answer.header("cache-control"), "private, no-store");
        let head = ask(&edge, Ask { method: Method::HEAD, ..Ask::visit(path) });
        assert_eq!(status_and_location(&head), sent_to(target), "HEAD /{path}");
    }
    for path in ["/api/v1/links/x", "/problems/x", "/api/x"] {
        assert_eq!(ask(&edge, Ask::list(path)).code(), 404, "{path}");
    }
    assert_eq!(visit(&edge, "b.example", "x"), nowhere(404), "another domain has its own targets");
    assert!(
        edge.records.keys().iter().all(|key| !key.as_str().starts_with("stats/") || key.as_str().contains(&id(&edge))),
        "only the visit of `live` is a click"
    );
}

/// The id of the link `live`, the only one whose visit is a click.
fn id(edge: &MemoryEdge) -> String {
    ask(edge, Ask::show("live")).json()["id"].as_str().expect("a link has an id").to_owned()
}

#[test]
fn added_domain_has_links_like_any_other() {
    let edge = world();
    let created = link(&edge, "c.example", "docs");
    assert_eq!((&created["short_url"], &created["domain"]), (&json!("https://c.example/docs"), &json!("c.example")));
    assert_eq!(visit(&edge, "c.example", "docs"), sent_to(HERE));
    assert_eq!(visit(&edge, "c.example", ""), sent_to(ROOT));
    assert_eq!(visit(&edge, "c.example", "x"), sent_to(NOT_FOUND));
    assert_eq!(visit(&edge, "c.example", "robots.txt"), nowhere(200));
    let shown = ask(&edge, Ask::show("docs?domain=c.example"));
    assert_eq!(shown.json()["id"], created["id"]);
    let through_it = ask(&edge, Ask::show("docs?domain=c.example").at("c.example"));
    assert_eq!(through_it.json()["id"], created["id"]);
    let listed = ask(&edge, Ask::list("/api/v1/links?domain=c.example")).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(ask(&edge, Ask::list("/api/v1/tags?domain=c.example")).code(), 200);
    link(&edge, "hop.example", "moves");
    let moved = ask(&edge, Ask::change("moves", &json!({"domain": "c.example"})));
    assert_eq!((moved.code(), &moved.json()["short_url"]), (200, &json!("https://c.example/moves")));
    for refused in [Ask::show("docs?domain=d.example"), Ask::change("docs?domain=c.example", &json!({"domain": "d.example"}))] {
        assert_eq!(ask(&edge, refused).json()["errors"][0]["field"], "/domain");
    }
}

#[test]
fn unknown_host_is_refused_on_every_route() {
    let edge = world();
    for host in ["d.example", "1.2.3.4.5", "C..example", "0x7f.1"] {
        for path in ["", "x", "robots.txt", "capabilities", "api/v1/links", "x/y"] {
            assert_eq!(ask(&edge, Ask::list(&format!("/{path}")).at(host)).problem(), "unknown_host", "{host}/{path}");
        }
        assert_eq!(ask(&edge, Ask::post("/shorten", &json!({"url": HERE})).at(host)).problem(), "unknown_host");
        assert_eq!(visit(&edge, host, "health"), nowhere(200));
    }
}

#[test]
fn domain_with_links_is_not_deleted() {
    let edge = world();
    link(&edge, "c.example", "docs");
    assert_eq!(ask(&edge, Ask::remove(&address("c.example"))).problem(), "domain_in_use");
    assert_eq!(ask(&edge, Ask::delete("docs?domain=c.example")).code(), 204);
    assert_eq!(ask(&edge, Ask::remove(&address("c.example"))).code(), 204);
    for path in ["", "x", "docs"] {
        edge.link_cache.empty();
        assert_eq!(ask(&edge, Ask::visit(path).at("c.example")).problem(), "unknown_host", "/{path}");
    }
    assert_eq!(ask(&edge, Ask::create(&json!({"domain": "c.example", "target": HERE}))).code(), 422);
}

#[test]
fn domain_deletion_yields_to_a_new_link() {
    let edge = world();
    let isolate = Isolate::new(&edge);
    plan(&edge, Plan::LateAt(StoreStep::Write, 1));
    let mut deleting = pin!(isolate.ask(Ask::remove(&address("c.example"))));
    assert!(deleting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    link(&edge, "c.example", "docs");
    assert_eq!(run(deleting).problem(), "domain_in_use");
    clear_faults(&edge);
    let shown = ask(&edge, Ask::list(&address("c.example")));
    assert_eq!((shown.code(), &shown.json()["root"], shown.header("etag")), (200, &json!(ROOT), "\"3\""));
    assert_eq!(visit(&edge, "c.example", "docs"), sent_to(HERE));
    assert_eq!(ask(&edge, Ask::delete("docs?domain=c.example")).code(), 204);
    assert_eq!(ask(&edge, Ask::remove(&address("c.example"))).code(), 204);
}

/// Links outlive the configuration of their domain.
#[test]
fn removed_host_redirects_nowhere() {
    let edge = MemoryEdge::new(1);
    let created = link(&edge, "b.example", "docs");
    assert_eq!(visit(&edge, "b.example", "docs"), sent_to(HERE));
    let reconfigured =
        Isolate::set_up(&edge, &[("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", crate::support::client::ADMIN_KEY)]);
    let follow = || run(reconfigured.ask(Ask::visit("docs").at("b.example")));
    assert_eq!(follow().problem(), "unknown_host");
    assert_eq!(follow().problem(), "unknown_host", "the same from the memo");
    assert_eq!(crate::support::audit::clicks(&edge, created["id"].as_str().expect("an id")), 1, "the refused visits are no clicks");
    assert_eq!(run(reconfigured.ask(add("b.example"))).code(), 201);
    assert_eq!(status_and_location(&follow()), sent_to(HERE));
}

#[test]
fn redirect_survives_unreadable_domain_record() {
    let edge = world();
    link(&edge, "c.example", "docs");
    edge.link_cache.empty();
    plan(&edge, Plan::At(vec![(1, Fault::Fail)]));
    assert_eq!(visit(&edge, "c.example", "docs"), sent_to(HERE));
    assert!(edge.take_log().iter().any(|line| line.contains("domain/c.example")));
}

#[test]
fn redirect_reads_only_whether_its_host_is_served() {
    let edge = world();
    link(&edge, "c.example", "docs");
    link(&edge, "hop.example", "docs");
    for (host, path, reads) in [
        ("hop.example", "docs", &[StoreStep::GetMany][..]),
        ("c.example", "docs", &[StoreStep::GetMany, StoreStep::Get]),
        ("hop.example", "x", &[StoreStep::GetMany, StoreStep::Get]),
        ("c.example", "x", &[StoreStep::GetMany, StoreStep::Get]),
        ("d.example", "x", &[StoreStep::GetMany, StoreStep::Get]),
        ("hop.example", "", &[StoreStep::GetMany]),
    ] {
        let isolate = Isolate::new(&edge);
        let trace = watch(&edge);
        let (_, _after) = run(isolate.handle(Ask::visit(path).at(host)));
        assert_eq!(trace.steps(), reads, "{host}/{path}");
        let (_, _after) = run(isolate.handle(Ask::visit(path).at(host)));
        assert_eq!(trace.steps(), reads, "{host}/{path} again");
        clear_faults(&edge);
        edge.link_cache.empty();
    }
}

#[test]
fn domain_settings_are_memoized_like_links() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    let visit_root = || status_and_location(&run(isolate.ask(Ask::visit(""))));
    assert_eq!(visit_root(), nowhere(200));
    assert_eq!(ask(&edge, patch("hop.example", &json!({"root": ROOT}))).code(), 200);
    edge.wait_seconds(9);
    assert_eq!(visit_root(), nowhere(200), "a domain without targets is memoized for ten seconds");
    edge.wait_seconds(1);
    assert_eq!(visit_root(), sent_to(ROOT));
    assert_eq!(ask(&edge, patch("hop.example", &json!({"root": HERE}))).code(), 200);
    edge.wait_seconds(4);
    assert_eq!(visit_root(), sent_to(ROOT), "a domain with a target is memoized for five seconds");
    edge.wait_seconds(1);
    assert_eq!(visit_root(), sent_to(HERE));
    assert_eq!(run(isolate.ask(patch("hop.example", &json!({"root": null})))).code(), 200);
    assert_eq!(visit_root(), nowhere(200), "an isolate sees its own change at once");
}

#[test]
fn configured_domains_survive_unreadable_records() {
    let edge = world();
    plan(&edge, Plan::At(vec![(1, Fault::Fail)]));
    assert_eq!(visit(&edge, "hop.example", "x"), nowhere(404));
    assert!(edge.take_log().iter().any(|line| line.contains("domain/hop.example")));
    plan(&edge, Plan::At(vec![(0, Fault::Fail)]));
    assert_eq!(visit(&edge, "hop.example", ""), nowhere(200));
    edge.link_cache.empty();
    plan(&edge, Plan::At(vec![(1, Fault::Fail)]));
    assert_eq!(visit(&edge, "c.example", "x"), nowhere(503), "whether an added domain is served is unknown");
    plan(&edge, Plan::At(vec![(0, Fault::Fail)]));
    assert_eq!(visit(&edge, "c.example", ""), nowhere(503));
    assert!(ENDPOINTS.iter().any(|row| row.pattern == "/" && row.statuses.contains(&503)));
}

#[test]
fn domain_change_crash_at_any_step_recovers() {
    for (make, success) in [
        ((|| add("d.example")) as fn() -> Ask, 409),
        (|| patch("c.example", &json!({"root": HERE})), 200),
        (|| Ask::remove(&address("c.example")), 404),
    ] {
        for dies_at in 0.. {
            let edge = store_faults::edge(1, CommitMode::Stepwise);
            assert_eq!(ask(&edge, add("c.example")).code(), 201);
            let trace = plan(&edge, Plan::From(dies_at, None));
            let isolate = Isolate::new(&edge);
            let (answer, after) = run(isolate.handle(make()));
            let (first, has_crashed) = (answer.code(), trace.steps().len() > dies_at);
            run(isolate.app.finish(&edge, after));
            clear_faults(&edge);
            if !has_crashed {
                assert!(first < 300);
                break;
            }
            assert_eq!(first, 503);
            let second = ask(&edge, make()).code();
            assert!(second < 300 || second == success, "{second} after dying at {dies_at}");
            let third = ask(&edge, make()).code();
            assert_eq!(third, success);
        }
    }
}
