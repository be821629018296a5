//! Tags: listed with their links, renamed, merged and taken off.

use serde_json::{Value, json};

use super::{TARGET, cases, create, eventually, field_errors, readable, show};
use crate::client::{Answer, Call};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::World;

cases!("tags":
    a_tag_is_listed_with_its_links_and_its_renaming_reaches_them_all,
    a_tag_is_taken_off_every_link,
    what_cannot_be_renamed_is_refused,
    a_body_of_another_kind_is_refused,
    a_bad_page_is_refused_by_name,
    only_the_admin_sees_and_changes_tags,
);

fn tagged(hop: &Deployment, alias: &str, tags: &[&str]) {
    create(hop, &json!({"alias": alias, "target": TARGET, "tags": tags})).expect(201);
    readable(hop, alias, |link| link.is_some());
}

/// How many links the list says a tag has.
fn listed(hop: &Deployment, tag: &str) -> Option<u64> {
    let mut next = Some("/api/v1/tags?limit=20".to_owned());
    while let Some(address) = next {
        let page = hop.send(&Call::get(address).admin()).expect(200).json();
        if let Some(item) = page["items"].as_array().unwrap().iter().find(|item| item["tag"] == tag) {
            assert_shape(&json!({"items": [item], "next": null}), "tags");
            return item["links"].as_u64();
        }
        next = page["next"].as_str().map(str::to_owned);
    }
    None
}

fn patch(tag: &str, body: &Value) -> Call {
    Call::new("PATCH", format!("/api/v1/tags/{tag}")).admin().header("Content-Type", "application/json").body(body.to_string())
}

/// Asks until nothing is left to do. Where a store shows an edit late, the last request may come when nothing is left at all.
fn complete(hop: &Deployment, call: &Call, tag: &str) {
    eventually("every link is changed", || {
        let answer: Answer = hop.send(call);
        if answer.status == 404 {
            return Some(());
        }
        let told = answer.expect(200).json();
        assert_shape(&told, "retagged");
        assert_eq!(told["tag"], tag);
        told["done"].as_bool().filter(|done| *done).map(drop)
    });
}

fn tags_of(hop: &Deployment, alias: &str) -> Value {
    show(hop, alias).expect(200).json()["tags"].clone()
}

fn a_tag_is_listed_with_its_links_and_its_renaming_reaches_them_all(world: &World) {
    let (hop, old, new) = (world.hop(), world.alias("old"), world.alias("new"));
    let aliases: Vec<String> = (0..3).map(|_| world.alias("retagged")).collect();
    for alias in &aliases {
        tagged(hop, alias, &[&old]);
    }
    let both = world.alias("both");
    tagged(hop, &both, &[&old, &new]);
    assert_eq!((listed(hop, &old), listed(hop, &new)), (Some(4), Some(1)));
    complete(hop, &patch(&old, &json!({"tag": new.to_uppercase()})), &new);
    for alias in aliases.iter().chain([&both]) {
        eventually("the new tag can be read", || (tags_of(hop, alias) == json!([new])).then_some(()));
    }
    assert_eq!((listed(hop, &old), listed(hop, &new)), (None, Some(4)));
    hop.send(&patch(&old, &json!({"tag": new}))).problem(404, "not_found");
}

fn a_tag_is_taken_off_every_link(world: &World) {
    let (hop, tag, alias) = (world.hop(), world.alias("off"), world.alias("untagged"));
    tagged(hop, &alias, &[&tag, "stays"]);
    let call = Call::new("DELETE", format!("/api/v1/tags/{tag}")).admin();
    complete(hop, &call, &tag);
    eventually("the tag is off", || (tags_of(hop, &alias) == json!(["stays"])).then_some(()));
    hop.send(&call).problem(404, "not_found");
}

fn what_cannot_be_renamed_is_refused(world: &World) {
    let hop = world.hop();
    hop.send(&patch(&world.alias("nobody"), &json!({"tag": "x"}))).problem(404, "not_found");
    for (body, field, code) in [
        (json!({"tag": "X"}), "/tag", "conflicts"),
        (json!({"tag": "x".repeat(65)}), "/tag", "too_long"),
        (json!({}), "/tag", "required"),
        (json!({"tag": "y", "name": "z"}), "/name", "unknown"),
    ] {
        let problem = hop.send(&patch("x", &body)).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), code.to_owned())], "{body}");
    }
    let elsewhere = Call::new("DELETE", "/api/v1/tags/x?domain=evil.example").admin();
    assert_eq!(field_errors(&hop.send(&elsewhere).problem(422, "invalid_fields")), [("/domain".into(), "invalid".into())]);
}

fn a_body_of_another_kind_is_refused(world: &World) {
    let (hop, bare) = (world.hop(), Call::new("PATCH", "/api/v1/tags/x").admin());
    hop.send(&bare.clone().body("{}")).problem(415, "unsupported_media_type");
    let json = bare.header("Content-Type", "application/json");
    hop.send(&json.clone().body("{")).problem(400, "malformed_json");
    hop.send(&json.body(vec![b' '; 64 * 1_024 + 1])).problem(413, "too_large");
}

fn a_bad_page_is_refused_by_name(world: &World) {
    for (query, field, code) in [
        ("?limit=0", "/limit", "out_of_range"),
        ("?limit=101", "/limit", "out_of_range"),
        ("?cursor=***", "/cursor", "invalid"),
        ("?domain=evil.example", "/domain", "invalid"),
        ("?tag=x", "/tag", "unknown"),
    ] {
        let problem = world.hop().send(&Call::get(format!("/api/v1/tags{query}")).admin()).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.into(), code.into())], "{query}");
    }
}

fn only_the_admin_sees_and_changes_tags(world: &World) {
    let (hop, tag, alias) = (world.hop(), world.alias("kept"), world.alias("keeps"));
    tagged(hop, &alias, &[&tag]);
    let unsigned = Call::new("PATCH", format!("/api/v1/tags/{tag}")).header("Content-Type", "application/json").body(r#"{"tag":"x"}"#);
    for call in [Call::get("/api/v1/tags"), unsigned, Call::new("DELETE", format!("/api/v1/tags/{tag}"))] {
        hop.send(&call).problem(401, "unauthenticated");
    }
    assert_eq!(tags_of(hop, &alias), json!([tag]));
}
