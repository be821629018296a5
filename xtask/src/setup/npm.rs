//! The npm packages that package.json pins: wrangler, the fastly CLI, wasm-opt, esbuild, a browser and, on Linux, node.
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use crate::failure::{Failure, Outcome, While};
use crate::process;
use crate::project::Project;
use crate::setup::rust::{numbers, quoted_after};

pub(crate) const MANIFEST: &str = "package.json";
const LOCK: &str = "pnpm-lock.yaml";
/// The oldest Node that wrangler supports.
const OLDEST_NODE: &str = "22.12";
const GET_NODE: &str = "Install Node.js 22.12 or later, which brings npm and npx: https://nodejs.org";

/// Whether the last complete installation matches package.json and the lock file.
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
    if project.path("node_modules").is_symlink() {
        return Err(Failure::new("node_modules is a symbolic link, and installing would change the folder of another checkout")
            .advise("Remove the link and run the same command again."));
    }
    println!("Installing the npm packages ({pnpm})…");
    // Use the system's npx: the installation may replace the project's own node.
    let mut npx = project.system_command("npx");
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

/// Checks the version of Node early, because wrangler fails late and with a long message.
pub(crate) fn check_node(project: &Project) -> Outcome<()> {
    let mut node = project.command("node");
    node.arg("--version").stderr(Stdio::null());
    let printed =
        process::capture(&mut node).map_err(|failure| Failure::new("Node does not work").advise(format!("{failure}\n\n{GET_NODE}")))?;
    let found = printed.text.trim();
    if numbers(found) >= numbers(OLDEST_NODE) {
        return Ok(());
    }
    Err(Failure::new(format!("wrangler needs Node {OLDEST_NODE} or later, but {found} is installed")).advise(GET_NODE))
}

fn wanted(project: &Project) -> Outcome<String> {
    Ok(project.read(MANIFEST)? + &project.read(LOCK)?)
}

/// The file that records a complete installation. It is inside `node_modules`, so that deleting that deletes it too.
pub(crate) fn stamp(project: &Project) -> PathBuf {
    project.path("node_modules/.installed")
}
