//! Moves of a link to another alias or domain.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, eventually, field_errors, link, race, readable, show};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::{OTHER_DOMAIN, World};

const ELSEWHERE: &str = "https://example.com/elsewhere";

cases!("renames":
    link_moves_with_all_its_data,
    kept_alias_follows_the_target_of_its_link,
    every_kept_alias_redirects_after_several_moves,
    deleting_a_kept_alias_ends_only_its_forwarding,
    link_can_move_back_to_its_alias,
    move_to_a_taken_alias_is_refused,
    move_to_a_retired_alias_needs_reuse,
    creating_at_a_left_alias_needs_reuse,
    move_without_a_change_is_refused,
    number_of_moves_is_limited,
    link_moves_to_another_domain,
    move_respects_if_match,
    one_of_two_concurrent_moves_wins,
    concurrent_moves_to_one_alias_have_one_winner,
);

fn patch(hop: &Deployment, alias: &str, body: &Value) -> Response {
    hop.send(&call(alias, body))
}

fn call(alias: &str, body: &Value) -> Call {
    Call::new("PATCH", address(alias)).admin().header("Content-Type", "application/merge-patch+json").body(body.to_string())
}

fn follow(hop: &Deployment, alias: &str) -> Response {
    hop.send(&Call::get(format!("/{alias}")))
}

/// Moves a link and waits until the move can be read.
#[track_caller]
fn rename(hop: &Deployment, from: &str, body: &Value) -> Value {
    let moved = patch(hop, from, body).expect(200).json();
    let to = body["alias"].as_str().expect("a move names an alias");
    readable(hop, to, |link| link.is_some_and(|link| link["version"] == moved["version"]));
    readable(hop, from, |link| link.is_none());
    moved
}

/// Waits until `alias` redirects to `target`.
#[track_caller]
fn assert_redirects(hop: &Deployment, alias: &str, target: &str) {
    let location = || follow(hop, alias).header("location");
    eventually(&format!("{alias} redirects to {target}"), || (location().as_deref() == Some(target)).then_some(()));
}

/// Waits until `alias` no longer redirects.
#[track_caller]
fn assert_ended(hop: &Deployment, alias: &str) {
    let response = eventually(&format!("{alias} has ended"), || Some(follow(hop, alias)).filter(|response| response.status != 302));
    response.problem(410, "link_ended");
}

fn link_moves_with_all_its_data(world: &World) {
    let (hop, old, new) = (world.hop(), world.alias("old"), world.alias("new"));
    let created = create(hop, &json!({"alias": old, "target": TARGET, "tags": ["x"], "note": "N"})).expect(201).json();
    assert_redirects(hop, &old, TARGET);
    let counted = readable(hop, &old, |link| link.is_some_and(|link| link["clicks"]["humans"] != 0)).unwrap();
    let response = patch(hop, &old, &json!({"alias": new, "title": "T"})).expect(200);
    assert_eq!(response.header("etag").unwrap(), "\"2\"");
    let moved = response.json();
    assert_shape(&moved, "link");
    let mut expected = counted;
    for (field, value) in [
        ("alias", json!(new)),
        ("short_url", json!(format!("https://hop.example/{new}"))),
        ("title", json!("T")),
        ("version", json!(2)),
        ("updated_at", moved["updated_at"].clone()),
        ("clicks", moved["clicks"].clone()),
    ] {
        expected[field] = value;
    }
    assert_eq!(moved, expected);
    // A response that had few operations left may lack the latest clicks.
    let shown = readable(hop, &new, |link| link.is_some_and(|link| link["clicks"]["humans"] != 0)).unwrap();
    assert_eq!(shown["id"], created["id"], "a link keeps its clicks");
    assert_redirects(hop, &new, TARGET);
    assert_ended(hop, &old);
    readable(hop, &old, |link| link.is_none());
    let gone = show(hop, &old).problem(404, "not_found");
    assert!(gone["detail"].as_str().unwrap().contains(&new), "{gone}");
    let listed = hop.send(&Call::get("/api/v1/links?limit=100").admin()).expect(200).json();
    let aliases: Vec<&Value> =
        listed["items"].as_array().unwrap().iter().filter(|link| link["id"] == created["id"]).map(|link| &link["alias"]).collect();
    assert_eq!(aliases, [&json!(new)], "the link is listed once, under its new alias");
}

fn kept_alias_follows_the_target_of_its_link(world: &World) {
    let (hop, old, new) = (world.hop(), world.alias("kept"), world.alias("new"));
    link(hop, &old, TARGET);
    assert_redirects(hop, &old, TARGET);
    rename(hop, &old, &json!({"alias": new, "keep_old_alias": true}));
    assert_redirects(hop, &old, TARGET);
    assert_redirects(hop, &new, TARGET);
    patch(hop, &new, &json!({"target": ELSEWHERE})).expect(200);
    assert_redirects(hop, &old, ELSEWHERE);
    patch(hop, &new, &json!({"disabled": true})).expect(200);
    assert_ended(hop, &old);
    create(hop, &json!({"alias": old, "target": TARGET})).problem(409, "alias_taken");
    create(hop, &json!({"alias": old, "target": TARGET, "reuse": true})).problem(409, "alias_taken");
}

fn every_kept_alias_redirects_after_several_moves(world: &World) {
    let hop = world.hop();
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|stem| world.alias(stem));
    link(hop, &a, TARGET);
    for (from, to, keep) in [(&a, &b, true), (&b, &c, false), (&c, &d, true)] {
        rename(hop, from, &json!({"alias": to, "keep_old_alias": keep}));
    }
    for alias in [&a, &c, &d] {
        assert_redirects(hop, alias, TARGET);
    }
    assert_ended(hop, &b);
    patch(hop, &d, &json!({"target": ELSEWHERE})).expect(200);
    for alias in [&a, &c, &d] {
        assert_redirects(hop, alias, ELSEWHERE);
    }
}

fn deleting_a_kept_alias_ends_only_its_forwarding(world: &World) {
    let (hop, old, new) = (world.hop(), world.alias("dropped"), world.alias("stays"));
    link(hop, &old, TARGET);
    rename(hop, &old, &json!({"alias": new, "keep_old_alias": true}));
    assert_redirects(hop, &old, TARGET);
    for _ in 0..2 {
        hop.send(&Call::new("DELETE", address(&old)).admin()).expect(204);
        assert_ended(hop, &old);
    }
    assert_redirects(hop, &new, TARGET);
    assert_eq!(show(hop, &new).expect(200).json()["version"], 2, "the link itself is unchanged");
    create(hop, &json!({"alias": old, "target": TARGET})).problem(409, "alias_retired");
    hop.send(&Call::new("DELETE", address(&new)).admin()).expect(204);
    assert_ended(hop, &new);
}

fn link_can_move_back_to_its_alias(world: &World) {
    let (hop, home, away) = (world.hop(), world.alias("home"), world.alias("away"));
    let created = link(hop, &home, TARGET);
    for (from, to) in [(&home, &away), (&away, &home), (&home, &away)] {
        let moved = rename(hop, from, &json!({"alias": to, "keep_old_alias": true}));
        assert_eq!((&moved["id"], &moved["alias"]), (&created["id"], &json!(to)));
        assert_redirects(hop, &home, TARGET);
        assert_redirects(hop, &away, TARGET);
    }
    assert_eq!(show(hop, &away).expect(200).json()["version"], 4);
}

fn move_to_a_taken_alias_is_refused(world: &World) {
    let (hop, mine, theirs) = (world.hop(), world.alias("mine"), world.alias("theirs"));
    let created = link(hop, &mine, TARGET);
    link(hop, &theirs, ELSEWHERE);
    for body in [json!({"alias": theirs, "title": "T"}), json!({"alias": theirs, "title": "T", "reuse": true})] {
        let problem = patch(hop, &mine, &body).problem(409, "alias_taken");
        assert!(problem["detail"].as_str().unwrap().contains(&theirs), "{problem}");
    }
    let reserved = patch(hop, &mine, &json!({"alias": "health"})).problem(422, "invalid_fields");
    assert_eq!(field_errors(&reserved), [("/alias".to_owned(), "reserved".to_owned())]);
    assert_eq!(show(hop, &mine).expect(200).json(), created);
    assert_redirects(hop, &mine, TARGET);
    assert_redirects(hop, &theirs, ELSEWHERE);
}

fn move_to_a_retired_alias_needs_reuse(world: &World) {
    let (hop, mine, retired) = (world.hop(), world.alias("mine"), world.alias("retired"));
    let created = link(hop, &mine, TARGET);
    link(hop, &retired, ELSEWHERE);
    hop.send(&Call::new("DELETE", address(&retired)).admin()).expect(204);
    assert_ended(hop, &retired);
    patch(hop, &mine, &json!({"alias": retired})).problem(409, "alias_retired");
    let moved = rename(hop, &mine, &json!({"alias": retired, "reuse": true}));
    assert_eq!(moved["id"], created["id"]);
    assert_redirects(hop, &retired, TARGET);
}

fn creating_at_a_left_alias_needs_reuse(world: &World) {
    let (hop, left, new) = (world.hop(), world.alias("left"), world.alias("new"));
    let created = link(hop, &left, TARGET);
    rename(hop, &left, &json!({"alias": new}));
    create(hop, &json!({"alias": left, "target": ELSEWHERE})).problem(409, "alias_retired");
    let second = create(hop, &json!({"alias": left, "target": ELSEWHERE, "reuse": true})).expect(201).json();
    assert_ne!(second["id"], created["id"]);
    assert_redirects(hop, &left, ELSEWHERE);
    assert_redirects(hop, &new, TARGET);
    // The same for a deleted link.
    hop.send(&Call::new("DELETE", address(&left)).admin()).expect(204);
    assert_ended(hop, &left);
    create(hop, &json!({"alias": left, "target": TARGET, "reuse": false})).problem(409, "alias_retired");
    let third = create(hop, &json!({"alias": left, "target": TARGET, "reuse": true})).expect(201);
    assert_eq!(third.header("etag").unwrap(), "\"1\"");
    assert_redirects(hop, &left, TARGET);
    let again = json!({"alias": left, "target": TARGET, "reuse": true});
    create(hop, &again).problem(409, "alias_taken");
}

fn move_without_a_change_is_refused(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("here"));
    let created = link(hop, &alias, TARGET);
    for (body, field) in [
        (json!({"title": "T", "alias": alias}), "/alias"),
        (json!({"title": "T", "alias": alias, "domain": "hop.example"}), "/alias"),
        (json!({"title": "T", "domain": "hop.example"}), "/domain"),
        (json!({"title": "T", "keep_old_alias": true}), "/keep_old_alias"),
        (json!({"title": "T", "reuse": false}), "/reuse"),
    ] {
        let problem = patch(hop, &alias, &body).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), "conflicts".to_owned())], "{body}");
    }
    for (body, field, code) in [
        (json!({"alias": 5}), "/alias", "wrong_type"),
        (json!({"alias": "a/b"}), "/alias", "invalid"),
        (json!({"alias": "x".repeat(129)}), "/alias", "too_long"),
        (json!({"domain": "other.example"}), "/domain", "invalid"),
        (json!({"alias": "x", "keep_old_alias": "yes"}), "/keep_old_alias", "wrong_type"),
        (json!({"alias": "x", "reuse": 1}), "/reuse", "wrong_type"),
    ] {
        let problem = patch(hop, &alias, &body).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), code.to_owned())], "{body}");
    }
    assert_eq!(patch(hop, &alias, &json!({"alias": null, "domain": null, "keep_old_alias": null})).expect(200).json(), created);
}

fn number_of_moves_is_limited(world: &World) {
    let (hop, first) = (world.hop(), world.alias("far"));
    link(hop, &first, TARGET);
    let mut at = first.clone();
    for number in 1..=16 {
        let next = world.alias("far");
        rename(hop, &at, &json!({"alias": next, "keep_old_alias": number == 1}));
        at = next;
    }
    assert_redirects(hop, &first, TARGET);
    let problem = patch(hop, &at, &json!({"alias": world.alias("far")})).problem(422, "invalid_fields");
    assert_eq!(field_errors(&problem), [("/alias".to_owned(), "too_many".to_owned())]);
}

fn link_moves_to_another_domain(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("moved"));
    let created = link(hop, &alias, TARGET);
    let moved = patch(hop, &alias, &json!({"domain": OTHER_DOMAIN, "keep_old_alias": true})).expect(200).json();
    assert_eq!((&moved["id"], &moved["alias"]), (&created["id"], &json!(alias)));
    assert_eq!((&moved["domain"], &moved["short_url"]), (&json!(OTHER_DOMAIN), &json!(format!("https://{OTHER_DOMAIN}/{alias}"))));
    let there = format!("{alias}?domain={OTHER_DOMAIN}");
    assert_eq!(readable(hop, &there, |link| link.is_some()).unwrap()["version"], 2);
    readable(hop, &alias, |link| link.is_none());
    assert_redirects(hop, &alias, TARGET);
    let visit = || hop.send(&Call::get(format!("/{alias}")).host(OTHER_DOMAIN));
    let response = eventually("the link redirects on the other domain", || Some(visit()).filter(|response| response.status == 302));
    assert_eq!(response.header("location").unwrap(), TARGET);
    // A move to another alias on that domain, and a move back.
    let other = world.alias("moved");
    patch(hop, &there, &json!({"alias": other})).expect(200);
    readable(hop, &format!("{other}?domain={OTHER_DOMAIN}"), |link| link.is_some());
    let home = patch(hop, &format!("{other}?domain={OTHER_DOMAIN}"), &json!({"alias": alias, "domain": "hop.example"})).expect(200).json();
    assert_eq!((&home["alias"], &home["domain"], &home["version"]), (&json!(alias), &json!("hop.example"), &json!(4)));
    assert_redirects(hop, &alias, TARGET);
}

fn move_respects_if_match(world: &World) {
    let (hop, old, new) = (world.hop(), world.alias("seen"), world.alias("new"));
    link(hop, &old, TARGET);
    patch(hop, &old, &json!({"title": "T"})).expect(200);
    readable(hop, &old, |link| link.is_some_and(|link| link["version"] == 2));
    let rename_if = |if_match: &str| hop.send(&call(&old, &json!({"alias": new})).header("If-Match", if_match));
    rename_if("\"1\"").problem(412, "version_mismatch");
    show(hop, &new).problem(404, "not_found");
    create(hop, &json!({"alias": new, "target": TARGET})).expect(201);
    readable(hop, &new, |link| link.is_some());
    rename_if("\"2\"").problem(409, "alias_taken");
    let newer = world.alias("new");
    let moved = hop.send(&call(&old, &json!({"alias": newer})).header("If-Match", "\"2\"")).expect(200);
    assert_eq!(moved.header("etag").unwrap(), "\"3\"");
    readable(hop, &old, |link| link.is_none());
    hop.send(&call(&old, &json!({"alias": world.alias("new")})).header("If-Match", "\"3\"")).problem(404, "not_found");
}

fn one_of_two_concurrent_moves_wins(world: &World) {
    let hop = world.hop();
    for _ in 0..5 {
        let (old, names) = (world.alias("raced"), [world.alias("left"), world.alias("right")]);
        let created = link(hop, &old, TARGET);
        let old = old.as_str();
        let bodies = names.each_ref().map(|name| json!({"alias": name, "keep_old_alias": true}));
        let responses = race(world.edge, bodies.iter().map(|body| move || patch(hop, old, body)).collect());
        let (won, lost): (Vec<_>, Vec<_>) = responses.iter().partition(|response| response.status == 200);
        assert_eq!(won.len(), 1, "the second move finds no link at the old alias");
        lost.iter().for_each(|response| drop(response.problem(404, "not_found")));
        let at = won[0].json()["alias"].as_str().unwrap().to_owned();
        let shown = readable(hop, &at, |link| link.is_some()).unwrap();
        assert_eq!((&shown["id"], &shown["version"]), (&created["id"], &json!(2)));
        let other = names.iter().find(|name| **name != at).unwrap();
        readable(hop, other, |link| link.is_none());
        assert_redirects(hop, old, TARGET);
        assert_redirects(hop, &at, TARGET);
        follow(hop, other).problem(404, "not_found");
    }
}

fn concurrent_moves_to_one_alias_have_one_winner(world: &World) {
    let (hop, wanted) = (world.hop(), world.alias("wanted"));
    let links: Vec<String> = (0..8).map(|_| world.alias("competitor")).collect();
    links.iter().for_each(|alias| drop(link(hop, alias, &format!("{TARGET}{alias}"))));
    let body = &json!({ "alias": wanted });
    let responses = race(world.edge, links.iter().map(|alias| move || patch(hop, alias, body)).collect());
    let winner = responses.iter().position(|response| response.status == 200).unwrap();
    assert_redirects(hop, &wanted, &format!("{TARGET}{}", links[winner]));
    for (number, (response, alias)) in responses.iter().zip(&links).enumerate().filter(|(number, _)| *number != winner) {
        response.problem(409, "alias_taken");
        assert_eq!(follow(hop, alias).header("location").unwrap(), format!("{TARGET}{alias}"), "link {number} did not move");
    }
}
