//! Users: created, invited, changed and deleted.

use serde_json::{Value, json};

use super::{TARGET, address as link_address, cases, create as create_link, eventually, field_errors};
use crate::client::{Call, Response};
use crate::contract::{assert_shape, example};
use crate::deployment::Deployment;
use crate::rights::principals::SCOPES;
use crate::world::World;

const USERS: &str = "/api/v1/users";

/// An id that no user has.
const UNKNOWN: &str = "usr_11111111111111111";

cases!("users":
    user_is_created_shown_changed_and_deleted,
    email_address_is_unique,
    users_are_listed,
    edit_and_delete_respect_if_match,
    owner_cannot_be_disabled_or_deleted,
    new_invitation_is_returned_once,
    only_owners_create_and_invite_admins,
    key_without_every_scope_admits_nobody,
    links_of_a_deleted_user_are_transferred,
    unknown_user_is_not_found,
    wrong_fields_are_named,
    other_media_types_are_refused,
    users_need_a_key,
);

fn address(id: &str) -> String {
    format!("{USERS}/{id}")
}

fn create(hop: &Deployment, body: &Value) -> Response {
    hop.send(&Call::post_json(USERS, body))
}

fn show(hop: &Deployment, id: &str) -> Response {
    hop.send(&Call::get(address(id)).admin())
}

fn patch(id: &str, body: &Value) -> Call {
    Call::new("PATCH", address(id)).admin().header("Content-Type", "application/merge-patch+json").body(body.to_string())
}

fn delete(id: &str, links_to: &str) -> Call {
    Call::new("DELETE", format!("{}?links_to={links_to}", address(id))).admin()
}

/// Deletes a user, in several requests if there are many domains.
#[track_caller]
fn delete_fully(hop: &Deployment, call: &Call) -> Response {
    eventually("the deletion is complete", || Some(hop.send(call)).filter(|response| response.status != 503))
}

fn invite(id: &str) -> Call {
    Call::new("POST", format!("{}/invite", address(id))).admin()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Creates a user that no other case uses and returns the id.
#[track_caller]
fn user(world: &World, role: &str) -> String {
    let hop = world.hop();
    let email = format!("{}@example.com", world.alias("user"));
    let id = text(&create(hop, &json!({"email": email, "role": role})).expect(201).json()["id"]);
    wait_for(hop, &id, |user| user["role"] == role);
    id
}

/// Waits until a user is as wanted.
#[track_caller]
fn wait_for(hop: &Deployment, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    eventually("the user is as wanted", || {
        let response = show(hop, id);
        (response.status == 200).then(|| response.json()).filter(|user| wanted(user))
    })
}

fn user_is_created_shown_changed_and_deleted(world: &World) {
    let hop = world.hop();
    let name = world.alias("Ann");
    let response = create(hop, &json!({"email": format!("{name}@EXAMPLE.com"), "name": "Ann", "role": "editor"})).expect(201);
    let created = response.json();
    assert_shape(&created, "invited");
    let id = text(&created["id"]);
    assert_eq!((response.header("location").unwrap(), response.header("etag").unwrap()), (address(&id), "\"1\"".to_owned()));
    assert_eq!(response.header("cache-control").unwrap(), "no-store");
    assert!(text(&created["invite_token"]).starts_with(&id.replacen("usr_", "hopinvite_", 1)));
    let user = wait_for(hop, &id, |user| user["name"] == "Ann");
    assert_shape(&user, "user");
    assert_eq!((&user["email"], &user["state"]), (&json!(format!("{}@example.com", name.to_lowercase())), &json!("invited")));
    let changed = hop.send(&patch(&id, &example("user-patch"))).expect(200);
    assert_eq!((&changed.json()["role"], changed.header("etag").unwrap()), (&json!("admin"), "\"2\"".to_owned()));
    wait_for(hop, &id, |user| user["role"] == "admin");
    let disabled = hop.send(&patch(&id, &json!({"disabled": true, "name": null}))).expect(200).json();
    assert_eq!((&disabled["state"], &disabled["name"]), (&json!("disabled"), &Value::Null));
    wait_for(hop, &id, |user| user["state"] == "disabled");
    hop.send(&invite(&id)).problem(409, "user_state");
    assert!(delete_fully(hop, &delete(&id, "none")).expect(204).body.is_empty());
    eventually("the user is deleted", || (show(hop, &id).status == 404).then_some(()));
    hop.send(&delete(&id, "none")).problem(404, "not_found");
}

fn email_address_is_unique(world: &World) {
    let (hop, name) = (world.hop(), world.alias("one"));
    let email = |name: &str| json!({"email": format!("{name}@b\u{fc}cher.example")});
    let id = text(&create(hop, &email(&name)).expect(201).json()["id"]);
    wait_for(hop, &id, |user| user["role"] == "viewer");
    for same in [email(&name), email(&name.to_uppercase()), json!({"email": format!("{name}@XN--bcher-kva.example")})] {
        create(hop, &same).problem(409, "email_taken");
    }
    delete_fully(hop, &delete(&id, "none")).expect(204);
    eventually("the user is deleted", || (show(hop, &id).status == 404).then_some(()));
    eventually("the e-mail address is free", || (create(hop, &email(&name)).status == 201).then_some(()));
}

fn users_are_listed(world: &World) {
    let ids = [user(world, "viewer"), user(world, "editor")];
    eventually("both are listed, each once", || {
        let (mut found, mut next) = (Vec::new(), Some(format!("{USERS}?limit=3")));
        while let Some(path) = next {
            let page = world.hop().send(&Call::get(path).admin()).expect(200).json();
            assert_shape(&page, "users");
            found.extend(page["items"].as_array().unwrap().iter().map(|user| text(&user["id"])));
            next = page["next"].as_str().map(str::to_owned);
        }
        assert!(found.is_sorted());
        ids.iter().all(|id| found.iter().filter(|found| *found == id).count() == 1).then_some(())
    });
}

fn edit_and_delete_respect_if_match(world: &World) {
    let (hop, id) = (world.hop(), user(world, "viewer"));
    hop.send(&patch(&id, &json!({"role": "editor"})).header("If-Match", "\"1\"")).expect(200);
    wait_for(hop, &id, |user| user["role"] == "editor");
    hop.send(&patch(&id, &json!({"role": "admin"})).header("If-Match", "\"1\"")).problem(412, "version_mismatch");
    hop.send(&patch(&id, &json!({"role": null})).header("If-Match", "\"1\"")).problem(422, "invalid_fields");
    hop.send(&delete(&id, "none").header("If-Match", "\"1\"")).problem(412, "version_mismatch");
    delete_fully(hop, &delete(&id, "none").header("If-Match", "\"2\"")).expect(204);
}

/// Other cases create owners too, so the rule for the last owner is tested in `core/tests`.
fn owner_cannot_be_disabled_or_deleted(world: &World) {
    let hop = world.hop();
    let [first, second] = [user(world, "owner"), user(world, "editor")];
    hop.send(&patch(&first, &json!({"disabled": true}))).problem(409, "user_state");
    assert_eq!(hop.send(&patch(&second, &json!({"role": "owner"}))).expect(200).json()["role"], "owner");
    wait_for(hop, &second, |user| user["role"] == "owner");
    hop.send(&delete(&second, "none")).problem(409, "user_state");
    assert_eq!(hop.send(&patch(&second, &json!({"role": "viewer"}))).expect(200).json()["role"], "viewer");
    wait_for(hop, &second, |user| user["role"] == "viewer");
    eventually("the user is no owner any more", || (delete_fully(hop, &delete(&second, "none")).status == 204).then_some(()));
}

fn new_invitation_is_returned_once(world: &World) {
    let (hop, id) = (world.hop(), user(world, "viewer"));
    let [first, second] = [hop.send(&invite(&id)).expect(201), {
        wait_for(hop, &id, |_| show(hop, &id).header("etag").as_deref() == Some("\"2\""));
        hop.send(&invite(&id)).expect(201)
    }];
    assert_shape(&second.json(), "invited");
    assert_eq!((second.header("location").unwrap(), second.header("cache-control").unwrap()), (address(&id), "no-store".to_owned()));
    assert!(first.json()["invite_token"] != second.json()["invite_token"]);
    assert!(show(hop, &id).json().get("invite_token").is_none());
}

fn only_owners_create_and_invite_admins(world: &World) {
    let hop = world.hop();
    let [owner, admin, editor] = ["owner", "admin", "editor"].map(|role| user(world, role));
    let [of_owner, of_admin] = [&owner, &admin].map(|user| text(&world.key(user, &SCOPES, &json!({}))["secret"]));
    let new = || {
        let body = json!({"email": format!("{}@example.com", world.alias("admin")), "role": "admin"});
        Call::new("POST", USERS).header("Content-Type", "application/json").body(body.to_string())
    };
    let promote = || Call::new("PATCH", address(&editor)).header("Content-Type", "application/json").body(r#"{"role":"admin"}"#);
    let invite = |id: &str| Call::new("POST", format!("{}/invite", address(id)));
    eventually("the admin's key is valid", || (hop.send(&invite(&editor).with_key(&of_admin)).status == 201).then_some(()));
    for call in [new(), promote(), invite(&admin)] {
        hop.send(&call.clone().with_key(&of_admin)).problem(403, "forbidden");
        eventually("an owner's key is accepted", || (hop.send(&call.clone().with_key(&of_owner)).status < 300).then_some(()));
    }
    wait_for(hop, &editor, |user| user["role"] == "admin");
    hop.send(&invite(&editor).with_key(&of_admin)).problem(403, "forbidden");
}

fn key_without_every_scope_admits_nobody(world: &World) {
    let (hop, id) = (world.hop(), user(world, "viewer"));
    let key = text(&world.key(&user(world, "owner"), &["users:admin"], &json!({}))["secret"]);
    let body = json!({"email": format!("{}@example.com", world.alias("admitted"))});
    for call in [
        Call::new("POST", USERS).json(&body),
        Call::new("POST", format!("{}/invite", address(&id))),
        Call::new("POST", format!("{}/reset", address(&id))),
        Call::new("PATCH", address(&id)).json(&json!({"role": "editor"})),
    ] {
        let problem = hop.send(&call.with_key(&key)).problem(403, "forbidden");
        assert!(problem["detail"].as_str().unwrap().contains("every scope"), "{problem}");
    }
    hop.send(&Call::new("PATCH", address(&id)).json(&json!({"name": "Ann"})).with_key(&key)).expect(200);
}

fn links_of_a_deleted_user_are_transferred(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("transferred"));
    let [ann, bob] = [user(world, "editor"), user(world, "editor")];
    let wait_for_owner = |id: &str| {
        eventually("the link has its owner", || {
            let link = hop.send(&Call::get(link_address(&alias)).admin());
            (link.status == 200 && link.json()["owner"] == id).then_some(())
        });
    };
    create_link(hop, &json!({"alias": alias, "target": TARGET})).expect(201);
    let set_owner = Call::new("PATCH", link_address(&alias)).admin().header("Content-Type", "application/json");
    eventually("the link gets an owner", || {
        (hop.send(&set_owner.clone().body(json!({"owner": ann}).to_string())).status == 200).then_some(())
    });
    wait_for_owner(&ann);
    eventually("the user is deleted", || {
        let response = hop.send(&delete(&ann, &bob));
        assert!([204, 503].contains(&response.status), "{}", response.text());
        (response.status == 204).then_some(())
    });
    wait_for_owner(&bob);
}

fn unknown_user_is_not_found(world: &World) {
    for id in [UNKNOWN, "usr_1", "x", "%00"] {
        let calls = [Call::get(address(id)).admin(), patch(id, &json!({"name": "x"})), delete(id, "none"), invite(id)];
        for call in calls {
            world.hop().send(&call).problem(404, "not_found");
        }
    }
}

fn wrong_fields_are_named(world: &World) {
    let (hop, id) = (world.hop(), user(world, "viewer"));
    let post = |body: &Value| Call::post_json(USERS, body);
    for (call, field, code) in [
        (post(&json!({})), "/email", "required"),
        (post(&json!({"email": "ann"})), "/email", "invalid"),
        (post(&json!({"email": " ann@example.com"})), "/email", "invalid"),
        (post(&json!({"email": "ann@example.com", "role": "root"})), "/role", "invalid"),
        (post(&json!({"email": "ann@b&c.example"})), "/email", "invalid"),
        (patch(&id, &json!({"role": null})), "/role", "required"),
        (patch(&id, &json!({"email": "ann@example.com"})), "/email", "unknown"),
        (delete(&id, ""), "/links_to", "invalid"),
        (delete(&id, &id), "/links_to", "conflicts"),
        (delete(&id, UNKNOWN), "/links_to", "invalid"),
        (Call::new("DELETE", address(&id)).admin(), "/links_to", "required"),
        (Call::get(format!("{USERS}?limit=0")).admin(), "/limit", "out_of_range"),
        (Call::get(format!("{}?x=y", address(&id))).admin(), "/x", "unknown"),
        (Call::new("POST", format!("{}/invite?x=y", address(&id))).admin(), "/x", "unknown"),
    ] {
        let problem = hop.send(&call).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), code.to_owned())]);
    }
    show(hop, &id).expect(200);
}

fn other_media_types_are_refused(world: &World) {
    let id = user(world, "viewer");
    for bare in [Call::new("POST", USERS).admin(), Call::new("PATCH", address(&id)).admin()] {
        world.hop().send(&bare.clone().body("{}")).problem(415, "unsupported_media_type");
        let json = bare.header("Content-Type", "application/json");
        world.hop().send(&json.clone().body("{")).problem(400, "malformed_json");
        world.hop().send(&json.body(vec![b' '; 64 * 1_024 + 1])).problem(413, "too_large");
    }
}

fn users_need_a_key(world: &World) {
    let (hop, id) = (world.hop(), user(world, "viewer"));
    let json = |method: &str, path: String, body: &str| Call::new(method, path).header("Content-Type", "application/json").body(body);
    for call in [
        Call::get(USERS),
        Call::get(address(&id)),
        Call::new("DELETE", format!("{}?links_to=none", address(&id))),
        Call::new("POST", format!("{}/invite", address(&id))),
        json("PATCH", address(&id), r#"{"role":"owner"}"#),
        json("POST", USERS.into(), r#"{"email":"ann@example.com"}"#),
    ] {
        hop.send(&call).problem(401, "unauthenticated");
    }
    assert_eq!(show(hop, &id).expect(200).json()["role"], "viewer");
}
