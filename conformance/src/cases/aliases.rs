//! Availability of aliases: `GET /api/v1/aliases/{alias}`.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, field_errors, link, readable};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::{OTHER_DOMAIN, World};

cases!("aliases":
    alias_is_free_then_taken_then_retired,
    impossible_alias_has_a_reason,
    availability_is_per_domain,
    wrong_parameters_are_named,
    availability_needs_a_key,
);

fn availability(hop: &Deployment, alias: &str) -> Response {
    hop.send(&Call::get(format!("/api/v1/aliases/{alias}")).admin())
}

#[track_caller]
fn expect(hop: &Deployment, alias: &str, reason: &Value) {
    let found = availability(hop, alias).expect(200).json();
    assert_shape(&found, "alias");
    assert_eq!(found, json!({"alias": alias, "available": reason.is_null(), "reason": reason}));
}

fn alias_is_free_then_taken_then_retired(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("asked"));
    expect(hop, &alias, &Value::Null);
    link(hop, &alias, TARGET);
    expect(hop, &alias, &json!("alias_taken"));
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    expect(hop, &alias, &json!("alias_retired"));
}

fn impossible_alias_has_a_reason(world: &World) {
    let long = "x".repeat(129);
    for (alias, reason) in [
        ("api", "reserved"),
        ("Health", "reserved"),
        ("ads.txt", "reserved"),
        ("App-Ads.txt", "reserved"),
        ("security.txt", "reserved"),
        ("report", "reserved"),
        ("mcp", "reserved"),
        ("a;b", "invalid"),
        ("...", "invalid"),
        (&*long, "too_long"),
    ] {
        expect(world.hop(), alias, &json!(reason));
    }
}

fn availability_is_per_domain(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("elsewhere"));
    create(hop, &json!({"alias": alias, "target": TARGET, "domain": OTHER_DOMAIN})).expect(201);
    expect(hop, &alias, &Value::Null);
    let found = availability(hop, &format!("{alias}?domain=B.example")).expect(200).json();
    assert_eq!(found["reason"], "alias_taken");
}

fn wrong_parameters_are_named(world: &World) {
    for (query, field, code) in [("?domian=x", "/domian", "unknown"), ("?domain=evil.example", "/domain", "invalid")] {
        let problem = availability(world.hop(), &format!("x{query}")).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), code.to_owned())]);
    }
}

fn availability_needs_a_key(world: &World) {
    world.hop().send(&Call::get("/api/v1/aliases/x")).problem(401, "unauthenticated");
}
