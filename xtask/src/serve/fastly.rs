//! hop under `fastly compute serve`, with every store in Viceroy's memory.
use std::fs;

use super::secrets::Secrets;
use crate::build;
use crate::edge::Edge;
use crate::failure::{Failure, Outcome, While};
use crate::group::Member;
use crate::process;
use crate::project::Project;
use crate::setup::tools::Tool;
use crate::setup::{Need, rust};

pub(super) const NEEDS: &[Need] = &[Need::RustTarget(rust::COMPUTE), Need::NpmPackages, Need::Tool(Tool::Viceroy)];

/// The local origin of hop in fastly.toml.
const USUAL_ORIGIN: &str = "http://127.0.0.1:7676";

/// The setting with which an import of the example need not wait.
const NO_LIMIT: &str = "HOP_RATE_LIMITS = \"create=off\"\n";

/// Starts Viceroy. `origin` is the address in the browser. With `is_filled` it takes any number of links at once, and
/// prints only warnings.
pub(super) fn start(project: &Project, port: u16, origin: &str, secrets: &Secrets, is_filled: bool) -> Outcome<Member> {
    println!("Building the Compute module if a source file has changed…");
    build::module(project, Edge::Fastly)?;
    println!("Starting Viceroy…");
    let directory = project.state().join("fastly");
    let manifest = manifest_for(&project.read("fastly.toml")?, origin, if is_filled { NO_LIMIT } else { "" })?;
    fs::create_dir_all(&directory).doing(format_args!("creating {}", directory.display()))?;
    fs::write(directory.join("fastly.toml"), manifest).doing("writing the manifest for this origin")?;

    let mut fastly = project.command("fastly");
    fastly.args(["compute", "serve", "--non-interactive", "--skip-build", "--metadata-disable"]);
    fastly.arg("--dir").arg(&directory);
    fastly.args(["--addr", &format!("127.0.0.1:{port}")]);
    fastly.arg("--file").arg(project.deployed_module(Edge::Fastly));
    fastly.arg("--viceroy-path").arg(Tool::Viceroy.program(project));
    fastly.envs(secrets.variables());
    if is_filled {
        fastly.env("RUST_LOG", "warn");
    }
    process::start(&mut fastly)
}

/// A copy of the manifest for this origin, with more settings. Viceroy reads its configuration only from the manifest.
fn manifest_for(manifest: &str, origin: &str, settings: &str) -> Outcome<String> {
    let domains = |origin: &str| format!("HOP_DOMAINS = \"{origin}\"\n");
    if !manifest.contains(&domains(USUAL_ORIGIN)) {
        return Err(Failure::new(format!("fastly.toml must set its local HOP_DOMAINS to {USUAL_ORIGIN}")));
    }
    Ok(manifest.replace(&domains(USUAL_ORIGIN), &(domains(origin) + settings)))
}
