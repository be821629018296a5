//! One alias, one owner, however many ask at once.

use serde_json::json;

use super::{TARGET, cases, race, readable};
use crate::client::Call;
use crate::world::World;

cases!("claims":
    of_many_who_claim_an_alias_one_gets_it,
);

fn of_many_who_claim_an_alias_one_gets_it(world: &World) {
    let hop = world.hop();
    for _ in 0..3 {
        let alias = world.alias("claimed");
        let claim = |number: u8| {
            let body = json!({"alias": alias, "target": format!("{TARGET}{number}")});
            move || hop.send(&Call::post_json("/api/v1/links", &body))
        };
        let answers = race(world.edge, (0..100).map(claim).collect());
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
        assert_eq!(won.len(), 1, "{alias}");
        for answer in lost {
            answer.problem(409, "alias_taken");
        }
        let shown = readable(hop, &alias, |link| link.is_some()).unwrap();
        assert_eq!(shown["target"], won[0].json()["target"], "the winner is who is shown");
        let listed = hop.send(&Call::get("/api/v1/links?limit=100").admin()).expect(200).json();
        let times = listed["items"].as_array().unwrap().iter().filter(|link| link["alias"] == alias.as_str()).count();
        assert_eq!(times, 1, "listed once");
    }
}
