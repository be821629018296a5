//! What each edge needs to run hop.

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

/// An edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The memory edge, in this process.
    Memory,
    /// Cloudflare's runtime with D1 and KV, run by `wrangler dev`.
    Workerd,
    /// Fastly's simulator with its KV Store.
    Viceroy,
}

impl Edge {
    /// The edge that `HOP_EDGE` names; memory if it is not set.
    ///
    /// # Panics
    /// When it names none.
    pub fn chosen() -> Self {
        match std::env::var("HOP_EDGE").as_deref() {
            Err(_) | Ok("memory") => Self::Memory,
            Ok("workerd") => Self::Workerd,
            Ok("viceroy") => Self::Viceroy,
            Ok(other) => panic!("HOP_EDGE is {other}: it is memory, workerd or viceroy"),
        }
    }

    /// Whether what it stores can be read once it has ended.
    pub(crate) fn keeps_its_store(self) -> bool {
        self != Self::Viceroy
    }

    /// Whether its store lets one through of several guarded writes that come at the same moment. Viceroy's does not: it looks for the record
    /// under one lock and writes under another (`ObjectStores::insert` in viceroy-lib 0.22.0). Of 5,000 pairs of inserts with one generation it
    /// let 17 both through, of 5,000 pairs in mode `Add` 30. Fastly's KV Store does not.
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

/// A deployment's server or process.
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

    pub(crate) fn said(&self) -> String {
        match self {
            Self::Server(server) => server.said(),
            Self::Process(process) => process.said(),
        }
    }

    /// What it keeps in its store: names and bytes. A process must have ended.
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

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("this crate stands in the repository")
}

/// A path from the environment, else one below the repository.
fn path_of(variable: &str, below_root: &str) -> PathBuf {
    let path = std::env::var_os(variable).map_or_else(|| root().join(below_root), PathBuf::from);
    assert!(path.exists(), "{} is missing: `cargo xtask test` builds it, and {variable} can name another", path.display());
    path
}
