//! Who may do what: everybody asks for everything, and the checks that stand behind the first one.
//!
//! It runs on a deployment whose owners no other case counts.

use std::time::{SystemTime, UNIX_EPOCH};

use hop_core::Timestamp;
use serde_json::{Value, json};

use super::{cases, eventually};
use crate::client::Call;
use crate::rights::people::{Role, SCOPES};
use crate::rights::{Ask, DOMAIN, Hop, OTHER_DOMAIN, Reply, id_of, matrix, within};
use crate::world::{ADMIN_KEY, World};

/// Long enough for the key to be made, short enough to wait for.
const A_SHORT_LIFE_MILLIS: u128 = 3_000;

struct Http<'a>(&'a World);

impl Http<'_> {
    #[track_caller]
    fn admin(&self, ask: Ask) -> Reply {
        self.send(&ask.with(ADMIN_KEY))
    }

    fn new_key(&self, owner: &str, scopes: &[&str], domains: Option<&[&str]>, expires_at: Option<String>) -> String {
        let key = json!({"name": "rights", "scopes": scopes, "domains": domains, "owner": owner, "expires_at": expires_at});
        let made = self.admin(Ask::to("POST", "/api/v1/keys").json(&key)).expect(201);
        made["secret"].as_str().unwrap().to_owned()
    }

    fn is_known(&self, key: &str) -> bool {
        self.send(&Ask::to("GET", "/api/v1/me").with(key)).status == 200
    }
}

impl Hop for Http<'_> {
    fn send(&self, ask: &Ask) -> Reply {
        let mut call = Call::new(ask.method, ask.path.as_str());
        for (name, value) in &ask.headers {
            call = call.header(name, value.as_str());
        }
        if let Some(body) = &ask.body {
            call = call.body(body.as_str());
        }
        let answer = self.0.case_insensitive().send(&call);
        Reply { status: answer.status, challenge: answer.header("www-authenticate"), body: answer.text() }
    }

    fn admin_key(&self) -> String {
        ADMIN_KEY.into()
    }

    fn user(&self, role: &str) -> String {
        let user = json!({"email": format!("{}@people.example", self.name("rights")), "role": role});
        let made = self.admin(Ask::to("POST", "/api/v1/users").json(&user)).expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    fn give_role(&self, user: &str, role: &str) {
        self.admin(Ask::to("PATCH", format!("/api/v1/users/{user}")).json(&json!({ "role": role }))).expect(200);
    }

    fn disable(&self, user: &str) {
        self.admin(Ask::to("PATCH", format!("/api/v1/users/{user}")).json(&json!({"disabled": true}))).expect(200);
    }

    fn key(&self, owner: &str, scopes: &[&str], domains: Option<&[&str]>) -> String {
        self.new_key(owner, scopes, domains, None)
    }

    fn revoked_key(&self, owner: &str) -> String {
        let key = self.key(owner, &SCOPES, None);
        assert!(self.is_known(&key));
        self.admin(Ask::to("DELETE", format!("/api/v1/keys/{}", id_of(&key)))).expect(204);
        key
    }

    fn expired_key(&self, owner: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let end = Timestamp::from_millis(u64::try_from(now + A_SHORT_LIFE_MILLIS).unwrap());
        let key = self.new_key(owner, &SCOPES, None, Some(end.to_string()));
        assert!(self.is_known(&key));
        eventually("a key ends", || (!self.is_known(&key)).then_some(()));
        key
    }

    fn name(&self, stem: &str) -> String {
        self.0.alias(stem)
    }
}

fn every_route_has_a_row(_: &World) {
    matrix::check_table();
}

fn everybody_may_what_the_table_says_and_no_more(world: &World) {
    let wrong = matrix::wrong_cells(&Http(world));
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[track_caller]
fn refused(hop: &Http<'_>, who: &str, ask: Ask) {
    let shown = format!("{ask:?}");
    let reply = hop.send(&ask.with(who));
    assert_eq!((reply.status, &reply.json()["code"]), (403, &json!("forbidden")), "{shown}: {}", reply.body);
}

fn owners_are_left_to_owners(world: &World) {
    let hop = &Http(world);
    let [admin, owner, other, viewer] = ["admin", "owner", "owner", "viewer"].map(|role| hop.user(role));
    let [of_admin, of_owner, of_other] = [&admin, &owner, &other].map(|user| hop.key(user, &SCOPES, None));
    let (at_other, at_key) = (format!("/api/v1/users/{other}"), format!("/api/v1/keys/{}", id_of(&of_other)));
    let change = |at: &str, json: Value| Ask::to("PATCH", at).json(&json);
    let new_key = || Ask::to("POST", "/api/v1/keys").json(&json!({"name": "x", "scopes": ["links:read"], "owner": other}));
    let new_user = |role: &str| {
        let user = json!({"email": format!("{}@people.example", hop.name("rights")), "role": role});
        Ask::to("POST", "/api/v1/users").json(&user)
    };
    for ask in [
        change(&at_other, json!({"name": "x"})),
        change(&at_other, json!({"role": "viewer"})),
        change(&at_other, json!({"disabled": true})),
        change(&format!("/api/v1/users/{viewer}"), json!({"role": "owner"})),
        change(&format!("/api/v1/users/{admin}"), json!({"role": "owner"})),
        Ask::to("DELETE", format!("{at_other}?links_to=none")),
        Ask::to("POST", format!("{at_other}/invite")),
        change(&format!("/api/v1/users/{viewer}"), json!({"role": "admin"})),
        new_user("owner"),
        new_user("admin"),
        new_key(),
        Ask::to("DELETE", at_key.as_str()),
    ] {
        refused(hop, &of_admin, ask);
    }
    assert!(hop.is_known(&of_other));
    hop.send(&change(&at_other, json!({"name": "x"})).with(&of_owner)).expect(200);
    hop.send(&new_user("owner").with(&of_owner)).expect(201);
    hop.send(&new_user("admin").with(&of_owner)).expect(201);
    hop.send(&new_key().with(&of_owner)).expect(201);
    hop.send(&Ask::to("DELETE", at_key).with(&of_owner)).expect(204);
    assert!(!hop.is_known(&of_other));
}

fn nobody_makes_a_key_that_may_more_than_they_may(world: &World) {
    let hop = &Http(world);
    let owner = hop.user("owner");
    let maker = hop.key(&owner, &["keys:admin", "links:read"], None);
    let new = |scopes: &[&str]| Ask::to("POST", "/api/v1/keys").json(&json!({"name": "x", "scopes": scopes, "owner": owner}));
    for scope in SCOPES.into_iter().filter(|scope| !["keys:admin", "links:read"].contains(scope)) {
        refused(hop, &maker, new(&[scope]));
        refused(hop, &maker, new(&["links:read", scope]));
    }
    hop.send(&new(&["links:read"]).with(&maker)).expect(201);
}

fn a_key_has_the_role_its_owner_has_now(world: &World) {
    let hop = &Http(world);
    let user = hop.user("viewer");
    let key = hop.key(&user, &SCOPES, None);
    for role in [Role::Viewer, Role::Owner, Role::Admin, Role::Owner, Role::Editor] {
        hop.give_role(&user, role.name());
        assert_eq!(hop.send(&Ask::to("GET", "/api/v1/me").with(&key)).expect(200)["role"], role.name());
    }
}

fn the_audit_of_other_domains_is_not_told(world: &World) {
    let hop = &Http(world);
    let admin = hop.user("admin");
    let there = hop.key(&admin, &SCOPES, Some(&[OTHER_DOMAIN]));
    for domain in [DOMAIN, OTHER_DOMAIN] {
        let new = json!({"alias": hop.name("rights"), "domain": domain, "target": "https://example.com/"});
        hop.send(&Ask::to("POST", "/api/v1/links").json(&new).with(ADMIN_KEY)).expect(201);
    }
    let (mut next, mut told) = (Some("/api/v1/audit".to_owned()), 0);
    while let Some(path) = next {
        let page = hop.send(&Ask::to("GET", path).with(&there)).expect(200);
        for item in page["items"].as_array().unwrap() {
            assert_eq!(item["domain"], OTHER_DOMAIN, "{item}");
            told += 1;
        }
        next = page["next"].as_str().map(str::to_owned);
    }
    assert!(told > 0);
}

/// The checks within are the same everywhere.
macro_rules! within {
    ($($check:ident),* $(,)?) => {
        $(fn $check(world: &World) { within::$check(&Http(world)); })*
        cases!("matrix":
            every_route_has_a_row,
            everybody_may_what_the_table_says_and_no_more,
            owners_are_left_to_owners,
            nobody_makes_a_key_that_may_more_than_they_may,
            a_key_has_the_role_its_owner_has_now,
            the_audit_of_other_domains_is_not_told,
            $($check),*
        );
    };
}

within!(
    a_blocked_link_is_frozen_for_all_but_who_may_block,
    blocks_and_owners_are_for_who_manages_links,
    each_item_of_a_batch_is_judged_by_itself,
    an_alias_of_anothers_deleted_link_is_not_reused,
    a_key_for_a_domain_reaches_no_other,
    an_old_alias_belongs_to_whom_its_link_belongs_to,
    hashes_of_passwords_are_for_who_manages_links,
    what_exists_is_looked_for_among_ones_own,
    clicks_are_told_with_their_scope_alone,
    writers_without_read_get_references,
    a_cursor_is_good_for_who_was_given_it,
    a_repeated_request_is_known_by_who_sent_it,
    tags_are_renamed_by_who_manages_links,
    a_key_may_what_its_owner_may_now,
    what_nobody_owns_is_for_admins,
);
