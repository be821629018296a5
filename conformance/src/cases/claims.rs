//! Claims of an alias: of any number of concurrent requests one gets it.

use serde_json::json;

use super::{TARGET, cases, race, readable};
use crate::client::Call;
use crate::world::World;

cases!("claims":
    one_of_many_concurrent_claims_wins,
);

fn one_of_many_concurrent_claims_wins(world: &World) {
    let hop = world.hop();
    for _ in 0..3 {
        let alias = world.alias("claimed");
        let claim = |number: u8| {
            let body = json!({"alias": alias, "target": format!("{TARGET}{number}")});
            move || hop.send(&Call::post_json("/api/v1/links", &body))
        };
        let responses = race(world.edge, (0..100).map(claim).collect());
        let (won, lost): (Vec<_>, Vec<_>) = responses.iter().partition(|response| response.status == 201);
        assert_eq!(won.len(), 1, "{alias}");
        for response in lost {
            response.problem(409, "alias_taken");
        }
        let shown = readable(hop, &alias, |link| link.is_some()).unwrap();
        assert_eq!(shown["target"], won[0].json()["target"], "the link is the one of the winner");
        let listed = hop.send(&Call::get("/api/v1/links?limit=100").admin()).expect(200).json();
        let times = listed["items"].as_array().unwrap().iter().filter(|link| link["alias"] == alias.as_str()).count();
        assert_eq!(times, 1, "the link is listed once");
    }
}
