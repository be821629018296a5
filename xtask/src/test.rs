//! Everything a change must pass, or the part of it that was named.
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
cargo xtask test [what …]

Sets up, then runs every step, or only the steps named. A step that fails does not keep the others from running.

  lint       rustfmt, clippy (this machine and both wasm targets), the documentation of core and of the API, the list of programs
  unit       unit tests of core and of these commands
  wasm       core's tests inside a wasm module
  size       builds both modules and shows their sizes; fails above 1 MB gzip
  memory     core's unit tests and the conformance suite on the memory edge: seconds, no Node, no wasm
  workerd    the conformance suite on Cloudflare's runtime, 20,000 links in D1, and 1,000 imported by a program that is killed
             on the way
  viceroy    the conformance suite on Fastly's local runtime
  browser    hop's pages in a real browser, which also writes target/screenshots
  slow       core's tests and the suite on every edge with HOP_SLOW=1, a million links in D1, and 100,000 imported by a program
             that is killed on the way; it takes about an hour and is not part of the whole";

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    let mut chosen: Vec<&'static [Step]> = Vec::new();
    while let Some(argument) = arguments.next()? {
        match &argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(help::print(HELP)),
            Arg::Value(value) => match value.to_str().and_then(steps::named) {
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
