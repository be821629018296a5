//! The deployments that the cases share, each started when the first case asks for it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Call;
use crate::deployment::{Deployment, Settings};
use crate::edges::Edge;
use crate::secrets;

/// The default domain of every deployment.
pub const DOMAIN: &str = "hop.example";
/// Another domain of every deployment.
pub const OTHER_DOMAIN: &str = "b.example";
/// The admin's key.
pub const ADMIN_KEY: &str = "the-admin-key-of-the-conformance-suite";

/// The ingredient of the deployments' keyed digests.
pub const PEPPER: &str = "the-pepper-of-the-conformance-suite";

/// An origin whose pages may ask every deployment but the one with a name.
pub const APP: &str = "https://app.example";

const CORS: (&str, &str) = ("HOP_CORS_ORIGINS", "https://app.example, http://localhost:5173");

const DOMAINS: (&str, &str) = ("HOP_DOMAINS", "https://hop.example https://b.example");

/// One edge and its deployments.
pub struct World {
    /// The edge.
    pub edge: Edge,
    usual: OnceLock<Deployment>,
    without_admin: OnceLock<Deployment>,
    without_store: OnceLock<Deployment>,
    misconfigured: OnceLock<Deployment>,
    case_insensitive: OnceLock<Deployment>,
    names: AtomicU32,
}

impl World {
    /// A world without deployments yet.
    pub fn new(edge: Edge) -> Self {
        Self {
            edge,
            usual: OnceLock::new(),
            without_admin: OnceLock::new(),
            without_store: OnceLock::new(),
            misconfigured: OnceLock::new(),
            case_insensitive: OnceLock::new(),
            names: AtomicU32::new(1),
        }
    }

    /// What the usual deployment is told.
    pub fn usual_settings() -> Settings {
        Settings { admin_key: Some(ADMIN_KEY), settings: vec![DOMAINS, CORS], ..Settings::default() }
    }

    /// hop as it should be.
    pub fn hop(&self) -> &Deployment {
        self.usual.get_or_init(|| Deployment::start(self.edge, &Self::usual_settings()))
    }

    /// hop without an admin key.
    pub fn without_admin(&self) -> &Deployment {
        let settings = Settings { admin_key: None, ..Self::usual_settings() };
        self.without_admin.get_or_init(|| Deployment::start(self.edge, &settings))
    }

    /// hop whose store is not there.
    pub fn without_store(&self) -> &Deployment {
        let settings = Settings { without_store: true, ..Self::usual_settings() };
        self.without_store.get_or_init(|| Deployment::start(self.edge, &settings))
    }

    /// hop with a setting that makes no sense.
    pub fn misconfigured(&self) -> &Deployment {
        let settings = Settings { settings: vec![("HOP_DOMAINS", "hop.example")], ..Self::usual_settings() };
        self.misconfigured.get_or_init(|| Deployment::start(self.edge, &settings))
    }

    /// hop that does not tell capitals from small letters, has a name and colours of its own, and names its security
    /// contacts. Its requests may use more store operations than is usual.
    pub fn case_insensitive(&self) -> &Deployment {
        let settings = Settings {
            settings: vec![
                DOMAINS,
                ("HOP_ALIAS_CASE", "insensitive"),
                ("HOP_NAME", "Short & sweet"),
                ("HOP_COLORS", "#ffd400"),
                ("HOP_SECURITY_CONTACT", "mailto:security@hop.example, https://hop.example/report"),
                ("HOP_SECURITY_EXPIRES", "2027-01-01T01:00:00+01:00"),
                ("HOP_PLAN", "paid"),
                ("HOP_STORE_OPERATIONS", "100"),
            ],
            ..Self::usual_settings()
        };
        self.case_insensitive.get_or_init(|| Deployment::start(self.edge, &settings))
    }

    /// An alias no other case uses.
    pub fn alias(&self, stem: &str) -> String {
        format!("{stem}-{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// A new user of this role, by id, whom a key can belong to.
    ///
    /// # Panics
    /// When hop makes none.
    #[track_caller]
    pub fn user(&self, role: &str) -> String {
        let email = format!("{}@people.example", self.alias("user"));
        let made = self.hop().send(&Call::post_json("/api/v1/users", &json!({"email": email, "role": role}))).expect(201);
        made.json()["id"].as_str().unwrap().to_owned()
    }

    /// A new key of `owner` for these scopes, as hop tells it. Wherever it is used first it may take a moment until it can be read.
    ///
    /// # Panics
    /// When hop makes none.
    #[track_caller]
    pub fn key(&self, owner: &str, scopes: &[&str], said: &Value) -> Value {
        let mut body = json!({"name": "a key", "scopes": scopes, "owner": owner});
        body.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        let give_up = Instant::now() + Duration::from_secs(30);
        loop {
            let made = self.hop().send(&Call::post_json("/api/v1/keys", &body));
            // An edge may need a moment until the user can be read.
            if made.status != 422 || Instant::now() > give_up {
                let key = made.expect(201).json();
                self.can_be_read(&key, give_up);
                return key;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn can_be_read(&self, key: &Value, give_up: Instant) {
        let me = Call::get("/api/v1/me").with_key(key["secret"].as_str().unwrap());
        while self.hop().send(&me).status != 200 {
            assert!(Instant::now() < give_up, "a new key opens nothing");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends every deployment.
    pub fn end(self) {
        [&self.usual, &self.case_insensitive].into_iter().filter_map(OnceLock::get).for_each(secrets::ending);
    }
}
