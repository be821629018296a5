//! The bound of cached links, for random schedules of edits, visits, fills and failures. The clock is set by the test;
//! fills are late, lost and reordered; the store fails or is slow.
//!
//! * No visitor gets a version that was replaced more than 65 seconds ago, unless a read of the store failed in the
//!   last 10 seconds.
//! * A link that has been strict for 65 seconds gives only its latest version, under the same condition.
#![cfg(not(target_arch = "wasm32"))]

use std::cell::RefCell;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::support::replay::for_seeds;
use crate::support::sample_link::{HERE, create, status_and_location};
use crate::support::store_faults::{Plan, clear_faults, is_read, plan};
use crate::support::{Ask, Isolate, run};
use hop_core::BackgroundWork;
use hop_core::memory::{Fault, MemoryEdge, Random};
use serde_json::json;

/// Calls of one schedule.
const CALLS: usize = 250;
/// `HOP_FRESH_SECONDS` and the seconds of the memo.
const BOUND: u64 = 65;
const FAILURE_SECONDS: u64 = 10;

/// What visitors get from one version of the link, and when it was replaced.
struct Version {
    response: (u16, String),
    replaced_at: Option<u64>,
}

/// A schedule: three isolates share a cache and a store.
struct Schedule<'a> {
    random: Random,
    edge: &'a MemoryEdge,
    isolates: Vec<Isolate<'a>>,
    /// Seconds that the schedule has waited. A read that takes too long moves the edge's clock a little further.
    now: u64,
    versions: Vec<Version>,
    strict_since: Option<u64>,
    failed_at: Option<u64>,
    /// Background work that has not run yet, with its isolate.
    late: Vec<(usize, BackgroundWork)>,
    is_down: bool,
}

/// How often schedules reached what they are to show.
#[derive(Default)]
struct Reached {
    visits: usize,
    replaced_responses: usize,
    while_down: usize,
    strict: usize,
}

impl<'a> Schedule<'a> {
    fn new(edge: &'a MemoryEdge, seed: u64) -> Self {
        let isolates: Vec<Isolate<'a>> = (0..3).map(|_| Isolate::new(edge)).collect();
        assert_eq!(run(isolates[0].ask(create())).code(), 201);
        let first = Version { response: (302, HERE.to_owned()), replaced_at: None };
        let random = Random::new(seed);
        Self {
            random,
            edge,
            isolates,
            now: 0,
            versions: vec![first],
            strict_since: None,
            failed_at: None,
            late: Vec::new(),
            is_down: false,
        }
    }

    fn wait(&mut self) {
        let seconds = [0, 1, 3, 7, 20, 33, 70][self.random.below(7)];
        self.edge.wait_seconds(seconds);
        self.now += seconds;
    }

    /// Edits, deletes, blocks or restores the link. The put of the edit may be late or lost.
    fn edit(&mut self, number: usize) {
        clear_faults(self.edge);
        let target = format!("https://example.com/{number}");
        let is_strict = self.random.below(6) == 0;
        let was_ended = self.versions.last().is_some_and(|version| version.response.0 == 410);
        let (ask, response) = match self.random.below(6) {
            0 if !was_ended => (Ask::delete("docs"), (410, String::new())),
            1 if !was_ended => (Ask::change("docs", &json!({"blocked": {"reason": "spam"}})), (410, String::new())),
            _ if was_ended => {
                let (restored, lost) = run(self.isolates[0].handle(Ask::restore("docs")));
                assert!(restored.code() < 300, "{}", restored.code());
                drop(lost);
                (Ask::change("docs", &json!({"blocked": null, "target": target, "strict": is_strict})), (302, target))
            }
            _ => (Ask::change("docs", &json!({"target": target, "strict": is_strict})), (302, target)),
        };
        let is_change_of_target = response.0 == 302;
        let isolate = self.random.below(3);
        let (answer, after) = run(self.isolates[isolate].handle(ask));
        assert!(answer.code() < 300, "{}", answer.code());
        let previous = self.versions.last_mut().expect("there is a version");
        previous.replaced_at = Some(self.now);
        self.versions.push(Version { response, replaced_at: None });
        if is_change_of_target {
            self.strict_since = is_strict.then(|| self.strict_since.unwrap_or(self.now));
        }
        self.finish_perhaps(isolate, after);
        self.apply_outage();
    }

    fn apply_outage(&self) {
        if self.is_down {
            plan(self.edge, Plan::EveryRead(Fault::Fail));
        }
    }

    /// Runs the background work now, later or never.
    fn finish_perhaps(&mut self, isolate: usize, after: BackgroundWork) {
        match self.random.below(4) {
            0 | 1 => run(self.isolates[isolate].app.finish(self.edge, after)),
            2 => self.late.push((isolate, after)),
            _ => drop(after),
        }
    }

    fn finish_a_late_one(&mut self) {
        if !self.late.is_empty() {
            let number = self.random.below(self.late.len());
            let (isolate, after) = self.late.swap_remove(number);
            run(self.isolates[isolate].app.finish(self.edge, after));
        }
    }

    /// Visits the link. The store may be slow, and meanwhile the link may be edited and time may pass.
    fn visit(&mut self, number: usize, reached: &mut Reached) {
        let isolate = self.random.below(3);
        let is_overtaken = !self.is_down && self.random.below(8) == 0;
        let began = self.now;
        let trace = if self.is_down {
            plan(self.edge, Plan::EveryRead(Fault::Fail))
        } else if is_overtaken {
            plan(self.edge, Plan::At(vec![(0, Fault::LateAnswer(1))]))
        } else {
            let fault = if self.random.below(20) == 0 { Fault::Late(250) } else { Fault::None };
            plan(self.edge, Plan::EveryRead(fault))
        };
        let strict_since = self.strict_since;
        let current = self.versions.len() - 1;
        let isolates = std::mem::take(&mut self.isolates);
        let (answer, after) = {
            let mut visit = pin!(isolates[isolate].handle(Ask::visit("docs")));
            match visit.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(done) => done,
                Poll::Pending => {
                    if is_overtaken {
                        self.isolates = (0..3).map(|_| Isolate::new(self.edge)).collect();
                        self.edit(number);
                        self.wait();
                        clear_faults(self.edge);
                    }
                    run(visit)
                }
            }
        };
        self.isolates = isolates;
        let read_failed = trace.steps().into_iter().any(is_read)
            && (self.is_down || self.edge.take_log().iter().any(|line| line.contains("did not answer within")));
        if read_failed {
            self.failed_at = Some(began);
        }
        self.check(&status_and_location(&answer), began, current, strict_since, reached);
        clear_faults(self.edge);
        self.apply_outage();
        self.finish_perhaps(isolate, after);
    }

    /// Checks the response of a visit that began at `began`, when version `current` was the latest.
    fn check(&self, response: &(u16, String), began: u64, current: usize, strict_since: Option<u64>, reached: &mut Reached) {
        reached.visits += 1;
        let has_failed = self.failed_at.is_some_and(|failed_at| began.saturating_sub(failed_at) <= FAILURE_SECONDS);
        if response.0 == 503 {
            assert!(self.is_down, "a store that answers gave no response");
            return;
        }
        let newest = self.versions.iter().rposition(|version| version.response == *response).expect("the response is of a version");
        if newest >= current {
            return;
        }
        reached.replaced_responses += 1;
        if has_failed {
            reached.while_down += 1;
            return;
        }
        let replaced_at = self.versions[newest].replaced_at.expect("an older version was replaced");
        let age = began - replaced_at;
        assert!(age <= BOUND, "version {newest} of {current} was replaced {age} seconds ago");
        if let Some(since) = strict_since {
            reached.strict += 1;
            assert!(began - since <= BOUND, "the link has been strict for {} seconds", began - since);
        }
    }
}

#[test]
fn replaced_versions_are_not_served_beyond_the_bound() {
    let reached = RefCell::new(Reached::default());
    for_seeds("freshness", "replaced_versions_are_not_served_beyond_the_bound", 150, |seed| {
        let edge = MemoryEdge::new(seed);
        let mut schedule = Schedule::new(&edge, seed);
        for number in 1..CALLS {
            match schedule.random.below(16) {
                0 => schedule.edit(number),
                1 | 2 => schedule.finish_a_late_one(),
                3 => {
                    schedule.is_down = schedule.random.below(3) == 0;
                    clear_faults(&edge);
                    schedule.apply_outage();
                }
                4..=7 => schedule.wait(),
                _ => schedule.visit(number, &mut reached.borrow_mut()),
            }
        }
    });
    // One seed alone is a replay.
    if std::env::var_os("HOP_SEED").is_some() {
        return;
    }
    let Reached { visits, replaced_responses, while_down, strict } = reached.into_inner();
    assert!(
        visits > 1_000 && replaced_responses > 100 && while_down > 10 && strict > 10,
        "{visits} {replaced_responses} {while_down} {strict}"
    );
}
