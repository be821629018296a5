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
    let is_complete = arguments.filter.is_none() && arguments.skip.is_empty() && !arguments.list;
    if !arguments.list {
        secrets::start_collecting();
    }
    let trials = cases::all().into_iter().filter(|case| case.runs_on(edge)).map(|case| trial(case, &world)).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    // End the deployments here. The exit of the process would leave them running.
    Arc::into_inner(world).unwrap().end();
    let final_failed = !arguments.list && libtest_mimic::run(&without_filters(arguments), final_checks(edge, is_complete)).has_failed();
    if conclusion.has_failed() || final_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Checks of everything that the cases have seen.
fn final_checks(edge: Edge, is_complete: bool) -> Vec<Trial> {
    let covered = || Trial::test("coverage::seen_responses_are_the_documented_ones", || coverage::complete().map_err(Into::into));
    let secrets =
        Trial::test("secrets::none_in_responses_logs_or_records", move || secrets::none_leaked(edge, is_complete).map_err(Into::into));
    is_complete.then(covered).into_iter().chain([secrets]).collect()
}

/// The arguments without filters, which must not leave out the final checks.
fn without_filters(arguments: Arguments) -> Arguments {
    Arguments { filter: None, skip: Vec::new(), ..arguments }
}

fn trial(case: Case, world: &Arc<World>) -> Trial {
    let world = Arc::clone(world);
    Trial::test(case.name, move || {
        (case.check)(&world);
        Ok(())
    })
}
