//! Hostile paths: they reach no protected endpoint without a key and cannot become aliases.

use serde_json::json;

use super::{TARGET, cases, link};
use crate::client::Call;
use crate::refusals;
use crate::world::World;

cases!("paths":
    near_misses_are_not_found,
    no_spelling_bypasses_authentication,
    dot_segments_are_resolved,
    alias_is_decoded_once,
    impossible_aliases_are_refused,
    invalid_target_bytes_cause_no_failure,
);

fn near_misses_are_not_found(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("near"));
    link(hop, &alias, TARGET);
    for path in [
        format!("/{alias}/"),
        format!("//{alias}"),
        format!("/{alias}//"),
        format!("/{alias}/x"),
        format!("/{alias};x=1"),
        format!("/{alias}%2F"),
        format!("/%2F{alias}"),
        format!("/{alias}%00"),
        format!("/{alias}%20"),
        format!("/{alias}++"),
        format!("/{alias}+/"),
        format!("/{alias}%3Fx"),
        format!("/{alias}%23"),
        format!("/{alias}."),
        format!("/%2561{alias}"),
        "//".into(),
        "///".into(),
        "/%2F".into(),
        "/%252F".into(),
        "/%5C".into(),
        "/%".into(),
        "/%zz".into(),
        "/%ff".into(),
        "/api".into(),
        "/API".into(),
        "/Api/V1/Links".into(),
        "/api/".into(),
        "/api/v1".into(),
        "/api/v1/".into(),
        "/api/v2/links".into(),
        "/health/".into(),
        "/Health".into(),
        "/HEALTH".into(),
        "/ready/x".into(),
        "/shorten/".into(),
        "/Shorten".into(),
        "/login".into(),
        "/metrics/".into(),
        "/openapi.json/".into(),
        "/openapi.yaml".into(),
        "/.well-known".into(),
        "/sitemap.xml".into(),
        "/docs/".into(),
        "/favicon.ico/".into(),
        "/robots.txt/".into(),
        "/problems".into(),
        "/problems/".into(),
        "/%68ealth%2F".into(),
        "/__scheduled/x".into(),
    ] {
        hop.send(&Call::get(path.clone())).problem(404, "not_found");
    }
    hop.send(&Call::get(format!("/{alias}"))).expect(302);
}

fn no_spelling_bypasses_authentication(world: &World) {
    for path in [
        "/api/v1/links",
        "//api/v1/links",
        "/api//v1/links",
        "/api/v1/links/",
        "/api/v1/links/.",
        "/api/v1/links/x/..",
        "/x/../api/v1/links",
        "/x/%2e%2e/api/v1/links",
        "/x/%2E%2E/api/v1/links",
        "/.%2e/api/v1/links",
        "/./api/v1/links",
        "/%2e/api/v1/links",
        "/%61pi/v1/links",
        "/api%2Fv1%2Flinks",
        "/api%2fv1/links",
        "/api/v1/links;a=b",
        "/api/v1;x/links",
        "/API/v1/links",
        "/api/v1/LINKS",
        "/api/v1/links%00",
        "/api/v1/links%20",
        "/api/v1/links/%2e%2e/links",
        "/api\\v1\\links",
        "\\api\\v1\\links",
        "/api/v1/links%3Fx=1",
        "/health/../api/v1/links",
        "/health/%2e%2e/api/v1/links",
        "/problems/../api/v1/links",
        "/api/v1/links/docs/..;/",
        "/shorten/../api/v1/links",
    ] {
        for method in ["GET", "POST"] {
            let call = Call::new(method, path).header("Content-Type", "application/json").body(r#"{"target":"https://example.com/"}"#);
            let response = world.hop().send(&call);
            assert!(matches!(response.status, 400 | 401 | 404 | 405), "{method} {path}: {}", response.status);
            assert!(!response.text().contains("\"items\""), "{method} {path}");
        }
    }
}

fn dot_segments_are_resolved(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("dots"));
    link(hop, &alias, TARGET);
    for path in [
        format!("/x/../{alias}"),
        format!("/x/%2e%2e/{alias}"),
        format!("/x/.%2E/{alias}"),
        format!("/./{alias}"),
        format!("/%2e/{alias}"),
        format!("/../../{alias}"),
        format!("/api/v1/links/../../../{alias}"),
    ] {
        let response = hop.send(&Call::get(path.clone()));
        assert_eq!(response.status, 302, "{path}");
    }
    for path in ["/..", "/.", "/%2e%2e", "/x/.."] {
        let response = hop.send(&Call::get(path));
        assert_eq!(response.status, 200, "{path} is the front page");
    }
}

fn alias_is_decoded_once(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("abc"));
    link(hop, &alias, TARGET);
    hop.send(&Call::get(format!("/%61bc{}", &alias[3..]))).expect(302);
    hop.send(&Call::get(format!("/%2561bc{}", &alias[3..]))).problem(404, "not_found");
}

fn impossible_aliases_are_refused(world: &World) {
    for alias in [
        "/",
        "%2F",
        "..",
        ".",
        "a/b",
        "a;b",
        "a?b",
        "a#b",
        "a\\b",
        " ",
        "a b",
        "\u{7f}",
        "\0",
        "\n",
        "health",
        "Api",
        "favicon.ico",
        "CDN-CGI",
        "rest",
    ] {
        let response = super::create(world.hop(), &json!({"alias": alias, "target": TARGET}));
        response.problem(422, "invalid_fields");
    }
}

/// An edge may refuse some of these itself.
fn invalid_target_bytes_cause_no_failure(world: &World) {
    let hop = world.hop();
    let targets: [&[u8]; 8] = [b"/\xff", "/ü".as_bytes(), b"/a\x7fb", b"/a\tb", b"/\x01", b"/a b", b"docs", b"*"];
    for target in targets {
        for method in ["GET", "OPTIONS", "BREW"] {
            let Some(response) = Call::new(method, target).send_unless_refused(hop.address) else { continue };
            let is_expected = matches!(response.status, 200 | 204 | 404 | 405) || refusals::is_from_edge(world.edge, target, &response);
            assert!(is_expected, "{method} {:?}: {} {}", String::from_utf8_lossy(target), response.status, response.text());
        }
    }
    hop.send(&Call::get("/")).expect(200);
}
