//! Edges: how hop is started and stopped on each of them.

mod manifest;
mod memory;
mod process;
pub mod viceroy;
pub mod workerd;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use process::Process;
pub use process::end_with_this_process;

use crate::deployment::Settings;
use crate::server::MemoryServer;

/// The platform that runs hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The memory edge, in this process.
    Memory,
    /// Cloudflare's runtime with D1 and the Cache API, run by `wrangler dev`.
    Workerd,
    /// Fastly's simulator with its KV Store.
    Viceroy,
}

impl Edge {
    /// The edge that `HOP_EDGE` names, or memory if it is not set.
    ///
    /// # Panics
    /// When it names no edge.
    pub fn chosen() -> Self {
        match std::env::var("HOP_EDGE").as_deref() {
            Err(_) | Ok("memory") => Self::Memory,
            Ok("workerd") => Self::Workerd,
            Ok("viceroy") => Self::Viceroy,
            Ok(other) => panic!("HOP_EDGE must be memory, workerd or viceroy, and is {other}"),
        }
    }

    /// Whether the store can be read after the process has ended.
    pub(crate) fn keeps_its_store(self) -> bool {
        self != Self::Viceroy
    }

    /// Whether guarded writes are atomic, so that one of several concurrent ones wins.
    ///
    /// Viceroy's are not: it compares under one lock and writes under another (`ObjectStores::insert` in viceroy-lib
    /// 0.22.0). It accepted both of 17 in 5,000 pairs of inserts with one generation, and of 30 in 5,000 pairs in mode
    /// `Add`. Fastly's KV Store accepts only one.
    pub(crate) fn has_atomic_writes(self) -> bool {
        self != Self::Viceroy
    }

    pub(crate) fn start(self, address: SocketAddr, settings: &Settings) -> Running {
        match self {
            Self::Memory => Running::Server(memory::start(address, settings)),
            Self::Workerd => Running::Process(workerd::start(address, settings)),
            Self::Viceroy => Running::Process(viceroy::start(address, settings)),
        }
    }
}

/// The server or the process of a deployment.
pub(crate) enum Running {
    Server(MemoryServer),
    Process(Process),
}

impl Running {
    pub(crate) fn has_ended(&mut self) -> bool {
        match self {
            Self::Server(_) => false,
            Self::Process(process) => process.has_ended(),
        }
    }

    pub(crate) fn output(&self) -> String {
        match self {
            Self::Server(server) => server.output(),
            Self::Process(process) => process.output(),
        }
    }

    /// The names and the bytes in the store. A process must have ended.
    pub(crate) fn stored(&self) -> Vec<(String, Vec<u8>)> {
        match self {
            Self::Server(server) => server.stored(),
            Self::Process(process) => process.stored(),
        }
    }

    pub(crate) fn kill(&mut self) {
        match self {
            Self::Server(server) => server.stop(),
            Self::Process(process) => process.kill(),
        }
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("this crate is in the repository")
}

/// A path from an environment variable, or one below the root of the repository.
fn path_of(variable: &str, below_root: &str) -> PathBuf {
    let path = std::env::var_os(variable).map_or_else(|| root().join(below_root), PathBuf::from);
    assert!(path.exists(), "{} is missing: `cargo xtask test` builds it, and {variable} can name another", path.display());
    path
}
