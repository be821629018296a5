//! Pages for browsers, and JSON for all other clients.

use super::{TARGET, address, cases, link, readable};
use crate::client::{Call, Response};
use crate::world::World;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

cases!("pages":
    front_page_names_hop,
    every_problem_has_a_page,
    browsers_get_html_and_programs_get_json,
    pages_have_no_scripts_and_load_nothing,
    every_page_has_configured_name_and_colours,
    misconfigured_deployment_shows_a_page,
    api_returns_json_to_browsers_too,
);

#[track_caller]
fn assert_is_page(response: &Response) {
    assert_eq!(response.header("content-type").unwrap(), "text/html; charset=utf-8");
    assert!(response.text().starts_with("<!doctype html>"), "{}", response.text());
}

fn front_page_names_hop(world: &World) {
    let response = world.hop().send(&Call::get("/")).expect(200);
    assert_is_page(&response);
    assert!(response.text().contains("<h1 class=\"name\">hop</h1>"));
}

fn every_problem_has_a_page(world: &World) {
    let hop = world.hop();
    for code in ["malformed_json", "invalid_fields", "alias_taken", "not_found", "store_unavailable", "internal"] {
        let response = hop.send(&Call::get(format!("/problems/{code}"))).expect(200);
        assert_is_page(&response);
        assert!(response.text().contains(code));
    }
    hop.send(&Call::get("/problems/no_such_problem")).problem(404, "not_found");
    let problem = hop.send(&Call::get("/nothing-here")).problem(404, "not_found");
    hop.send(&Call::get(problem["type"].as_str().unwrap())).expect(200);
}

fn browsers_get_html_and_programs_get_json(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("page"));
    link(hop, &alias, TARGET);
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    for (path, status, code) in [("/nothing-here".to_owned(), 404, "not_found"), (format!("/{alias}"), 410, "link_ended")] {
        assert_is_page(&hop.send(&Call::get(path.clone()).header("Accept", BROWSER)).expect(status));
        for accept in ["*/*", "application/json", "application/problem+json, text/html;q=0.5"] {
            hop.send(&Call::get(path.clone()).header("Accept", accept)).problem(status, code);
        }
    }
}

fn pages_have_no_scripts_and_load_nothing(world: &World) {
    for path in ["/", "/problems/not_found", "/nothing-here"] {
        let response = world.hop().send(&Call::get(path).header("Accept", BROWSER));
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert_eq!(response.header("x-content-type-options").unwrap(), "nosniff");
        let text = response.text();
        for forbidden in ["<script", "src=", "href=", "url(", "onload"] {
            assert!(!text.contains(forbidden), "{path} contains {forbidden}");
        }
    }
}

fn every_page_has_configured_name_and_colours(world: &World) {
    for path in ["/", "/problems/not_found", "/nothing-here"] {
        let text = world.case_insensitive().send(&Call::get(path).header("Accept", BROWSER)).text();
        for part in ["Short &amp; sweet</title>", ">Short &amp; sweet</", "--accent:#ffd400;--on:#000000"] {
            assert!(text.contains(part), "{path} lacks {part}: {text}");
        }
    }
}

fn misconfigured_deployment_shows_a_page(world: &World) {
    let response = world.misconfigured().send(&Call::get("/").header("Accept", BROWSER)).expect(503);
    assert_is_page(&response);
    assert!(response.text().contains("This site is not set up"), "{}", response.text());
    assert_eq!(response.header("retry-after").unwrap(), "2");
}

fn api_returns_json_to_browsers_too(world: &World) {
    let response = world.hop().send(&Call::get("/api/v1/links").header("Accept", BROWSER));
    response.problem(401, "unauthenticated");
    assert_eq!(response.header("cache-control").unwrap(), "no-store");
    assert_eq!(response.header("content-security-policy").unwrap(), "default-src 'none'; frame-ancestors 'none'");
}
