//! Response headers: the exact set for one response of each kind.

use serde_json::json;

use super::{TARGET, address, cases, create, readable};
use crate::client::{Call, Response};
use crate::world::World;

cases!("headers":
    each_kind_of_response_has_exactly_its_headers,
    unknown_host_gets_no_hsts,
);

/// The policy of every response except redirects and pages.
const STRICT_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The headers of a response. `*` stands for values that differ each time.
fn headers(response: &Response) -> Vec<(&str, String)> {
    let named = response.header_names().into_iter().map(|name| (name, response.header_values(name).join(", ")));
    named.map(|(name, value)| if ["etag", "x-request-id"].contains(&name) { (name, "*".into()) } else { (name, value) }).collect()
}

/// The headers of every response except redirects, and these.
fn with_security_headers<'a>(policy: &'a str, further: &[(&'a str, &'a str)]) -> Vec<(&'a str, String)> {
    let mut expected = vec![
        ("cache-control", "no-store"),
        ("content-security-policy", policy),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        ("strict-transport-security", "max-age=31536000"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", "*"),
    ];
    expected.extend(further);
    expected.sort_unstable();
    expected.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

fn each_kind_of_response_has_exactly_its_headers(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("headers"));
    create(hop, &json!({"alias": alias, "target": TARGET})).expect(201);
    readable(hop, &alias, |link| link.is_some());
    let get = |path: &str, status: u16| hop.send(&Call::get(path).admin()).expect(status);
    let origin = ("vary", "Origin");
    let typed = |media_type: &'static str| ("content-type", media_type);

    let found = get(&address(&alias), 200);
    assert_eq!(headers(&found), with_security_headers(STRICT_POLICY, &[typed("application/json"), ("etag", "*"), origin]));
    let problem = get("/api/v1/links/no-such-link", 404);
    assert_eq!(headers(&problem), with_security_headers(STRICT_POLICY, &[typed("application/problem+json"), origin]));
    let numbers = get("/metrics", 200);
    assert_eq!(headers(&numbers), with_security_headers(STRICT_POLICY, &[typed("text/plain; version=0.0.4; charset=utf-8"), origin]));
    let file = get("/api/v1/export?limit=1", 200);
    let pages = file.header_values("link").join(", ");
    let pages = Some(("link", &*pages)).filter(|(_, pages)| !pages.is_empty());
    let further: Vec<_> = [typed("application/x-ndjson"), origin].into_iter().chain(pages).collect();
    assert_eq!(headers(&file), with_security_headers(STRICT_POLICY, &further));
    let picture = get(&format!("{}/qr", address(&alias)), 200);
    let name = format!("inline; filename*=UTF-8''{alias}.svg");
    let further = [typed("image/svg+xml"), ("content-disposition", &*name), origin];
    assert_eq!(headers(&picture), with_security_headers(&format!("{STRICT_POLICY}; sandbox"), &further));
    let text = get("/robots.txt", 200);
    let cached = with_security_headers(STRICT_POLICY, &[typed("text/plain; charset=utf-8")]);
    let cached: Vec<_> =
        cached.into_iter().map(|(name, value)| (name, if value == "no-store" { "public, max-age=300".into() } else { value })).collect();
    assert_eq!(headers(&text), cached);
    assert_eq!(headers(&get("/favicon.ico", 204)), with_security_headers(STRICT_POLICY, &[]));

    let page = hop.send(&Call::get("/no-such-link").header("Accept", "text/html")).expect(404);
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"),
        "{policy}"
    );
    assert_eq!(headers(&page), with_security_headers(&policy, &[typed("text/html; charset=utf-8"), ("vary", "Accept")]));

    let redirect = get(&format!("/{alias}"), 302);
    let expected = [
        ("cache-control", "private, no-store"),
        ("location", TARGET),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("x-request-id", "*"),
    ];
    assert_eq!(headers(&redirect), expected.map(|(name, value)| (name, value.to_owned())));
}

fn unknown_host_gets_no_hsts(world: &World) {
    for path in ["/ready", "/", "/capabilities"] {
        let response = world.hop().send(&Call::get(path).host("nowhere.example"));
        assert_eq!(response.header("strict-transport-security"), None, "{path}");
    }
}
