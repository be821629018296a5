//! `cargo xtask agents`: generates the core's list of bots from the npm package `crawler-user-agents`.
//!
//! The list is short. Most bots contain one of a dozen general words, and many are recognised because they name no
//! browser. Only the other patterns of the package become words of the list.
mod package;
mod words;

use std::fs;
use std::process::ExitCode;

use crate::failure::{Outcome, While};
use crate::help;
use crate::project::Project;
use crate::setup::{self, Need};
use package::Program;
use words::Words;

const LIST: &str = "core/src/model/agent/bots.txt";
const BROWSERS: &str = "core/src/model/agent/browsers.txt";
/// One user agent of each bot, for the core's tests.
const FIXTURE: &str = "core/src/model/agent/fixtures/bots.txt";

const HELP: &str = "\
cargo xtask agents

Generates two files from the npm package crawler-user-agents:
* core/src/model/agent/bots.txt, the words that identify bots in a User-Agent,
* core/src/model/agent/fixtures/bots.txt, one user agent of each bot, for tests.
To update them, pin a later version of the package in package.json, run this command and `cargo test -p hop-core agent`,
and review the diff: a pattern that also matches a browser belongs in the exceptions in xtask/src/agents/words.rs.
`cargo xtask test lint` fails while the files are out of date.";

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    if help::was_wanted(&mut arguments, HELP)? {
        return Ok(ExitCode::SUCCESS);
    }
    setup::provide(project, &[Need::NpmPackages])?;
    for (path, text) in generated_files(project)? {
        if project.read(path).unwrap_or_default() != text {
            fs::write(project.path(path), text).doing(format_args!("writing {path}"))?;
            println!("Wrote {path}.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether both generated files are up to date.
pub(crate) fn are_current(project: &Project) -> Outcome<bool> {
    let mut current = true;
    for (path, text) in generated_files(project)? {
        if project.read(path)? != text {
            println!("{path} is out of date. Run `cargo xtask agents`.");
            current = false;
        }
    }
    Ok(current)
}

fn generated_files(project: &Project) -> Outcome<[(&'static str, String); 2]> {
    let programs = package::read(project)?;
    let browsers = project.read(BROWSERS)?;
    let words = Words::of(&programs, &browsers)?;
    Ok([(LIST, words.text()), (FIXTURE, shortest_agents(&programs))])
}

/// The shortest user agent of each bot.
fn shortest_agents(programs: &[Program]) -> String {
    let shortest = programs.iter().filter_map(|program| program.agents.iter().min_by_key(|agent| agent.len()));
    let mut agents: Vec<&str> = shortest.map(String::as_str).collect();
    agents.sort_unstable();
    agents.dedup();
    agents.iter().map(|agent| format!("{agent}\n")).collect()
}
