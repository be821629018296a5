//! Pages for people with a browser, and JSON for everybody else.

use super::{TARGET, address, cases, link, readable};
use crate::client::{Answer, Call};
use crate::world::World;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

cases!("pages":
    the_front_page_names_hop,
    every_problem_is_explained,
    a_browser_gets_a_page_and_a_program_json,
    pages_run_nothing_and_load_nothing,
    a_deployment_has_its_name_and_colours_on_every_page,
    who_runs_a_deployment_that_is_not_set_up_sees_a_page,
    the_api_speaks_json_to_a_browser_too,
);

#[track_caller]
fn assert_is_page(answer: &Answer) {
    assert_eq!(answer.header("content-type").unwrap(), "text/html; charset=utf-8");
    assert!(answer.text().starts_with("<!doctype html>"), "{}", answer.text());
}

fn the_front_page_names_hop(world: &World) {
    let answer = world.hop().send(&Call::get("/")).expect(200);
    assert_is_page(&answer);
    assert!(answer.text().contains("<h1 class=\"name\">hop</h1>"));
}

fn every_problem_is_explained(world: &World) {
    let hop = world.hop();
    for code in ["malformed_json", "invalid_fields", "alias_taken", "not_found", "store_unavailable", "internal"] {
        let answer = hop.send(&Call::get(format!("/problems/{code}"))).expect(200);
        assert_is_page(&answer);
        assert!(answer.text().contains(code));
    }
    hop.send(&Call::get("/problems/no_such_problem")).problem(404, "not_found");
    let problem = hop.send(&Call::get("/nothing-here")).problem(404, "not_found");
    hop.send(&Call::get(problem["type"].as_str().unwrap())).expect(200);
}

fn a_browser_gets_a_page_and_a_program_json(world: &World) {
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

fn pages_run_nothing_and_load_nothing(world: &World) {
    for path in ["/", "/problems/not_found", "/nothing-here"] {
        let answer = world.hop().send(&Call::get(path).header("Accept", BROWSER));
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert_eq!(answer.header("x-content-type-options").unwrap(), "nosniff");
        let text = answer.text();
        for forbidden in ["<script", "src=", "href=", "url(", "onload"] {
            assert!(!text.contains(forbidden), "{path} holds {forbidden}");
        }
    }
}

fn a_deployment_has_its_name_and_colours_on_every_page(world: &World) {
    for path in ["/", "/problems/not_found", "/nothing-here"] {
        let text = world.case_insensitive().send(&Call::get(path).header("Accept", BROWSER)).text();
        for part in ["Short &amp; sweet</title>", ">Short &amp; sweet</", "--accent:#ffd400;--on:#000000"] {
            assert!(text.contains(part), "{path} lacks {part}: {text}");
        }
    }
}

fn who_runs_a_deployment_that_is_not_set_up_sees_a_page(world: &World) {
    let answer = world.misconfigured().send(&Call::get("/").header("Accept", BROWSER)).expect(503);
    assert_is_page(&answer);
    assert!(answer.text().contains("This site is not set up"), "{}", answer.text());
    assert_eq!(answer.header("retry-after").unwrap(), "2");
}

fn the_api_speaks_json_to_a_browser_too(world: &World) {
    let answer = world.hop().send(&Call::get("/api/v1/links").header("Accept", BROWSER));
    answer.problem(401, "unauthenticated");
    assert_eq!(answer.header("cache-control").unwrap(), "no-store");
    assert_eq!(answer.header("content-security-policy").unwrap(), "default-src 'none'; frame-ancestors 'none'");
}
