//! The documentation of the API: docs/openapi.json is written by hand, docs/API.md comes from it.
mod document;
mod fields;
mod page;

use std::fs;
use std::process::ExitCode;

use crate::failure::{Outcome, While};
use crate::help;
use crate::project::Project;
use document::Document;

pub(crate) const OPENAPI: &str = "docs/openapi.json";
const PAGE: &str = "docs/API.md";
/// What there is to say before the routes.
const HEAD: &str = "docs/api-head.md";

const HELP: &str = "\
cargo xtask docs

Writes docs/API.md from docs/api-head.md and docs/openapi.json, after copying the examples of docs/contract into the latter.
A route is described by hand in docs/openapi.json; `cargo xtask test lint` fails while one is missing or API.md is old.";

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    match arguments.next()? {
        None => {}
        Some(lexopt::Arg::Short('h') | lexopt::Arg::Long("help")) => return Ok(help::print(HELP)),
        Some(other) => return Err(help::unexpected(&other, HELP)),
    }
    for (path, text) in written(project)? {
        if project.read(path).unwrap_or_default() != text {
            fs::write(project.path(path), text).doing(format_args!("writing {path}"))?;
            println!("Wrote {path}.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether both files are what `cargo xtask docs` would write.
pub(crate) fn are_current(project: &Project) -> Outcome<bool> {
    let mut current = true;
    for (path, text) in written(project)? {
        if project.read(path)? != text {
            println!("{path} is not what `cargo xtask docs` writes. Run it.");
            current = false;
        }
    }
    Ok(current)
}

fn written(project: &Project) -> Outcome<[(&'static str, String); 2]> {
    let document = Document::read(project)?;
    let page = page::markdown(&project.read(HEAD)?, &document);
    Ok([(OPENAPI, document.text()), (PAGE, page)])
}
