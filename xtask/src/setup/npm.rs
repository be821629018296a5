//! The npm packages package.json pins: wrangler, the fastly tool, wasm-opt, esbuild, a browser and, on Linux, node itself.
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use crate::failure::{Failure, Outcome, While};
use crate::process;
use crate::project::Project;
use crate::setup::rust::{numbers, quoted_after};

pub(crate) const MANIFEST: &str = "package.json";
const LOCK: &str = "pnpm-lock.yaml";
/// The oldest Node wrangler runs on.
const OLDEST_NODE: &str = "22.12";
const GET_NODE: &str = "Install Node.js 22.12 or later, which brings npm and npx: https://nodejs.org";

/// Whether the last finished installation was of exactly the packages asked for now.
pub(crate) fn is_current(project: &Project) -> Outcome<bool> {
    let installed = fs::read_to_string(stamp(project)).unwrap_or_default();
    Ok(installed == wanted(project)?)
}

pub(crate) fn install(project: &Project) -> Outcome<()> {
    let wanted = wanted(project)?;
    let manifest = project.read(MANIFEST)?;
    let Some(pnpm) = quoted_after(&manifest, "\"packageManager\": ") else {
        return Err(Failure::new(format!("{MANIFEST} names no packageManager")));
    };
    println!("Installing the npm packages ({pnpm})…");
    // The project's own node must not run what may replace it, so this is the machine's.
    let mut npx = project.machine_command("npx");
    npx.args(["--yes", pnpm, "install", "--frozen-lockfile", "--reporter=append-only"]);
    npx.env("CI", "true");
    process::run(&mut npx).map_err(|cause| {
        Failure::new("the npm packages could not be installed").because(cause).advise(format!(
            "The installation needs Node with npx, and network access the first time. {GET_NODE}\n\
             Then run the same command again: downloaded packages are kept."
        ))
    })?;
    fs::write(stamp(project), wanted).doing("recording the installed packages")
}

/// Wrangler refuses an old Node late and at length, so this looks first.
pub(crate) fn check_node(project: &Project) -> Outcome<()> {
    let mut node = project.command("node");
    node.arg("--version").stderr(Stdio::null());
    let printed = process::capture(&mut node)
        .map_err(|failure| Failure::new("Node does not work").advise(format!("{failure}\n\n{GET_NODE}")))?;
    let found = printed.text.trim();
    if numbers(found) >= numbers(OLDEST_NODE) {
        return Ok(());
    }
    Err(Failure::new(format!("wrangler needs Node {OLDEST_NODE} or later, but {found} is installed")).advise(GET_NODE))
}

fn wanted(project: &Project) -> Outcome<String> {
    Ok(project.read(MANIFEST)? + &project.read(LOCK)?)
}

/// Written when an installation finished. It lives among the packages, so that deleting them deletes it.
pub(crate) fn stamp(project: &Project) -> PathBuf {
    project.path("node_modules/.installed")
}
