//! Asking whether an alias is free.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, field_errors, link, readable};
use crate::client::{Answer, Call};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::{OTHER_DOMAIN, World};

cases!("aliases":
    an_alias_is_free_until_somebody_has_it_and_retired_after_that,
    what_can_never_be_an_alias_says_why,
    an_alias_is_asked_for_on_one_domain,
    an_unknown_parameter_is_refused,
    only_the_admin_asks,
);

fn ask(hop: &Deployment, alias: &str) -> Answer {
    hop.send(&Call::get(format!("/api/v1/aliases/{alias}")).admin())
}

#[track_caller]
fn expect(hop: &Deployment, alias: &str, reason: &Value) {
    let told = ask(hop, alias).expect(200).json();
    assert_shape(&told, "alias");
    assert_eq!(told, json!({"alias": alias, "available": reason.is_null(), "reason": reason}));
}

fn an_alias_is_free_until_somebody_has_it_and_retired_after_that(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("asked"));
    expect(hop, &alias, &Value::Null);
    link(hop, &alias, TARGET);
    expect(hop, &alias, &json!("alias_taken"));
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    expect(hop, &alias, &json!("alias_retired"));
}

fn what_can_never_be_an_alias_says_why(world: &World) {
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

fn an_alias_is_asked_for_on_one_domain(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("there"));
    create(hop, &json!({"alias": alias, "target": TARGET, "domain": OTHER_DOMAIN})).expect(201);
    expect(hop, &alias, &Value::Null);
    let told = ask(hop, &format!("{alias}?domain=B.example")).expect(200).json();
    assert_eq!(told["reason"], "alias_taken");
}

fn an_unknown_parameter_is_refused(world: &World) {
    for (query, field, code) in [("?domian=x", "/domian", "unknown"), ("?domain=evil.example", "/domain", "invalid")] {
        let problem = ask(world.hop(), &format!("x{query}")).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), code.to_owned())]);
    }
}

fn only_the_admin_asks(world: &World) {
    world.hop().send(&Call::get("/api/v1/aliases/x")).problem(401, "unauthenticated");
}
