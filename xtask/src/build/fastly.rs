//! The Compute module: cargo compiles it, wasm-opt optimises it and strips debug information.
use std::fs;
use std::path::{Path, PathBuf};

use crate::build::fresh::Step;
use crate::build::optimise::wasm_opt;
use crate::edge::Edge;
use crate::failure::{Outcome, While};
use crate::process;
use crate::project::Project;
use crate::setup::npm;
use crate::setup::rust::COMPUTE;

pub(super) fn build(project: &Project) -> Outcome<()> {
    build_module(project, "hop-fastly", project.compiled_module(Edge::Fastly), &project.deployed_module(Edge::Fastly))
}

/// Builds the redirect from KV in the same way, and returns its module.
pub(super) fn build_kv_redirect(project: &Project) -> Outcome<PathBuf> {
    let module = project.bench_directory().join("kv/main.wasm");
    build_module(project, "hop-bench-kv", project.compiled(COMPUTE, "hop-bench-kv.wasm"), &module).map(|()| module)
}

fn build_module(project: &Project, package: &str, compiled: PathBuf, module: &Path) -> Outcome<()> {
    let mut cargo = project.command("cargo");
    cargo.args(["build", "--release", "--package", package, "--target", COMPUTE]);
    process::run(&mut cargo)?;

    let mut wasm_opt = wasm_opt(project, &compiled, module);
    let step = Step {
        record: module.with_file_name("made-of"),
        command: process::command_line(&wasm_opt),
        inputs: vec![compiled, npm::stamp(project)],
        outputs: vec![module.to_owned()],
    };
    step.run(|| {
        println!("Optimising the Compute module of {package} (wasm-opt)…");
        if let Some(folder) = module.parent() {
            fs::create_dir_all(folder).doing(format_args!("creating {}", folder.display()))?;
        }
        process::run(&mut wasm_opt)
    })
}
