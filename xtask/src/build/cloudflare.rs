//! The Workers module: worker-build runs cargo, wasm-bindgen, wasm-opt and esbuild.
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::build::fresh::Step;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::project::Project;
use crate::setup::npm;
use crate::setup::rust::WORKERS;
use crate::setup::tools::Tool;

/// A package that worker-build makes a Worker of, and where it leaves it.
struct Worker {
    package: &'static str,
    folder: &'static str,
    output: PathBuf,
}

pub(super) fn build(project: &Project) -> Outcome<()> {
    make(project, &Worker { package: "hop-cloudflare", folder: "cloudflare", output: project.worker_directory() })
}

/// The Worker that does nothing, built in the same way.
pub(super) fn build_empty(project: &Project) -> Outcome<()> {
    make(project, &Worker { package: "hop-bench-empty", folder: "bench/empty", output: project.empty_worker() })
}

fn make(project: &Project, worker: &Worker) -> Outcome<()> {
    compile(project, worker.package)?;
    let programs = programs(project)?;
    let mut worker_build = project.command("worker-build");
    worker_build.arg("--release").current_dir(project.path(worker.folder));
    worker_build.envs(programs.iter().map(|(variable, program)| (variable, program)));
    let tools = [Tool::WorkerBuild, Tool::WasmBindgen].map(|tool| tool.program(project).display().to_string());
    let compiled = format!("{}.wasm", worker.package.replace('-', "_"));
    let step = Step {
        record: worker.output.join("made-of"),
        command: format!("{} with {}", process::shown(&worker_build), tools.join(" ")),
        inputs: vec![
            project.compiled(WORKERS, &compiled),
            // It may say how wasm-bindgen and wasm-opt are called.
            project.path(worker.folder).join("Cargo.toml"),
            npm::stamp(project),
        ],
        outputs: ["index_bg.wasm", "index.js"].map(|file| worker.output.join(file)).into(),
    };
    step.run(|| {
        println!("Building the Worker of {} (wasm-bindgen, wasm-opt, esbuild)…", worker.package);
        process::run(&mut worker_build).inspect_err(|_| forget_attempt(worker))
    })
}

/// Compiles just as worker-build is about to, so that errors come without its comments, and so that nothing else is
/// run when cargo has nothing to do.
fn compile(project: &Project, package: &str) -> Outcome<()> {
    let mut cargo: Command = project.command("cargo");
    cargo.args(["build", "--release", "--lib", "--package", package, "--target", WORKERS]);
    cargo.env("WASM_BINDGEN_USE_JS_SYS", "1");
    process::run(&mut cargo)
}

/// worker-build takes what a failed attempt left behind for another one at work, and waits for it.
fn forget_attempt(worker: &Worker) {
    // Left in place, it only costs the next build five seconds.
    let _ = fs::remove_dir_all(worker.output.join(".tmp"));
}

/// worker-build takes its helpers from these variables and would download what they do not name.
fn programs(project: &Project) -> Outcome<[(&'static str, PathBuf); 3]> {
    let npm = project.node_programs();
    Ok([
        ("WASM_BINDGEN_BIN", existing(Tool::WasmBindgen.program(project))?),
        ("WASM_OPT_BIN", existing(npm.join("wasm-opt"))?),
        ("ESBUILD_BIN", existing(npm.join("esbuild"))?),
    ])
}

fn existing(program: PathBuf) -> Outcome<PathBuf> {
    if program.exists() {
        return Ok(program);
    }
    Err(Failure::new(format!("{} is missing", program.display())).advise("Delete node_modules and run the command again."))
}
