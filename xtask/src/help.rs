//! The list of commands, and the error for unknown arguments.
use std::process::ExitCode;

use lexopt::Arg;

use crate::failure::{Failure, Outcome};

pub(crate) const COMMANDS: &str = "\
cargo xtask <command>

  serve [cloudflare|fastly]   build hop and run it on this machine
  test [part …]               run all checks, or only the named parts
  build [cloudflare|fastly]   build the modules for deployment
  import FILE --from … --to … import the links of another shortener into a deployment
  size                        show the size of both modules, by crate, and of the dashboard
  bench [edge|start|credentials]
                              measure redirects, throughput on both runtimes, start-up, or keys, tokens and sign-ins
  docs                        generate docs/openapi.json, docs/API.md, the tables in docs/SECURITY.md, and the
                              dashboard's types of the API
  docs picture                take a picture of a link's page with a browser
  agents                      generate the list of bots, for the detection of bots by User-Agent
  passwords                   generate the list of common passwords, which no user can choose
  setup                       install everything that the other commands need

Each command installs what it needs. `cargo xtask <command> --help` shows its options.";

/// Prints a help text and returns the exit code for success.
pub(crate) fn print(text: &str) -> ExitCode {
    println!("{text}");
    ExitCode::SUCCESS
}

/// Reads the arguments of a command that takes none but `--help`. Returns whether it printed the help text.
pub(crate) fn was_wanted(arguments: &mut lexopt::Parser, text: &str) -> Outcome<bool> {
    match arguments.next()? {
        None => Ok(false),
        Some(Arg::Short('h') | Arg::Long("help")) => {
            print(text);
            Ok(true)
        }
        Some(other) => Err(unexpected(&other, text)),
    }
}

/// The error for an unknown argument, with the help text as advice.
pub(crate) fn unexpected(argument: &Arg<'_>, text: &str) -> Failure {
    let shown = match argument {
        Arg::Short(letter) => format!("-{letter}"),
        Arg::Long(name) => format!("--{name}"),
        Arg::Value(value) => value.to_string_lossy().into_owned(),
    };
    Failure::new(format!("unknown argument `{shown}`")).advise(text)
}
