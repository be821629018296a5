//! `robots.txt` opens exactly the links that say so and lead every visitor on, whatever happened to them.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::{check_robots, count, robots};
use crate::support::client::Answer;
use crate::support::misfortune::{self, Plan, calm, plan, watch};
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

/// A link that is open to robots, and what else `said` says of it.
fn open(edge: &MemoryEdge, alias: &str, mut said: Value) {
    for (name, value) in [("alias", json!(alias)), ("target", json!("https://example.com/")), ("crawlable", json!(true))] {
        if said.get(name).is_none() {
            said[name] = value;
        }
    }
    assert_eq!(ask(edge, Ask::create(&said)), 201, "{alias}");
}

fn edge() -> MemoryEdge {
    misfortune::edge(1, CommitMode::Stepwise)
}

#[test]
fn only_unconditional_crawlable_links_are_allowed() {
    let edge = edge();
    let (past, future) = ("2026-11-21T07:00:00Z", "2026-11-22T08:00:00Z");
    open(&edge, "docs", json!({}));
    open(&edge, "🎉", json!({"starts_at": past, "ends_at": future, "forward_path": true, "forward_query": "visitor_wins"}));
    open(&edge, "a.b", json!({"strict": true}));
    for (alias, said) in [
        ("closed", json!({"crawlable": false})),
        ("off", json!({"disabled": true})),
        ("ended", json!({"ends_at": past, "fallback": "https://example.com/over"})),
        ("later", json!({"starts_at": future})),
        ("secret", json!({"password": "a-long-password"})),
        ("limited", json!({"max_clicks": 5})),
        ("asked", json!({"confirm": true})),
        ("elsewhere", json!({"domain": "b.example"})),
    ] {
        open(&edge, alias, said);
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
    open(&edge, "docs", json!({}));
    assert_eq!(robots(&edge, "hop.example"), "User-agent: *\nAllow: /docs$\nDisallow: /\n");
}

#[test]
fn robots_text_follows_every_link_change() {
    let edge = edge();
    open(&edge, "docs", json!({}));
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
    assert_eq!(count(&edge, "crawlable/"), 0, "an erased link leaves no hint");
}

#[test]
fn store_failure_disallows_everything() {
    let edge = edge();
    open(&edge, "docs", json!({}));
    for step in [StoreStep::Scan, StoreStep::GetMany] {
        plan(&edge, Plan::Every(step, Fault::Fail));
        assert_eq!(robots(&edge, "hop.example"), CLOSED, "{step:?}");
        let log = edge.take_log();
        assert!(log.len() == 1 && log[0].contains("store_unavailable"), "{log:?}");
    }
    calm(&edge);
    assert_ne!(robots(&edge, "hop.example"), CLOSED);
}

/// What an isolate tells robots of `host`, and the steps of the store that this takes before and after the answer.
fn asked(isolate: &Isolate<'_>, host: &str) -> (Answer, Vec<StoreStep>, Vec<StoreStep>) {
    let trace = watch(isolate.edge);
    let (answer, after) = run(isolate.handle(Ask::visit("robots.txt").at(host)));
    let before = trace.steps();
    run(isolate.app.finish(isolate.edge, after));
    calm(isolate.edge);
    (answer, before.clone(), trace.steps()[before.len()..].to_vec())
}

#[test]
fn robots_text_is_cached_for_a_minute() {
    let edge = edge();
    open(&edge, "docs", json!({}));
    let isolate = Isolate::new(&edge);
    let (first, _, writes) = asked(&isolate, "hop.example");
    assert_eq!(first.header("cache-control"), "public, max-age=300");
    assert_eq!(writes, [StoreStep::Write, StoreStep::Answer], "the text is kept after the answer");
    open(&edge, "new", json!({}));
    edge.wait_seconds(59);
    let (again, reads, writes) = asked(&isolate, "hop.example");
    assert_eq!((&again.body, reads, writes), (&first.body, vec![], vec![]), "an isolate remembers it");
    let (elsewhere, reads, writes) = asked(&Isolate::new(&edge), "hop.example");
    assert_eq!((&elsewhere.body, reads, writes), (&first.body, vec![StoreStep::Get], vec![]), "any other reads one record");
    assert_eq!(elsewhere.header("cache-control"), "public, max-age=300");
    edge.wait_seconds(1);
    for isolate in [&isolate, &Isolate::new(&edge)] {
        let (later, ..) = asked(isolate, "hop.example");
        assert!(later.tells("Allow: /new$"), "a minute later it is worked out anew");
    }
}

#[test]
fn unreadable_robots_text_is_replaced() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let edge = misfortune::edge(1, steps);
        open(&edge, "docs", json!({}));
        let key = Key::kept("robots/hop.example".into());
        asked(&Isolate::new(&edge), "hop.example");
        let kept = edge.records.peek(&key).expect("the text is kept").value;
        let newer = String::from_utf8_lossy(&kept).replace("\"v\":1", "\"v\":2");
        assert_ne!(newer.as_bytes(), kept);
        for unreadable in ["damaged", &newer] {
            edge.records.plant(&key, unreadable);
            let (first, ..) = asked(&Isolate::new(&edge), "hop.example");
            let (again, reads, writes) = asked(&Isolate::new(&edge), "hop.example");
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
        open(&edge, alias, json!({"domain": domain}));
    }
    let isolate = Isolate::new(&edge);
    for _ in 0..2 {
        for (alias, domain) in [("here", "hop.example"), ("there", "b.example"), ("added", "c.example")] {
            let (answer, ..) = asked(&isolate, domain);
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
        let (answer, _, writes) = asked(&isolate, &format!("x{number}.example"));
        assert_eq!((answer.code(), writes), (404, vec![]));
    }
    assert_eq!(count(&edge, "robots/"), 0);
}

#[test]
fn failed_robots_text_is_not_cached() {
    let edge = edge();
    open(&edge, "docs", json!({}));
    let isolate = Isolate::new(&edge);
    plan(&edge, Plan::Every(StoreStep::Scan, Fault::Fail));
    let closed = run(isolate.ask(Ask::visit("robots.txt")));
    calm(&edge);
    assert_eq!((closed.body.as_slice(), closed.header("cache-control")), (CLOSED.as_bytes(), "no-store"));
    assert!(run(isolate.ask(Ask::visit("robots.txt"))).tells("Allow: /docs$"), "the next request asks again");
}

#[test]
fn unstored_robots_text_is_logged() {
    let edge = edge();
    open(&edge, "docs", json!({}));
    plan(&edge, Plan::Every(StoreStep::Write, Fault::Fail));
    let answer = run(Isolate::new(&edge).ask(Ask::visit("robots.txt")));
    calm(&edge);
    assert!(answer.tells("Allow: /docs$"));
    assert!(edge.take_log().concat().contains("robots.txt was not kept"));
    edge.records.plant(&Key::kept("robots/hop.example".into()), "damaged");
    assert!(run(Isolate::new(&edge).ask(Ask::visit("robots.txt"))).tells("Allow: /docs$"), "nor does a damaged record close anything");
}

#[test]
fn damaged_record_hides_no_other_link() {
    let edge = edge();
    for alias in ["a", "b", "c"] {
        open(&edge, alias, json!({}));
    }
    let domain = Domain::parse("hop.example").expect("a domain");
    edge.records.plant(&Key::link(&domain, &Alias::parse("b", AliasCase::Sensitive).expect("an alias")), "{}");
    assert_eq!(robots(&edge, "hop.example"), "User-agent: *\nAllow: /$\nAllow: /a$\nAllow: /c$\nDisallow: /\n");
}

/// However many store operations there are.
const MOST_CRAWLABLE: u16 = 1_000;

#[test]
fn robots_text_reads_a_hundred_links_per_batch() {
    let edge = edge();
    edge.set_operations(2_000);
    for number in 0..=MOST_CRAWLABLE {
        open(&edge, &format!("l{number:04}"), json!({}));
    }
    let trace = watch(&edge);
    let text = robots(&edge, "hop.example");
    let last = MOST_CRAWLABLE - 1;
    let looks = vec![StoreStep::GetMany; usize::from(MOST_CRAWLABLE / 100)];
    let kept = vec![StoreStep::Write, StoreStep::Answer];
    assert_eq!(trace.steps(), [vec![StoreStep::Get, StoreStep::Scan], looks, vec![StoreStep::Get], kept].concat());
    assert_eq!(text.matches("Allow: /l").count(), usize::from(MOST_CRAWLABLE));
    assert!(text.ends_with(&format!("Allow: /l{last:04}$\nDisallow: /\n")));
}

/// Whatever step a writer dies before, only what truth has open is open.
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
    let mut deaths = 0;
    for verb in verbs {
        for dies_at in 0.. {
            let edge = edge();
            open(&edge, "docs", json!({}));
            open(&edge, "closed", json!({"crawlable": false}));
            let trace = plan(&edge, Plan::From(dies_at, None));
            ask(&edge, verb());
            calm(&edge);
            check_robots(&edge);
            if trace.steps().len() <= dies_at {
                break;
            }
            deaths += 1;
        }
    }
    assert!(deaths > 30, "only {deaths}");
}
