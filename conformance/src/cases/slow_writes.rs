//! Slow writes: they do not delay redirects. Only the memory edge can slow its writes down.

use std::time::{Duration, Instant};

use super::clicks::total;
use super::{TARGET, cases, link};
use crate::client::Call;
use crate::deployment::{Deployment, Settings};
use crate::edges::Edge;
use crate::world::World;

cases!("slow_writes" on [Edge::Memory]:
    redirect_does_not_wait_for_its_click,
);

fn redirect_does_not_wait_for_its_click(world: &World) {
    let slow = Deployment::start(world.edge, &Settings { slow_writes: true, ..World::usual_settings() });
    let alias = world.alias("slow");
    link(&slow, &alias, TARGET);
    let start = Instant::now();
    slow.send(&Call::get(format!("/{alias}"))).expect(302);
    assert!(start.elapsed() < Duration::from_secs(1), "the redirect took {:?}", start.elapsed());
    assert_eq!(total(&slow, &alias), 0, "the click is not counted yet");
    super::eventually("the click is counted", || (total(&slow, &alias) == 1).then_some(()));
    assert!(start.elapsed() >= Duration::from_secs(2));
}
