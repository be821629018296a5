//! Upserts by external id, and campaign parameters.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, field_errors, race, readable};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::World;

cases!("upserts":
    external_id_has_one_link,
    concurrent_upserts_create_one_link,
    upsert_needs_an_external_id,
    campaign_parameters_are_merged_into_the_target,
    wrong_campaign_parameters_are_named,
);

fn upsert(hop: &Deployment, id: &str, fields: &Value) -> Response {
    let mut link = json!({"target": TARGET, "external_id": id, "update_if_exists": true});
    for (name, value) in fields.as_object().unwrap() {
        link[name] = value.clone();
    }
    create(hop, &link)
}

fn external_id_has_one_link(world: &World) {
    let (hop, id) = (world.hop(), world.alias("sku"));
    let first = upsert(hop, &id, &json!({"title": "T"})).expect(201);
    assert_eq!(first.header("etag").unwrap(), "\"1\"");
    let alias = first.json()["alias"].as_str().unwrap().to_owned();
    readable(hop, &alias, |link| link.is_some());
    let second = upsert(hop, &id, &json!({"note": "N"})).expect(200);
    assert_eq!(second.header("location"), first.header("location"));
    assert_shape(&second.json(), "link");
    let link = second.json();
    assert_eq!((&link["id"], &link["title"], &link["note"], &link["version"]), (&first.json()["id"], &json!("T"), &json!("N"), &json!(2)));
    let other = world.alias("sku-moved");
    readable(hop, &alias, |link| link.is_some_and(|link| link["version"] == 2));
    let moved = upsert(hop, &id, &json!({"alias": other})).expect(200).json();
    assert_eq!((&moved["id"], &moved["alias"]), (&link["id"], &json!(other)));
}

fn concurrent_upserts_create_one_link(world: &World) {
    let (hop, id) = (world.hop(), world.alias("concurrent"));
    let id = id.as_str();
    let ask = |number: u8| move || upsert(hop, id, &json!({"note": number.to_string()}));
    let responses = race(world.edge, (0..6).map(ask).collect());
    let created: Vec<Value> = responses.iter().filter(|response| response.status != 503).map(Response::json).collect();
    assert!(!created.is_empty() && responses.iter().all(|response| [200, 201, 503].contains(&response.status)));
    assert!(created.iter().all(|link| link["id"] == created[0]["id"] && link["alias"] == created[0]["alias"]), "{created:?}");
}

fn upsert_needs_an_external_id(world: &World) {
    let hop = world.hop();
    let refused = |body: Value, expected: &[(&str, &str)]| {
        assert_errors(&create(hop, &body), expected);
    };
    refused(json!({"target": TARGET, "update_if_exists": true}), &[("/external_id", "required")]);
    let both = json!({"target": TARGET, "external_id": "x", "update_if_exists": true, "find_if_exists": true});
    refused(both, &[("/update_if_exists", "conflicts")]);
    refused(json!({"target": TARGET, "update_if_exists": 1}), &[("/update_if_exists", "wrong_type")]);
}

fn campaign_parameters_are_merged_into_the_target(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("utm"));
    let fields =
        json!({"alias": alias, "target": "https://example.com/?utm_source=old&q=%7E#top", "utm_source": "news letter", "utm_medium": "é"});
    let link = create(hop, &fields).expect(201).json();
    assert_eq!(link["target"], "https://example.com/?utm_source=news+letter&q=%7E&utm_medium=%C3%A9#top");
    assert!(link.get("utm_source").is_none());
    readable(hop, &alias, |link| link.is_some());
    let patch = json!({"utm_source": null, "utm_id": "7"});
    let call = Call::new("PATCH", address(&alias)).admin().header("Content-Type", "application/json").body(patch.to_string());
    assert_eq!(hop.send(&call).expect(200).json()["target"], "https://example.com/?q=%7E&utm_medium=%C3%A9&utm_id=7#top");
}

fn wrong_campaign_parameters_are_named(world: &World) {
    let fields = json!({"target": TARGET, "utm_source": "", "utm_medium": 7, "utm_campaign": "x".repeat(257), "utm_other": "x"});
    let expected = [("/utm_source", "required"), ("/utm_medium", "wrong_type"), ("/utm_campaign", "too_long"), ("/utm_other", "unknown")];
    assert_errors(&create(world.hop(), &fields), &expected);
}

fn assert_errors(response: &Response, expected: &[(&str, &str)]) {
    let found = field_errors(&response.problem(422, "invalid_fields"));
    let found: Vec<(&str, &str)> = found.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
    assert_eq!(found, expected);
}
