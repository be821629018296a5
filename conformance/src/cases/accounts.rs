//! Accounts and sessions: set-up, invitations, sign-in, tokens, passwords.

use std::time::{SystemTime, UNIX_EPOCH};

use hop_core::Timestamp;
use hop_core::memory::TokenForge;
use serde_json::{Value, json};

use super::{TARGET, cases, eventually, field_errors};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::{DOMAIN, OTHER_DOMAIN, PEPPER, World};

cases!("accounts":
    first_owner_is_set_up_once,
    invited_user_accepts_and_signs_in,
    invitation_is_used_once,
    wrong_sign_ins_get_one_answer,
    session_continues_with_the_latest_token,
    browser_keeps_the_token_in_a_cookie,
    other_sites_cannot_use_the_cookie,
    sign_out_ends_one_or_all_sessions,
    new_password_ends_other_sessions,
    forgotten_password_is_reset_once,
    sessions_are_listed_and_ended,
    forged_tokens_get_one_answer,
    disabled_user_can_only_read,
    keys_have_no_session,
    wrong_bodies_are_refused,
);

/// A password of the cases.
pub(super) const PASSWORD: &str = "a password of the suite";

/// A password on the list of common ones.
const COMMON: &str = "qwertyqwerty";

/// The one signing key of every deployment, which a test can derive.
pub(super) fn forge() -> TokenForge<'static> {
    TokenForge { pepper: PEPPER, issuer: "https://hop.example" }
}

pub(super) fn now() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    Timestamp::from_millis(u64::try_from(now.as_millis()).expect("a time"))
}

fn post(path: &str, body: &Value) -> Call {
    Call::new("POST", path).json(body)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// A user who accepted an invitation.
struct Member {
    id: String,
    email: String,
    /// The response to the acceptance.
    tokens: Value,
}

impl Member {
    /// Invites a user who accepts.
    #[track_caller]
    fn new(world: &World, role: &str) -> Self {
        let (email, invited) = invite(world, role);
        let body = json!({"token": invited["invite_token"], "password": PASSWORD, "name": "Ann"});
        // The read of the user may lag behind its creation.
        let accept = || Some(world.hop().send(&post("/api/v1/invitations/accept", &body))).filter(|response| response.status != 401);
        let tokens = eventually("the invitation is accepted", accept).expect(200).json();
        Self { id: text(&tokens["user"]["id"]).to_owned(), email, tokens }
    }

    fn access(&self) -> &str {
        text(&self.tokens["access_token"])
    }

    fn sign_in(&self, hop: &Deployment, password: &str) -> Response {
        hop.send(&post("/api/v1/login", &json!({"email": self.email, "password": password})))
    }
}

fn invite(world: &World, role: &str) -> (String, Value) {
    let email = format!("{}@people.example", world.alias("account"));
    let invited = world.hop().send(&Call::post_json("/api/v1/users", &json!({"email": email, "role": role}))).expect(201).json();
    (email, invited)
}

fn refresh(hop: &Deployment, tokens: &Value) -> Response {
    hop.send(&post("/api/v1/token", &json!({"refresh_token": tokens["refresh_token"]})))
}

/// Creates a link with an access token.
fn create(hop: &Deployment, access: &str) -> Response {
    hop.send(&post("/api/v1/links", &json!({"target": TARGET})).with_key(access))
}

/// Waits until a refresh and a change of an ended session are refused.
#[track_caller]
fn wait_for_end(hop: &Deployment, tokens: &Value) {
    wait_for_refusal(|| refresh(hop, tokens));
    wait_for_refusal(|| create(hop, text(&tokens["access_token"])));
}

/// Waits until a request is refused because its session has ended. Until the store shows the end, the request succeeds;
/// it never asks the client to try again (503).
#[track_caller]
fn wait_for_refusal(send: impl Fn() -> Response) {
    eventually("the session has ended", || {
        let response = send();
        assert!(matches!(response.status, 200 | 201 | 204 | 401), "{}", response.text());
        (response.status == 401).then_some(())
    });
}

fn first_owner_is_set_up_once(world: &World) {
    let hop = Deployment::start(world.edge, &World::usual_settings());
    let body = json!({"email": "First@example.com", "name": "Ann", "password": PASSWORD});
    let response = hop.send(&Call::post_json("/api/v1/setup", &body)).expect(201);
    let user = response.json();
    assert_shape(&user, "user");
    assert_eq!((&user["role"], &user["state"], &user["email"]), (&json!("owner"), &json!("active"), &json!("first@example.com")));
    assert_eq!(response.header("location").unwrap(), format!("/api/v1/users/{}", text(&user["id"])));
    let again = eventually("the owner is seen", || {
        Some(hop.send(&Call::post_json("/api/v1/setup", &body))).filter(|response| response.status == 409)
    });
    again.problem(409, "user_state");
    let sign_in = || Some(hop.send(&post("/api/v1/login", &json!({"email": "FIRST@example.com", "password": PASSWORD}))));
    let tokens = eventually("the owner signs in", || sign_in().filter(|response| response.status == 200)).json();
    let me = Call::get("/api/v1/me").with_key(text(&tokens["access_token"]));
    let me = eventually("the session is seen", || Some(hop.send(&me)).filter(|response| response.status == 200)).json();
    assert_eq!((&me["role"], &me["principal"]), (&json!("owner"), &user["id"]));
}

fn invited_user_accepts_and_signs_in(world: &World) {
    let (hop, member) = (world.hop(), Member::new(world, "editor"));
    assert_shape(&member.tokens, "signed-in");
    assert_eq!((&member.tokens["token_type"], &member.tokens["expires_in"]), (&json!("Bearer"), &json!(900)));
    let user = &member.tokens["user"];
    assert_eq!((&user["name"], &user["role"], &user["state"]), (&json!("Ann"), &json!("editor"), &json!("active")));
    assert!(!user["last_login_at"].is_null());
    let response = member.sign_in(hop, PASSWORD).expect(200);
    assert_eq!(response.header("cache-control").unwrap(), "no-store");
    let tokens = response.json();
    assert_ne!(tokens["refresh_token"], member.tokens["refresh_token"], "each sign-in is a session of its own");
    let access = text(&tokens["access_token"]).to_owned();
    let me = eventually("the session is seen", || {
        Some(hop.send(&Call::get("/api/v1/me").with_key(&access))).filter(|response| response.status == 200)
    });
    let me = me.json();
    assert_shape(&me, "me-signed-in");
    assert_eq!(
        (&me["principal"], &me["user"], &me["key"], &me["role"]),
        (&json!(member.id), &json!(member.id), &Value::Null, &json!("editor"))
    );
    let link = create(hop, &access).expect(201).json();
    assert_eq!(link["owner"], json!(member.id));
    hop.send(&Call::get("/api/v1/users").with_key(&access)).problem(403, "forbidden");
}

fn invitation_is_used_once(world: &World) {
    let hop = world.hop();
    let (_, invited) = invite(world, "viewer");
    let path = format!("/api/v1/users/{}/invite", text(&invited["id"]));
    let renewed = eventually("the user is seen", || {
        Some(hop.send(&Call::new("POST", path.clone()).admin())).filter(|response| response.status == 201)
    });
    let renewed = renewed.json();
    let accept =
        |invited: &Value| hop.send(&post("/api/v1/invitations/accept", &json!({"token": invited["invite_token"], "password": PASSWORD})));
    eventually("the new invitation is seen", || (accept(&invited).status == 401).then_some(()));
    accept(&renewed).expect(200);
    eventually("the acceptance is seen", || (accept(&renewed).status == 401).then_some(()));
    eventually("no further invitation", || (hop.send(&Call::new("POST", path.clone()).admin()).status == 409).then_some(()));
    for token in ["", "hopinvite_", "nonsense", text(&renewed["invite_token"]).trim_end_matches(char::is_alphanumeric)] {
        let call = post("/api/v1/invitations/accept", &json!({"token": token, "password": PASSWORD}));
        hop.send(&call).problem(401, "unauthenticated");
    }
}

/// The parts of a refusal that could differ.
fn refusal(response: &Response) -> (Value, Vec<String>) {
    let mut problem = response.problem(401, "unauthenticated");
    problem["request_id"] = Value::Null;
    let names = response.header_names().into_iter().filter(|name| !name.eq_ignore_ascii_case("date")).map(str::to_ascii_lowercase);
    (problem, names.collect())
}

fn wrong_sign_ins_get_one_answer(world: &World) {
    let (hop, member) = (world.hop(), Member::new(world, "viewer"));
    let (invited, _) = invite(world, "viewer");
    let disabled = Member::new(world, "viewer");
    let patch = Call::new("PATCH", format!("/api/v1/users/{}", disabled.id)).json(&json!({"disabled": true})).admin();
    hop.send(&patch).expect(200);
    eventually("the user is disabled", || (disabled.sign_in(hop, PASSWORD).status == 401).then_some(()));
    let expected = refusal(&member.sign_in(hop, "not the password"));
    assert_eq!(expected.0["detail"], "The e-mail address or the password is wrong.");
    for (email, password) in [
        ("unknown@people.example", PASSWORD),
        (&*invited, PASSWORD),
        (&*disabled.email, PASSWORD),
        (&*member.email, ""),
        (&*member.email, "a password of the suit"),
        (&*member.email, "A password of the suite"),
        (&*member.email, &"x".repeat(40_000)),
        ("", PASSWORD),
        ("no address", PASSWORD),
        (&format!("{}@people.example", "x".repeat(300)), PASSWORD),
    ] {
        let response = hop.send(&post("/api/v1/login", &json!({"email": email, "password": password})));
        assert_eq!(refusal(&response), expected, "{email}");
    }
    member.sign_in(hop, PASSWORD).expect(200);
    let shouted = Member { email: member.email.to_uppercase(), ..member };
    shouted.sign_in(hop, PASSWORD).expect(200);
}

fn session_continues_with_the_latest_token(world: &World) {
    let (hop, member) = (world.hop(), Member::new(world, "editor"));
    let second = eventually("the session is seen", || Some(refresh(hop, &member.tokens)).filter(|response| response.status == 200));
    let second = second.json();
    assert_shape(&second, "signed-in");
    let repeated = refresh(hop, &member.tokens).expect(200).json();
    assert_eq!(repeated["refresh_token"], second["refresh_token"], "a client that lost the response gets the same token");
    let third = refresh(hop, &second).expect(200).json();
    assert_ne!(third["refresh_token"], second["refresh_token"]);
    let access = text(&third["access_token"]);
    create(hop, access).expect(201);
    // The first token is two behind now: somebody else has used its successor.
    refresh(hop, &refresh(hop, &third).expect(200).json()).expect(200);
    wait_for_end(hop, &member.tokens);
    wait_for_end(hop, &third);
    for token in ["", "hoprt_", "nonsense", &text(&third["refresh_token"]).replace("_3_", "_4_"), &"x".repeat(60_000)] {
        hop.send(&post("/api/v1/token", &json!({"refresh_token": token}))).problem(401, "unauthenticated");
    }
    hop.send(&post("/api/v1/token", &json!({}))).problem(401, "unauthenticated");
}

fn browser_keeps_the_token_in_a_cookie(world: &World) {
    let (hop, member) = (world.hop(), Member::new(world, "editor"));
    let own_page = |path: &str, body: &Value| post(path, body).header("Sec-Fetch-Site", "same-origin");
    let login = json!({"email": member.email, "password": PASSWORD, "browser": true});
    let response = hop.send(&own_page("/api/v1/login", &login)).expect(200);
    assert_eq!(response.json()["refresh_token"], Value::Null);
    let cookie = response.header("set-cookie").unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert!(pair.starts_with("__Host-hop-refresh=hoprt_"), "{cookie}");
    assert_eq!(attributes, "Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Strict");
    let with_cookie = |path: &str, pair: &str| own_page(path, &json!({})).header("Cookie", format!("a=b; {pair}; c=d"));
    let response =
        eventually("the session is seen", || Some(hop.send(&with_cookie("/api/v1/token", pair))).filter(|response| response.status == 200));
    assert_eq!(response.json()["refresh_token"], Value::Null);
    let next = response.header("set-cookie").unwrap();
    let next = next.split(';').next().unwrap();
    assert!(next != pair && next.starts_with("__Host-hop-refresh="));
    // An old browser sends `Origin` alone.
    let old = post("/api/v1/token", &json!({})).header("Cookie", next).header("Origin", format!("https://{DOMAIN}"));
    hop.send(&old).expect(200);
    let response = hop.send(&with_cookie("/api/v1/logout", next)).expect(204);
    let removed = response.header("set-cookie").unwrap();
    assert!(removed.starts_with("__Host-hop-refresh=; Path=/; Max-Age=0; Secure"), "{removed}");
    wait_for_refusal(|| hop.send(&with_cookie("/api/v1/token", next)));
    let (_, invited) = invite(world, "viewer");
    let accept = json!({"token": invited["invite_token"], "password": PASSWORD, "browser": true});
    let response = eventually("the invitation is seen", || {
        Some(hop.send(&own_page("/api/v1/invitations/accept", &accept))).filter(|response| response.status == 200)
    });
    assert!(response.header("set-cookie").unwrap().starts_with("__Host-hop-refresh=hoprt_"));
}

fn other_sites_cannot_use_the_cookie(world: &World) {
    let (hop, member) = (world.hop(), Member::new(world, "editor"));
    let cookie = format!("__Host-hop-refresh={}", text(&member.tokens["refresh_token"]));
    let headers: [&[(&str, &str)]; 7] = [
        &[],
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Sec-Fetch-Site", "none")],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", "https://hop.example")],
    ];
    for headers in headers {
        let with_headers = |call: Call| headers.iter().fold(call, |call, (name, value)| call.header(name, *value));
        for path in ["/api/v1/token", "/api/v1/logout"] {
            let response = hop.send(&with_headers(post(path, &json!({})).header("Cookie", &*cookie)));
            response.problem(403, "forbidden");
        }
        let login = json!({"email": member.email, "password": PASSWORD, "browser": true});
        hop.send(&with_headers(post("/api/v1/login", &login))).problem(403, "forbidden");
        let accept = json!({"token": "x", "password": PASSWORD, "browser": true});
        hop.send(&with_headers(post("/api/v1/invitations/accept", &accept))).problem(403, "forbidden");
    }
    // A form of another site cannot send JSON, and a page of another domain of hop is another site too.
    let form = Call::new("POST", "/api/v1/token").header("Cookie", &*cookie).header("Content-Type", "text/plain").body("{}");
    hop.send(&form).problem(415, "unsupported_media_type");
    let other = post("/api/v1/token", &json!({})).header("Cookie", &*cookie).header("Origin", format!("https://{OTHER_DOMAIN}"));
    hop.send(&other).problem(403, "forbidden");
    // The cookie is read by these endpoints alone.
    let me = Call::get("/api/v1/me").header("Cookie", &*cookie).header("Sec-Fetch-Site", "same-origin");
    hop.send(&me).problem(401, "unauthenticated");
    refresh(hop, &member.tokens).expect(200);
}

fn sign_out_ends_one_or_all_sessions(world: &World) {
    let (hop, member) = (world.hop(), Member::new(world, "editor"));
    let [one, two, three] = [(); 3].map(|()| member.sign_in(hop, PASSWORD).expect(200).json());
    let sign_out = |tokens: &Value, everywhere: bool| {
        let body = json!({"refresh_token": tokens["refresh_token"], "everywhere": everywhere});
        hop.send(&post("/api/v1/logout", &body))
    };
    let signed_out = |tokens: &Value, everywhere| {
        eventually("the session is seen", || Some(sign_out(tokens, everywhere)).filter(|response| response.status != 503))
    };
    signed_out(&one, false).expect(204);
    wait_for_end(hop, &one);
    sign_out(&one, false).problem(401, "unauthenticated");
    refresh(hop, &two).expect(200);
    signed_out(&two, true).expect(204);
    for tokens in [&two, &three, &member.tokens] {
        wait_for_end(hop, tokens);
    }
    hop.send(&post("/api/v1/logout", &json!({}))).problem(401, "unauthenticated");
    member.sign_in(hop, PASSWORD).expect(200);
}

fn new_password_ends_other_sessions(world: &World) {
    let (hop, member) = (world.hop(), Member::new(world, "editor"));
    let other = member.sign_in(hop, PASSWORD).expect(200).json();
    let change =
        |current: &str, new: &str| hop.send(&post("/api/v1/password", &json!({"current": current, "new": new})).with_key(member.access()));
    let changed = |current: &str, new: &str| {
        eventually("the session is seen", || Some(change(current, new)).filter(|response| response.status != 503))
    };
    changed("not this password", "not the password").problem(403, "forbidden");
    let problem = changed(PASSWORD, "too short").problem(422, "invalid_fields");
    assert_eq!(field_errors(&problem), [("/new".to_owned(), "out_of_range".to_owned())]);
    changed(PASSWORD, "another one of the suite").expect(204);
    eventually("the new password is seen", || (member.sign_in(hop, "another one of the suite").status == 200).then_some(()));
    member.sign_in(hop, PASSWORD).problem(401, "unauthenticated");
    wait_for_end(hop, &other);
    create(hop, member.access()).expect(201);
    refresh(hop, &member.tokens).expect(200);
}

fn forgotten_password_is_reset_once(world: &World) {
    let (hop, member) = (world.hop(), Member::new(world, "editor"));
    let path = format!("/api/v1/users/{}/reset", member.id);
    let issue = || {
        eventually("the user is seen", || {
            Some(hop.send(&Call::new("POST", path.clone()).admin())).filter(|response| response.status == 201)
        })
    };
    let (first, second) = (issue().json(), issue().json());
    assert_shape(&second, "reset-token");
    let reset = |token: &Value| {
        hop.send(&post("/api/v1/password/reset", &json!({"token": token["reset_token"], "new": "another one of the suite"})))
    };
    eventually("the second reset is seen", || (reset(&first).status == 401).then_some(()));
    member.sign_in(hop, PASSWORD).expect(200);
    reset(&second).expect(204);
    eventually("the reset is seen", || (reset(&second).status == 401).then_some(()));
    eventually("the new password is seen", || (member.sign_in(hop, "another one of the suite").status == 200).then_some(()));
    member.sign_in(hop, PASSWORD).problem(401, "unauthenticated");
    wait_for_end(hop, &member.tokens);
    // Someone who has not accepted an invitation has no password to reset.
    let (_, invited) = invite(world, "viewer");
    let path = format!("/api/v1/users/{}/reset", text(&invited["id"]));
    let refused = || Some(hop.send(&Call::new("POST", path.clone()).admin())).filter(|response| response.status != 404);
    eventually("the user is seen", refused).problem(409, "user_state");
    hop.send(&Call::new("POST", "/api/v1/users/usr_11111111111111111/reset").admin()).problem(404, "not_found");
    hop.send(&post("/api/v1/password/reset", &json!({"token": "nonsense", "new": PASSWORD}))).problem(401, "unauthenticated");
    // Only owners may know a token of an owner.
    let owner = Member::new(world, "owner");
    let admin = Member::new(world, "admin");
    let of_owner = Call::new("POST", format!("/api/v1/users/{}/reset", owner.id)).with_key(admin.access());
    let refused = || Some(hop.send(&of_owner)).filter(|response| !matches!(response.status, 404 | 503));
    eventually("the owner is seen", refused).problem(403, "forbidden");
}

fn sessions_are_listed_and_ended(world: &World) {
    let (hop, member) = (world.hop(), Member::new(world, "editor"));
    let other = member.sign_in(hop, PASSWORD).expect(200).json();
    let list = |query: &str| hop.send(&Call::get(format!("/api/v1/sessions{query}")).with_key(member.access()));
    let both = eventually("both sessions are listed", || {
        Some(list(""))
            .filter(|response| response.status == 200)
            .map(|response| response.json())
            .filter(|page| page["items"].as_array().unwrap().len() == 2)
    });
    assert_shape(&both, "sessions");
    let current: Vec<bool> = both["items"].as_array().unwrap().iter().map(|session| session["current"] == true).collect();
    assert_eq!(current.iter().filter(|current| **current).count(), 1);
    assert_eq!(both["items"][0]["browser"], "firefox");
    let first = list("?limit=1").expect(200).json();
    let next = hop.send(&Call::get(text(&first["next"])).with_key(member.access())).expect(200).json();
    assert_eq!((&first["items"][0]["id"], &next["items"][0]["id"]), (&both["items"][0]["id"], &both["items"][1]["id"]));
    let problem = list("?limit=0&x=1").problem(422, "invalid_fields");
    assert_eq!(field_errors(&problem).len(), 2);
    let id =
        both["items"].as_array().unwrap().iter().find(|session| session["current"] == false).map(|session| text(&session["id"])).unwrap();
    let end = |id: &str, key: &str| hop.send(&Call::new("DELETE", format!("/api/v1/sessions/{id}")).with_key(key));
    let stranger = Member::new(world, "owner");
    eventually("the stranger's session is seen", || (end(id, stranger.access()).status == 404).then_some(()));
    end(id, member.access()).expect(204);
    wait_for_end(hop, &other);
    eventually("it is ended once", || (end(id, member.access()).status == 404).then_some(()));
    end("nonsense", member.access()).problem(404, "not_found");
    hop.send(&Call::new("DELETE", format!("/api/v1/sessions/{id}?x=1")).with_key(member.access())).problem(422, "invalid_fields");
    eventually("one is left", || (list("").json()["items"].as_array()?.len() == 1).then_some(()));
    hop.send(&Call::get("/api/v1/sessions")).problem(401, "unauthenticated");
    hop.send(&Call::new("DELETE", "/api/v1/sessions/x")).problem(401, "unauthenticated");
}

fn forged_tokens_get_one_answer(world: &World) {
    let (hop, base64) = (world.hop(), |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes));
    let valid = forge().valid(now());
    let [header, claims, _]: [&str; 3] = valid.split('.').collect::<Vec<_>>().try_into().unwrap();
    let sign = |header: &str, claims: &str| {
        let signed = format!("{header}.{claims}");
        format!("{signed}.{}", base64(&forge().signature(&signed)))
    };
    let at = |millis: u64| forge().valid(Timestamp::from_millis(millis));
    let none = base64(br#"{"alg":"none","typ":"at+jwt"}"#);
    let jku = base64(br#"{"alg":"HS256","typ":"at+jwt","kid":"x","jku":"https://evil.example/"}"#);
    let tokens = [
        format!("{none}.{claims}."),
        sign(&none, claims),
        sign(&jku, claims),
        sign(header, &base64(b"{}")),
        format!("{header}.{claims}.{}", base64(&[7; 32])),
        format!("{valid}="),
        format!("{header}.{claims}"),
        at(now().as_millis() - 901_000),
        at(now().as_millis() + 180_000),
        TokenForge { pepper: "the-pepper-of-another-deployment", ..forge() }.valid(now()),
        TokenForge { issuer: "https://evil.example", ..forge() }.valid(now()),
        format!("eyJ{}", "A".repeat(4_000)),
    ];
    let call = |token: &str| Call::get("/api/v1/links").with_key(token);
    hop.send(&call(&valid)).expect(200);
    let expected = refusal(&hop.send(&call("nonsense")));
    for token in tokens {
        assert_eq!(refusal(&hop.send(&call(&token))), expected, "{token}");
    }
    // A change reads the session, which does not exist.
    assert_eq!(refusal(&create(hop, &valid)), expected);
}

fn disabled_user_can_only_read(world: &World) {
    let (hop, member) = (world.hop(), Member::new(world, "editor"));
    eventually("the session is seen", || (create(hop, member.access()).status == 201).then_some(()));
    let patch = Call::new("PATCH", format!("/api/v1/users/{}", member.id)).json(&json!({"disabled": true})).admin();
    hop.send(&patch).expect(200);
    eventually("the user is disabled", || (create(hop, member.access()).status == 401).then_some(()));
    refresh(hop, &member.tokens).problem(401, "unauthenticated");
    hop.send(&Call::get("/api/v1/me").with_key(member.access())).problem(401, "unauthenticated");
    // For 15 minutes, as docs/SECURITY.md says.
    hop.send(&Call::get("/api/v1/links").with_key(member.access())).expect(200);
}

fn keys_have_no_session(world: &World) {
    let hop = world.hop();
    let change = json!({"current": PASSWORD, "new": PASSWORD});
    hop.send(&Call::post_json("/api/v1/password", &change)).problem(403, "forbidden");
    hop.send(&Call::get("/api/v1/sessions").admin()).problem(403, "forbidden");
    hop.send(&Call::new("DELETE", "/api/v1/sessions/x").admin()).problem(403, "forbidden");
    hop.send(&post("/api/v1/password", &change)).problem(401, "unauthenticated");
    hop.send(&post("/api/v1/setup", &json!({}))).problem(401, "unauthenticated");
    hop.send(&Call::new("POST", "/api/v1/users/usr_1/reset")).problem(401, "unauthenticated");
    let key = world.key(&world.user("owner"), &["users:admin"], &json!({}));
    hop.send(&post("/api/v1/setup", &json!({})).with_key(text(&key["secret"]))).problem(403, "forbidden");
    assert_eq!(hop.send(&Call::get("/api/v1/me").admin()).expect(200).json()["session"], Value::Null);
}

fn wrong_bodies_are_refused(world: &World) {
    let (hop, member) = (world.hop(), Member::new(world, "viewer"));
    eventually("the session is seen", || (hop.send(&Call::get("/api/v1/me").with_key(member.access())).status == 200).then_some(()));
    for (path, fields) in [
        ("/api/v1/setup", &["/email", "/name", "/password"][..]),
        ("/api/v1/invitations/accept", &["/token", "/password"]),
        ("/api/v1/login", &["/email", "/password"]),
        ("/api/v1/token", &[]),
        ("/api/v1/logout", &[]),
        ("/api/v1/password", &["/current", "/new"]),
        ("/api/v1/password/reset", &["/token", "/new"]),
    ] {
        let call = |body: Vec<u8>| {
            let call = Call::new("POST", path).header("Content-Type", "application/json").body(body);
            if path == "/api/v1/password" { call.with_key(member.access()) } else { call.admin() }
        };
        hop.send(&call(b"{".to_vec())).problem(400, "malformed_json");
        hop.send(&call(format!("{{\"x\":\"{}\"}}", "x".repeat(65_536)).into_bytes())).problem(413, "too_large");
        hop.send(&call(b"{}".to_vec()).header("Content-Type", "text/plain")).problem(415, "unsupported_media_type");
        let problem = hop.send(&call(br#"{"x":1}"#.to_vec())).problem(422, "invalid_fields");
        let errors: Vec<String> = field_errors(&problem).into_iter().map(|(field, _)| field).collect();
        assert_eq!(errors.iter().filter(|field| *field != "/x").collect::<Vec<_>>(), fields.iter().collect::<Vec<_>>(), "{path}");
        assert!(errors.contains(&"/x".to_owned()), "{path}");
    }
    let reset = format!("/api/v1/users/{}/reset?x=1", member.id);
    hop.send(&Call::new("POST", reset).admin()).problem(422, "invalid_fields");
    let long = json!({"email": member.email, "name": "Ann", "password": "x".repeat(1_025)});
    let problem = hop.send(&Call::post_json("/api/v1/setup", &long)).problem(422, "invalid_fields");
    assert_eq!(field_errors(&problem), [("/password".to_owned(), "too_long".to_owned())]);
    // One of the most common passwords, in any case.
    for (path, body, field) in [
        ("/api/v1/setup", json!({"email": member.email, "name": "Ann", "password": COMMON}), "/password"),
        ("/api/v1/invitations/accept", json!({"token": "x", "password": COMMON}), "/password"),
        ("/api/v1/password", json!({"current": PASSWORD, "new": COMMON.to_uppercase()}), "/new"),
        ("/api/v1/password/reset", json!({"token": "x", "new": COMMON}), "/new"),
    ] {
        let call = Call::new("POST", path).json(&body);
        let call = if path == "/api/v1/password" { call.with_key(member.access()) } else { call.admin() };
        let problem = hop.send(&call).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), "common_password".to_owned())], "{path}");
    }
}
