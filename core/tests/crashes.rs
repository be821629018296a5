//! What a writer that dies between two steps of a write leaves behind, and that nobody after it is led astray: one test for each place
//! to die.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use hop_core::memory::{MemoryEdge, Step, Steps};
use serde_json::json;
use support::audit::{check_list, clicks, truth};
use support::copies::{HERE, THERE, create, ended, follow, follow_afresh, missing, to, version_of_copy};
use support::misfortune::{self, Plan, calm, plan, watch};
use support::{Ask, Isolate, run};

/// An edge without links, its changes made step by step.
fn nothing() -> MemoryEdge {
    misfortune::edge(1, Steps::OneByOne)
}

/// An edge with the link `docs`, which leads to `HERE`.
fn one_link() -> MemoryEdge {
    let edge = nothing();
    assert_eq!(run(Isolate::new(&edge).ask(create())).code(), 201);
    edge
}

/// Asks, and dies at the first step of this kind: nothing after it is done, not even what was left for afterwards.
fn die_at(edge: &MemoryEdge, step: Step, ask: Ask) {
    let trace = plan(edge, Plan::FromFirst(step));
    let (answer, _lost) = run(Isolate::new(edge).handle(ask));
    calm(edge);
    assert!(trace.steps().contains(&step), "the request never came to {step:?}");
    assert_eq!((answer.code(), answer.header("retry-after")), (503, "2"));
}

/// How many hints there are.
fn hints(edge: &MemoryEdge) -> usize {
    edge.records.keys().iter().filter(|key| key.as_str().starts_with("by-time/")).count()
}

fn rival() -> Ask {
    Ask::create(&json!({"target": THERE, "alias": "docs"}))
}

#[test]
fn a_creation_that_dies_before_its_hint_leaves_nothing() {
    let edge = nothing();
    die_at(&edge, Step::Gain, create());
    assert!(edge.records.keys().is_empty());
    assert_eq!((follow_afresh(&edge), run(Isolate::new(&edge).ask(create())).code()), (missing(), 201));
}

#[test]
fn a_creation_that_dies_before_its_record_leaves_a_hint_that_is_skipped() {
    let edge = nothing();
    die_at(&edge, Step::Write, create());
    assert_eq!((hints(&edge), truth(&edge).len()), (1, 0));
    check_list(&edge);
    assert_eq!(run(Isolate::new(&edge).ask(rival())).code(), 201, "the alias is still free");
    assert_eq!((hints(&edge), follow_afresh(&edge)), (2, to(THERE)));
    check_list(&edge);
}

#[test]
fn a_creation_that_dies_before_its_answer_is_made() {
    let edge = nothing();
    die_at(&edge, Step::Answer, create());
    assert_eq!((hints(&edge), follow_afresh(&edge)), (1, to(HERE)));
    check_list(&edge);
    assert_eq!(run(Isolate::new(&edge).ask(create())).problem(), "alias_taken", "whoever looks sees that it was made");
}

#[test]
fn a_refused_creation_takes_its_hint_back() {
    let edge = one_link();
    assert_eq!((run(Isolate::new(&edge).ask(rival())).code(), hints(&edge)), (409, 1));
}

#[test]
fn a_refused_creation_that_dies_before_it_drops_its_hint_leaves_one_that_is_skipped() {
    let edge = one_link();
    die_at(&edge, Step::Drop, rival());
    assert_eq!((hints(&edge), follow_afresh(&edge)), (2, to(HERE)));
    check_list(&edge);
}

#[test]
fn a_deletion_that_dies_before_its_record_leaves_the_link_as_it_was() {
    let edge = one_link();
    die_at(&edge, Step::Write, Ask::delete("docs"));
    assert_eq!((truth(&edge)["docs"].version, follow_afresh(&edge)), (1, to(HERE)));
    check_list(&edge);
}

#[test]
fn a_deletion_that_dies_before_its_answer_is_made_and_the_old_copy_is_found_out_after_ten_minutes() {
    let edge = one_link();
    follow_afresh(&edge);
    die_at(&edge, Step::Answer, Ask::delete("docs"));
    assert_eq!((truth(&edge)["docs"].version, follow_afresh(&edge)), (2, to(HERE)));
    check_list(&edge);
    edge.wait_seconds(601);
    follow_afresh(&edge);
    assert_eq!((version_of_copy(&edge), follow_afresh(&edge)), (Some(2), ended()));
}

#[test]
fn a_restoration_that_dies_before_its_answer_is_made_and_listed() {
    let edge = one_link();
    run(Isolate::new(&edge).ask(Ask::delete("docs")));
    die_at(&edge, Step::Answer, Ask::restore("docs"));
    assert_eq!(truth(&edge)["docs"].version, 3);
    check_list(&edge);
    let again = run(Isolate::new(&edge).ask(Ask::restore("docs")));
    assert_eq!((again.code(), again.header("etag"), follow_afresh(&edge)), (200, "\"3\"", to(HERE)));
}

#[test]
fn a_click_that_dies_before_its_total_is_lost_and_one_that_dies_after_it_is_counted() {
    for (step, counted) in [(Step::Get, 0), (Step::Write, 0), (Step::Answer, 1)] {
        let edge = one_link();
        let id = truth(&edge)["docs"].id.clone();
        let isolate = Isolate::new(&edge);
        let (_, after) = run(isolate.handle(Ask::visit("docs")));
        plan(&edge, Plan::FromFirst(step));
        run(isolate.app.finish(&edge, after));
        calm(&edge);
        assert_eq!(clicks(&edge, &id), counted, "{step:?}");
        assert_eq!(follow(&isolate), to(HERE));
        assert_eq!(clicks(&edge, &id), counted + 1, "the next click counts as ever");
    }
}

#[test]
fn a_fill_that_dies_before_its_put_leaves_truth_to_be_asked() {
    let edge = one_link();
    let (_, lost) = run(Isolate::new(&edge).handle(Ask::visit("docs")));
    drop(lost);
    assert_eq!((version_of_copy(&edge), follow_afresh(&edge), version_of_copy(&edge)), (None, to(HERE), Some(1)));
}

#[test]
fn a_fill_that_dies_before_its_check_leaves_an_old_copy_for_ten_minutes() {
    let edge = one_link();
    let isolate = Isolate::new(&edge);
    let (_, late) = run(isolate.handle(Ask::visit("docs")));
    run(Isolate::new(&edge).ask(Ask::delete("docs")));
    plan(&edge, Plan::From(0, None));
    run(isolate.app.finish(&edge, late));
    calm(&edge);
    assert_eq!((version_of_copy(&edge), follow_afresh(&edge)), (Some(1), to(HERE)));
    edge.wait_seconds(601);
    follow_afresh(&edge);
    assert_eq!((version_of_copy(&edge), follow_afresh(&edge)), (Some(2), ended()));
}

fn erase() -> Ask {
    Ask::remove("/api/v1/links/docs?erase=true")
}

/// How many keys there are beside the record of the alias.
fn beside(edge: &MemoryEdge) -> usize {
    edge.records.keys().iter().filter(|key| !key.as_str().starts_with("link/")).count()
}

#[test]
fn an_erasure_that_dies_before_its_first_record_leaves_the_link_as_it_was() {
    let edge = one_link();
    die_at(&edge, Step::Write, erase());
    assert_eq!((truth(&edge)["docs"].version, follow_afresh(&edge)), (1, to(HERE)));
    check_list(&edge);
}

#[test]
fn an_erasure_that_dies_before_its_drops_ends_the_link_and_is_completed_by_the_next() {
    let edge = one_link();
    die_at(&edge, Step::Drop, erase());
    assert_eq!((truth(&edge).len(), beside(&edge), follow_afresh(&edge)), (0, 2, ended()));
    check_list(&edge);
    assert_eq!(run(Isolate::new(&edge).ask(rival())).problem(), "alias_retired");
    assert_eq!((run(Isolate::new(&edge).ask(erase())).code(), beside(&edge)), (204, 0));
}

#[test]
fn an_erasure_that_dies_before_its_second_record_has_dropped_all_and_is_completed_by_the_next() {
    let edge = one_link();
    die_at(&edge, Step::Answer, erase());
    assert_eq!((truth(&edge).len(), beside(&edge), follow_afresh(&edge)), (0, 0, ended()));
    assert_eq!(run(Isolate::new(&edge).ask(erase())).code(), 204);
    assert_eq!(run(Isolate::new(&edge).ask(rival())).code(), 201);
}

#[test]
fn an_erasure_that_dies_before_its_answer_is_made() {
    let edge = one_link();
    let steps = watch(&edge);
    assert_eq!(run(Isolate::new(&edge).handle(erase())).0.code(), 204);
    let answer = steps.steps().len() - 1;
    let edge = one_link();
    plan(&edge, Plan::From(answer, None));
    assert_eq!(run(Isolate::new(&edge).handle(erase())).0.code(), 503);
    calm(&edge);
    assert_eq!((beside(&edge), run(Isolate::new(&edge).ask(erase())).code()), (0, 404));
    assert_eq!(run(Isolate::new(&edge).ask(rival())).code(), 201);
}
