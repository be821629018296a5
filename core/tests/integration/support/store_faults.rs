//! Store faults, planned step by step or random from a seed.

use std::sync::{Arc, Mutex, PoisonError};

use hop_core::memory::{CommitMode, Fault, Faults, MemoryEdge, MemoryRecords, NoFaults, Random, StoreStep};

/// The store steps that were executed, in their order.
#[derive(Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Vec<StoreStep>>>);

impl Trace {
    pub(crate) fn steps(&self) -> Vec<StoreStep> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn count(&self, wanted: impl Fn(StoreStep) -> bool) -> usize {
        self.steps().into_iter().filter(|step| wanted(*step)).count()
    }

    fn add(&self, step: StoreStep) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(step);
    }
}

/// A plan of faults: which steps fail, and how.
#[derive(Clone, Debug)]
pub(crate) enum Plan {
    /// The steps with these numbers.
    At(Vec<(usize, Fault)>),
    /// Every step from this number on, of one kind or of all: the store goes down and stays down.
    From(usize, Option<StoreStep>),
    /// Every step from the first of this kind on: the writer crashes there.
    FromFirst(StoreStep),
    /// Every step from the nth of this kind on, counted from 1.
    FromNth(StoreStep, usize),
    /// The nth step of this kind is late by one turn; nothing else fails.
    LateAt(StoreStep, usize),
    /// Every step of this kind, with this fault.
    Every(StoreStep, Fault),
    /// Every read, with this fault.
    EveryRead(Fault),
}

/// Whether a step is a read.
pub(crate) fn is_read(step: StoreStep) -> bool {
    matches!(step, StoreStep::Get | StoreStep::GetMany | StoreStep::Scan)
}

impl Plan {
    /// The fault of the last of these steps.
    pub(crate) fn fault(&self, steps: &[StoreStep]) -> Fault {
        let number = steps.len() - 1;
        let count = |kind: &StoreStep| steps.iter().filter(|step| *step == kind).count();
        let fails = match self {
            Self::At(faults) => return faults.iter().find(|(at, _)| *at == number).map_or(Fault::None, |(_, fault)| *fault),
            Self::Every(kind, fault) => return if steps.last() == Some(kind) { *fault } else { Fault::None },
            Self::EveryRead(fault) => return if steps.last().copied().is_some_and(is_read) { *fault } else { Fault::None },
            Self::From(first, only) => number >= *first && only.is_none_or(|only| only == steps[number]),
            Self::FromFirst(fatal) => steps.contains(fatal),
            Self::FromNth(fatal, nth) => count(fatal) >= *nth,
            Self::LateAt(late, nth) => {
                let is_it = steps.last() == Some(late) && count(late) == *nth;
                return if is_it { Fault::Late(1) } else { Fault::None };
            }
        };
        if fails { Fault::Fail } else { Fault::None }
    }

    /// Whether reads may return an older value under this plan.
    pub(crate) fn is_stale(&self) -> bool {
        match self {
            Self::At(faults) => faults.iter().any(|(_, fault)| *fault == Fault::Stale),
            Self::Every(_, fault) | Self::EveryRead(fault) => *fault == Fault::Stale,
            Self::From(..) | Self::FromFirst(_) | Self::FromNth(..) | Self::LateAt(..) => false,
        }
    }
}

struct Planned(Plan, Trace);

impl Faults for Planned {
    fn next(&mut self, step: StoreStep) -> Fault {
        self.1.add(step);
        self.0.fault(&self.1.steps())
    }
}

/// Applies a plan of faults from now on, and returns a trace of the store's steps.
pub(crate) fn plan(edge: &MemoryEdge, plan: Plan) -> Trace {
    let trace = Trace::default();
    edge.records.set_faults(Box::new(Planned(plan, trace.clone())));
    trace
}

/// Traces the steps of the store without faults.
pub(crate) fn watch(edge: &MemoryEdge) -> Trace {
    plan(edge, Plan::At(Vec::new()))
}

/// Removes all faults.
pub(crate) fn clear_faults(edge: &MemoryEdge) {
    edge.records.set_faults(Box::new(NoFaults));
}

/// Fewer store operations than a request has on any deployment.
pub(crate) const FEW_OPERATIONS: u32 = 24;

/// An empty edge whose store commits in this mode.
pub(crate) fn edge(seed: u64, steps: CommitMode) -> MemoryEdge {
    MemoryEdge::with_records(seed, MemoryRecords::new(steps, Box::new(NoFaults)))
}

/// Rates of random faults: how many steps in a hundred are late, fail or return an older value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FaultRates {
    pub(crate) late: usize,
    pub(crate) fail: usize,
    pub(crate) stale: usize,
}

/// Delays only.
pub(crate) const DELAYS: FaultRates = FaultRates { late: 60, fail: 0, stale: 0 };
/// Delays and failures.
pub(crate) const DELAYS_AND_FAILURES: FaultRates = FaultRates { late: 50, fail: 15, stale: 0 };
/// Delays, failures and stale reads.
pub(crate) const ALL_FAULTS: FaultRates = FaultRates { late: 40, fail: 10, stale: 20 };

struct RandomFaults(Random, FaultRates);

impl RandomFaults {
    fn turns(&mut self) -> u8 {
        u8::try_from(self.0.below(4)).unwrap_or_default() + 1
    }
}

impl Faults for RandomFaults {
    fn next(&mut self, _step: StoreStep) -> Fault {
        let FaultRates { late, fail, stale } = self.1;
        match self.0.below(100) {
            number if number < late / 2 => Fault::Late(self.turns()),
            number if number < late => Fault::LateAnswer(self.turns()),
            number if number < late + fail => Fault::Fail,
            number if number < late + fail + stale => Fault::Stale,
            _ => Fault::None,
        }
    }
}

/// Lets steps fail at random, at these rates.
pub(crate) fn set_random_faults(edge: &MemoryEdge, rates: FaultRates, seed: u64) {
    edge.records.set_faults(Box::new(RandomFaults(Random::new(seed), rates)));
}
