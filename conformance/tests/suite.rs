//! Runs every case on the edge that `HOP_EDGE` names: `memory`, `workerd` or `viceroy`.
#![expect(clippy::unwrap_used, reason = "a test suite fails by panicking")]

use std::process::ExitCode;
use std::sync::Arc;

use hop_conformance::cases::{self, Case};
use hop_conformance::coverage;
use hop_conformance::edges::{Edge, end_with_this_process};
use hop_conformance::secrets;
use hop_conformance::world::World;
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    end_with_this_process();
    let edge = Edge::chosen();
    let world = Arc::new(World::new(edge));
    let is_whole = arguments.filter.is_none() && arguments.skip.is_empty() && !arguments.list;
    if !arguments.list {
        secrets::watch();
    }
    let trials = cases::all().into_iter().filter(|case| case.runs_on(edge)).map(|case| trial(case, &world)).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    // The cases hold no world any more; its deployments end here and not at exit, which would not end them.
    Arc::into_inner(world).unwrap().end();
    let last_failed = !arguments.list && libtest_mimic::run(&alone(arguments), last(edge, is_whole)).has_failed();
    if conclusion.has_failed() || last_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What is known only when all is done.
fn last(edge: Edge, is_whole: bool) -> Vec<Trial> {
    let covered = || Trial::test("coverage::what_was_seen_is_what_is_documented", || coverage::complete().map_err(Into::into));
    let kept = Trial::test("secrets::no_answer_log_or_record_holds_one", move || secrets::none_leaked(edge, is_whole).map_err(Into::into));
    is_whole.then(covered).into_iter().chain([kept]).collect()
}

/// No choice of cases leaves out what comes last.
fn alone(arguments: Arguments) -> Arguments {
    Arguments { filter: None, skip: Vec::new(), ..arguments }
}

fn trial(case: Case, world: &Arc<World>) -> Trial {
    let world = Arc::clone(world);
    Trial::test(case.name, move || {
        (case.check)(&world);
        Ok(())
    })
}
