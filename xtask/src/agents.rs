//! What programs call themselves: the core's list, made from the npm package `crawler-user-agents`.
//!
//! Few words are in the list. Most programs say one of a dozen, and many are told by not naming a browser. Of the package's patterns
//! only those become words that know a program by nothing else.
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
/// One agent of every program, for the core's tests.
const FIXTURE: &str = "core/src/model/agent/fixtures/bots.txt";

const HELP: &str = "\
cargo xtask agents

Writes core/src/model/agent/bots.txt, the words by which programs are told from people, and one agent of each program into
core/src/model/agent/fixtures/bots.txt, both from the npm package crawler-user-agents. To update them, pin a later version of it in
package.json, run this and `cargo test -p hop-core agent`, and read the difference: a word that some browser says as well belongs to
the exceptions of xtask/src/agents/words.rs. `cargo xtask test lint` fails while the list and the package disagree.";

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    match arguments.next()? {
        None => {}
        Some(lexopt::Arg::Short('h') | lexopt::Arg::Long("help")) => return Ok(help::print(HELP)),
        Some(other) => return Err(help::unexpected(&other, HELP)),
    }
    setup::provide(project, &[Need::NpmPackages])?;
    for (path, text) in written(project)? {
        if project.read(path).unwrap_or_default() != text {
            fs::write(project.path(path), text).doing(format_args!("writing {path}"))?;
            println!("Wrote {path}.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether both files are what `cargo xtask agents` would write.
pub(crate) fn are_current(project: &Project) -> Outcome<bool> {
    let mut current = true;
    for (path, text) in written(project)? {
        if project.read(path)? != text {
            println!("{path} is not what `cargo xtask agents` writes. Run it.");
            current = false;
        }
    }
    Ok(current)
}

fn written(project: &Project) -> Outcome<[(&'static str, String); 2]> {
    let programs = package::read(project)?;
    let browsers = project.read(BROWSERS)?;
    let words = Words::of(&programs, &browsers)?;
    Ok([(LIST, words.text()), (FIXTURE, agents(&programs))])
}

/// The shortest agent of each program.
fn agents(programs: &[Program]) -> String {
    let shortest = programs.iter().filter_map(|program| program.agents.iter().min_by_key(|agent| agent.len()));
    let mut agents: Vec<&str> = shortest.map(String::as_str).collect();
    agents.sort_unstable();
    agents.dedup();
    agents.iter().map(|agent| format!("{agent}\n")).collect()
}
