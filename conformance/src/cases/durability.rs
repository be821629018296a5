//! Durability on Cloudflare's runtime: power cuts of the database and of the ledger, and a lost cache.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::clicks::total;
use super::ledger::long_click;
use super::{TARGET, cases, create, eventually, show};
use crate::client::Call;
use crate::deployment::{Deployment, Settings};
use crate::edges::{Edge, workerd};
use crate::world::World;

cases!("durability" on [Edge::Workerd]:
    acknowledged_links_survive_twenty_power_cuts,
    acknowledged_clicks_survive_power_cuts,
    links_redirect_after_the_cache_is_lost,
);

fn settings(state: &Path) -> Settings {
    Settings { state: Some(state.to_owned()), ..World::usual_settings() }
}

fn acknowledged_links_survive_twenty_power_cuts(world: &World) {
    let state = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..20 {
        let hop = Deployment::start(world.edge, &settings(state.path()));
        for alias in &acknowledged {
            assert_eq!(show(&hop, alias).status, 200, "round {round} lost {alias}");
        }
        // The writers are still writing when hop is killed.
        let address = hop.address;
        let mut writers: Vec<_> = (0..3).map(|writer| std::thread::spawn(move || write_until_killed(address, round, writer))).collect();
        eventually("a few links are written", || (show(&hop, &format!("r{round}-w0-3")).status == 200).then_some(()));
        hop.kill();
        for writer in writers.drain(..) {
            acknowledged.extend(writer.join().unwrap());
        }
    }
    let hop = Deployment::start(world.edge, &settings(state.path()));
    assert!(acknowledged.len() >= 60, "{} links were acknowledged", acknowledged.len());
    for alias in &acknowledged {
        let response = hop.send(&Call::get(format!("/{alias}")));
        assert_eq!(response.status, 302, "{alias} is lost");
    }
}

/// The aliases of the links that were acknowledged before the server was killed.
fn write_until_killed(address: SocketAddr, round: u32, writer: u32) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let alias = format!("r{round}-w{writer}-{number}");
        let call = Call::post_json("/api/v1/links", &json!({"alias": alias, "target": TARGET}));
        match call.exchange(address) {
            Ok(bytes) if bytes.starts_with(b"HTTP/1.1 201") => acknowledged.push(alias),
            Ok(bytes) if !bytes.is_empty() => continue,
            _ => break,
        }
    }
    acknowledged
}

/// How many clicks survive how many power cuts.
struct Scale {
    rounds: u64,
    /// Clicks that are counted in each round before its power cut.
    clicks: u64,
    visitors: usize,
    /// Clicks that hop handles for each request of a visitor. `wrangler dev` takes longer for a request than hop for ten
    /// clicks.
    clicks_per_request: u64,
    /// Time between two reads of the total, which cost more than a click.
    pause: Duration,
    /// The longest time until the clicks of a round are counted.
    patience: Duration,
}

impl Scale {
    /// A few thousand clicks, or a million with `HOP_SLOW`.
    fn chosen() -> Self {
        if std::env::var_os("HOP_SLOW").is_some() {
            Self {
                rounds: 100,
                clicks: 10_000,
                visitors: 16,
                clicks_per_request: 25,
                pause: Duration::from_secs(1),
                patience: Duration::from_secs(300),
            }
        } else {
            Self {
                rounds: 20,
                clicks: 200,
                visitors: 4,
                clicks_per_request: 1,
                pause: Duration::from_millis(20),
                patience: Duration::from_secs(30),
            }
        }
    }

    /// Waits until at least this many clicks are counted. Returns their number. No total may be less than one read before.
    #[track_caller]
    fn wait_for(&self, hop: &Deployment, clicks: u64) -> u64 {
        let deadline = Instant::now() + self.patience;
        let mut before = 0;
        loop {
            let counted = total(hop, "clicked");
            assert!(counted >= before, "the total fell from {before} to {counted}");
            before = counted;
            if counted >= clicks {
                return counted;
            }
            assert!(Instant::now() < deadline, "only {counted} of {clicks} clicks are counted");
            std::thread::sleep(self.pause);
        }
    }
}

/// Visitors of one round, and how many clicks they have sent so far. A click without a response may be counted or not.
#[derive(Default)]
struct Visitors {
    sent: AtomicU64,
    answered: AtomicU64,
    have_left: AtomicBool,
}

impl Visitors {
    /// Clicks until the server is killed or the visitors have left.
    fn click(&self, address: SocketAddr, clicks_per_request: u64) {
        let call = long_click("clicked").header("X-Times", clicks_per_request.to_string());
        while !self.have_left.load(Ordering::Relaxed) {
            self.sent.fetch_add(clicks_per_request, Ordering::Relaxed);
            match call.exchange(address) {
                Ok(bytes) if bytes.starts_with(b"HTTP/1.1 302") => self.answered.fetch_add(clicks_per_request, Ordering::Relaxed),
                _ => break,
            };
        }
    }
}

/// A total that was read is acknowledged: it never decreases. Every other round ends while visitors click, so the total
/// of the next round is between what was read and what was sent. The rounds between end when all clicks are counted, so
/// their totals are exact.
fn acknowledged_clicks_survive_power_cuts(world: &World) {
    let state = tempfile::tempdir().unwrap();
    let settings = Settings { repeating: true, ..settings(state.path()) };
    let hop = Deployment::start(world.edge, &settings);
    create(&hop, &json!({"alias": "clicked", "target": TARGET})).expect(201);
    hop.kill();
    let (mut least, mut most) = (0, 0);
    let scale = Scale::chosen();
    for round in 0..scale.rounds {
        let hop = Deployment::start(world.edge, &settings);
        let before = total(&hop, "clicked");
        assert!((least..=most).contains(&before), "round {round}: {before} of {least} to {most} clicks are counted");
        let (visitors, address) = (Visitors::default(), hop.address);
        std::thread::scope(|scope| {
            let clicking: Vec<_> = (0..scale.visitors).map(|_| scope.spawn(|| visitors.click(address, scale.clicks_per_request))).collect();
            least = scale.wait_for(&hop, before + scale.clicks);
            if round % 2 == 0 {
                hop.kill();
                return;
            }
            visitors.have_left.store(true, Ordering::Relaxed);
            clicking.into_iter().for_each(|visitor| visitor.join().unwrap());
            let all = before + visitors.answered.load(Ordering::Relaxed);
            least = scale.wait_for(&hop, all);
            std::thread::sleep(Duration::from_secs(2));
            assert_eq!((least, total(&hop, "clicked")), (all, all), "round {round}");
            hop.kill();
        });
        most = before + visitors.sent.load(Ordering::Relaxed);
    }
    let hop = Deployment::start(world.edge, &settings);
    let after = total(&hop, "clicked");
    assert!((least..=most).contains(&after), "{after} of {least} to {most} clicks are counted");
}

fn links_redirect_after_the_cache_is_lost(world: &World) {
    let state = tempfile::tempdir().unwrap();
    let settings = Settings { cache_access: true, ..settings(state.path()) };
    let hop = Deployment::start(world.edge, &settings);
    create(&hop, &json!({"alias": "kept", "target": TARGET})).expect(201);
    hop.send(&Call::get("/kept")).expect(302);
    let entry = eventually("the link is cached", || workerd::cache_entry(&hop, "kept"));
    assert_eq!(entry["link"]["target"], TARGET);
    hop.kill();
    workerd::clear_cache(state.path());
    let hop = Deployment::start(world.edge, &settings);
    assert_eq!(workerd::cache_entry(&hop, "kept"), None);
    let response = hop.send(&Call::get("/kept")).expect(302);
    assert_eq!(response.header("location").unwrap(), TARGET);
}
