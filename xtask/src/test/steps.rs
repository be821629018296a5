//! The steps of a test run: their names, needs, dependencies and commands.
use std::process::Command;

use crate::edge::Edge;
use crate::failure::Outcome;
use crate::project::Project;
use crate::setup::tools::Tool;
use crate::setup::{self, Need, browser, rust};
use crate::test::tally::Tally;
use crate::{agents, build, docs, passwords, process, size};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Format,
    Lint,
    LintCloudflare,
    LintFastly,
    Docs,
    ApiDocs,
    Agents,
    Passwords,
    OpenApi,
    ApiTypes,
    WebLint,
    WebUnits,
    UnitCore,
    UnitXtask,
    UnitConformance,
    Wasm,
    Build(Edge),
    Size,
    Conformance(Runtime),
    RowsRead,
    KilledImport,
    Browser,
    Dashboard(Runtime),
    SlowCore,
    SlowConformance(Runtime),
    SlowRowsRead,
    SlowKilledImport,
}

/// The runtime that the conformance suite runs against (`HOP_EDGE`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runtime {
    Memory,
    Workerd,
    Viceroy,
}

impl Runtime {
    fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Workerd => "workerd",
            Self::Viceroy => "viceroy",
        }
    }
}

const BUILD_CLOUDFLARE: Step = Step::Build(Edge::Cloudflare);
const BUILD_FASTLY: Step = Step::Build(Edge::Fastly);
const MEMORY: Step = Step::Conformance(Runtime::Memory);
const WORKERD: Step = Step::Conformance(Runtime::Workerd);
const VICEROY: Step = Step::Conformance(Runtime::Viceroy);
const DASHBOARD_ON_WORKERD: Step = Step::Dashboard(Runtime::Workerd);
const DASHBOARD_ON_VICEROY: Step = Step::Dashboard(Runtime::Viceroy);

/// The default steps, fastest first.
pub(super) const EVERYTHING: &[Step] = &[
    Step::Format,
    Step::WebLint,
    Step::WebUnits,
    Step::ApiTypes,
    Step::Lint,
    Step::UnitCore,
    Step::UnitXtask,
    Step::UnitConformance,
    MEMORY,
    Step::Browser,
    Step::Docs,
    Step::ApiDocs,
    Step::Agents,
    Step::Passwords,
    Step::OpenApi,
    Step::LintCloudflare,
    Step::LintFastly,
    Step::Wasm,
    BUILD_CLOUDFLARE,
    BUILD_FASTLY,
    Step::Size,
    DASHBOARD_ON_WORKERD,
    DASHBOARD_ON_VICEROY,
    WORKERD,
    Step::RowsRead,
    Step::KilledImport,
    VICEROY,
];

pub(super) fn from_name(name: &str) -> Option<&'static [Step]> {
    Some(match name {
        "lint" => &[
            Step::Format,
            Step::Lint,
            Step::LintCloudflare,
            Step::LintFastly,
            Step::Docs,
            Step::ApiDocs,
            Step::Agents,
            Step::Passwords,
            Step::OpenApi,
        ],
        "web" => &[Step::WebLint, Step::WebUnits, Step::ApiTypes],
        "unit" => &[Step::UnitCore, Step::UnitXtask, Step::UnitConformance],
        "wasm" => &[Step::Wasm],
        "size" => &[BUILD_CLOUDFLARE, BUILD_FASTLY, Step::Size],
        "memory" => &[Step::UnitCore, MEMORY],
        "workerd" => &[BUILD_CLOUDFLARE, WORKERD, Step::RowsRead, Step::KilledImport],
        "viceroy" => &[BUILD_FASTLY, VICEROY],
        "browser" => &[Step::Browser, BUILD_CLOUDFLARE, BUILD_FASTLY, DASHBOARD_ON_WORKERD, DASHBOARD_ON_VICEROY],
        "slow" => &[
            Step::SlowCore,
            BUILD_CLOUDFLARE,
            BUILD_FASTLY,
            Step::SlowConformance(Runtime::Memory),
            Step::SlowConformance(Runtime::Workerd),
            Step::SlowConformance(Runtime::Viceroy),
            Step::SlowRowsRead,
            Step::SlowKilledImport,
        ],
        _ => return None,
    })
}

impl Step {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Format => "rustfmt",
            Self::Lint => "clippy",
            Self::LintCloudflare => "clippy on Workers",
            Self::LintFastly => "clippy on Compute",
            Self::Docs => "documentation",
            Self::ApiDocs => "docs/API.md",
            Self::Agents => "list of bots",
            Self::Passwords => "list of passwords",
            Self::OpenApi => "OpenAPI",
            Self::ApiTypes => "types of the API",
            Self::WebLint => "dashboard lint",
            Self::WebUnits => "dashboard units",
            Self::UnitCore => "core",
            Self::UnitXtask => "xtask",
            Self::UnitConformance => "conformance library",
            Self::Wasm => "core in wasm",
            BUILD_CLOUDFLARE => "build for Cloudflare",
            BUILD_FASTLY => "build for Fastly",
            Self::Size => "size",
            MEMORY => "conformance on memory",
            WORKERD => "conformance on workerd",
            VICEROY => "conformance on Viceroy",
            Self::RowsRead => "20,000 links in D1",
            Self::KilledImport => "1,000 links imported",
            Self::Browser => "pages in a browser",
            Self::Dashboard(Runtime::Memory) => "dashboard on memory",
            DASHBOARD_ON_WORKERD => "dashboard on workerd",
            DASHBOARD_ON_VICEROY => "dashboard on Viceroy",
            Self::SlowCore => "core, slow",
            Self::SlowConformance(Runtime::Memory) => "slow conformance on memory",
            Self::SlowConformance(Runtime::Workerd) => "slow conformance on workerd",
            Self::SlowConformance(Runtime::Viceroy) => "slow conformance on Viceroy",
            Self::SlowRowsRead => "a million links in D1",
            Self::SlowKilledImport => "100,000 links imported",
        }
    }

    pub(super) fn needs(self) -> &'static [Need] {
        match self {
            Self::LintCloudflare => &[Need::RustTarget(rust::WORKERS)],
            Self::LintFastly => &[Need::RustTarget(rust::COMPUTE), Need::NpmPackages],
            Self::Wasm => &[Need::RustTarget(rust::WORKERS), Need::NpmPackages, Need::Tool(Tool::WasmBindgen), Need::Tool(Tool::WasmPack)],
            BUILD_CLOUDFLARE => setup::BUILD_CLOUDFLARE,
            BUILD_FASTLY => setup::BUILD_FASTLY,
            Self::Agents | Self::Passwords | Self::OpenApi | Self::ApiTypes | Self::WebLint | Self::WebUnits => &[Need::NpmPackages],
            Self::Browser | Self::Dashboard(Runtime::Memory | Runtime::Workerd) => &[Need::NpmPackages, Need::Browser],
            DASHBOARD_ON_VICEROY => &[Need::NpmPackages, Need::Browser, Need::Tool(Tool::Viceroy)],
            step if step.runs_workerd() => &[Need::NpmPackages],
            Self::Conformance(Runtime::Viceroy) | Self::SlowConformance(Runtime::Viceroy) => &[Need::Tool(Tool::Viceroy)],
            _ => &[],
        }
    }

    fn runs_workerd(self) -> bool {
        matches!(
            self,
            WORKERD
                | DASHBOARD_ON_WORKERD
                | Self::SlowConformance(Runtime::Workerd)
                | Self::RowsRead
                | Self::SlowRowsRead
                | Self::KilledImport
                | Self::SlowKilledImport
        )
    }

    /// The steps whose output this one needs.
    pub(super) fn requires(self) -> impl Iterator<Item = Self> {
        let required: &[Self] = match self {
            Self::Size => &[BUILD_CLOUDFLARE, BUILD_FASTLY],
            step if step.runs_workerd() => &[BUILD_CLOUDFLARE],
            DASHBOARD_ON_VICEROY => &[BUILD_FASTLY],
            Self::Conformance(Runtime::Viceroy) | Self::SlowConformance(Runtime::Viceroy) => &[BUILD_FASTLY],
            _ => &[],
        };
        required.iter().copied()
    }

    pub(super) fn run(self, project: &Project) -> Outcome<Tally> {
        match self {
            Self::Format => check(&mut cargo(project, "fmt --all -- --check")),
            Self::Lint => {
                // `--all-targets` leaves out tests with `test = false`, so they are named.
                let named = "--package hop-conformance --package xtask --test browser --test dashboard --test scale --test import_scale";
                let mut holds = true;
                for targets in ["--all-targets", named] {
                    let arguments = format!("clippy {targets} --all-features -- -D warnings");
                    holds &= process::run_and_keep(&mut cargo(project, &arguments))?.success;
                }
                Ok(Tally::check(holds))
            }
            Self::LintCloudflare => lint_for(project, "--package hop-cloudflare --package hop-bench-empty", rust::WORKERS),
            Self::LintFastly => {
                // The module embeds it.
                build::dashboard(project)?;
                lint_for(project, "--package hop-fastly --package hop-bench-kv", rust::COMPUTE)
            }
            Self::Docs => check(
                cargo(project, "doc --package hop-core --all-features --no-deps --document-private-items")
                    .env("RUSTDOCFLAGS", "-D warnings"),
            ),
            Self::ApiDocs => docs::are_current(project).map(Tally::check),
            Self::Agents => agents::are_current(project).map(Tally::check),
            Self::Passwords => passwords::are_current(project).map(Tally::check),
            Self::OpenApi => check(project.command("validate-api").arg(docs::OPENAPI)),
            Self::ApiTypes => docs::types_are_current(project).map(Tally::check),
            Self::WebLint => {
                let mut biome = project.command("biome");
                biome.args(["ci", "."]).current_dir(project.path("web"));
                let is_clean = process::run_and_keep(&mut biome)?.success;
                Ok(Tally::check(process::run_and_keep(project.command("tsc").args(["-p", "web"]))?.success && is_clean))
            }
            // Without a test it fails. A test that hangs ends after 30 seconds: a loaded machine may need more than the
            // default of 5 for files of 50 MB.
            Self::WebUnits => check(project.command("vitest").args(["run", "--root", "web", "--testTimeout=30000"])),
            Self::UnitCore => tests(&mut cargo(project, "test --package hop-core --no-fail-fast")),
            Self::UnitXtask => tests(&mut cargo(project, "test --package xtask")),
            Self::UnitConformance => tests(&mut cargo(project, "test --package hop-conformance --lib")),
            Self::Wasm => tests(project.command("wasm-pack").args(["test", "--node", "core"])),
            Self::Build(edge) => build::module(project, edge).map(|()| Tally::check(true)),
            Self::Size => size::show(project).map(Tally::check),
            Self::Conformance(runtime) => tests(&mut conformance(project, runtime)),
            Self::Browser => {
                let mut cargo = on_edges(project, "test --package hop-conformance --test browser");
                tests(cargo.env(browser::VARIABLE, browser::program(project)?).env("HOP_SCREENSHOTS", project.screenshots()))
            }
            Self::Dashboard(runtime) => {
                let mut cargo = on_edges(project, "test --package hop-conformance --test dashboard");
                cargo.env("HOP_EDGE", runtime.name());
                tests(cargo.env(browser::VARIABLE, browser::program(project)?).env("HOP_SCREENSHOTS", project.screenshots()))
            }
            Self::SlowCore => tests(slowly(&mut cargo(project, "test --package hop-core --no-fail-fast"))),
            Self::SlowConformance(runtime) => tests(slowly(&mut conformance(project, runtime))),
            Self::RowsRead => tests(&mut rows_read(project)),
            Self::KilledImport => tests(&mut killed_import(project)),
            Self::SlowRowsRead => tests(slowly(&mut rows_read(project))),
            Self::SlowKilledImport => tests(slowly(&mut killed_import(project))),
        }
    }
}

/// The conformance suite. Its environment variables:
/// * `HOP_EDGE`: memory, workerd or viceroy,
/// * `HOP_NODE_BIN`: the folder with wrangler, workerd and node,
/// * `HOP_WORKER_DIR`: the built Workers module and its JavaScript,
/// * `HOP_COMPUTE_WASM`: the built Compute module,
/// * `HOP_VICEROY`: the program,
/// * `HOP_SLOW=1`: longer runs,
/// * `HOP_BROWSER` (a program) and `HOP_SCREENSHOTS` (a folder): for tests of pages.
fn conformance(project: &Project, runtime: Runtime) -> Command {
    let mut cargo = on_edges(project, "test --package hop-conformance --test suite");
    cargo.env("HOP_EDGE", runtime.name());
    cargo
}

/// The number of rows that D1 reads, which must not depend on the number of links. The test prints it.
fn rows_read(project: &Project) -> Command {
    on_edges(project, "test --package hop-conformance --test scale -- --nocapture")
}

/// An import that is killed and started again. The test prints its duration.
fn killed_import(project: &Project) -> Command {
    on_edges(project, "test --package xtask --test import_scale -- --nocapture")
}

fn on_edges(project: &Project, arguments: &str) -> Command {
    let mut cargo = cargo(project, arguments);
    cargo.env("HOP_NODE_BIN", project.node_programs());
    cargo.env("HOP_WORKER_DIR", project.worker_directory());
    cargo.env("HOP_COMPUTE_WASM", project.deployed_module(Edge::Fastly));
    cargo.env("HOP_VICEROY", Tool::Viceroy.program(project));
    cargo
}

/// Runs more rounds of the same tests, with optimisation so that they take minutes.
fn slowly(command: &mut Command) -> &mut Command {
    command.env("HOP_SLOW", "1").env("CARGO_PROFILE_DEV_OPT_LEVEL", "2")
}

fn lint_for(project: &Project, packages: &str, target: &str) -> Outcome<Tally> {
    let arguments = format!("clippy {packages} --target {target} --all-features -- -D warnings");
    check(&mut cargo(project, &arguments))
}

fn cargo(project: &Project, arguments: &str) -> Command {
    let mut cargo = project.command("cargo");
    cargo.args(arguments.split(' '));
    cargo
}

fn check(command: &mut Command) -> Outcome<Tally> {
    Ok(Tally::check(process::run_and_keep(command)?.success))
}

fn tests(command: &mut Command) -> Outcome<Tally> {
    let printed = process::run_and_keep(command)?;
    Ok(Tally::of_tests(&printed.text, printed.success))
}
