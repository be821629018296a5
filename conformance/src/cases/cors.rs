//! Cross-origin requests: pages of the configured origins may call the API, all others may not.

use hop_core::endpoints::{ENDPOINTS, Endpoint};

use super::{TARGET, cases, link};
use crate::client::{Call, Response};
use crate::world::{APP, DOMAIN, World};

cases!("cors":
    preflight_needs_no_key_and_names_allowed_requests,
    every_api_response_allows_the_configured_origin,
    other_origins_are_not_allowed,
    responses_for_visitors_have_no_cors_headers,
    no_cors_headers_without_configured_origins,
);

const EXPOSED: &str = "ETag, Location, Link, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id";

fn is_api(row: &&Endpoint) -> bool {
    row.pattern.starts_with("/api/v1/") || ["/shorten", "/openapi.json", "/capabilities", "/metrics"].contains(&row.pattern)
}

fn preflight(path: &str, origin: &str) -> Call {
    let call = Call::new("OPTIONS", path).header("Origin", origin).header("Access-Control-Request-Method", "PATCH");
    call.header("Access-Control-Request-Headers", "authorization,content-type,if-match")
}

/// The CORS headers of a response, with their values.
fn cors_headers(response: &Response) -> Vec<(&str, String)> {
    let of_cors = response.header_names().into_iter().filter(|name| name.starts_with("access-control-") || *name == "vary");
    of_cors.map(|name| (name, response.header_values(name).join(", "))).collect()
}

#[track_caller]
fn assert_readable(response: &Response) {
    let expected = [("access-control-allow-origin", APP), ("access-control-expose-headers", EXPOSED), ("vary", "Origin")];
    assert_eq!(cors_headers(response), expected.map(|(name, value)| (name, value.to_owned())), "{}", response.status);
}

fn preflight_needs_no_key_and_names_allowed_requests(world: &World) {
    for row in ENDPOINTS.iter().filter(is_api) {
        let response = world.hop().send(&preflight(row.pattern, APP)).expect(204);
        let allow = response.header("allow").unwrap();
        assert!(allow.contains(row.method), "{}: {allow}", row.pattern);
        let expected = [
            ("access-control-allow-headers", "authorization, content-type, idempotency-key, if-match"),
            ("access-control-allow-methods", &*allow),
            ("access-control-allow-origin", APP),
            ("access-control-max-age", "7200"),
            ("vary", "Origin"),
        ];
        assert_eq!(cors_headers(&response), expected.map(|(name, value)| (name, value.to_owned())), "{}", row.pattern);
        assert!(response.body.is_empty());
    }
    assert_readable(&world.hop().send(&Call::new("OPTIONS", "/api/v1/links").header("Origin", APP)).expect(204));
}

fn every_api_response_allows_the_configured_origin(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("cors"));
    let json = |method: &str, path: &str, body: &str| {
        Call::new(method, path).admin().header("Content-Type", "application/json").header("Origin", APP).body(body)
    };
    let get = |path: &str| Call::get(path).header("Origin", APP);
    let create = format!(r#"{{"alias":"{alias}","target":"{TARGET}"}}"#);
    for (call, status) in [
        (json("POST", "/api/v1/links", &create), 201),
        (json("POST", "/api/v1/links", &create), 409),
        (json("POST", "/api/v1/links", "{"), 400),
        (json("POST", "/api/v1/links", "{}"), 422),
        (json("POST", "/shorten", &format!(r#"{{"url":"{TARGET}"}}"#)), 201),
        (json("PUT", "/api/v1/links", "{}"), 405),
        (get("/api/v1/links").admin(), 200),
        (get("/api/v1/links/no-such-link").admin(), 404),
        (get("/api/v1/export").admin(), 200),
        (get("/api/v1/tags"), 401),
        (get("/api/v1/tags").header("Authorization", "Bearer x"), 401),
        (get("/openapi.json"), 200),
        (get("/capabilities"), 200),
        (get("/metrics").admin(), 200),
        (Call::new("HEAD", "/capabilities").header("Origin", APP), 200),
        (get("/capabilities").host("nowhere.example"), 404),
        (preflight("/capabilities", APP).host("nowhere.example"), 404),
    ] {
        assert_readable(&hop.send(&call).expect(status));
    }
    assert_readable(&world.without_store().send(&get("/api/v1/links").admin()).expect(503));
}

fn other_origins_are_not_allowed(world: &World) {
    let [capitals, port, slash, twice] = [APP.to_uppercase(), format!("{APP}:443"), format!("{APP}/"), format!("{APP}, {APP}")];
    let own_origin = format!("https://{DOMAIN}");
    let [beside, below] = [format!("{APP}.evil.example"), APP.replace("https://", "https://evil.")];
    for origin in
        [&*capitals, &port, &slash, &twice, &own_origin, &beside, &below, "https://evil.example", "http://app.example", "null", "*", ""]
    {
        for call in [Call::get("/capabilities").header("Origin", origin), preflight("/api/v1/links", origin)] {
            let response = world.hop().send(&call);
            assert_eq!(cors_headers(&response), [("vary", "Origin".to_owned())], "{origin:?}");
        }
        let plain = world.hop().send(&Call::new("OPTIONS", "/api/v1/links"));
        let foreign = world.hop().send(&preflight("/api/v1/links", origin)).expect(204);
        assert_eq!((foreign.header_names(), foreign.header("allow")), (plain.header_names(), plain.header("allow")));
    }
    let doubled = Call::get("/capabilities").header("Origin", APP);
    for other in [APP, "https://evil.example"] {
        assert_eq!(cors_headers(&world.hop().send(&doubled.clone().header("Origin", other))), [("vary", "Origin".to_owned())]);
    }
    assert_eq!(cors_headers(&world.hop().send(&Call::get("/capabilities"))), [("vary", "Origin".to_owned())]);
}

fn responses_for_visitors_have_no_cors_headers(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("cors"));
    link(hop, &alias, TARGET);
    let redirect = hop.send(&Call::get(format!("/{alias}")).header("Origin", APP)).expect(302);
    assert_eq!(redirect.header_names(), ["cache-control", "location", "referrer-policy", "x-request-id"]);
    let form = Call::new("POST", format!("/{alias}")).header("Content-Type", "application/x-www-form-urlencoded").body("password=x");
    let mut calls = vec![form.header("Origin", APP), preflight(&format!("/{alias}"), APP), preflight("/", APP)];
    for path in [&*format!("/{alias}+"), "/", "/no-such-link", "/problems/not_found", "/robots.txt", "/favicon.ico", "/health", "/ready"] {
        calls.push(Call::get(path).header("Origin", APP));
    }
    for call in calls {
        let response = hop.send(&call);
        assert!(cors_headers(&response).iter().all(|(name, value)| *name == "vary" && value == "Accept"), "{call:?}: {response:?}");
    }
}

fn no_cors_headers_without_configured_origins(world: &World) {
    for call in [Call::get("/capabilities").header("Origin", APP), preflight("/capabilities", APP)] {
        assert_eq!(cors_headers(&world.case_insensitive().send(&call)), []);
    }
}
