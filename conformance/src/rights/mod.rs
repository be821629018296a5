//! Who may do what, tried out: every route, every kind of principal, one's own link and another's, on one domain and the other.
//!
//! What must hold is written here by hand and never read from hop: a table of routes ([`table`]), who comes ([`people`]), what is sent
//! ([`asks`]), and the checks that no table of routes shows ([`within`]). Over HTTP the cases of this crate run it; the core's own tests include
//! these files and run them against `App::handle`.

pub(crate) mod asks;
pub(crate) mod matrix;
pub(crate) mod people;
pub(crate) mod table;
pub(crate) mod within;

use serde_json::Value;

/// The default domain.
pub(crate) const DOMAIN: &str = "hop.example";
/// Another domain of the settings.
pub(crate) const OTHER_DOMAIN: &str = "b.example";

/// hop, however it is reached.
pub(crate) trait Hop {
    /// Asks the default domain.
    fn send(&self, ask: &Ask) -> Reply;
    /// What the bootstrap admin shows.
    fn admin_key(&self) -> String;
    /// Makes a user; the id.
    fn user(&self, role: &str) -> String;
    /// Gives a user another role.
    fn give_role(&self, user: &str, role: &str);
    /// Lets a user in no more.
    fn disable(&self, user: &str);
    /// Makes a key of `owner`; what its holder shows.
    fn key(&self, owner: &str, scopes: &[&str], domains: Option<&[&str]>) -> String;
    /// One that was revoked.
    fn revoked_key(&self, owner: &str) -> String;
    /// One that has expired.
    fn expired_key(&self, owner: &str) -> String;
    /// An alias, an external id or a name that nobody uses yet.
    fn name(&self, stem: &str) -> String;
}

/// A request in the making.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<String>,
}

impl Ask {
    pub(crate) fn to(method: &'static str, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: None }
    }

    pub(crate) fn json(self, json: &Value) -> Self {
        Self { body: Some(json.to_string()), ..self }.header("Content-Type", "application/json")
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn with(self, key: &str) -> Self {
        self.header("Authorization", format!("Bearer {key}"))
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// `WWW-Authenticate`
    pub(crate) challenge: Option<String>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.json()
    }
}

/// The id in what the holder of a key shows.
pub(crate) fn id_of(key: &str) -> &str {
    key.split('_').nth(1).unwrap_or_default()
}
