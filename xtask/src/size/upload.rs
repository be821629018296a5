//! The files of an upload to an edge.
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::edge::Edge;
use crate::failure::{Failure, Outcome, While};
use crate::process;
use crate::project::Project;
use crate::wrangler::wrangler;

/// The contents of all uploaded files, concatenated.
pub(super) fn bytes(project: &Project, edge: Edge) -> Outcome<Vec<u8>> {
    let files = match edge {
        Edge::Cloudflare => worker(project)?,
        Edge::Fastly => vec![project.deployed_module(edge)],
    };
    let mut bytes = Vec::new();
    for file in files {
        bytes.extend(fs::read(&file).doing(format_args!("reading {}", file.display()))?);
    }
    Ok(bytes)
}

/// Assembles the Worker's upload with `wrangler deploy --dry-run`, and prints the size that wrangler reports.
fn worker(project: &Project) -> Outcome<Vec<PathBuf>> {
    let directory = project.upload_directory();
    if directory.exists() {
        fs::remove_dir_all(&directory).doing(format_args!("removing {}", directory.display()))?;
    }
    let mut deploy = wrangler(project);
    deploy.args(["deploy", "--dry-run", "--outdir"]).arg(&directory);
    let printed = process::capture(deploy.stderr(Stdio::inherit()))?;
    if !printed.success {
        return Err(Failure::new("wrangler could not assemble the upload").advise(printed.text));
    }
    if let Some(line) = printed.text.lines().find(|line| line.starts_with("Total Upload")) {
        println!("wrangler: {line}");
    }
    let entries = fs::read_dir(&directory).doing(format_args!("reading {}", directory.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| is_uploaded(file));
    files.sort();
    Ok(files)
}

/// The folder also contains a source map and a readme, which are not uploaded.
fn is_uploaded(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "js" || extension == "wasm")
}
