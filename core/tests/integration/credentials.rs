//! Credentials: every invalid one gets the same answer, and only the log has the reason. Recorded key uses never undo
//! a revocation.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::client::{ADMIN_KEY, Answer, PEPPER, Visitor};
use crate::support::keys::{KEYS, ask, key, key_record, new_key, user};
use crate::support::scheduler::{Client, Turns};
use crate::support::store_faults::{self, Plan, clear_faults, plan, watch};
use crate::support::{Ask, Isolate, run};
use hop_core::Timestamp;
use hop_core::memory::{CommitMode, Fault, MemoryEdge, Planted, Random, StoreStep};
use hop_core::ports::Edge as _;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};

const ME: &str = "/api/v1/me";
const HOUR: u64 = 60 * 60;

fn me(token: impl Into<Vec<u8>>) -> Ask {
    Ask::list(ME).showing(token)
}

/// Status, headers and body of an answer, without its request id.
fn without_request_id(answer: &Answer) -> (u16, Vec<(String, Vec<u8>)>, String) {
    let id = answer.header("x-request-id").to_owned();
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let mut headers: Vec<_> = headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
    headers.sort();
    (answer.code(), headers, String::from_utf8_lossy(&answer.body).replace(&id, "req"))
}

/// `text` with a different character at `at`.
fn changed(text: &str, at: usize) -> String {
    let other = if text.as_bytes()[at] == b'z' { "y" } else { "z" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

#[test]
fn invalid_credentials_get_identical_answers() {
    let edge = MemoryEdge::new(1);
    let owner = user(&edge, 'e', "editor", "in");
    let make = |owner: &str, settings: &Value| key(&edge, owner, &["links:read"], settings);
    let (id, good) = make(&owner, &json!({}));
    let (other_id, _) = make(&owner, &json!({}));
    let secret = good.rsplit('_').next().expect("a secret").to_owned();
    let elsewhere = MemoryEdge::new(2);
    user(&elsewhere, 'e', "editor", "in");
    let (_, foreign) = key(&elsewhere, &owner, &["links:read"], &json!({}));
    let (revoked_id, revoked) = make(&owner, &json!({}));
    let (_, expired) = make(&owner, &json!({"expires_at": "2026-11-21T08:00:10Z"}));
    edge.wait_seconds(9);
    assert_eq!([&good, &revoked, &expired].map(|key| ask(&edge, me(&**key)).code()), [200; 3]);
    assert_eq!(ask(&edge, Ask::remove(&format!("{KEYS}/{revoked_id}"))).code(), 204);
    edge.wait_seconds(1);
    let key_of = |letter: char, status: &str| {
        let owner = user(&edge, letter, "admin", "in");
        let (_, secret) = make(&owner, &json!({}));
        assert_eq!(ask(&edge, me(&*secret)).code(), 200);
        user(&edge, letter, "admin", status);
        secret
    };
    let inactive =
        [('a', "disabled"), ('b', "leaving"), ('c', "gone"), ('d', "unknown status")].map(|(letter, status)| key_of(letter, status));
    let orphan = key_of('f', "in");
    let orphan_id = orphan.split('_').nth(1).expect("an id");
    let mut record = key_record(&edge, orphan_id);
    record["owner"] = json!(format!("usr_{}", "z".repeat(17)));
    edge.records.plant(&hop_core::store::Key::stored(format!("key/{orphan_id}")), &record.to_string());
    let with_id = |id: &str| format!("hop_{id}_{secret}").into_bytes();
    let mut bad: Vec<(&str, Vec<u8>, &str)> = vec![
        ("of another deployment", foreign.into(), "there is no such key"),
        ("with the id of another", with_id(&other_id), "the secret is wrong"),
        ("with a changed id", with_id(&changed(&id, 3)), "there is no such key"),
        ("with an id in other capitals", with_id(&id.to_uppercase()), ""),
        ("with an id that is none", with_id("x"), ""),
        ("with a lost character", good[..good.len() - 1].into(), ""),
        ("with an added character", format!("{good}x").into(), ""),
        ("with itself behind it", format!("{good}_{secret}").into(), ""),
        ("twice", format!("{good} {good}").into(), ""),
        ("in quotes", format!("\"{good}\"").into(), ""),
        ("without its mark", good[4..].into(), ""),
        ("with its mark in capitals", good.replacen("hop", "HOP", 1).into(), ""),
        ("with an empty secret", format!("hop_{id}_").into(), ""),
        ("without a secret", format!("hop_{id}").into(), ""),
        ("of nothing", "hop__".into(), ""),
        ("of less", "hop_".into(), ""),
        ("10 KB long", format!("{good}{}", "z".repeat(10_000)).into(), ""),
        ("with an id 10 KB long", with_id(&id.repeat(600)), ""),
        ("with another alphabet", good.replacen(&secret[..1], "é", 1).into(), ""),
        ("no text", [good.as_bytes(), &[0xFF]].concat(), ""),
        ("with a zero", [good.as_bytes(), &[0]].concat(), ""),
        ("that is its record", with_id(key_record(&edge, &id)["mark"].as_str().expect("a mark")), ""),
        ("of the path of its record", format!("hop_key/{id}_{secret}").into(), ""),
        ("revoked a second ago", revoked.into(), "it is revoked"),
        ("expired this millisecond", expired.into(), "it has expired"),
        ("of an owner unknown", orphan.into(), "its owner is unknown"),
        ("nearly the admin's", format!("{ADMIN_KEY}x").into(), ""),
    ];
    bad.extend(inactive.map(|secret| ("of a user who is not active", secret.into_bytes(), "its owner is not active")));
    bad.extend((0..secret.len()).map(|at| ("with a changed byte", format!("hop_{id}_{}", changed(&secret, at)).into(), "")));
    edge.take_log();
    let expected = without_request_id(&ask(&edge, me("an unknown key")));
    assert_eq!((expected.0, expected.2.contains("unauthenticated")), (401, true));
    let log = edge.take_log().concat();
    assert!(log.contains("the credential has the form of no key") && !log.contains("an unknown key"), "{log}");
    for (what, token, why) in bad {
        let shown = String::from_utf8_lossy(&token).into_owned();
        for path in [ME, KEYS, "/api/v1/links"] {
            assert_eq!(without_request_id(&ask(&edge, Ask::list(path).showing(&*token))), expected, "a key {what}: {shown}");
        }
        let log = edge.take_log().concat();
        assert!(log.contains(why) && (why.is_empty() || log.contains(&shown[4..21])), "a key {what}: {log}");
        assert!(!log.is_empty(), "a key {what}");
        let end = shown.rsplit('_').next().unwrap_or_default();
        assert!(end.is_empty() || !log.contains(end), "a key {what}: {log}");
    }
    assert_eq!(ask(&edge, me(&*good)).code(), 200);
    assert_eq!(ask(&edge, me(format!(" {good} "))).code(), 200, "spaces around a key are ignored");
}

/// A credential that is no `Bearer` token gets the same answer as none. The log does not repeat it.
#[test]
fn malformed_credential_is_not_logged_verbatim() {
    let edge = MemoryEdge::new(1);
    let send = |value: &[u8]| {
        let mut asked = Ask::list(ME).showing("x");
        asked.visitor = Visitor::default().with(AUTHORIZATION, value.to_vec());
        let code = ask(&edge, asked).code();
        (code, edge.take_log().concat())
    };
    for value in [&b"Basic c2VjcmV0OnNlY3JldA=="[..], b"secret", b"Bearersecret", b"Digest secret", b"\xff\xfe secret"] {
        let (code, log) = send(value);
        assert!(log.contains("the credential is no Bearer token"), "{log}");
        assert!(code == 401 && !log.contains("secret") && !log.contains("c2VjcmV0"), "{code} {log}");
    }
    let mut nothing = Ask::list(ME);
    nothing.visitor = Visitor::default();
    assert_eq!((ask(&edge, nothing).code(), edge.take_log()), (401, Vec::new()), "a missing credential is not logged");
}

/// Redirects need neither, so a missing one fails readiness and not every request.
#[test]
fn readiness_needs_pepper_and_usable_admin_key() {
    const READY: &str = "ready";
    let edge = MemoryEdge::new(1);
    let (domains, pepper, admin) = (("HOP_DOMAINS", "https://hop.example"), ("HOP_PEPPER", PEPPER), ("HOP_ADMIN_KEY", ADMIN_KEY));
    for (settings, code, cause) in [
        (vec![domains, pepper, admin], 200, ""),
        (vec![domains, pepper], 200, ""),
        (vec![domains, pepper, ("HOP_ADMIN_KEY", " \n")], 200, ""),
        (vec![domains, admin], 503, "HOP_PEPPER is not set"),
        (vec![domains, admin, ("HOP_PEPPER", "short")], 503, "HOP_PEPPER is shorter than 32 characters"),
        (vec![domains, admin, pepper, ("HOP_OLD_PEPPER", "short")], 503, "HOP_OLD_PEPPER is shorter than 32 characters"),
        (vec![domains, pepper, ("HOP_ADMIN_KEY", "too-short-a-secret")], 503, "HOP_ADMIN_KEY is shorter than 32 characters"),
        (vec![domains, pepper, ("HOP_ADMIN_KEY", "ä".repeat(32).leak())], 503, "HOP_ADMIN_KEY must have only visible ASCII"),
    ] {
        let answer = run(Isolate::set_up(&edge, &settings).ask(Ask::visit(READY)));
        let log = edge.take_log().concat();
        assert_eq!((answer.code(), answer.problem().as_str()), (code, if code == 503 { "not_configured" } else { "" }), "{settings:?}");
        assert!(log.contains(cause) && log.is_empty() == cause.is_empty() && !log.contains("too-short-a-secret"), "{log}");
    }
}

#[test]
fn keys_need_a_pepper_but_no_admin_key() {
    let edge = MemoryEdge::new(1);
    let (_, secret) = key(&edge, &user(&edge, 'e', "editor", "in"), &["links:read"], &json!({}));
    let domains = ("HOP_DOMAINS", "https://hop.example");
    let answer = |settings: &[(&str, &str)], token: &str| {
        let answer = run(Isolate::set_up(&edge, settings).ask(me(token)));
        (answer.code(), answer.problem())
    };
    let (accepted, refused) = ((200, String::new()), (401, "unauthenticated".to_owned()));
    let not_configured = (503, "not_configured".to_owned());
    for no_admin in [&[][..], &[("HOP_ADMIN_KEY", "short")]] {
        let settings = [&[domains, ("HOP_PEPPER", PEPPER)], no_admin].concat();
        assert_eq!(
            (answer(&settings, &secret), answer(&settings, "short"), answer(&settings, "")),
            (accepted.clone(), refused.clone(), refused.clone())
        );
    }
    for missing in [&[][..], &[("HOP_PEPPER", "short")], &[("HOP_PEPPER", PEPPER), ("HOP_OLD_PEPPER", "short")]] {
        let settings = [&[domains, ("HOP_ADMIN_KEY", ADMIN_KEY)], missing].concat();
        edge.take_log();
        assert_eq!((answer(&settings, &secret), answer(&settings, ADMIN_KEY)), (not_configured.clone(), accepted.clone()), "{missing:?}");
        let log = edge.take_log().concat();
        assert!(log.contains(missing.last().map_or("HOP_PEPPER", |(name, _)| name)), "{log}");
        let followed = run(Isolate::set_up(&edge, &settings).ask(Ask::visit("nothing")));
        assert_eq!(followed.code(), 404, "visitors need no pepper");
    }
    let another = [domains, ("HOP_PEPPER", "another-pepper-of-the-same-length-or-so")];
    assert_eq!(answer(&another, &secret), refused);
}

#[test]
fn key_use_is_recorded_hourly_after_the_response() {
    let edge = MemoryEdge::new(1);
    let (id, secret) = key(&edge, &user(&edge, 'e', "editor", "in"), &["links:read"], &json!({}));
    let isolate = Isolate::new(&edge);
    let last_used = || key_record(&edge, &id)["last_used_at"].clone();
    let uses = |waiting: u64| {
        edge.wait_seconds(waiting);
        let trace = watch(&edge);
        let (answer, after) = run(isolate.handle(me(&*secret)));
        assert_eq!((answer.code(), trace.count(|step| step == StoreStep::Write)), (200, 0), "the response does not wait for the write");
        run(isolate.app.finish(&edge, after));
        let writes = trace.count(|step| step == StoreStep::Write);
        clear_faults(&edge);
        writes
    };
    assert_eq!((uses(1), last_used()), (1, json!(1_795_248_001_000_u64)));
    assert_eq!((uses(0), uses(HOUR - 1), last_used()), (0, 0, json!(1_795_248_001_000_u64)));
    assert_eq!((uses(1), last_used()), (1, json!(1_795_251_601_000_u64)));
    assert_eq!(ask(&edge, Ask::list(&format!("{KEYS}/{id}"))).json()["last_used_at"], "2026-11-21T09:00:01Z");
}

#[test]
fn refused_request_records_no_key_use() {
    let edge = MemoryEdge::new(1);
    let (id, secret) = key(&edge, &user(&edge, 'e', "editor", "in"), &["links:read"], &json!({}));
    let before = key_record(&edge, &id);
    ask(&edge, me(changed(&secret, secret.len() - 1)));
    user(&edge, 'e', "editor", "disabled");
    ask(&edge, me(&*secret));
    assert_eq!(key_record(&edge, &id), before);
}

#[test]
fn failed_use_record_is_only_logged() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let edge = store_faults::edge(1, steps);
        let (id, secret) = key(&edge, &user(&edge, 'e', "editor", "in"), &["links:read"], &json!({}));
        plan(&edge, Plan::Every(StoreStep::Write, Fault::Fail));
        assert_eq!(ask(&edge, me(&*secret)).code(), 200);
        clear_faults(&edge);
        let log = edge.take_log().concat();
        assert!(log.contains("the use of a key was not recorded") && !log.contains(&secret), "{log}");
        assert!(key_record(&edge, &id)["last_used_at"].is_null());
    }
}

/// A request that was answered before the revocation records its use after it. The key stays revoked.
#[test]
fn use_recorded_after_revocation_is_dropped() {
    for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
        let edge = store_faults::edge(1, steps);
        let (id, secret) = key(&edge, &user(&edge, 'e', "editor", "in"), &["links:read"], &json!({}));
        let isolate = Isolate::new(&edge);
        let (answer, after) = run(isolate.handle(me(&*secret)));
        assert_eq!(answer.code(), 200);
        assert_eq!(ask(&edge, Ask::remove(&format!("{KEYS}/{id}"))).code(), 204);
        let revoked = key_record(&edge, &id);
        run(isolate.app.finish(&edge, after));
        assert_eq!((key_record(&edge, &id), edge.take_log()), (revoked, Vec::new()));
        assert_eq!(ask(&edge, me(&*secret)).code(), 401);
    }
}

#[test]
fn revocation_holds_against_interleaved_uses() {
    let mut both = 0;
    for seed in 0..200 {
        for steps in [CommitMode::Transaction, CommitMode::Stepwise] {
            let edge = store_faults::edge(seed, steps);
            let (id, secret) = key(&edge, &user(&edge, 'e', "editor", "in"), &["links:read"], &json!({}));
            plan(&edge, Plan::Every(StoreStep::Write, Fault::Late(3)));
            let isolates = [Isolate::new(&edge), Isolate::new(&edge), Isolate::new(&edge)];
            let asks = [me(&*secret), Ask::remove(&format!("{KEYS}/{id}")), me(&*secret)];
            let clients: Vec<Client<'_, Answer>> =
                isolates.iter().zip(asks).map(|(isolate, ask)| Box::pin(isolate.ask(ask)) as Client<'_, Answer>).collect();
            let codes: Vec<u16> = Turns::default().interleave(&mut Random::new(seed), clients, || ()).iter().map(Answer::code).collect();
            clear_faults(&edge);
            assert_eq!(codes[1], 204, "seed {seed}");
            let record = key_record(&edge, &id);
            assert!(!record["revoked_at"].is_null(), "seed {seed}: {record}");
            both += usize::from(!record["last_used_at"].is_null());
            assert_eq!(ask(&edge, me(&*secret)).code(), 401);
        }
    }
    assert!((1..400).contains(&both), "uses and revocations never overlapped: {both}");
}

#[test]
fn unacknowledged_key_creation_leaves_no_key() {
    let edge = store_faults::edge(1, CommitMode::Stepwise);
    let owner = user(&edge, 'e', "editor", "in");
    plan(&edge, Plan::FromFirst(StoreStep::Write));
    assert_eq!(ask(&edge, new_key(&owner, &["links:read"], &json!({}))).code(), 503);
    clear_faults(&edge);
    assert_eq!(ask(&edge, Ask::list(KEYS)).json()["items"], json!([]));
}

fn planted_key(edge: &MemoryEdge, owner: &str, key: &Planted<'_>) -> String {
    edge.plant_key(PEPPER, owner, key).expect("a key")
}

#[test]
fn keys_of_inactive_users_are_refused() {
    let edge = MemoryEdge::new(1);
    let owner = user(&edge, 'o', "owner", "in");
    let secret = planted_key(&edge, &owner, &Planted::default());
    for (status, code) in [("disabled", 401), ("in", 200), ("gone", 401), ("in", 200)] {
        edge.records.plant_user(&owner, "owner", status);
        assert_eq!(ask(&edge, me(&*secret)).code(), code, "{status}");
    }
    let orphan = planted_key(&edge, "usr_nobodyherewhatsoever", &Planted::default());
    assert_eq!(ask(&edge, me(&*orphan)).code(), 401);
}

#[test]
fn keys_expire_to_the_millisecond() {
    let edge = MemoryEdge::new(1);
    let owner = user(&edge, 'v', "viewer", "in");
    let now = edge.now().as_millis();
    for (end, status) in [(now - 1, 401), (now, 401), (now + 1, 200)] {
        let expiry = Planted { expires_at: Some(Timestamp::from_millis(end)), ..Planted::default() };
        assert_eq!(ask(&edge, me(&*planted_key(&edge, &owner, &expiry))).code(), status, "{end}");
    }
}

#[test]
fn owners_need_team_record_and_own_role() {
    let edge = MemoryEdge::new(1);
    let (first, second) = (user(&edge, 'f', "owner", "in"), user(&edge, 's', "viewer", "in"));
    let secrets = [&first, &second].map(|owner| planted_key(&edge, owner, &Planted::default()));
    let roles = || secrets.each_ref().map(|secret| ask(&edge, me(&**secret)).json()["role"].clone());
    assert_eq!(roles(), ["owner", "viewer"]);
    edge.records.plant_owners(&[&second]);
    assert_eq!(roles(), ["admin", "viewer"]);
    edge.records.plant_owners(&[]);
    assert_eq!(roles(), ["admin", "viewer"]);
}
