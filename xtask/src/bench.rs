//! What a redirect costs: in instructions on this machine, and in requests a second on Cloudflare's runtime.
mod baseline;
mod edge;
mod host;
mod keys;
mod load;
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

cargo xtask bench keys

Measures what the check of an API key costs on V8 and on Wasmtime, with a store that answers at once. Fails when it is 100
microseconds or more.";

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    let (mut on_edge, mut of_keys, mut accept) = (false, false, false);
    while let Some(argument) = arguments.next()? {
        match &argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(help::print(HELP)),
            Arg::Value(value) if value == "edge" => on_edge = true,
            Arg::Value(value) if value == "keys" => of_keys = true,
            Arg::Long("accept") => accept = true,
            other => return Err(help::unexpected(other, HELP)),
        }
    }
    let good = match (on_edge, of_keys, accept) {
        (true, true, _) => return Err(help::unexpected(&Arg::Value("keys".into()), HELP)),
        (true, _, true) | (_, true, true) => return Err(help::unexpected(&Arg::Long("accept"), HELP)),
        (true, false, false) => edge::compare(project)?,
        (false, true, false) => keys::measure(project)?,
        (false, false, _) => host::count(project, accept)?,
    };
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
