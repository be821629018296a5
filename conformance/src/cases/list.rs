//! Listing links, newest first.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, field_errors, readable};
use crate::client::{Answer, Call};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::{OTHER_DOMAIN, World};

cases!("list":
    links_come_newest_first_page_by_page,
    a_page_links_to_the_first_and_the_next_in_repeated_headers,
    deleted_links_are_left_out_and_restored_ones_come_back,
    a_list_is_of_one_domain,
    a_bad_page_is_refused_by_name,
    a_cursor_of_nothing_is_refused,
);

fn list(hop: &Deployment, query: &str) -> Answer {
    hop.send(&Call::get(format!("/api/v1/links{query}")).admin())
}

/// Every link of a domain, page after page.
fn all(hop: &Deployment, query: &str) -> Vec<Value> {
    let (mut links, mut next) = (Vec::new(), Some(format!("/api/v1/links{query}")));
    while let Some(address) = next {
        let page = hop.send(&Call::get(address).admin()).expect(200).json();
        links.extend(page["items"].as_array().unwrap().clone());
        next = page["next"].as_str().map(str::to_owned);
    }
    links
}

fn aliases(links: &[Value], stem: &str) -> Vec<String> {
    let aliases = links.iter().map(|link| link["alias"].as_str().unwrap().to_owned());
    aliases.filter(|alias| alias.starts_with(stem)).collect()
}

fn links_come_newest_first_page_by_page(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("paged"));
    let made: Vec<String> = (0..5).map(|number| format!("{stem}-{number}")).collect();
    for alias in &made {
        let link = super::link(hop, alias, TARGET);
        assert_eq!(link["clicks"]["humans"], 0);
    }
    let page = list(hop, "?limit=2").expect(200).json();
    assert_shape(&page, "links");
    assert!(page["items"].as_array().unwrap().len() <= 2);
    for query in ["?limit=2", "?limit=100", ""] {
        let mut found = aliases(&all(hop, query), &stem);
        found.sort_by_key(|alias| made.iter().position(|known| known == alias));
        assert_eq!(found, made, "each exactly once with {query}");
        let times: Vec<String> = all(hop, query).iter().map(|link| link["created_at"].as_str().unwrap().to_owned()).collect();
        assert!(times.is_sorted_by(|a, b| a >= b), "newest first with {query}");
    }
}

fn a_page_links_to_the_first_and_the_next_in_repeated_headers(world: &World) {
    let hop = world.hop();
    for _ in 0..2 {
        let alias = world.alias("header");
        super::link(hop, &alias, TARGET);
    }
    let answer = list(hop, "?limit=1").expect(200);
    let next = answer.json()["next"].as_str().unwrap().to_owned();
    let expected = ["</api/v1/links?limit=1&domain=hop.example>; rel=\"first\"".to_owned(), format!("<{next}>; rel=\"next\"")];
    assert_eq!(answer.header_values("link"), expected);
}

fn deleted_links_are_left_out_and_restored_ones_come_back(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("listed"));
    super::link(hop, &alias, TARGET);
    let listed = || aliases(&all(hop, "?limit=100"), &alias).len();
    assert_eq!(listed(), 1);
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    assert_eq!(listed(), 0);
    hop.send(&Call::new("POST", format!("{}/restore", address(&alias))).admin()).expect(200);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "live"));
    assert_eq!(listed(), 1);
}

fn a_list_is_of_one_domain(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("domain"));
    create(hop, &json!({"alias": alias, "target": TARGET, "domain": OTHER_DOMAIN})).expect(201);
    assert_eq!(aliases(&all(hop, "?domain=b.example"), &alias).len(), 1);
    assert_eq!(aliases(&all(hop, ""), &alias).len(), 0);
}

fn a_bad_page_is_refused_by_name(world: &World) {
    for (query, field, code) in [
        ("?limit=0", "/limit", "out_of_range"),
        ("?limit=101", "/limit", "out_of_range"),
        ("?limit=-1", "/limit", "out_of_range"),
        ("?limit=99999999999999999999", "/limit", "out_of_range"),
        ("?limit=x", "/limit", "out_of_range"),
        ("?limit=1&limit=2", "/limit", "duplicate"),
        ("?offset=5", "/offset", "unknown"),
        ("?cursor=%00", "/cursor", "invalid"),
        ("?cursor=***", "/cursor", "invalid"),
        ("?domain=evil.example", "/domain", "invalid"),
    ] {
        let problem = list(world.hop(), query).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.into(), code.into())], "{query}");
    }
}

/// A cursor that is well written and comes from nowhere never shows another domain's links, and is never a failure of hop.
fn a_cursor_of_nothing_is_refused(world: &World) {
    let hop = world.hop();
    let alias = world.alias("hidden");
    create(hop, &json!({"alias": alias, "target": TARGET, "domain": OTHER_DOMAIN})).expect(201);
    for cursor in ["AAAA", "Li4vLi4v", "bGluay8", "YnktdGltZS9iLmV4YW1wbGUv"] {
        let answer = list(hop, &format!("?cursor={cursor}"));
        assert!(matches!(answer.status, 200 | 422), "{cursor}: {} {}", answer.status, answer.text());
        assert!(!answer.text().contains(&alias));
    }
}
