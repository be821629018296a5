//! What the modules weigh, what in them weighs it, and whether that is still within the budget.
mod budget;
mod crates;
mod upload;

use std::fs;
use std::io::Write;
use std::process::ExitCode;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::edge::Edge;
use crate::failure::{Outcome, While};
use crate::project::Project;
use crate::{build, help, setup};
use budget::Budget;

const HELP: &str = "\
cargo xtask size

Builds both modules and shows what each weighs as it is deployed, raw and gzipped, and what the largest crates in it
take. Fails when a module is heavier than size-budget.toml allows.";

/// How many crates are shown for each module.
const SHOWN: usize = 15;

struct Weight {
    raw: usize,
    gzip: usize,
}

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    match arguments.next()? {
        None => {}
        Some(lexopt::Arg::Short('h') | lexopt::Arg::Long("help")) => return Ok(help::print(HELP)),
        Some(other) => return Err(help::unexpected(&other, HELP)),
    }
    for edge in Edge::ALL {
        setup::provide(project, build::needs(edge))?;
        build::module(project, edge)?;
    }
    for edge in Edge::ALL {
        show_crates(project, edge)?;
    }
    match within_budget(project)? {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(ExitCode::FAILURE),
    }
}

/// Shows the weight of both built modules against the budget.
pub(crate) fn within_budget(project: &Project) -> Outcome<bool> {
    let budget = Budget::read(project)?;
    let weights = [weigh(project, Edge::Cloudflare)?, weigh(project, Edge::Fastly)?];
    println!("\n{:<12} {:>10} {:>10} {:>10}", "bytes", "raw", "gzip", "budget");
    let mut within = true;
    for (edge, Weight { raw, gzip }) in Edge::ALL.into_iter().zip(weights) {
        let allowed = budget.of(edge);
        let verdict = if gzip <= allowed { "" } else { "  over budget" };
        println!("{:<12} {raw:>10} {gzip:>10} {allowed:>10}{verdict}", edge.name());
        within &= gzip <= allowed;
    }
    Ok(within)
}

fn weigh(project: &Project, edge: Edge) -> Outcome<Weight> {
    let upload = upload::bytes(project, edge)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&upload).doing("compressing")?;
    let compressed = gzip.finish().doing("compressing")?;
    Ok(Weight { raw: upload.len(), gzip: compressed.len() })
}

fn show_crates(project: &Project, edge: Edge) -> Outcome<()> {
    let path = project.named_module(edge);
    let module = fs::read(&path).doing(format_args!("reading {}", path.display()))?;
    println!("\n{}: raw bytes by crate (inlined code counts where it went)", edge.name());
    for (name, bytes) in crates::largest(&module, SHOWN)? {
        println!("{bytes:>10}  {name}");
    }
    Ok(())
}
