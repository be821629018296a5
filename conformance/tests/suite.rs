//! Runs every case on the edge that `HOP_EDGE` names: `memory`, `workerd` or `viceroy`.
#![expect(clippy::unwrap_used, reason = "a test suite fails by panicking")]

use std::process::ExitCode;
use std::sync::Arc;

use hop_conformance::cases::{self, Case};
use hop_conformance::coverage;
use hop_conformance::edges::{Edge, end_with_this_process};
use hop_conformance::world::World;
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    end_with_this_process();
    let edge = Edge::chosen();
    let world = Arc::new(World::new(edge));
    let is_whole = arguments.filter.is_none() && arguments.skip.is_empty() && !arguments.list;
    let trials = cases::all().into_iter().filter(|case| case.runs_on(edge)).map(|case| trial(case, &world)).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    // Coverage is a case of its own, which can only come last.
    let covered = !is_whole || {
        let alone = Arguments { filter: None, ..arguments };
        let trial = Trial::test("coverage::what_was_seen_is_what_is_documented", || coverage::complete().map_err(Into::into));
        !libtest_mimic::run(&alone, vec![trial]).has_failed()
    };
    // The cases hold no world any more; its deployments end here and not at exit, which would not end them.
    Arc::into_inner(world).unwrap().end();
    if conclusion.has_failed() || !covered { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn trial(case: Case, world: &Arc<World>) -> Trial {
    let world = Arc::clone(world);
    Trial::test(case.name, move || {
        (case.check)(&world);
        Ok(())
    })
}
