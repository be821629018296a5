//! `--example-data`: fills a local deployment with links, users and clicks, so that the dashboard shows a busy one.
//!
//! Everything goes through hop's own code. On Workers `replay.js` sets hop's clock for each request, so that the clicks
//! of eight weeks are counted where they belong. Viceroy has no such clock: there the clicks are those of now.
mod agents;
mod calendar;
mod families;
mod fill;
mod links;
mod marker;
mod people;
mod places;
mod random;
mod replay;
mod request;
mod story;
#[cfg(test)]
mod tests;
mod visitors;
mod visits;
mod words;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use self::fill::{Done, Fill};
use self::marker::Marker;
use self::people::{PEOPLE, SAM};
use self::replay::{Client, Replay};
use super::{cloudflare, port, ready, secrets};
use crate::failure::{Failure, Outcome, While};
use crate::process;
use crate::project::Project;

const REPLAY: &str = include_str!("replay.js");

/// The account of the example, as which the reader signs in.
pub(super) struct Account {
    pub(super) email: &'static str,
    pub(super) password: String,
}

impl Account {
    fn with(password: &str) -> Self {
        Self { email: PEOPLE[SAM].email, password: password.to_owned() }
    }
}

/// Fills the data of wrangler in the folder `state`, while hop is not running. Goes on where an earlier run ended, and
/// does nothing if that was complete. `origin` is the address in the browser.
pub(super) fn fill_workers(project: &Project, origin: &str, state: &Path, admin_key: &str) -> Outcome<Account> {
    let marker = Marker::read(state)?;
    if let Some(complete) = marker.as_ref().filter(|marker| marker.is_complete) {
        println!("The example data is there already.");
        return Ok(Account::with(&complete.password));
    }
    println!("Filling hop with example data, which takes a minute or two. After Ctrl-C the same command goes on…");
    let port = port::any_free()?;
    let mut wrangler = cloudflare::dev(project, port, origin, state)?;
    // The set-up of links needs more database queries than the free plan has for a request.
    wrangler.args(["--var", "HOP_PLAN:paid", "--log-level", "error"]).arg(write_module(project)?);
    // Otherwise wrangler stores a trace of every operation: 55 MB in all.
    wrangler.env("X_LOCAL_OBSERVABILITY", "false");
    let mut server = process::start(&mut wrangler)?;
    ready::wait(&mut server, port)?;
    let replay = Replay::AtTheirTimes(Client::new(port, origin));
    let (password, now) = match &marker {
        Some(marker) => (marker.password.clone(), marker.now),
        None => (password()?, now()?),
    };
    let fill = Fill { replay, admin_key, password: &password };
    let mut marker = match marker {
        Some(marker) => marker,
        None => {
            fill.replay.expect_empty(admin_key)?;
            Marker::new(state, password.clone(), now, fill.set_up(now)?)
        }
    };
    marker.save()?;
    let (owners, sent) = (marker.owners.clone(), marker.parts);
    let done = fill.tell(now, &owners, sent, &mut |parts| {
        marker.parts = parts;
        marker.save()
    })?;
    marker.is_complete = true;
    marker.save()?;
    server.stop()?;
    println!("{}", summary(&done));
    Ok(Account::with(&marker.password))
}

/// Fills hop on Compute, which runs at `port` and is empty.
pub(super) fn fill_compute(port: u16, origin: &str, admin_key: &str) -> Outcome<Account> {
    println!("Filling hop with example data…");
    let (password, now) = (password()?, now()?);
    let fill = Fill { replay: Replay::Now(Client::new(port, origin)), admin_key, password: &password };
    let owners = fill.set_up(now)?;
    let done = fill.tell(now, &owners, 0, &mut |_| Ok(()))?;
    println!("{}", summary(&done));
    println!(
        "All clicks are of this moment, because Viceroy's clock cannot be set. `cargo xtask serve --example-data` has those of eight weeks."
    );
    Ok(Account::with(&password))
}

fn summary(done: &Done) -> String {
    let active = PEOPLE.iter().filter(|person| person.is_active).count();
    format!("hop has example data now: {done}, and {active} users with the same password.")
}

/// Writes the module that sets hop's clock. It is not beside the built one, so it is never deployed.
fn write_module(project: &Project) -> Outcome<PathBuf> {
    let directory = project.state().join("example");
    fs::create_dir_all(&directory).doing(format_args!("creating {}", directory.display()))?;
    let path = directory.join("replay.js");
    let worker = project.worker_directory().join("index.js");
    // As a JavaScript text, whatever characters the path has.
    let worker = serde_json::Value::from(worker.display().to_string());
    fs::write(&path, REPLAY.replace("\"{worker}\"", &worker.to_string())).doing(format_args!("writing {}", path.display()))?;
    Ok(path)
}

/// A password that can be typed.
fn password() -> Outcome<String> {
    let random = secrets::random()?;
    Ok(random.get(..16).unwrap_or(&random).to_owned())
}

fn now() -> Outcome<u64> {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| Failure::new("the clock of this machine is wrong"))?;
    u64::try_from(elapsed.as_millis()).map_err(|_| Failure::new("the clock of this machine is wrong"))
}
