//! Moving a link to another alias or another domain.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, eventually, field_errors, link, race, readable, show};
use crate::client::{Answer, Call};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::{OTHER_DOMAIN, World};

const ELSEWHERE: &str = "https://example.com/elsewhere";

cases!("renames":
    a_link_moves_with_all_it_is,
    an_old_alias_that_is_kept_leads_where_the_link_leads_now,
    of_several_moves_every_alias_that_was_kept_leads_on,
    deleting_an_old_alias_ends_its_forwarding_and_not_the_link,
    a_link_may_come_back_to_its_own_alias,
    a_taken_alias_is_refused_and_the_link_stays,
    a_retired_alias_is_taken_only_with_reuse,
    an_alias_that_was_left_is_created_again_only_with_reuse,
    a_move_to_where_the_link_is_is_refused,
    an_old_alias_has_its_limits,
    a_link_moves_to_another_domain,
    a_move_is_made_only_to_what_was_seen,
    of_two_moves_at_once_the_link_is_at_one,
    of_two_links_that_want_one_alias_one_gets_it,
);

fn patch(hop: &Deployment, alias: &str, body: &Value) -> Answer {
    hop.send(&call(alias, body))
}

fn call(alias: &str, body: &Value) -> Call {
    Call::new("PATCH", address(alias)).admin().header("Content-Type", "application/merge-patch+json").body(body.to_string())
}

fn follow(hop: &Deployment, alias: &str) -> Answer {
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

/// Waits until visitors of `alias` are led to `target`.
#[track_caller]
fn leads(hop: &Deployment, alias: &str, target: &str) {
    let location = || follow(hop, alias).header("location");
    eventually(&format!("{alias} leads to {target}"), || (location().as_deref() == Some(target)).then_some(()));
}

/// Waits until nobody is led on from `alias`.
#[track_caller]
fn has_ended(hop: &Deployment, alias: &str) {
    let answer = eventually(&format!("{alias} has ended"), || Some(follow(hop, alias)).filter(|answer| answer.status != 302));
    answer.problem(410, "link_ended");
}

fn a_link_moves_with_all_it_is(world: &World) {
    let (hop, old, new) = (world.hop(), world.alias("old"), world.alias("new"));
    let created = create(hop, &json!({"alias": old, "target": TARGET, "tags": ["x"], "note": "N"})).expect(201).json();
    leads(hop, &old, TARGET);
    let counted = readable(hop, &old, |link| link.is_some_and(|link| link["clicks"]["humans"] != 0)).unwrap();
    let answer = patch(hop, &old, &json!({"alias": new, "title": "T"})).expect(200);
    assert_eq!(answer.header("etag").unwrap(), "\"2\"");
    let moved = answer.json();
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
    assert_ne!(moved["clicks"]["humans"], 0, "a link takes its clicks along");
    assert_eq!(readable(hop, &new, |link| link.is_some()).unwrap()["id"], created["id"]);
    leads(hop, &new, TARGET);
    has_ended(hop, &old);
    readable(hop, &old, |link| link.is_none());
    let gone = show(hop, &old).problem(404, "not_found");
    assert!(gone["detail"].as_str().unwrap().contains(&new), "{gone}");
    let listed = hop.send(&Call::get("/api/v1/links?limit=100").admin()).expect(200).json();
    let aliases: Vec<&Value> =
        listed["items"].as_array().unwrap().iter().filter(|link| link["id"] == created["id"]).map(|link| &link["alias"]).collect();
    assert_eq!(aliases, [&json!(new)], "listed once, where it is");
}

fn an_old_alias_that_is_kept_leads_where_the_link_leads_now(world: &World) {
    let (hop, old, new) = (world.hop(), world.alias("kept"), world.alias("new"));
    link(hop, &old, TARGET);
    leads(hop, &old, TARGET);
    rename(hop, &old, &json!({"alias": new, "keep_old_alias": true}));
    leads(hop, &old, TARGET);
    leads(hop, &new, TARGET);
    patch(hop, &new, &json!({"target": ELSEWHERE})).expect(200);
    leads(hop, &old, ELSEWHERE);
    patch(hop, &new, &json!({"disabled": true})).expect(200);
    has_ended(hop, &old);
    create(hop, &json!({"alias": old, "target": TARGET})).problem(409, "alias_taken");
    create(hop, &json!({"alias": old, "target": TARGET, "reuse": true})).problem(409, "alias_taken");
}

fn of_several_moves_every_alias_that_was_kept_leads_on(world: &World) {
    let hop = world.hop();
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|stem| world.alias(stem));
    link(hop, &a, TARGET);
    for (from, to, keep) in [(&a, &b, true), (&b, &c, false), (&c, &d, true)] {
        rename(hop, from, &json!({"alias": to, "keep_old_alias": keep}));
    }
    for alias in [&a, &c, &d] {
        leads(hop, alias, TARGET);
    }
    has_ended(hop, &b);
    patch(hop, &d, &json!({"target": ELSEWHERE})).expect(200);
    for alias in [&a, &c, &d] {
        leads(hop, alias, ELSEWHERE);
    }
}

fn deleting_an_old_alias_ends_its_forwarding_and_not_the_link(world: &World) {
    let (hop, old, new) = (world.hop(), world.alias("dropped"), world.alias("stays"));
    link(hop, &old, TARGET);
    rename(hop, &old, &json!({"alias": new, "keep_old_alias": true}));
    leads(hop, &old, TARGET);
    for _ in 0..2 {
        hop.send(&Call::new("DELETE", address(&old)).admin()).expect(204);
        has_ended(hop, &old);
    }
    leads(hop, &new, TARGET);
    assert_eq!(show(hop, &new).expect(200).json()["version"], 2, "the link is not changed by it");
    create(hop, &json!({"alias": old, "target": TARGET})).problem(409, "alias_retired");
    hop.send(&Call::new("DELETE", address(&new)).admin()).expect(204);
    has_ended(hop, &new);
}

fn a_link_may_come_back_to_its_own_alias(world: &World) {
    let (hop, home, away) = (world.hop(), world.alias("home"), world.alias("away"));
    let created = link(hop, &home, TARGET);
    for (from, to) in [(&home, &away), (&away, &home), (&home, &away)] {
        let moved = rename(hop, from, &json!({"alias": to, "keep_old_alias": true}));
        assert_eq!((&moved["id"], &moved["alias"]), (&created["id"], &json!(to)));
        leads(hop, &home, TARGET);
        leads(hop, &away, TARGET);
    }
    assert_eq!(show(hop, &away).expect(200).json()["version"], 4);
}

fn a_taken_alias_is_refused_and_the_link_stays(world: &World) {
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
    leads(hop, &mine, TARGET);
    leads(hop, &theirs, ELSEWHERE);
}

fn a_retired_alias_is_taken_only_with_reuse(world: &World) {
    let (hop, mine, retired) = (world.hop(), world.alias("mine"), world.alias("retired"));
    let created = link(hop, &mine, TARGET);
    link(hop, &retired, ELSEWHERE);
    hop.send(&Call::new("DELETE", address(&retired)).admin()).expect(204);
    has_ended(hop, &retired);
    patch(hop, &mine, &json!({"alias": retired})).problem(409, "alias_retired");
    let moved = rename(hop, &mine, &json!({"alias": retired, "reuse": true}));
    assert_eq!(moved["id"], created["id"]);
    leads(hop, &retired, TARGET);
}

fn an_alias_that_was_left_is_created_again_only_with_reuse(world: &World) {
    let (hop, left, new) = (world.hop(), world.alias("left"), world.alias("new"));
    let created = link(hop, &left, TARGET);
    rename(hop, &left, &json!({"alias": new}));
    create(hop, &json!({"alias": left, "target": ELSEWHERE})).problem(409, "alias_retired");
    let second = create(hop, &json!({"alias": left, "target": ELSEWHERE, "reuse": true})).expect(201).json();
    assert_ne!(second["id"], created["id"]);
    leads(hop, &left, ELSEWHERE);
    leads(hop, &new, TARGET);
    // A tombstone too.
    hop.send(&Call::new("DELETE", address(&left)).admin()).expect(204);
    has_ended(hop, &left);
    create(hop, &json!({"alias": left, "target": TARGET, "reuse": false})).problem(409, "alias_retired");
    let third = create(hop, &json!({"alias": left, "target": TARGET, "reuse": true})).expect(201);
    assert_eq!(third.header("etag").unwrap(), "\"1\"");
    leads(hop, &left, TARGET);
    let again = json!({"alias": left, "target": TARGET, "reuse": true});
    create(hop, &again).problem(409, "alias_taken");
}

fn a_move_to_where_the_link_is_is_refused(world: &World) {
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

fn an_old_alias_has_its_limits(world: &World) {
    let (hop, first) = (world.hop(), world.alias("far"));
    link(hop, &first, TARGET);
    let mut at = first.clone();
    for number in 1..=16 {
        let next = world.alias("far");
        rename(hop, &at, &json!({"alias": next, "keep_old_alias": number == 1}));
        at = next;
    }
    leads(hop, &first, TARGET);
    let problem = patch(hop, &at, &json!({"alias": world.alias("far")})).problem(422, "invalid_fields");
    assert_eq!(field_errors(&problem), [("/alias".to_owned(), "too_many".to_owned())]);
}

fn a_link_moves_to_another_domain(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("emigrant"));
    let created = link(hop, &alias, TARGET);
    let moved = patch(hop, &alias, &json!({"domain": OTHER_DOMAIN, "keep_old_alias": true})).expect(200).json();
    assert_eq!((&moved["id"], &moved["alias"]), (&created["id"], &json!(alias)));
    assert_eq!((&moved["domain"], &moved["short_url"]), (&json!(OTHER_DOMAIN), &json!(format!("https://{OTHER_DOMAIN}/{alias}"))));
    let there = format!("{alias}?domain={OTHER_DOMAIN}");
    assert_eq!(readable(hop, &there, |link| link.is_some()).unwrap()["version"], 2);
    readable(hop, &alias, |link| link.is_none());
    leads(hop, &alias, TARGET);
    let visit = || hop.send(&Call::get(format!("/{alias}")).host(OTHER_DOMAIN));
    let answer = eventually("it is followed there", || Some(visit()).filter(|answer| answer.status == 302));
    assert_eq!(answer.header("location").unwrap(), TARGET);
    // Another alias there, and home again.
    let other = world.alias("emigrant");
    patch(hop, &there, &json!({"alias": other})).expect(200);
    readable(hop, &format!("{other}?domain={OTHER_DOMAIN}"), |link| link.is_some());
    let home = patch(hop, &format!("{other}?domain={OTHER_DOMAIN}"), &json!({"alias": alias, "domain": "hop.example"})).expect(200).json();
    assert_eq!((&home["alias"], &home["domain"], &home["version"]), (&json!(alias), &json!("hop.example"), &json!(4)));
    leads(hop, &alias, TARGET);
}

fn a_move_is_made_only_to_what_was_seen(world: &World) {
    let (hop, old, new) = (world.hop(), world.alias("seen"), world.alias("new"));
    link(hop, &old, TARGET);
    patch(hop, &old, &json!({"title": "T"})).expect(200);
    readable(hop, &old, |link| link.is_some_and(|link| link["version"] == 2));
    let try_with = |seen: &str| hop.send(&call(&old, &json!({"alias": new})).header("If-Match", seen));
    try_with("\"1\"").problem(412, "version_mismatch");
    show(hop, &new).problem(404, "not_found");
    create(hop, &json!({"alias": new, "target": TARGET})).expect(201);
    readable(hop, &new, |link| link.is_some());
    try_with("\"2\"").problem(409, "alias_taken");
    let newer = world.alias("new");
    let moved = hop.send(&call(&old, &json!({"alias": newer})).header("If-Match", "\"2\"")).expect(200);
    assert_eq!(moved.header("etag").unwrap(), "\"3\"");
    readable(hop, &old, |link| link.is_none());
    hop.send(&call(&old, &json!({"alias": world.alias("new")})).header("If-Match", "\"3\"")).problem(404, "not_found");
}

fn of_two_moves_at_once_the_link_is_at_one(world: &World) {
    let hop = world.hop();
    for _ in 0..5 {
        let (old, names) = (world.alias("raced"), [world.alias("left"), world.alias("right")]);
        let created = link(hop, &old, TARGET);
        let old = old.as_str();
        let bodies = names.each_ref().map(|name| json!({"alias": name, "keep_old_alias": true}));
        let answers = race(world.edge, bodies.iter().map(|body| move || patch(hop, old, body)).collect());
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1, "whoever comes second does not find the link where they look for it");
        lost.iter().for_each(|answer| drop(answer.problem(404, "not_found")));
        let at = won[0].json()["alias"].as_str().unwrap().to_owned();
        let shown = readable(hop, &at, |link| link.is_some()).unwrap();
        assert_eq!((&shown["id"], &shown["version"]), (&created["id"], &json!(2)));
        let other = names.iter().find(|name| **name != at).unwrap();
        readable(hop, other, |link| link.is_none());
        leads(hop, old, TARGET);
        leads(hop, &at, TARGET);
        follow(hop, other).problem(404, "not_found");
    }
}

fn of_two_links_that_want_one_alias_one_gets_it(world: &World) {
    let (hop, wanted) = (world.hop(), world.alias("wanted"));
    let links: Vec<String> = (0..8).map(|_| world.alias("suitor")).collect();
    links.iter().for_each(|alias| drop(link(hop, alias, &format!("{TARGET}{alias}"))));
    let body = &json!({ "alias": wanted });
    let answers = race(world.edge, links.iter().map(|alias| move || patch(hop, alias, body)).collect());
    let winner = answers.iter().position(|answer| answer.status == 200).unwrap();
    leads(hop, &wanted, &format!("{TARGET}{}", links[winner]));
    for (number, (answer, alias)) in answers.iter().zip(&links).enumerate().filter(|(number, _)| *number != winner) {
        answer.problem(409, "alias_taken");
        assert_eq!(follow(hop, alias).header("location").unwrap(), format!("{TARGET}{alias}"), "link {number} is where it was");
    }
}
