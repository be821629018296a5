//! What goes wrong in the store, planned step by step or drawn from a seed.

use std::sync::{Arc, Mutex, PoisonError};

use hop_core::memory::{CommitMode, Fault, Faults, MemoryEdge, MemoryRecords, NoFaults, Random, StoreStep};

/// The steps a store came to, in their order.
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

/// Which steps go wrong, and how.
#[derive(Clone, Debug)]
pub(crate) enum Plan {
    /// These, by their number.
    At(Vec<(usize, Fault)>),
    /// Every one from this number on, of one kind or of all: the store goes down and stays down.
    From(usize, Option<StoreStep>),
    /// Every one from the first of this kind on: the writer dies there.
    FromFirst(StoreStep),
    /// The same, from the one with this number among those of its kind, counted from 1.
    FromNth(StoreStep, usize),
    /// That one is late by a turn, nothing else goes wrong.
    LateAt(StoreStep, usize),
    /// Every one of this kind, in this way.
    Every(StoreStep, Fault),
}

impl Plan {
    /// What goes wrong at the latest of the steps the store has come to.
    pub(crate) fn fault(&self, steps: &[StoreStep]) -> Fault {
        let number = steps.len() - 1;
        let come_to = |kind: &StoreStep| steps.iter().filter(|step| *step == kind).count();
        let fails = match self {
            Self::At(faults) => return faults.iter().find(|(at, _)| *at == number).map_or(Fault::None, |(_, fault)| *fault),
            Self::Every(kind, fault) => return if steps.last() == Some(kind) { *fault } else { Fault::None },
            Self::From(first, only) => number >= *first && only.is_none_or(|only| only == steps[number]),
            Self::FromFirst(fatal) => steps.contains(fatal),
            Self::FromNth(fatal, nth) => come_to(fatal) >= *nth,
            Self::LateAt(late, nth) => {
                let is_it = steps.last() == Some(late) && come_to(late) == *nth;
                return if is_it { Fault::Late(1) } else { Fault::None };
            }
        };
        if fails { Fault::Fail } else { Fault::None }
    }

    /// Whether reads may answer with an older truth under this plan.
    pub(crate) fn is_stale(&self) -> bool {
        match self {
            Self::At(faults) => faults.iter().any(|(_, fault)| *fault == Fault::Stale),
            Self::Every(_, fault) => *fault == Fault::Stale,
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

/// Lets `plan` go wrong from now on, and tells the steps the store comes to.
pub(crate) fn plan(edge: &MemoryEdge, plan: Plan) -> Trace {
    let trace = Trace::default();
    edge.records.set_faults(Box::new(Planned(plan, trace.clone())));
    trace
}

/// Watches the store without disturbing it.
pub(crate) fn watch(edge: &MemoryEdge) -> Trace {
    plan(edge, Plan::At(Vec::new()))
}

/// Ends all misfortune.
pub(crate) fn calm(edge: &MemoryEdge) {
    edge.records.set_faults(Box::new(NoFaults));
}

/// Fewer store operations than any deployment gives a request.
pub(crate) const FEW_OPERATIONS: u32 = 24;

/// An empty edge that makes its changes in this way.
pub(crate) fn edge(seed: u64, steps: CommitMode) -> MemoryEdge {
    MemoryEdge::with_records(seed, MemoryRecords::new(steps, Box::new(NoFaults)))
}

/// How bad the weather is: how many steps in a hundred are late, fail or answer with an older truth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    pub(crate) late: usize,
    pub(crate) fail: usize,
    pub(crate) stale: usize,
}

pub(crate) const WINDY: Weather = Weather { late: 60, fail: 0, stale: 0 };
pub(crate) const STORMY: Weather = Weather { late: 50, fail: 15, stale: 0 };
pub(crate) const FOGGY: Weather = Weather { late: 40, fail: 10, stale: 20 };

struct Drawn(Random, Weather);

impl Drawn {
    fn a_while(&mut self) -> u8 {
        u8::try_from(self.0.below(4)).unwrap_or_default() + 1
    }
}

impl Faults for Drawn {
    fn next(&mut self, _step: StoreStep) -> Fault {
        let Weather { late, fail, stale } = self.1;
        match self.0.below(100) {
            draw if draw < late / 2 => Fault::Late(self.a_while()),
            draw if draw < late => Fault::LateAnswer(self.a_while()),
            draw if draw < late + fail => Fault::Fail,
            draw if draw < late + fail + stale => Fault::Stale,
            _ => Fault::None,
        }
    }
}

/// Lets the weather loose on the store.
pub(crate) fn unleash(edge: &MemoryEdge, weather: Weather, seed: u64) {
    edge.records.set_faults(Box::new(Drawn(Random::new(seed), weather)));
}
