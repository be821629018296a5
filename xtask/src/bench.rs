//! `cargo xtask bench`: benchmarks. Instructions of a redirect on this machine, throughput on the runtimes of both
//! edges, start-up time, and the cost of credentials.
mod api;
mod baseline;
mod credentials;
mod edge;
mod host;
mod load;
mod processor;
mod rows;
mod start;
mod valgrind;
mod viceroy;
mod workerd;

use std::process::ExitCode;

use lexopt::Arg;

use crate::failure::Outcome;
use crate::help;
use crate::project::Project;

const HELP: &str = "\
cargo xtask bench [--accept]

Counts the instructions and allocations of one redirect in several scenarios and compares them with
bench/baseline.toml. Fails when one is over 5 % worse, or when ten rules cost over 20 % more than none. Needs valgrind.
  --accept   write the new numbers to bench/baseline.toml

cargo xtask bench edge

Compares hop with minimal programs, by requests per second of processor time, and checks that every counted redirect was
counted once. Fails when hop misses an aim:
  on workerd    from its memo, hop must reach the rate of a redirect in JavaScript from KV, and 0.6 times that rate from
                a cached link. A counted redirect must reach 0.9 times the rate of an uncounted one, and from the memo
                1.1 times the rate of the JavaScript. Shows the cost of the ledger's object, and an empty Worker in Rust.
  on Viceroy    a counted redirect must reach 0.75 times the rate of a bare redirect from KV. Shows an empty module.
Takes six minutes; Linux only.

cargo xtask bench start

Starts workerd ten times for each of the three Workers, in turn, and shows the median processor time of loading the
Worker and of the first request. Fails when hop's first response takes over 7 times as long as the empty Worker's. Then
compares the Compute module under Viceroy, which creates an instance for each request, with an empty module. Takes a
minute; Linux only.

Set HOP_WORKER_DIR or HOP_COMPUTE_WASM to measure other built modules with `edge` and `start`.

cargo xtask bench credentials

Measures the processor time of a refresh, of a sign-in and of checking an API key or an access token, on V8 and on
Wasmtime, with a store that responds immediately. Fails if a check takes 100 microseconds or more.";

/// Environment variables with the paths of built modules, as in the conformance suite.
const WORKER_DIRECTORY: &str = "HOP_WORKER_DIR";
const COMPUTE_MODULE: &str = "HOP_COMPUTE_WASM";

/// The kind of measurement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measurement {
    Instructions,
    Edge,
    Start,
    Credentials,
}

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    let (mut chosen, mut accept) = (Measurement::Instructions, false);
    while let Some(argument) = arguments.next()? {
        let named = match &argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(help::print(HELP)),
            Arg::Value(value) if value == "edge" => Some(Measurement::Edge),
            Arg::Value(value) if value == "start" => Some(Measurement::Start),
            Arg::Value(value) if value == "credentials" => Some(Measurement::Credentials),
            Arg::Long("accept") => None,
            other => return Err(help::unexpected(other, HELP)),
        };
        match named {
            Some(named) if chosen == Measurement::Instructions => chosen = named,
            Some(_) => return Err(help::unexpected(&argument, HELP)),
            None => accept = true,
        }
    }
    if accept && chosen != Measurement::Instructions {
        return Err(help::unexpected(&Arg::Long("accept"), HELP));
    }
    let passed = match chosen {
        Measurement::Instructions => host::count(project, accept)?,
        Measurement::Edge => edge::compare(project)?,
        Measurement::Start => start::measure(project)?,
        Measurement::Credentials => credentials::measure(project)?,
    };
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
