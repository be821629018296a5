//! Sessions: sign-in, refresh and the end of sessions, under crashes, lost answers, late reads and concurrent requests.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::accounts::{Accounts, OTHER_PASSWORD, PASSWORD, cheap, open as post, text};
use crate::support::client::Answer;
use crate::support::replay::{OnFailure, for_seeds};
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{self, ALL_FAULTS, DELAYS, DELAYS_AND_FAILURES, Plan, clear_faults, plan, set_random_faults};
use crate::support::{Ask, Isolate, run};
use hop_core::Body;
use hop_core::memory::{CommitMode, Fault, MemoryEdge, Random, StoreStep};
use hop_core::store::Key;
use http::HeaderName;
use http::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};

const BOTH: [CommitMode; 2] = [CommitMode::Transaction, CommitMode::Stepwise];

fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

fn accept(invited: &Value) -> Ask {
    post("/api/v1/invitations/accept", &json!({"token": invited["invite_token"], "password": PASSWORD}))
}

fn invite(edge: &MemoryEdge, role: &str) -> Value {
    let created = ask(edge, Ask::post("/api/v1/users", &json!({"email": "ann@example.com", "role": role})));
    assert_eq!(created.code(), 201);
    created.json()
}

/// The tokens of a user who has accepted an invitation.
fn member(edge: &MemoryEdge, role: &str) -> Value {
    let accepted = ask(edge, accept(&invite(edge, role)));
    assert_eq!(accepted.code(), 200);
    accepted.json()
}

fn login(password: &str) -> Ask {
    post("/api/v1/login", &json!({"email": "ann@example.com", "password": password}))
}

fn refresh(tokens: &Value) -> Ask {
    post("/api/v1/token", &json!({"refresh_token": tokens["refresh_token"]}))
}

fn logout(tokens: &Value, everywhere: bool) -> Ask {
    post("/api/v1/logout", &json!({"refresh_token": tokens["refresh_token"], "everywhere": everywhere}))
}

/// A change by a signed-in user.
fn change(tokens: &Value) -> Ask {
    Ask::shorten("https://example.com/").showing(text(&tokens["access_token"]))
}

fn new_password(tokens: &Value) -> Ask {
    Ask::post("/api/v1/password", &json!({"current": PASSWORD, "new": OTHER_PASSWORD})).showing(text(&tokens["access_token"]))
}

fn stored(edge: &MemoryEdge, prefix: &str) -> Vec<Value> {
    let keys: Vec<Key> = edge.records.keys().into_iter().filter(|key| key.as_str().starts_with(prefix)).collect();
    keys.iter().map(|key| serde_json::from_slice(&edge.records.peek(key).expect("a record").value).expect("JSON")).collect()
}

/// Repeats a request in new worlds, with a crash at each step in turn. `then` checks what is left.
fn crash_at_every_step<T>(
    steps: CommitMode,
    world: impl Fn() -> (MemoryEdge, T),
    asked: impl Fn(&T) -> Ask,
    then: impl Fn(&MemoryEdge, &T, u16),
) {
    for crash_at in 0.. {
        let _guard = OnFailure::print(format!("\ncrash at step {crash_at}, {steps:?}\n"));
        let (edge, state) = world();
        let trace = plan(&edge, Plan::From(crash_at, None));
        let code = ask(&edge, asked(&state)).code();
        clear_faults(&edge);
        then(&edge, &state, code);
        if trace.steps().len() <= crash_at {
            assert!((200..300).contains(&code), "{code}");
            break;
        }
        assert!(code == 503 || (200..300).contains(&code), "{code}");
    }
}

#[test]
fn failed_sign_ins_hash_exactly_one_password() {
    let edge = MemoryEdge::new(1);
    let tokens = member(&edge, "viewer");
    let of = |email: &str, password: &str| post("/api/v1/login", &json!({"email": email, "password": password}));
    edge.take_hash_runs();
    let runs = |ask_: Ask, code: u16, cause: &str| {
        edge.take_log();
        assert_eq!(ask(&edge, ask_).code(), code);
        let log = edge.take_log().concat();
        assert!(log.contains(cause), "{log}");
        edge.take_hash_runs()
    };
    assert_eq!(runs(of("unknown@example.com", PASSWORD), 401, "no user has this address"), 1);
    assert_eq!(runs(of("no address", PASSWORD), 401, "no user has this address"), 1);
    assert_eq!(runs(of("ann@example.com", "wrong password"), 401, "the password is wrong"), 1);
    assert_eq!(runs(of("ann@example.com", ""), 401, "the password is wrong"), 1);
    assert_eq!(runs(of("ann@example.com", PASSWORD), 200, ""), 1);
    // A hash under a pepper that is lost, one that costs more than the edge allows, and some that are not hop's.
    let key = Key::stored(format!("user/{}", text(&tokens["user"]["id"])));
    let good: Value = serde_json::from_slice(&edge.records.peek(&key).expect("a user").value).expect("JSON");
    let phc = text(&good["password"]);
    let key_id = phc.split(['=', '$']).find(|part| part.len() == 11).expect("a keyid of 8 bytes");
    for (from, to) in [
        (key_id, "AAAAAAAAAAA"),
        (key_id, "AAAA"),
        ("p=1,keyid", "p=1,data"),
        ("m=4096", "m=1000000"),
        ("t=3", "t=21"),
        ("t=3", "t=4294967296"),
        ("m=4096", "m=7"),
        ("argon2id", "argon2d"),
        ("$v=19", ""),
        (phc, ""),
        (phc, "a text"),
    ] {
        let mut bad = good.clone();
        bad["password"] = json!(phc.replacen(from, to, 1));
        edge.records.plant(&key, &bad.to_string());
        assert_eq!(runs(login(PASSWORD), 401, "cannot be tried"), 1, "{}", bad["password"]);
    }
    edge.records.plant(&key, &good.to_string());
    let id = text(&tokens["user"]["id"]);
    assert_eq!(ask(&edge, Ask::patch(&format!("/api/v1/users/{id}"), &json!({"disabled": true}))).code(), 200);
    assert_eq!(runs(login(PASSWORD), 401, "not active"), 1);
    assert_eq!(ask(&edge, Ask::post("/api/v1/users", &json!({"email": "bob@example.com"}))).code(), 201);
    assert_eq!(runs(of("bob@example.com", PASSWORD), 401, "not accepted"), 1);
}

#[test]
fn common_passwords_are_refused_wherever_set() {
    for (pattern, field, password) in [
        ("/api/v1/setup", "/password", PASSWORD),
        ("/api/v1/invitations/accept", "/password", PASSWORD),
        ("/api/v1/password", "/new", OTHER_PASSWORD),
        ("/api/v1/password/reset", "/new", OTHER_PASSWORD),
    ] {
        let accounts = Accounts::new(CommitMode::Transaction);
        let before = stored(&accounts.edge, "user/");
        accounts.edge.take_hash_runs();
        let mut asked = accounts.request("POST", pattern);
        let Body::Whole(body) = &asked.body else { panic!("{pattern} has no body") };
        let body = String::from_utf8_lossy(body);
        assert!(body.contains(password), "{pattern}: {body}");
        asked.body = Body::Whole(body.replace(password, "QwertyQwerty").into_bytes());
        let answer = ask(&accounts.edge, asked);
        assert_eq!((answer.code(), answer.problem().as_str()), (422, "invalid_fields"), "{pattern}");
        let errors = answer.json()["errors"].clone();
        assert_eq!((&errors[0]["field"], &errors[0]["code"], &errors[1]), (&json!(field), &json!("common_password"), &Value::Null));
        assert_eq!((accounts.edge.take_hash_runs(), stored(&accounts.edge, "user/")), (0, before), "{pattern}");
    }
}

#[test]
fn guessers_in_1000_networks_lock_no_owner_out() {
    let edge = MemoryEdge::new(1);
    let hop = cheap(&edge);
    member(&edge, "owner");
    let address = |number: usize| format!("10.0.{}.{}", number / 250, number % 250);
    let guess = |password: &str, number: usize| run(hop.ask(login(password).from(&address(number), "DE")));
    let from_page = |cookie: &str| {
        let body = json!({"email": "ann@example.com", "password": PASSWORD, "browser": true});
        let ask = post("/api/v1/login", &body).from("192.0.2.1", "AT").header(HeaderName::from_static("sec-fetch-site"), "same-origin");
        run(hop.ask(ask.header(COOKIE, cookie)))
    };
    let first = from_page("");
    let mut cookies = first.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()?.split(';').next());
    let device = cookies.find(|cookie| cookie.starts_with("__Host-hop-device-")).expect("a cookie of the device").to_owned();
    edge.wait_seconds(60 * 60);
    edge.take_hash_runs();
    let mut codes = Vec::new();
    for number in 0..1_000 {
        codes.push(guess("a wrong password", number).code());
        if number % 100 == 50 {
            assert_eq!(from_page(&device).code(), 200, "after {number} guesses");
        }
    }
    // The account has 100 attempts an hour from unknown devices. Those of the known device are none of them.
    assert_eq!(codes, [vec![401; 100], vec![429; 900]].concat());
    assert_eq!(edge.take_hash_runs(), 100 + 10, "a refused guess costs no hash");
    let refused = guess(PASSWORD, 1_000);
    assert_eq!((refused.code(), refused.problem().as_str(), edge.take_hash_runs()), (429, "rate_limited", 0));
    assert!(refused.header("ratelimit").starts_with("\"sign-in-account\";r=0;"), "{}", refused.header("ratelimit"));
    edge.wait_seconds(60 * 60);
    assert_eq!(guess(PASSWORD, 1_001).code(), 200);
}

#[test]
fn device_is_known_for_a_year() {
    let edge = MemoryEdge::new(1);
    let settings = [
        ("HOP_DOMAINS", "https://hop.example"),
        ("HOP_ADMIN_KEY", crate::support::client::ADMIN_KEY),
        ("HOP_PEPPER", crate::support::client::PEPPER),
        ("HOP_PASSWORD_COST", "1024,1"),
        ("HOP_RATE_LIMITS", "sign-in-account=1/1h"),
    ];
    let hop = Isolate::set_up(&edge, &settings);
    member(&edge, "owner");
    let sign_in = |cookie: &str| {
        let body = json!({"email": "ann@example.com", "password": PASSWORD, "browser": true});
        let ask = post("/api/v1/login", &body).header(HeaderName::from_static("sec-fetch-site"), "same-origin");
        run(hop.ask(ask.header(COOKIE, cookie)))
    };
    let first = sign_in("");
    let mut cookies = first.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let cookie = cookies.find(|cookie| cookie.starts_with("__Host-hop-device-")).expect("a cookie of the device");
    assert!(cookie.contains("; Max-Age=31536000; "), "{cookie}");
    let device = cookie.split(';').next().expect("a name and a value");
    let (name, value) = device.split_once('=').expect("a name and a value");
    let (signed_in_at, seal) = value.split_once('.').expect("a time and a seal");
    let forged = format!("{name}={}.{seal}", signed_in_at.parse::<u64>().expect("milliseconds") + 1);
    let codes = |cookies: [&str; 3]| cookies.map(|cookie| sign_in(cookie).code());
    edge.wait_seconds(365 * 24 * 60 * 60 - 1);
    assert_eq!(codes(["", device, &forged]), [200, 200, 429], "only unknown devices use up the attempts of the account");
    // The next hour begins too.
    edge.wait_seconds(1);
    assert_eq!(codes([device, device, ""]), [200, 429, 429], "the device is not known any more");
}

#[test]
fn outdated_hash_is_replaced_at_sign_in() {
    let edge = MemoryEdge::new(1);
    let id = text(&member(&edge, "viewer")["user"]["id"]).to_owned();
    let settings = |pepper: &'static str, old: &'static str| {
        [
            ("HOP_DOMAINS", "https://hop.example"),
            ("HOP_ADMIN_KEY", crate::support::client::ADMIN_KEY),
            ("HOP_PEPPER", pepper),
            ("HOP_OLD_PEPPER", old),
        ]
    };
    let new = "another-pepper-that-only-these-tests-know";
    let during = Isolate::set_up(&edge, &settings(new, crate::support::client::PEPPER));
    let after = Isolate::set_up(&edge, &settings(new, ""));
    let password = || stored(&edge, &format!("user/{id}"))[0]["password"].clone();
    let before = password();
    edge.take_hash_runs();
    assert_eq!((run(during.ask(login(PASSWORD))).code(), edge.take_hash_runs()), (200, 2), "checked and hashed again");
    assert_ne!(password(), before);
    assert_eq!((run(during.ask(login(PASSWORD))).code(), edge.take_hash_runs()), (200, 1));
    // Reading the user claims the address under the new pepper.
    assert_eq!(run(during.ask(Ask::list(&format!("/api/v1/users/{id}")))).code(), 200);
    assert_eq!(run(after.ask(login(PASSWORD))).code(), 200);
}

#[test]
fn reading_with_a_token_costs_no_store_operation() {
    let edge = MemoryEdge::new(1);
    let tokens = member(&edge, "editor");
    let operations = |ask_: Ask| {
        edge.take_operations();
        assert_eq!(run(Isolate::new(&edge).ask_beside_others(ask_)).code(), 200);
        edge.take_operations()
    };
    let by_admin = operations(Ask::list("/api/v1/links"));
    assert_eq!(operations(Ask::list("/api/v1/links").showing(text(&tokens["access_token"]))), by_admin);
    assert_eq!(ask(&edge, Ask::create(&json!({"target": "https://example.com/", "alias": "docs"}))).code(), 201);
    let explain = || Ask::post("/api/v1/links/docs/explain", &json!({}));
    assert_eq!(
        operations(explain().showing(text(&tokens["access_token"]))),
        operations(explain()) + 1,
        "session and user are read together"
    );
}

#[test]
fn crashed_set_up_is_completed_by_the_same_request() {
    for steps in BOTH {
        let setup = || Ask::post("/api/v1/setup", &json!({"email": "ann@example.com", "name": "Ann", "password": PASSWORD}));
        let world = || (store_faults::edge(1, steps), ());
        crash_at_every_step(
            steps,
            world,
            |()| setup(),
            |edge, (), first| {
                let second = ask(edge, setup());
                assert!(second.code() == 201 || (second.code(), second.problem().as_str()) == (409, "user_state"), "{second:?}");
                assert!(first != 201 || second.code() == 409);
                assert_eq!(stored(edge, "team")[0]["owners"].as_array().map(Vec::len), Some(1));
                assert_eq!(ask(edge, login(PASSWORD)).json()["user"]["role"], "owner");
            },
        );
    }
}

#[test]
fn concurrent_set_ups_make_one_owner() {
    for_seeds("sessions", "concurrent_set_ups_make_one_owner", 60, |seed| {
        let mut random = Random::new(seed);
        let edge = store_faults::edge(seed, BOTH[random.below(2)]);
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        let rates = [DELAYS, DELAYS_AND_FAILURES, ALL_FAULTS][random.below(3)];
        set_random_faults(&edge, rates, seed);
        let setup =
            |name: &str| Ask::post("/api/v1/setup", &json!({"email": format!("{name}@example.com"), "name": "Ann", "password": PASSWORD}));
        let clients = ["ann", "bob"]
            .iter()
            .zip(&isolates)
            .map(|(name, isolate)| Box::pin(isolate.ask_beside_others(setup(name))) as Client<'_, Answer>);
        let answers = Turns::default().interleave(&mut random, clients.collect(), || {});
        clear_faults(&edge);
        let made = answers.iter().filter(|answer| answer.code() == 201).count();
        let owners = stored(&edge, "team").first().map_or(0, |team| team["owners"].as_array().expect("owners").len());
        assert!(owners <= 1 && made <= owners, "{owners} owners, {answers:?}");
        assert!(rates.fail > 0 || made == 1, "{answers:?}");
        let expected = |answer: &Answer| [201, 409].contains(&answer.code()) || (answer.code() == 503 && rates.fail > 0);
        assert!(answers.iter().all(expected), "{answers:?}");
    });
}

#[test]
fn invitation_is_accepted_once_by_concurrent_requests() {
    for_seeds("sessions", "invitation_is_accepted_once_by_concurrent_requests", 60, |seed| {
        let mut random = Random::new(seed);
        let edge = store_faults::edge(seed, BOTH[random.below(2)]);
        let invited = invite(&edge, "editor");
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        set_random_faults(&edge, DELAYS, seed);
        let clients = isolates.iter().map(|isolate| Box::pin(isolate.ask_beside_others(accept(&invited))) as Client<'_, Answer>);
        let mut codes: Vec<u16> = Turns::default().interleave(&mut random, clients.collect(), || {}).iter().map(Answer::code).collect();
        codes.sort_unstable();
        assert_eq!(codes, [200, 401]);
        assert_eq!(stored(&edge, "session/").len(), 1);
    });
}

#[test]
fn crashed_acceptance_leaves_an_invitation_or_a_password() {
    for steps in BOTH {
        let world = || {
            let edge = store_faults::edge(1, steps);
            let invited = invite(&edge, "editor");
            (edge, invited)
        };
        crash_at_every_step(steps, world, accept, |edge, invited, first| {
            let again = ask(edge, accept(invited)).code();
            assert!(first != 200 || again == 401);
            assert!([200, 401].contains(&again));
            assert_eq!(ask(edge, login(PASSWORD)).code(), 200);
        });
    }
}

#[test]
fn lost_answer_of_a_refresh_loses_no_session() {
    for steps in BOTH {
        let world = || {
            let edge = store_faults::edge(1, steps);
            let tokens = member(&edge, "editor");
            (edge, tokens)
        };
        crash_at_every_step(steps, world, refresh, |edge, tokens, _| {
            let again = ask(edge, refresh(tokens));
            assert_eq!(again.code(), 200, "the client sends its token again");
            assert_eq!(ask(edge, refresh(&again.json())).code(), 200);
        });
    }
}

#[test]
fn two_tabs_may_refresh_at_once() {
    for_seeds("sessions", "two_tabs_may_refresh_at_once", 100, |seed| {
        let mut random = Random::new(seed);
        let edge = store_faults::edge(seed, BOTH[random.below(2)]);
        let mut tokens = member(&edge, "editor");
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        for _ in 0..3 {
            set_random_faults(&edge, DELAYS, random.next_u64());
            let clients = isolates.iter().map(|isolate| Box::pin(isolate.ask_beside_others(refresh(&tokens))) as Client<'_, Answer>);
            let answers = Turns::default().interleave(&mut random, clients.collect(), || {});
            let codes: Vec<u16> = answers.iter().map(Answer::code).collect();
            assert_eq!(codes, [200, 200]);
            assert_eq!(answers[0].json()["refresh_token"], answers[1].json()["refresh_token"]);
            tokens = answers[random.below(2)].json();
            clear_faults(&edge);
        }
    });
}

#[test]
fn old_token_ends_the_session_after_its_grace() {
    let edge = MemoryEdge::new(1);
    let first = member(&edge, "editor");
    let second = ask(&edge, refresh(&first)).json();
    edge.wait_seconds(3_600);
    let third = ask(&edge, refresh(&second)).json();
    edge.wait_seconds(30);
    assert_eq!(ask(&edge, refresh(&first)).code(), 200, "within thirty seconds of its successor");
    edge.wait_seconds(1);
    assert_eq!(ask(&edge, change(&third)).code(), 201);
    edge.take_log();
    assert_eq!(ask(&edge, refresh(&first)).code(), 401);
    assert!(edge.take_log().concat().contains("used again"));
    assert_eq!((ask(&edge, refresh(&third)).code(), ask(&edge, change(&third)).code()), (401, 401));
    assert_eq!(ask(&edge, login(PASSWORD)).code(), 200, "the user signs in again");
}

#[test]
fn session_lasts_thirty_days_after_its_last_use() {
    let edge = MemoryEdge::new(1);
    let mut tokens = member(&edge, "editor");
    for _ in 0..3 {
        edge.wait_seconds(29 * 24 * 3_600);
        let continued = ask(&edge, refresh(&tokens));
        assert_eq!(continued.code(), 200);
        tokens = continued.json();
    }
    edge.wait_seconds(30 * 24 * 3_600);
    assert_eq!(ask(&edge, refresh(&tokens)).code(), 401);
}

#[test]
fn refresh_and_sign_out_at_once_end_the_session() {
    for_seeds("sessions", "refresh_and_sign_out_at_once_end_the_session", 100, |seed| {
        let mut random = Random::new(seed);
        let edge = store_faults::edge(seed, BOTH[random.below(2)]);
        let tokens = member(&edge, "editor");
        let everywhere = random.below(2) == 0;
        let isolates = [Isolate::new(&edge), Isolate::new(&edge)];
        set_random_faults(&edge, DELAYS, seed);
        let asks = [refresh(&tokens), logout(&tokens, everywhere)];
        let clients = asks.into_iter().zip(&isolates).map(|(ask, isolate)| Box::pin(isolate.ask_beside_others(ask)) as Client<'_, Answer>);
        let answers = Turns::default().interleave(&mut random, clients.collect(), || {});
        clear_faults(&edge);
        assert_eq!(answers[1].code(), 204);
        assert!([200, 401].contains(&answers[0].code()), "{answers:?}");
        assert_eq!(ask(&edge, change(&tokens)).code(), 401);
        if answers[0].code() == 200 {
            assert_eq!(ask(&edge, refresh(&answers[0].json())).code(), 401);
        }
    });
}

#[test]
fn crashed_password_change_keeps_the_session() {
    for steps in BOTH {
        let world = || {
            let edge = store_faults::edge(1, steps);
            let tokens = member(&edge, "editor");
            let other = ask(&edge, login(PASSWORD)).json();
            (edge, (tokens, other))
        };
        crash_at_every_step(
            steps,
            world,
            |(tokens, _)| new_password(tokens),
            |edge, (tokens, other), _| {
                let is_changed = ask(edge, login(OTHER_PASSWORD)).code() == 200;
                assert_eq!(ask(edge, login(PASSWORD)).code() == 200, !is_changed, "one password works");
                assert_eq!(ask(edge, change(tokens)).code(), 201, "the caller stays signed in");
                assert_eq!(ask(edge, change(other)).code(), if is_changed { 401 } else { 201 });
                assert!([204, 403].contains(&ask(edge, new_password(tokens)).code()));
                assert_eq!(ask(edge, login(OTHER_PASSWORD)).code(), 200);
                assert_eq!(ask(edge, refresh(tokens)).code(), 200);
            },
        );
    }
}

#[test]
fn late_read_of_a_new_session_is_503() {
    for kind in [StoreStep::Get, StoreStep::GetMany] {
        let edge = MemoryEdge::new(1);
        let tokens = member(&edge, "editor");
        plan(&edge, Plan::Every(kind, Fault::Stale));
        let codes = [ask(&edge, change(&tokens)).code(), ask(&edge, refresh(&tokens)).code()];
        clear_faults(&edge);
        assert!(codes.iter().all(|code| [200, 201, 503].contains(code)), "{kind:?}: {codes:?}");
    }
}

#[test]
fn late_read_of_an_accepted_user_is_503_for_a_minute() {
    let edge = MemoryEdge::new(1);
    let invited = invite(&edge, "editor");
    let key = Key::stored(format!("user/{}", text(&invited["id"])));
    let before = edge.records.peek(&key).expect("a user").value;
    let tokens = ask(&edge, accept(&invited)).json();
    edge.records.plant(&key, &String::from_utf8_lossy(&before));
    let codes = || (ask(&edge, change(&tokens)).code(), ask(&edge, refresh(&tokens)).code());
    assert_eq!(codes(), (503, 503));
    edge.wait_seconds(60);
    assert_eq!(codes(), (401, 401));
}

#[test]
fn ended_sessions_are_refused_at_once() {
    let edge = MemoryEdge::new(1);
    let mut tokens = member(&edge, "editor");
    let path = format!("/api/v1/users/{}/reset", text(&tokens["user"]["id"]));
    let setup = json!({"email": "ann@example.com", "name": "Ann", "password": PASSWORD});
    let codes = |tokens: &Value| (ask(&edge, change(tokens)).code(), ask(&edge, refresh(tokens)).code());
    let mut end = |how: &dyn Fn(&Value) -> Ask| {
        let other = ask(&edge, login(PASSWORD)).json();
        let answer = ask(&edge, how(&tokens));
        assert!(answer.code() < 300, "{}", answer.json());
        assert_eq!((codes(&tokens), codes(&other)), ((401, 401), (401, 401)));
        tokens = ask(&edge, login(PASSWORD)).json();
        assert_eq!(codes(&tokens), (201, 200));
    };
    end(&|tokens| logout(tokens, true));
    let reset = ask(&edge, Ask { body: Body::Whole(Vec::new()), ..Ask::post(&path, &json!({})) }).json();
    end(&|_| post("/api/v1/password/reset", &json!({"token": reset["reset_token"], "new": PASSWORD})));
    end(&|_| Ask::post("/api/v1/setup", &setup));
    // A session that its user ends alone, and those that a new password ends.
    let other = ask(&edge, login(PASSWORD)).json();
    assert_eq!(ask(&edge, logout(&other, false)).code(), 204);
    assert_eq!((codes(&other), ask(&edge, change(&tokens)).code()), ((401, 401), 201));
    let other = ask(&edge, login(PASSWORD)).json();
    assert_eq!(ask(&edge, new_password(&tokens)).code(), 204);
    assert_eq!((codes(&other), codes(&tokens)), ((401, 401), (201, 200)));
}

#[test]
fn session_that_changed_a_password_ends_with_the_next() {
    let edge = MemoryEdge::new(1);
    let first = member(&edge, "editor");
    assert_eq!(ask(&edge, new_password(&first)).code(), 204);
    let second = ask(&edge, login(OTHER_PASSWORD)).json();
    let change_back = json!({"current": OTHER_PASSWORD, "new": PASSWORD});
    let changed = ask(&edge, Ask::post("/api/v1/password", &change_back).showing(text(&second["access_token"])));
    assert_eq!(changed.code(), 204);
    let codes = [&first, &second].map(|tokens| (ask(&edge, change(tokens)).code(), ask(&edge, refresh(tokens)).code()));
    assert_eq!(codes, [(401, 401), (201, 200)]);
}

#[test]
fn late_read_of_the_user_is_503() {
    let edge = MemoryEdge::new(1);
    let first = member(&edge, "editor");
    let key = Key::stored(format!("user/{}", text(&first["user"]["id"])));
    let before = edge.records.peek(&key).expect("a user").value;
    assert_eq!(ask(&edge, logout(&first, true)).code(), 204);
    let second = ask(&edge, login(PASSWORD)).json();
    let after = edge.records.peek(&key).expect("a user").value;
    let plant = |value: &[u8]| edge.records.plant(&key, &String::from_utf8_lossy(value));
    let codes = |tokens: &Value| (ask(&edge, change(tokens)).code(), ask(&edge, refresh(tokens)).code());
    plant(&before);
    edge.wait_seconds(3_600);
    assert_eq!(ask(&edge, refresh(&second)).code(), 503, "however old the session is");
    plant(&after);
    assert_eq!(ask(&edge, refresh(&second)).code(), 200);
    assert_eq!(codes(&first), (401, 401));
}

#[test]
fn disabling_a_user_ends_their_sessions_for_good() {
    let edge = MemoryEdge::new(1);
    let tokens = member(&edge, "editor");
    let path = format!("/api/v1/users/{}", text(&tokens["user"]["id"]));
    let set = |disabled: bool| assert_eq!(ask(&edge, Ask::patch(&path, &json!({"disabled": disabled}))).code(), 200);
    set(true);
    assert_eq!((ask(&edge, change(&tokens)).code(), ask(&edge, refresh(&tokens)).code()), (401, 401));
    set(false);
    assert_eq!((ask(&edge, change(&tokens)).code(), ask(&edge, refresh(&tokens)).code()), (401, 401));
    assert_eq!(ask(&edge, login(PASSWORD)).code(), 200);
}

#[test]
fn set_up_of_an_existing_user_ends_their_sessions() {
    let edge = MemoryEdge::new(1);
    let tokens = member(&edge, "editor");
    let setup = json!({"email": "ann@example.com", "name": "Ann", "password": OTHER_PASSWORD});
    assert_eq!(ask(&edge, Ask::post("/api/v1/setup", &setup)).code(), 201);
    assert_eq!((ask(&edge, change(&tokens)).code(), ask(&edge, refresh(&tokens)).code()), (401, 401));
    assert_eq!(ask(&edge, login(OTHER_PASSWORD)).json()["user"]["role"], "owner");
}

#[test]
fn changes_use_the_current_role() {
    let edge = MemoryEdge::new(1);
    let tokens = member(&edge, "editor");
    let id = text(&tokens["user"]["id"]);
    assert_eq!(ask(&edge, Ask::patch(&format!("/api/v1/users/{id}"), &json!({"role": "viewer"}))).code(), 200);
    assert_eq!(ask(&edge, change(&tokens)).code(), 403);
    assert_eq!(ask(&edge, refresh(&tokens)).json()["user"]["role"], "viewer");
}

#[test]
fn every_step_of_an_account_is_audited() {
    let edge = MemoryEdge::new(1);
    let setup = json!({"email": "bob@example.com", "name": "Bob", "password": PASSWORD});
    assert_eq!(ask(&edge, Ask::post("/api/v1/setup", &setup)).code(), 201);
    let tokens = member(&edge, "editor");
    let id = text(&tokens["user"]["id"]).to_owned();
    let session = text(&ask(&edge, Ask::list("/api/v1/me").showing(text(&tokens["access_token"]))).json()["session"]["id"]).to_owned();
    let second = ask(&edge, login(PASSWORD).from("192.0.2.1", "AT")).json();
    assert_eq!(ask(&edge, Ask::remove(&format!("/api/v1/sessions/{session}")).showing(text(&second["access_token"]))).code(), 204);
    assert_eq!(ask(&edge, new_password(&second)).code(), 204);
    let reset = ask(&edge, Ask::post(&format!("/api/v1/users/{id}/reset"), &json!({})));
    assert_eq!(reset.code(), 201);
    let body = json!({"token": reset.json()["reset_token"], "new": PASSWORD});
    assert_eq!(ask(&edge, post("/api/v1/password/reset", &body)).code(), 204);
    let third = ask(&edge, login(PASSWORD)).json();
    assert_eq!(ask(&edge, logout(&third, true)).code(), 204);
    let events = stored(&edge, "audit/");
    let of_user = |event: &&Value| event["subject"] == json!(id);
    let mut actions: Vec<&str> = events.iter().filter(of_user).map(|event| text(&event["action"])).collect();
    actions.sort_unstable();
    let expected = [
        "session.end",
        "session.end_all",
        "session.start",
        "session.start",
        "session.start",
        "user.accept",
        "user.create",
        "user.password",
        "user.password",
        "user.reset",
    ];
    assert_eq!(actions, expected);
    let started = events.iter().find(|event| event["action"] == "session.start" && event["country"] == "AT").expect("the second sign-in");
    assert_eq!((text(&started["user"]), text(&started["principal"])), (&*id, &*id));
    let first_owner: Vec<&str> = events.iter().filter(|event| !of_user(event)).map(|event| text(&event["action"])).collect();
    assert_eq!((first_owner.contains(&"user.create"), first_owner.contains(&"user.role")), (true, true), "{first_owner:?}");
}
