//! What a redirect costs. `cargo xtask bench` builds this program, lets valgrind watch it make the same visit again and again, and takes
//! the difference between many visits and few, so that the start and the set-up do not count.
//!
//! Two runs take the same steps: the clock is set by hand, and random bytes come from a seed.

mod edge;
mod scenario;
mod visitor;
mod world;

use std::env;
use std::process::ExitCode;

use scenario::{SCENARIOS, Scenario};
use world::World;

const HELP: &str = "\
hop-bench scenarios             what can be measured, one a line: its name, a tab, what it is
hop-bench visit SCENARIO TIMES  makes the visit so many times
hop-bench copy MILLIS           prints the copy of a link as hop keeps it, confirmed at that time";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), String> {
    match words {
        ["scenarios"] => SCENARIOS.iter().for_each(|scenario| println!("{}\t{}", scenario.name, scenario.what)),
        ["visit", name, times] => {
            let scenario = Scenario::named(name).ok_or_else(|| format!("there is no scenario {name}"))?;
            let times: u64 = times.parse().map_err(|_| format!("{times} is no number"))?;
            let world = World::of(scenario)?;
            for _ in 0..times {
                world.visit(scenario)?;
            }
        }
        ["copy", millis] => {
            let millis = millis.parse().map_err(|_| format!("{millis} is no number"))?;
            println!("{}", world::cached_link(millis)?);
        }
        _ => return Err(HELP.into()),
    }
    Ok(())
}
