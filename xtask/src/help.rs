//! What the commands are called and how an unknown one is answered.
use std::process::ExitCode;

use lexopt::Arg;

use crate::failure::Failure;

pub(crate) const COMMANDS: &str = "\
cargo xtask <command>

  serve [cloudflare|fastly]   set up, build and run hop on this machine
  test [what …]               set up, then check everything, or only what is named
  build [cloudflare|fastly]   build the modules that are deployed
  import FILE --from … --to … move links from another shortener to a deployment
  size                        show what both modules weigh, and which crates in them
  bench [edge|start|keys]     count what a redirect costs, race it on Cloudflare's runtime, or time start-up
  docs                        write docs/openapi.json and docs/API.md from the core and docs/contract
  docs picture                take the picture of the README with a browser
  agents                      write the list of programs that follow links
  setup                       install what the other commands need, for all of them

Each command installs what it needs itself. `cargo xtask <command> --help` says more.";

/// Prints a help text, which is a success.
pub(crate) fn print(text: &str) -> ExitCode {
    println!("{text}");
    ExitCode::SUCCESS
}

/// Refuses an argument, showing the text that says which ones exist.
pub(crate) fn unexpected(argument: &Arg<'_>, text: &str) -> Failure {
    let shown = match argument {
        Arg::Short(letter) => format!("-{letter}"),
        Arg::Long(name) => format!("--{name}"),
        Arg::Value(value) => value.to_string_lossy().into_owned(),
    };
    Failure::new(format!("`{shown}` is not known here")).advise(text)
}
