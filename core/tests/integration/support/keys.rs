//! Users planted in the store, and keys that the admin creates for them.

use hop_core::memory::MemoryEdge;
use hop_core::store::Key;
use serde_json::{Value, json};

use super::client::Answer;
use super::{Ask, Isolate, run};

pub(crate) const KEYS: &str = "/api/v1/keys";

/// Every scope there is.
pub(crate) const SCOPES: [&str; 13] = [
    "links:read",
    "links:write",
    "links:admin",
    "stats:read",
    "stats:write",
    "domains:admin",
    "blocklist:admin",
    "reports:admin",
    "users:admin",
    "keys:admin",
    "audit:read",
    "metrics:read",
    "system:write",
];

/// Plants the user `usr_xxx…` with this role and status.
pub(crate) fn user(edge: &MemoryEdge, letter: char, role: &str, status: &str) -> String {
    let id = format!("usr_{}", letter.to_string().repeat(17));
    edge.records.plant_user(&id, role, status);
    id
}

/// A request that creates a key for `owner` with these scopes and further `fields`.
pub(crate) fn new_key(owner: &str, scopes: &[&str], fields: &Value) -> Ask {
    let mut body = json!({"name": "a key", "scopes": scopes, "owner": owner});
    body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    Ask::post(KEYS, &body)
}

pub(crate) fn ask(edge: &MemoryEdge, ask: Ask) -> Answer {
    run(Isolate::new(edge).ask(ask))
}

/// Creates a key as the admin and returns its id and its secret.
#[track_caller]
pub(crate) fn key(edge: &MemoryEdge, owner: &str, scopes: &[&str], fields: &Value) -> (String, String) {
    let made = ask(edge, new_key(owner, scopes, fields));
    assert_eq!(made.code(), 201, "{}", made.json());
    let text = |name: &str| made.json()[name].as_str().expect("a text").to_owned();
    (text("id"), text("secret"))
}

/// The record of a key, read directly from the store.
pub(crate) fn key_record(edge: &MemoryEdge, id: &str) -> Value {
    let record = edge.records.peek(&Key::stored(format!("key/{id}"))).expect("a key has a record");
    serde_json::from_slice(&record.value).expect("a record is JSON")
}

/// The user that [`plant`] stores.
pub(crate) const OWNER: &str = "usr_eeeeeeeeeeeeeeeee";

/// The id of the key that [`plant`] stores.
pub(crate) const PLANTED: &str = "2qWPQagASuAbYiNQK";

/// That key as its owner sends it.
pub(crate) const SHOWN: &str = "hop_2qWPQagASuAbYiNQK_dUsoYCU9VKLxC82cjTExD3NVCLNr3wises2JgKGEzJu4";

/// Plants a key with a fixed secret, and its owner, an editor.
pub(crate) fn plant(edge: &MemoryEdge) {
    let owner = user(edge, 'e', "editor", "in");
    // The digest of the secret under the pepper of these tests.
    let mark = "HaJNiD2Z6NFqgteJhgdRirG7bfSYECkuHHoL1ewaCAo";
    let record = json!({
        "v": 1, "tokens": {"created": "t", "recent": ["t"]}, "id": PLANTED, "name": "a key", "scopes": ["links:read"], "owner": owner, "most": "owner",
        "created_at": 1, "expires_at": null, "last_used_at": null, "revoked_at": null, "mark": mark,
    });
    edge.records.plant(&Key::stored(format!("key/{PLANTED}")), &record.to_string());
}
