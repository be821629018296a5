//! Cached links: an entry may be late, lost, replaced by an older one or damaged. Its age bounds how long visitors
//! follow an old link.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::sample_link::{
    HERE, THERE, cached_commits, create, docs, edit_elsewhere, ended, follow, follow_afresh, missing, to, world,
};
use crate::support::store_faults::{Plan, clear_faults, is_read, plan, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{Fault, MemoryEdge, StoreStep};
use serde_json::{Value, json};

/// Seconds for which an entry is served.
const FRESH: u64 = 60;
const HALF: u64 = FRESH / 2;
const ONE_DAY: u64 = 24 * 60 * 60;

/// An edge with a current cached link of `docs`.
fn cached() -> MemoryEdge {
    let edge = world();
    assert_eq!(follow_afresh(&edge), to(HERE));
    assert_eq!(cached_commits(&edge), Some(1));
    edge
}

/// Follows `docs` on a new isolate. Returns how many reads of the store the response waited for, how many came after
/// it, and the response.
fn count_reads(edge: &MemoryEdge) -> (usize, usize, (u16, String)) {
    let isolate = Isolate::new(edge);
    let trace = watch(edge);
    let (answer, after) = run(isolate.handle(Ask::visit("docs")));
    let before = trace.count(is_read);
    let trace = watch(edge);
    run(isolate.app.finish(edge, after));
    let reads = trace.count(is_read);
    clear_faults(edge);
    (before, reads, (answer.code(), answer.header("location").to_owned()))
}

#[test]
fn fresh_entry_is_served_without_reading_the_store() {
    let edge = cached();
    edit_elsewhere(&edge);
    edge.wait_seconds(HALF);
    assert_eq!(count_reads(&edge), (0, 0, to(HERE)));
}

#[test]
fn aging_entry_is_served_and_then_verified() {
    let edge = cached();
    edit_elsewhere(&edge);
    edge.wait_seconds(HALF + 1);
    assert_eq!(count_reads(&edge), (0, 1, to(HERE)));
    assert_eq!((cached_commits(&edge), count_reads(&edge)), (Some(2), (0, 0, to(THERE))));

    let edge = cached();
    edit_elsewhere(&edge);
    edge.wait_seconds(FRESH);
    assert_eq!(count_reads(&edge), (0, 1, to(HERE)));
}

#[test]
fn stale_entry_is_replaced_before_the_response() {
    let edge = cached();
    edit_elsewhere(&edge);
    edge.wait_seconds(FRESH + 1);
    assert_eq!(count_reads(&edge), (1, 0, to(THERE)));
    assert_eq!((cached_commits(&edge), count_reads(&edge)), (Some(2), (0, 0, to(THERE))));
}

#[test]
fn setting_scales_the_ages() {
    let edge = cached();
    edit_elsewhere(&edge);
    let settings = [("HOP_DOMAINS", "https://hop.example"), ("HOP_FRESH_SECONDS", "3600")];
    let follow = || run(Isolate::set_up(&edge, &settings).ask(Ask::visit("docs"))).header("location").to_owned();
    edge.wait_seconds(1_800);
    assert_eq!((follow(), follow()), (HERE.to_owned(), HERE.to_owned()));
    edge.wait_seconds(1);
    assert_eq!((follow(), follow()), (HERE.to_owned(), THERE.to_owned()), "it is verified after half of the time");
}

#[test]
fn isolate_verifies_an_aging_entry_every_fifteen_seconds() {
    let edge = cached();
    let isolate = Isolate::new(&edge);
    edge.link_cache.hold(true);
    edge.wait_seconds(HALF + 1);
    let mut puts = Vec::new();
    for _ in 0..5 {
        assert_eq!(follow(&isolate), to(HERE));
        puts.push(edge.link_cache.held());
        edge.wait_seconds(5);
    }
    assert_eq!(puts, [1, 1, 1, 2, 2]);
    follow_afresh(&edge);
    assert_eq!(edge.link_cache.held(), 3, "each isolate verifies by itself");
}

#[test]
fn late_fill_is_as_old_as_its_read() {
    let edge = world();
    let slow = Isolate::new(&edge);
    let (_, late_fill) = run(slow.handle(Ask::visit("docs")));
    run(Isolate::new(&edge).ask(Ask::delete("docs")));
    assert_eq!(follow_afresh(&edge), ended());
    edge.wait_seconds(40);
    run(slow.app.finish(&edge, late_fill));
    assert_eq!((cached_commits(&edge), follow_afresh(&edge)), (Some(1), to(HERE)), "the late fill replaces the newer entry");
    run(Isolate::new(&edge).ask(Ask::visit("docs")));
    assert_eq!(follow_afresh(&edge), ended(), "it was 40 seconds old, so the first visitor had it verified");
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
fn reordered_fills_heal_within_a_minute() {
    for (first, second, last) in [(0, 0, 3), (0, 1, 2), (1, 0, 3), (1, 1, 1), (2, 0, 2), (2, 1, 1)] {
        let edge = three_held_puts();
        for next in [first, second, 0] {
            edge.link_cache.release(next);
        }
        assert_eq!(cached_commits(&edge), Some(last));
        assert_eq!(follow_afresh(&edge), if last == 2 { ended() } else { to(HERE) });
        edge.wait_seconds(FRESH + 1);
        assert_eq!((follow_afresh(&edge), cached_commits(&edge)), (to(HERE), Some(3)), "{first} {second}");
    }
}

#[test]
fn stale_entry_is_served_while_the_store_is_down() {
    let edge = cached();
    edge.wait_seconds(ONE_DAY);
    let isolate = Isolate::new(&edge);
    let trace = plan(&edge, Plan::EveryRead(Fault::Fail));
    let visits: Vec<(usize, (u16, String))> = (0..10)
        .map(|_| {
            let (answer, _) = run(isolate.handle(Ask::visit("docs")));
            edge.wait_seconds(1);
            (trace.steps().len(), (answer.code(), answer.header("location").to_owned()))
        })
        .collect();
    assert_eq!(visits[0], (1, to(HERE)));
    assert_eq!(edge.take_log().iter().filter(|line| line.contains("a cached value of 86400 seconds ago was served")).count(), 1);
    // The entry is older than a day by now. The memo repeated it for five seconds.
    let answers: Vec<(usize, u16)> = visits.iter().map(|(reads, (status, _))| (*reads, *status)).collect();
    assert_eq!(answers[..5], [(1, 302); 5]);
    assert_eq!(answers[5], (2, 503));
}

#[test]
fn failed_read_is_not_repeated_for_five_seconds() {
    let edge = cached();
    edge.wait_seconds(FRESH + 1);
    let isolate = Isolate::new(&edge);
    let trace = plan(&edge, Plan::EveryRead(Fault::Fail));
    let reads: Vec<usize> = (0..12)
        .map(|_| {
            let (answer, _) = run(isolate.handle(Ask::visit("docs")));
            assert_eq!(answer.header("location"), HERE);
            edge.wait_seconds(1);
            trace.steps().len()
        })
        .collect();
    assert_eq!(reads, [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3]);
    clear_faults(&edge);
    edit_elsewhere(&edge);
    edge.wait_seconds(5);
    assert_eq!(follow(&isolate), to(THERE), "the store answers again");
}

#[test]
fn slow_store_is_waited_for_only_without_an_entry() {
    let edge = cached();
    edit_elsewhere(&edge);
    edge.wait_seconds(FRESH + 1);
    plan(&edge, Plan::EveryRead(Fault::Late(250)));
    let (answer, _) = run(Isolate::new(&edge).handle(Ask::visit("docs")));
    assert_eq!(answer.header("location"), HERE);
    assert!(edge.take_log().iter().any(|line| line.contains("did not answer within 2000 ms")));
    edge.link_cache.empty();
    let (answer, _) = run(Isolate::new(&edge).handle(Ask::visit("docs")));
    assert_eq!(answer.header("location"), THERE);
}

#[test]
fn damaged_record_does_not_silence_the_store_for_others() {
    let edge = cached();
    assert_eq!(run(Isolate::new(&edge).ask(Ask::create(&json!({"target": HERE, "alias": "other"})))).code(), 201);
    run(Isolate::new(&edge).ask(Ask::visit("other")));
    edge.wait_seconds(FRESH + 1);
    edge.records.plant(&docs(), "{}");
    let isolate = Isolate::new(&edge);
    assert_eq!(follow(&isolate), to(HERE));
    let trace = watch(&edge);
    let (answer, _) = run(isolate.handle(Ask::visit("other")));
    assert_eq!((answer.header("location"), trace.count(is_read)), (HERE, 1));
}

/// Moves `docs` to `docs-1`, and so on. Each old alias forwards.
fn move_on(edge: &MemoryEdge, moves: usize) {
    let alias = |number: usize| if number == 0 { "docs".to_owned() } else { format!("docs-{number}") };
    for number in 0..moves {
        let to = json!({"alias": alias(number + 1), "keep_old_alias": true});
        assert_eq!(run(Isolate::new(edge).ask(Ask::change(&alias(number), &to))).code(), 200);
    }
}

#[test]
fn visitor_waits_once_for_a_store_that_hangs() {
    let edge = cached();
    move_on(&edge, 2);
    assert_eq!(follow_afresh(&edge), to(HERE));
    edge.wait_seconds(FRESH + 1);
    let isolate = Isolate::new(&edge);
    let trace = plan(&edge, Plan::EveryRead(Fault::Late(250)));
    let mut reads = Vec::new();
    for _ in 0..10 {
        let (answer, _) = run(isolate.handle(Ask::visit("docs")));
        assert_eq!(answer.header("location"), HERE);
        reads.push(trace.steps().len());
        edge.wait_seconds(1);
    }
    assert_eq!(reads, [1, 1, 1, 1, 1, 1, 1, 1, 2, 2], "three stale records cost one read, and the store is asked again within ten seconds");
}

#[test]
fn stale_entry_is_not_served_for_lack_of_budget() {
    let edge = cached();
    move_on(&edge, 1);
    assert_eq!(follow_afresh(&edge), to(HERE));
    edge.wait_seconds(FRESH + 1);
    edge.set_operations(3);
    assert_eq!(follow_afresh(&edge).0, 503);
    assert!(!edge.take_log().iter().any(|line| line.contains("a cached value of")));
    edge.set_operations(4);
    assert_eq!(follow_afresh(&edge), to(HERE));
}

#[test]
fn link_that_moved_back_is_found() {
    let edge = cached();
    move_on(&edge, 1);
    assert_eq!(follow_afresh(&edge), to(HERE));
    edge.link_cache.hold(true);
    run(Isolate::new(&edge).ask(Ask::change("docs-1", &json!({"alias": "docs", "keep_old_alias": true}))));
    edge.link_cache.lose();
    edge.link_cache.hold(false);
    // The new alias is cached after the move back, the old one before it.
    let docs_1 = edge.link_cache.keys().into_iter().find(|key| key.as_str().ends_with("docs-1")).expect("it is cached");
    let old = edge.link_cache.peek(&docs()).expect("it is cached");
    edge.link_cache.empty();
    run(Isolate::new(&edge).ask(Ask::visit("docs-1")));
    assert!(edge.link_cache.peek(&docs_1).is_some_and(|entry| entry.contains("\"to\"")));
    edge.link_cache.plant(&docs(), &old);
    assert_eq!(follow_afresh(&edge), to(HERE));
}

#[test]
fn cached_end_of_another_link_does_not_end_a_moved_one() {
    let edge = cached();
    run(Isolate::new(&edge).ask(Ask::create(&json!({"target": THERE, "alias": "new"}))));
    run(Isolate::new(&edge).ask(Ask::delete("new")));
    let new = edge.link_cache.keys().into_iter().find(|key| key.as_str().ends_with("/new")).expect("it is cached");
    let ended_entry = edge.link_cache.peek(&new).expect("it is cached");
    let moved = json!({"alias": "new", "keep_old_alias": true, "reuse": true});
    let answer = run(Isolate::new(&edge).ask(Ask::change("docs", &moved)));
    assert_eq!(answer.code(), 200, "{}", answer.json());
    edge.link_cache.plant(&new, &ended_entry);
    assert_eq!(follow_afresh(&edge), to(HERE));
}

#[test]
fn remembered_404_does_not_hide_a_moved_link() {
    let edge = cached();
    let isolate = Isolate::new(&edge);
    assert_eq!(run(isolate.ask(Ask::visit("docs-1"))).code(), 404);
    move_on(&edge, 1);
    assert_eq!(follow(&isolate), to(HERE));
}

#[test]
fn removed_domain_is_not_served_beyond_the_bound() {
    let edge = MemoryEdge::new(1);
    let front = || {
        let answer = run(Isolate::new(&edge).ask(Ask::visit("").at("c.example")));
        (answer.code(), answer.header("location").to_owned())
    };
    run(Isolate::new(&edge).ask(Ask::post("/api/v1/domains", &json!({"domain": "c.example", "root": HERE}))));
    assert_eq!(front(), to(HERE));
    edge.link_cache.hold(true);
    assert_eq!(run(Isolate::new(&edge).ask(Ask::remove("/api/v1/domains/c.example"))).code(), 204);
    edge.link_cache.lose();
    edge.link_cache.hold(false);
    edge.wait_seconds(HALF);
    assert_eq!(front(), to(HERE));
    edge.wait_seconds(HALF + 1);
    assert_eq!(front(), missing());
    assert!(edge.link_cache.keys().is_empty(), "the entry is deleted");
}

#[test]
fn store_without_an_answer_and_entry_is_503() {
    let edge = world();
    plan(&edge, Plan::EveryRead(Fault::Fail));
    assert_eq!(follow_afresh(&edge).0, 503);
}

#[test]
fn strict_link_is_read_from_the_store_alone() {
    for settings in [json!({"strict": true}), json!({"max_clicks": 5})] {
        let edge = cached();
        assert_eq!(run(Isolate::new(&edge).ask(Ask::change("docs", &settings))).code(), 200);
        let marker = edge.link_cache.peek(&docs()).expect("a marker");
        assert!(marker.contains("ask_truth") && !marker.contains("example.com"), "{marker}");
        edge.link_cache.hold(true);
        let isolate = Isolate::new(&edge);
        for _ in 0..3 {
            assert_eq!(follow(&isolate), to(HERE));
        }
        assert_eq!(edge.link_cache.held(), 0, "a marker is not put again");
        edge.link_cache.hold(false);
        plan(&edge, Plan::EveryRead(Fault::Fail));
        assert_eq!((follow(&isolate).0, follow_afresh(&edge).0), (503, 503));
        clear_faults(&edge);
        run(isolate.ask(Ask::change("docs", &json!({"strict": false, "max_clicks": null}))));
        assert_eq!(count_reads(&edge), (0, 0, to(HERE)));
    }
}

#[test]
fn strict_link_that_is_restored_works_at_once() {
    for (end, restore) in [
        (Ask::delete("docs"), Ask::restore("docs")),
        (Ask::change("docs", &json!({"blocked": {"reason": "spam"}})), Ask::change("docs", &json!({"blocked": null}))),
    ] {
        let edge = world();
        run(Isolate::new(&edge).ask(Ask::change("docs", &json!({"strict": true}))));
        run(Isolate::new(&edge).ask(end));
        assert_eq!(follow_afresh(&edge), ended());
        edge.link_cache.hold(true);
        assert_eq!(run(Isolate::new(&edge).ask(restore)).code(), 200);
        edge.link_cache.lose();
        assert_eq!(follow_afresh(&edge), to(HERE));
    }
}

#[test]
fn marker_of_a_link_that_is_strict_no_longer_is_replaced() {
    let edge = cached();
    run(Isolate::new(&edge).ask(Ask::change("docs", &json!({"strict": true}))));
    edge.link_cache.hold(true);
    run(Isolate::new(&edge).ask(Ask::change("docs", &json!({"strict": false}))));
    edge.link_cache.lose();
    edge.link_cache.hold(false);
    assert_eq!(count_reads(&edge), (1, 0, to(HERE)));
    assert_eq!(count_reads(&edge), (0, 0, to(HERE)));
}

#[test]
fn ended_and_blocked_links_are_cached() {
    for end in [Ask::delete("docs"), Ask::change("docs", &json!({"blocked": {"reason": "phishing"}}))] {
        let edge = cached();
        assert!(run(Isolate::new(&edge).ask(end)).code() < 300);
        // The second read is that of the domain, which may have a redirect for ended links.
        assert_eq!(count_reads(&edge), (1, 0, ended()));
        let entry = edge.link_cache.peek(&docs()).expect("an entry");
        assert!(!entry.contains("example.com"), "{entry}");
    }
}

#[test]
fn entry_of_a_link_that_is_gone_is_deleted() {
    for (age, first) in [(FRESH + 1, missing()), (HALF + 1, to(HERE)), (ONE_DAY + 1, missing())] {
        let edge = cached();
        edge.records.lose(&docs());
        edge.wait_seconds(age);
        assert_eq!(follow_afresh(&edge), first);
        assert_eq!((edge.link_cache.peek(&docs()), follow_afresh(&edge)), (None, missing()));
    }
}

#[test]
fn domain_redirects_are_cached_like_links() {
    let edge = MemoryEdge::new(1);
    let to_root = |target: &str| Ask::patch("/api/v1/domains/hop.example", &json!({"root": target}));
    let front = |edge: &MemoryEdge| {
        let isolate = Isolate::new(edge);
        let trace = watch(edge);
        let answer = run(isolate.ask(Ask::visit("")));
        (trace.count(is_read), answer.header("location").to_owned())
    };
    assert_eq!(run(Isolate::new(&edge).ask(to_root(HERE))).code(), 200);
    assert_eq!(front(&edge), (0, HERE.to_owned()), "the change was put");
    edge.link_cache.hold(true);
    run(Isolate::new(&edge).ask(to_root(THERE)));
    edge.link_cache.lose();
    edge.link_cache.hold(false);
    edge.wait_seconds(HALF + 1);
    assert_eq!((front(&edge), front(&edge)), ((1, HERE.to_owned()), (0, THERE.to_owned())));
    edge.wait_seconds(FRESH + 1);
    assert_eq!(front(&edge), (1, THERE.to_owned()));
    edge.wait_seconds(ONE_DAY);
    plan(&edge, Plan::EveryRead(Fault::Fail));
    assert_eq!(run(Isolate::new(&edge).ask(Ask::visit(""))).header("location"), THERE);
    assert!(edge.take_log().iter().any(|line| line.contains("a cached value of 86400 seconds ago was served")));
}

#[test]
fn each_walked_record_costs_a_cache_read_and_a_query() {
    let edge = MemoryEdge::new(1);
    edge.set_operations(50);
    let isolate = Isolate::new(&edge);
    assert_eq!(run(isolate.ask(Ask::create(&json!({"target": HERE, "alias": "a-0"})))).code(), 201);
    for number in 0..16 {
        let to = json!({"alias": format!("a-{}", number + 1), "keep_old_alias": true});
        assert_eq!(run(isolate.ask(Ask::change(&format!("a-{number}"), &to))).code(), 200);
    }
    let count = |isolate: &Isolate<'_>| {
        edge.take_operations();
        let (answer, after) = run(isolate.handle(Ask::visit("a-0")));
        assert_eq!(answer.header("location"), HERE);
        let operations = edge.take_operations();
        run(isolate.app.finish(&edge, after));
        let after = edge.take_operations();
        assert!(operations + after <= 50, "{operations} + {after}");
        operations
    };
    assert_eq!(count(&Isolate::new(&edge)), 17, "each record of the way is cached");
    edge.link_cache.empty();
    let isolate = Isolate::new(&edge);
    assert_eq!(count(&isolate), 34, "none is cached");
    assert_eq!(count(&isolate), 0, "all are remembered");
    assert!((1..17).contains(&edge.link_cache.keys().len()), "puts stop when the budget is used up");
    assert!(edge.take_log().is_empty());
    count(&Isolate::new(&edge));
    assert_eq!(edge.link_cache.keys().len(), 17, "the next visit puts the rest");
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
        with("verified_at", json!("now")),
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
