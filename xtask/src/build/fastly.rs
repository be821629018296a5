//! The Compute module: cargo compiles it and wasm-opt makes it smaller.
use crate::build::{finish, fresh};
use crate::edge::Edge;
use crate::failure::Outcome;
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
    let named = finish::shrunk(project, &compiled, &[])?;
    finish::deployable(project, Edge::Fastly, &named)
}
