//! API keys: the secret is shown once, a key never exceeds the rights of its creator, and a revoked key stays revoked.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::count;
use crate::support::client::Answer;
use crate::support::keys::{KEYS, SCOPES, ask, key, key_record, new_key, user};
use crate::support::store_faults::watch;
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{MemoryEdge, StoreStep};
use hop_core::store::Key;
use serde_json::{Value, json};

fn address(id: &str) -> String {
    format!("{KEYS}/{id}")
}

fn errors(answer: &Answer) -> Vec<(String, String)> {
    let json = answer.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    json["errors"].as_array().into_iter().flatten().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}

/// The audit events with this `action`.
fn events(edge: &MemoryEdge, action: &str) -> Vec<Value> {
    let keys = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("audit/"));
    let events = keys.filter_map(|key| serde_json::from_slice::<Value>(&edge.records.peek(&key)?.value).ok());
    events.filter(|event| event["action"] == action).collect()
}

#[test]
fn new_key_shows_its_secret_once() {
    let edge = MemoryEdge::new(1);
    let owner = user(&edge, 'e', "editor", "in");
    let fields = json!({"domains": ["b.example", "hop.example", "b.example"], "expires_at": "2027-01-01T00:00:00+01:00"});
    let made = ask(&edge, new_key(&owner, &["links:write", "links:read", "links:read"], &fields));
    let mut shown = made.json();
    let (id, secret) = (shown["id"].as_str().expect("an id").to_owned(), shown["secret"].as_str().expect("a secret").to_owned());
    let end = secret.strip_prefix(&format!("hop_{id}_")).expect("prefix and id precede the secret").to_owned();
    assert_eq!((made.code(), made.header("location"), end.len()), (201, address(&id).as_str(), 44));
    assert!(made.header("cache-control").contains("no-store"));
    shown.as_object_mut().expect("an object").remove("secret");
    let expected = json!({
        "id": id, "name": "a key", "scopes": ["links:read", "links:write"], "domains": ["b.example", "hop.example"], "owner": owner,
        "created_by": null, "issuers": [], "created_at": "2026-11-21T08:00:00Z", "expires_at": "2026-12-31T23:00:00Z",
        "last_used_at": null, "revoked_at": null, "quota": null,
    });
    assert_eq!((&shown, ask(&edge, Ask::list(&address(&id))).json()), (&expected, expected.clone()));
    assert_eq!(ask(&edge, Ask::list(KEYS)).json(), json!({"items": [expected], "next": null}));
    let me = ask(&edge, Ask::list("/api/v1/me").showing(&*secret)).json();
    let name = format!("key_{id}");
    assert_eq!(
        me,
        json!({"principal": name, "user": owner, "key": id, "role": "editor", "scopes": ["links:read", "links:write"], "domains": ["b.example", "hop.example"], "session": null})
    );
    for record in edge.records.keys() {
        let value = edge.records.peek(&record).expect("a key that is listed has a record").value;
        assert!(!String::from_utf8_lossy(&value).contains(&end), "{}", record.as_str());
    }
    let events = events(&edge, "key.create");
    let detail = format!("owner {owner}; scopes links:read links:write; domains b.example hop.example");
    assert_eq!((events.len(), &events[0]["subject"], &events[0]["detail"]), (1, &json!(id), &json!(detail)));
}

#[test]
fn audit_event_says_key_covers_all_domains() {
    let edge = MemoryEdge::new(1);
    let owner = user(&edge, 'e', "editor", "in");
    key(&edge, &owner, &["links:read"], &json!({}));
    assert_eq!(events(&edge, "key.create")[0]["detail"], json!(format!("owner {owner}; scopes links:read; domains all")));
}

#[test]
fn invalid_key_fields_are_named() {
    let edge = MemoryEdge::new(1);
    let owner = user(&edge, 'e', "editor", "in");
    let (gone, disabled) = (user(&edge, 'g', "editor", "gone"), user(&edge, 'd', "editor", "disabled"));
    let many: Vec<String> = (0..21).map(|number| format!("d{number}.example")).collect();
    for (field, value, at, code) in [
        ("name", Value::Null, "/name", "required"),
        ("name", json!(""), "/name", "required"),
        ("name", json!("a\u{202e}b"), "/name", "invalid"),
        ("scopes", Value::Null, "/scopes", "required"),
        ("scopes", json!([]), "/scopes", "required"),
        ("scopes", json!("links:read"), "/scopes", "wrong_type"),
        ("scopes", json!(["links:read", "links:all"]), "/scopes/1", "invalid"),
        ("scopes", json!(["LINKS:READ"]), "/scopes/0", "invalid"),
        ("scopes", json!([1]), "/scopes/0", "wrong_type"),
        ("scopes", json!(vec!["links:read"; 14]), "/scopes", "too_many"),
        ("domains", json!([]), "/domains", "required"),
        ("domains", json!(["hop.example", "evil.example"]), "/domains/1", "invalid"),
        ("domains", json!(["hop.example", "a b"]), "/domains/1", "invalid"),
        ("domains", json!(many), "/domains", "too_many"),
        ("owner", Value::Null, "/owner", "required"),
        ("owner", json!("usr_x"), "/owner", "invalid"),
        ("owner", json!(format!("usr_{}", "z".repeat(17))), "/owner", "invalid"),
        ("owner", json!(gone), "/owner", "invalid"),
        ("owner", json!(disabled), "/owner", "invalid"),
        ("expires_at", json!("2026-11-21T08:00:00Z"), "/expires_at", "out_of_range"),
        ("expires_at", json!("2020-01-01T00:00:00Z"), "/expires_at", "out_of_range"),
        ("expires_at", json!("tomorrow"), "/expires_at", "invalid"),
        ("secret", json!("hop_x_y"), "/secret", "unknown"),
        ("id", json!("x"), "/id", "unknown"),
    ] {
        let answer = ask(&edge, new_key(&owner, &["links:read"], &json!({field: value})));
        assert_eq!((answer.code(), errors(&answer)), (422, vec![(at.to_owned(), code.to_owned())]), "{field} {value}");
    }
    assert_eq!(count(&edge, "key/") + count(&edge, "audit/"), 0);
    let moment = json!({"expires_at": "2026-11-21T08:00:00.001Z"});
    assert_eq!(ask(&edge, new_key(&owner, &SCOPES, &moment)).code(), 201);
}

#[test]
fn new_key_never_exceeds_its_creators_rights() {
    let edge = MemoryEdge::new(1);
    let [owner, admin, other] = [('w', "owner"), ('a', "admin"), ('e', "editor")].map(|(letter, role)| user(&edge, letter, role, "in"));
    let ends = json!({"expires_at": "2026-12-01T00:00:00Z"});
    let (_, of_owner) = key(&edge, &owner, &SCOPES, &json!({}));
    let (_, of_admin) = key(&edge, &admin, &["keys:admin", "links:read"], &json!({}));
    let (_, expiring) = key(&edge, &admin, &["keys:admin", "links:read"], &ends);
    for (with, owner_of_key, scopes, fields, code) in [
        (&of_admin, &other, ["links:read"], json!({}), 201),
        (&of_admin, &admin, ["keys:admin"], json!({}), 201),
        (&of_admin, &other, ["links:write"], json!({}), 403),
        (&of_admin, &owner, ["links:read"], json!({}), 403),
        (&of_owner, &owner, ["links:write"], json!({}), 201),
        (&expiring, &other, ["links:read"], json!({}), 403),
        (&expiring, &other, ["links:read"], json!({"expires_at": "2026-12-01T00:00:00.001Z"}), 403),
        (&expiring, &other, ["links:read"], ends.clone(), 201),
    ] {
        let answer = ask(&edge, new_key(owner_of_key, &scopes, &fields).showing(&**with));
        assert_eq!(answer.code(), code, "{owner_of_key} {scopes:?} {fields}: {}", answer.json());
    }
    let own = ask(&edge, Ask::post(KEYS, &json!({"name": "mine", "scopes": ["links:read"]})).showing(&*of_admin));
    assert_eq!(own.json()["owner"], json!(admin), "the default owner is the caller");
    for (who, scopes) in [(&other, &SCOPES[..]), (&admin, &["links:read"])] {
        let (_, secret) = key(&edge, who, scopes, &json!({}));
        assert_eq!(ask(&edge, new_key(&other, &["links:read"], &json!({})).showing(&*secret)).code(), 403, "{who}");
    }
    let (_, narrow) = key(&edge, &owner, &SCOPES, &json!({"domains": ["hop.example"]}));
    assert_eq!(
        ask(&edge, new_key(&other, &["links:read"], &json!({})).showing(&*narrow)).code(),
        403,
        "the key of the caller is not valid for all domains"
    );
}

#[test]
fn revocation_is_idempotent_and_owner_keys_need_owners() {
    let edge = MemoryEdge::new(1);
    let [owner, admin] = [('w', "owner"), ('a', "admin")].map(|(letter, role)| user(&edge, letter, role, "in"));
    let ((of_owner, owners), (id, secret)) = (key(&edge, &owner, &SCOPES, &json!({})), key(&edge, &admin, &SCOPES, &json!({})));
    let revoke = |id: &str, with: &str| ask(&edge, Ask::remove(&address(id)).showing(with)).code();
    assert_eq!((revoke(&of_owner, &secret), events(&edge, "key.revoke").len()), (403, 0));
    edge.wait_seconds(5);
    assert_eq!([revoke(&id, &owners), revoke(&id, &owners)], [204, 204]);
    let events = events(&edge, "key.revoke");
    assert_eq!((events.len(), &events[0]["subject"], &events[0]["user"]), (1, &json!(id), &json!(owner)));
    let shown = ask(&edge, Ask::list(&address(&id))).json();
    assert_eq!((&shown["revoked_at"], ask(&edge, Ask::list("/api/v1/me").showing(&*secret)).code()), (&json!("2026-11-21T08:00:05Z"), 401));
    for unknown in ["z".repeat(17), "x".into(), "é".into(), "%ff".into(), "z".repeat(2_000), format!("key_{id}"), "a%2Fb".into()] {
        for asked in [Ask::list(&address(&unknown)), Ask::remove(&address(&unknown))] {
            let answer = ask(&edge, asked);
            assert_eq!((answer.code(), answer.problem().as_str()), (404, "not_found"), "{unknown}");
        }
    }
    for asked in [Ask::list(&format!("{}?x=", address(&id))), Ask::remove(&format!("{}?x=", address(&of_owner)))] {
        assert_eq!(errors(&ask(&edge, asked)), [("/x".to_owned(), "unknown".to_owned())]);
    }
    assert_eq!(revoke(&of_owner, &owners), 204, "a key may revoke itself");
}

#[test]
fn keys_are_paginated_and_filtered_by_owner() {
    let edge = MemoryEdge::new(1);
    let [one, two] = ['e', 'f'].map(|letter| user(&edge, letter, "editor", "in"));
    let mut made: Vec<String> =
        (0..7).map(|number| key(&edge, if number % 2 == 0 { &one } else { &two }, &["links:read"], &json!({})).0).collect();
    made.sort();
    let walk = |address: &str| {
        let (mut found, mut next, mut pages) = (Vec::new(), Some(address.to_owned()), 0);
        while let Some(address) = next {
            let page = ask(&edge, Ask::list(&address)).json();
            found.extend(page["items"].as_array().expect("items").iter().map(|key| key["id"].as_str().expect("an id").to_owned()));
            next = page["next"].as_str().map(str::to_owned);
            pages += 1;
        }
        (found, pages)
    };
    assert_eq!((walk(KEYS), walk(&format!("{KEYS}?limit=2"))), ((made.clone(), 1), (made.clone(), 4)));
    let (mut of_one, of_two) = (walk(&format!("{KEYS}?owner={one}&limit=3")).0, walk(&format!("{KEYS}?owner={two}")).0);
    assert_eq!((of_one.len(), of_two.len(), walk(&format!("{KEYS}?owner=usr_{}", "z".repeat(17))).0.len()), (4, 3, 0));
    of_one.extend(of_two);
    of_one.sort();
    assert_eq!(of_one, made);
    let next = ask(&edge, Ask::list(&format!("{KEYS}?limit=2"))).json()["next"].as_str().expect("a next page").to_owned();
    let cursor = next.split("cursor=").nth(1).expect("a cursor").to_owned();
    for (query, at, code) in [
        (format!("owner={one}&cursor={cursor}"), "/cursor", "invalid"),
        ("cursor=Zm9v".into(), "/cursor", "invalid"),
        ("owner=me".into(), "/owner", "invalid"),
        ("limit=0".into(), "/limit", "out_of_range"),
        ("limit=101".into(), "/limit", "out_of_range"),
        ("state=live".into(), "/state", "unknown"),
    ] {
        assert_eq!(errors(&ask(&edge, Ask::list(&format!("{KEYS}?{query}")))), [(at.to_owned(), code.to_owned())], "{query}");
    }
    edge.records.plant(&Key::stored(format!("key/{}", made[3])), "{}");
    assert_eq!(walk(KEYS).0.len(), 6, "one damaged record does not hide the others");
    assert!(edge.take_log().concat().contains("a record was left out"));
}

#[test]
fn bootstrap_admin_has_all_scopes_and_no_user() {
    let edge = MemoryEdge::new(1);
    let me = json!({"principal": "admin", "user": null, "key": null, "role": "owner", "scopes": SCOPES, "domains": null, "session": null});
    assert_eq!(ask(&edge, Ask::list("/api/v1/me")).json(), me);
    assert_eq!(errors(&ask(&edge, Ask::list("/api/v1/me?x=y"))), [("/x".to_owned(), "unknown".to_owned())]);
    assert_eq!(ask(&edge, Ask::list("/api/v1/me").showing("unknown")).code(), 401);
}

/// Role and status of the owner are read for every request. They are not stored in the key.
#[test]
fn key_follows_its_owners_current_role() {
    let edge = MemoryEdge::new(1);
    let id = user(&edge, 'e', "owner", "in");
    let (key_id, secret) = key(&edge, &id, &SCOPES, &json!({}));
    let isolate = crate::support::Isolate::new(&edge);
    let me = || crate::support::run(isolate.ask(Ask::list("/api/v1/me").showing(&*secret))).json();
    let role = || me()["role"].clone();
    let list = || crate::support::run(isolate.ask(Ask::list(KEYS).showing(&*secret))).code();
    assert_eq!((role(), list()), (json!("owner"), 200));
    // The team record still names the user, but the user's own record has another role.
    let of_viewers = ["links:read", "stats:read", "metrics:read"];
    let of_editors = ["links:read", "links:write", "stats:read", "metrics:read"];
    for (now, may, scopes) in [("admin", 200, &SCOPES[..]), ("editor", 403, &of_editors), ("viewer", 403, &of_viewers)] {
        user(&edge, 'e', now, "in");
        assert_eq!((role(), list()), (json!(now), may));
        assert_eq!(me()["scopes"], json!(scopes), "the scopes that the role allows");
    }
    user(&edge, 'f', "owner", "in");
    user(&edge, 'e', "owner", "in");
    let team = json!({"v": 1, "tokens": {"created": "t", "recent": ["t"]}, "owners": [format!("usr_{}", "f".repeat(17))]});
    edge.records.plant(&Key::stored("team".into()), &team.to_string());
    assert_eq!(role(), json!("admin"), "the team record does not name the user");
    assert_eq!(key_record(&edge, &key_id)["owner"], json!(id));
}

/// Creates a key for `owner` with the key `with`.
#[track_caller]
fn key_by(edge: &MemoryEdge, with: &str, owner: &str, scopes: &[&str]) -> (String, String) {
    let made = ask(edge, new_key(owner, scopes, &json!({})).showing(with));
    assert_eq!(made.code(), 201, "{}", made.json());
    let text = |name: &str| made.json()[name].as_str().expect("a text").to_owned();
    (text("id"), text("secret"))
}

/// The response to a caller with this key.
fn me(edge: &MemoryEdge, secret: &str) -> Answer {
    ask(edge, Ask::list("/api/v1/me").showing(secret))
}

#[test]
fn key_never_exceeds_its_creators_role() {
    let edge = MemoryEdge::new(1);
    let ann = user(&edge, 'a', "owner", "in");
    // Created while Ann was an admin, with a key of an admin.
    user(&edge, 'a', "admin", "in");
    let (_, admins) = key(&edge, &ann, &["keys:admin", "links:read"], &json!({}));
    let (_, by_herself) = key_by(&edge, &admins, &ann, &["links:read"]);
    let role = |secret: &str| me(&edge, secret).json()["role"].clone();
    assert_eq!([&by_herself, &admins].map(|secret| role(secret)), ["admin", "admin"]);
    user(&edge, 'a', "owner", "in");
    assert_eq!([&by_herself, &admins].map(|secret| role(secret)), ["admin", "owner"]);
}

#[test]
fn only_owners_make_keys_for_other_admins() {
    let edge = MemoryEdge::new(1);
    let [owner, other_owner, admin, other_admin, editor, viewer] =
        [('a', "owner"), ('b', "owner"), ('c', "admin"), ('d', "admin"), ('e', "editor"), ('f', "viewer")]
            .map(|(letter, role)| user(&edge, letter, role, "in"));
    let [of_owner, of_admin] = [&owner, &admin].map(|user| key(&edge, user, &SCOPES, &json!({})).1);
    for (with, owner_of_key, code) in [
        (&of_admin, &viewer, 201),
        (&of_admin, &editor, 201),
        (&of_admin, &admin, 201),
        (&of_admin, &other_admin, 403),
        (&of_admin, &owner, 403),
        (&of_owner, &viewer, 201),
        (&of_owner, &admin, 201),
        (&of_owner, &owner, 201),
        (&of_owner, &other_owner, 201),
    ] {
        let before = count(&edge, "key/");
        let answer = ask(&edge, new_key(owner_of_key, &["links:read"], &json!({})).showing(&**with));
        assert_eq!((answer.code(), count(&edge, "key/") - before), (code, usize::from(code == 201)), "{owner_of_key}");
    }
    let bootstrap = ask(&edge, new_key(&other_admin, &["links:read"], &json!({})));
    assert_eq!((bootstrap.code(), &bootstrap.json()["created_by"]), (201, &Value::Null));
}

#[test]
fn disabled_admin_cannot_enable_themselves_again() {
    let edge = MemoryEdge::new(1);
    let [ann, bob, eve] = [('a', "admin"), ('b', "admin"), ('e', "editor")].map(|(letter, role)| user(&edge, letter, role, "in"));
    let (_, anns) = key(&edge, &ann, &SCOPES, &json!({}));
    assert_eq!(ask(&edge, new_key(&bob, &SCOPES, &json!({})).showing(&*anns)).code(), 403);
    // A key that Ann created for a user ends when that user gets a higher role.
    let (_, second_key) = key_by(&edge, &anns, &eve, &SCOPES);
    user(&edge, 'e', "admin", "in");
    user(&edge, 'a', "admin", "disabled");
    let enable = Ask::patch(&format!("/api/v1/users/{ann}"), &json!({"disabled": false}));
    for secret in [&anns, &second_key] {
        assert_eq!(ask(&edge, enable.again().showing(&**secret)).code(), 401);
    }
}

#[test]
fn key_ends_with_its_creators_right() {
    let edge = MemoryEdge::new(1);
    let [admin, boss, editor, chief] =
        [('a', "admin"), ('b', "owner"), ('e', "editor"), ('f', "admin")].map(|(letter, role)| user(&edge, letter, role, "in"));
    let (of_admin, of_boss) = (key(&edge, &admin, &SCOPES, &json!({})).1, key(&edge, &boss, &SCOPES, &json!({})).1);
    let (id, for_editor) = key_by(&edge, &of_admin, &editor, &["links:read"]);
    let (_, for_chief) = key_by(&edge, &of_boss, &chief, &["links:read"]);
    let (_, by_bootstrap) = key(&edge, &editor, &["links:read"], &json!({}));
    assert_eq!(ask(&edge, Ask::list(&address(&id))).json()["created_by"], json!(admin));
    let codes = || [&for_editor, &for_chief, &by_bootstrap].map(|secret| me(&edge, secret).code());
    assert_eq!(codes(), [200, 200, 200]);
    let shape = |answer: &Answer| {
        (answer.code(), answer.problem(), answer.json()["detail"].clone(), answer.headers.get("www-authenticate").cloned())
    };
    let wrong = shape(&me(&edge, "hop_unknown"));
    edge.take_log();
    for (letter, role, status, expected, why) in [
        ('a', "admin", "disabled", [401, 200, 200], "is not active"),
        ('a', "admin", "leaving", [401, 200, 200], "is not active"),
        ('a', "admin", "gone", [401, 200, 200], "is not active"),
        ('a', "editor", "in", [401, 200, 200], "no longer has the right to make it"),
        ('a', "viewer", "in", [401, 200, 200], "no longer has the right to make it"),
        ('a', "owner", "in", [200, 200, 200], ""),
        ('a', "admin", "in", [200, 200, 200], ""),
        ('b', "admin", "in", [200, 401, 200], "no longer has the right to make it"),
        ('b', "owner", "disabled", [200, 401, 200], "is not active"),
        ('b', "owner", "in", [200, 200, 200], ""),
        // The current role of the key's owner counts.
        ('e', "admin", "in", [401, 200, 200], "no longer has the right to make it"),
        ('e', "owner", "in", [401, 200, 200], "no longer has the right to make it"),
        ('e', "viewer", "in", [200, 200, 200], ""),
        ('f', "editor", "in", [200, 200, 200], ""),
    ] {
        user(&edge, letter, role, status);
        assert_eq!(codes(), expected, "{letter} {role} {status}");
        let log = edge.take_log().concat();
        assert_eq!((log.contains(why), log.is_empty()), (true, why.is_empty()), "{letter} {role} {status}: {log}");
    }
    user(&edge, 'a', "admin", "disabled");
    assert_eq!(shape(&me(&edge, &for_editor)), wrong, "the response does not say why");
}

/// A key created with a key that somebody else created also depends on that creator.
#[test]
fn key_requires_every_issuer_to_stay_entitled() {
    let edge = MemoryEdge::new(1);
    let [ann, bob, eve, dan] =
        [('a', "owner"), ('b', "admin"), ('e', "editor"), ('d', "owner")].map(|(letter, role)| user(&edge, letter, role, "in"));
    let (_, anns) = key(&edge, &ann, &SCOPES, &json!({}));
    let (_, bobs) = key_by(&edge, &anns, &bob, &SCOPES);
    let (_, bobs_own) = key_by(&edge, &bobs, &bob, &SCOPES);
    let (of_eve, eves) = key_by(&edge, &bobs_own, &eve, &["links:read"]);
    let shown = ask(&edge, Ask::list(&address(&of_eve))).json();
    assert_eq!((&shown["created_by"], &shown["issuers"]), (&json!(bob), &json!([ann, bob])));
    let codes = || [&bobs, &bobs_own, &eves].map(|secret| me(&edge, secret).code());
    for (letter, role, status, expected) in [
        ('a', "owner", "disabled", [401, 401, 401]),
        ('a', "admin", "in", [401, 401, 200]),
        ('a', "editor", "in", [401, 401, 401]),
        ('a', "owner", "in", [200, 200, 200]),
        ('b', "admin", "disabled", [401, 401, 401]),
        ('b', "editor", "in", [200, 200, 401]),
        ('b', "admin", "in", [200, 200, 200]),
        ('e', "admin", "in", [200, 200, 401]),
        ('e', "editor", "in", [200, 200, 200]),
    ] {
        user(&edge, letter, role, status);
        assert_eq!(codes(), expected, "{letter} {role} {status}");
    }
    // The number of issuers is limited, so that one request can read them all on every edge.
    let (_, dans) = key_by(&edge, &anns, &dan, &SCOPES);
    user(&edge, 'b', "owner", "in");
    let (_, third) = key_by(&edge, &dans, &bob, &SCOPES);
    let refused = ask(&edge, new_key(&eve, &["links:read"], &json!({})).showing(&*third));
    assert_eq!((refused.code(), refused.problem().as_str()), (403, "forbidden"));
    assert_eq!(
        ask(&edge, new_key(&ann, &["links:read"], &json!({})).showing(&*third)).code(),
        201,
        "the owner is not counted as an issuer"
    );
}

#[test]
fn key_cannot_demote_its_issuer() {
    let edge = MemoryEdge::new(1);
    let [ann, bob] = [('a', "owner"), ('b', "owner")].map(|(letter, role)| user(&edge, letter, role, "in"));
    let (of_bob, anns) = (key(&edge, &bob, &SCOPES, &json!({})).1, key(&edge, &ann, &SCOPES, &json!({})).1);
    let (_, bobs) = key_by(&edge, &anns, &bob, &SCOPES);
    let (_, bobs_own) = key_by(&edge, &bobs, &bob, &SCOPES);
    let patch = |id: &str, patch: &Value| Ask::patch(&format!("/api/v1/users/{id}"), patch);
    let outcome = |answer: &Answer| (answer.code(), answer.problem());
    for secret in [&bobs, &bobs_own] {
        let by = |asked: Ask| outcome(&ask(&edge, asked.showing(&**secret)));
        for role in ["admin", "viewer"] {
            assert_eq!(by(patch(&ann, &json!({ "role": role }))), (409, "key_in_use".into()));
        }
        // An owner must be demoted before.
        assert_eq!(by(patch(&ann, &json!({"disabled": true}))), (409, "user_state".into()));
        assert_eq!(by(Ask::remove(&format!("/api/v1/users/{ann}?links_to=none"))), (409, "user_state".into()));
        assert_eq!(by(patch(&ann, &json!({"name": "Ann", "role": "owner"}))).0, 200);
        assert_eq!((me(&edge, &anns).json()["role"].as_str(), me(&edge, secret).code()), (Some("owner"), 200));
    }
    assert_eq!(ask(&edge, patch(&ann, &json!({"role": "admin"})).showing(&*of_bob)).code(), 200, "another key of the same user may");
    assert_eq!([&bobs, &bobs_own, &of_bob].map(|secret| me(&edge, secret).code()), [401, 401, 200]);
}

#[test]
fn issuers_are_read_together_with_the_owner() {
    let edge = MemoryEdge::new(1);
    let [admin, editor] = [('a', "admin"), ('e', "editor")].map(|(letter, role)| user(&edge, letter, role, "in"));
    let (_, admins) = key(&edge, &admin, &SCOPES, &json!({}));
    let (own, others) = (key_by(&edge, &admins, &admin, &["links:read"]).1, key_by(&edge, &admins, &editor, &["links:read"]).1);
    for secret in [&own, &others] {
        let trace = watch(&edge);
        assert_eq!(run(Isolate::new(&edge).handle(Ask::list("/api/v1/me").showing(&**secret))).0.code(), 200);
        assert_eq!(trace.steps(), [StoreStep::Get, StoreStep::GetMany]);
    }
}
