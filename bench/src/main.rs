//! Benchmark of redirects and API requests. `cargo xtask bench` runs this program under valgrind with many and with few
//! repetitions of the same visit. The difference excludes startup and set-up.
//!
//! Runs are deterministic: the clock is set by the program, and random bytes come from a seed.

mod edge;
mod scenario;
mod visitor;
mod world;

use std::env;
use std::process::ExitCode;

use scenario::{SCENARIOS, Scenario};
use world::World;

const HELP: &str = "\
hop-bench scenarios             lists the scenarios, one per line: name, tab, description
hop-bench visit SCENARIO TIMES [SETTING=VALUE]
                                runs a scenario this many times, with another value of a setting
hop-bench cached-link MILLIS    prints the cached link of the scenario memo, verified at this time";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), String> {
    match words {
        ["scenarios"] => SCENARIOS.iter().for_each(|scenario| println!("{}\t{}", scenario.name, scenario.description)),
        ["visit", name, times, settings @ ..] => {
            let scenario = Scenario::from_name(name).ok_or_else(|| format!("there is no scenario {name}"))?;
            let times: u64 = times.parse().map_err(|_| format!("{times} is not a number"))?;
            let changed = match settings {
                [] => None,
                [setting] => Some(setting.split_once('=').ok_or(HELP)?),
                _ => return Err(HELP.into()),
            };
            let world = World::prepare(scenario, changed)?;
            for _ in 0..times {
                world.visit(scenario)?;
            }
        }
        ["cached-link", millis] => {
            let millis = millis.parse().map_err(|_| format!("{millis} is not a number"))?;
            println!("{}", world::cached_link(millis)?);
        }
        _ => return Err(HELP.into()),
    }
    Ok(())
}
