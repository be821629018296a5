//! `cargo xtask size`: the size of the modules, in total and by crate.
mod crates;
mod dashboard;
mod upload;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::edge::Edge;
use crate::failure::{Outcome, While};
use crate::project::Project;
use crate::{build, help, setup};

const HELP: &str = "\
cargo xtask size

Builds both modules and shows the size of each upload, raw and gzipped, and its largest crates. Shows what a browser
loads before the dashboard appears, too. Fails when an upload is over 3.5 MB raw, without the assets that a Compute
module embeds, or that first load over 100 kB gzipped; its goal is 60 kB. The limits only catch
accidents; `cargo xtask bench start` measures what size costs at start-up.";

/// How many crates are shown for each module.
const SHOWN: usize = 15;

/// The limit of an upload without static assets, in raw bytes. V8 takes about 4 ms for each MB, so a fresh Worker of this
/// size stays within the budget of `bench start`: 7 times the 2.6 ms of an empty Worker. The platforms accept 64 MiB and
/// 100 MB.
const LIMIT: usize = 3_500_000;

struct Weight {
    raw: usize,
    gzip: usize,
    /// The raw bytes of static assets in it, which are not code.
    assets: usize,
}

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    if help::was_wanted(&mut arguments, HELP)? {
        return Ok(ExitCode::SUCCESS);
    }
    for edge in Edge::ALL {
        setup::provide(project, build::needs(edge))?;
        build::module(project, edge)?;
    }
    for edge in Edge::ALL {
        show_crates(project, edge)?;
    }
    match show(project)? {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(ExitCode::FAILURE),
    }
}

/// Prints the size of both built modules and of the dashboard, and returns whether all are within their limits.
pub(crate) fn show(project: &Project) -> Outcome<bool> {
    println!("\n{:<12} {:>10} {:>10}", "bytes", "raw", "gzip");
    let mut within = true;
    for edge in Edge::ALL {
        let weight = weigh(project, edge)?;
        let is_within = is_within(&weight);
        let verdict = if is_within { "" } else { "  over 3.5 MB" };
        let of_assets = if weight.assets == 0 { String::new() } else { format!("  {} of it static assets", weight.assets) };
        println!("{:<12} {:>10} {:>10}{of_assets}{verdict}", edge.name(), weight.raw, weight.gzip);
        within &= is_within;
    }
    Ok(dashboard::show(project)? && within)
}

fn is_within(weight: &Weight) -> bool {
    weight.raw.saturating_sub(weight.assets) <= LIMIT
}

fn weigh(project: &Project, edge: Edge) -> Outcome<Weight> {
    let upload = upload::bytes(project, edge)?;
    let assets = match edge {
        Edge::Cloudflare => 0,
        Edge::Fastly => bytes_below(&project.static_assets())?,
    };
    Ok(Weight { raw: upload.len(), gzip: gzipped(&upload)?, assets })
}

/// The bytes of all files in a folder and below.
fn bytes_below(folder: &Path) -> Outcome<usize> {
    let mut sum = 0;
    for entry in fs::read_dir(folder).doing(format_args!("reading {}", folder.display()))? {
        let path = entry.doing(format_args!("reading {}", folder.display()))?.path();
        sum += if path.is_dir() { bytes_below(&path)? } else { fs::read(&path).doing(format_args!("reading {}", path.display()))?.len() };
    }
    Ok(sum)
}

/// The gzipped size of `bytes`.
fn gzipped(bytes: &[u8]) -> Outcome<usize> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).doing("compressing")?;
    Ok(gzip.finish().doing("compressing")?.len())
}

fn show_crates(project: &Project, edge: Edge) -> Outcome<()> {
    let path = project.compiled_module(edge);
    let module = fs::read(&path).doing(format_args!("reading {}", path.display()))?;
    println!("\n{}: raw bytes by crate, before wasm-opt (inlined code counts for the crate it is inlined into)", edge.name());
    for (name, bytes) in crates::largest(&module, SHOWN)? {
        println!("{bytes:>10}  {name}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_is_for_raw_bytes() {
        let of = |raw, assets| is_within(&Weight { raw, gzip: 0, assets });
        assert!(of(3_500_000, 0) && !of(3_500_001, 0) && of(3_500_001, 1) && !of(3_500_002, 1));
    }
}
