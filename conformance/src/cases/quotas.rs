//! Quotas: 429 once the links of a user or a key are used up, alone and in batches and imports.

use serde_json::{Value, json};

use super::{TARGET, cases, field_errors};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::edges::Edge;
use crate::world::World;

cases!("quotas":
    daily_quota_of_a_user_ends_creation,
    quota_of_a_key_counts_in_addition,
    total_quota_of_a_user_counts_deleted_links,
    keyed_retry_takes_no_second_unit,
    largest_quota_depends_on_the_edge,
    only_admins_set_quotas,
);

const WRITER: [&str; 3] = ["links:read", "links:write", "links:admin"];

/// A new user with this quota.
#[track_caller]
fn user(world: &World, quota: &Value) -> String {
    let email = format!("{}@people.example", world.alias("quota"));
    let made = world.hop().send(&Call::post_json("/api/v1/users", &json!({"email": email, "role": "admin", "quota": quota}))).expect(201);
    made.json()["id"].as_str().unwrap().to_owned()
}

/// The secret of a new key of the user.
#[track_caller]
fn key(world: &World, owner: &str, more: &Value) -> String {
    world.key(owner, &WRITER, more)["secret"].as_str().unwrap().to_owned()
}

fn create(secret: &str) -> Call {
    post("/api/v1/links", &json!({"target": TARGET}), secret)
}

fn post(path: &str, body: &Value, secret: &str) -> Call {
    Call::new("POST", path).json(body).with_key(secret)
}

#[track_caller]
fn assert_exceeded(response: &Response, limit: &str, resets: bool) {
    let problem = response.problem(429, "quota_exceeded");
    assert!(problem["detail"].as_str().unwrap().contains(limit), "{problem}");
    let wait = response.header("retry-after").map(|seconds| seconds.parse::<u32>().unwrap());
    assert_eq!(wait.is_some_and(|seconds| (1..=86_400).contains(&seconds)), resets, "{wait:?}");
    assert_eq!(response.header("ratelimit"), None);
}

fn daily_quota_of_a_user_ends_creation(world: &World) {
    let hop = world.hop();
    let owner = user(world, &json!({"links_per_day": 4}));
    let shown = hop.send(&Call::get(format!("/api/v1/users/{owner}")).admin()).expect(200).json();
    assert_eq!(shown["quota"], json!({"links_per_day": 4, "links": null}));
    let [one, other] = [(); 2].map(|()| key(world, &owner, &json!({})));
    let item = json!({"op": "create", "link": {"target": TARGET}});
    hop.send(&create(&one)).expect(201);
    hop.send(&post("/shorten", &json!({"url": TARGET}), &one)).expect(201);
    let batch = |secret: &str| hop.send(&post("/api/v1/batch", &json!({"items": [item]}), secret)).expect(200).json();
    assert_eq!(batch(&other)["succeeded"], 1);
    let import = Call::new("POST", "/api/v1/import").header("Content-Type", "application/x-ndjson");
    let import = import.body(json!({"target": TARGET}).to_string()).with_key(&other);
    assert_eq!(hop.send(&import).expect(200).json()["imported"], 1);
    for call in [create(&one), create(&other), post("/shorten", &json!({"url": TARGET}), &one)] {
        assert_exceeded(&hop.send(&call), "4 links a day (`links_per_day`)", true);
    }
    for results in [batch(&one), hop.send(&import).expect(200).json()] {
        let result = &results["results"][0];
        assert_eq!((&result["status"], &result["problem"]["code"]), (&json!(429), &json!("quota_exceeded")));
    }
    let lifted = Call::new("PATCH", format!("/api/v1/users/{owner}")).admin().header("Content-Type", "application/merge-patch+json");
    hop.send(&lifted.body(json!({"quota": null}).to_string())).expect(200);
    super::eventually("the quota is lifted", || (hop.send(&create(&one)).status == 201).then_some(()));
}

fn quota_of_a_key_counts_in_addition(world: &World) {
    let (hop, owner) = (world.hop(), user(world, &json!({"links_per_day": 3})));
    let limited = world.key(&owner, &WRITER, &json!({"quota": {"links": 2, "links_per_day": 9}}));
    assert_shape(&limited, "made-key");
    assert_eq!(limited["quota"], json!({"links_per_day": 9, "links": 2}));
    let secret = limited["secret"].as_str().unwrap();
    for _ in 0..2 {
        hop.send(&create(secret)).expect(201);
    }
    for _ in 0..2 {
        assert_exceeded(&hop.send(&create(secret)), "2 links in all (`links`)", false);
    }
    let other = key(world, &owner, &json!({}));
    hop.send(&create(&other)).expect(201);
    assert_exceeded(&hop.send(&create(&other)), "3 links a day", true);
}

fn total_quota_of_a_user_counts_deleted_links(world: &World) {
    let (hop, owner) = (world.hop(), user(world, &json!({"links": 2})));
    let secret = key(world, &owner, &json!({}));
    let made = hop.send(&create(&secret)).expect(201).json();
    let path = format!("/api/v1/links/{}", made["alias"].as_str().unwrap());
    hop.send(&create(&secret)).expect(201);
    hop.send(&Call::new("DELETE", path.as_str()).with_key(&secret)).expect(204);
    assert_exceeded(&hop.send(&create(&secret)), "2 links in all (`links`)", false);
    hop.send(&Call::new("POST", format!("{path}/restore")).with_key(&secret)).expect(200);
}

fn keyed_retry_takes_no_second_unit(world: &World) {
    let (hop, owner) = (world.hop(), user(world, &json!({"links_per_day": 2})));
    let secret = key(world, &owner, &json!({}));
    let keyed = create(&secret).header("Idempotency-Key", world.alias("once"));
    let made = hop.send(&keyed).expect(201).json();
    assert_eq!(hop.send(&keyed).expect(201).json()["id"], made["id"]);
    hop.send(&create(&secret)).expect(201);
    assert_exceeded(&hop.send(&create(&secret)), "2 links a day", true);
}

/// Compute counts with tickets, at most 1,000 for one limit.
fn largest_quota_depends_on_the_edge(world: &World) {
    let (hop, owner) = (world.hop(), world.user("editor"));
    let largest = hop.send(&Call::get("/capabilities")).expect(200).json()["limits"]["links_per_day"].clone();
    let most: u32 = if world.edge == Edge::Viceroy { 1_000 } else { 100_000 };
    assert_eq!(largest, most);
    let email = |quota: Value| json!({"email": format!("{}@people.example", world.alias("most")), "quota": quota});
    let new_key = |quota: Value| json!({"name": "k", "scopes": ["links:write"], "owner": owner, "quota": quota});
    for limit in ["links_per_day", "links"] {
        let most = if limit == "links" { 100_000 } else { most };
        for (path, body) in [("/api/v1/users", email(json!({limit: most}))), ("/api/v1/keys", new_key(json!({limit: most})))] {
            super::eventually("the user is seen", || (hop.send(&Call::post_json(path, &body)).status == 201).then_some(()));
        }
        for (path, body) in [("/api/v1/users", email(json!({limit: most + 1}))), ("/api/v1/keys", new_key(json!({limit: most + 1})))] {
            let problem = hop.send(&Call::post_json(path, &body)).problem(422, "invalid_fields");
            assert_eq!(field_errors(&problem), vec![(format!("/quota/{limit}"), "out_of_range".to_owned())]);
        }
    }
}

fn only_admins_set_quotas(world: &World) {
    let (hop, owner) = (world.hop(), world.user("editor"));
    let secret = world.key(&owner, &["users:admin", "keys:admin"], &json!({}))["secret"].as_str().unwrap().to_owned();
    let patch = Call::new("PATCH", format!("/api/v1/users/{owner}")).header("Content-Type", "application/merge-patch+json");
    hop.send(&patch.body(json!({"quota": null}).to_string()).with_key(&secret)).problem(403, "forbidden");
    let key = json!({"name": "k", "scopes": ["keys:admin"], "owner": owner, "quota": {"links": 1}});
    hop.send(&post("/api/v1/keys", &key, &secret)).problem(403, "forbidden");
}
