//! Rate limits: 429 once the units are used up, with headers that name the limit. The deployment has few units, and
//! windows of a day, so that no window ends during a case. Each case uses networks of its own.

use hop_core::endpoints::ENDPOINTS;
use serde_json::json;

use super::{cases, eventually};
use crate::client::{Call, Response};
use crate::edges::Edge;
use crate::places::{AUSTRIA, DATA_CENTRE, FRANCE, GERMANY, GRAZ, NOWHERE};
use crate::world::World;

cases!("rate_limits":
    invalid_credentials_are_limited_at_every_endpoint,
    creating_links_is_limited_per_key,
    anyone_shortens_under_a_limit,
    sign_ins_and_refreshes_are_limited,
    reports_are_limited_per_network_and_together,
    unknown_aliases_are_limited_by_the_platform,
);

/// Asserts that the limit `name` of `units` units a day is used up.
#[track_caller]
fn assert_limited(response: &Response, name: &str, units: u32) {
    response.problem(429, "rate_limited");
    let wait = response.header("retry-after").unwrap();
    assert!((1..=86_400).contains(&wait.parse::<u32>().unwrap()), "{wait}");
    assert_eq!(response.header("ratelimit").unwrap(), format!("\"{name}\";r=0;t={wait}"));
    assert_eq!(response.header("ratelimit-policy").unwrap(), format!("\"{name}\";q={units};w=86400"));
    assert_eq!(response.header("www-authenticate"), None);
}

fn invalid_credentials_are_limited_at_every_endpoint(world: &World) {
    let hop = world.limited();
    let me = |key: &str| Call::get("/api/v1/me").with_key(key).from(GERMANY);
    for _ in 0..5 {
        hop.send(&me("an invalid key")).problem(401, "unauthenticated");
    }
    for row in ENDPOINTS.iter().filter(|row| row.takes_credential()) {
        let path: Vec<&str> = row.pattern.split('/').map(|segment| if segment.starts_with('{') { "x" } else { segment }).collect();
        let call = Call::new(row.method, path.join("/")).with_key("an invalid key").from(GERMANY);
        assert_limited(&hop.send(&call), "credentials", 5);
    }
    for (path, body) in [
        ("/api/v1/invitations/accept", json!({"token": "x", "password": super::accounts::PASSWORD})),
        ("/api/v1/password/reset", json!({"token": "x", "new": super::accounts::PASSWORD})),
        ("/api/v1/token", json!({"refresh_token": "x"})),
        ("/api/v1/logout", json!({"refresh_token": "x"})),
    ] {
        assert_limited(&hop.send(&Call::new("POST", path).json(&body).from(GERMANY)), "credentials", 5);
    }
    let other_scheme = Call::get("/api/v1/me").header("Authorization", "Basic x").from(GERMANY);
    assert_limited(&hop.send(&other_scheme), "credentials", 5);
    hop.send(&me(crate::world::ADMIN_KEY)).expect(200);
    hop.send(&Call::get("/api/v1/me").from(GERMANY)).problem(401, "unauthenticated");
    hop.send(&Call::get("/api/v1/me").with_key("an invalid key").from(AUSTRIA)).problem(401, "unauthenticated");
}

fn creating_links_is_limited_per_key(world: &World) {
    let hop = world.limited();
    let link = json!({"target": "https://example.com/"});
    let calls = [
        Call::post_json("/shorten", &json!({"url": "https://example.com/"})),
        Call::post_json("/api/v1/links", &link),
        Call::post_json("/api/v1/batch", &json!({"items": [{"op": "create", "link": link}]})),
        Call::new("POST", "/api/v1/import").header("Content-Type", "application/x-ndjson").body(link.to_string()).admin(),
    ];
    for call in &calls {
        assert!(hop.send(call).status < 300);
    }
    for call in &calls {
        assert_limited(&hop.send(call), "create", 4);
    }
    hop.send(&Call::get("/api/v1/links").admin()).expect(200);
}

/// Strangers use up the attempts of an account, but not those of a device that signed in before.
fn sign_ins_and_refreshes_are_limited(world: &World) {
    let (hop, email, password) = (world.limited(), format!("{}@people.example", world.alias("limited")), super::accounts::PASSWORD);
    let invited = hop.send(&Call::post_json("/api/v1/users", &json!({"email": email}))).expect(201).json();
    let accept = json!({"token": invited["invite_token"], "password": password});
    let accept = Call::new("POST", "/api/v1/invitations/accept").json(&accept);
    let accepted = eventually("the invitation is seen", || Some(hop.send(&accept)).filter(|response| response.status == 200)).json();
    let refresh = Call::new("POST", "/api/v1/token").json(&json!({"refresh_token": accepted["refresh_token"]}));
    for _ in 0..2 {
        eventually("the session is seen", || (hop.send(&refresh).status == 200).then_some(()));
    }
    assert_limited(&hop.send(&refresh), "refresh", 2);
    let sign_in = |password: &str, place| {
        let body = json!({"email": email, "password": password, "browser": true});
        Call::new("POST", "/api/v1/login").json(&body).header("Sec-Fetch-Site", "same-origin").from(place)
    };
    let response = eventually("the user is seen", || Some(hop.send(&sign_in(password, AUSTRIA))).filter(|response| response.status == 200));
    let cookies = response.header_values("set-cookie");
    let device = cookies.iter().find(|cookie| cookie.starts_with("__Host-hop-device-")).expect("a cookie for the device");
    assert!(device.ends_with("; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Strict"), "{device}");
    for _ in 0..3 {
        hop.send(&sign_in("not this password", GERMANY)).problem(401, "unauthenticated");
    }
    assert_limited(&hop.send(&sign_in("not this password", GERMANY)), "sign-in-network", 3);
    assert_limited(&hop.send(&sign_in(password, FRANCE)), "sign-in-account", 4);
    let known = sign_in(password, FRANCE).header("Cookie", device.split(';').next().unwrap_or_default());
    for _ in 0..2 {
        hop.send(&known).expect(200);
    }
    assert_limited(&hop.send(&known), "sign-in-device", 2);
    let other = json!({"email": "unknown@people.example", "password": password});
    let other = Call::new("POST", "/api/v1/login").json(&other).from(NOWHERE);
    hop.send(&other.header("Cookie", device.split(';').next().unwrap_or_default())).problem(401, "unauthenticated");
}

fn anyone_shortens_under_a_limit(world: &World) {
    let shorten_url = |url: &str| Call::new("POST", "/shorten").json(&json!({"url": url}));
    let shorten = shorten_url("https://example.com/");
    world.hop().send(&shorten).problem(401, "unauthenticated");
    assert_eq!(world.hop().send(&Call::get("/capabilities")).json()["public_shorten"], false);
    let hop = world.limited();
    assert_eq!(hop.send(&Call::get("/capabilities")).json()["public_shorten"], true);
    let by = |call: &Call, place| hop.send(&call.clone().from(place));
    let made = by(&shorten, FRANCE).expect(201).json();
    let alias = made["short_id"].as_str().unwrap();
    let location = eventually("the new link redirects", || hop.send(&Call::get(format!("/{alias}"))).header("location"));
    assert_eq!(location, "https://example.com/");
    by(&shorten_url("https://hop.example/x"), FRANCE).problem(422, "invalid_fields");
    assert_limited(&by(&shorten, FRANCE), "public-shorten", 2);
    by(&shorten, DATA_CENTRE).expect(201);
    let event = eventually("the link is in the audit log", || {
        let events = hop.send(&Call::get("/api/v1/audit").admin()).expect(200).json();
        events["items"].as_array().unwrap().iter().find(|event| event["alias"] == *alias).cloned()
    });
    assert_eq!((&event["principal"], &event["user"]), (&json!("public"), &json!(null)));
    let other = Call::new("POST", "/api/v1/links").json(&json!({"target": "https://example.com/"}));
    by(&other, GRAZ).problem(401, "unauthenticated");
}

/// The page keeps what was typed when a limit is used up.
fn reports_are_limited_per_network_and_together(world: &World) {
    let hop = world.limited();
    // Without a key: another case uses up the limit of the admin.
    let link = Call::new("POST", "/shorten").json(&json!({"url": "https://example.com/"})).from(GRAZ);
    let alias = hop.send(&link).expect(201).json()["short_id"].as_str().unwrap().to_owned();
    let url = format!("https://hop.example/{alias}");
    let report = Call::new("POST", "/api/v1/reports").json(&json!({"url": url, "reason": "spam"}));
    let form = format!("url=https%3A%2F%2Fhop.example%2F{alias}&reason=spam&detail=a+story");
    let form = Call::new("POST", "/report").header("Content-Type", "application/x-www-form-urlencoded").body(form);
    eventually("the link is seen", || (hop.send(&Call::get(format!("/{alias}"))).status == 302).then_some(()));
    for place in [GERMANY, FRANCE] {
        hop.send(&report.clone().from(place)).expect(202);
        hop.send(&form.clone().from(place)).expect(200);
        assert_limited(&hop.send(&report.clone().from(place)), "report", 2);
        assert_limited(&hop.send(&form.clone().from(place)), "report", 2);
    }
    assert_limited(&hop.send(&report.clone().from(AUSTRIA)), "report-all", 4);
    let page = hop.send(&form.header("Accept", "text/html").from(AUSTRIA)).expect(429);
    assert_eq!(page.header("ratelimit-policy").unwrap(), "\"report-all\";q=4;w=86400");
    assert!(page.text().contains("a story</textarea>"), "{}", page.text());
}

/// The platform counts near the visitor, and not exactly. Compute has no such limiter.
fn unknown_aliases_are_limited_by_the_platform(world: &World) {
    let hop = world.limited();
    let ask = |number: u32, end: &str| hop.send(&Call::get(format!("/unknown-{number}{end}")).from(NOWHERE));
    let statuses: Vec<u16> = (0..100).map(|number| ask(number, "").status).collect();
    if world.edge == Edge::Viceroy {
        assert!(statuses.iter().all(|status| *status == 404), "{statuses:?}");
        return;
    }
    // A window of the platform may end meanwhile.
    assert!(statuses.starts_with(&[404]) && statuses.ends_with(&[429]), "{statuses:?}");
    for end in ["", "+"] {
        let refused = ask(200, end);
        refused.problem(429, "rate_limited");
        assert_eq!(refused.header("retry-after").unwrap(), "60");
    }
    hop.send(&Call::get("/").from(NOWHERE)).expect(200);
    hop.send(&Call::get("/unknown").from(GRAZ)).problem(404, "not_found");
}
