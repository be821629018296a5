//! Runs hop on this machine, as its platform would.
mod cloudflare;
mod fastly;
mod port;
mod ready;
mod secrets;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use lexopt::{Arg, ValueExt};

use crate::edge::Edge;
use crate::failure::{Failure, Outcome, While};
use crate::group::Member;
use crate::project::Project;
use crate::{help, setup};

const HELP: &str = "\
cargo xtask serve [cloudflare] [--port N] [--persist-to DIR] [--fresh]
cargo xtask serve fastly [--port N]

Sets up and builds what is missing, runs hop, and prints its address, a development admin key and a line to try.
Ctrl-C ends it and everything it started.

  --port N           where to listen on 127.0.0.1; without it 8787 (Cloudflare) or 7676 (Fastly), or the next free one
  --persist-to DIR   where links are kept, .hop/cloudflare by default; Cloudflare only
  --fresh            begin without the links of earlier runs; Cloudflare only

Cloudflare runs under wrangler dev, and its links outlive it. Fastly runs under Viceroy, whose links live as long as it
runs. The secrets are kept in .dev.vars.";

struct Options {
    edge: Edge,
    port: Option<u16>,
    persist_to: Option<PathBuf>,
    fresh: bool,
}

pub(crate) fn command(project: &Project, arguments: lexopt::Parser) -> Outcome<ExitCode> {
    let Some(options) = Options::read(arguments)? else {
        return Ok(help::print(HELP));
    };
    let port = port::choose(options.edge, options.port)?;
    let secrets = secrets::development(project)?;
    match options.edge {
        Edge::Cloudflare => {
            let state = match options.persist_to {
                Some(directory) => absolute(&directory)?,
                None => project.state().join("cloudflare"),
            };
            setup::provide(project, setup::BUILD_CLOUDFLARE)?;
            if options.fresh {
                empty(&state)?;
            }
            let wrangler = cloudflare::start(project, port, &state)?;
            attend(wrangler, port, &secrets.admin_key, &format!("Links are kept in {}.", state.display()))
        }
        Edge::Fastly => {
            setup::provide(project, fastly::NEEDS)?;
            let viceroy = fastly::start(project, port, &secrets)?;
            attend(viceroy, port, &secrets.admin_key, "Links live as long as this runs: Viceroy keeps its KV Store in memory.")
        }
    }
}

impl Options {
    /// The options, or nothing when help was asked for.
    fn read(mut arguments: lexopt::Parser) -> Outcome<Option<Self>> {
        let mut edge = None;
        let mut options = Self { edge: Edge::Cloudflare, port: None, persist_to: None, fresh: false };
        while let Some(argument) = arguments.next()? {
            match &argument {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("port") => options.port = Some(arguments.value()?.parse()?),
                Arg::Long("persist-to") => options.persist_to = Some(arguments.value()?.into()),
                Arg::Long("fresh") => options.fresh = true,
                Arg::Value(value) if edge.is_none() => match value.to_str().and_then(Edge::named) {
                    Some(named) => edge = Some(named),
                    None => return Err(help::unexpected(&argument, HELP)),
                },
                other => return Err(help::unexpected(other, HELP)),
            }
        }
        options.edge = edge.unwrap_or(options.edge);
        if options.edge == Edge::Fastly && (options.fresh || options.persist_to.is_some()) {
            let what = "--persist-to and --fresh are for Cloudflare: Viceroy keeps nothing between runs";
            return Err(Failure::new(what));
        }
        Ok(Some(options))
    }
}

/// Says how to use what was started once it answers, and stays until it ends.
fn attend(mut server: Member, port: u16, key: &str, about_links: &str) -> Outcome<ExitCode> {
    println!("Waiting for the first answer…");
    ready::wait(&mut server, port)?;
    let origin = format!("http://127.0.0.1:{port}");
    println!(
        "\nhop answers at {origin}\n{about_links}\nThe development admin key is {key}\n\nCreate a link:\n\n\
         curl -sS {origin}/shorten -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \
         -d '{{\"url\":\"https://example.com/\"}}'\n\nCtrl-C ends it.\n"
    );
    let status = server.wait().doing("waiting for the server")?;
    Err(Failure::new(format!("the server ended by itself ({status}); its last words are above")))
}

fn absolute(directory: &Path) -> Outcome<PathBuf> {
    let here = env::current_dir().doing("finding the current directory")?;
    Ok(here.join(directory))
}

/// Removes what wrangler keeps in a directory, and nothing else that may be there.
fn empty(state: &Path) -> Outcome<()> {
    let kept = state.join("v3");
    if kept.exists() {
        fs::remove_dir_all(&kept).doing(format_args!("removing {}", kept.display()))?;
    }
    Ok(())
}
