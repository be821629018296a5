//! hop under `wrangler dev`, with D1 and the cache on this machine's disk.
use std::path::Path;
use std::process::{Command, Stdio};

use crate::build;
use crate::edge::Edge;
use crate::failure::{Failure, Outcome};
use crate::group::Member;
use crate::process;
use crate::project::Project;
use crate::serve::port;
use crate::wrangler::wrangler;

/// Builds hop and creates the tables of its database.
pub(super) fn prepare(project: &Project, state: &Path) -> Outcome<()> {
    // Build first: wrangler hides the errors of a failed build in its own output.
    println!("Building the Worker if a source file has changed…");
    build::module(project, Edge::Cloudflare)?;
    println!("Applying migrations to the local database…");
    migrate(project, state)
}

/// Starts wrangler, which rebuilds hop whenever a source file changes. `origin` is the address in the browser.
pub(super) fn start(project: &Project, port: u16, origin: &str, state: &Path) -> Outcome<Member> {
    println!("Starting wrangler…");
    process::start(&mut dev(project, port, origin, state)?)
}

/// The command that runs hop. It can be given the path of another module than hop.
pub(super) fn dev(project: &Project, port: u16, origin: &str, state: &Path) -> Outcome<Command> {
    let mut wrangler = wrangler(project);
    wrangler.args(["dev", "--ip", "127.0.0.1", "--show-interactive-dev-session=false"]);
    wrangler.args(["--port", &port.to_string()]);
    wrangler.args(["--inspector-port", &port::any_free()?.to_string()]);
    wrangler.args(["--var", &format!("HOP_DOMAINS:{origin}")]);
    wrangler.arg("--persist-to").arg(state);
    Ok(wrangler)
}

fn migrate(project: &Project, state: &Path) -> Outcome<()> {
    let mut migrations = wrangler(project);
    migrations.args(["d1", "migrations", "apply", "hop", "--local", "--persist-to"]).arg(state);
    let printed = process::capture(migrations.stderr(Stdio::inherit()))?;
    if printed.success {
        return Ok(());
    }
    Err(Failure::new("the migrations of the local database failed").advise(printed.text))
}
