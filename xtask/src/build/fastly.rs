//! The Compute module: cargo compiles it and wasm-opt makes it smaller.
use std::fs;

use crate::build::{finish, fresh};
use crate::edge::Edge;
use crate::failure::{Outcome, While};
use crate::process;
use crate::project::Project;
use crate::setup::rust::COMPUTE;

pub(super) fn build(project: &Project) -> Outcome<()> {
    let mut cargo = project.command("cargo");
    cargo.args(["build", "--release", "--package", "hop-fastly", "--target", COMPUTE]);
    process::run(&mut cargo)?;

    let compiled = project.compiled(COMPUTE, "hop-fastly.wasm");
    let outputs = [project.deployed_module(Edge::Fastly), project.named_module(Edge::Fastly)];
    let mut inputs = finish::inputs(project);
    inputs.push(compiled.clone());
    if fresh::is_current(&outputs, &inputs) {
        return Ok(());
    }
    println!("Optimising the Compute module…");
    let optimised = compiled.with_extension("optimised.wasm");
    let mut wasm_opt = project.command("wasm-opt");
    wasm_opt.args(["-O", "--strip-dwarf", "--debuginfo"]).arg(&compiled).arg("--output").arg(&optimised);
    process::run(&mut wasm_opt)?;
    let named = fs::read(&optimised).doing(format_args!("reading {}", optimised.display()))?;
    finish::deployable(project, Edge::Fastly, &named)
}
