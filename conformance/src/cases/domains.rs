//! Domains: those added through the API, and the redirects of a domain for its root, unknown aliases and ended links.

use serde_json::{Value, json};

use super::{TARGET, address as link_address, cases, create, eventually, field_errors};
use crate::client::{Call, Response};
use crate::contract::{assert_shape, example};
use crate::deployment::Deployment;
use crate::world::World;

const ROOT: &str = "https://example.com/root";
const NOT_FOUND: &str = "https://example.com/not-found";
const ENDED: &str = "https://example.com/ended";

cases!("domains":
    domain_is_added_shown_changed_and_deleted,
    configured_domains_are_listed_and_cannot_be_deleted,
    redirects_of_the_domain_apply,
    domain_with_links_cannot_be_deleted,
    edit_and_delete_respect_if_match,
    wrong_fields_are_named,
    other_media_types_are_refused,
    domains_need_a_key,
);

fn address(host: &str) -> String {
    format!("/api/v1/domains/{host}")
}

fn show(hop: &Deployment, host: &str) -> Response {
    hop.send(&Call::get(address(host)).admin())
}

fn patch(host: &str, body: &Value) -> Call {
    Call::new("PATCH", address(host)).admin().header("Content-Type", "application/merge-patch+json").body(body.to_string())
}

fn delete(host: &str) -> Call {
    Call::new("DELETE", address(host)).admin()
}

/// Adds a domain that no other case uses.
#[track_caller]
fn added(world: &World) -> String {
    let host = format!("{}.example", world.alias("d"));
    let body = json!({"domain": host, "root": ROOT, "not_found": NOT_FOUND, "ended": ENDED});
    world.hop().send(&Call::post_json("/api/v1/domains", &body)).expect(201);
    at_version(world.hop(), &host, 1);
    host
}

/// Waits until this version can be read.
#[track_caller]
fn at_version(hop: &Deployment, host: &str, version: u64) -> Value {
    eventually("the domain can be read", || {
        let response = show(hop, host);
        (response.status == 200).then(|| response.json()).filter(|domain| domain["version"] == version)
    })
}

fn domain_is_added_shown_changed_and_deleted(world: &World) {
    let (hop, host) = (world.hop(), format!("{}.example", world.alias("new")));
    let body = json!({"domain": host.to_uppercase(), "root": ROOT});
    let response = hop.send(&Call::post_json("/api/v1/domains", &body)).expect(201);
    let mut expected = example("domain");
    for (field, value) in [("domain", json!(host)), ("origin", json!(format!("https://{host}"))), ("root", json!(ROOT))] {
        expected[field] = value;
    }
    for field in ["default", "configured"] {
        expected[field] = false.into();
    }
    assert_eq!(response.json(), expected);
    assert_eq!((response.header("location").unwrap(), response.header("etag").unwrap()), (address(&host), "\"1\"".to_owned()));
    assert_eq!(at_version(hop, &host, 1), expected);
    hop.send(&Call::post_json("/api/v1/domains", &body)).problem(409, "domain_taken");
    let changed = hop.send(&patch(&host, &json!({"root": null, "ended": ENDED}))).expect(200);
    assert_shape(&changed.json(), "domain");
    assert_eq!((&changed.json()["root"], &changed.json()["ended"]), (&Value::Null, &json!(ENDED)));
    assert_eq!(changed.header("etag").unwrap(), "\"2\"");
    at_version(hop, &host, 2);
    assert!(hop.send(&delete(&host)).expect(204).body.is_empty());
    eventually("the domain is deleted", || (show(hop, &host).status == 404).then_some(()));
    show(hop, &host).problem(404, "not_found");
    hop.send(&patch(&host, &json!({}))).problem(404, "not_found");
    hop.send(&delete(&host)).problem(404, "not_found");
}

fn configured_domains_are_listed_and_cannot_be_deleted(world: &World) {
    let (hop, host) = (world.hop(), added(world));
    let mut domains = Vec::new();
    let mut next = Some("/api/v1/domains".to_owned());
    while let Some(path) = next {
        let page = hop.send(&Call::get(path).admin()).expect(200).json();
        assert_shape(&page, "domains");
        domains.extend(page["items"].as_array().unwrap().clone());
        next = page["next"].as_str().map(str::to_owned);
    }
    let names: Vec<&str> = domains.iter().map(|domain| domain["domain"].as_str().unwrap()).collect();
    assert_eq!(names[..2], ["hop.example", "b.example"]);
    assert!(names[2..].contains(&host.as_str()), "{names:?}");
    assert_eq!((&domains[0]["default"], &domains[1]["default"], &domains[1]["configured"]), (&json!(true), &json!(false), &json!(true)));
    hop.send(&delete("hop.example")).problem(409, "domain_in_use");
    hop.send(&Call::post_json("/api/v1/domains", &json!({"domain": "b.example"}))).problem(409, "domain_taken");
}

fn redirects_of_the_domain_apply(world: &World) {
    let (hop, host, alias) = (world.hop(), added(world), world.alias("gone"));
    let follow = |path: &str| hop.send(&Call::get(format!("/{path}")).host(&host));
    let assert_redirects = |path: &str, target: &str| {
        let redirect = || Some(follow(path)).filter(|response| response.header("location").as_deref() == Some(target));
        let response = eventually(&format!("/{path} redirects to {target}"), redirect).expect(302);
        assert_eq!(response.header("cache-control").unwrap(), "private, no-store");
        assert_eq!(response.header("referrer-policy").unwrap(), "strict-origin-when-cross-origin");
    };
    let created = create(hop, &json!({"alias": alias, "target": TARGET, "domain": host})).expect(201).json();
    assert_eq!(created["short_url"], format!("https://{host}/{alias}"));
    assert_redirects("", ROOT);
    assert_redirects("no-such-link", NOT_FOUND);
    assert_redirects(&alias, TARGET);
    let call = Call::new("DELETE", format!("{}?domain={host}", link_address(&alias))).admin();
    eventually("the link can be deleted", || (hop.send(&call).status == 204).then_some(()));
    assert_redirects(&alias, ENDED);
    follow("robots.txt").expect(200);
    hop.send(&Call::get("/api/v1/links/no-such-link").admin().host(&host)).problem(404, "not_found");
    hop.send(&Call::get("/").host(&format!("x{host}"))).problem(404, "unknown_host");
}

fn domain_with_links_cannot_be_deleted(world: &World) {
    let (hop, host, alias) = (world.hop(), added(world), world.alias("holds"));
    create(hop, &json!({"alias": alias, "target": TARGET, "domain": host})).expect(201);
    let link = Call::get(format!("{}?domain={host}", link_address(&alias))).admin();
    eventually("the link can be read", || (hop.send(&link).status == 200).then_some(()));
    hop.send(&delete(&host)).problem(409, "domain_in_use");
    show(hop, &host).expect(200);
}

fn edit_and_delete_respect_if_match(world: &World) {
    let (hop, host) = (world.hop(), added(world));
    hop.send(&patch(&host, &json!({"root": null})).header("If-Match", "\"1\"")).expect(200);
    at_version(hop, &host, 2);
    hop.send(&patch(&host, &json!({"root": ROOT})).header("If-Match", "\"1\"")).problem(412, "version_mismatch");
    hop.send(&patch(&host, &json!({"root": 5})).header("If-Match", "\"1\"")).problem(422, "invalid_fields");
    hop.send(&delete(&host).header("If-Match", "\"1\"")).problem(412, "version_mismatch");
    hop.send(&delete(&host).header("If-Match", "\"2\"")).expect(204);
}

fn wrong_fields_are_named(world: &World) {
    let hop = world.hop();
    let post = |body: &Value| Call::post_json("/api/v1/domains", body);
    for (call, field, code) in [
        (post(&json!({})), "/domain", "required"),
        (post(&json!({"domain": "a b"})), "/domain", "invalid"),
        (post(&json!({"domain": "a.."})), "/domain", "invalid"),
        (post(&json!({"domain": "a&b.example"})), "/domain", "invalid"),
        (post(&json!({"domain": "self.example", "root": "https://self.example/"})), "/root", "own_domain"),
        (patch("hop.example", &json!({"root": "https://b.example/"})), "/root", "own_domain"),
        (patch("hop.example", &json!({"ended": "javascript:alert(1)"})), "/ended", "scheme_not_allowed"),
        (patch("hop.example", &json!({"domain": "x.example"})), "/domain", "unknown"),
        (Call::get("/api/v1/domains?cursor=***").admin(), "/cursor", "invalid"),
        (Call::get("/api/v1/domains/hop.example?x=y").admin(), "/x", "unknown"),
        (Call::new("DELETE", "/api/v1/domains/hop.example?x=y").admin(), "/x", "unknown"),
    ] {
        let problem = hop.send(&call).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), code.to_owned())]);
    }
    show(hop, "a%20b").problem(404, "not_found");
}

fn other_media_types_are_refused(world: &World) {
    for bare in [Call::new("POST", "/api/v1/domains").admin(), Call::new("PATCH", address("hop.example")).admin()] {
        world.hop().send(&bare.clone().body("{}")).problem(415, "unsupported_media_type");
        let json = bare.header("Content-Type", "application/json");
        world.hop().send(&json.clone().body("{")).problem(400, "malformed_json");
        world.hop().send(&json.body(vec![b' '; 64 * 1_024 + 1])).problem(413, "too_large");
    }
}

fn domains_need_a_key(world: &World) {
    let (hop, host) = (world.hop(), added(world));
    let json = |method: &str, path: String, body: &str| Call::new(method, path).header("Content-Type", "application/json").body(body);
    for call in [
        Call::get("/api/v1/domains"),
        Call::get(address(&host)),
        Call::new("DELETE", address(&host)),
        json("PATCH", address(&host), r#"{"root":null}"#),
        json("POST", "/api/v1/domains".into(), r#"{"domain":"x.example"}"#),
    ] {
        hop.send(&call).problem(401, "unauthenticated");
    }
    assert_eq!(show(hop, &host).expect(200).json()["root"], ROOT);
}
