//! Cached links: they may be late, lost, reordered or damaged. Visitors still follow the stored link within the
//! documented time bounds.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::sample_link::{
    HERE, THERE, cached_commits, create, docs, edit_elsewhere, ended, follow, follow_afresh, missing, to, world,
};
use crate::support::store_faults::{Plan, clear_faults, plan, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{Fault, MemoryEdge, StoreStep};
use serde_json::{Value, json};

const TEN_MINUTES: u64 = 600;
const ONE_DAY: u64 = 24 * 60 * 60;

/// An edge with a current cached link of `docs`.
fn cached() -> MemoryEdge {
    let edge = world();
    assert_eq!(follow_afresh(&edge), to(HERE));
    assert_eq!(cached_commits(&edge), Some(1));
    edge
}

#[test]
fn late_fill_does_not_restore_the_old_target() {
    let edge = world();
    let slow = Isolate::new(&edge);
    let (_, late_fill) = run(slow.handle(Ask::visit("docs")));
    run(Isolate::new(&edge).ask(Ask::delete("docs")));
    assert_eq!(cached_commits(&edge), Some(2));
    run(slow.app.finish(&edge, late_fill));
    assert_eq!((cached_commits(&edge), follow_afresh(&edge)), (Some(2), ended()));

    edge.link_cache.empty();
    let (_, late_fill) = run(Isolate::new(&edge).handle(Ask::visit("docs")));
    run(Isolate::new(&edge).ask(Ask::restore("docs")));
    edit_elsewhere(&edge);
    run(slow.app.finish(&edge, late_fill));
    assert_eq!((cached_commits(&edge), follow_afresh(&edge)), (Some(4), to(THERE)));
}

/// Three held puts, one for each version of the link: followed, deleted, restored.
fn three_held_puts() -> MemoryEdge {
    let edge = world();
    edge.link_cache.hold(true);
    assert_eq!(follow_afresh(&edge), to(HERE));
    run(Isolate::new(&edge).ask(Ask::delete("docs")));
    run(Isolate::new(&edge).ask(Ask::restore("docs")));
    edge.link_cache.hold(false);
    assert_eq!(edge.link_cache.held(), 3);
    edge
}

#[test]
fn reordered_fills_heal_after_ten_minutes() {
    for (first, second, last) in [(0, 0, 3), (0, 1, 2), (1, 0, 3), (1, 1, 1), (2, 0, 2), (2, 1, 1)] {
        let edge = three_held_puts();
        for next in [first, second, 0] {
            edge.link_cache.release(next);
        }
        assert_eq!(cached_commits(&edge), Some(last));
        assert_eq!(follow_afresh(&edge), if last == 2 { ended() } else { to(HERE) });
        edge.wait_seconds(TEN_MINUTES + 1);
        follow_afresh(&edge);
        assert_eq!((cached_commits(&edge), follow_afresh(&edge)), (Some(3), to(HERE)), "{first} {second}");
    }
}

#[test]
fn lost_put_heals_after_ten_minutes() {
    let edge = cached();
    edge.link_cache.hold(true);
    assert_eq!(run(Isolate::new(&edge).ask(Ask::delete("docs"))).code(), 204);
    edge.link_cache.lose();
    edge.link_cache.hold(false);
    edge.wait_seconds(TEN_MINUTES);
    assert_eq!(follow_afresh(&edge), to(HERE));
    assert_eq!(cached_commits(&edge), Some(1), "a cached link is not rechecked before ten minutes");
    edge.wait_seconds(1);
    assert_eq!(follow_afresh(&edge), to(HERE), "the old link is served before the recheck");
    assert_eq!((cached_commits(&edge), follow_afresh(&edge)), (Some(2), ended()));
}

#[test]
fn isolate_rechecks_a_cached_link_every_ten_minutes() {
    let edge = cached();
    let isolate = Isolate::new(&edge);
    edge.link_cache.hold(true);
    edge.wait_seconds(TEN_MINUTES + 1);
    let mut checks = Vec::new();
    for _ in 0..2 * TEN_MINUTES / 6 {
        assert_eq!(follow(&isolate), to(HERE));
        checks.push(edge.link_cache.held());
        edge.wait_seconds(6);
    }
    let changes: Vec<usize> = (1..checks.len()).filter(|number| checks[*number] != checks[*number - 1]).collect();
    assert_eq!((checks[0], changes, checks.last()), (1, vec![100], Some(&2)));
    follow_afresh(&edge);
    assert_eq!(edge.link_cache.held(), 3, "each isolate schedules its own rechecks");
}

#[test]
fn isolate_tracks_rechecks_of_many_cached_links() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    let aliases: Vec<String> = (0..100).map(|number| format!("link-{number}")).collect();
    for alias in &aliases {
        run(isolate.ask(Ask::create(&json!({"target": HERE, "alias": alias}))));
        run(isolate.ask(Ask::visit(alias)));
    }
    edge.wait_seconds(TEN_MINUTES + 1);
    edge.link_cache.hold(true);
    for _ in 0..2 {
        aliases.iter().for_each(|alias| assert_eq!(run(isolate.ask(Ask::visit(alias))).code(), 302));
        assert_eq!(edge.link_cache.held(), 100);
        edge.wait_seconds(6);
    }
}

#[test]
fn cached_link_older_than_a_day_is_ignored() {
    let edge = cached();
    edge.link_cache.hold(true);
    edit_elsewhere(&edge);
    edge.wait_seconds(ONE_DAY);
    assert_eq!(follow_afresh(&edge), to(HERE));
    edge.wait_seconds(1);
    assert_eq!(follow_afresh(&edge), to(THERE));
}

#[test]
fn cache_miss_reads_store_and_caches_no_404() {
    let edge = cached();
    edge.link_cache.empty();
    assert_eq!(follow_afresh(&edge), to(HERE));

    let edge = MemoryEdge::new(1);
    assert_eq!(follow_afresh(&edge), missing());
    assert_eq!((edge.link_cache.peek(&docs()), edge.records.keys().len()), (None, 0));
    run(Isolate::new(&edge).ask(create()));
    assert_eq!(follow_afresh(&edge), to(HERE));
}

#[test]
fn unreadable_cached_link_is_ignored() {
    let edge = cached();
    edit_elsewhere(&edge);
    let good: Value = serde_json::from_str(&edge.link_cache.peek(&docs()).expect("a cached link")).expect("a cached link is JSON");
    let with = |field: &str, value: Value| {
        let mut cached_link = good.clone();
        cached_link[field] = value;
        cached_link.to_string()
    };
    let within = |field: &str, value: Value| {
        let mut cached_link = good.clone();
        cached_link["link"][field] = value;
        cached_link.to_string()
    };
    let control = within("target", json!("https://example.com/x")).replace("/x", "/\u{7f}");
    for damaged in [
        String::new(),
        "{".into(),
        "null".into(),
        "[]".into(),
        "{}".into(),
        good.to_string().replace('{', ""),
        with("v", json!(2)),
        with("v", json!(0)),
        with("v", Value::Null),
        within("spec", json!({"redirect_status": 200})),
        within("spec", json!({"redirect_status": 70_000})),
        within("spec", json!({"what_this_hop_does_not_know": true})),
        within("spec", Value::Null),
        within("lock", json!(1)),
        within("other", json!(1)),
        with("version", json!(-1)),
        with("checked_at", json!("now")),
        with("id", Value::Null),
        within("target", json!(1)),
        within("target", json!("https://example.com/\n")),
        control,
    ] {
        edge.link_cache.plant(&docs(), &damaged);
        assert_eq!(follow_afresh(&edge), to(THERE), "{damaged}");
        assert_eq!(cached_commits(&edge), Some(2), "{damaged}");
    }
}

#[test]
fn every_target_survives_the_cache() {
    for target in ["https://example.com/?q=\"a\"&b='", "https://example.com/%22%5C", "https://example.com/ü", "https://example.com/{|}<>`^"]
    {
        let edge = MemoryEdge::new(1);
        run(Isolate::new(&edge).ask(Ask::create(&json!({"target": target, "alias": "docs"}))));
        let first = follow_afresh(&edge);
        let trace = watch(&edge);
        let (answer, _) = run(Isolate::new(&edge).handle(Ask::visit("docs")));
        assert_eq!((answer.code(), answer.header("location").to_owned(), trace.steps()), (first.0, first.1, Vec::new()), "{target}");
    }
}

#[test]
fn stale_read_never_replaces_newer_cached_link() {
    for stale_reads in 1..8 {
        let edge = cached();
        let isolate = Isolate::new(&edge);
        let (answer, after) = run(isolate.handle(Ask::delete("docs")));
        assert_eq!(answer.code(), 204);
        plan(&edge, Plan::At((0..stale_reads).map(|number| (number, Fault::Stale)).collect()));
        run(isolate.app.finish(&edge, after));
        clear_faults(&edge);
        assert_eq!((cached_commits(&edge), follow_afresh(&edge)), (Some(2), ended()), "{stale_reads} stale reads");
    }
}

#[test]
fn change_with_unknown_outcome_reaches_the_cache() {
    for number in 0..12 {
        let edge = cached();
        let isolate = Isolate::new(&edge);
        assert_eq!(follow(&isolate), to(HERE));
        let trace = plan(&edge, Plan::From(number, None));
        let (answer, after) = run(isolate.handle(Ask::delete("docs")));
        let wrote = trace.count(|step| step == StoreStep::Answer) > 0;
        clear_faults(&edge);
        run(isolate.app.finish(&edge, after));
        assert!(answer.code() == 503 || (answer.code() == 204 && wrote));
        assert_eq!(follow(&isolate), if wrote { ended() } else { to(HERE) }, "the store went down at step {number}");
    }
}

#[test]
fn change_with_failed_response_reaches_the_cache() {
    let edge = cached();
    run(Isolate::new(&edge).ask(Ask::delete("docs")));
    assert_eq!(cached_commits(&edge), Some(2));
    let isolate = Isolate::new(&edge);
    plan(&edge, Plan::From(0, Some(StoreStep::GetMany)));
    assert_eq!(run(isolate.ask(Ask::restore("docs"))).code(), 503);
    assert_eq!((cached_commits(&edge), follow(&isolate)), (Some(3), to(HERE)));
}
