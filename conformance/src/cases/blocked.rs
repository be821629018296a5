//! Blocked links: reason, list, history and import.

use serde_json::{Value, json};

use super::{TARGET, address, cases, eventually, field_errors, link, readable};
use crate::client::Call;
use crate::deployment::Deployment;
use crate::world::World;

cases!("blocked":
    block_shows_its_reason_until_lifted,
    block_appears_in_list_and_history,
    import_keeps_a_block,
    block_needs_a_reason_and_a_key,
);

fn call(alias: &str, blocked: &Value) -> Call {
    Call::new("PATCH", address(alias)).header("Content-Type", "application/json").body(json!({ "blocked": blocked }).to_string())
}

/// Blocks or unblocks a link and waits until the change can be read.
#[track_caller]
fn block(hop: &Deployment, alias: &str, blocked: &Value) -> Value {
    let changed = hop.send(&call(alias, blocked).admin()).expect(200).json();
    readable(hop, alias, |link| link.is_some_and(|link| link["version"] == changed["version"]));
    changed
}

fn block_shows_its_reason_until_lifted(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("blocked"));
    link(hop, &alias, TARGET);
    let first = block(hop, &alias, &json!({"reason": "phishing"}));
    assert_eq!((&first["state"], &first["blocked"]["reason"]), (&json!("blocked"), &json!("phishing")));
    assert_eq!(first["blocked"]["at"], first["updated_at"]);
    let second = block(hop, &alias, &json!({"reason": "malware"}));
    assert_eq!((&second["blocked"]["reason"], &second["blocked"]["at"]), (&json!("malware"), &first["blocked"]["at"]));
    let lifted = block(hop, &alias, &Value::Null);
    assert_eq!((&lifted["state"], &lifted["blocked"], &lifted["version"]), (&json!("live"), &Value::Null, &json!(4)));
}

fn block_appears_in_list_and_history(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("listed"));
    link(hop, &alias, TARGET);
    let blocked = block(hop, &alias, &json!({"reason": "spam"}));
    let found = |state: &str| {
        let page = hop.send(&Call::get(format!("/api/v1/links?prefix={alias}&state={state}")).admin()).expect(200).json();
        page["items"].as_array().unwrap().len()
    };
    assert_eq!((found("blocked"), found("live")), (1, 0));
    let history = eventually("the history has two versions", || {
        let response = hop.send(&Call::get(format!("{}/history", address(&alias))).admin()).expect(200).json();
        Some(response["items"].as_array().unwrap().clone()).filter(|items| items.len() == 2)
    });
    assert_eq!((&history[0]["blocked"], &history[1]["blocked"]), (&blocked["blocked"], &Value::Null));
}

fn import_keeps_a_block(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("imported"));
    let blocked = json!({"reason": "phishing, \"perhaps\"", "at": "2020-01-02T03:04:05Z"});
    let line = json!({"target": TARGET, "alias": alias, "blocked": blocked}).to_string();
    let call = || Call::new("POST", "/api/v1/import").admin().header("Content-Type", "application/x-ndjson").body(line.clone());
    assert_eq!(hop.send(&call()).expect(200).json()["results"][0]["status"], 201);
    let read = readable(hop, &alias, |link| link.is_some()).unwrap();
    assert_eq!((&read["state"], &read["blocked"]), (&json!("blocked"), &blocked));
    assert_eq!(hop.send(&call()).expect(200).json()["results"][0]["status"], 200, "the link exists already");
}

fn block_needs_a_reason_and_a_key(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("reasons"));
    link(hop, &alias, TARGET);
    for (blocked, field, code) in [
        (json!({}), "/blocked/reason", "required"),
        (json!({"reason": null}), "/blocked/reason", "required"),
        (json!({"reason": "x".repeat(513)}), "/blocked/reason", "too_long"),
        (json!({"reason": "x", "at": "2020-01-02T03:04:05Z"}), "/blocked/at", "unknown"),
        (json!("x"), "/blocked", "wrong_type"),
    ] {
        let problem = hop.send(&call(&alias, &blocked).admin()).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.into(), code.into())], "{blocked}");
    }
    let new = json!({"target": TARGET, "blocked": {"reason": "x"}});
    let problem = hop.send(&Call::post_json("/api/v1/links", &new)).problem(422, "invalid_fields");
    assert_eq!(field_errors(&problem), [("/blocked".into(), "unknown".into())]);
    hop.send(&call(&alias, &json!({"reason": "x"}))).problem(401, "unauthenticated");
}
