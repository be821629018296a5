//! `bench keys`: the cost of checking an API key on V8 (Cloudflare) and on Wasmtime (Fastly).
//!
//! The bench program, compiled to WebAssembly, calls `/api/v1/me` with the bootstrap admin's key and with an API key,
//! many times and few times. The difference between the two keys is the cost of the check: digest, reads of key and
//! owner, comparison. The store responds immediately, so its latency does not count.
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::failure::Outcome;
use crate::process;
use crate::project::Project;
use crate::setup::tools::Tool;
use crate::setup::{self, Need};

const TARGET: &str = "wasm32-wasip1";
const TURNS: usize = 5;
const FEW: u32 = 1_000;
const MANY: u32 = 41_000;

/// The limit for a check, in microseconds.
const BAR: f64 = 100.0;

/// Prints the cost of a check and returns whether it is below the limit.
pub(super) fn measure(project: &Project) -> Outcome<bool> {
    setup::provide(project, &[Need::RustTarget(TARGET), Need::NpmPackages, Need::Tool(Tool::Viceroy)])?;
    let mut cargo = project.command("cargo");
    process::run(cargo.args(["build", "--quiet", "--release", "--package", "hop-bench", "--target", TARGET]))?;
    let program = project.compiled(TARGET, "hop-bench.wasm");
    let on_v8 = |program: &Path| {
        let mut node = project.command("node");
        node.arg("--no-warnings").arg(project.path("bench/edge/wasi.mjs")).arg(program);
        node
    };
    let on_wasmtime = |program: &Path| {
        let mut viceroy = project.command(&Tool::Viceroy.program(project).display().to_string());
        viceroy.arg("run").arg(program).arg("--");
        viceroy
    };
    let v8 = check(&|| on_v8(&program))?;
    let wasmtime = check(&|| on_wasmtime(&program))?;
    for (name, micros) in [("V8", v8), ("Wasmtime", wasmtime)] {
        println!("{name:<10} {micros:>6.1} µs per check of an API key (limit: {BAR:.0} µs)");
    }
    Ok(v8 < BAR && wasmtime < BAR)
}

/// The median cost of a check over all turns, in microseconds.
fn check(engine: &dyn Fn() -> Command) -> Outcome<f64> {
    let mut turns = Vec::with_capacity(TURNS);
    for _ in 0..TURNS {
        turns.push(visit(engine, "key")? - visit(engine, "admin")?);
    }
    turns.sort_by(f64::total_cmp);
    Ok(turns[TURNS / 2])
}

/// The time of one visit without start-up, in microseconds.
fn visit(engine: &dyn Fn() -> Command, scenario: &str) -> Outcome<f64> {
    let time = |times: u32| -> Outcome<f64> {
        let begun = Instant::now();
        process::run(engine().args(["visit", scenario, &times.to_string()]))?;
        Ok(begun.elapsed().as_secs_f64() * 1e6)
    };
    let few = time(FEW)?;
    Ok((time(MANY)? - few) / f64::from(MANY - FEW))
}
