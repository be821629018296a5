//! Users: an address has one user, an owned deployment keeps an owner, and deletion transfers all links. Crashes and
//! concurrent requests do not change this.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::{check_list, count};
use crate::support::client::{Answer, Visitor};
use crate::support::keys::SCOPES;
use crate::support::replay::{OnFailure, for_seeds};
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{self, ALL_FAULTS, DELAYS, DELAYS_AND_FAILURES, Plan, clear_faults, plan, set_random_faults};
use crate::support::{Ask, Isolate, run};
use hop_core::Body;
use hop_core::memory::{CommitMode, MemoryEdge, OPERATIONS, Random};
use hop_core::store::Key;
use http::HeaderName;
use http::header::{AUTHORIZATION, IF_MATCH};
use serde_json::{Value, json};

const USERS: &str = "/api/v1/users";
const BOTH: [CommitMode; 2] = [CommitMode::Transaction, CommitMode::Stepwise];

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

fn create(body: &Value) -> Ask {
    Ask::post(USERS, body)
}

fn address(id: &str) -> String {
    format!("{USERS}/{id}")
}

fn patch(id: &str, patch: &Value) -> Ask {
    Ask::patch(&address(id), patch)
}

fn show(edge: &MemoryEdge, id: &str) -> Answer {
    ask(edge, Ask::list(&address(id)))
}

fn invite(id: &str) -> Ask {
    Ask { body: hop_core::Body::Whole(Vec::new()), ..Ask::post(&format!("{}/invite", address(id)), &json!({})) }
}

fn delete(id: &str, recipient: &str) -> Ask {
    Ask::remove(&format!("{}?links_to={recipient}", address(id)))
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The id of a new user.
#[track_caller]
fn user(edge: &MemoryEdge, name: &str, role: &str) -> String {
    let answer = ask(edge, create(&json!({"email": format!("{name}@example.com"), "role": role})));
    assert_eq!(answer.code(), 201, "{}", answer.json());
    text(&answer.json()["id"])
}

/// Plants a key of the user `id` and returns its `Authorization` header. The digest is made with the pepper of these
/// tests.
fn key(edge: &MemoryEdge, id: &str, scopes: &[&str]) -> String {
    let one = |length: usize| "1".repeat(length);
    let record = json!({
        "v": 1, "tokens": {"created": "t", "recent": ["t"]}, "id": one(17), "name": "a key", "scopes": scopes, "owner": id,
        "most": "owner", "created_at": 1, "expires_at": null, "last_used_at": null, "revoked_at": null, "mark": "a5HodKep972eiLt2S1IS4Hucuye1UdC_5Rhd-ccGSCs",
    });
    edge.records.plant(&Key::stored(format!("key/{}", one(17))), &record.to_string());
    format!("Bearer hop_{}_{}", one(17), one(44))
}

/// The same request with this `Authorization` header.
fn with(key: &str, ask: Ask) -> Ask {
    let json = HeaderName::from_static("content-type");
    Ask { visitor: Visitor::default().with(AUTHORIZATION, key.into()).with(json, b"application/json".to_vec()), ..ask }
}

/// The record with this key.
fn stored(edge: &MemoryEdge, key: &str) -> Value {
    let record = edge.records.peek(&Key::stored(key.to_owned())).unwrap_or_else(|| panic!("there is no {key}"));
    serde_json::from_slice(&record.value).expect("a record is JSON")
}

fn record(edge: &MemoryEdge, id: &str) -> Value {
    stored(edge, &format!("user/{id}"))
}

/// Action and detail of every audit event about `subject`, sorted.
fn audited(edge: &MemoryEdge, subject: &str) -> Vec<String> {
    let events = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("audit/")).map(|key| stored(edge, key.as_str()));
    let describe =
        |event: Value| format!("{} {}", event["action"].as_str().unwrap_or_default(), event["detail"].as_str().unwrap_or_default());
    let mut events: Vec<String> = events.filter(|event| event["subject"] == subject).map(describe).collect();
    events.sort();
    events.iter().map(|event| event.trim().to_owned()).collect()
}

/// The ids and roles of all users, read page by page.
fn listed(edge: &MemoryEdge, limit: usize) -> Vec<(String, String)> {
    let (mut users, mut next) = (Vec::new(), Some(format!("{USERS}?limit={limit}")));
    while let Some(path) = next {
        let page = ask(edge, Ask::list(&path)).json();
        users.extend(page["items"].as_array().expect("items").iter().map(|user| (text(&user["id"]), text(&user["role"]))));
        next = page["next"].as_str().map(str::to_owned);
    }
    users
}

fn owners(edge: &MemoryEdge) -> Vec<String> {
    listed(edge, 50).into_iter().filter(|(_, role)| role == "owner").map(|(id, _)| id).collect()
}

/// Repeats a request in new worlds, with a crash at each step in turn. `then` checks what is left and retries.
fn crash_at_every_step(
    steps: CommitMode,
    world: impl Fn() -> (MemoryEdge, String),
    asked: impl Fn(&str) -> Ask,
    success: u16,
    then: impl Fn(&MemoryEdge, &str, u16),
) {
    for crash_at in 0.. {
        let _guard = OnFailure::print(format!("\ncrash at step {crash_at}, {steps:?}\n"));
        let (edge, id) = world();
        let trace = plan(&edge, Plan::From(crash_at, None));
        let first = ask(&edge, asked(&id)).code();
        clear_faults(&edge);
        if trace.steps().len() <= crash_at {
            assert_eq!(first, success);
            then(&edge, &id, first);
            break;
        }
        assert!(first == success || first == 503, "{first}");
        then(&edge, &id, first);
    }
}

#[test]
fn new_user_shows_the_invitation_token_once() {
    let edge = MemoryEdge::new(1);
    let answer = ask(&edge, create(&json!({"email": "Ann@BÜCHER.example", "name": "Ann", "role": "editor"})));
    let mut shown = answer.json();
    let token = text(&shown["invite_token"]);
    shown.as_object_mut().expect("an object").remove("invite_token");
    let id = text(&shown["id"]);
    assert_eq!((answer.code(), answer.header("location"), answer.header("etag")), (201, address(&id).as_str(), "\"1\""));
    assert_eq!(answer.header("cache-control"), "no-store");
    let secret = token.strip_prefix(&id.replacen("usr_", "hopinvite_", 1)).and_then(|rest| rest.strip_prefix('_')).expect("a token");
    assert_eq!(secret.len(), 44);
    assert_eq!(
        shown,
        json!({"id": id, "email": "ann@xn--bcher-kva.example", "name": "Ann", "role": "editor", "state": "invited",
            "created_at": "2026-11-21T08:00:00Z", "last_login_at": null, "quota": null})
    );
    assert_eq!((show(&edge, &id).json(), show(&edge, &id).header("etag")), (shown.clone(), "\"1\""));
    assert_eq!(ask(&edge, Ask::list(USERS)).json(), json!({"items": [shown], "next": null}));
    assert_eq!(audited(&edge, &id), ["user.create"]);
    for key in edge.records.keys() {
        let kept = stored(&edge, key.as_str()).to_string();
        assert!(!kept.contains(secret), "{key:?} contains the token");
        assert!(key.as_str().starts_with("user/") || !format!("{key:?}{kept}").contains("bcher"), "{key:?} contains the address");
    }
    assert!(!edge.take_log().concat().contains("bcher"));
    let viewer = ask(&edge, create(&json!({"email": "b@example.com"}))).json();
    assert_eq!((&viewer["role"], &viewer["name"]), (&json!("viewer"), &Value::Null));
}

#[test]
fn email_is_unique_in_any_spelling() {
    let edge = MemoryEdge::new(1);
    let id = user(&edge, "ann", "viewer");
    for same in ["ann@example.com", "ANN@EXAMPLE.COM", "ａｎｎ@example.com"] {
        assert_eq!(ask(&edge, create(&json!({"email": same}))).problem(), "email_taken", "{same}");
    }
    assert_eq!(listed(&edge, 50), [(id, "viewer".to_owned())]);
    assert_eq!((count(&edge, "user/"), count(&edge, "audit/")), (1, 1), "a refused creation leaves nothing");
}

#[test]
fn concurrent_creations_yield_one_user() {
    for_seeds("users", "concurrent_creations_yield_one_user", 200, |seed| {
        let mut random = Random::new(seed);
        let rates = [DELAYS, DELAYS_AND_FAILURES, ALL_FAULTS][random.below(3)];
        let edge = store_faults::edge(seed, BOTH[random.below(2)]);
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        // In some runs a deleted user had the address.
        if random.below(2) == 0 {
            let gone = user(&edge, "ann", "viewer");
            assert_eq!(ask(&edge, delete(&gone, "none")).code(), 204);
        }
        set_random_faults(&edge, rates, seed);
        let clients = (0..2 + random.below(3))
            .map(|number| Box::pin(isolates[number % 2].ask(create(&json!({"email": "ann@example.com"})))) as Client<'_, Answer>);
        let answers = Turns::default().interleave(&mut random, clients.collect(), || {});
        clear_faults(&edge);
        let users = listed(&edge, 50);
        assert!(users.len() <= 1, "{users:?}");
        for answer in &answers {
            match answer.code() {
                201 => assert_eq!(users.first().map(|(id, _)| id.clone()), Some(text(&answer.json()["id"]))),
                409 => assert_eq!((answer.problem().as_str(), rates.fail > 0 || users.len() == 1), ("email_taken", true)),
                code => assert!(code == 503 && rates.fail > 0, "{code}"),
            }
        }
        if rates.fail == 0 {
            assert_eq!(answers.iter().filter(|answer| answer.code() == 201).count(), 1);
            let lines = edge
                .records
                .keys()
                .iter()
                .filter(|key| key.as_str().starts_with("audit/"))
                .filter(|key| stored(&edge, key.as_str())["subject"] == users[0].0)
                .count();
            let gone = edge
                .records
                .keys()
                .iter()
                .filter(|key| key.as_str().starts_with("user/"))
                .filter(|key| stored(&edge, key.as_str())["standing"] == "gone")
                .count();
            assert_eq!((lines, gone), (1, count(&edge, "user/") - 1), "refused creations leave only deleted users");
        }
    });
}

#[test]
fn retry_after_crashed_creation_leaves_one_user() {
    for steps in BOTH {
        let world = || (store_faults::edge(1, steps), String::new());
        let body = json!({"email": "ann@example.com", "role": "owner"});
        crash_at_every_step(
            steps,
            world,
            |_| create(&body),
            201,
            |edge, _, first| {
                let second = ask(edge, create(&body));
                let users = listed(edge, 50);
                assert_eq!(users.len(), 1, "{users:?}");
                assert!(second.code() == 201 || second.problem() == "email_taken");
                assert!(first != 201 || second.code() == 409);
                // A crash may leave the new user without the role. Giving it completes the creation.
                assert_eq!(ask(edge, patch(&users[0].0, &json!({"role": "owner"}))).code(), 200);
                assert_eq!(owners(edge), [users[0].0.clone()]);
                assert!(audited(edge, &users[0].0).contains(&"user.create".to_owned()));
            },
        );
    }
}

#[test]
fn invalid_user_fields_are_named() {
    let edge = MemoryEdge::new(1);
    let id = user(&edge, "ann", "viewer");
    let long = format!("a@{}", "x".repeat(300));
    for (ask_, field, code) in [
        (create(&json!({})), "/email", "required"),
        (create(&json!({"email": 5})), "/email", "wrong_type"),
        (create(&json!({"email": " b@example.com"})), "/email", "invalid"),
        (create(&json!({"email": long})), "/email", "too_long"),
        (create(&json!({"email": "b@example.com", "role": "root"})), "/role", "invalid"),
        (create(&json!({"email": "b@example.com", "role": "Admin"})), "/role", "invalid"),
        (create(&json!({"email": "b@example.com", "name": "a\u{202e}"})), "/name", "invalid"),
        (create(&json!({"email": "b@example.com", "state": "active"})), "/state", "unknown"),
        (patch(&id, &json!({"role": null})), "/role", "required"),
        (patch(&id, &json!({"email": "b@example.com"})), "/email", "unknown"),
        (patch(&id, &json!({"disabled": "yes"})), "/disabled", "wrong_type"),
        (Ask::list("/api/v1/users?limit=0"), "/limit", "out_of_range"),
        (Ask::list("/api/v1/users?cursor=Zm9v"), "/cursor", "invalid"),
        (Ask::list(&format!("{}?x=y", address(&id))), "/x", "unknown"),
        (Ask::remove(&address(&id)), "/links_to", "required"),
        (delete(&id, ""), "/links_to", "invalid"),
        (delete(&id, "unknown"), "/links_to", "invalid"),
        (delete(&id, &id), "/links_to", "conflicts"),
        (delete(&id, "none&links_to=none"), "/links_to", "duplicate"),
        (delete(&id, "usr_11111111111111112"), "/links_to", "invalid"),
    ] {
        let answer = ask(&edge, ask_);
        let error = &answer.json()["errors"][0];
        assert_eq!((answer.code(), &error["field"], &error["code"]), (422, &json!(field), &json!(code)), "{answer:?}");
    }
    assert_eq!((listed(&edge, 50).len(), record(&edge, &id)["version"].as_u64()), (1, Some(1)));
}

#[test]
fn wrong_body_is_refused_before_if_match_is_checked() {
    let edge = MemoryEdge::new(1);
    let id = user(&edge, "ann", "viewer");
    let outdated = |body: &Value| ask(&edge, patch(&id, body).header(IF_MATCH, "\"9\"")).problem();
    assert_eq!(outdated(&json!({"name": "Ann"})), "version_mismatch");
    for body in [json!(0), json!({"disabled": "yes"}), json!({"role": null}), json!({"state": "active"})] {
        assert_eq!(outdated(&body), "invalid_fields", "{body}");
    }
    let torn = Ask { body: Body::Whole(b"{".to_vec()), ..patch(&id, &json!({})).header(IF_MATCH, "\"9\"") };
    assert_eq!(ask(&edge, torn).problem(), "malformed_json");
    assert_eq!(ask(&edge, patch("usr_11111111111111111", &json!(0))).problem(), "invalid_fields", "the user is not read first");
}

#[test]
fn unknown_user_ids_answer_404() {
    let edge = MemoryEdge::new(1);
    user(&edge, "ann", "viewer");
    for id in
        ["usr_", "usr_1", "usr_11111111111111111", "11111111111111111", "usr_0OIl1111111111111", "%00", "%2e%2e%2fteam", &"x".repeat(900)]
    {
        let asks = [Ask::list(&address(id)), patch(id, &json!({"name": "x"})), delete(id, "none"), invite(id)];
        for ask_ in asks {
            assert_eq!(ask(&edge, ask_).code(), 404, "{id}");
        }
    }
}

#[test]
fn user_changes_respect_if_match_and_are_audited() {
    let edge = MemoryEdge::new(1);
    let id = user(&edge, "ann", "viewer");
    let seen = |version: &str, body: &Value| patch(&id, body).header(IF_MATCH, version);
    let changed = ask(&edge, seen("\"1\"", &json!({"name": "Ann", "role": "admin"})));
    assert_eq!((changed.code(), changed.header("etag"), &changed.json()["role"]), (200, "\"2\"", &json!("admin")));
    assert_eq!(ask(&edge, seen("\"1\"", &json!({"role": "viewer"}))).problem(), "version_mismatch");
    assert_eq!(ask(&edge, delete(&id, "none").header(IF_MATCH, "\"1\"")).problem(), "version_mismatch");
    assert_eq!(ask(&edge, patch(&id, &json!({"name": "Ann"}))).header("etag"), "\"2\"", "nothing has changed");
    for (body, state, etag) in [
        (json!({"disabled": true}), "disabled", "\"3\""),
        (json!({"name": null, "disabled": true}), "disabled", "\"4\""),
        (json!({"disabled": false, "role": "editor"}), "invited", "\"5\""),
    ] {
        let answer = ask(&edge, patch(&id, &body));
        assert_eq!((answer.code(), &answer.json()["state"], answer.header("etag")), (200, &json!(state), etag), "{body}");
    }
    assert_eq!(
        audited(&edge, &id),
        ["user.change", "user.create", "user.disable", "user.enable admin to editor", "user.role viewer to admin"]
    );
}

#[test]
fn keys_of_disabled_users_are_refused() {
    let edge = MemoryEdge::new(1);
    let id = user(&edge, "ann", "admin");
    let key = key(&edge, &id, &["users:admin"]);
    let list_users = || ask(&edge, with(&key, Ask::list(USERS))).code();
    assert_eq!(list_users(), 200);
    assert_eq!(ask(&edge, with(&key, patch(&id, &json!({"disabled": true})))).code(), 200, "users may do this to themselves");
    assert_eq!(list_users(), 401);
    assert_eq!(
        (ask(&edge, invite(&id)).problem().as_str(), ask(&edge, patch(&id, &json!({"disabled": false}))).code()),
        ("user_state", 200)
    );
    assert_eq!(list_users(), 200);
    edge.records.plant(&Key::stored(format!("user/{id}")), &record(&edge, &id).to_string().replace("\"in\"", "\"something\""));
    assert_eq!(list_users(), 401, "an unknown status is not active");
}

#[test]
fn admins_cannot_grant_or_edit_higher_roles() {
    let edge = MemoryEdge::new(1);
    let [owner, admin, editor] = ["owner", "admin", "editor"].map(|role| user(&edge, role, role));
    let key = key(&edge, &admin, &SCOPES);
    let new = |role: &str| create(&json!({"email": "new@example.com", "role": role}));
    let before = edge.records.keys().len();
    for refused in [
        new("owner"),
        new("admin"),
        patch(&editor, &json!({"role": "admin"})),
        patch(&editor, &json!({"role": "owner"})),
        patch(&admin, &json!({"role": "owner"})),
        patch(&owner, &json!({"role": "viewer"})),
        patch(&owner, &json!({"name": "x"})),
        patch(&owner, &json!({"disabled": true})),
        delete(&owner, "none"),
        invite(&owner),
        invite(&admin),
    ] {
        let request = format!("{refused:?}");
        assert_eq!(ask(&edge, with(&key, refused)).code(), 403, "{request}");
    }
    assert_eq!((owners(&edge), edge.records.keys().len()), (vec![owner.clone()], before));
    for allowed in [new("editor"), invite(&editor), patch(&editor, &json!({"role": "viewer"})), patch(&admin, &json!({"role": "viewer"}))] {
        let request = format!("{allowed:?}");
        assert!(ask(&edge, with(&key, allowed)).code() < 300, "{request}");
    }
    assert_eq!(ask(&edge, with(&key, Ask::list(USERS))).code(), 403, "a viewer may not list users");
}

#[test]
fn owners_manage_owners_but_the_last_stays() {
    for steps in BOTH {
        let edge = store_faults::edge(1, steps);
        let [first, second] = ["first", "second"].map(|name| user(&edge, name, "owner"));
        let key = key(&edge, &first, &SCOPES);
        assert_eq!(ask(&edge, with(&key, patch(&second, &json!({"disabled": true})))).problem(), "user_state");
        assert_eq!(ask(&edge, with(&key, delete(&second, "none"))).problem(), "user_state");
        let demoted = ask(&edge, with(&key, patch(&second, &json!({"role": "editor", "name": "B"}))));
        assert_eq!((demoted.code(), &demoted.json()["role"], owners(&edge)), (200, &json!("editor"), vec![first.clone()]));
        assert_eq!((demoted.header("etag"), show(&edge, &second).json()), (show(&edge, &second).header("etag"), demoted.json()));
        for asker in [&key, &format!("Bearer {}", crate::support::client::ADMIN_KEY)] {
            for (kept, problem) in [
                (patch(&first, &json!({"role": "admin"})), "last_owner"),
                (patch(&first, &json!({"disabled": true})), "user_state"),
                (patch(&first, &json!({"role": "admin", "disabled": true})), "user_state"),
                (delete(&first, "none"), "last_owner"),
            ] {
                assert_eq!(ask(&edge, with(asker, kept)).problem(), problem);
            }
        }
        assert_eq!((owners(&edge), show(&edge, &first).json()["role"].as_str()), (vec![first.clone()], Some("owner")));
        let promoted = ask(&edge, with(&key, patch(&second, &json!({"role": "owner"}))));
        assert_eq!((promoted.code(), &promoted.json()["role"], owners(&edge).len()), (200, &json!("owner"), 2));
        assert_eq!((promoted.header("etag"), show(&edge, &second).json()), (show(&edge, &second).header("etag"), promoted.json()));
        assert_eq!(ask(&edge, with(&key, patch(&first, &json!({"role": "viewer"})))).code(), 200, "users may do this to themselves");
        assert_eq!((owners(&edge), ask(&edge, with(&key, Ask::list(USERS))).code()), (vec![second.clone()], 403));
        assert_eq!(
            audited(&edge, &second),
            ["user.change", "user.create", "user.role admin to owner", "user.role editor to owner", "user.role owner to editor"]
        );
        assert_eq!(ask(&edge, delete(&first, &second)).code(), 204);
    }
}

#[test]
fn only_active_users_become_owners() {
    let detail = json!("Only an active user can become an owner. Enable them first.");
    let edge = MemoryEdge::new(1);
    let ann = user(&edge, "ann", "editor");
    assert_eq!(ask(&edge, patch(&ann, &json!({"disabled": true}))).code(), 200);
    for body in [json!({"role": "owner"}), json!({"role": "owner", "disabled": true})] {
        let answer = ask(&edge, patch(&ann, &body));
        assert_eq!((answer.problem().as_str(), &answer.json()["detail"]), ("user_state", &detail));
    }
    // Another request disables the user before the promotion, or during it.
    let mut refused = 0;
    for seed in 0..100 {
        let mut random = Random::new(seed);
        let edge = store_faults::edge(seed, BOTH[random.below(2)]);
        let ann = user(&edge, "ann", "editor");
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        set_random_faults(&edge, DELAYS, seed);
        let asks = [patch(&ann, &json!({"role": "owner"})), patch(&ann, &json!({"disabled": true}))];
        let clients = isolates.iter().zip(asks).map(|(isolate, ask)| Box::pin(isolate.ask(ask)) as Client<'_, Answer>).collect();
        let promotion = Turns::default().interleave(&mut random, clients, || {}).swap_remove(0);
        if promotion.code() != 200 {
            assert_eq!((promotion.problem().as_str(), &promotion.json()["detail"]), ("user_state", &detail), "seed {seed}");
            refused += 1;
        }
    }
    assert!(refused > 0);
}

/// During concurrent role changes the team always names an owner, and every named user may own and is active.
#[test]
fn mutual_demotion_leaves_an_owner() {
    for_seeds("users", "mutual_demotion_leaves_an_owner", 300, |seed| {
        let mut random = Random::new(seed);
        let rates = [DELAYS, DELAYS_AND_FAILURES, ALL_FAULTS][random.below(3)];
        let edge = store_faults::edge(seed, BOTH[random.below(2)]);
        let ids = ["a", "b", "c"].map(|name| user(&edge, name, if name == "c" { "editor" } else { "owner" }));
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        set_random_faults(&edge, rates, seed);
        let mut asks = vec![patch(&ids[0], &json!({"role": "admin"})), patch(&ids[1], &json!({"role": "viewer"}))];
        for _ in 0..random.below(4) {
            let id = &ids[random.below(3)];
            asks.push(match random.below(5) {
                0 | 1 => patch(id, &json!({"role": "owner"})),
                2 => patch(id, &json!({"role": "editor"})),
                3 => patch(id, &json!({"disabled": true})),
                _ => delete(id, "none"),
            });
        }
        let clients = asks.into_iter().enumerate().map(|(number, ask)| Box::pin(isolates[number % 2].ask(ask)) as Client<'_, Answer>);
        let clients = clients.collect();
        let answers = Turns::default().interleave(&mut random, clients, || {
            let named = stored(&edge, "team")["owners"].as_array().expect("owners").clone();
            assert!(!named.is_empty(), "the deployment has no owner");
            for id in named {
                let user = record(&edge, id.as_str().expect("an id"));
                assert_eq!((&user["may_own"], &user["standing"]), (&json!(true), &json!("in")), "{id} is named but is no owner");
            }
        });
        clear_faults(&edge);
        for answer in &answers {
            let code = answer.code();
            assert!([200, 204, 404, 409].contains(&code) || (code == 503 && rates.fail > 0), "{answer:?}");
        }
        assert!(!owners(&edge).is_empty());
        // A retry completes what was left unfinished.
        if listed(&edge, 50).iter().any(|(id, _)| *id == ids[2]) && record(&edge, &ids[2])["standing"] == "in" {
            assert_eq!(ask(&edge, patch(&ids[2], &json!({"role": "owner"}))).code(), 200);
            for id in &ids[..2] {
                if listed(&edge, 50).iter().any(|(there, _)| there == id) && record(&edge, id)["standing"] == "in" {
                    assert_eq!(ask(&edge, patch(id, &json!({"role": "viewer"}))).code(), 200);
                    assert_eq!(ask(&edge, delete(id, "none")).code(), 204);
                }
            }
            assert_eq!(owners(&edge), [ids[2].clone()]);
        }
    });
}

/// Only users who are no owners may be disabled and deleted. So a dismissal must clear `may_own` in the user's record.
#[test]
fn dismissal_clears_may_own_despite_concurrent_writes() {
    for_seeds("users", "dismissal_clears_may_own_despite_concurrent_writes", 300, |seed| {
        let mut random = Random::new(seed);
        let edge = store_faults::edge(seed, BOTH[random.below(2)]);
        let [_, ann] = ["boss", "ann"].map(|name| user(&edge, name, "owner"));
        // Showing the user under a new pepper renews the claim of the address.
        let settings = [
            ("HOP_DOMAINS", "https://hop.example"),
            ("HOP_ADMIN_KEY", crate::support::client::ADMIN_KEY),
            ("HOP_PEPPER", "another-pepper-that-only-these-tests-know"),
            ("HOP_OLD_PEPPER", crate::support::client::PEPPER),
        ];
        let isolates = [Isolate::new(&edge), Isolate::set_up(&edge, &settings)];
        set_random_faults(&edge, DELAYS, seed);
        let mut asks = vec![patch(&ann, &json!({"role": "editor"})), Ask::list(&address(&ann)), patch(&ann, &json!({"name": "Ann"}))];
        if random.below(2) == 0 {
            asks.push(patch(&ann, &json!({"role": "owner"})));
        }
        let clients = asks.into_iter().enumerate().map(|(number, ask)| Box::pin(isolates[number % 2].ask(ask)) as Client<'_, Answer>);
        let clients = clients.collect();
        let answers = Turns::default().interleave(&mut random, clients, || {});
        clear_faults(&edge);
        assert!(answers.iter().all(|answer| answer.code() == 200), "{answers:?}");
        let is_owner = owners(&edge).contains(&ann);
        assert_eq!(record(&edge, &ann)["may_own"] == true, is_owner, "the user's record contradicts the team");
        assert!(answers.len() == 4 || !is_owner);
        let dismissals = audited(&edge, &ann).iter().filter(|event| event.ends_with("owner to editor")).count();
        assert_eq!(dismissals, 1, "a user who became an owner again was dismissed once");
        assert_eq!(ask(&edge, patch(&ann, &json!({"disabled": true}))).code(), if is_owner { 409 } else { 200 });
    });
}

#[test]
fn retry_completes_a_crashed_owner_change() {
    for steps in BOTH {
        for (from, to) in [("editor", "owner"), ("owner", "editor")] {
            let world = || {
                let edge = store_faults::edge(1, steps);
                user(&edge, "first", "owner");
                let id = user(&edge, "second", from);
                (edge, id)
            };
            crash_at_every_step(
                steps,
                world,
                |id| patch(id, &json!({ "role": to })),
                200,
                |edge, id, first| {
                    let role = |edge: &MemoryEdge| text(&show(edge, id).json()["role"]);
                    assert!(first == 503 || role(edge) == to, "an acknowledged change is lost");
                    assert!(["owner", to, from, "admin"].contains(&role(edge).as_str()));
                    let second = ask(edge, patch(id, &json!({ "role": to })));
                    let may_own = record(edge, id)["may_own"] == true;
                    assert_eq!((second.code(), role(edge).as_str(), may_own), (200, to, to == "owner"));
                    let was = if from == "owner" { "user.role owner to editor" } else { "user.role editor to owner" };
                    let count = audited(edge, id).iter().filter(|event| *event == was).count();
                    assert!(if steps == CommitMode::Transaction { count == 1 } else { count >= 1 }, "{count} audit events");
                },
            );
        }
    }
}

#[test]
fn new_invitation_replaces_the_old_one() {
    let edge = MemoryEdge::new(1);
    let created = ask(&edge, create(&json!({"email": "ann@example.com"}))).json();
    let id = text(&created["id"]);
    let digest = record(&edge, &id)["invitation"]["digest"].clone();
    edge.wait_seconds(60);
    let answer = ask(&edge, invite(&id));
    assert_eq!((answer.code(), answer.header("location"), answer.header("cache-control")), (201, address(&id).as_str(), "no-store"));
    assert!(answer.json()["invite_token"] != created["invite_token"] && record(&edge, &id)["invitation"]["digest"] != digest);
    let created_at = record(&edge, &id)["created_at"].as_u64().expect("a moment");
    assert_eq!(record(&edge, &id)["invitation"]["until"], json!(created_at + 60_000 + 7 * 24 * 60 * 60 * 1_000));
    assert_eq!(audited(&edge, &id), ["user.create", "user.invite"]);
    let mut signed_in = record(&edge, &id);
    signed_in["last_login_at"] = json!(created_at);
    signed_in["password"] = json!("");
    edge.records.plant(&Key::stored(format!("user/{id}")), &signed_in.to_string());
    assert_eq!((ask(&edge, invite(&id)).problem().as_str(), &show(&edge, &id).json()["state"]), ("user_state", &json!("active")));
}

#[test]
fn only_owners_invite_admins() {
    let edge = MemoryEdge::new(1);
    let [owner, admin, other, editor, viewer] =
        [("a", "owner"), ("b", "admin"), ("c", "admin"), ("d", "editor"), ("e", "viewer")].map(|(name, role)| user(&edge, name, role));
    let [of_owner, of_admin] = [&owner, &admin].map(|id| crate::support::keys::key(&edge, id, &SCOPES, &json!({})).1);
    let new = |name: &str, role: &str| create(&json!({"email": format!("{name}@new.example"), "role": role}));
    let raise = |id: &str, role: &str| patch(id, &json!({ "role": role }));
    for (asked, by_admin) in [
        (invite(&viewer), 201),
        (invite(&editor), 201),
        (invite(&other), 403),
        (invite(&admin), 403),
        (new("v", "viewer"), 201),
        (new("e", "editor"), 201),
        (new("a", "admin"), 403),
        (raise(&viewer, "editor"), 200),
        (raise(&viewer, "admin"), 403),
        (raise(&other, "admin"), 200),
        (raise(&other, "editor"), 200),
        (raise(&other, "admin"), 403),
    ] {
        let request = format!("{} {}", asked.method, asked.url);
        let before = (record(&edge, &other)["invitation"].clone(), edge.records.keys().len());
        assert_eq!(ask(&edge, asked.again().showing(&*of_admin)).code(), by_admin, "{request}");
        if by_admin == 403 {
            assert_eq!((record(&edge, &other)["invitation"].clone(), edge.records.keys().len()), before, "{request}");
            for allowed in [&*of_owner, crate::support::client::ADMIN_KEY] {
                let again = ask(&edge, asked.again().showing(allowed));
                assert!(again.code() < 300 || again.problem() == "email_taken", "{request}: {}", again.json());
            }
        }
    }
}

/// An admin may know the token and could use it to sign in as another admin after being disabled.
#[test]
fn invitation_ends_when_its_user_becomes_admin() {
    for (from, to, is_left) in [
        ("viewer", "editor", true),
        ("viewer", "admin", false),
        ("editor", "admin", false),
        ("editor", "owner", false),
        ("admin", "owner", true),
        ("owner", "admin", true),
        ("admin", "editor", true),
        ("editor", "editor", true),
    ] {
        let edge = MemoryEdge::new(1);
        user(&edge, "boss", "owner");
        let id = user(&edge, "ann", from);
        assert_eq!(ask(&edge, patch(&id, &json!({ "role": to }))).code(), 200);
        let left = record(&edge, &id);
        assert_eq!(left["invitation"].is_object(), is_left, "{from} to {to}");
        assert_eq!((show(&edge, &id).json()["state"].as_str(), ask(&edge, invite(&id)).code()), (Some("invited"), 201));
        assert!(record(&edge, &id)["invitation"]["digest"].is_string());
    }
}

#[test]
fn key_without_every_scope_admits_nobody() {
    let edge = MemoryEdge::new(1);
    let [owner, ann, bob] = [("a", "owner"), ("ann", "viewer"), ("bob", "editor")].map(|(name, role)| user(&edge, name, role));
    let mut accepted = record(&edge, &bob);
    accepted["password"] = json!("");
    edge.records.plant(&Key::stored(format!("user/{bob}")), &accepted.to_string());
    let reset = || Ask { body: Body::Whole(Vec::new()), ..Ask::post(&format!("{}/reset", address(&bob)), &json!({})) };
    let key = |scopes: &[&str]| crate::support::keys::key(&edge, &owner, scopes, &json!({})).1;
    let new = |role: &str| create(&json!({"email": format!("{role}@new.example"), "role": role}));
    let asks = || vec![new("viewer"), new("admin"), invite(&ann), reset(), patch(&ann, &json!({"role": "editor"}))];
    let before = || [&ann, &bob].map(|id| record(&edge, id));
    for missing in SCOPES {
        let key = key(&SCOPES.into_iter().filter(|scope| *scope != missing).collect::<Vec<_>>());
        let (users, keys) = (before(), edge.records.keys().len());
        for asked in asks() {
            let request = format!("{} {} without {missing}", asked.method, asked.url);
            let answer = ask(&edge, asked.showing(&*key));
            assert_eq!((answer.code(), answer.problem().as_str()), (403, "forbidden"), "{request}");
        }
        assert_eq!((before(), edge.records.keys().len()), (users, keys), "{missing}");
    }
    // It may do what lets nobody in.
    let narrow = key(&["users:admin"]);
    for (asked, code) in [
        (Ask::list(USERS), 200),
        (patch(&ann, &json!({"name": "Ann"})), 200),
        (patch(&bob, &json!({"role": "viewer"})), 200),
        (patch(&bob, &json!({"role": "editor"})), 403),
        (patch(&ann, &json!({"disabled": true})), 200),
        (patch(&ann, &json!({"disabled": false})), 200),
    ] {
        let request = format!("{} {}", asked.method, asked.url);
        assert_eq!(ask(&edge, asked.showing(&*narrow)).code(), code, "{request}");
    }
    let every = key(&SCOPES);
    for asked in asks() {
        let request = format!("{} {}", asked.method, asked.url);
        assert!(ask(&edge, asked.showing(&*every)).code() < 300, "{request}");
    }
}

#[test]
fn promotion_ends_invitations_by_admins() {
    for_seeds("users", "promotion_ends_invitations_by_admins", 300, |seed| {
        let mut random = Random::new(seed);
        let rates = [DELAYS, DELAYS_AND_FAILURES, ALL_FAULTS][random.below(3)];
        let edge = store_faults::edge(seed, BOTH[random.below(2)]);
        let [admin, ann] = [("admin", "admin"), ("ann", "editor")].map(|(name, role)| user(&edge, name, role));
        let of_admin = crate::support::keys::key(&edge, &admin, &SCOPES, &json!({})).1;
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        let to = ["admin", "owner"][random.below(2)];
        set_random_faults(&edge, rates, seed);
        let mut clients = vec![Box::pin(isolates[0].ask(patch(&ann, &json!({ "role": to })))) as Client<'_, Answer>];
        for _ in 0..1 + random.below(3) {
            clients.push(Box::pin(isolates[1].ask(invite(&ann).showing(&*of_admin))));
        }
        let answers = Turns::default().interleave(&mut random, clients, || {});
        clear_faults(&edge);
        assert!(answers.iter().all(|answer| [200, 201, 403].contains(&answer.code()) || rates.fail > 0), "{answers:?}");
        if answers[0].code() == 200 || show(&edge, &ann).json()["role"] == to {
            assert_eq!((show(&edge, &ann).json()["role"].as_str(), &record(&edge, &ann)["invitation"]), (Some(to), &Value::Null));
        }
    });
}

#[test]
fn creation_without_pepper_is_not_configured() {
    let edge = MemoryEdge::new(1);
    let settings = [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", crate::support::client::ADMIN_KEY)];
    let answer = run(Isolate::set_up(&edge, &settings).ask(create(&json!({"email": "ann@example.com"}))));
    assert_eq!((answer.code(), answer.problem().as_str(), edge.records.keys().len()), (503, "not_configured", 0));
}

#[test]
fn users_are_paginated_without_deleted_ones() {
    let edge = MemoryEdge::new(1);
    let mut ids: Vec<String> = (0..7).map(|number| user(&edge, &format!("u{number}"), "viewer")).collect();
    let gone = ids.remove(3);
    assert_eq!(ask(&edge, delete(&gone, "none")).code(), 204);
    // One user whose creation was abandoned, and one whose record is damaged.
    let mut late = record(&edge, &gone);
    late["id"] = json!("usr_22222222222222222");
    edge.records.plant(&Key::stored("user/usr_22222222222222222".into()), &late.to_string());
    edge.records.plant(&Key::stored("user/usr_33333333333333333".into()), "{");
    ids.sort();
    for limit in [1, 2, 50] {
        assert_eq!(listed(&edge, limit).into_iter().map(|(id, _)| id).collect::<Vec<_>>(), ids, "{limit}");
    }
    for absent in [gone.as_str(), "usr_22222222222222222"] {
        assert_eq!(show(&edge, absent).code(), 404);
    }
    let deletion = delete(&ids[0], "usr_22222222222222222");
    assert_eq!(ask(&edge, deletion).code(), 422, "the recipient must exist");
}

/// Creates a link and gives it to `owner`.
fn link(edge: &MemoryEdge, alias: &str, domain: &str, owner: &str) {
    let link = Ask::create(&json!({"alias": alias, "domain": domain, "target": "https://example.com/", "tags": ["x"]}));
    assert_eq!(ask(edge, link).code(), 201);
    let given = Ask::patch(&format!("/api/v1/links/{alias}?domain={domain}"), &json!({ "owner": owner }));
    assert_eq!(ask(edge, given).code(), 200);
}

fn shown(edge: &MemoryEdge, alias: &str, domain: &str) -> Value {
    ask(edge, Ask::list(&format!("/api/v1/links/{alias}?domain={domain}"))).json()
}

/// Repeats a request until it is done, and returns the number of requests.
fn until_done(edge: &MemoryEdge, asked: impl Fn() -> Ask) -> usize {
    for number in 1..50 {
        let answer = ask(edge, asked());
        if answer.code() == 204 {
            return number;
        }
        assert_eq!((answer.code(), answer.header("retry-after")), (503, "0"));
    }
    panic!("the request never ends");
}

#[test]
fn deletion_transfers_all_links() {
    for steps in BOTH {
        for to_somebody in [true, false] {
            let edge = store_faults::edge(1, steps);
            let [ann, bob] = ["ann", "bob"].map(|name| user(&edge, name, "editor"));
            assert_eq!(ask(&edge, Ask::post("/api/v1/domains", &json!({"domain": "c.example"}))).code(), 201);
            let links = [
                ("live", "hop.example"),
                ("gone", "hop.example"),
                ("blocked", "b.example"),
                ("added", "c.example"),
                ("moves", "hop.example"),
            ];
            for (alias, domain) in links {
                link(&edge, alias, domain, &ann);
            }
            link(&edge, "others", "hop.example", &bob);
            assert_eq!(ask(&edge, Ask::delete("gone")).code(), 204);
            assert_eq!(
                ask(&edge, Ask::patch("/api/v1/links/blocked?domain=b.example", &json!({"blocked": {"reason": "spam"}}))).code(),
                200
            );
            assert_eq!(ask(&edge, Ask::change("moves", &json!({"alias": "moved", "keep_old_alias": true}))).code(), 200);
            let recipient = if to_somebody { bob.as_str() } else { "none" };
            // The key needs no scope for links: managing users is enough.
            let asker = key(&edge, &user(&edge, "admin", "admin"), &["users:admin"]);
            assert_eq!(ask(&edge, with(&asker, delete(&ann, recipient))).code(), 204);
            let owner = if to_somebody { json!(bob) } else { Value::Null };
            for (alias, domain) in links {
                let alias = if alias == "moves" { "moved" } else { alias };
                let link = shown(&edge, alias, domain);
                assert_eq!((&link["owner"], &link["tags"]), (&owner, &json!(["x"])), "{alias}");
                let events = audited(&edge, link["id"].as_str().expect("an id"));
                assert_eq!(events.iter().filter(|event| event.starts_with("link.transfer")).count(), 2, "{events:?}");
            }
            assert_eq!(
                (shown(&edge, "gone", "hop.example")["state"].as_str(), shown(&edge, "blocked", "b.example")["state"].as_str()),
                (Some("deleted"), Some("blocked"))
            );
            assert_eq!(
                (shown(&edge, "others", "hop.example")["owner"].as_str(), count(&edge, &format!("by-owner/hop.example/{ann}"))),
                (Some(bob.as_str()), 0)
            );
            assert_eq!((show(&edge, &ann).code(), ask(&edge, delete(&ann, recipient)).code()), (404, 404));
            let left = record(&edge, &ann);
            assert_eq!(
                [&left["email"], &left["name"], &left["mark"], &left["standing"]],
                [&Value::Null, &Value::Null, &Value::Null, &json!("gone")]
            );
            assert_eq!(audited(&edge, &ann), ["user.create", "user.delete", &format!("user.leave links to {recipient}")]);
            let again = user(&edge, "ann", "viewer");
            assert!(again != ann && listed(&edge, 50).len() == 3, "the address is free again");
        }
    }
}

#[test]
fn many_links_are_transferred_over_several_requests() {
    let edge = MemoryEdge::new(1);
    let [ann, bob] = ["ann", "bob"].map(|name| user(&edge, name, "admin"));
    let key = key(&edge, &ann, &["users:admin"]);
    (0..60).for_each(|number| link(&edge, &format!("l{number}"), if number % 2 == 0 { "hop.example" } else { "b.example" }, &ann));
    edge.set_operations(200);
    let first = ask(&edge, delete(&ann, &bob).header(IF_MATCH, "\"1\""));
    assert_eq!((first.code(), first.header("retry-after"), first.problem().as_str()), (503, "0", "budget_exhausted"));
    assert_eq!((show(&edge, &ann).json()["state"].as_str(), ask(&edge, with(&key, Ask::list(USERS))).code()), (Some("leaving"), 401));
    assert_eq!(
        (ask(&edge, patch(&ann, &json!({"disabled": false}))).problem().as_str(), ask(&edge, invite(&ann)).problem().as_str()),
        ("user_state", "user_state")
    );
    assert_eq!(ask(&edge, delete(&bob, &ann)).code(), 422, "the recipient must not be leaving");
    // The version is that from before the deletion began.
    assert!(until_done(&edge, || delete(&ann, &bob).header(IF_MATCH, "\"1\"")) > 0);
    assert!(
        (0..60)
            .all(|number| shown(&edge, &format!("l{number}"), if number % 2 == 0 { "hop.example" } else { "b.example" })["owner"] == bob)
    );
    assert_eq!(audited(&edge, &ann).iter().filter(|event| event.starts_with("user.leave")).count(), 1);
}

#[test]
fn recipient_may_change_between_requests() {
    let edge = MemoryEdge::new(1);
    let [ann, bob, eve] = ["ann", "bob", "eve"].map(|name| user(&edge, name, "editor"));
    (0..30).for_each(|number| link(&edge, &format!("l{number}"), "hop.example", &ann));
    edge.set_operations(100);
    assert_eq!(ask(&edge, delete(&ann, &bob)).code(), 503);
    edge.set_operations(OPERATIONS);
    assert_eq!(ask(&edge, patch(&bob, &json!({"disabled": true}))).code(), 200);
    assert_eq!(until_done(&edge, || delete(&ann, &eve)), 1);
    let owners: Vec<Value> = (0..30).map(|number| shown(&edge, &format!("l{number}"), "hop.example")["owner"].clone()).collect();
    let of = |id: &str| owners.iter().filter(|owner| *owner == id).count();
    assert!(of(&bob) > 0 && of(&eve) > 0 && of(&bob) + of(&eve) == 30, "{owners:?}");
}

/// More domains than one request can search: the progress is stored.
#[test]
fn links_on_many_domains_are_all_transferred() {
    let edge = MemoryEdge::new(1);
    let ann = user(&edge, "ann", "editor");
    let domains: Vec<String> = (0..23).map(|number| format!("d{number}.example")).collect();
    for domain in &domains {
        assert_eq!(ask(&edge, Ask::post("/api/v1/domains", &json!({ "domain": domain }))).code(), 201);
    }
    link(&edge, "last", "hop.example", &ann);
    link(&edge, "first", "d9.example", &ann);
    let requests = until_done(&edge, || delete(&ann, "none"));
    assert_eq!(requests, 5, "25 domains, five per request");
    assert_eq!(
        (&shown(&edge, "last", "hop.example")["owner"], &shown(&edge, "first", "d9.example")["owner"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn damaged_link_does_not_block_deletion() {
    let edge = MemoryEdge::new(1);
    let ann = user(&edge, "ann", "editor");
    (0..2).for_each(|number| link(&edge, &format!("l{number}"), "hop.example", &ann));
    edge.records.plant(&Key::stored("link/hop.example/l0".into()), "damaged");
    assert_eq!((ask(&edge, delete(&ann, "none")).code(), &shown(&edge, "l1", "hop.example")["owner"]), (204, &Value::Null));
    assert!(edge.take_log().concat().contains("internal"), "the damaged record is logged");
}

/// The store operations of one request on Fastly.
const MAX_OPERATIONS: u32 = 32;

/// Each link of the user has every index entry a link can have.
#[test]
fn deletion_finishes_within_32_operations_per_request() {
    for recipient in ["none", "bob"] {
        let edge = store_faults::edge(1, CommitMode::Stepwise);
        let [ann, bob] = ["ann", "bob"].map(|name| user(&edge, name, "editor"));
        let asker = key(&edge, &user(&edge, "admin", "admin"), &["users:admin"]);
        let tags: Vec<String> = (0..10).map(|number| format!("tag-{number}")).collect();
        for number in 0..3 {
            let alias = format!("l{number}");
            link(&edge, &alias, "hop.example", &ann);
            let everything = json!({"tags": tags, "external_id": format!("crm-{number}"), "crawlable": true});
            assert_eq!(ask(&edge, Ask::change(&alias, &everything)).code(), 200);
        }
        let recipient = if recipient == "bob" { bob.as_str() } else { recipient };
        edge.set_operations(MAX_OPERATIONS);
        let mut requests = 0;
        loop {
            requests += 1;
            assert!(requests <= 5, "no progress");
            let answer = ask(&edge, with(&asker, delete(&ann, recipient)));
            if answer.code() == 204 {
                break;
            }
            assert_eq!((answer.code(), answer.header("retry-after")), (503, "0"));
        }
        edge.set_operations(OPERATIONS);
        let owner = if recipient == "none" { Value::Null } else { json!(bob) };
        for number in 0..3 {
            let link = shown(&edge, &format!("l{number}"), "hop.example");
            assert_eq!((&link["owner"], &link["tags"], &link["crawlable"]), (&owner, &json!(tags), &json!(true)));
        }
        assert_eq!(count(&edge, &format!("by-owner/hop.example/{ann}")), 0);
        check_list(&edge);
    }
}

#[test]
fn retry_completes_a_crashed_deletion() {
    for steps in BOTH {
        let world = || {
            let edge = store_faults::edge(1, steps);
            let [ann, _] = ["ann", "bob"].map(|name| user(&edge, name, "editor"));
            (0..2).for_each(|number| link(&edge, &format!("l{number}"), "hop.example", &ann));
            (edge, ann)
        };
        crash_at_every_step(
            steps,
            world,
            |id| delete(id, "none"),
            204,
            |edge, id, first| {
                let second = ask(edge, delete(id, "none")).code();
                assert!(second == 204 || (second == 404 && (first == 204 || first == 503)), "{second}");
                assert_eq!((show(edge, id).code(), record(edge, id)["standing"].as_str()), (404, Some("gone")));
                assert!((0..2).all(|number| shown(edge, &format!("l{number}"), "hop.example")["owner"].is_null()));
                let events = audited(edge, id);
                for action in ["user.leave links to none", "user.delete"] {
                    let count = events.iter().filter(|event| *event == action).count();
                    assert!(if steps == CommitMode::Transaction { count == 1 } else { count >= 1 }, "{events:?}");
                }
                check_list(edge);
            },
        );
    }
}

/// Addresses can be guessed. A reader of the store must not be able to verify a guess after the deletion.
#[test]
fn deleted_user_leaves_no_unkeyed_digest() {
    let names = |pepper: &str| {
        let edge = MemoryEdge::new(1);
        let settings =
            [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", crate::support::client::ADMIN_KEY), ("HOP_PEPPER", pepper)];
        let isolate = Isolate::set_up(&edge, &settings);
        let made = run(isolate.ask(create(&json!({"email": "ann@example.com"})))).json();
        assert_eq!(run(isolate.ask(delete(&text(&made["id"]), "none"))).code(), 204);
        let keys = edge.records.keys();
        assert!(keys.iter().all(|key| !stored(&edge, key.as_str()).to_string().contains("ann@")));
        keys.into_iter().filter(|key| key.as_str().starts_with("user-email/")).collect::<Vec<_>>()
    };
    let [one, other] = ["one-pepper-that-only-these-tests-know", "another-pepper-that-only-these-tests-know"].map(names);
    assert!(one.len() == 1 && other.len() == 1 && one != other, "{one:?} and {other:?}");
}

/// Two concurrent deletions of one user: it is deleted once.
#[test]
fn concurrent_deletions_delete_once() {
    for_seeds("users", "concurrent_deletions_delete_once", 100, |seed| {
        let mut random = Random::new(seed);
        let edge = store_faults::edge(seed, BOTH[random.below(2)]);
        let ann = user(&edge, "ann", "editor");
        (0..3).for_each(|number| link(&edge, &format!("l{number}"), "hop.example", &ann));
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        set_random_faults(&edge, DELAYS, seed);
        let clients = isolates.iter().map(|isolate| Box::pin(isolate.ask(delete(&ann, "none"))) as Client<'_, Answer>).collect();
        let answers = Turns::default().interleave(&mut random, clients, || {});
        clear_faults(&edge);
        let codes: Vec<u16> = answers.iter().map(Answer::code).collect();
        assert!(codes.contains(&204) && codes.iter().all(|code| [204, 404].contains(code)), "{codes:?}");
        assert_eq!(audited(&edge, &ann).iter().filter(|event| *event == "user.delete").count(), 1);
        assert!((0..3).all(|number| shown(&edge, &format!("l{number}"), "hop.example")["owner"].is_null()));
    });
}
