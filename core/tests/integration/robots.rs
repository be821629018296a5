//! robots.txt: it allows exactly the crawlable links that redirect every visitor, whatever changed or failed.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::{check_robots, count, robots};
use crate::support::client::Answer;
use crate::support::store_faults::{self, Plan, clear_faults, plan, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::alias::{Alias, AliasCase};
use hop_core::domain::Domain;
use hop_core::memory::{CommitMode, Fault, MemoryEdge, StoreStep};
use hop_core::store::Key;
use serde_json::{Value, json};

const CLOSED: &str = "User-agent: *\nDisallow: /\n";

fn ask(edge: &MemoryEdge, ask: Ask) -> u16 {
    run(Isolate::new(edge).ask(ask)).code()
}

/// Creates a crawlable link with these further fields.
fn create_crawlable(edge: &MemoryEdge, alias: &str, mut fields: Value) {
    for (name, value) in [("alias", json!(alias)), ("target", json!("https://example.com/")), ("crawlable", json!(true))] {
        if fields.get(name).is_none() {
            fields[name] = value;
        }
    }
    assert_eq!(ask(edge, Ask::create(&fields)), 201, "{alias}");
}

fn edge() -> MemoryEdge {
    store_faults::edge(1, CommitMode::Stepwise)
}

#[test]
fn only_unconditional_crawlable_links_are_allowed() {
    let edge = edge();
    let (past, future) = ("2026-11-21T07:00:00Z", "2026-11-22T08:00:00Z");
    create_crawlable(&edge, "docs", json!({}));
    create_crawlable(&edge, "🎉", json!({"starts_at": past, "ends_at": future, "forward_path": true, "forward_query": "visitor_wins"}));
    create_crawlable(&edge, "a.b", json!({"strict": true}));
    for (alias, fields) in [
        ("closed", json!({"crawlable": false})),
        ("off", json!({"disabled": true})),
        ("ended", json!({"ends_at": past, "fallback": "https://example.com/over"})),
        ("later", json!({"starts_at": future})),
        ("secret", json!({"password": "a-long-password"})),
        ("limited", json!({"max_clicks": 5})),
        ("asked", json!({"confirm": true})),
        ("elsewhere", json!({"domain": "b.example"})),
    ] {
        create_crawlable(&edge, alias, fields);
    }
    let answer = run(Isolate::new(&edge).ask(Ask::visit("robots.txt")));
    let text = "User-agent: *\nAllow: /$\nAllow: /%F0%9F%8E%89$\nAllow: /a.b$\nAllow: /docs$\nDisallow: /\n";
    assert_eq!((answer.code(), String::from_utf8_lossy(&answer.body).as_ref()), (200, text));
    assert_eq!(robots(&edge, "b.example"), "User-agent: *\nAllow: /$\nAllow: /elsewhere$\nDisallow: /\n");
    edge.wait_seconds(24 * 3_600);
    assert_eq!(robots(&edge, "hop.example"), "User-agent: *\nAllow: /$\nAllow: /a.b$\nAllow: /docs$\nAllow: /later$\nDisallow: /\n");
}

#[test]
fn front_page_is_allowed_unless_it_redirects() {
    let edge = edge();
    assert_eq!(robots(&edge, "hop.example"), "User-agent: *\nAllow: /$\nDisallow: /\n");
    assert_eq!(ask(&edge, Ask::patch("/api/v1/domains/hop.example", &json!({"root": "https://example.com/"}))), 200);
    create_crawlable(&edge, "docs", json!({}));
    assert_eq!(robots(&edge, "hop.example"), "User-agent: *\nAllow: /docs$\nDisallow: /\n");
}

#[test]
fn robots_text_follows_every_link_change() {
    let edge = edge();
    create_crawlable(&edge, "docs", json!({}));
    let steps: [(Ask, &[&str]); 8] = [
        (Ask::change("docs", &json!({"title": "x"})), &["docs"]),
        (Ask::delete("docs"), &[]),
        (Ask::restore("docs"), &["docs"]),
        (Ask::change("docs", &json!({"alias": "new", "keep_old_alias": true})), &["new"]),
        (Ask::change("new", &json!({"crawlable": false})), &[]),
        (Ask::change("new", &json!({"crawlable": true, "disabled": true})), &[]),
        (Ask::change("new", &json!({"disabled": false})), &["new"]),
        (Ask::remove("/api/v1/links/new?erase=true"), &[]),
    ];
    for (step, aliases) in steps {
        let url = step.url.clone();
        assert!(ask(&edge, step) < 300, "{url}");
        let lines: String = aliases.iter().map(|alias| format!("Allow: /{alias}$\n")).collect();
        assert_eq!(robots(&edge, "hop.example"), format!("User-agent: *\nAllow: /$\n{lines}Disallow: /\n"), "{url}");
        check_robots(&edge);
    }
    assert_eq!(count(&edge, "crawlable/"), 0, "an erased link leaves no index entry");
}

#[test]
fn store_failure_disallows_everything() {
    let edge = edge();
    create_crawlable(&edge, "docs", json!({}));
    for step in [StoreStep::Scan, StoreStep::GetMany] {
        plan(&edge, Plan::Every(step, Fault::Fail));
        assert_eq!(robots(&edge, "hop.example"), CLOSED, "{step:?}");
        let log = edge.take_log();
        assert!(log.len() == 1 && log[0].contains("store_unavailable"), "{log:?}");
    }
    clear_faults(&edge);
    assert_ne!(robots(&edge, "hop.example"), CLOSED);
}

/// The robots.txt of `host`, with the store steps before and after the response.
fn request_robots(isolate: &Isolate<'_>, host: &str) -> (Answer, Vec<StoreStep>, Vec<StoreStep>) {
    let trace = watch(isolate.edge);
    let (answer, after) = run(isolate.handle(Ask::visit("robots.txt").at(host)));
    let before = trace.steps();
    run(isolate.app.finish(isolate.edge, after));
    clear_faults(isolate.edge);
    (answer, before.clone(), trace.steps()[before.len()..].to_vec())
}

#[test]
fn robots_text_is_cached_for_a_minute() {
    let edge = edge();
    create_crawlable(&edge, "docs", json!({}));
    let isolate = Isolate::new(&edge);
    let (first, _, writes) = request_robots(&isolate, "hop.example");
    assert_eq!(first.header("cache-control"), "public, max-age=300");
    assert_eq!(writes, [StoreStep::Write, StoreStep::Answer], "the text is stored after the response");
    create_crawlable(&edge, "new", json!({}));
    edge.wait_seconds(59);
    let (again, reads, writes) = request_robots(&isolate, "hop.example");
    assert_eq!((&again.body, reads, writes), (&first.body, vec![], vec![]), "the isolate remembers the text");
    let (elsewhere, reads, writes) = request_robots(&Isolate::new(&edge), "hop.example");
    assert_eq!((&elsewhere.body, reads, writes), (&first.body, vec![StoreStep::Get], vec![]), "another isolate reads one record");
    assert_eq!(elsewhere.header("cache-control"), "public, max-age=300");
    edge.wait_seconds(1);
    for isolate in [&isolate, &Isolate::new(&edge)] {
        let (later, ..) = request_robots(isolate, "hop.example");
        assert!(later.tells("Allow: /new$"), "the text is computed again after a minute");
    }
}

#[test]
fn unreadable_robots_text_is_replaced() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let edge = store_faults::edge(1, steps);
        create_crawlable(&edge, "docs", json!({}));
        let key = Key::stored("robots/hop.example".into());
        request_robots(&Isolate::new(&edge), "hop.example");
        let kept = edge.records.peek(&key).expect("the text is stored").value;
        let newer = String::from_utf8_lossy(&kept).replace("\"v\":1", "\"v\":2");
        assert_ne!(newer.as_bytes(), kept);
        for unreadable in ["damaged", &newer] {
            edge.records.plant(&key, unreadable);
            let (first, ..) = request_robots(&Isolate::new(&edge), "hop.example");
            let (again, reads, writes) = request_robots(&Isolate::new(&edge), "hop.example");
            assert!(first.tells("Allow: /docs$"));
            assert_eq!((&again.body, reads, writes), (&first.body, vec![StoreStep::Get], vec![]), "{unreadable}");
        }
    }
}

#[test]
fn each_domain_has_its_own_robots_text() {
    let edge = edge();
    assert_eq!(ask(&edge, Ask::post("/api/v1/domains", &json!({"domain": "c.example"}))), 201);
    for (alias, domain) in [("here", "hop.example"), ("there", "b.example"), ("added", "c.example")] {
        create_crawlable(&edge, alias, json!({"domain": domain}));
    }
    let isolate = Isolate::new(&edge);
    for _ in 0..2 {
        for (alias, domain) in [("here", "hop.example"), ("there", "b.example"), ("added", "c.example")] {
            let (answer, ..) = request_robots(&isolate, domain);
            assert_eq!(String::from_utf8_lossy(&answer.body), format!("User-agent: *\nAllow: /$\nAllow: /{alias}$\nDisallow: /\n"));
        }
    }
    assert_eq!(count(&edge, "robots/"), 3);
}

#[test]
fn unserved_hosts_leave_no_robots_text() {
    let edge = edge();
    let isolate = Isolate::new(&edge);
    for number in 0..50 {
        let (answer, _, writes) = request_robots(&isolate, &format!("x{number}.example"));
        assert_eq!((answer.code(), writes), (404, vec![]));
    }
    assert_eq!(count(&edge, "robots/"), 0);
}

#[test]
fn failed_robots_text_is_not_cached() {
    let edge = edge();
    create_crawlable(&edge, "docs", json!({}));
    let isolate = Isolate::new(&edge);
    plan(&edge, Plan::Every(StoreStep::Scan, Fault::Fail));
    let closed = run(isolate.ask(Ask::visit("robots.txt")));
    clear_faults(&edge);
    assert_eq!((closed.body.as_slice(), closed.header("cache-control")), (CLOSED.as_bytes(), "no-store"));
    assert!(run(isolate.ask(Ask::visit("robots.txt"))).tells("Allow: /docs$"), "the next request computes it again");
}

#[test]
fn unstored_robots_text_is_logged() {
    let edge = edge();
    create_crawlable(&edge, "docs", json!({}));
    plan(&edge, Plan::Every(StoreStep::Write, Fault::Fail));
    let answer = run(Isolate::new(&edge).ask(Ask::visit("robots.txt")));
    clear_faults(&edge);
    assert!(answer.tells("Allow: /docs$"));
    assert!(edge.take_log().concat().contains("robots.txt was not stored"));
    edge.records.plant(&Key::stored("robots/hop.example".into()), "damaged");
    assert!(run(Isolate::new(&edge).ask(Ask::visit("robots.txt"))).tells("Allow: /docs$"), "a damaged record is ignored");
}

#[test]
fn damaged_record_hides_no_other_link() {
    let edge = edge();
    for alias in ["a", "b", "c"] {
        create_crawlable(&edge, alias, json!({}));
    }
    let domain = Domain::parse("hop.example").expect("a domain");
    edge.records.plant(&Key::link(&domain, &Alias::parse("b", AliasCase::Sensitive).expect("an alias")), "{}");
    assert_eq!(robots(&edge, "hop.example"), "User-agent: *\nAllow: /$\nAllow: /a$\nAllow: /c$\nDisallow: /\n");
}

/// The most links in robots.txt, however many store operations a request has.
const MAX_CRAWLABLE: u16 = 1_000;

#[test]
fn robots_text_reads_a_hundred_links_per_batch() {
    let edge = edge();
    edge.set_operations(2_000);
    for number in 0..=MAX_CRAWLABLE {
        create_crawlable(&edge, &format!("l{number:04}"), json!({}));
    }
    let trace = watch(&edge);
    let text = robots(&edge, "hop.example");
    let last = MAX_CRAWLABLE - 1;
    let reads = vec![StoreStep::GetMany; usize::from(MAX_CRAWLABLE / 100)];
    let kept = vec![StoreStep::Write, StoreStep::Answer];
    assert_eq!(trace.steps(), [vec![StoreStep::Get, StoreStep::Scan], reads, vec![StoreStep::GetMany], kept].concat());
    assert_eq!(text.matches("Allow: /l").count(), usize::from(MAX_CRAWLABLE));
    assert!(text.ends_with(&format!("Allow: /l{last:04}$\nDisallow: /\n")));
}

/// After a crash at any step, robots.txt allows only links that the records allow.
#[test]
fn crash_allows_no_link_wrongly() {
    let verbs: [fn() -> Ask; 7] = [
        || Ask::create(&json!({"target": "https://example.com/", "alias": "more", "crawlable": true})),
        || Ask::create(&json!({"target": "https://example.com/", "alias": "docs", "crawlable": true})),
        || Ask::change("docs", &json!({"crawlable": false})),
        || Ask::change("closed", &json!({"crawlable": true})),
        || Ask::change("docs", &json!({"alias": "new", "keep_old_alias": true})),
        || Ask::delete("docs"),
        || Ask::remove("/api/v1/links/docs?erase=true"),
    ];
    let mut crashes = 0;
    for verb in verbs {
        for crash_at in 0.. {
            let edge = edge();
            create_crawlable(&edge, "docs", json!({}));
            create_crawlable(&edge, "closed", json!({"crawlable": false}));
            let trace = plan(&edge, Plan::From(crash_at, None));
            ask(&edge, verb());
            clear_faults(&edge);
            check_robots(&edge);
            if trace.steps().len() <= crash_at {
                break;
            }
            crashes += 1;
        }
    }
    assert!(crashes > 30, "only {crashes} crashes");
}
