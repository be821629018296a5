//! What slow writes hold up: nobody. Only the memory edge has writes that are slow on demand.

use std::time::{Duration, Instant};

use super::clicks::total;
use super::{TARGET, cases, link};
use crate::client::Call;
use crate::deployment::{Deployment, Settings};
use crate::edges::Edge;
use crate::world::World;

cases!("slow_writes" on [Edge::Memory]:
    a_redirect_does_not_wait_for_its_click,
);

fn a_redirect_does_not_wait_for_its_click(world: &World) {
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
