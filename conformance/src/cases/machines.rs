//! What hop tells machines.

use super::cases;
use crate::client::Call;
use crate::edges::Edge;
use crate::openapi;
use crate::world::World;

cases!("machines":
    health_and_readiness_say_so,
    capabilities_say_what_holds_here,
    the_api_describes_itself,
    robots_stay_out,
    there_is_no_icon,
);

fn health_and_readiness_say_so(world: &World) {
    let hop = world.hop();
    assert_eq!(hop.send(&Call::get("/health")).expect(200).text(), r#"{"status":"ok"}"#);
    assert_eq!(hop.send(&Call::get("/ready")).expect(200).text(), r#"{"status":"ready"}"#);
}

fn capabilities_say_what_holds_here(world: &World) {
    let told = world.hop().send(&Call::get("/capabilities")).expect(200).json();
    let (edge, page, one_owner, copies) = match world.edge {
        Edge::Memory => ("memory", 100, "always", true),
        Edge::Workerd => ("cloudflare", 100, "always", true),
        Edge::Viceroy => ("fastly", 10, "as far as KV Store's insert-if-absent holds", false),
    };
    assert_eq!(told["edge"], edge);
    assert_eq!(told["limits"]["page"], page);
    assert_eq!(told["limits"]["alias_bytes"], 128);
    assert_eq!(told["limits"]["target_bytes"], 8_192);
    assert_eq!(told["limits"]["body_bytes"], 65_536);
    assert_eq!(told["promises"]["one_alias_one_owner"], one_owner);
    assert_eq!(told["promises"]["memo"]["hit_seconds"], 5);
    assert_eq!(told["promises"]["memo"]["miss_seconds"], 10);
    assert_eq!(told["promises"]["copies"].is_object(), copies);
    if copies {
        assert_eq!(told["promises"]["copies"]["recheck_after_seconds"], 600);
        assert_eq!(told["promises"]["copies"]["expire_after_seconds"], 86_400);
    }
}

fn the_api_describes_itself(world: &World) {
    let served = world.hop().send(&Call::get("/openapi.json")).expect(200);
    assert_eq!(served.header("content-type").as_deref(), Some("application/json"));
    assert_eq!(served.json(), openapi::document());
}

fn robots_stay_out(world: &World) {
    let answer = world.hop().send(&Call::get("/robots.txt")).expect(200);
    assert_eq!(answer.text(), "User-agent: *\nDisallow: /\n");
    assert!(answer.header("content-type").unwrap().starts_with("text/plain"));
}

fn there_is_no_icon(world: &World) {
    assert!(world.hop().send(&Call::get("/favicon.ico")).expect(204).body.is_empty());
}
