//! A running hop, and what it is to be told when it starts.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::client::{Answer, Call};
use crate::edges::{Edge, Running};
use crate::secrets;
use crate::world::PEPPER;

/// How long a deployment may take to start. wrangler on a busy machine takes its time.
const START: Duration = Duration::from_secs(90);

/// What a deployment is told.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The bootstrap admin's key, if there is to be one.
    pub admin_key: Option<&'static str>,
    /// `HOP_…` settings.
    pub settings: Vec<(&'static str, &'static str)>,
    /// Whether the store is not there.
    pub without_store: bool,
    /// Where its state is kept beyond its life, on an edge that keeps any.
    pub state: Option<PathBuf>,
    /// Whether every write takes two seconds; only the memory edge can do that.
    pub slow_writes: bool,
    /// Whether `X-Rows-Read` tells how much the database read for an answer; only Cloudflare's runtime can do that.
    pub metered: bool,
}

impl Settings {
    /// Tells the secrets it has, so that they are searched for.
    fn known_secrets(&self) {
        let of_settings = self.settings.iter().filter(|(name, _)| name.ends_with("_PEPPER") || name.ends_with("_KEY"));
        let secrets = self.admin_key.map(|key| ("HOP_ADMIN_KEY", key)).into_iter().chain([("HOP_PEPPER", PEPPER)]);
        secrets.chain(of_settings.copied()).for_each(|(name, secret)| secrets::configured(name, secret));
    }
}

/// A running hop. It ends when this is dropped, with every process it started.
pub struct Deployment {
    /// Which edge it runs on.
    pub edge: Edge,
    /// Where it listens.
    pub address: SocketAddr,
    running: Running,
}

impl Deployment {
    /// Starts hop and waits until it answers.
    ///
    /// # Panics
    /// When it does not, with what it said.
    pub fn start(edge: Edge, settings: &Settings) -> Self {
        let address = free_address();
        settings.known_secrets();
        let mut deployment = Self { edge, address, running: edge.start(address, settings) };
        let give_up = Instant::now() + START;
        let health = Call::get("/health");
        while !health.exchange(address).is_ok_and(|bytes| bytes.starts_with(b"HTTP/1.1 200")) {
            let ended = deployment.running.has_ended();
            assert!(!ended && Instant::now() < give_up, "{edge:?} did not start:\n{}", deployment.running.said());
            std::thread::sleep(Duration::from_millis(50));
        }
        deployment
    }

    /// Sends `call` here.
    pub fn send(&self, call: &Call) -> Answer {
        call.send(self.address)
    }

    /// Ends it as a power cut would.
    pub fn kill(self) {}

    /// What it printed.
    pub fn said(&self) -> String {
        self.running.said()
    }
}

impl Drop for Deployment {
    /// What it logged and stored is searched for secrets in the end; its files go with it.
    fn drop(&mut self) {
        self.running.kill();
        if secrets::are_watched() {
            let whose = format!("{:?} at {}", self.edge, self.address);
            secrets::ended(&whose, &self.running.said(), self.running.stored());
        }
    }
}

/// A port nobody uses right now.
///
/// # Panics
/// When there is none.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    listener.local_addr().expect("a listener has an address")
}
