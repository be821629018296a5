//! `cargo xtask size`: the size of the modules, in total and by crate.
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

const HELP: &str = "\
cargo xtask size

Builds both modules and shows the size of each upload, raw and gzipped, and its largest crates. Fails when a module is
over 1 MB gzipped. The limit only catches accidents; `cargo xtask bench start` measures what size costs at start-up.";

/// How many crates are shown for each module.
const SHOWN: usize = 15;

/// The limit of a module's size, in gzipped bytes. The platforms accept 64 MiB and 100 MB, uncompressed.
const LIMIT: usize = 1_000_000;

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
    match show(project)? {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(ExitCode::FAILURE),
    }
}

/// Prints the size of both built modules and returns whether both are within the limit.
pub(crate) fn show(project: &Project) -> Outcome<bool> {
    println!("\n{:<12} {:>10} {:>10}", "bytes", "raw", "gzip");
    let mut within = true;
    for edge in Edge::ALL {
        let Weight { raw, gzip } = weigh(project, edge)?;
        let verdict = if is_within(gzip) { "" } else { "  over 1 MB" };
        println!("{:<12} {raw:>10} {gzip:>10}{verdict}", edge.name());
        within &= is_within(gzip);
    }
    Ok(within)
}

fn is_within(gzip: usize) -> bool {
    gzip <= LIMIT
}

fn weigh(project: &Project, edge: Edge) -> Outcome<Weight> {
    let upload = upload::bytes(project, edge)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&upload).doing("compressing")?;
    let compressed = gzip.finish().doing("compressing")?;
    Ok(Weight { raw: upload.len(), gzip: compressed.len() })
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
    fn limit_is_one_megabyte() {
        assert!(is_within(1_000_000));
        assert!(!is_within(1_000_001));
    }
}
