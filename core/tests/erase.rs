//! Erasing a link: nothing of it stays, and its alias is free for anybody.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use hop_core::memory::{Fault, MemoryEdge, Step, Steps, TRAITS};
use hop_core::ports::Traits;
use serde_json::{Value, json};
use support::audit::{check_list, text, truth};
use support::misfortune::{self, Plan, calm, plan};
use support::{Ask, Isolate, run};

const HERE: &str = "https://example.com/here";
const THERE: &str = "https://example.com/there";

fn ask(edge: &MemoryEdge, ask: Ask) -> (u16, Value) {
    let answer = run(Isolate::new(edge).ask(ask));
    (answer.code(), answer.json())
}

/// An edge with the link `docs`, which has tags, a history and clicks.
fn world(edge: MemoryEdge) -> MemoryEdge {
    for asked in [
        Ask::create(&json!({"alias": "docs", "target": HERE, "tags": ["x"], "note": "a secret"})),
        Ask::change("docs", &json!({"title": "a"})),
        Ask::change("docs", &json!({"title": "b", "tags": ["y"]})),
        Ask::visit("docs"),
    ] {
        assert!(ask(&edge, asked).0 < 400);
    }
    edge
}

fn erase(alias: &str) -> Ask {
    Ask::remove(&format!("/api/v1/links/{alias}?erase=true"))
}

/// The keys of everything there is.
fn keys(edge: &MemoryEdge) -> Vec<String> {
    edge.records.keys().iter().map(|key| key.as_str().to_owned()).collect()
}

/// Nothing is left but the marks of tags, the record of an alias that nobody has, which says nothing, and what the audit says of deeds.
fn check_nothing_is_left(edge: &MemoryEdge) {
    let left: Vec<String> = keys(edge).into_iter().filter(|key| !key.starts_with("tag/") && !key.starts_with("audit/")).collect();
    assert_eq!(left, ["link/hop.example/docs"]);
    let record = edge.records.peek(&support::copies::docs()).expect("the record is there");
    let record = String::from_utf8(record.value).expect("a record is text");
    for word in ["example.com", "lnk_", "secret", "\"link\"", "erasing"] {
        assert!(!record.contains(word), "{record}");
    }
}

#[test]
fn nothing_of_an_erased_link_stays() {
    for deleted in [false, true] {
        let edge = world(MemoryEdge::new(1));
        if deleted {
            assert_eq!(ask(&edge, Ask::delete("docs")).0, 204);
        }
        assert!(keys(&edge).iter().any(|key| key.starts_with("history/")) && keys(&edge).iter().any(|key| key.starts_with("stats/")));
        assert_eq!(ask(&edge, erase("docs")).0, 204);
        check_nothing_is_left(&edge);
        assert_eq!(ask(&edge, Ask::show("docs")).0, 404);
        assert_eq!(ask(&edge, Ask::restore("docs")).0, 404);
        assert_eq!(ask(&edge, erase("docs")).0, 404);
        assert_eq!(ask(&edge, Ask::list("/api/v1/aliases/docs")).1["available"], true);
    }
}

#[test]
fn the_alias_is_free_and_its_next_link_has_nothing_of_the_last() {
    let edge = world(MemoryEdge::new(1));
    let old = truth(&edge)["docs"].id.clone();
    assert_eq!(ask(&edge, erase("docs")).0, 204);
    let (status, link) = ask(&edge, Ask::create(&json!({"alias": "docs", "target": THERE})));
    assert_eq!((status, &link["version"], &link["clicks"]["humans"]), (201, &json!(1), &json!(0)));
    assert_ne!(text(&link["id"]), old);
    assert_eq!(run(Isolate::new(&edge).ask(Ask::visit("docs"))).header("location"), THERE);
    check_list(&edge);
}

#[test]
fn visitors_learn_of_it() {
    let edge = world(MemoryEdge::new(1));
    let isolate = Isolate::new(&edge);
    let follow = |isolate: &Isolate<'_>| run(isolate.ask(Ask::visit("docs"))).code();
    assert_eq!(follow(&isolate), 302);
    assert_eq!(run(isolate.ask(erase("docs"))).code(), 204);
    assert_eq!((follow(&isolate), follow(&Isolate::new(&edge))), (410, 410), "the copy says that it is gone");
    edge.copies.empty();
    assert_eq!(follow(&Isolate::new(&edge)), 404);
}

#[test]
fn an_old_alias_leads_nowhere_any_more() {
    let edge = world(MemoryEdge::new(1));
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "new", "keep_old_alias": true}))).0, 200);
    let (status, problem) = ask(&edge, erase("docs"));
    assert_eq!((status, &problem["code"]), (404, &json!("not_found")), "the link is elsewhere");
    assert_eq!(ask(&edge, erase("new")).0, 204);
    edge.copies.empty();
    assert_eq!(ask(&edge, Ask::visit("docs")).0, 404);
    assert_eq!(ask(&edge, Ask::visit("new")).0, 404);
}

#[test]
fn an_old_alias_that_forwards_is_held_until_it_is_deleted() {
    let edge = world(MemoryEdge::new(1));
    assert_eq!(ask(&edge, Ask::change("docs", &json!({"alias": "new", "keep_old_alias": true}))).0, 200);
    assert_eq!(ask(&edge, erase("new")).0, 204);
    let take = || ask(&edge, Ask::create(&json!({"alias": "docs", "target": THERE, "reuse": true})));
    assert_eq!(take().1["code"], "alias_taken");
    assert_eq!(ask(&edge, Ask::delete("docs")).0, 204);
    assert_eq!(take().0, 201);
    check_list(&edge);
}

#[test]
fn an_answer_that_was_kept_is_told_after_its_link_was_erased() {
    let edge = MemoryEdge::new(1);
    let create = || Ask::create(&json!({"alias": "docs", "target": HERE, "note": "a secret"})).once("k");
    let created = ask(&edge, create());
    assert_eq!((created.0, ask(&edge, erase("docs")).0), (201, 204));
    assert_eq!(ask(&edge, create()), created);
}

#[test]
fn a_long_history_takes_several_requests() {
    let edge = world(MemoryEdge::new(1));
    for number in 0..60 {
        assert_eq!(ask(&edge, Ask::change("docs", &json!({"title": number.to_string()}))).0, 200);
    }
    let answer = run(Isolate::new(&edge).ask(erase("docs")));
    assert_eq!((answer.code(), answer.header("retry-after")), (503, "2"));
    assert_eq!(ask(&edge, Ask::show("docs")).0, 404, "the link itself is gone");
    for reuse in [false, true] {
        let refused = ask(&edge, Ask::create(&json!({"alias": "docs", "target": THERE, "reuse": reuse})));
        assert_eq!((refused.0, &refused.1["code"]), (409, &json!("alias_retired")));
    }
    assert_eq!(ask(&edge, erase("docs")).0, 204);
    check_nothing_is_left(&edge);
}

#[test]
fn the_newest_version_goes_even_if_the_list_does_not_show_it_yet() {
    let edge = world(MemoryEdge::new(1));
    let trace = misfortune::watch(&edge);
    assert_eq!(ask(&edge, erase("docs")).0, 204);
    let scan = trace.steps().iter().position(|step| *step == Step::Scan).expect("an erasure lists old versions");
    let edge = MemoryEdge::new(1);
    for asked in [Ask::create(&json!({"alias": "docs", "target": HERE})), Ask::change("docs", &json!({"title": "a"}))] {
        assert!(ask(&edge, asked).0 < 400);
    }
    plan(&edge, Plan::At(vec![(scan, Fault::Stale)]));
    assert_eq!(ask(&edge, erase("docs")).0, 204);
    calm(&edge);
    check_nothing_is_left(&edge);
}

/// Deletes the link `docs`, after it was limited, followed and changed, and gives its alias to another link. Returns the id of the first.
fn reuse(edge: &MemoryEdge) -> String {
    let id = truth(edge)["docs"].id.clone();
    for asked in [
        Ask::change("docs", &json!({"max_clicks": 5, "tags": ["y"], "crawlable": true})),
        Ask::visit("docs"),
        Ask::delete("docs"),
        Ask::create(&json!({"alias": "docs", "target": THERE, "reuse": true, "tags": ["z"]})),
    ] {
        until(edge, asked, 302);
    }
    assert_ne!(truth(edge)["docs"].id, id);
    for class in ["history", "stats", "take"] {
        assert!(keys(edge).iter().any(|key| key.starts_with(&format!("{class}/{id}/"))), "{class}");
    }
    id
}

/// Asks again for as long as the answer is that a part is left to do, and says how often that was. Anything but a success below `most` is a failure.
fn until(edge: &MemoryEdge, asked: Ask, most: u16) -> usize {
    for number in 1..20 {
        let answer = run(Isolate::new(edge).ask(asked.again()));
        if answer.code() <= most {
            return number;
        }
        assert_eq!((answer.code(), answer.header("retry-after")), (503, "2"), "{}", answer.json());
    }
    panic!("it is never done");
}

/// What one request may do on Fastly.
static FEW_DROPS: Traits = Traits { most_drops: 4, ..TRAITS };

fn edges() -> [MemoryEdge; 3] {
    let step_by_step = || misfortune::edge(1, Steps::OneByOne);
    [MemoryEdge::new(1), step_by_step(), step_by_step().with_traits(&FEW_DROPS)]
}

#[test]
fn erasing_reaches_the_links_an_alias_was_taken_from() {
    for edge in edges() {
        let edge = world(edge);
        reuse(&edge);
        reuse(&edge);
        assert_eq!(ask(&edge, Ask::change("docs", &json!({"title": "a"}))).0, 200);
        assert_eq!(ask(&edge, Ask::visit("docs")).0, 302);
        until(&edge, erase("docs"), 204);
        check_nothing_is_left(&edge);
    }
}

/// A link that moves to the alias of a deleted one, and away from it again, takes along what is known of that.
#[test]
fn erasing_reaches_taken_aliases_after_moves() {
    for edge in edges() {
        let edge = world(edge);
        let old = reuse(&edge);
        let second = truth(&edge)["docs"].id.clone();
        assert_eq!(ask(&edge, Ask::delete("docs")).0, 204);
        assert_eq!(ask(&edge, Ask::create(&json!({"alias": "other", "target": HERE}))).0, 201);
        for to in ["docs", "last"] {
            let from = if to == "docs" { "other" } else { "docs" };
            assert_eq!(ask(&edge, Ask::change(from, &json!({"alias": to, "reuse": true}))).0, 200);
        }
        until(&edge, erase("last"), 204);
        let named =
            |id: &str| keys(&edge).into_iter().filter(|key| key.contains(id)).filter(|key| !key.starts_with("audit/")).collect::<Vec<_>>();
        assert_eq!((named(&old), named(&second)), (vec![], vec![]));
        let left: Vec<String> = keys(&edge).into_iter().filter(|key| !key.starts_with("tag/") && !key.starts_with("audit/")).collect();
        assert_eq!(left, ["link/hop.example/docs", "link/hop.example/last", "link/hop.example/other"]);
    }
}

/// However often an alias is reused, its record stays small, and what it knows is enough to leave nothing behind.
#[test]
fn the_record_of_a_reused_alias_stays_bounded() {
    for edge in edges() {
        let edge = world(edge);
        let mut sizes = Vec::new();
        for _ in 0..30 {
            reuse(&edge);
            sizes.push(edge.records.peek(&support::copies::docs()).expect("a record").value.len());
        }
        let (early, late) = (sizes[15], sizes[29]);
        assert!(late <= early + 16, "{sizes:?}");
        until(&edge, erase("docs"), 204);
        check_nothing_is_left(&edge);
    }
}

#[test]
fn an_erasure_that_died_anywhere_reaches_reused_links() {
    for steps in [Steps::AtOnce, Steps::OneByOne] {
        for dies_at in 0.. {
            let edge = world(misfortune::edge(1, steps));
            reuse(&edge);
            let trace = plan(&edge, Plan::From(dies_at, None));
            let first = ask(&edge, erase("docs")).0;
            calm(&edge);
            if trace.steps().len() <= dies_at {
                assert_eq!(first, 204);
                break;
            }
            let second = ask(&edge, erase("docs")).0;
            assert!([204, 404].contains(&second), "{second} after dying at {dies_at}");
            check_nothing_is_left(&edge);
        }
    }
}

/// A move that never arrives leaves the deleted link where it was, to be restored with all it has.
#[test]
fn a_link_keeps_what_it_has_until_its_alias_is_taken() {
    let edge = world(misfortune::edge(1, Steps::OneByOne));
    let id = truth(&edge)["docs"].id.clone();
    assert_eq!(ask(&edge, Ask::delete("docs")).0, 204);
    assert_eq!(ask(&edge, Ask::create(&json!({"alias": "other", "target": HERE}))).0, 201);
    plan(&edge, Plan::FromNth(Step::Write, 2));
    assert_eq!(ask(&edge, Ask::change("other", &json!({"alias": "docs", "reuse": true}))).0, 503);
    calm(&edge);
    let (status, restored) = ask(&edge, Ask::restore("docs"));
    assert_eq!((status, text(&restored["id"]), &restored["clicks"]["humans"]), (200, id, &json!(1)));
    assert!(support::audit::told_history(&edge, "docs").len() >= 4);
    until(&edge, erase("other"), 204);
    assert_eq!(support::audit::told_history(&edge, "docs").len(), 5, "erasing the other one takes nothing of it");
}

#[test]
fn erasing_is_asked_for_in_so_many_words() {
    let edge = world(MemoryEdge::new(1));
    for (value, status) in [("false", 204), ("yes", 422), ("", 422), ("true&erase=true", 422)] {
        assert_eq!(ask(&edge, Ask::remove(&format!("/api/v1/links/docs?erase={value}"))).0, status, "{value}");
    }
    assert_eq!(ask(&edge, Ask::restore("docs")).1["state"], "live");
}

/// Wherever an erasure dies, the next one completes it and nothing is left.
#[test]
fn an_erasure_that_died_anywhere_is_completed_by_the_next() {
    for steps in [Steps::AtOnce, Steps::OneByOne] {
        for dies_at in 0.. {
            let edge = world(misfortune::edge(1, steps));
            let trace = plan(&edge, Plan::From(dies_at, None));
            let first = ask(&edge, erase("docs")).0;
            calm(&edge);
            if trace.steps().len() <= dies_at {
                assert_eq!(first, 204);
                break;
            }
            check_list(&edge);
            let second = ask(&edge, erase("docs")).0;
            assert!([204, 404].contains(&second), "{second} after dying at {dies_at}");
            check_nothing_is_left(&edge);
        }
    }
}
