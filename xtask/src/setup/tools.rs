//! The pinned cargo tools. Each is compiled once.
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use crate::failure::{Failure, Outcome, While};
use crate::process;
use crate::project::Project;
use crate::setup::cache;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    WorkerBuild,
    WasmBindgen,
    WasmPack,
    Viceroy,
}

/// Build profile of the tools: little optimisation, because compiling a tool takes longer than its use. Level 0 would
/// make wasm-bindgen and Viceroy slow.
const QUICK_BUILD: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
];

impl Tool {
    pub(crate) const ALL: [Self; 4] = [Self::WorkerBuild, Self::WasmBindgen, Self::WasmPack, Self::Viceroy];

    fn package(self) -> &'static str {
        match self {
            Self::WorkerBuild => "worker-build",
            Self::WasmBindgen => "wasm-bindgen-cli",
            Self::WasmPack => "wasm-pack",
            Self::Viceroy => "viceroy",
        }
    }

    /// The pinned version. Change it only here; for wasm-bindgen also in Cargo.toml.
    fn version(self) -> &'static str {
        match self {
            Self::WorkerBuild => "0.8.7",
            Self::WasmBindgen => "0.2.129",
            Self::WasmPack => "0.15.1",
            Self::Viceroy => "0.22.0",
        }
    }

    fn purpose(self) -> &'static str {
        match self {
            Self::WorkerBuild => "builds the Workers module, about two minutes",
            Self::WasmBindgen => "generates its JavaScript bindings, about a minute",
            Self::WasmPack => "runs core's tests inside wasm, about a minute",
            Self::Viceroy => "runs the Compute module on this machine, about five minutes",
        }
    }

    fn program_name(self) -> &'static str {
        match self {
            Self::WasmBindgen => "wasm-bindgen",
            other => other.package(),
        }
    }

    pub(crate) fn directory(self, project: &Project) -> PathBuf {
        project.tools().tool(self.package(), self.version())
    }

    pub(crate) fn program(self, project: &Project) -> PathBuf {
        self.directory(project).join("bin").join(self.program_name())
    }

    pub(crate) fn is_installed(self, project: &Project) -> bool {
        self.program(project).is_file()
    }
}

pub(crate) fn install(project: &Project, tool: Tool) -> Outcome<()> {
    let release = format!("{}@{}", tool.package(), tool.version());
    println!("Compiling {release} once ({})…", tool.purpose());
    let started = Instant::now();
    cache::install(&tool.directory(project), |folder| {
        let mut cargo = project.system_command("cargo");
        cargo.args(["install", "--locked", "--root"]).arg(folder).arg(&release);
        cargo.env("CARGO_TARGET_DIR", project.tools().build_directory()).envs(QUICK_BUILD);
        process::run(&mut cargo).map_err(|cause| {
            Failure::new(format!("{release} could not be installed")).because(cause).advise(
                "The installation needs network access, and a C compiler for linking.\n\
                 Run the same command again to continue: compiled parts are kept.",
            )
        })
    })?;
    println!("{release} is ready after {} s.", started.elapsed().as_secs());
    clean_up(project)
}

/// Deletes the shared target directory when all tools are installed.
fn clean_up(project: &Project) -> Outcome<()> {
    let directory = project.tools().build_directory();
    let complete = Tool::ALL.into_iter().all(|tool| tool.is_installed(project));
    if complete && directory.exists() {
        fs::remove_dir_all(&directory).doing(format_args!("removing {}", directory.display()))?;
    }
    Ok(())
}

/// Checks that the wasm-bindgen program has the version of the library: it reads only modules of exactly its version.
pub(crate) fn check_bindgen_version(project: &Project) -> Outcome<()> {
    let linked = locked_version(&project.read("Cargo.lock")?, "wasm-bindgen");
    let pinned = Tool::WasmBindgen.version();
    match linked.as_deref() {
        Some(linked) if linked == pinned => Ok(()),
        linked => Err(Failure::new(format!(
            "Cargo.lock has wasm-bindgen {}, but the wasm-bindgen program is pinned to {pinned}",
            linked.unwrap_or("in no version")
        ))
        .advise("Set the same version in Cargo.toml ([workspace.dependencies]) and xtask/src/setup/tools.rs.")),
    }
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next()?.strip_prefix("version = ")?;
    Some(version.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_version_is_of_the_exact_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.129"));
        assert_eq!(locked_version(lock, "js-sys"), None);
    }
}
