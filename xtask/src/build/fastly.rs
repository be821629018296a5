//! The Compute module: cargo compiles it, wasm-opt optimises it and strips debug information.
use std::fs;

use crate::build::fresh::Step;
use crate::build::optimise::wasm_opt;
use crate::edge::Edge;
use crate::failure::{Outcome, While};
use crate::process;
use crate::project::Project;
use crate::setup::npm;
use crate::setup::rust::COMPUTE;

pub(super) fn build(project: &Project) -> Outcome<()> {
    let mut cargo = project.command("cargo");
    cargo.args(["build", "--release", "--package", "hop-fastly", "--target", COMPUTE]);
    process::run(&mut cargo)?;

    let compiled = project.compiled_module(Edge::Fastly);
    let module = project.deployed_module(Edge::Fastly);
    let mut wasm_opt = wasm_opt(project, &compiled, &module);
    let step = Step {
        record: module.with_file_name("made-of"),
        command: process::command_line(&wasm_opt),
        inputs: vec![compiled, npm::stamp(project)],
        outputs: vec![module.clone()],
    };
    step.run(|| {
        println!("Optimising the Compute module (wasm-opt)…");
        if let Some(folder) = module.parent() {
            fs::create_dir_all(folder).doing(format_args!("creating {}", folder.display()))?;
        }
        process::run(&mut wasm_opt)
    })
}
