//! The Compute module: cargo compiles it, wasm-opt optimises it and strips the debug information of std.
use std::fs;

use crate::build::fresh::Step;
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

    let compiled = project.compiled(COMPUTE, "hop-fastly.wasm");
    let module = project.deployed_module(Edge::Fastly);
    // The same level as in worker-build. Function names are kept for `size` and for stack traces.
    let mut wasm_opt = project.command("wasm-opt");
    wasm_opt.args(["-O", "--strip-dwarf", "--debuginfo"]).arg(&compiled).arg("--output").arg(&module);
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
