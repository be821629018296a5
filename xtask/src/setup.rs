//! Set-up: installs what a command needs and this machine or folder lacks. Quiet when that is nothing.
pub(crate) mod browser;
pub(crate) mod npm;
pub(crate) mod rust;
pub(crate) mod tools;

use std::fs::{self, File};
use std::process::ExitCode;

use crate::failure::{Outcome, While};
use crate::help;
use crate::project::Project;
use tools::Tool;

const HELP: &str = "\
cargo xtask setup

Installs everything any command needs: the wasm targets of the Rust toolchain, the npm packages of package.json into
node_modules, and the pinned cargo tools and a browser into .tools. What is there already is left alone, and an interrupted set-up
goes on where it stopped. The cargo tools are compiled once, which takes about ten minutes in all.";

/// Something a command cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    RustTarget(&'static str),
    NpmPackages,
    /// Comes in an npm package, so those stand before it.
    Browser,
    Tool(Tool),
}

pub(crate) const BUILD_CLOUDFLARE: &[Need] =
    &[Need::RustTarget(rust::WORKERS), Need::NpmPackages, Need::Tool(Tool::WorkerBuild), Need::Tool(Tool::WasmBindgen)];
pub(crate) const BUILD_FASTLY: &[Need] = &[Need::RustTarget(rust::COMPUTE), Need::NpmPackages];
const EVERYTHING: &[Need] = &[
    Need::RustTarget(rust::WORKERS),
    Need::RustTarget(rust::COMPUTE),
    Need::NpmPackages,
    Need::Browser,
    Need::Tool(Tool::WorkerBuild),
    Need::Tool(Tool::WasmBindgen),
    Need::Tool(Tool::WasmPack),
    Need::Tool(Tool::Viceroy),
];

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    match arguments.next()? {
        None => {}
        Some(lexopt::Arg::Short('h') | lexopt::Arg::Long("help")) => return Ok(help::print(HELP)),
        Some(other) => return Err(help::unexpected(&other, HELP)),
    }
    provide(project, EVERYTHING)?;
    println!("Everything hop's commands need is installed.");
    Ok(ExitCode::SUCCESS)
}

/// Makes sure that every need is met, one set-up at a time.
pub(crate) fn provide(project: &Project, needs: &[Need]) -> Outcome<()> {
    rust::check_version(project)?;
    if needs.contains(&Need::Tool(Tool::WasmBindgen)) {
        tools::check_bindgen_version(project)?;
    }
    let missing = unmet(project, needs)?;
    if !missing.is_empty() {
        let _turn = take_turn(project)?;
        for need in unmet(project, &missing)? {
            match need {
                Need::RustTarget(target) => rust::add_target(project, target)?,
                Need::NpmPackages => npm::install(project)?,
                Need::Browser => browser::install(project)?,
                Need::Tool(tool) => tools::install(project, tool)?,
            }
        }
        tools::clean_up(project)?;
    }
    if needs.contains(&Need::NpmPackages) {
        npm::check_node(project)?;
    }
    Ok(())
}

fn unmet(project: &Project, needs: &[Need]) -> Outcome<Vec<Need>> {
    let mut unmet = Vec::new();
    for need in needs {
        let met = match *need {
            Need::RustTarget(target) => rust::has_target(project, target)?,
            Need::NpmPackages => npm::is_current(project)?,
            Need::Browser => browser::is_installed(project)?,
            Need::Tool(tool) => tool.is_installed(project),
        };
        if !met {
            unmet.push(*need);
        }
    }
    Ok(unmet)
}

/// Waits until no other set-up runs in this folder; the lock goes with the file handle.
fn take_turn(project: &Project) -> Outcome<File> {
    let directory = project.tools();
    fs::create_dir_all(&directory).doing(format_args!("creating {}", directory.display()))?;
    let path = directory.join("lock");
    let file = File::create(&path).doing(format_args!("creating {}", path.display()))?;
    if file.try_lock().is_err() {
        println!("Waiting for another set-up to finish…");
        file.lock().doing("waiting for another set-up")?;
    }
    Ok(file)
}
