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
