//! What survives on Cloudflare's runtime: power cuts, a lost copy, an old one.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{TARGET, cases, create, eventually, show};
use crate::client::Call;
use crate::deployment::{Deployment, Settings};
use crate::edges::{Edge, workerd};
use crate::world::World;

cases!("durability" on [Edge::Workerd]:
    every_acknowledged_link_survives_twenty_power_cuts,
    links_resolve_when_their_copies_are_lost,
    an_old_copy_is_found_out,
);

fn settings(state: &Path) -> Settings {
    Settings { state: Some(state.to_owned()), ..World::usual_settings() }
}

fn every_acknowledged_link_survives_twenty_power_cuts(world: &World) {
    let state = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..20 {
        let hop = Deployment::start(world.edge, &settings(state.path()));
        for alias in &acknowledged {
            assert_eq!(show(&hop, alias).status, 200, "round {round} lost {alias}");
        }
        // Writers go on while the power goes.
        let address = hop.address;
        let mut writers: Vec<_> = (0..3).map(|writer| std::thread::spawn(move || write_until_it_ends(address, round, writer))).collect();
        eventually("a few links are written", || (show(&hop, &format!("r{round}-w0-3")).status == 200).then_some(()));
        hop.kill();
        for writer in writers.drain(..) {
            acknowledged.extend(writer.join().unwrap());
        }
    }
    let hop = Deployment::start(world.edge, &settings(state.path()));
    assert!(acknowledged.len() >= 60, "{} links were acknowledged", acknowledged.len());
    for alias in &acknowledged {
        let answer = hop.send(&Call::get(format!("/{alias}")));
        assert_eq!(answer.status, 302, "{alias} is lost");
    }
}

/// The aliases of the links that were acknowledged before the server was gone.
fn write_until_it_ends(address: std::net::SocketAddr, round: u32, writer: u32) -> Vec<String> {
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

/// Follows a link and waits until its copy has been put, which comes before the click is counted.
fn follow_and_wait_for_the_click(hop: &Deployment, alias: &str) {
    hop.send(&Call::get(format!("/{alias}"))).expect(302);
    eventually("the click is counted", || (show(hop, alias).json()["clicks"]["humans"] != 0).then_some(()));
}

fn links_resolve_when_their_copies_are_lost(world: &World) {
    let state = tempfile::tempdir().unwrap();
    let hop = Deployment::start(world.edge, &settings(state.path()));
    create(&hop, &json!({"alias": "kept", "target": TARGET})).expect(201);
    follow_and_wait_for_the_click(&hop, "kept");
    hop.kill();
    assert!(workerd::peek_copy(state.path(), "link/hop.example/kept").contains(TARGET), "there was a copy to lose");
    workerd::empty_copies(state.path());
    let hop = Deployment::start(world.edge, &settings(state.path()));
    let answer = hop.send(&Call::get("/kept")).expect(302);
    assert_eq!(answer.header("location").unwrap(), TARGET);
}

fn an_old_copy_is_found_out(world: &World) {
    let state = tempfile::tempdir().unwrap();
    let hop = Deployment::start(world.edge, &settings(state.path()));
    let link = create(&hop, &json!({"alias": "moved", "target": TARGET})).expect(201).json();
    hop.kill();
    workerd::plant_copy(state.path(), "link/hop.example/moved", &old_copy(&link));
    let hop = Deployment::start(world.edge, &settings(state.path()));
    let location = || hop.send(&Call::get("/moved")).expect(302).header("location").unwrap();
    assert_eq!(location(), "https://old.example/", "a copy is trusted at first");
    eventually("the old copy is checked and replaced", || (location() == TARGET).then_some(()));
}

/// A copy from before the link was changed, last checked eleven minutes ago.
fn old_copy(link: &Value) -> String {
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
