//! Clicks: counted after the response, and only for redirects.

use super::{TARGET, address, cases, link, show};
use crate::client::Call;
use crate::deployment::Deployment;
use crate::world::World;

cases!("clicks":
    each_redirect_is_counted_once,
    only_a_redirect_is_a_click,
    maintenance_does_what_is_due,
);

/// How many clicks of people are counted.
pub(super) fn total(hop: &Deployment, alias: &str) -> u64 {
    show(hop, alias).expect(200).json()["clicks"]["humans"].as_u64().unwrap()
}

fn each_redirect_is_counted_once(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("counted"));
    link(hop, &alias, TARGET);
    for clicks in 1..=5 {
        hop.send(&Call::get(format!("/{alias}"))).expect(302);
        super::eventually("the click is counted", || (total(hop, &alias) == clicks).then_some(()));
    }
    assert_eq!(show(hop, &alias).expect(200).header("etag").unwrap(), "\"1\"", "a click is no new version");
}

fn only_a_redirect_is_a_click(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("looked-at"));
    link(hop, &alias, TARGET);
    hop.send(&Call::new("HEAD", format!("/{alias}"))).expect(302);
    hop.send(&Call::new("OPTIONS", format!("/{alias}"))).expect(204);
    hop.send(&Call::new("PUT", format!("/{alias}"))).expect(405);
    hop.send(&Call::get(format!("/{alias}+"))).expect(200);
    hop.send(&Call::get(address(&alias)).admin()).expect(200);
    // A click counted for one of the requests above would raise the total past these three.
    for clicks in 1..=3 {
        hop.send(&Call::get(format!("/{alias}"))).expect(302);
        super::eventually("the click is counted", || (total(hop, &alias) >= clicks).then_some(()));
        assert_eq!(total(hop, &alias), clicks);
    }
}

fn maintenance_does_what_is_due(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("kept-up"));
    link(hop, &alias, TARGET);
    hop.send(&Call::get(format!("/{alias}"))).expect(302);
    super::eventually("the click is counted", || (total(hop, &alias) == 1).then_some(()));
    for _ in 0..100 {
        let answer = hop.send(&Call::new("POST", "/api/v1/maintenance").admin()).expect(200).json();
        assert!(answer["done"]["segments"].is_u64() && answer["done"]["expired"] == 0, "{answer}");
        if answer["more"] == false {
            assert_eq!(total(hop, &alias), 1);
            hop.send(&Call::new("POST", "/api/v1/maintenance?x=1").admin()).problem(422, "invalid_fields");
            return;
        }
    }
    panic!("more is always due");
}
