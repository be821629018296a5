//! Tags: listed with the number of their links, renamed, merged and deleted.

use serde_json::{Value, json};

use super::{TARGET, cases, create, eventually, field_errors, readable, show};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::World;

cases!("tags":
    tag_is_listed_and_renamed_on_all_links,
    deleted_tag_is_removed_from_every_link,
    wrong_renaming_is_refused,
    other_media_types_are_refused,
    wrong_parameters_are_named,
    tags_need_a_key,
);

fn tagged(hop: &Deployment, alias: &str, tags: &[&str]) {
    create(hop, &json!({"alias": alias, "target": TARGET, "tags": tags})).expect(201);
    readable(hop, alias, |link| link.is_some());
}

/// The number of links that the list shows for a tag.
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

/// Repeats a request until all links are changed. It may get 404 at last, if reads lag behind the previous request.
fn complete(hop: &Deployment, call: &Call, tag: &str) {
    eventually("every link is changed", || {
        let response: Response = hop.send(call);
        if response.status == 404 {
            return Some(());
        }
        let body = response.expect(200).json();
        assert_shape(&body, "retagged");
        assert_eq!(body["tag"], tag);
        body["done"].as_bool().filter(|done| *done).map(drop)
    });
}

fn tags_of(hop: &Deployment, alias: &str) -> Value {
    show(hop, alias).expect(200).json()["tags"].clone()
}

fn tag_is_listed_and_renamed_on_all_links(world: &World) {
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

fn deleted_tag_is_removed_from_every_link(world: &World) {
    let (hop, tag, alias) = (world.hop(), world.alias("off"), world.alias("untagged"));
    tagged(hop, &alias, &[&tag, "stays"]);
    let call = Call::new("DELETE", format!("/api/v1/tags/{tag}")).admin();
    complete(hop, &call, &tag);
    eventually("the tag is removed", || (tags_of(hop, &alias) == json!(["stays"])).then_some(()));
    hop.send(&call).problem(404, "not_found");
}

fn wrong_renaming_is_refused(world: &World) {
    let hop = world.hop();
    hop.send(&patch(&world.alias("unused"), &json!({"tag": "x"}))).problem(404, "not_found");
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

fn other_media_types_are_refused(world: &World) {
    let (hop, bare) = (world.hop(), Call::new("PATCH", "/api/v1/tags/x").admin());
    hop.send(&bare.clone().body("{}")).problem(415, "unsupported_media_type");
    let json = bare.header("Content-Type", "application/json");
    hop.send(&json.clone().body("{")).problem(400, "malformed_json");
    hop.send(&json.body(vec![b' '; 64 * 1_024 + 1])).problem(413, "too_large");
}

fn wrong_parameters_are_named(world: &World) {
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

fn tags_need_a_key(world: &World) {
    let (hop, tag, alias) = (world.hop(), world.alias("kept"), world.alias("keeps"));
    tagged(hop, &alias, &[&tag]);
    let unsigned = Call::new("PATCH", format!("/api/v1/tags/{tag}")).header("Content-Type", "application/json").body(r#"{"tag":"x"}"#);
    for call in [Call::get("/api/v1/tags"), unsigned, Call::new("DELETE", format!("/api/v1/tags/{tag}"))] {
        hop.send(&call).problem(401, "unauthenticated");
    }
    assert_eq!(tags_of(hop, &alias), json!([tag]));
}
