//! Vite's development server in front of hop: it serves the dashboard from its sources, and passes every other request on.
use crate::failure::Outcome;
use crate::group::Member;
use crate::process;
use crate::project::Project;

/// Starts Vite on `port`. `edge` is the origin of hop itself; web/vite.config.ts reads both variables.
pub(super) fn start(project: &Project, port: u16, edge: &str) -> Outcome<Member> {
    println!("Starting Vite…");
    let mut vite = project.command("vite");
    vite.args(["web", "--clearScreen", "false", "--logLevel", "warn"]);
    vite.env("HOP_WEB_EDGE", edge).env("HOP_WEB_PORT", port.to_string());
    process::start(&mut vite)
}
