//! `cargo xtask setup`, and the set-up before each command: installs missing needs. Prints nothing if none is missing.
pub(crate) mod browser;
pub(crate) mod cache;
pub(crate) mod npm;
pub(crate) mod rust;
pub(crate) mod tools;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::failure::Outcome;
use crate::help;
use crate::project::Project;
use tools::Tool;

const HELP: &str = "\
cargo xtask setup

Installs everything that the commands need: the wasm targets of the Rust toolchain, the npm packages of package.json
(into node_modules), and the pinned cargo tools and a browser (into a cache that all checkouts share). Installed parts
are skipped, so an interrupted set-up continues where it stopped. The cargo tools are compiled once, in about ten
minutes.

The cache is the folder $HOP_TOOLS, else $XDG_CACHE_HOME/hop, else ~/.cache/hop. It can be deleted at any time.";

/// A prerequisite of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    RustTarget(&'static str),
    NpmPackages,
    /// Needs the npm packages, so list it after them.
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
    if help::was_wanted(&mut arguments, HELP)? {
        return Ok(ExitCode::SUCCESS);
    }
    provide(project, EVERYTHING)?;
    println!("Everything that hop's commands need is installed.");
    Ok(ExitCode::SUCCESS)
}

/// Installs all needs that are missing. A lock file serialises set-ups that write to the same folder.
pub(crate) fn provide(project: &Project, needs: &[Need]) -> Outcome<()> {
    rust::check_version(project)?;
    if needs.contains(&Need::Tool(Tool::WasmBindgen)) {
        tools::check_bindgen_version(project)?;
    }
    for need in needs {
        if !need.is_met(project)? {
            let _turn = cache::lock(&need.lock_file(project))?;
            // Another set-up may have installed it while this one waited.
            if !need.is_met(project)? {
                need.meet(project)?;
            }
        }
    }
    if needs.contains(&Need::NpmPackages) {
        npm::check_node(project)?;
    }
    Ok(())
}

impl Need {
    fn is_met(self, project: &Project) -> Outcome<bool> {
        match self {
            Self::RustTarget(target) => rust::has_target(project, target),
            Self::NpmPackages => npm::is_current(project),
            Self::Browser => browser::is_installed(project),
            Self::Tool(tool) => Ok(tool.is_installed(project)),
        }
    }

    fn meet(self, project: &Project) -> Outcome<()> {
        match self {
            Self::RustTarget(target) => rust::add_target(project, target),
            Self::NpmPackages => npm::install(project),
            Self::Browser => browser::install(project),
            Self::Tool(tool) => tools::install(project, tool),
        }
    }

    /// The lock of the folder that this need is installed into. npm packages belong to a checkout, the others to the
    /// user.
    fn lock_file(self, project: &Project) -> PathBuf {
        match self {
            Self::NpmPackages => project.npm_lock_file(),
            Self::RustTarget(_) | Self::Browser | Self::Tool(_) => project.tools().lock_file(),
        }
    }
}
