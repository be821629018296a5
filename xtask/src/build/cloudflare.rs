//! The Workers module: worker-build runs cargo, wasm-bindgen and esbuild, and then wasm-opt optimises the module.
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::build::fresh::Step;
use crate::build::optimise::wasm_opt;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::project::Project;
use crate::setup::npm;
use crate::setup::rust::WORKERS;
use crate::setup::tools::Tool;

/// A package that worker-build builds, with its output folder.
struct Worker {
    package: &'static str,
    folder: &'static str,
    output: PathBuf,
}

pub(super) fn build(project: &Project) -> Outcome<()> {
    build_worker(project, &Worker { package: "hop-cloudflare", folder: "cloudflare", output: project.worker_directory() })
}

/// Builds the empty Worker in the same way.
pub(super) fn build_empty(project: &Project) -> Outcome<()> {
    build_worker(project, &Worker { package: "hop-bench-empty", folder: "bench/empty", output: project.empty_worker() })
}

fn build_worker(project: &Project, worker: &Worker) -> Outcome<()> {
    compile(project, worker.package)?;
    let programs = programs(project)?;
    let mut worker_build = project.command("worker-build");
    worker_build.arg("--release").current_dir(project.path(worker.folder));
    worker_build.envs(programs.iter().map(|(variable, program)| (variable, program)));
    let module = worker.output.join("index_bg.wasm");
    let mut optimise = wasm_opt(project, &module, &module);
    let tools = [Tool::WorkerBuild, Tool::WasmBindgen].map(|tool| tool.program(project).display().to_string());
    let compiled = format!("{}.wasm", worker.package.replace('-', "_"));
    let step = Step {
        record: worker.output.join("made-of"),
        command: format!("{} with {}, {}", process::command_line(&worker_build), tools.join(" "), process::command_line(&optimise)),
        inputs: vec![
            project.compiled(WORKERS, &compiled),
            // It may configure wasm-bindgen.
            project.path(worker.folder).join("Cargo.toml"),
            npm::stamp(project),
        ],
        outputs: vec![module, worker.output.join("index.js")],
    };
    step.run(|| {
        println!("Building the Worker of {} (wasm-bindgen, esbuild, wasm-opt)…", worker.package);
        process::run(&mut worker_build).inspect_err(|_| remove_leftovers(worker))?;
        process::run(&mut optimise)
    })
}

/// Compiles with the same options as worker-build. Errors then appear without worker-build's output, and the other
/// tools are skipped when cargo has nothing to do.
fn compile(project: &Project, package: &str) -> Outcome<()> {
    let mut cargo: Command = project.command("cargo");
    cargo.args(["build", "--release", "--lib", "--package", package, "--target", WORKERS]);
    cargo.env("WASM_BINDGEN_USE_JS_SYS", "1");
    process::run(&mut cargo)
}

/// Removes the leftovers of a failed build: worker-build would wait for them as for a running build.
fn remove_leftovers(worker: &Worker) {
    // If this fails, the next build only waits five seconds.
    let _ = fs::remove_dir_all(worker.output.join(".tmp"));
}

/// Environment variables with the paths of worker-build's helpers. It would download the ones that are not set.
fn programs(project: &Project) -> Outcome<[(&'static str, PathBuf); 2]> {
    Ok([
        ("WASM_BINDGEN_BIN", existing(Tool::WasmBindgen.program(project))?),
        ("ESBUILD_BIN", existing(project.node_programs().join("esbuild"))?),
    ])
}

fn existing(program: PathBuf) -> Outcome<PathBuf> {
    if program.exists() {
        return Ok(program);
    }
    Err(Failure::new(format!("{} is missing", program.display())).advise("Delete node_modules and run the command again."))
}
