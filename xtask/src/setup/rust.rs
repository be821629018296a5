//! The Rust toolchain: its version and the targets of both edges.
use std::path::Path;
use std::process::Stdio;

use crate::failure::{Failure, Outcome};
use crate::process;
use crate::project::Project;

/// The target of Cloudflare Workers.
pub(crate) const WORKERS: &str = "wasm32-unknown-unknown";
/// The target of Fastly Compute.
pub(crate) const COMPUTE: &str = "wasm32-wasip1";

pub(crate) fn check_version(project: &Project) -> Outcome<()> {
    let manifest = project.read("Cargo.toml")?;
    let Some(wanted) = quoted_after(&manifest, "rust-version = ") else {
        return Err(Failure::new("Cargo.toml names no rust-version"));
    };
    let printed = process::capture(project.command("rustc").arg("--version"))?.text;
    let found = printed.split(' ').nth(1).unwrap_or_default();
    if numbers(found) >= numbers(wanted) {
        return Ok(());
    }
    Err(Failure::new(format!("hop needs Rust {wanted} or later, but `{}` is installed", printed.trim()))
        .advise("Run `rustup update stable`."))
}

pub(crate) fn has_target(project: &Project, target: &str) -> Outcome<bool> {
    let mut rustc = project.command("rustc");
    rustc.args(["--print", "target-libdir", "--target", target]).stderr(Stdio::null());
    let printed = process::capture(&mut rustc)?;
    Ok(printed.success && Path::new(printed.text.trim()).is_dir())
}

pub(crate) fn add_target(project: &Project, target: &str) -> Outcome<()> {
    println!("Adding the Rust target {target} (up to a minute without output)…");
    let mut rustup = project.command("rustup");
    rustup.args(["target", "add", target]);
    process::run(&mut rustup).map_err(|cause| {
        let what = format!("the Rust target {target} is missing and could not be added");
        Failure::new(what).because(cause).advise(format!(
            "Adding it needs rustup (https://rustup.rs) and the network. If Rust was not installed by rustup, install its \
             standard library for {target} from the same source."
        ))
    })
}

/// The quoted value of the first line that starts with `before`.
pub(crate) fn quoted_after<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    let line = text.lines().find_map(|line| line.trim_start().strip_prefix(before))?;
    line.split('"').nth(1)
}

/// The numbers of a version, for comparison: `1.95.0-beta.2` is `[1, 95, 0]`.
pub(crate) fn numbers(version: &str) -> Vec<u32> {
    let release = version.trim_start_matches('v').split('-').next().unwrap_or_default();
    release.split('.').map_while(|part| part.trim().parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(numbers("1.100.0") > numbers("1.95"));
        assert!(numbers("1.95.0") >= numbers("1.95"));
        assert!(numbers("1.94.1") < numbers("1.95"));
        assert!(numbers("v22.12.0") >= numbers("22.12"));
        assert!(numbers("v20.20.2") < numbers("22.12"));
        assert!(numbers("1.96.0-beta.2") >= numbers("1.95"));
        assert!(numbers("unknown") < numbers("1.95"));
    }

    #[test]
    fn quoted_value_is_read_from_its_line() {
        let manifest = "edition = \"2024\"\nrust-version = \"1.95\" # why\n";
        assert_eq!(quoted_after(manifest, "rust-version = "), Some("1.95"));
        assert_eq!(quoted_after(manifest, "license = "), None);
    }
}
