//! The browser for page tests and screenshots: headless Chromium. An npm package contains it, compressed, with the
//! libraries that it needs. It is unpacked once.
use std::path::PathBuf;

use crate::failure::{Failure, Outcome};
use crate::process;
use crate::project::Project;
use crate::setup::rust::quoted_after;
use crate::setup::{cache, npm};

/// Environment variable with the path of another Chromium, for systems where the packaged one does not run.
pub(crate) const VARIABLE: &str = "HOP_BROWSER";

const PACKAGE: &str = "@sparticuz/chromium";

/// The path of the browser.
pub(crate) fn program(project: &Project) -> Outcome<PathBuf> {
    match std::env::var_os(VARIABLE) {
        Some(other) => Ok(other.into()),
        None => Ok(directory(project)?.join("chromium")),
    }
}

pub(crate) fn is_installed(project: &Project) -> Outcome<bool> {
    Ok(program(project)?.is_file())
}

pub(crate) fn install(project: &Project) -> Outcome<()> {
    if let Some(other) = std::env::var_os(VARIABLE) {
        let what = format!("{VARIABLE} names {}, which is not a file", other.display());
        return Err(Failure::new(what).advise("Set it to the path of a Chromium program, or unset it."));
    }
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(Failure::new("the browser for hop's page tests runs only on Linux on x86-64")
            .advise(format!("Install Chromium or Chrome, and set {VARIABLE} to the path of its program.")));
    }
    println!("Unpacking {PACKAGE} once…");
    cache::install(&directory(project)?, |folder| {
        let mut node = project.command("node");
        node.arg("conformance/browser/unpack.mjs").env("TMPDIR", folder);
        process::run(&mut node).map_err(|cause| {
            Failure::new("the browser could not be unpacked")
                .because(cause)
                .advise("It needs 250 MB of disk space. Free some space and run the same command again.")
        })
    })
}

fn directory(project: &Project) -> Outcome<PathBuf> {
    let manifest = project.read(npm::MANIFEST)?;
    match quoted_after(&manifest, &format!("\"{PACKAGE}\": ")) {
        Some(version) => Ok(project.tools().tool("chromium", version)),
        None => Err(Failure::new(format!("{} does not pin {PACKAGE}", npm::MANIFEST))),
    }
}
