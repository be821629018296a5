//! workerd, Cloudflare's runtime, with the Workers of the benchmarks. It runs without `wrangler dev`, which would add a
//! proxy.
use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::bench::{self, processor};
use crate::build;
use crate::edge::Edge;
use crate::failure::{Failure, Outcome, While};
use crate::group::Member;
use crate::process;
use crate::project::Project;

/// The configuration of workerd and the scripts it embeds.
const SOURCES: &str = "bench/edge";
const FILES: [&str; 8] = ["config.capnp", "ledger.js", "instant.js", "redirect.js", "cache.js", "kv.js", "d1.js", "salts.js"];
const WORKER_FILES: [&str; 2] = ["index.js", "index_bg.wasm"];
/// The directory with the databases of the ledger's objects. The configuration names it, relative to its own folder.
const OBJECTS: &str = "objects";
/// Where pnpm links indirect dependencies.
const PACKAGES: &str = "node_modules/.pnpm/node_modules/@cloudflare";
const PAUSE: Duration = Duration::from_millis(50);
/// A process that uses less processor time than this during a pause is idle.
const IDLE: Duration = Duration::from_micros(200);

/// The files and settings to start workerd with.
pub(super) struct Runtime {
    program: PathBuf,
    folder: PathBuf,
    /// The cached link that the stubs of the cache and of KV return for every key.
    cached_link: String,
}

impl Runtime {
    /// Builds hop (unless `HOP_WORKER_DIR` is set) and the empty Worker, and copies them to where the configuration
    /// embeds them. The stub of the cache returns a cached link that was verified just now. With the setting in the
    /// configuration, hop serves it for half an hour and does not verify it.
    pub(super) fn prepare(project: &Project) -> Outcome<Self> {
        let hop = match std::env::var_os(bench::WORKER_DIRECTORY) {
            Some(directory) => PathBuf::from(directory),
            None => {
                build::module(project, Edge::Cloudflare)?;
                project.worker_directory()
            }
        };
        build::empty_worker(project)?;
        let folder = project.bench_directory();
        copy_files(&FILES, &project.path(SOURCES), &folder)?;
        copy_files(&WORKER_FILES, &hop, &folder.join("hop"))?;
        copy_files(&WORKER_FILES, &project.empty_worker(), &folder.join("empty"))?;
        let bench_program = bench::host::program(project)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let mut print_link = project.system_command(&bench_program.display().to_string());
        let cached_link = process::capture(print_link.args(["cached-link", &now.to_string()]))?;
        if !cached_link.success {
            return Err(Failure::new("the bench program did not print a cached link"));
        }
        Ok(Self { program: program(project)?, folder, cached_link: cached_link.text.trim().to_owned() })
    }

    /// Starts workerd with the constant `config` of the configuration and a free port for each of `sockets`. Waits
    /// until all ports accept connections.
    pub(super) fn start<const N: usize>(&self, project: &Project, config: &str, sockets: [&str; N]) -> Outcome<Workerd<N>> {
        let ports = free_ports()?;
        empty_directory(&self.folder.join(OBJECTS))?;
        let mut workerd = project.system_command(&self.program.display().to_string());
        workerd.arg("serve").arg(self.folder.join("config.capnp")).arg(config).env("HOP_CACHED_LINK", &self.cached_link);
        workerd.current_dir(&self.folder);
        for (name, port) in sockets.iter().zip(ports) {
            workerd.arg(format!("--socket-addr={name}={}:{port}", Ipv4Addr::LOCALHOST));
        }
        let mut started = Workerd { ports, member: process::start(&mut workerd)? };
        while ports.iter().any(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_err()) {
            started.check_alive()?;
            thread::sleep(PAUSE);
        }
        Ok(started)
    }
}

/// A running workerd. Dropping it ends the process.
pub(super) struct Workerd<const N: usize> {
    /// The ports, in the order of the sockets.
    pub(super) ports: [u16; N],
    member: Member,
}

impl<const N: usize> Workerd<N> {
    pub(super) fn process(&self) -> u32 {
        self.member.id()
    }

    /// The processor time of all its threads so far.
    pub(super) fn processor_time(&self) -> Outcome<Duration> {
        processor::time_of(self.process())
    }

    /// Waits until workerd is idle: its ports are open before the Workers are loaded.
    pub(super) fn wait_until_idle(&mut self) -> Outcome<()> {
        let mut before = self.processor_time()?;
        loop {
            thread::sleep(PAUSE);
            self.check_alive()?;
            let now = self.processor_time()?;
            if now.saturating_sub(before) < IDLE {
                return Ok(());
            }
            before = now;
        }
    }

    /// Fails if the process has ended.
    pub(super) fn check_alive(&mut self) -> Outcome<()> {
        match self.member.has_ended().doing("watching workerd")? {
            Some(status) => Err(Failure::new(format!("workerd ended unexpectedly ({status}); its last output is above"))),
            None => Ok(()),
        }
    }
}

/// Creates a directory, or empties it.
fn empty_directory(path: &Path) -> Outcome<()> {
    let gone = fs::remove_dir_all(path).or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) });
    gone.and_then(|()| fs::create_dir_all(path)).doing(format_args!("emptying {}", path.display()))
}

/// Copies files to a folder, which is created.
pub(super) fn copy_files(files: &[&str], from: &Path, to: &Path) -> Outcome<()> {
    fs::create_dir_all(to).doing(format_args!("creating {}", to.display()))?;
    for file in files {
        let file = from.join(file);
        let name = file.file_name().unwrap_or_default();
        fs::copy(&file, to.join(name)).doing(format_args!("copying {} to {}", file.display(), to.display()))?;
    }
    Ok(())
}

/// The workerd program of the npm packages, which is installed for one platform only.
fn program(project: &Project) -> Outcome<PathBuf> {
    let packages = fs::read_dir(project.path(PACKAGES)).doing(format_args!("reading {PACKAGES}"))?;
    let named = packages.filter_map(Result::ok).find(|package| package.file_name().to_string_lossy().starts_with("workerd-"));
    let found = named.map(|package| package.path().join("bin/workerd")).filter(|program| program.exists());
    found.ok_or_else(|| Failure::new(format!("workerd is missing in {PACKAGES}")).advise("Delete node_modules and run the command again."))
}

/// Distinct free ports.
pub(super) fn free_ports<const N: usize>() -> Outcome<[u16; N]> {
    let mut ports = [0; N];
    let mut listeners = Vec::with_capacity(N);
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).doing("looking for a free port")?;
        *port = listener.local_addr().doing("looking for a free port")?.port();
        listeners.push(listener);
    }
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_differ() {
        let [one, two] = free_ports().unwrap();
        assert_ne!(one, two);
    }
}
