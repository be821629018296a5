//! `cargo xtask build`: builds the modules for deployment.
mod cloudflare;
mod dashboard;
mod fastly;
mod fresh;
mod optimise;

use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::Arg;

use crate::edge::Edge;
use crate::failure::Outcome;
use crate::help;
use crate::project::Project;
use crate::setup::{self, Need};

const HELP: &str = "\
cargo xtask build [cloudflare|fastly]

Builds the module of one edge, or of both:
  cloudflare   cloudflare/build/  the Workers module and its JavaScript
               web/dist/          its static assets: the dashboard and the OpenAPI document
  fastly       bin/main.wasm      the Compute module, with the same assets in it

wrangler and fastly run this command themselves (see wrangler.toml and fastly.toml).";

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    let mut edges = Vec::new();
    while let Some(argument) = arguments.next()? {
        match &argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(help::print(HELP)),
            Arg::Value(value) => match value.to_str().and_then(Edge::from_name) {
                Some(edge) => edges.push(edge),
                None => return Err(help::unexpected(&argument, HELP)),
            },
            other => return Err(help::unexpected(other, HELP)),
        }
    }
    if edges.is_empty() {
        edges.extend(Edge::ALL);
    }
    for edge in edges {
        setup::provide(project, needs(edge))?;
        module(project, edge)?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn needs(edge: Edge) -> &'static [Need] {
    match edge {
        Edge::Cloudflare => setup::BUILD_CLOUDFLARE,
        Edge::Fastly => setup::BUILD_FASTLY,
    }
}

/// Builds the module of one edge, and first the dashboard, which both serve. Its needs must be installed already.
pub(crate) fn module(project: &Project, edge: Edge) -> Outcome<()> {
    dashboard(project)?;
    match edge {
        Edge::Cloudflare => cloudflare::build(project),
        Edge::Fastly => fastly::build(project),
    }
}

/// Builds the dashboard if a source of it has changed. The npm packages must be installed already.
pub(crate) fn dashboard(project: &Project) -> Outcome<()> {
    dashboard::build(project)
}

/// Builds the empty Worker that `bench` compares hop with. The needs of hop's own module must be installed already.
pub(crate) fn empty_worker(project: &Project) -> Outcome<()> {
    cloudflare::build_empty(project)
}

/// Builds the redirect from KV that `bench` compares hop on Compute with, and returns its module.
pub(crate) fn kv_redirect(project: &Project) -> Outcome<PathBuf> {
    fastly::build_kv_redirect(project)
}
