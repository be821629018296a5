//! `cargo xtask test`: all checks that a change must pass, or the named parts.
mod report;
mod steps;
mod tally;

use std::process::ExitCode;
use std::time::Instant;

use lexopt::Arg;

use crate::failure::Outcome;
use crate::project::Project;
use crate::setup::Need;
use crate::{help, setup};
use report::{Line, Report};
use steps::Step;

const HELP: &str = "\
cargo xtask test [part …]

Installs what is missing, then runs all parts except `slow`, or only the named ones. A failed step does not stop the
others.

  lint       rustfmt, clippy (this machine and both wasm targets), documentation of core and API, lists of bots and passwords
  web        the dashboard: biome, TypeScript, unit tests, and whether its types of the API are current
  unit       unit tests of core, conformance and xtask
  wasm       core's tests inside a wasm module
  size       build both modules and show their sizes and that of the dashboard; fails if one is far too large
  memory     core's unit tests and the conformance suite on the memory edge, in seconds, without Node or wasm
  workerd    the conformance suite on Cloudflare's runtime, 20,000 links in D1, and an import of 1,000 links that is
             killed half-way
  viceroy    the conformance suite on Fastly's local runtime
  browser    hop's pages, and its dashboard on workerd and Viceroy, in a real browser; writes target/screenshots
  slow       core's tests and the suite on every edge with HOP_SLOW=1, a million links in D1, and an import of 100,000
             links that is killed half-way; takes about an hour";

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    let mut chosen: Vec<&'static [Step]> = Vec::new();
    while let Some(argument) = arguments.next()? {
        match &argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(help::print(HELP)),
            Arg::Value(value) => match value.to_str().and_then(steps::from_name) {
                Some(steps) => chosen.push(steps),
                None => return Err(help::unexpected(&argument, HELP)),
            },
            other => return Err(help::unexpected(other, HELP)),
        }
    }
    if chosen.is_empty() {
        chosen.push(steps::EVERYTHING);
    }
    let mut steps: Vec<Step> = Vec::new();
    for step in chosen.into_iter().flatten() {
        if !steps.contains(step) {
            steps.push(*step);
        }
    }
    run(project, &steps)
}

fn run(project: &Project, steps: &[Step]) -> Outcome<ExitCode> {
    let mut needs: Vec<Need> = Vec::new();
    for need in steps.iter().flat_map(|step| step.needs()) {
        if !needs.contains(need) {
            needs.push(*need);
        }
    }
    setup::provide(project, &needs)?;

    let mut report = Report::default();
    for step in steps {
        println!("\n── {} ──", step.name());
        let started = Instant::now();
        let tally = match step.requires().find(|required| report.has_failed(*required)) {
            Some(required) => tally::Tally::failed(format!("not run: {} failed", required.name())),
            None => step.run(project).unwrap_or_else(|failure| {
                println!("{failure}");
                tally::Tally::failed(String::new())
            }),
        };
        let line = Line { step: *step, tally, took: started.elapsed() };
        println!("{}", line.outcome());
        report.add(line);
    }
    println!("\n{report}");
    Ok(report.exit_code())
}
