//! API keys: creating and revoking them, what they allow, and the response to an invalid one.

use serde_json::{Value, json};

use super::{TARGET, cases, eventually, field_errors, link};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::world::World;

const KEYS: &str = "/api/v1/keys";
const ME: &str = "/api/v1/me";

cases!("keys":
    key_is_created_shown_listed_and_revoked,
    key_is_limited_to_scopes_and_domains,
    all_invalid_keys_get_the_same_response,
    key_cannot_create_a_stronger_key,
    key_depends_on_the_right_of_its_issuer,
    key_cannot_demote_its_issuer,
    wrong_fields_are_named,
    other_media_types_are_refused,
    keys_are_unavailable_without_the_store,
);

fn address(key: &Value) -> String {
    format!("{KEYS}/{}", key["id"].as_str().unwrap())
}

fn secret(key: &Value) -> &str {
    key["secret"].as_str().unwrap()
}

fn key_is_created_shown_listed_and_revoked(world: &World) {
    let (hop, owner) = (world.hop(), world.user("editor"));
    let created = world.key(&owner, &["links:read"], &json!({"domains": ["hop.example"], "expires_at": "2999-01-01T00:00:00Z"}));
    assert_shape(&created, "made-key");
    let shown = hop.send(&Call::get(address(&created)).admin()).expect(200).json();
    assert_shape(&shown, "key");
    let list = hop.send(&Call::get(format!("{KEYS}?owner={owner}&limit=5")).admin()).expect(200).json();
    assert_shape(&list, "keys");
    hop.send(&Call::get(format!("{KEYS}?owner=nobody")).admin()).problem(422, "invalid_fields");
    let me = hop.send(&Call::get(ME).with_key(secret(&created))).expect(200).json();
    assert_shape(&me, "me");
    assert_eq!((&me["user"], &me["key"], &me["role"]), (&json!(owner), &created["id"], &json!("editor")));
    for _ in 0..2 {
        hop.send(&Call::new("DELETE", address(&created)).admin()).expect(204);
    }
    eventually("the key is revoked", || (hop.send(&Call::get(ME).with_key(secret(&created))).status == 401).then_some(()));
    assert!(hop.send(&Call::get(address(&created)).admin()).expect(200).json()["revoked_at"].is_string());
    for unknown in ["x", "%C3%A9", &"1".repeat(17)] {
        for method in ["GET", "DELETE"] {
            hop.send(&Call::new(method, format!("{KEYS}/{unknown}")).admin()).problem(404, "not_found");
        }
    }
    for method in ["GET", "DELETE"] {
        hop.send(&Call::new(method, format!("{}?x=y", address(&created))).admin()).problem(422, "invalid_fields");
    }
    hop.send(&Call::get(format!("{ME}?x=y")).admin()).problem(422, "invalid_fields");
}

fn key_is_limited_to_scopes_and_domains(world: &World) {
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
    let for_other_domain = world.key(&world.user("editor"), &["links:read", "links:write"], &json!({"domains": ["b.example"]}));
    hop.send(&read.clone()).expect(200);
    hop.send(&Call::get(super::address(&alias)).with_key(secret(&for_other_domain))).problem(403, "forbidden");
}

/// All of a response except its request id.
fn without_request_id(response: &Response) -> (u16, Vec<String>, Option<String>, String) {
    let id = response.header("x-request-id").unwrap();
    let names = response.header_names().into_iter().map(str::to_owned).collect();
    (response.status, names, response.header("www-authenticate"), response.text().replace(&id, "req"))
}

fn all_invalid_keys_get_the_same_response(world: &World) {
    let (hop, owner) = (world.hop(), world.user("editor"));
    let [good, revoked] = [(); 2].map(|()| world.key(&owner, &["links:read"], &json!({})));
    hop.send(&Call::new("DELETE", address(&revoked)).admin()).expect(204);
    eventually("the key is revoked", || (hop.send(&Call::get(ME).with_key(secret(&revoked))).status == 401).then_some(()));
    let (id, shown) = (good["id"].as_str().unwrap(), secret(&good));
    let (end, last) = (&shown[22..], &shown[shown.len() - 1..]);
    let other = if last == "z" { "y" } else { "z" };
    let expected = without_request_id(&hop.send(&Call::get(ME).with_key("an-unknown-key")));
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
        assert_eq!(without_request_id(&hop.send(&Call::get(ME).with_key(&bad))), expected, "{bad}");
    }
    hop.send(&Call::get(ME).with_key(shown)).expect(200);
}

fn key_cannot_create_a_stronger_key(world: &World) {
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

fn key_depends_on_the_right_of_its_issuer(world: &World) {
    let hop = world.hop();
    let [admin, other, editor] = ["admin", "admin", "editor"].map(|role| world.user(role));
    let maker = world.key(&admin, &["keys:admin", "links:read"], &json!({}));
    let make = |owner: &str| {
        let body = json!({"name": "k", "scopes": ["links:read"], "owner": owner}).to_string();
        hop.send(&Call::new("POST", KEYS).header("Content-Type", "application/json").body(body).with_key(secret(&maker)))
    };
    make(&other).problem(403, "forbidden");
    let created = make(&editor).expect(201).json();
    assert_shape(&created, "made-key");
    assert_eq!((&created["created_by"], &created["issuers"]), (&json!(admin), &json!([admin])));
    let status = || hop.send(&Call::get(ME).with_key(secret(&created))).status;
    eventually("the key is valid", || (status() == 200).then_some(()));
    let change = |body: Value| {
        let patch = Call::new("PATCH", format!("/api/v1/users/{admin}")).admin().header("Content-Type", "application/json");
        hop.send(&patch.body(body.to_string())).expect(200);
    };
    for (lost, regained) in [(json!({"disabled": true}), json!({"disabled": false})), (json!({"role": "editor"}), json!({"role": "admin"}))]
    {
        change(lost);
        eventually("the key is invalid", || (status() == 401).then_some(()));
        change(regained);
        eventually("the key is valid again", || (status() == 200).then_some(()));
    }
}

fn key_cannot_demote_its_issuer(world: &World) {
    let hop = world.hop();
    let [issuer, owner] = ["owner", "owner"].map(|role| world.user(role));
    let maker = world.key(&issuer, &["keys:admin", "users:admin"], &json!({}));
    let json =
        |method: &str, path: String, body: Value| Call::new(method, path).header("Content-Type", "application/json").body(body.to_string());
    let new_key = json("POST", KEYS.into(), json!({"name": "k", "scopes": ["users:admin"], "owner": owner}));
    let created = hop.send(&new_key.with_key(secret(&maker))).expect(201).json();
    assert_eq!(created["issuers"], json!([issuer]));
    eventually("the key is valid", || (hop.send(&Call::get(ME).with_key(secret(&created))).status == 200).then_some(()));
    let demote = json("PATCH", format!("/api/v1/users/{issuer}"), json!({"role": "admin"}));
    hop.send(&demote.clone().with_key(secret(&created))).problem(409, "key_in_use");
    hop.send(&demote.admin()).expect(200);
    eventually("the key is invalid", || (hop.send(&Call::get(ME).with_key(secret(&created))).status == 401).then_some(()));
}

fn wrong_fields_are_named(world: &World) {
    let hop = world.hop();
    let unknown = format!("usr_{}", "1".repeat(17));
    for (body, field, code) in [
        (json!({"scopes": ["links:read"], "owner": unknown}), "/name", "required"),
        (json!({"name": "k", "owner": unknown}), "/scopes", "required"),
        (json!({"name": "k", "scopes": ["links:read", "all"], "owner": unknown}), "/scopes/1", "invalid"),
        (json!({"name": "k", "scopes": ["links:read"], "owner": unknown, "domains": ["evil.example"]}), "/domains/0", "invalid"),
        (
            json!({"name": "k", "scopes": ["links:read"], "owner": unknown, "expires_at": "2020-01-01T00:00:00Z"}),
            "/expires_at",
            "out_of_range",
        ),
        (json!({"name": "k", "scopes": ["links:read"]}), "/owner", "required"),
        (json!({"name": "k", "scopes": ["links:read"], "owner": unknown}), "/owner", "invalid"),
    ] {
        let problem = hop.send(&Call::post_json(KEYS, &body)).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), code.to_owned())]);
    }
}

fn other_media_types_are_refused(world: &World) {
    let bare = Call::new("POST", KEYS).admin();
    world.hop().send(&bare.clone().body("{}")).problem(415, "unsupported_media_type");
    let json = bare.header("Content-Type", "application/json");
    world.hop().send(&json.clone().body("{")).problem(400, "malformed_json");
    world.hop().send(&json.body(vec![b' '; 64 * 1_024 + 1])).problem(413, "too_large");
}

fn keys_are_unavailable_without_the_store(world: &World) {
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
