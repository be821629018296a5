//! The memo of an isolate: what it remembers and for how long. A redirect waits at most for one read.
#![cfg(not(target_arch = "wasm32"))]

use std::pin::pin;
use std::task::{Context, Waker};

use crate::support::audit::clicks;
use crate::support::sample_link::{
    HERE, THERE, create, edit_elsewhere, ended, follow, follow_afresh, missing, status_and_location, to, world,
};
use crate::support::store_faults::{Plan, Trace, plan, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{Fault, MemoryEdge, StoreStep};
use hop_core::{Pending, poll_once};
use http::Method;

#[test]
fn hit_is_remembered_for_five_seconds() {
    let edge = world();
    let isolate = Isolate::new(&edge);
    assert_eq!(follow(&isolate), to(HERE));
    edit_elsewhere(&edge);
    edge.link_cache.empty();
    edge.wait_seconds(4);
    assert_eq!(follow(&isolate), to(HERE));
    edge.wait_seconds(1);
    assert_eq!(follow(&isolate), to(THERE));
}

#[test]
fn not_found_is_remembered_for_ten_seconds() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    assert_eq!(follow(&isolate), missing());
    run(Isolate::new(&edge).ask(create()));
    edge.wait_seconds(9);
    assert_eq!(follow(&isolate), missing());
    edge.wait_seconds(1);
    assert_eq!(follow(&isolate), to(HERE));
}

#[test]
fn reads_do_not_extend_memo_lifetime() {
    let edge = world();
    let isolate = Isolate::new(&edge);
    follow(&isolate);
    edit_elsewhere(&edge);
    edge.link_cache.empty();
    let seen: Vec<bool> = (0..8)
        .map(|_| {
            edge.wait_seconds(1);
            follow(&isolate) == to(THERE)
        })
        .collect();
    assert_eq!(seen, [false, false, false, false, true, true, true, true]);
}

#[test]
fn api_reads_only_the_store() {
    let edge = world();
    let isolate = Isolate::new(&edge);
    assert_eq!(follow(&isolate), to(HERE));
    edit_elsewhere(&edge);
    assert_eq!(run(isolate.ask(Ask::show("docs"))).json()["target"], THERE);
    assert_eq!(run(isolate.ask(Ask::list("/api/v1/links"))).json()["items"][0]["target"], THERE);
    assert_eq!(follow(&isolate), to(HERE), "showing a link does not update the memo");

    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    assert_eq!(follow(&isolate), missing());
    run(Isolate::new(&edge).ask(create()));
    assert_eq!(run(isolate.ask(Ask::show("docs"))).code(), 200);
    assert_eq!(run(isolate.ask(create())).code(), 409);
    assert_eq!(run(isolate.ask(Ask::delete("docs"))).code(), 204);
}

#[test]
fn isolate_sees_its_own_changes_at_once() {
    let edge = MemoryEdge::new(1);
    let (own, other) = (Isolate::new(&edge), Isolate::new(&edge));
    let both = || (follow(&own), follow(&other));
    assert_eq!(both(), (missing(), missing()));
    run(own.ask(create()));
    assert_eq!(both(), (to(HERE), missing()));
    edge.wait_seconds(10);
    assert_eq!(both(), (to(HERE), to(HERE)));
    run(own.ask(Ask::delete("docs")));
    assert_eq!(both(), (ended(), to(HERE)));
    run(own.ask(Ask::restore("docs")));
    assert_eq!(both(), (to(HERE), to(HERE)));
}

#[test]
fn read_before_a_change_is_not_remembered() {
    let edge = world();
    let isolate = Isolate::new(&edge);
    plan(&edge, Plan::At(vec![(0, Fault::LateAnswer(1))]));
    let mut visit = pin!(isolate.ask(Ask::visit("docs")));
    assert!(visit.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    run(isolate.ask(Ask::delete("docs")));
    assert_eq!(status_and_location(&run(visit)), to(HERE), "this visit began before the deletion");
    edge.link_cache.empty();
    assert_eq!(follow(&isolate), ended());
}

#[test]
fn memo_holds_500_missing_links() {
    let edge = MemoryEdge::new(1);
    let isolate = Isolate::new(&edge);
    let ask_all = || {
        let trace = watch(&edge);
        (0..500).for_each(|number| assert_eq!(run(isolate.ask(Ask::visit(&format!("no-{number}")))).code(), 404));
        trace.steps().len()
    };
    assert_eq!((ask_all(), ask_all()), (501, 0), "one read per link, and one of the domain");
}

/// The store steps of a request, and those of its background work.
fn steps(isolate: &Isolate<'_>, ask: Ask) -> (Vec<StoreStep>, Trace) {
    let during = watch(isolate.edge);
    let (_, after) = run(isolate.handle(ask));
    let afterwards = watch(isolate.edge);
    run(isolate.app.finish(isolate.edge, after));
    (during.steps(), afterwards)
}

#[test]
fn redirect_reads_once_and_waits_for_no_write() {
    let edge = world();
    let isolate = Isolate::new(&edge);
    let writes = |trace: &Trace| trace.count(|step| step == StoreStep::Write);
    let (first, afterwards) = steps(&isolate, Ask::visit("docs"));
    assert_eq!((first, writes(&afterwards)), (vec![StoreStep::GetMany], 0));
    let (memo, afterwards) = steps(&isolate, Ask::visit("docs"));
    assert_eq!((memo, writes(&afterwards)), (vec![], 0));
    let (cached, afterwards) = steps(&Isolate::new(&edge), Ask::visit("docs"));
    assert_eq!((cached, writes(&afterwards)), (vec![], 0));
    let (head, afterwards) = steps(&isolate, Ask { method: Method::HEAD, ..Ask::visit("docs") });
    assert_eq!((head, afterwards.steps()), (vec![], vec![]));
    let (nothing, afterwards) = steps(&isolate, Ask::visit("nothing"));
    assert_eq!(
        (nothing, afterwards.steps()),
        (vec![StoreStep::GetMany, StoreStep::Get], vec![]),
        "one read of the link, one of the domain"
    );
    let (nothing_again, _) = steps(&isolate, Ask::visit("nothing"));
    assert_eq!(nothing_again, []);
    let (no_alias, _) = steps(&isolate, Ask::visit("a|b"));
    assert_eq!(no_alias, []);
}

#[test]
fn slow_write_delays_no_redirect() {
    let edge = world().without_ledger();
    let isolate = Isolate::new(&edge);
    let id = run(isolate.ask(Ask::show("docs"))).json()["id"].as_str().expect("an id").to_owned();
    let slow_writes = (0..50).map(|number| (number, Fault::Late(200))).filter(|(number, _)| *number > 0).collect();
    plan(&edge, Plan::At(slow_writes));
    let (redirect, after) = poll_once(isolate.handle(Ask::visit("docs"))).expect("a redirect waits for one read");
    assert_eq!((status_and_location(&redirect), clicks(&edge, &id)), (to(HERE), 0));
    let mut finish = pin!(isolate.app.finish(&edge, after));
    assert_eq!(poll_once(finish.as_mut()), Err(Pending));
    run(finish);
    assert_eq!((clicks(&edge, &id), follow_afresh(&edge)), (1, to(HERE)));
}
