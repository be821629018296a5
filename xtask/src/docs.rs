//! `cargo xtask docs`: generates the API documentation. docs/openapi.json and the permission tables in docs/SECURITY.md
//! come from the core, docs/API.md from docs/openapi.json.
mod document;
mod fields;
mod page;

use std::fs;
use std::process::ExitCode;

use crate::failure::{Failure, Outcome, While};
use crate::help;
use crate::process::{self, capture};
use crate::project::Project;
use crate::setup::{self, Need, browser};
use document::Document;

pub(crate) const OPENAPI: &str = "docs/openapi.json";
const PAGE: &str = "docs/API.md";
/// The hand-written text before the routes.
const HEAD: &str = "docs/api-head.md";

/// The file with the permission tables, which are between the lines `BEGIN` and `END`.
const SECURITY: &str = "docs/SECURITY.md";
const BEGIN: &str = "<!-- Written by `cargo xtask docs` from core/src/endpoints.rs. -->\n";
const END: &str = "<!-- Here ends what is written. -->\n";

/// The README's screenshot.
const PICTURE: &str = "docs/images/link-page.png";

const HELP: &str = "\
cargo xtask docs

Generates
* docs/openapi.json from core/src/description, the table of endpoints, the declared bodies, and the examples in docs/contract,
* docs/API.md from docs/api-head.md and docs/openapi.json,
* the permission tables in docs/SECURITY.md from core/src/endpoints.rs.
An endpoint without a description does not compile. `cargo xtask test lint` fails while a generated file is out of date.

cargo xtask docs picture

Writes docs/images/link-page.png, the README's screenshot: starts hop in memory, creates a link, and takes a screenshot
of its page and QR code with a browser. Set HOP_BROWSER to use another Chromium.";

pub(crate) fn command(project: &Project, mut arguments: lexopt::Parser) -> Outcome<ExitCode> {
    match arguments.next()? {
        None => {}
        Some(lexopt::Arg::Value(value)) if value == "picture" => return take_picture(project),
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

/// Takes the README's screenshot with a browser.
fn take_picture(project: &Project) -> Outcome<ExitCode> {
    setup::provide(project, &[Need::NpmPackages, Need::Browser])?;
    let path = project.path(PICTURE);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).doing(format_args!("creating {}", folder.display()))?;
    }
    let mut cargo = project.command(env!("CARGO"));
    cargo.args(["run", "--quiet", "--package", "hop-conformance", "--example", "picture", "--"]).arg(&path);
    cargo.env(browser::VARIABLE, browser::program(project)?).env("HOP_NODE_BIN", project.node_programs());
    process::run(&mut cargo)?;
    println!("Wrote {PICTURE}.");
    Ok(ExitCode::SUCCESS)
}

/// Whether all generated files are up to date.
pub(crate) fn are_current(project: &Project) -> Outcome<bool> {
    let mut current = true;
    for (path, text) in written(project)? {
        if project.read(path)? != text {
            println!("{path} is out of date. Run `cargo xtask docs`.");
            current = false;
        }
    }
    Ok(current)
}

fn written(project: &Project) -> Outcome<[(&'static str, String); 3]> {
    let document = Document::of(&printed(project, "openapi")?, project)?;
    let page = page::markdown(&project.read(HEAD)?, &document);
    let security = with_rights(&project.read(SECURITY)?, &printed(project, "rights")?)?;
    Ok([(OPENAPI, document.text()), (PAGE, page), (SECURITY, security)])
}

/// The output of an example program of the core. xtask does not depend on the core, so that set-up need not compile it.
fn printed(project: &Project, example: &str) -> Outcome<String> {
    let mut cargo = project.command(env!("CARGO"));
    let printed = capture(cargo.args(["run", "--quiet", "--package", "hop-core", "--features", "docs", "--example", example]))?;
    if printed.success {
        Ok(printed.text)
    } else {
        Err(Failure::new(format!("the core's example `{example}` failed; its output is above")))
    }
}

/// `page` with its permission tables replaced.
fn with_rights(page: &str, rights: &str) -> Outcome<String> {
    let parts = page.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) =
        parts.ok_or_else(|| Failure::new(format!("{SECURITY} does not contain the two lines that mark its generated tables")))?;
    Ok(format!("{before}{BEGIN}\n{rights}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use super::*;

    #[test]
    fn only_text_between_markers_is_replaced() {
        let page = format!("before\n{BEGIN}old\n{END}after\n");
        let new = with_rights(&page, "new\n").unwrap();
        assert_eq!(new, format!("before\n{BEGIN}\nnew\n\n{END}after\n"));
        assert_eq!(with_rights(&new, "new\n").unwrap(), new);
        for lacking in ["", BEGIN, END, &format!("{END}{BEGIN}")] {
            assert!(with_rights(lacking, "new\n").is_err(), "{lacking}");
        }
    }
}
