//! What a redirect costs, in instructions on this machine and in requests a second on Cloudflare's runtime, and how long
//! the first one takes.
mod baseline;
mod edge;
mod host;
mod keys;
mod load;
mod start;
mod valgrind;
mod workerd;

use std::process::ExitCode;

use lexopt::Arg;

use crate::failure::Outcome;
use crate::help;
use crate::project::Project;

const HELP: &str = "\
cargo xtask bench [--accept]

Counts the instructions and the allocations of one redirect, for each of a few kinds, and compares them with
bench/baseline.toml. Fails when one is over 5 % worse, or when ten rules cost over 20 % more than none. It needs valgrind.
  --accept   write what was counted to bench/baseline.toml

cargo xtask bench edge

Runs the built Workers module on workerd, beside a Worker in Rust that does nothing and one of twenty lines of JavaScript that
redirects to what it reads in KV, and compares how many requests they answer in a second of a processor's time. hop has to answer
as many as the JavaScript does from its memo, and 0.6 times as many from KV. It takes three minutes, and runs on Linux.

cargo xtask bench start

Starts workerd ten times for each of hop, the Worker in Rust that does nothing and the JavaScript, in turn, and shows the
median processor time of loading the Worker, and how long the first request takes. Fails when hop's first answer takes over
7 times as long as the empty Worker's. Then it compares answers of the Compute module under Viceroy, which makes a new
instance for every request, with those of a module that does nothing. It takes a minute, and runs on Linux.

HOP_WORKER_DIR and HOP_COMPUTE_WASM name built modules for `edge` and `start` to measure in place of this folder's.

cargo xtask bench keys

Measures what the check of an API key costs on V8 and on Wasmtime, with a store that answers at once. Fails when it is 100
microseconds or more.";

/// Environment variables that name built modules, as the conformance suite's do.
const WORKER_DIRECTORY: &str = "HOP_WORKER_DIR";
const COMPUTE_MODULE: &str = "HOP_COMPUTE_WASM";

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Instructions,
    Edge,
    Start,
    Keys,
}

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    let (mut what, mut accept) = (What::Instructions, false);
    while let Some(argument) = arguments.next()? {
        let named = match &argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(help::print(HELP)),
            Arg::Value(value) if value == "edge" => Some(What::Edge),
            Arg::Value(value) if value == "start" => Some(What::Start),
            Arg::Value(value) if value == "keys" => Some(What::Keys),
            Arg::Long("accept") => None,
            other => return Err(help::unexpected(other, HELP)),
        };
        match named {
            Some(named) if what == What::Instructions => what = named,
            Some(_) => return Err(help::unexpected(&argument, HELP)),
            None => accept = true,
        }
    }
    if accept && what != What::Instructions {
        return Err(help::unexpected(&Arg::Long("accept"), HELP));
    }
    let good = match what {
        What::Instructions => host::count(project, accept)?,
        What::Edge => edge::compare(project)?,
        What::Start => start::measure(project)?,
        What::Keys => keys::measure(project)?,
    };
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
