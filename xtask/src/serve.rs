//! `cargo xtask serve`: runs hop on this machine, under the local runtime of its platform.
mod cloudflare;
mod example;
mod fastly;
mod port;
mod ready;
mod secrets;
mod vite;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use lexopt::{Arg, ValueExt};

use self::example::Account;
use crate::edge::Edge;
use crate::failure::{Failure, Outcome, While};
use crate::group::Member;
use crate::project::Project;
use crate::{help, setup};

const HELP: &str = "\
cargo xtask serve [cloudflare] [--port N] [--persist-to DIR] [--fresh] [--web] [--example-data]
cargo xtask serve fastly [--port N] [--web] [--example-data]

Installs and builds what is missing, runs hop, and prints the address of its dashboard, a development admin key and an
example request. Ctrl-C stops it and all processes that it started.

  --port N           the port on 127.0.0.1 (default: 8787 for Cloudflare, 7676 for Fastly, or the next free one)
  --persist-to DIR   the folder for links (default: .hop/cloudflare); Cloudflare only
  --fresh            delete the links of earlier runs first; Cloudflare only
  --example-data     first add users, 2,000 invented links and the clicks of eight weeks, unless an earlier run did;
                     with Fastly only the clicks of a day, counted now, because Viceroy's clock cannot be set
  --web              put Vite in front of hop, which updates the dashboard in the browser whenever a file in web/ changes

Cloudflare runs under wrangler dev, which keeps links on disk. Fastly runs under Viceroy, which keeps links in memory
until it stops. The secrets are stored in .dev.vars.";

struct Options {
    edge: Edge,
    port: Option<u16>,
    persist_to: Option<PathBuf>,
    fresh: bool,
    web: bool,
    example_data: bool,
}

/// What is printed about a running server.
struct Running<'a> {
    server: Member,
    /// The port of hop itself.
    port: u16,
    /// The port of Vite, if it is to be in front of hop.
    vite: Option<u16>,
    admin_key: &'a str,
    about_links: String,
    example: Example,
}

/// Whether there is example data.
enum Example {
    Unwanted,
    /// It is added once the server is ready.
    Wanted,
    Added(Account),
}

pub(crate) fn command(project: &Project, arguments: lexopt::Parser) -> Outcome<ExitCode> {
    let Some(options) = Options::read(arguments)? else {
        return Ok(help::print(HELP));
    };
    let port = port::choose(options.edge, options.port)?;
    let vite = if options.web { Some(port::for_vite(port)?) } else { None };
    // What a browser has in its address bar: hop makes short URLs with it.
    let origin = origin(vite.unwrap_or(port));
    let secrets = secrets::development(project)?;
    let mut example = if options.example_data { Example::Wanted } else { Example::Unwanted };
    let (server, about_links) = match options.edge {
        Edge::Cloudflare => {
            let state = match options.persist_to {
                Some(directory) => absolute(&directory)?,
                None => project.state().join("cloudflare"),
            };
            setup::provide(project, setup::BUILD_CLOUDFLARE)?;
            if options.fresh {
                delete_state(&state)?;
            }
            cloudflare::prepare(project, &state)?;
            if options.example_data {
                example = Example::Added(example::fill_workers(project, &origin, &state, &secrets.admin_key)?);
            }
            (cloudflare::start(project, port, &origin, &state)?, format!("Links are stored in {}.", state.display()))
        }
        Edge::Fastly => {
            setup::provide(project, fastly::NEEDS)?;
            let about_links = "Links are lost when this stops: Viceroy keeps its KV Store in memory.".to_owned();
            (fastly::start(project, port, &origin, &secrets, options.example_data)?, about_links)
        }
    };
    supervise(project, Running { server, port, vite, admin_key: &secrets.admin_key, about_links, example })
}

impl Options {
    /// Parses the options; `None` when help is requested.
    fn read(mut arguments: lexopt::Parser) -> Outcome<Option<Self>> {
        let mut edge = None;
        let mut options = Self { edge: Edge::Cloudflare, port: None, persist_to: None, fresh: false, web: false, example_data: false };
        while let Some(argument) = arguments.next()? {
            match &argument {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long("port") => options.port = Some(arguments.value()?.parse()?),
                Arg::Long("persist-to") => options.persist_to = Some(arguments.value()?.into()),
                Arg::Long("fresh") => options.fresh = true,
                Arg::Long("web") => options.web = true,
                Arg::Long("example-data") => options.example_data = true,
                Arg::Value(value) if edge.is_none() => match value.to_str().and_then(Edge::from_name) {
                    Some(named) => edge = Some(named),
                    None => return Err(help::unexpected(&argument, HELP)),
                },
                other => return Err(help::unexpected(other, HELP)),
            }
        }
        options.edge = edge.unwrap_or(options.edge);
        if options.edge == Edge::Fastly && (options.fresh || options.persist_to.is_some()) {
            let what = "--persist-to and --fresh work only with Cloudflare: Viceroy stores nothing between runs";
            return Err(Failure::new(what));
        }
        Ok(Some(options))
    }
}

/// Waits until the server is ready, prints how to use it, and waits until it ends.
fn supervise(project: &Project, running: Running<'_>) -> Outcome<ExitCode> {
    let Running { mut server, port, vite, admin_key, about_links, example } = running;
    println!("Waiting until the server is ready…");
    ready::wait(&mut server, port)?;
    let mut vite_server = match vite {
        Some(vite_port) => Some(vite::start(project, vite_port, &origin(port))?),
        None => None,
    };
    if let (Some(vite_server), Some(vite_port)) = (&mut vite_server, vite) {
        ready::wait(vite_server, vite_port)?;
    }
    let origin = origin(vite.unwrap_or(port));
    let account = match example {
        Example::Unwanted => None,
        Example::Wanted => Some(example::fill_compute(port, &origin, admin_key)?),
        Example::Added(account) => Some(account),
    };
    println!("{}", usage(&origin, admin_key, &about_links, account.as_ref()));
    let status = server.wait().doing("waiting for the server")?;
    Err(Failure::new(format!("the server ended unexpectedly ({status}); its last output is above")))
}

fn origin(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn usage(origin: &str, key: &str, about_links: &str, example: Option<&Account>) -> String {
    let sign_in = match example {
        Some(Account { email, password }) => format!("Sign in as {email} with the password {password}"),
        None => format!("The first time, create your account: {origin}/app/#/setup?key={key}"),
    };
    format!(
        "\nhop runs at {origin}\n{about_links}\n\n\
         Dashboard: {origin}/app/\n{sign_in}\n\n\
         Or create a link without an account, with the development admin key:\n\n\
         curl -sS {origin}/shorten -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \
         -d '{{\"url\":\"https://example.com/\"}}'\n\nPress Ctrl-C to stop it.\n"
    )
}

fn absolute(directory: &Path) -> Outcome<PathBuf> {
    let here = env::current_dir().doing("finding the current directory")?;
    Ok(here.join(directory))
}

/// Deletes wrangler's state in a directory, and no other files there.
fn delete_state(state: &Path) -> Outcome<()> {
    let kept = state.join("v3");
    if kept.exists() {
        fs::remove_dir_all(&kept).doing(format_args!("removing {}", kept.display()))?;
    }
    Ok(())
}
