//! The dashboard: Vite builds `web/` into `web/dist/`, the folder of static assets.
use crate::build::fresh::Step;
use crate::docs;
use crate::failure::Outcome;
use crate::process;
use crate::project::Project;
use crate::setup::npm;

/// What the dashboard is built from. Its tests are not among it.
const SOURCES: [&str; 6] = ["web/index.html", "web/src", "web/build", "web/vite.config.ts", "web/package.json", "web/tsconfig.json"];

pub(super) fn build(project: &Project) -> Outcome<()> {
    let mut vite = project.command("vite");
    vite.args(["build", "web", "--logLevel", "warn"]);
    let sources = SOURCES.iter().map(|source| project.path(source));
    let step = Step {
        record: project.dashboard_record(),
        command: process::command_line(&vite),
        inputs: sources.chain([project.path(docs::OPENAPI), npm::stamp(project)]).collect(),
        outputs: vec![project.dashboard(), project.path("web/dist/openapi.json")],
    };
    step.run(|| {
        println!("Building the dashboard (vite)…");
        process::run(&mut vite)
    })
}
