//! API keys: what they open, who makes them, and what becomes of whoever shows a bad one.

use serde_json::{Value, json};

use super::{TARGET, cases, eventually, field_errors, link};
use crate::client::{Answer, Call};
use crate::contract::assert_shape;
use crate::world::World;

const KEYS: &str = "/api/v1/keys";
const ME: &str = "/api/v1/me";

cases!("keys":
    a_key_is_made_shown_listed_and_revoked,
    a_key_opens_what_it_is_for,
    every_bad_key_gets_the_same_answer,
    nobody_makes_a_key_that_may_more_than_they,
    key_ends_with_its_creators_right,
    no_key_demotes_who_issued_it,
    wrong_fields_are_named,
    a_body_of_another_kind_is_refused,
    without_its_store_hop_knows_no_key,
);

fn address(key: &Value) -> String {
    format!("{KEYS}/{}", key["id"].as_str().unwrap())
}

fn secret(key: &Value) -> &str {
    key["secret"].as_str().unwrap()
}

fn a_key_is_made_shown_listed_and_revoked(world: &World) {
    let (hop, owner) = (world.hop(), world.user("editor"));
    let made = world.key(&owner, &["links:read"], &json!({"domains": ["hop.example"], "expires_at": "2999-01-01T00:00:00Z"}));
    assert_shape(&made, "made-key");
    let shown = hop.send(&Call::get(address(&made)).admin()).expect(200).json();
    assert_shape(&shown, "key");
    let list = hop.send(&Call::get(format!("{KEYS}?owner={owner}&limit=5")).admin()).expect(200).json();
    assert_shape(&list, "keys");
    hop.send(&Call::get(format!("{KEYS}?owner=nobody")).admin()).problem(422, "invalid_fields");
    let me = hop.send(&Call::get(ME).with_key(secret(&made))).expect(200).json();
    assert_shape(&me, "me");
    assert_eq!((&me["user"], &me["key"], &me["role"]), (&json!(owner), &made["id"], &json!("editor")));
    for _ in 0..2 {
        hop.send(&Call::new("DELETE", address(&made)).admin()).expect(204);
    }
    eventually("it opens nothing", || (hop.send(&Call::get(ME).with_key(secret(&made))).status == 401).then_some(()));
    assert!(hop.send(&Call::get(address(&made)).admin()).expect(200).json()["revoked_at"].is_string());
    for nothing in ["x", "%C3%A9", &"1".repeat(17)] {
        for method in ["GET", "DELETE"] {
            hop.send(&Call::new(method, format!("{KEYS}/{nothing}")).admin()).problem(404, "not_found");
        }
    }
    for method in ["GET", "DELETE"] {
        hop.send(&Call::new(method, format!("{}?x=y", address(&made))).admin()).problem(422, "invalid_fields");
    }
    hop.send(&Call::get(format!("{ME}?x=y")).admin()).problem(422, "invalid_fields");
}

fn a_key_opens_what_it_is_for(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("keyed"));
    link(hop, &alias, TARGET);
    let reader = world.key(&world.user("editor"), &["links:read"], &json!({}));
    let read = Call::get(super::address(&alias)).with_key(secret(&reader));
    hop.send(&read).expect(200);
    let write = Call::new("POST", "/api/v1/links").header("Content-Type", "application/json").body(json!({"target": TARGET}).to_string());
    hop.send(&write.with_key(secret(&reader))).problem(403, "forbidden");
    for call in [
        Call::get(KEYS),
        Call::get(address(&reader)),
        Call::new("DELETE", address(&reader)),
        Call::new("POST", KEYS).header("Content-Type", "application/json").body("{}"),
    ] {
        hop.send(&call.with_key(secret(&reader))).problem(403, "forbidden");
    }
    let elsewhere = world.key(&world.user("editor"), &["links:read", "links:write"], &json!({"domains": ["b.example"]}));
    hop.send(&read.clone()).expect(200);
    hop.send(&Call::get(super::address(&alias)).with_key(secret(&elsewhere))).problem(403, "forbidden");
}

/// All of an answer but its number.
fn all_of(answer: &Answer) -> (u16, Vec<String>, Option<String>, String) {
    let id = answer.header("x-request-id").unwrap();
    let names = answer.header_names().into_iter().map(str::to_owned).collect();
    (answer.status, names, answer.header("www-authenticate"), answer.text().replace(&id, "req"))
}

fn every_bad_key_gets_the_same_answer(world: &World) {
    let (hop, owner) = (world.hop(), world.user("editor"));
    let [good, revoked] = [(); 2].map(|()| world.key(&owner, &["links:read"], &json!({})));
    hop.send(&Call::new("DELETE", address(&revoked)).admin()).expect(204);
    eventually("it opens nothing", || (hop.send(&Call::get(ME).with_key(secret(&revoked))).status == 401).then_some(()));
    let (id, shown) = (good["id"].as_str().unwrap(), secret(&good));
    let (end, last) = (&shown[22..], &shown[shown.len() - 1..]);
    let other = if last == "z" { "y" } else { "z" };
    let expected = all_of(&hop.send(&Call::get(ME).with_key("a-key-that-nobody-has")));
    assert_eq!(expected.0, 401);
    for bad in [
        secret(&revoked).to_owned(),
        format!("hop_{}_{}", "2".repeat(17), end),
        format!("hop_{}_{end}", revoked["id"].as_str().unwrap()),
        format!("{}{other}", &shown[..shown.len() - 1]),
        shown[..shown.len() - 1].to_owned(),
        format!("{shown}1"),
        format!("{shown} {shown}"),
        format!("hop_{id}_"),
        format!("hop_{id}"),
        format!("hop__{end}"),
        "hop__".into(),
        shown.to_uppercase(),
        format!("hop_{id}_é{}", &end[2..]),
        format!("{shown}{}", "1".repeat(6_000)),
    ] {
        assert_eq!(all_of(&hop.send(&Call::get(ME).with_key(&bad))), expected, "{bad}");
    }
    hop.send(&Call::get(ME).with_key(shown)).expect(200);
}

fn nobody_makes_a_key_that_may_more_than_they(world: &World) {
    let (hop, admin) = (world.hop(), world.user("admin"));
    let end = "2999-01-01T00:00:00Z";
    let maker = world.key(&admin, &["keys:admin", "links:read"], &json!({"expires_at": end}));
    let make = |body: Value| {
        hop.send(&Call::new("POST", KEYS).header("Content-Type", "application/json").body(body.to_string()).with_key(secret(&maker)))
    };
    make(json!({"name": "k", "scopes": ["links:write"], "expires_at": end})).problem(403, "forbidden");
    make(json!({"name": "k", "scopes": ["links:read"]})).problem(403, "forbidden");
    assert_eq!(make(json!({"name": "k", "scopes": ["links:read"], "expires_at": end})).expect(201).json()["owner"], admin);
}

fn key_ends_with_its_creators_right(world: &World) {
    let hop = world.hop();
    let [admin, other, editor] = ["admin", "admin", "editor"].map(|role| world.user(role));
    let maker = world.key(&admin, &["keys:admin", "links:read"], &json!({}));
    let make = |owner: &str| {
        let body = json!({"name": "k", "scopes": ["links:read"], "owner": owner}).to_string();
        hop.send(&Call::new("POST", KEYS).header("Content-Type", "application/json").body(body).with_key(secret(&maker)))
    };
    make(&other).problem(403, "forbidden");
    let made = make(&editor).expect(201).json();
    assert_shape(&made, "made-key");
    assert_eq!((&made["created_by"], &made["issuers"]), (&json!(admin), &json!([admin])));
    let status = || hop.send(&Call::get(ME).with_key(secret(&made))).status;
    eventually("the key is known", || (status() == 200).then_some(()));
    let change = |body: Value| {
        let patch = Call::new("PATCH", format!("/api/v1/users/{admin}")).admin().header("Content-Type", "application/json");
        hop.send(&patch.body(body.to_string())).expect(200);
    };
    for (lost, regained) in [(json!({"disabled": true}), json!({"disabled": false})), (json!({"role": "editor"}), json!({"role": "admin"}))]
    {
        change(lost);
        eventually("the key ends", || (status() == 401).then_some(()));
        change(regained);
        eventually("the key is good again", || (status() == 200).then_some(()));
    }
}

fn no_key_demotes_who_issued_it(world: &World) {
    let hop = world.hop();
    let [issuer, owner] = ["owner", "owner"].map(|role| world.user(role));
    let maker = world.key(&issuer, &["keys:admin", "users:admin"], &json!({}));
    let json =
        |method: &str, path: String, body: Value| Call::new(method, path).header("Content-Type", "application/json").body(body.to_string());
    let new_key = json("POST", KEYS.into(), json!({"name": "k", "scopes": ["users:admin"], "owner": owner}));
    let made = hop.send(&new_key.with_key(secret(&maker))).expect(201).json();
    assert_eq!(made["issuers"], json!([issuer]));
    eventually("the key is known", || (hop.send(&Call::get(ME).with_key(secret(&made))).status == 200).then_some(()));
    let demote = json("PATCH", format!("/api/v1/users/{issuer}"), json!({"role": "admin"}));
    hop.send(&demote.clone().with_key(secret(&made))).problem(409, "key_in_use");
    hop.send(&demote.admin()).expect(200);
    eventually("the key ends", || (hop.send(&Call::get(ME).with_key(secret(&made))).status == 401).then_some(()));
}

fn wrong_fields_are_named(world: &World) {
    let hop = world.hop();
    let nobody = format!("usr_{}", "1".repeat(17));
    for (said, field, code) in [
        (json!({"scopes": ["links:read"], "owner": nobody}), "/name", "required"),
        (json!({"name": "k", "owner": nobody}), "/scopes", "required"),
        (json!({"name": "k", "scopes": ["links:read", "all"], "owner": nobody}), "/scopes/1", "invalid"),
        (json!({"name": "k", "scopes": ["links:read"], "owner": nobody, "domains": ["evil.example"]}), "/domains/0", "invalid"),
        (
            json!({"name": "k", "scopes": ["links:read"], "owner": nobody, "expires_at": "2020-01-01T00:00:00Z"}),
            "/expires_at",
            "out_of_range",
        ),
        (json!({"name": "k", "scopes": ["links:read"]}), "/owner", "required"),
        (json!({"name": "k", "scopes": ["links:read"], "owner": nobody}), "/owner", "invalid"),
    ] {
        let problem = hop.send(&Call::post_json(KEYS, &said)).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), code.to_owned())]);
    }
}

fn a_body_of_another_kind_is_refused(world: &World) {
    let bare = Call::new("POST", KEYS).admin();
    world.hop().send(&bare.clone().body("{}")).problem(415, "unsupported_media_type");
    let json = bare.header("Content-Type", "application/json");
    world.hop().send(&json.clone().body("{")).problem(400, "malformed_json");
    world.hop().send(&json.body(vec![b' '; 64 * 1_024 + 1])).problem(413, "too_large");
}

fn without_its_store_hop_knows_no_key(world: &World) {
    let hop = world.without_store();
    let shown = format!("hop_{}_{}", "1".repeat(17), "1".repeat(44));
    hop.send(&Call::get(ME).with_key(&shown)).problem(503, "store_unavailable");
    let owner = format!("usr_{}", "1".repeat(17));
    let body = json!({"name": "k", "scopes": ["links:read"], "owner": owner});
    for call in [
        Call::get(KEYS).admin(),
        Call::post_json(KEYS, &body),
        Call::get(format!("{KEYS}/{}", "1".repeat(17))).admin(),
        Call::new("DELETE", format!("{KEYS}/{}", "1".repeat(17))).admin(),
    ] {
        hop.send(&call).problem(503, "store_unavailable");
    }
}
