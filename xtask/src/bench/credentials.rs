//! `bench credentials`: the processor time of API keys, access tokens, refreshes and sign-ins on V8 (Cloudflare) and on
//! Wasmtime (Fastly).
//!
//! The bench program, compiled to WebAssembly, makes the same request many times and few times; the difference is the
//! requests without start-up. The store responds immediately, so its latency does not count. The check of a key or a
//! token is the difference between `/api/v1/me` with it and with the bootstrap admin's key.
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::failure::{Outcome, While};
use crate::process;
use crate::project::Project;
use crate::setup::tools::Tool;
use crate::setup::{self, Need};

const TARGET: &str = "wasm32-wasip1";
const TURNS: usize = 5;

/// The limit for the check of a key or a token, in microseconds.
const CHECK_LIMIT_MICROS: f64 = 100.0;

/// A scenario of the bench program, and how many times it runs.
struct Request {
    scenario: &'static str,
    few: u32,
    many: u32,
    /// A setting of the deployment that differs from the scenario's.
    setting: Option<&'static str>,
}

const fn quick(scenario: &'static str) -> Request {
    Request { scenario, few: 1_000, many: 41_000, setting: None }
}

/// Sign-ins take so long that a few are enough.
const fn sign_in(setting: &'static str) -> Request {
    Request { scenario: "sign-in", few: 2, many: 42, setting: Some(setting) }
}

const ADMIN: Request = quick("admin");
const KEY: Request = quick("key");
const TOKEN: Request = quick("token");
const REFRESH: Request = quick("refresh");

/// The costs of hashing on the two edges (`account_password_cost` in their `edge.rs`).
const WORKERS_COST: &str = "HOP_PASSWORD_COST=19456,2";
const COMPUTE_COST: &str = "HOP_PASSWORD_COST=4096,3";

/// A runtime with the cost of hashing on its edge.
struct Engine<'a> {
    name: &'static str,
    start: &'a dyn Fn() -> Command,
    sign_in: Request,
}

/// Prints the costs and returns whether the checks are below the limit.
pub(super) fn measure(project: &Project) -> Outcome<bool> {
    setup::provide(project, &[Need::RustTarget(TARGET), Need::NpmPackages, Need::Tool(Tool::Viceroy)])?;
    let mut cargo = project.command("cargo");
    process::run(cargo.args(["build", "--quiet", "--release", "--package", "hop-bench", "--target", TARGET]))?;
    let program = project.compiled(TARGET, "hop-bench.wasm");
    let program = program.as_path();
    let engines = [
        Engine { name: "V8", start: &|| on_v8(project, program), sign_in: sign_in(WORKERS_COST) },
        Engine { name: "Wasmtime", start: &|| on_wasmtime(project, program), sign_in: sign_in(COMPUTE_COST) },
    ];
    println!("Processor time in microseconds, median of {TURNS} turns (limit for a check: {CHECK_LIMIT_MICROS:.0})");
    println!("{:<10} {:>14} {:>14} {:>10} {:>10}", "", "check of a key", "check of token", "refresh", "sign-in");
    let mut is_below = true;
    for engine in &engines {
        let [key, token, refresh, sign_in] = costs(engine)?;
        println!("{:<10} {key:>14.1} {token:>14.1} {refresh:>10.1} {sign_in:>10.0}", engine.name);
        is_below &= key < CHECK_LIMIT_MICROS && token < CHECK_LIMIT_MICROS;
    }
    Ok(is_below)
}

fn on_v8(project: &Project, program: &Path) -> Command {
    let mut node = project.command("node");
    node.arg("--no-warnings").arg(project.path("bench/edge/wasi.mjs")).arg(program);
    node
}

fn on_wasmtime(project: &Project, program: &Path) -> Command {
    let mut viceroy = project.command(&Tool::Viceroy.program(project).display().to_string());
    viceroy.arg("run").arg(program).arg("--");
    viceroy
}

/// The median costs on one runtime: the check of a key and of a token, a refresh, a sign-in.
fn costs(engine: &Engine<'_>) -> Outcome<[f64; 4]> {
    let mut turns = [const { Vec::new() }; 4];
    for _ in 0..TURNS {
        let admin = engine.cost(&ADMIN)?;
        let costs = [engine.cost(&KEY)? - admin, engine.cost(&TOKEN)? - admin, engine.cost(&REFRESH)?, engine.cost(&engine.sign_in)?];
        turns.iter_mut().zip(costs).for_each(|(turns, cost)| turns.push(cost));
    }
    Ok(turns.map(|mut costs| {
        costs.sort_by(f64::total_cmp);
        costs[TURNS / 2]
    }))
}

impl Engine<'_> {
    /// The cost of one request, in microseconds.
    fn cost(&self, request: &Request) -> Outcome<f64> {
        let time = |times: u32| -> Outcome<f64> {
            let before = time_of_children()?;
            let mut command = (self.start)();
            process::run(command.args(["visit", request.scenario, &times.to_string()]).args(request.setting))?;
            Ok((time_of_children()? - before).as_secs_f64() * 1e6)
        };
        let few = time(request.few)?;
        Ok((time(request.many)? - few) / f64::from(request.many - request.few))
    }
}

/// The processor time of all programs that were started and have ended.
fn time_of_children() -> Outcome<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(std::io::Error::from).doing("measuring the processor time of a program")?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(micros.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_of_a_program_counts_once_it_has_ended() {
        let before = time_of_children().unwrap();
        let counting = ["-c", "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done"];
        assert!(Command::new("sh").args(counting).status().unwrap().success());
        assert!(time_of_children().unwrap() > before);
    }
}
