//! The matrix of rights, and the rules for owners, keys and the audit. They run on a deployment whose owners no other
//! case counts.

use serde_json::{Value, json};

use super::cases;
use crate::client::Call;
use crate::rights::principals::{Role, SCOPES};
use crate::rights::{Hop, id_of, matrix};
use crate::world::{DOMAIN, OTHER_DOMAIN, World};

cases!("matrix":
    every_endpoint_has_a_row,
    every_outcome_is_as_in_the_table,
    only_owners_manage_owners_and_admins,
    key_cannot_grant_scopes_it_lacks,
    key_has_the_current_role_of_its_owner,
    audit_shows_only_domains_of_the_key,
);

fn every_endpoint_has_a_row(_: &World) {
    matrix::check_table();
}

fn every_outcome_is_as_in_the_table(world: &World) {
    let wrong = matrix::wrong_outcomes(Hop(world));
    assert!(wrong.is_empty(), "{} outcomes differ from the table:\n{}", wrong.len(), wrong.join("\n"));
}

fn only_owners_manage_owners_and_admins(world: &World) {
    let hop = Hop(world);
    let [admin, owner, other, viewer] = ["admin", "owner", "owner", "viewer"].map(|role| hop.user(role));
    let [of_admin, of_owner, of_other] = [&admin, &owner, &other].map(|user| hop.key(user, &SCOPES, None));
    let (other_path, key_path) = (format!("/api/v1/users/{other}"), format!("/api/v1/keys/{}", id_of(&of_other)));
    let change = |path: &str, body: Value| Call::new("PATCH", path).json(&body);
    let new_key = || Call::new("POST", "/api/v1/keys").json(&json!({"name": "x", "scopes": ["links:read"], "owner": other}));
    let new_user = |role: &str| {
        let user = json!({"email": format!("{}@people.example", hop.name("rights")), "role": role});
        Call::new("POST", "/api/v1/users").json(&user)
    };
    for call in [
        change(&other_path, json!({"name": "x"})),
        change(&other_path, json!({"role": "viewer"})),
        change(&other_path, json!({"disabled": true})),
        change(&format!("/api/v1/users/{viewer}"), json!({"role": "owner"})),
        change(&format!("/api/v1/users/{admin}"), json!({"role": "owner"})),
        Call::new("DELETE", format!("{other_path}?links_to=none")),
        Call::new("POST", format!("{other_path}/invite")),
        change(&format!("/api/v1/users/{viewer}"), json!({"role": "admin"})),
        new_user("owner"),
        new_user("admin"),
        new_key(),
        Call::new("DELETE", key_path.as_str()),
    ] {
        hop.assert_forbidden(&of_admin, call);
    }
    assert!(hop.is_valid(&of_other));
    hop.send_as(&of_owner, change(&other_path, json!({"name": "x"}))).expect(200);
    hop.send_as(&of_owner, new_user("owner")).expect(201);
    hop.send_as(&of_owner, new_user("admin")).expect(201);
    hop.send_as(&of_owner, new_key()).expect(201);
    hop.send_as(&of_owner, Call::new("DELETE", key_path)).expect(204);
    assert!(!hop.is_valid(&of_other));
}

fn key_cannot_grant_scopes_it_lacks(world: &World) {
    let hop = Hop(world);
    let owner = hop.user("owner");
    let maker = hop.key(&owner, &["keys:admin", "links:read"], None);
    let new = |scopes: &[&str]| Call::new("POST", "/api/v1/keys").json(&json!({"name": "x", "scopes": scopes, "owner": owner}));
    for scope in SCOPES.into_iter().filter(|scope| !["keys:admin", "links:read"].contains(scope)) {
        hop.assert_forbidden(&maker, new(&[scope]));
        hop.assert_forbidden(&maker, new(&["links:read", scope]));
    }
    hop.send_as(&maker, new(&["links:read"])).expect(201);
}

fn key_has_the_current_role_of_its_owner(world: &World) {
    let hop = Hop(world);
    let user = hop.user("viewer");
    let key = hop.key(&user, &SCOPES, None);
    for role in [Role::Viewer, Role::Owner, Role::Admin, Role::Owner, Role::Editor] {
        hop.give_role(&user, role.name());
        assert_eq!(hop.send_as(&key, Call::get("/api/v1/me")).expect(200).json()["role"], role.name());
    }
}

fn audit_shows_only_domains_of_the_key(world: &World) {
    let hop = Hop(world);
    let admin = hop.user("admin");
    let key = hop.key(&admin, &SCOPES, Some(&[OTHER_DOMAIN]));
    for domain in [DOMAIN, OTHER_DOMAIN] {
        let new = json!({"alias": hop.name("rights"), "domain": domain, "target": "https://example.com/"});
        hop.send(&Call::post_json("/api/v1/links", &new)).expect(201);
    }
    let (mut next, mut events) = (Some("/api/v1/audit".to_owned()), 0);
    while let Some(path) = next {
        let page = hop.send_as(&key, Call::get(path)).expect(200).json();
        for item in page["items"].as_array().unwrap() {
            assert_eq!(item["domain"], OTHER_DOMAIN, "{item}");
            events += 1;
        }
        next = page["next"].as_str().map(str::to_owned);
    }
    assert!(events > 0);
}
