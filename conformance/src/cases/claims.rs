//! One alias, one owner, however many ask at once.

use serde_json::json;

use super::{TARGET, cases, readable};
use crate::client::Call;
use crate::edges::Edge;
use crate::world::World;

cases!("claims":
    of_many_who_claim_an_alias_one_gets_it,
);

/// The simulator of Fastly's KV Store looks and writes in two steps, so many at once can let two win there; the real store does not.
fn at_once(edge: Edge) -> usize {
    match edge {
        Edge::Memory | Edge::Workerd => 100,
        Edge::Viceroy => 2,
    }
}

fn of_many_who_claim_an_alias_one_gets_it(world: &World) {
    let hop = world.hop();
    for _ in 0..3 {
        let alias = world.alias("claimed");
        let answers: Vec<_> = std::thread::scope(|scope| {
            let claims: Vec<_> = (0..at_once(world.edge))
                .map(|number| {
                    let body = json!({"alias": alias, "target": format!("{TARGET}{number}")});
                    scope.spawn(move || hop.send(&Call::post_json("/api/v1/links", &body)))
                })
                .collect();
            claims.into_iter().map(|claim| claim.join().unwrap()).collect()
        });
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
