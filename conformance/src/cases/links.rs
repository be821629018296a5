//! Links: create, show, delete, restore.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, field_errors, link, readable, show};
use crate::client::Call;
use crate::contract::{assert_shape, example};
use crate::edges::Edge;
use crate::world::{OTHER_DOMAIN, World};

cases!("links":
    new_link_has_every_documented_field,
    generated_alias_is_short_and_readable,
    non_ascii_alias_is_percent_encoded_in_urls,
    alias_is_normalized,
    link_can_be_on_another_domain,
    taken_alias_is_refused,
    retired_alias_is_refused,
    link_is_shown_with_its_etag,
    unknown_alias_is_not_found,
    deleted_link_is_shown_and_deletion_repeats,
    restored_link_equals_the_original,
    unknown_domain_is_refused,
    unknown_query_parameter_is_refused,
    alias_case_follows_the_setting,
);

fn new_link_has_every_documented_field(world: &World) {
    let alias = world.alias("new");
    let response = create(world.hop(), &json!({"alias": alias, "target": "https://example.com/a?b#c"})).expect(201);
    let link = response.json();
    assert_shape(&link, "link");
    let mut expected = example("link");
    for field in ["id", "created_at", "updated_at"] {
        expected[field] = link[field].clone();
    }
    expected["alias"] = alias.clone().into();
    expected["short_url"] = format!("https://hop.example/{alias}").into();
    expected["target"] = "https://example.com/a?b#c".into();
    expected["clicks"]["humans"] = 0.into();
    if world.edge == Edge::Viceroy {
        expected["clicks"]["last_7_days"] = Value::Null;
    }
    assert_eq!(link, expected);
    let id = link["id"].as_str().unwrap();
    assert!(id.starts_with("lnk_") && id.len() == 21, "{id}");
    assert_eq!(link["created_at"], link["updated_at"]);
    assert_eq!(response.header("location").unwrap(), format!("/api/v1/links/{alias}?domain=hop.example"));
    assert_eq!(response.header("etag").unwrap(), "\"1\"");
    assert_eq!(response.header("content-type").unwrap(), "application/json");
}

fn generated_alias_is_short_and_readable(world: &World) {
    for _ in 0..5 {
        let link = create(world.hop(), &json!({"target": TARGET})).expect(201).json();
        let alias = link["alias"].as_str().unwrap();
        assert_eq!(alias.len(), 6, "{alias}");
        assert!(alias.bytes().all(|byte| byte.is_ascii_alphanumeric() && !b"0OIl".contains(&byte)), "{alias}");
    }
}

fn non_ascii_alias_is_percent_encoded_in_urls(world: &World) {
    let hop = world.hop();
    for (alias, encoded) in [("日本", "%E6%97%A5%E6%9C%AC"), ("🎉", "%F0%9F%8E%89"), ("a.b~c_d", "a.b~c_d")] {
        create(hop, &json!({"alias": alias, "target": TARGET})).expect(201);
        readable(hop, encoded, |link| link.is_some());
        let shown = show(hop, encoded).expect(200).json();
        assert_eq!(shown["alias"], alias);
        assert_eq!(shown["short_url"], format!("https://hop.example/{encoded}"));
        assert_eq!(hop.send(&Call::get(format!("/{encoded}"))).expect(302).header("location").unwrap(), TARGET);
    }
}

fn alias_is_normalized(world: &World) {
    let hop = world.hop();
    let created = create(hop, &json!({"alias": "e\u{301}t\u{e9}", "target": TARGET})).expect(201).json();
    assert_eq!(created["alias"], "été");
    create(hop, &json!({"alias": "été", "target": TARGET})).problem(409, "alias_taken");
    readable(hop, "%C3%A9t%C3%A9", |link| link.is_some());
    hop.send(&Call::get("/e%CC%81te%CC%81")).expect(302);
}

fn link_can_be_on_another_domain(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("elsewhere"));
    let body = json!({"alias": alias, "target": "https://example.com/b", "domain": OTHER_DOMAIN});
    let response = create(hop, &body).expect(201);
    assert_eq!(response.json()["short_url"], format!("https://b.example/{alias}"));
    assert_eq!(response.header("location").unwrap(), format!("/api/v1/links/{alias}?domain=b.example"));
    link(hop, &alias, "https://example.com/a");
    let there = hop.send(&Call::get(format!("/{alias}")).host(OTHER_DOMAIN)).expect(302);
    assert_eq!(there.header("location").unwrap(), "https://example.com/b");
    let here = hop.send(&Call::get(format!("/{alias}"))).expect(302);
    assert_eq!(here.header("location").unwrap(), "https://example.com/a");
    let shown = hop.send(&Call::get(format!("/api/v1/links/{alias}?domain=B.example")).admin()).expect(200).json();
    assert_eq!(shown["target"], "https://example.com/b");
}

fn taken_alias_is_refused(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("taken"));
    link(hop, &alias, TARGET);
    create(hop, &json!({"alias": alias, "target": "https://example.org/"})).problem(409, "alias_taken");
    assert_eq!(show(hop, &alias).expect(200).json()["target"], TARGET);
}

fn retired_alias_is_refused(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("retired"));
    link(hop, &alias, TARGET);
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    create(hop, &json!({"alias": alias, "target": TARGET})).problem(409, "alias_retired");
}

fn link_is_shown_with_its_etag(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("shown"));
    let created = link(hop, &alias, TARGET);
    let response = show(hop, &alias).expect(200);
    assert_eq!(response.json(), created);
    assert_eq!(response.header("etag").unwrap(), "\"1\"");
    let head = hop.send(&Call::new("HEAD", address(&alias)).admin()).expect(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header_names(), response.header_names());
}

fn unknown_alias_is_not_found(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("never"));
    show(hop, &alias).problem(404, "not_found");
    hop.send(&Call::new("DELETE", address(&alias)).admin()).problem(404, "not_found");
    hop.send(&Call::new("POST", format!("{}/restore", address(&alias))).admin()).problem(404, "not_found");
    show(hop, "api").problem(404, "not_found");
    show(hop, "a%20b").problem(404, "not_found");
}

fn deleted_link_is_shown_and_deletion_repeats(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("deleted"));
    link(hop, &alias, TARGET);
    for _ in 0..2 {
        let response = hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
        assert!(response.body.is_empty());
        readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    }
    let shown = show(hop, &alias).expect(200).json();
    assert_eq!((&shown["state"], &shown["version"]), (&json!("deleted"), &json!(2)));
}

fn restored_link_equals_the_original(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("restored"));
    let created = link(hop, &alias, "https://example.com/back");
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    let restore = Call::new("POST", format!("{}/restore", address(&alias))).admin();
    let response = hop.send(&restore).expect(200);
    let mut restored = response.json();
    assert_eq!((response.header("etag").unwrap(), &restored["version"]), ("\"3\"".into(), &json!(3)));
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "live"));
    assert_eq!(hop.send(&restore).expect(200).json()["version"], 3, "restoring a live link changes nothing");
    for field in ["version", "updated_at"] {
        restored[field] = created[field].clone();
    }
    assert_eq!(restored, created);
}

fn unknown_domain_is_refused(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("foreign"));
    let expected = [("/domain".to_owned(), "invalid".to_owned())];
    let body = json!({"alias": alias, "target": TARGET, "domain": "evil.example"});
    assert_eq!(field_errors(&create(hop, &body).problem(422, "invalid_fields")), expected);
    for (method, path) in [("GET", address(&alias)), ("DELETE", address(&alias)), ("POST", format!("{}/restore", address(&alias)))] {
        let call = Call::new(method, format!("{path}?domain=evil.example")).admin();
        assert_eq!(field_errors(&hop.send(&call).problem(422, "invalid_fields")), expected, "{method}");
    }
}

fn unknown_query_parameter_is_refused(world: &World) {
    let call = Call::get("/api/v1/links/x?domian=hop.example").admin();
    let problem = world.hop().send(&call).problem(422, "invalid_fields");
    assert_eq!(field_errors(&problem), [("/domian".into(), "unknown".into())]);
}

fn alias_case_follows_the_setting(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("Case"));
    link(hop, &alias, "https://example.com/A");
    hop.send(&Call::get(format!("/{}", alias.to_lowercase()))).problem(404, "not_found");
    link(hop, &alias.to_lowercase(), "https://example.com/a");
    let case_insensitive = world.case_insensitive();
    let created = link(case_insensitive, &alias, "https://example.com/A");
    assert_eq!(created["alias"], alias.to_lowercase());
    for spelling in [alias.to_lowercase(), alias.to_uppercase(), alias.clone()] {
        case_insensitive.send(&Call::get(format!("/{spelling}"))).expect(302);
    }
    create(case_insensitive, &json!({"alias": alias.to_uppercase(), "target": TARGET})).problem(409, "alias_taken");
    let generated = create(case_insensitive, &json!({"target": TARGET})).expect(201).json();
    assert_eq!(generated["alias"], generated["alias"].as_str().unwrap().to_lowercase());
}
