//! The Workers module: worker-build joins it to JavaScript, and then both lose what hop does not use.
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::build::{finish, fresh, unused};
use crate::edge::Edge;
use crate::failure::{Failure, Outcome, While};
use crate::process;
use crate::project::Project;
use crate::setup::rust::WORKERS;
use crate::setup::tools::Tool;

pub(super) fn build(project: &Project) -> Outcome<()> {
    compile(project, "hop-cloudflare")?;
    let module = project.deployed_module(Edge::Cloudflare);
    let outputs = [module.clone(), project.worker_script(), project.named_module(Edge::Cloudflare)];
    if fresh::is_current(&outputs, &inputs(project)) {
        return Ok(());
    }
    // What is not minified yet shows esbuild better what belongs together.
    process::run(worker_build(project, "cloudflare")?.env("NO_MINIFY", "1")).inspect_err(|_| forget_attempt(project))?;
    let built = project.compiled(WORKERS, "hop_cloudflare.built.wasm");
    fs::rename(&module, &built).doing(format_args!("moving {}", module.display()))?;
    let script = unused::script(project)?;
    let named = finish::shrunk(project, &built, &unused::exports(&built, &script)?)?;
    finish::deployable(project, Edge::Cloudflare, &named)
}

/// The Worker that does nothing, as worker-build makes it by itself.
pub(super) fn build_empty(project: &Project) -> Outcome<()> {
    compile(project, "hop-bench-empty")?;
    let built = project.empty_worker();
    let mut inputs = tools(project);
    inputs.push(project.compiled(WORKERS, "hop_bench_empty.wasm"));
    if fresh::is_current(&[built], &inputs) {
        return Ok(());
    }
    process::run(&mut worker_build(project, "bench/empty")?)
}

fn worker_build(project: &Project, package: &str) -> Outcome<Command> {
    let mut worker_build = project.command("worker-build");
    worker_build.arg("--release").current_dir(project.path(package));
    for (variable, program) in programs(project) {
        worker_build.env(variable, existing(program)?);
    }
    Ok(worker_build)
}

/// Compiles just as worker-build is about to, so that errors come without its comments, and first.
fn compile(project: &Project, package: &str) -> Outcome<()> {
    let mut cargo = project.command("cargo");
    cargo.args(["build", "--release", "--lib", "--package", package, "--target", WORKERS]);
    cargo.env("WASM_BINDGEN_USE_JS_SYS", "1");
    process::run(&mut cargo)
}

fn inputs(project: &Project) -> Vec<PathBuf> {
    let mut inputs = finish::inputs(project);
    inputs.push(project.compiled(WORKERS, "hop_cloudflare.wasm"));
    inputs.extend(tools(project));
    inputs
}

fn tools(project: &Project) -> Vec<PathBuf> {
    [Tool::WorkerBuild, Tool::WasmBindgen].map(|tool| tool.program(project)).into()
}

/// worker-build takes what a failed attempt left behind for another one at work, and waits for it.
fn forget_attempt(project: &Project) {
    // Left in place, it only costs the next build five seconds.
    let _ = fs::remove_dir_all(project.worker_directory().join(".tmp"));
}

/// worker-build takes its helpers from these variables and would download what they do not name.
fn programs(project: &Project) -> [(&'static str, PathBuf); 3] {
    let npm = project.node_programs();
    [("WASM_BINDGEN_BIN", Tool::WasmBindgen.program(project)), ("WASM_OPT_BIN", npm.join("wasm-opt")), ("ESBUILD_BIN", npm.join("esbuild"))]
}

fn existing(program: PathBuf) -> Outcome<PathBuf> {
    if program.exists() {
        return Ok(program);
    }
    Err(Failure::new(format!("{} is missing", program.display())).advise("Delete node_modules and run the command again."))
}
