//! wasm-opt, with the same options for both modules.
use std::path::Path;
use std::process::Command;

use crate::project::Project;

/// Optimises `module`. Function names and other debug information are left out: names alone are an eighth of a module,
/// and `cargo xtask size` reads them from the output of cargo.
pub(super) fn wasm_opt(project: &Project, module: &Path, output: &Path) -> Command {
    let mut command = project.command("wasm-opt");
    // The module lists its other features. wasm-bindgen adds this one, in the wrappers that catch JavaScript's errors.
    command.arg("--enable-exception-handling");
    command.args(["-O", "--strip-debug"]).arg(module).arg("--output").arg(output);
    command
}
