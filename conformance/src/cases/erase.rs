//! Erasing a link.

use serde_json::json;

use super::{TARGET, address, cases, create, eventually, field_errors, link, readable, show};
use crate::client::{Answer, Call};
use crate::deployment::Deployment;
use crate::world::World;

cases!("erase":
    nothing_of_an_erased_link_is_shown_and_its_alias_is_free,
    a_deleted_link_is_erased_too,
    erasing_is_asked_for_in_so_many_words,
    only_the_admin_erases,
);

fn call(alias: &str, value: &str) -> Call {
    Call::new("DELETE", format!("{}?erase={value}", address(alias)))
}

/// Erases until it is done: an edge may take a long history away piece by piece.
fn erase(hop: &Deployment, alias: &str) -> Answer {
    eventually("the link is erased", || Some(hop.send(&call(alias, "true").admin())).filter(|answer| answer.status != 503)).expect(204)
}

fn nothing_of_an_erased_link_is_shown_and_its_alias_is_free(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("erased"));
    let old = link(hop, &alias, TARGET);
    let patch = Call::new("PATCH", address(&alias)).admin().header("Content-Type", "application/json").body(r#"{"title":"x"}"#);
    hop.send(&patch).expect(200);
    readable(hop, &alias, |link| link.is_some_and(|link| link["title"] == "x"));
    assert!(erase(hop, &alias).body.is_empty());
    readable(hop, &alias, |link| link.is_none());
    eventually("visitors learn of it", || {
        Some(hop.send(&Call::get(format!("/{alias}")))).filter(|answer| [404, 410].contains(&answer.status))
    });
    for (method, path) in [("DELETE", address(&alias)), ("POST", format!("{}/restore", address(&alias)))] {
        hop.send(&Call::new(method, path).admin()).problem(404, "not_found");
    }
    hop.send(&call(&alias, "true").admin()).problem(404, "not_found");
    let new = create(hop, &json!({"alias": alias, "target": "https://example.com/new"})).expect(201).json();
    assert_ne!(new["id"], old["id"]);
    assert_eq!(new["version"], 1);
    let arrives = || hop.send(&Call::get(format!("/{alias}"))).header("location").filter(|location| location == "https://example.com/new");
    eventually("visitors find the new link", arrives);
}

fn a_deleted_link_is_erased_too(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("buried"));
    link(hop, &alias, TARGET);
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    erase(hop, &alias);
    readable(hop, &alias, |link| link.is_none());
    create(hop, &json!({"alias": alias, "target": TARGET})).expect(201);
}

fn erasing_is_asked_for_in_so_many_words(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("kept"));
    link(hop, &alias, TARGET);
    let problem = hop.send(&call(&alias, "yes").admin()).problem(422, "invalid_fields");
    assert_eq!(field_errors(&problem), [("/erase".into(), "wrong_type".into())]);
    hop.send(&call(&alias, "false").admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
}

fn only_the_admin_erases(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("safe"));
    link(hop, &alias, TARGET);
    hop.send(&call(&alias, "true")).problem(401, "unauthenticated");
    assert_eq!(show(hop, &alias).expect(200).json()["state"], "live");
}
