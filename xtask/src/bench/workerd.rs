//! Cloudflare's runtime by itself, with all who race in it: `wrangler dev` would put a proxy before them.
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::failure::{Failure, Outcome, While};
use crate::group::Member;
use crate::process;
use crate::project::Project;

const CONFIG: &str = "bench/edge/config.capnp";
/// Where pnpm links what other packages depend on.
const PACKAGES: &str = "node_modules/.pnpm/node_modules/@cloudflare";
const PAUSE: Duration = Duration::from_millis(50);

/// Where each listens, by the names of the sockets in the configuration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    pub(super) hop: u16,
    pub(super) redirect: u16,
    pub(super) empty: u16,
}

/// It ends when this is dropped.
pub(super) struct Workerd {
    pub(super) ports: Ports,
    member: Member,
}

impl Workerd {
    /// Starts it and returns when it answers. The stub of KV holds the copy that `bench_program` makes: one that truth has confirmed just now,
    /// which hop does not check again for ten minutes.
    pub(super) fn start(project: &Project, bench_program: &Path) -> Outcome<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let mut copy = project.machine_command(&bench_program.display().to_string());
        let copy = process::capture(copy.args(["copy", &now.to_string()]))?;
        if !copy.success {
            return Err(Failure::new("the bench program made no copy"));
        }
        let ports = free_ports()?;
        let mut workerd = project.machine_command(&program(project)?.display().to_string());
        workerd.args(["serve", CONFIG]).env("HOP_COPY", copy.text.trim());
        for (name, port) in [("hop", ports.hop), ("redirect", ports.redirect), ("empty", ports.empty)] {
            workerd.arg(format!("--socket-addr={name}={}:{port}", Ipv4Addr::LOCALHOST));
        }
        let mut started = Self { ports, member: process::start(&mut workerd)? };
        while [ports.hop, ports.redirect, ports.empty].iter().any(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_err()) {
            started.check_alive()?;
            thread::sleep(PAUSE);
        }
        Ok(started)
    }

    /// How much of a processor's time it has had, in hundredths of a second.
    pub(super) fn ticks(&self) -> Outcome<u32> {
        let path = format!("/proc/{}/stat", self.member.id());
        let text = fs::read_to_string(&path).doing(format_args!("reading {path}"))?;
        ticks_of(&text).ok_or_else(|| Failure::new(format!("{path} cannot be read: {text}")))
    }

    /// Fails if it has ended by itself.
    pub(super) fn check_alive(&mut self) -> Outcome<()> {
        match self.member.has_ended().doing("watching workerd")? {
            Some(status) => Err(Failure::new(format!("workerd has ended ({status}); its last words are above"))),
            None => Ok(()),
        }
    }
}

/// The sum of the fields `utime` and `stime`, counted from behind the name of the program, which may hold anything.
fn ticks_of(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<u32>);
    Some(times.next()?.ok()? + times.next()?.ok()?)
}

/// The program that wrangler starts, of the one platform it is installed for.
fn program(project: &Project) -> Outcome<PathBuf> {
    let packages = fs::read_dir(project.path(PACKAGES)).doing(format_args!("reading {PACKAGES}"))?;
    let named = packages.filter_map(Result::ok).find(|package| package.file_name().to_string_lossy().starts_with("workerd-"));
    let found = named.map(|package| package.path().join("bin/workerd")).filter(|program| program.exists());
    found.ok_or_else(|| Failure::new(format!("{PACKAGES} has no workerd")).advise("Delete node_modules and run the command again."))
}

/// Ports nobody listens on, and no two of them the same.
fn free_ports() -> Outcome<Ports> {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).doing("looking for a free port");
    let listeners = [listen()?, listen()?, listen()?];
    let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port()).doing("looking for a free port");
    let [hop, redirect, empty] = listeners.each_ref().map(port);
    Ok(Ports { hop: hop?, redirect: redirect?, empty: empty? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_had_the_time_of_both_kinds() {
        let stat = "12 (a) b (c) S 1 12 12 0 -1 4194560 900 0 7 0 140 23 5 6 20 0 9 0 77";
        assert_eq!(ticks_of(stat), Some(163));
        assert_eq!(ticks_of("12 (a) S 1"), None);
    }
}
