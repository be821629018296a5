//! An isolate on the memory edge that counts clicks.

use std::cell::Cell;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use super::super::flush;
use crate::isolate::Isolate;
use crate::memory::{MemoryEdge, Random};
use crate::model::ledger_shards::ShardNames;
use crate::model::link::LinkId;
use crate::model::stats::{Day, Report, ReportQuery, VisitorClick};
use crate::model::time::Timestamp;
use crate::stats::{FlushTask, ledger};
use crate::store::ledger::{LedgerCounters, Subject};
use crate::store::ports::Edge as _;

pub(super) struct World {
    pub(super) edge: MemoryEdge,
    pub(super) isolate: Isolate,
    pub(super) shards: ShardNames,
}

impl World {
    pub(super) fn new() -> Self {
        Self { edge: MemoryEdge::new(1), isolate: Isolate::new(), shards: ShardNames::default() }
    }

    /// A world in which the salts of today and tomorrow are used.
    pub(super) fn with_salts() -> Self {
        let world = Self::new();
        world.count(1, "192.0.2.1");
        world.ring_alarms();
        world.edge.wait_seconds(3_600);
        world
    }

    /// Puts a click into the buffer. Returns the background work of its request.
    pub(super) fn click(&self, link: usize, address: &str) -> Option<FlushTask> {
        let now = self.edge.now();
        self.isolate.clicks(|buffer| buffer.add(VisitorClick::sample(link, address, now.as_millis()), now))
    }

    pub(super) async fn flush(&self, task: Option<FlushTask>) {
        if let Some(task) = task {
            flush(&self.edge, &self.isolate, &self.shards, task, "req_1").await;
        }
    }

    /// Counts a click, as a request does alone.
    pub(super) fn count(&self, link: usize, address: &str) {
        let task = self.click(link, address);
        run(self.flush(task));
    }

    pub(super) fn ring_alarms(&self) -> Vec<String> {
        self.edge.ledger();
        run(self.edge.ledger.ring_alarms(|bytes| self.edge.random(bytes)))
    }

    pub(super) fn counters(&self) -> LedgerCounters {
        self.edge.ledger();
        run(ledger::counters(&self.edge.ledger, &self.shards)).unwrap()
    }

    /// All clicks of people.
    pub(super) fn humans(&self) -> u64 {
        self.counters().clicks.humans
    }

    /// The report of all time.
    pub(super) fn report(&self, about: Subject) -> Report {
        self.edge.ledger();
        let (start, end) = (Timestamp::from_millis(0), Timestamp::from_millis(u64::MAX));
        let query =
            ReportQuery { starts: vec![start], end, days: (Day::of(start), Day::LAST), dimensions: Vec::new(), with_sketches: false };
        run(ledger::report(&self.edge.ledger, &self.shards, about, query)).unwrap()
    }

    pub(super) fn report_of_link(&self, link: usize) -> Report {
        self.report(Subject::Link(LinkId::stored(format!("lnk_{link}"))))
    }
}

/// A limit on polls that no test reaches unless a future never ends.
const MAX_POLLS: usize = 1_000_000;

/// Polls one future until it is ready.
pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..MAX_POLLS {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
    panic!("this future never ends");
}

/// Polls futures in a random order until all are ready.
pub(super) fn interleave<'a>(random: &mut Random, mut futures: Vec<Pin<Box<dyn Future<Output = ()> + 'a>>>) {
    let polls = Cell::new(0);
    while !futures.is_empty() {
        polls.set(polls.get() + 1);
        assert!(polls.get() < MAX_POLLS, "these futures never end");
        let turn = random.below(futures.len());
        if futures[turn].as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            drop(futures.swap_remove(turn));
        }
    }
}

/// Lets other futures run.
pub(super) async fn give_way() {
    let mut has_waited = false;
    std::future::poll_fn(|_| if std::mem::replace(&mut has_waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}
