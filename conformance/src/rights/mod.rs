//! Rights of every kind of caller: each endpoint is called with every kind of credential, for the caller's own link and
//! for somebody else's, on two domains.
//!
//! * [`table`] the right that each endpoint requires, written by hand and never read from hop
//! * [`principals`] the callers
//! * [`requests`] what is sent to each endpoint
//! * [`matrix`] compares the outcomes with the table
//!
//! `cases/matrix.rs` runs the matrix. `cases/rights.rs` tests the rights that depend on a link or a body.

pub(crate) mod matrix;
pub(crate) mod principals;
pub(crate) mod requests;
pub(crate) mod table;

use std::time::{SystemTime, UNIX_EPOCH};

use hop_core::Timestamp;
use serde_json::json;

use crate::cases::eventually;
use crate::client::{Call, Response};
use crate::world::World;
use principals::SCOPES;

/// Lifetime of the expired key: long enough to create it and to see that it works.
const KEY_LIFETIME_MILLIS: u128 = 3_000;

/// The deployment whose rights are tested, with its users and keys. It is one whose owners no other case counts.
#[derive(Clone, Copy)]
pub(crate) struct Hop<'a>(pub(crate) &'a World);

impl Hop<'_> {
    pub(crate) fn send(self, call: &Call) -> Response {
        self.0.case_insensitive().send(call)
    }

    /// Sends `call` with `key`.
    pub(crate) fn send_as(self, key: &str, call: Call) -> Response {
        self.send(&call.with_key(key))
    }

    /// Fails unless `call` with `key` is forbidden.
    #[track_caller]
    pub(crate) fn assert_forbidden(self, key: &str, call: Call) {
        let shown = format!("{call:?}");
        let response = self.send_as(key, call);
        assert_eq!((response.status, &response.json()["code"]), (403, &json!("forbidden")), "{shown}: {}", response.text());
    }

    /// Creates a user and returns the id.
    pub(crate) fn user(self, role: &str) -> String {
        let user = json!({"email": format!("{}@people.example", self.name("rights")), "role": role});
        let created = self.send(&Call::post_json("/api/v1/users", &user)).expect(201).json();
        created["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn give_role(self, user: &str, role: &str) {
        self.send(&Call::new("PATCH", format!("/api/v1/users/{user}")).json(&json!({ "role": role })).admin()).expect(200);
    }

    pub(crate) fn disable(self, user: &str) {
        self.send(&Call::new("PATCH", format!("/api/v1/users/{user}")).json(&json!({"disabled": true})).admin()).expect(200);
    }

    /// Creates a key of `owner` and returns its secret.
    pub(crate) fn key(self, owner: &str, scopes: &[&str], domains: Option<&[&str]>) -> String {
        self.key_until(owner, scopes, domains, None)
    }

    fn key_until(self, owner: &str, scopes: &[&str], domains: Option<&[&str]>, expires_at: Option<String>) -> String {
        let key = json!({"name": "rights", "scopes": scopes, "domains": domains, "owner": owner, "expires_at": expires_at});
        let created = self.send(&Call::post_json("/api/v1/keys", &key)).expect(201).json();
        created["secret"].as_str().unwrap().to_owned()
    }

    pub(crate) fn revoked_key(self, owner: &str) -> String {
        let key = self.key(owner, &SCOPES, None);
        assert!(self.is_valid(&key));
        self.send(&Call::new("DELETE", format!("/api/v1/keys/{}", id_of(&key))).admin()).expect(204);
        key
    }

    pub(crate) fn expired_key(self, owner: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let end = Timestamp::from_millis(u64::try_from(now + KEY_LIFETIME_MILLIS).unwrap());
        let key = self.key_until(owner, &SCOPES, None, Some(end.to_string()));
        assert!(self.is_valid(&key));
        eventually("the key expires", || (!self.is_valid(&key)).then_some(()));
        key
    }

    pub(crate) fn is_valid(self, key: &str) -> bool {
        self.send_as(key, Call::get("/api/v1/me")).status == 200
    }

    /// An alias, an external id or a name that no other case uses.
    pub(crate) fn name(self, stem: &str) -> String {
        self.0.alias(stem)
    }
}

/// The id inside the secret of a key.
pub(crate) fn id_of(key: &str) -> &str {
    key.split('_').nth(1).unwrap_or_default()
}
