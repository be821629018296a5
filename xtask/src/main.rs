//! hop's development commands; `cargo xtask help` lists them.
mod agents;
mod bar;
mod bench;
mod build;
mod docs;
mod edge;
mod failure;
mod group;
mod help;
mod import;
mod passwords;
mod process;
mod project;
mod serve;
mod setup;
mod size;
mod test;
mod wrangler;

use std::process::ExitCode;

use failure::{Failure, Outcome};
use group::Group;
use lexopt::Arg;
use project::Project;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<ExitCode> {
    let mut arguments = lexopt::Parser::from_env();
    let command = match arguments.next()? {
        Some(Arg::Value(name)) => name.to_string_lossy().into_owned(),
        Some(Arg::Short('h') | Arg::Long("help")) | None => "help".to_owned(),
        Some(other) => return Err(help::unexpected(&other, help::COMMANDS)),
    };
    if command == "import" {
        // The import starts no other program and handles Ctrl-C itself.
        return import::command(arguments);
    }
    let project = Project::find()?;
    let _group = Group::open()?;
    match command.as_str() {
        "setup" => setup::command(&project, arguments),
        "build" => build::command(&project, arguments),
        "serve" => serve::command(&project, arguments),
        "test" => test::command(&project, arguments),
        "agents" => agents::command(&project, arguments),
        "passwords" => passwords::command(&project, arguments),
        "docs" => docs::command(&project, arguments),
        "bench" => bench::command(&project, arguments),
        "size" => size::command(&project, arguments),
        "help" => Ok(help::print(help::COMMANDS)),
        unknown => {
            let what = format!("unknown command `{unknown}`");
            Err(Failure::new(what).advise(help::COMMANDS))
        }
    }
}
