//! Deployments: a running hop and its settings.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::client::{Call, Response};
use crate::edges::{Edge, Running};
use crate::secrets;
use crate::world::PEPPER;

/// How long a deployment may take to start. wrangler is slow on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(90);

/// The settings of a deployment.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The bootstrap admin's key, if there is one.
    pub admin_key: Option<&'static str>,
    /// `HOP_…` settings.
    pub settings: Vec<(&'static str, &'static str)>,
    /// Whether the store is missing.
    pub without_store: bool,
    /// The folder in which Cloudflare's runtime keeps its state after the end of the deployment.
    pub state: Option<PathBuf>,
    /// Whether every write takes two seconds. Only for the memory edge.
    pub slow_writes: bool,
    /// Whether `X-Rows-Read` reports how many rows the database read for a response, and tests can read what the
    /// deployment has used and make a statement of an object fail. Only for Cloudflare's runtime.
    pub metered: bool,
    /// Whether tests can read and write the cache, and send requests for which the database does not answer: it fails
    /// or hangs, as `X-Database` says. Only for Cloudflare's runtime.
    pub cache_access: bool,
    /// Whether hop handles a request as often as the header `X-Times` says. Only for Cloudflare's runtime.
    pub repeating: bool,
    /// Whether the platform's rate limiter lets a network ask for few unknown aliases. Compute has no such limiter.
    pub few_unknown_aliases: bool,
}

/// How many unknown aliases a network may ask for in a minute, where they are few.
pub const FEW_UNKNOWN_ALIASES: u32 = 10;

impl Settings {
    /// Registers the secrets of these settings for the search.
    fn register_secrets(&self) {
        let of_settings = self.settings.iter().filter(|(name, _)| name.ends_with("_PEPPER") || name.ends_with("_KEY"));
        let secrets = self.admin_key.map(|key| ("HOP_ADMIN_KEY", key)).into_iter().chain([("HOP_PEPPER", PEPPER)]);
        secrets.chain(of_settings.copied()).for_each(|(name, secret)| secrets::configured(name, secret));
    }
}

/// A running hop. Dropping it ends all its processes.
pub struct Deployment {
    /// The edge it runs on.
    pub edge: Edge,
    /// The address it listens on.
    pub address: SocketAddr,
    running: Running,
}

impl Deployment {
    /// Starts hop and waits until `/health` responds.
    ///
    /// # Panics
    /// When it does not start, with its output.
    pub fn start(edge: Edge, settings: &Settings) -> Self {
        let address = free_address();
        settings.register_secrets();
        let mut deployment = Self { edge, address, running: edge.start(address, settings) };
        let deadline = Instant::now() + START_TIMEOUT;
        let health = Call::get("/health");
        while !health.exchange(address).is_ok_and(|bytes| bytes.starts_with(b"HTTP/1.1 200")) {
            let ended = deployment.running.has_ended();
            assert!(!ended && Instant::now() < deadline, "{edge:?} did not start:\n{}", deployment.running.output());
            std::thread::sleep(Duration::from_millis(50));
        }
        deployment
    }

    /// Sends `call` to this deployment.
    pub fn send(&self, call: &Call) -> Response {
        call.send(self.address)
    }

    /// Kills it, as a power cut would.
    pub fn kill(self) {}

    /// What it has printed so far.
    pub fn output(&self) -> String {
        self.running.output()
    }
}

impl Drop for Deployment {
    /// Ends hop, and keeps its log and its records for the search for secrets.
    fn drop(&mut self) {
        self.running.kill();
        if secrets::is_collecting() {
            let name = format!("{:?} at {}", self.edge, self.address);
            secrets::ended(&name, &self.running.output(), self.running.stored());
        }
    }
}

/// An address with a port that is free right now.
///
/// # Panics
/// When there is none.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    listener.local_addr().expect("a listener has an address")
}
