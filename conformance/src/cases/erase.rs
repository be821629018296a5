//! Erasing links.

use serde_json::json;

use super::{TARGET, address, cases, create, eventually, field_errors, link, readable, show};
use crate::client::{Call, Response};
use crate::deployment::Deployment;
use crate::world::World;

cases!("erase":
    erased_link_is_gone_and_its_alias_free,
    deleted_link_can_be_erased,
    erase_takes_only_true_or_false,
    erase_needs_a_key,
);

fn call(alias: &str, value: &str) -> Call {
    Call::new("DELETE", format!("{}?erase={value}", address(alias)))
}

/// Erases a link, in several requests if the edge needs them for a long history.
fn erase(hop: &Deployment, alias: &str) -> Response {
    eventually("the link is erased", || Some(hop.send(&call(alias, "true").admin())).filter(|response| response.status != 503)).expect(204)
}

fn erased_link_is_gone_and_its_alias_free(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("erased"));
    let old = link(hop, &alias, TARGET);
    let patch = Call::new("PATCH", address(&alias)).admin().header("Content-Type", "application/json").body(r#"{"title":"x"}"#);
    hop.send(&patch).expect(200);
    readable(hop, &alias, |link| link.is_some_and(|link| link["title"] == "x"));
    assert!(erase(hop, &alias).body.is_empty());
    readable(hop, &alias, |link| link.is_none());
    eventually("visitors no longer reach the link", || {
        Some(hop.send(&Call::get(format!("/{alias}")))).filter(|response| [404, 410].contains(&response.status))
    });
    for (method, path) in [("DELETE", address(&alias)), ("POST", format!("{}/restore", address(&alias)))] {
        hop.send(&Call::new(method, path).admin()).problem(404, "not_found");
    }
    hop.send(&call(&alias, "true").admin()).problem(404, "not_found");
    let new = create(hop, &json!({"alias": alias, "target": "https://example.com/new"})).expect(201).json();
    assert_ne!(new["id"], old["id"]);
    assert_eq!(new["version"], 1);
    let redirect = || hop.send(&Call::get(format!("/{alias}"))).header("location").filter(|location| location == "https://example.com/new");
    eventually("visitors reach the new link", redirect);
}

fn deleted_link_can_be_erased(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("deleted"));
    link(hop, &alias, TARGET);
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    erase(hop, &alias);
    readable(hop, &alias, |link| link.is_none());
    create(hop, &json!({"alias": alias, "target": TARGET})).expect(201);
}

fn erase_takes_only_true_or_false(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("kept"));
    link(hop, &alias, TARGET);
    let problem = hop.send(&call(&alias, "yes").admin()).problem(422, "invalid_fields");
    assert_eq!(field_errors(&problem), [("/erase".into(), "wrong_type".into())]);
    hop.send(&call(&alias, "false").admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
}

fn erase_needs_a_key(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("safe"));
    link(hop, &alias, TARGET);
    hop.send(&call(&alias, "true")).problem(401, "unauthenticated");
    assert_eq!(show(hop, &alias).expect(200).json()["state"], "live");
}
