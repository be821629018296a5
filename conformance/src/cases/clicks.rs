//! Clicks: counted after the visitor has gone, and only for those who were sent on.

use std::time::{Duration, Instant};

use super::{TARGET, address, cases, link, show};
use crate::client::Call;
use crate::deployment::{Deployment, Settings};
use crate::edges::Edge;
use crate::world::World;

cases!("clicks":
    each_followed_link_is_counted_once,
    a_look_is_not_a_click,
    a_redirect_does_not_wait_for_its_click,
);

fn total(hop: &Deployment, alias: &str) -> u64 {
    show(hop, alias).expect(200).json()["clicks"]["humans"].as_u64().unwrap()
}

fn each_followed_link_is_counted_once(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("counted"));
    link(hop, &alias, TARGET);
    for clicks in 1..=5 {
        hop.send(&Call::get(format!("/{alias}"))).expect(302);
        super::eventually("the click is counted", || (total(hop, &alias) == clicks).then_some(()));
    }
    assert_eq!(show(hop, &alias).expect(200).header("etag").unwrap(), "\"1\"", "clicks are no change of the link");
}

fn a_look_is_not_a_click(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("looked-at"));
    link(hop, &alias, TARGET);
    hop.send(&Call::new("HEAD", format!("/{alias}"))).expect(302);
    hop.send(&Call::new("OPTIONS", format!("/{alias}"))).expect(204);
    hop.send(&Call::new("POST", format!("/{alias}"))).expect(405);
    hop.send(&Call::get(address(&alias)).admin()).expect(200);
    // The click that follows is the only one, however long the others might take.
    hop.send(&Call::get(format!("/{alias}"))).expect(302);
    super::eventually("the click is counted", || (total(hop, &alias) > 0).then_some(()));
    assert_eq!(total(hop, &alias), 1);
}

fn a_redirect_does_not_wait_for_its_click(world: &World) {
    if world.edge != Edge::Memory {
        // Only the memory edge has slow writes; here the click is seen to come after the answer all the same.
        return each_followed_link_is_counted_once(world);
    }
    let slow = Deployment::start(world.edge, &Settings { slow_writes: true, ..World::usual_settings() });
    let alias = world.alias("slow");
    link(&slow, &alias, TARGET);
    let asked = Instant::now();
    slow.send(&Call::get(format!("/{alias}"))).expect(302);
    assert!(asked.elapsed() < Duration::from_secs(1), "the redirect took {:?}", asked.elapsed());
    assert_eq!(total(&slow, &alias), 0, "the click is still on its way");
    super::eventually("the click lands", || (total(&slow, &alias) == 1).then_some(()));
    assert!(asked.elapsed() >= Duration::from_secs(2));
}
