//! History: the versions of a link, newest first.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, link, readable, sortable_time};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::edges::Edge;
use crate::world::{OTHER_DOMAIN, World};

cases!("history":
    every_edit_adds_a_version,
    refused_or_empty_edit_adds_no_version,
    history_survives_move_deletion_and_restoration,
    reused_alias_starts_a_new_history,
    long_history_shows_the_latest_versions,
    unknown_link_has_no_history,
    history_needs_a_key,
);

/// The number of versions that one response has.
fn largest_response(edge: Edge) -> u64 {
    match edge {
        Edge::Memory | Edge::Workerd => 50,
        Edge::Viceroy => 31,
    }
}

fn ask(hop: &Deployment, alias: &str) -> Response {
    let (alias, query) = alias.split_once('?').unwrap_or((alias, ""));
    hop.send(&Call::get(format!("{}/history?{query}", address(alias))).admin())
}

/// The versions of a link.
#[track_caller]
fn history(hop: &Deployment, alias: &str) -> Vec<Value> {
    let response = ask(hop, alias).expect(200).json();
    assert_shape(&response, "history");
    response["items"].as_array().unwrap().clone()
}

/// Edits a link and waits until the edit can be read.
#[track_caller]
fn edit(hop: &Deployment, alias: &str, body: &Value) -> Value {
    let call = Call::new("PATCH", address(alias)).admin().header("Content-Type", "application/json").body(body.to_string());
    let edited = hop.send(&call).expect(200).json();
    let text = |field: &str| edited[field].as_str().expect("a string");
    let at = format!("{}?domain={}", text("alias"), text("domain"));
    readable(hop, &at, |link| link.is_some_and(|link| link["version"] == edited["version"]));
    edited
}

/// The fields of a link that are not those of a version.
const NOT_IN_VERSIONS: [&str; 7] = ["id", "short_url", "owner", "created_at", "updated_at", "state", "clicks"];

/// `link` as a version of its history.
fn version(link: &Value) -> Value {
    let mut version = link.clone();
    version["at"] = link["updated_at"].clone();
    version["by"] = Value::Null;
    version["deleted"] = json!(link["state"] == "deleted");
    let fields = version.as_object_mut().expect("a link is an object");
    for name in NOT_IN_VERSIONS {
        assert!(fields.remove(name).is_some(), "a link has {name}");
    }
    version
}

fn every_edit_adds_a_version(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("edited"));
    let before = now();
    let mut expected = vec![version(&link(hop, &alias, TARGET))];
    assert_eq!(history(hop, &alias), expected);
    for body in [
        json!({"target": "https://example.com/2"}),
        json!({"title": "T", "tags": ["a", "b"], "note": "N", "external_id": "7", "redirect_status": 307, "confirm": true}),
        json!({"rules": [{"when": [{"type": "country", "any": ["DE"]}], "target": "https://example.com/de"}], "card": {"title": "C"}, "title": null}),
        json!({"password": "a long password", "max_clicks": 7, "fallback": "https://example.com/f", "strict": true, "crawlable": true}),
        json!({"forward_query": "target_wins", "forward_path": true, "starts_at": "2020-01-01T00:00:00Z", "ends_at": "2199-01-01T00:00:00Z"}),
        json!({"disabled": true}),
        json!({"target": "https://example.com/5", "disabled": null}),
    ] {
        expected.insert(0, version(&edit(hop, &alias, &body)));
        assert_eq!(history(hop, &alias), expected);
    }
    let field = |name: &str| expected.iter().map(|version| version[name].clone()).collect::<Vec<_>>();
    assert_eq!(field("version"), [8, 7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(field("disabled"), [false, true, false, false, false, false, false, false]);
    let [two, five] = ["https://example.com/2", "https://example.com/5"];
    assert_eq!(field("target"), [five, two, two, two, two, two, two, TARGET]);
    assert_eq!(field("has_password"), [true, true, true, true, false, false, false, false]);
    let times: Vec<String> = field("at").iter().rev().map(|at| sortable_time(at).to_owned()).collect();
    assert!(
        times.is_sorted() && sortable_time(&before) <= times[0].as_str() && times[7].as_str() <= sortable_time(&now()),
        "{before} {times:?}"
    );
}

/// The current time, as the API writes it.
fn now() -> Value {
    let since_1970: Duration = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    json!(hop_core::Timestamp::from_millis(since_1970.as_millis().try_into().unwrap()).to_string())
}

fn refused_or_empty_edit_adds_no_version(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("idle"));
    let first = link(hop, &alias, TARGET);
    let second = edit(hop, &alias, &json!({"title": "T"}));
    edit(hop, &alias, &json!({"title": "T"}));
    let call = |body: Value| Call::new("PATCH", address(&alias)).admin().header("Content-Type", "application/json").body(body.to_string());
    hop.send(&call(json!({"target": "x"}))).problem(422, "invalid_fields");
    hop.send(&call(json!({"target": "https://example.com/x"})).header("If-Match", "\"1\"")).problem(412, "version_mismatch");
    hop.send(&call(json!({"alias": "health"}))).problem(422, "invalid_fields");
    assert_eq!(hop.send(&Call::get(format!("/{alias}"))).status, 302, "a click adds no version either");
    assert_eq!(history(hop, &alias), [version(&second), version(&first)]);
}

fn history_survives_move_deletion_and_restoration(world: &World) {
    let (hop, old, new) = (world.hop(), world.alias("before"), world.alias("after"));
    let first = link(hop, &old, TARGET);
    let second = edit(hop, &old, &json!({"alias": new, "keep_old_alias": true, "target": "https://example.com/2"}));
    readable(hop, &old, |link| link.is_none());
    assert_eq!(history(hop, &new), [version(&second), version(&first)]);
    ask(hop, &old).problem(404, "not_found");
    hop.send(&Call::new("DELETE", address(&new)).admin()).expect(204);
    let third = readable(hop, &new, |link| link.is_some_and(|link| link["state"] == "deleted")).unwrap();
    assert_eq!(history(hop, &new), [version(&third), version(&second), version(&first)]);
    assert_eq!((&version(&third)["deleted"], &third["version"]), (&json!(true), &json!(3)));
    let fourth = hop.send(&Call::new("POST", format!("{}/restore", address(&new))).admin()).expect(200).json();
    readable(hop, &new, |link| link.is_some_and(|link| link["version"] == 4));
    let fifth = edit(hop, &new, &json!({"domain": OTHER_DOMAIN}));
    let there = format!("{new}?domain={OTHER_DOMAIN}");
    readable(hop, &there, |link| link.is_some());
    let expected = [&fifth, &fourth, &third, &second, &first].map(version);
    assert_eq!(history(hop, &there), expected);
    let domains: Vec<&Value> = expected.iter().map(|version| &version["domain"]).collect();
    assert_eq!(domains, ["b.example", "hop.example", "hop.example", "hop.example", "hop.example"]);
}

fn reused_alias_starts_a_new_history(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("reused"));
    link(hop, &alias, TARGET);
    edit(hop, &alias, &json!({"title": "T"}));
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    let successor = create(hop, &json!({"alias": alias, "target": "https://example.com/successor", "reuse": true})).expect(201).json();
    readable(hop, &alias, |link| link.is_some_and(|link| link["id"] == successor["id"]));
    assert_eq!(history(hop, &alias), [version(&successor)]);
}

fn long_history_shows_the_latest_versions(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("long"));
    link(hop, &alias, TARGET);
    let last = 60;
    for number in 2..=last {
        edit(hop, &alias, &json!({"target": format!("{TARGET}{number}")}));
    }
    let shown: Vec<(u64, String)> =
        history(hop, &alias).iter().map(|one| (one["version"].as_u64().unwrap(), one["target"].as_str().unwrap().to_owned())).collect();
    let expected: Vec<(u64, String)> =
        (last + 1 - largest_response(world.edge)..=last).rev().map(|number| (number, format!("{TARGET}{number}"))).collect();
    assert_eq!(shown, expected);
}

fn unknown_link_has_no_history(world: &World) {
    let hop = world.hop();
    ask(hop, &world.alias("never")).problem(404, "not_found");
    ask(hop, "a%2Fb").problem(404, "not_found");
    ask(hop, "x?domain=other.example").problem(422, "invalid_fields");
    ask(hop, "x?limit=5").problem(422, "invalid_fields");
}

fn history_needs_a_key(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("private"));
    link(hop, &alias, TARGET);
    let path = format!("{}/history", address(&alias));
    hop.send(&Call::get(path.clone())).problem(401, "unauthenticated");
    hop.send(&Call::get(path.clone()).header("Authorization", "Bearer x")).problem(401, "unauthenticated");
    let head = hop.send(&Call::new("HEAD", path).admin()).expect(200);
    assert!(head.body.is_empty());
}
