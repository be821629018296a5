//! Durability on Cloudflare's runtime: power cuts, a lost cache, an outdated cached link.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{TARGET, cases, create, eventually, show};
use crate::client::Call;
use crate::deployment::{Deployment, Settings};
use crate::edges::{Edge, workerd};
use crate::world::World;

cases!("durability" on [Edge::Workerd]:
    acknowledged_links_survive_twenty_power_cuts,
    links_redirect_after_the_cache_is_lost,
    outdated_cached_link_is_replaced,
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
fn write_until_killed(address: std::net::SocketAddr, round: u32, writer: u32) -> Vec<String> {
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

/// Follows a link and waits until it is cached, which happens before the click is counted.
fn follow_and_wait_for_the_click(hop: &Deployment, alias: &str) {
    hop.send(&Call::get(format!("/{alias}"))).expect(302);
    eventually("the click is counted", || (show(hop, alias).json()["clicks"]["humans"] != 0).then_some(()));
}

fn links_redirect_after_the_cache_is_lost(world: &World) {
    let state = tempfile::tempdir().unwrap();
    let hop = Deployment::start(world.edge, &settings(state.path()));
    create(&hop, &json!({"alias": "kept", "target": TARGET})).expect(201);
    follow_and_wait_for_the_click(&hop, "kept");
    hop.kill();
    assert!(workerd::cached_link(state.path(), "link/hop.example/kept").contains(TARGET), "the link is cached");
    workerd::clear_cache(state.path());
    let hop = Deployment::start(world.edge, &settings(state.path()));
    let response = hop.send(&Call::get("/kept")).expect(302);
    assert_eq!(response.header("location").unwrap(), TARGET);
}

fn outdated_cached_link_is_replaced(world: &World) {
    let state = tempfile::tempdir().unwrap();
    let hop = Deployment::start(world.edge, &settings(state.path()));
    let link = create(&hop, &json!({"alias": "moved", "target": TARGET})).expect(201).json();
    hop.kill();
    workerd::put_cached_link(state.path(), "link/hop.example/moved", &outdated_cached_link(&link));
    let hop = Deployment::start(world.edge, &settings(state.path()));
    let location = || hop.send(&Call::get("/moved")).expect(302).header("location").unwrap();
    assert_eq!(location(), "https://old.example/", "a cached link is served before it is verified");
    eventually("the cached link is verified and replaced", || (location() == TARGET).then_some(()));
}

/// The cached link of an earlier version, last verified eleven minutes ago.
fn outdated_cached_link(link: &Value) -> String {
    let eleven_minutes_ago = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() - Duration::from_secs(11 * 60);
    json!({
        "v": 1,
        "version": 0,
        "checked_at": u64::try_from(eleven_minutes_ago.as_millis()).unwrap(),
        "id": link["id"],
        "link": {"target": "https://old.example/", "spec": {}},
    })
    .to_string()
}
