//! Users: one address has one user, somebody always owns a deployment that somebody owns, and whoever is deleted leaves no link behind; wherever
//! somebody dies over it.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::audit::{check_list, count};
use crate::support::client::{Answer, Visitor};
use crate::support::misfortune::{self, FOGGY, Plan, STORMY, WINDY, calm, plan, unleash};
use crate::support::replay::{OnFailure, for_seeds};
use crate::support::scheduler::{Client, Turns};
use crate::support::{Ask, Isolate, run};
use hop_core::Body;
use hop_core::memory::{CommitMode, MemoryEdge, OPERATIONS, Random};
use hop_core::store::Key;
use http::header::{AUTHORIZATION, IF_MATCH};
use http::HeaderName;
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

fn delete(id: &str, heir: &str) -> Ask {
    Ask::remove(&format!("{}?links_to={heir}", address(id)))
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

/// Gives the user `id` a key for everything, and the words that show it. What is kept of its secret is made with the pepper of these tests.
fn key(edge: &MemoryEdge, id: &str, scopes: &[&str]) -> String {
    let one = |length: usize| "1".repeat(length);
    let record = json!({
        "v": 1, "tokens": {"created": "t", "recent": ["t"]}, "id": one(17), "name": "a key", "scopes": scopes, "owner": id,
        "most": "owner", "created_at": 1, "expires_at": null, "last_used_at": null, "revoked_at": null, "mark": "a5HodKep972eiLt2S1IS4Hucuye1UdC_5Rhd-ccGSCs",
    });
    edge.records.plant(&Key::kept(format!("key/{}", one(17))), &record.to_string());
    format!("Bearer hop_{}_{}", one(17), one(44))
}

/// The same request of whoever has this key.
fn with(key: &str, ask: Ask) -> Ask {
    let json = HeaderName::from_static("content-type");
    Ask { visitor: Visitor::default().with(AUTHORIZATION, key.into()).with(json, b"application/json".to_vec()), ..ask }
}

/// What is stored at the key that begins so.
fn stored(edge: &MemoryEdge, key: &str) -> Value {
    let record = edge.records.peek(&Key::kept(key.to_owned())).unwrap_or_else(|| panic!("there is no {key}"));
    serde_json::from_slice(&record.value).expect("a record is JSON")
}

fn record(edge: &MemoryEdge, id: &str) -> Value {
    stored(edge, &format!("user/{id}"))
}

/// Action and detail of every line of the audit that is about `subject`, sorted.
fn deeds(edge: &MemoryEdge, subject: &str) -> Vec<String> {
    let lines = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with("audit/")).map(|key| stored(edge, key.as_str()));
    let told = |line: Value| format!("{} {}", line["action"].as_str().unwrap_or_default(), line["detail"].as_str().unwrap_or_default());
    let mut deeds: Vec<String> = lines.filter(|line| line["subject"] == subject).map(told).collect();
    deeds.sort();
    deeds.iter().map(|deed| deed.trim().to_owned()).collect()
}

/// The ids of all users, with their roles, by a page at a time.
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

/// Asks for the same thing with the writer dead at one step after the other, each time in a new world, and lets `then` look at what is left and ask again.
fn die_everywhere(
    steps: CommitMode,
    world: impl Fn() -> (MemoryEdge, String),
    asked: impl Fn(&str) -> Ask,
    success: u16,
    then: impl Fn(&MemoryEdge, &str, u16),
) {
    for dies_at in 0.. {
        let _guard = OnFailure::print(format!("\ndead at {dies_at}, {steps:?}\n"));
        let (edge, id) = world();
        let trace = plan(&edge, Plan::From(dies_at, None));
        let first = ask(&edge, asked(&id)).code();
        calm(&edge);
        if trace.steps().len() <= dies_at {
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
    let mut told = answer.json();
    let token = text(&told["invite_token"]);
    told.as_object_mut().expect("an object").remove("invite_token");
    let id = text(&told["id"]);
    assert_eq!((answer.code(), answer.header("location"), answer.header("etag")), (201, address(&id).as_str(), "\"1\""));
    assert_eq!(answer.header("cache-control"), "no-store");
    let secret = token.strip_prefix(&id.replacen("usr_", "hopinvite_", 1)).and_then(|rest| rest.strip_prefix('_')).expect("a token");
    assert_eq!(secret.len(), 44);
    assert_eq!(
        told,
        json!({"id": id, "email": "ann@xn--bcher-kva.example", "name": "Ann", "role": "editor", "state": "invited",
            "created_at": "2026-11-21T08:00:00Z", "last_login_at": null})
    );
    assert_eq!((show(&edge, &id).json(), show(&edge, &id).header("etag")), (told.clone(), "\"1\""));
    assert_eq!(ask(&edge, Ask::list(USERS)).json(), json!({"items": [told], "next": null}));
    assert_eq!(deeds(&edge, &id), ["user.create"]);
    for key in edge.records.keys() {
        let kept = stored(&edge, key.as_str()).to_string();
        assert!(!kept.contains(secret), "{key:?} holds the token");
        assert!(key.as_str().starts_with("user/") || !format!("{key:?}{kept}").contains("bcher"), "{key:?} tells the address");
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
    assert_eq!((count(&edge, "user/"), count(&edge, "audit/")), (1, 1), "who comes too late leaves nothing");
}

#[test]
fn concurrent_creations_yield_one_user() {
    for_seeds("users", "concurrent_creations_yield_one_user", 200, |seed| {
        let mut random = Random::new(seed);
        let weather = [WINDY, STORMY, FOGGY][random.below(3)];
        let edge = misfortune::edge(seed, BOTH[random.below(2)]);
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        // In some, somebody had the address and is gone.
        if random.below(2) == 0 {
            let gone = user(&edge, "ann", "viewer");
            assert_eq!(ask(&edge, delete(&gone, "none")).code(), 204);
        }
        unleash(&edge, weather, seed);
        let clients = (0..2 + random.below(3))
            .map(|number| Box::pin(isolates[number % 2].ask(create(&json!({"email": "ann@example.com"})))) as Client<'_, Answer>);
        let answers = Turns::default().interleave(&mut random, clients.collect(), || {});
        calm(&edge);
        let there = listed(&edge, 50);
        assert!(there.len() <= 1, "{there:?}");
        for answer in &answers {
            match answer.code() {
                201 => assert_eq!(there.first().map(|(id, _)| id.clone()), Some(text(&answer.json()["id"]))),
                409 => assert_eq!((answer.problem().as_str(), weather.fail > 0 || there.len() == 1), ("email_taken", true)),
                code => assert!(code == 503 && weather.fail > 0, "{code}"),
            }
        }
        if weather.fail == 0 {
            assert_eq!(answers.iter().filter(|answer| answer.code() == 201).count(), 1);
            let lines = edge
                .records
                .keys()
                .iter()
                .filter(|key| key.as_str().starts_with("audit/"))
                .filter(|key| stored(&edge, key.as_str())["subject"] == there[0].0)
                .count();
            let gone = edge
                .records
                .keys()
                .iter()
                .filter(|key| key.as_str().starts_with("user/"))
                .filter(|key| stored(&edge, key.as_str())["standing"] == "gone")
                .count();
            assert_eq!((lines, gone), (1, count(&edge, "user/") - 1), "who came too late is gone");
        }
    });
}

#[test]
fn retry_after_crashed_creation_leaves_one_user() {
    for steps in BOTH {
        let world = || (misfortune::edge(1, steps), String::new());
        let body = json!({"email": "ann@example.com", "role": "owner"});
        die_everywhere(
            steps,
            world,
            |_| create(&body),
            201,
            |edge, _, first| {
                let second = ask(edge, create(&body));
                let there = listed(edge, 50);
                assert_eq!(there.len(), 1, "{there:?}");
                assert!(second.code() == 201 || second.problem() == "email_taken");
                assert!(first != 201 || second.code() == 409);
                // Who was not made an owner any more is made one by who gives them the role.
                assert_eq!(ask(edge, patch(&there[0].0, &json!({"role": "owner"}))).code(), 200);
                assert_eq!(owners(edge), [there[0].0.clone()]);
                assert!(deeds(edge, &there[0].0).contains(&"user.create".to_owned()));
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
        (delete(&id, "nobody"), "/links_to", "invalid"),
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
    assert_eq!(ask(&edge, patch("usr_11111111111111111", &json!(0))).problem(), "invalid_fields", "nobody is read for it");
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
        deeds(&edge, &id),
        ["user.change", "user.create", "user.disable", "user.enable admin to editor", "user.role viewer to admin"]
    );
}

#[test]
fn keys_of_disabled_users_are_refused() {
    let edge = MemoryEdge::new(1);
    let id = user(&edge, "ann", "admin");
    let key = key(&edge, &id, &["users:admin"]);
    let come = || ask(&edge, with(&key, Ask::list(USERS))).code();
    assert_eq!(come(), 200);
    assert_eq!(ask(&edge, with(&key, patch(&id, &json!({"disabled": true})))).code(), 200, "they may do so themselves");
    assert_eq!(come(), 401);
    assert_eq!(
        (ask(&edge, invite(&id)).problem().as_str(), ask(&edge, patch(&id, &json!({"disabled": false}))).code()),
        ("user_state", 200)
    );
    assert_eq!(come(), 200);
    edge.records.plant(&Key::kept(format!("user/{id}")), &record(&edge, &id).to_string().replace("\"in\"", "\"something\""));
    assert_eq!(come(), 401, "whatever is not known to be in is not in");
}

#[test]
fn admins_cannot_grant_or_edit_higher_roles() {
    let edge = MemoryEdge::new(1);
    let [owner, admin, editor] = ["owner", "admin", "editor"].map(|role| user(&edge, role, role));
    let key = key(&edge, &admin, &["users:admin"]);
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
        let told = format!("{refused:?}");
        assert_eq!(ask(&edge, with(&key, refused)).code(), 403, "{told}");
    }
    assert_eq!((owners(&edge), edge.records.keys().len()), (vec![owner.clone()], before));
    for allowed in [new("editor"), invite(&editor), patch(&editor, &json!({"role": "viewer"})), patch(&admin, &json!({"role": "viewer"}))] {
        let told = format!("{allowed:?}");
        assert!(ask(&edge, with(&key, allowed)).code() < 300, "{told}");
    }
    assert_eq!(ask(&edge, with(&key, Ask::list(USERS))).code(), 403, "a viewer sees no users");
}

#[test]
fn owners_manage_owners_but_the_last_stays() {
    for steps in BOTH {
        let edge = misfortune::edge(1, steps);
        let [first, second] = ["first", "second"].map(|name| user(&edge, name, "owner"));
        let key = key(&edge, &first, &["users:admin"]);
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
        assert_eq!(ask(&edge, with(&key, patch(&first, &json!({"role": "viewer"})))).code(), 200, "they may do so themselves");
        assert_eq!((owners(&edge), ask(&edge, with(&key, Ask::list(USERS))).code()), (vec![second.clone()], 403));
        assert_eq!(
            deeds(&edge, &second),
            ["user.change", "user.create", "user.role admin to owner", "user.role editor to owner", "user.role owner to editor"]
        );
        assert_eq!(ask(&edge, delete(&first, &second)).code(), 204);
    }
}

/// Whoever changes roles at the same time: somebody owns the deployment at every moment, and who is named may own and is in.
#[test]
fn mutual_demotion_leaves_an_owner() {
    for_seeds("users", "mutual_demotion_leaves_an_owner", 300, |seed| {
        let mut random = Random::new(seed);
        let weather = [WINDY, STORMY, FOGGY][random.below(3)];
        let edge = misfortune::edge(seed, BOTH[random.below(2)]);
        let ids = ["a", "b", "c"].map(|name| user(&edge, name, if name == "c" { "editor" } else { "owner" }));
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        unleash(&edge, weather, seed);
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
            assert!(!named.is_empty(), "nobody owns the deployment");
            for id in named {
                let user = record(&edge, id.as_str().expect("an id"));
                assert_eq!((&user["may_own"], &user["standing"]), (&json!(true), &json!("in")), "{id} is named and owns nothing");
            }
        });
        calm(&edge);
        for answer in &answers {
            let code = answer.code();
            assert!([200, 204, 404, 409].contains(&code) || (code == 503 && weather.fail > 0), "{answer:?}");
        }
        assert!(!owners(&edge).is_empty());
        // Whatever was left half-done, whoever asks again gets there.
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

/// Whoever may not own and is none may be disabled and deleted, so what their record says must not be left behind.
#[test]
fn dismissal_clears_may_own_despite_concurrent_writes() {
    for_seeds("users", "dismissal_clears_may_own_despite_concurrent_writes", 300, |seed| {
        let mut random = Random::new(seed);
        let edge = misfortune::edge(seed, BOTH[random.below(2)]);
        let [_, ann] = ["boss", "ann"].map(|name| user(&edge, name, "owner"));
        // Whoever shows her under a new pepper claims her address anew.
        let settings = [
            ("HOP_DOMAINS", "https://hop.example"),
            ("HOP_ADMIN_KEY", crate::support::client::ADMIN_KEY),
            ("HOP_PEPPER", "another-pepper-that-only-these-tests-know"),
            ("HOP_OLD_PEPPER", crate::support::client::PEPPER),
        ];
        let isolates = [Isolate::new(&edge), Isolate::set_up(&edge, &settings)];
        unleash(&edge, WINDY, seed);
        let mut asks = vec![patch(&ann, &json!({"role": "editor"})), Ask::list(&address(&ann)), patch(&ann, &json!({"name": "Ann"}))];
        if random.below(2) == 0 {
            asks.push(patch(&ann, &json!({"role": "owner"})));
        }
        let clients = asks.into_iter().enumerate().map(|(number, ask)| Box::pin(isolates[number % 2].ask(ask)) as Client<'_, Answer>);
        let clients = clients.collect();
        let answers = Turns::default().interleave(&mut random, clients, || {});
        calm(&edge);
        assert!(answers.iter().all(|answer| answer.code() == 200), "{answers:?}");
        let is_owner = owners(&edge).contains(&ann);
        assert_eq!(record(&edge, &ann)["may_own"] == true, is_owner, "her record says otherwise than the team");
        assert!(answers.len() == 4 || !is_owner);
        let told = deeds(&edge, &ann).iter().filter(|deed| deed.ends_with("owner to editor")).count();
        assert_eq!(told, 1, "whoever was made an owner again is dismissed again");
        assert_eq!(ask(&edge, patch(&ann, &json!({"disabled": true}))).code(), if is_owner { 409 } else { 200 });
    });
}

#[test]
fn retry_completes_a_crashed_owner_change() {
    for steps in BOTH {
        for (from, to) in [("editor", "owner"), ("owner", "editor")] {
            let world = || {
                let edge = misfortune::edge(1, steps);
                user(&edge, "first", "owner");
                let id = user(&edge, "second", from);
                (edge, id)
            };
            die_everywhere(
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
                    let told = deeds(edge, id).iter().filter(|deed| *deed == was).count();
                    assert!(if steps == CommitMode::Transaction { told == 1 } else { told >= 1 }, "told {told} times");
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
    let mark = record(&edge, &id)["mark"].clone();
    edge.wait_seconds(60);
    let answer = ask(&edge, invite(&id));
    assert_eq!((answer.code(), answer.header("location"), answer.header("cache-control")), (201, address(&id).as_str(), "no-store"));
    assert!(answer.json()["invite_token"] != created["invite_token"] && record(&edge, &id)["mark"] != mark);
    let created_at = record(&edge, &id)["created_at"].as_u64().expect("a moment");
    assert_eq!(record(&edge, &id)["invited_until"], json!(created_at + 60_000 + 7 * 24 * 60 * 60 * 1_000));
    assert_eq!(deeds(&edge, &id), ["user.create", "user.invite"]);
    let mut signed_in = record(&edge, &id);
    signed_in["last_login_at"] = json!(created_at);
    edge.records.plant(&Key::kept(format!("user/{id}")), &signed_in.to_string());
    assert_eq!((ask(&edge, invite(&id)).problem().as_str(), &show(&edge, &id).json()["state"]), ("user_state", &json!("active")));
}

#[test]
fn only_owners_invite_admins() {
    let edge = MemoryEdge::new(1);
    let [owner, admin, other, editor, viewer] =
        [("a", "owner"), ("b", "admin"), ("c", "admin"), ("d", "editor"), ("e", "viewer")].map(|(name, role)| user(&edge, name, role));
    let [of_owner, of_admin] = [&owner, &admin].map(|id| crate::support::keys::key(&edge, id, &["users:admin"], &json!({})).1);
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
        let told = format!("{} {}", asked.method, asked.url);
        let before = (record(&edge, &other)["mark"].clone(), edge.records.keys().len());
        assert_eq!(ask(&edge, asked.again().showing(&*of_admin)).code(), by_admin, "{told}");
        if by_admin == 403 {
            assert_eq!((record(&edge, &other)["mark"].clone(), edge.records.keys().len()), before, "{told}");
            for allowed in [&*of_owner, crate::support::client::ADMIN_KEY] {
                let again = ask(&edge, asked.again().showing(allowed));
                assert!(again.code() < 300 || again.problem() == "email_taken", "{told}: {}", again.json());
            }
        }
    }
}

/// The token may be known to an admin, who could go on as another one after they were disabled.
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
        assert_eq!([left["mark"].is_string(), left["invited_until"].is_u64()], [is_left; 2], "{from} to {to}");
        assert_eq!((show(&edge, &id).json()["state"].as_str(), ask(&edge, invite(&id)).code()), (Some("invited"), 201));
        assert!(record(&edge, &id)["mark"].is_string());
    }
}

#[test]
fn promotion_ends_invitations_by_admins() {
    for_seeds("users", "promotion_ends_invitations_by_admins", 300, |seed| {
        let mut random = Random::new(seed);
        let weather = [WINDY, STORMY, FOGGY][random.below(3)];
        let edge = misfortune::edge(seed, BOTH[random.below(2)]);
        let [admin, ann] = [("admin", "admin"), ("ann", "editor")].map(|(name, role)| user(&edge, name, role));
        let of_admin = crate::support::keys::key(&edge, &admin, &["users:admin"], &json!({})).1;
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        let to = ["admin", "owner"][random.below(2)];
        unleash(&edge, weather, seed);
        let mut clients = vec![Box::pin(isolates[0].ask(patch(&ann, &json!({ "role": to })))) as Client<'_, Answer>];
        for _ in 0..1 + random.below(3) {
            clients.push(Box::pin(isolates[1].ask(invite(&ann).showing(&*of_admin))));
        }
        let answers = Turns::default().interleave(&mut random, clients, || {});
        calm(&edge);
        assert!(answers.iter().all(|answer| [200, 201, 403].contains(&answer.code()) || weather.fail > 0), "{answers:?}");
        if answers[0].code() == 200 || show(&edge, &ann).json()["role"] == to {
            assert_eq!((show(&edge, &ann).json()["role"].as_str(), &record(&edge, &ann)["mark"]), (Some(to), &Value::Null));
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
    // One whose creation was given up, and one whose record is damaged.
    let mut late = record(&edge, &gone);
    late["id"] = json!("usr_22222222222222222");
    edge.records.plant(&Key::kept("user/usr_22222222222222222".into()), &late.to_string());
    edge.records.plant(&Key::kept("user/usr_33333333333333333".into()), "{");
    ids.sort();
    for limit in [1, 2, 50] {
        assert_eq!(listed(&edge, limit).into_iter().map(|(id, _)| id).collect::<Vec<_>>(), ids, "{limit}");
    }
    for nobody in [gone.as_str(), "usr_22222222222222222"] {
        assert_eq!(show(&edge, nobody).code(), 404);
    }
    let heir = delete(&ids[0], "usr_22222222222222222");
    assert_eq!(ask(&edge, heir).code(), 422, "nobody inherits who is not there");
}

/// A link of `owner`, whatever else is said of it.
fn link(edge: &MemoryEdge, alias: &str, domain: &str, owner: &str) {
    let link = Ask::create(&json!({"alias": alias, "domain": domain, "target": "https://example.com/", "tags": ["x"]}));
    assert_eq!(ask(edge, link).code(), 201);
    let given = Ask::patch(&format!("/api/v1/links/{alias}?domain={domain}"), &json!({ "owner": owner }));
    assert_eq!(ask(edge, given).code(), 200);
}

fn shown(edge: &MemoryEdge, alias: &str, domain: &str) -> Value {
    ask(edge, Ask::list(&format!("/api/v1/links/{alias}?domain={domain}"))).json()
}

/// Asks until it is done, and says how often that was.
fn until_done(edge: &MemoryEdge, asked: impl Fn() -> Ask) -> usize {
    for number in 1..50 {
        let answer = ask(edge, asked());
        if answer.code() == 204 {
            return number;
        }
        assert_eq!((answer.code(), answer.header("retry-after")), (503, "0"));
    }
    panic!("it is never done");
}

#[test]
fn deletion_transfers_all_links() {
    for steps in BOTH {
        for to_somebody in [true, false] {
            let edge = misfortune::edge(1, steps);
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
            let heir = if to_somebody { bob.as_str() } else { "none" };
            // Of links the key says nothing: who manages users does so.
            let asker = key(&edge, &user(&edge, "admin", "admin"), &["users:admin"]);
            assert_eq!(ask(&edge, with(&asker, delete(&ann, heir))).code(), 204);
            let owner = if to_somebody { json!(bob) } else { Value::Null };
            for (alias, domain) in links {
                let alias = if alias == "moves" { "moved" } else { alias };
                let link = shown(&edge, alias, domain);
                assert_eq!((&link["owner"], &link["tags"]), (&owner, &json!(["x"])), "{alias}");
                let told = deeds(&edge, link["id"].as_str().expect("an id"));
                assert_eq!(told.iter().filter(|deed| deed.starts_with("link.transfer")).count(), 2, "{told:?}");
            }
            assert_eq!(
                (shown(&edge, "gone", "hop.example")["state"].as_str(), shown(&edge, "blocked", "b.example")["state"].as_str()),
                (Some("deleted"), Some("blocked"))
            );
            assert_eq!(
                (shown(&edge, "others", "hop.example")["owner"].as_str(), count(&edge, &format!("by-owner/hop.example/{ann}"))),
                (Some(bob.as_str()), 0)
            );
            assert_eq!((show(&edge, &ann).code(), ask(&edge, delete(&ann, heir)).code()), (404, 404));
            let left = record(&edge, &ann);
            assert_eq!(
                [&left["email"], &left["name"], &left["mark"], &left["standing"]],
                [&Value::Null, &Value::Null, &Value::Null, &json!("gone")]
            );
            assert_eq!(deeds(&edge, &ann), ["user.create", "user.delete", &format!("user.leave links to {heir}")]);
            let again = user(&edge, "ann", "viewer");
            assert!(again != ann && listed(&edge, 50).len() == 3, "the address is free for the next");
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
    assert_eq!(ask(&edge, delete(&bob, &ann)).code(), 422, "nobody inherits who is leaving");
    // What was seen was what they were before.
    assert!(until_done(&edge, || delete(&ann, &bob).header(IF_MATCH, "\"1\"")) > 0);
    assert!(
        (0..60)
            .all(|number| shown(&edge, &format!("l{number}"), if number % 2 == 0 { "hop.example" } else { "b.example" })["owner"] == bob)
    );
    assert_eq!(deeds(&edge, &ann).iter().filter(|deed| deed.starts_with("user.leave")).count(), 1);
}

#[test]
fn heir_may_change_between_requests() {
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

/// More domains than one request asks about: it is remembered how far the last one came.
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
    assert_eq!(requests, 5, "25 domains, five in a request");
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
    edge.records.plant(&Key::kept("link/hop.example/l0".into()), "damaged");
    assert_eq!((ask(&edge, delete(&ann, "none")).code(), &shown(&edge, "l1", "hop.example")["owner"]), (204, &Value::Null));
    assert!(edge.take_log().concat().contains("internal"), "the log tells of it");
}

/// What one request may do on Fastly.
const MOST_OPERATIONS: u32 = 32;

/// Each link of the user has every index entry a link can have.
#[test]
fn deletion_finishes_within_32_operations_per_request() {
    for heir in ["none", "bob"] {
        let edge = misfortune::edge(1, CommitMode::Stepwise);
        let [ann, bob] = ["ann", "bob"].map(|name| user(&edge, name, "editor"));
        let asker = key(&edge, &user(&edge, "admin", "admin"), &["users:admin"]);
        let tags: Vec<String> = (0..10).map(|number| format!("tag-{number}")).collect();
        for number in 0..3 {
            let alias = format!("l{number}");
            link(&edge, &alias, "hop.example", &ann);
            let everything = json!({"tags": tags, "external_id": format!("crm-{number}"), "crawlable": true});
            assert_eq!(ask(&edge, Ask::change(&alias, &everything)).code(), 200);
        }
        let heir = if heir == "bob" { bob.as_str() } else { heir };
        edge.set_operations(MOST_OPERATIONS);
        let mut requests = 0;
        loop {
            requests += 1;
            assert!(requests <= 5, "no progress");
            let answer = ask(&edge, with(&asker, delete(&ann, heir)));
            if answer.code() == 204 {
                break;
            }
            assert_eq!((answer.code(), answer.header("retry-after")), (503, "0"));
        }
        edge.set_operations(OPERATIONS);
        let owner = if heir == "none" { Value::Null } else { json!(bob) };
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
            let edge = misfortune::edge(1, steps);
            let [ann, _] = ["ann", "bob"].map(|name| user(&edge, name, "editor"));
            (0..2).for_each(|number| link(&edge, &format!("l{number}"), "hop.example", &ann));
            (edge, ann)
        };
        die_everywhere(
            steps,
            world,
            |id| delete(id, "none"),
            204,
            |edge, id, first| {
                let second = ask(edge, delete(id, "none")).code();
                assert!(second == 204 || (second == 404 && (first == 204 || first == 503)), "{second}");
                assert_eq!((show(edge, id).code(), record(edge, id)["standing"].as_str()), (404, Some("gone")));
                assert!((0..2).all(|number| shown(edge, &format!("l{number}"), "hop.example")["owner"].is_null()));
                let told = deeds(edge, id);
                for deed in ["user.leave links to none", "user.delete"] {
                    let times = told.iter().filter(|told| *told == deed).count();
                    assert!(if steps == CommitMode::Transaction { times == 1 } else { times >= 1 }, "{told:?}");
                }
                check_list(edge);
            },
        );
    }
}

/// An address can be guessed: whoever reads the store must not be able to check a guess against what is left of it.
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

/// Two at once: it is done once.
#[test]
fn concurrent_deletions_delete_once() {
    for_seeds("users", "concurrent_deletions_delete_once", 100, |seed| {
        let mut random = Random::new(seed);
        let edge = misfortune::edge(seed, BOTH[random.below(2)]);
        let ann = user(&edge, "ann", "editor");
        (0..3).for_each(|number| link(&edge, &format!("l{number}"), "hop.example", &ann));
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        unleash(&edge, WINDY, seed);
        let clients = isolates.iter().map(|isolate| Box::pin(isolate.ask(delete(&ann, "none"))) as Client<'_, Answer>).collect();
        let answers = Turns::default().interleave(&mut random, clients, || {});
        calm(&edge);
        let codes: Vec<u16> = answers.iter().map(Answer::code).collect();
        assert!(codes.contains(&204) && codes.iter().all(|code| [204, 404].contains(code)), "{codes:?}");
        assert_eq!(deeds(&edge, &ann).iter().filter(|deed| *deed == "user.delete").count(), 1);
        assert!((0..3).all(|number| shown(&edge, &format!("l{number}"), "hop.example")["owner"].is_null()));
    });
}
