//! The deployments that cases share. Each is started for the first case that needs it.

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

/// The pepper of every deployment.
pub const PEPPER: &str = "the-pepper-of-the-conformance-suite";

/// The origin that CORS allows on every deployment except the case-insensitive one.
pub const APP: &str = "https://app.example";

const CORS: (&str, &str) = ("HOP_CORS_ORIGINS", "https://app.example, http://localhost:5173");

/// The suite creates many links, reports many, and sends many invalid credentials. [`World::limited`] has these limits.
const FEW_LIMITS: (&str, &str) =
    ("HOP_RATE_LIMITS", "create=off credentials=off sign-in-network=1000/1d sign-in-account=1000/1d report=1000/1d report-all=1000/1d");

const DOMAINS: (&str, &str) = ("HOP_DOMAINS", "https://hop.example https://b.example");

/// An edge and the deployments on it.
pub struct World {
    /// The edge.
    pub edge: Edge,
    usual: OnceLock<Deployment>,
    without_admin: OnceLock<Deployment>,
    without_store: OnceLock<Deployment>,
    misconfigured: OnceLock<Deployment>,
    case_insensitive: OnceLock<Deployment>,
    cache_access: OnceLock<Deployment>,
    limited: OnceLock<Deployment>,
    blocklist: OnceLock<Deployment>,
    names: AtomicU32,
}

impl World {
    /// Starts no deployment yet.
    pub fn new(edge: Edge) -> Self {
        Self {
            edge,
            usual: OnceLock::new(),
            without_admin: OnceLock::new(),
            without_store: OnceLock::new(),
            misconfigured: OnceLock::new(),
            case_insensitive: OnceLock::new(),
            cache_access: OnceLock::new(),
            limited: OnceLock::new(),
            blocklist: OnceLock::new(),
            names: AtomicU32::new(1),
        }
    }

    /// The settings of the usual deployment.
    pub fn usual_settings() -> Settings {
        Settings { admin_key: Some(ADMIN_KEY), settings: vec![DOMAINS, CORS, FEW_LIMITS], ..Settings::default() }
    }

    /// The usual deployment.
    pub fn hop(&self) -> &Deployment {
        self.usual.get_or_init(|| Deployment::start(self.edge, &Self::usual_settings()))
    }

    /// A deployment without a bootstrap admin.
    pub fn without_admin(&self) -> &Deployment {
        let settings = Settings { admin_key: None, ..Self::usual_settings() };
        self.without_admin.get_or_init(|| Deployment::start(self.edge, &settings))
    }

    /// A deployment whose store is missing.
    pub fn without_store(&self) -> &Deployment {
        let settings = Settings { without_store: true, ..Self::usual_settings() };
        self.without_store.get_or_init(|| Deployment::start(self.edge, &settings))
    }

    /// A deployment with an invalid setting.
    pub fn misconfigured(&self) -> &Deployment {
        let settings = Settings { settings: vec![("HOP_DOMAINS", "hop.example")], ..Self::usual_settings() };
        self.misconfigured.get_or_init(|| Deployment::start(self.edge, &settings))
    }

    /// A deployment with case-insensitive aliases, a name and colours of its own, security contacts, a larger
    /// operation budget, links that stay fresh longer, and targets on other link shorteners.
    pub fn case_insensitive(&self) -> &Deployment {
        let settings = Settings {
            settings: vec![
                DOMAINS,
                FEW_LIMITS,
                ("HOP_ALIAS_CASE", "insensitive"),
                ("HOP_NAME", "Short & sweet"),
                ("HOP_COLORS", "#ffd400"),
                ("HOP_SECURITY_CONTACT", "mailto:security@hop.example, https://hop.example/report"),
                ("HOP_SECURITY_EXPIRES", "2027-01-01T01:00:00+01:00"),
                ("HOP_PLAN", "paid"),
                ("HOP_STORE_OPERATIONS", "100"),
                ("HOP_FRESH_SECONDS", "90"),
                ("HOP_BLOCK_SHORTENERS", "off"),
            ],
            ..Self::usual_settings()
        };
        self.case_insensitive.get_or_init(|| Deployment::start(self.edge, &settings))
    }

    /// A deployment whose cache the tests can use, with links that stay fresh as briefly as possible.
    pub fn cache_access(&self) -> &Deployment {
        let mut settings = Settings { cache_access: true, ..Self::usual_settings() };
        settings.settings.push(("HOP_FRESH_SECONDS", "30"));
        self.cache_access.get_or_init(|| Deployment::start(self.edge, &settings))
    }

    /// A deployment with few units of each rate limit, on which anybody may shorten.
    pub fn limited(&self) -> &Deployment {
        let limits = "create=4/1d credentials=5/1d public-shorten=2/1d public-shorten-all=50/1d \
            sign-in-network=3/1d sign-in-account=4/1d sign-in-device=2/1d refresh=2/1d report=2/1d report-all=4/1d";
        let settings = Settings {
            settings: vec![DOMAINS, ("HOP_RATE_LIMITS", limits), ("HOP_PUBLIC_SHORTEN", "on")],
            few_unknown_aliases: true,
            ..Self::usual_settings()
        };
        self.limited.get_or_init(|| Deployment::start(self.edge, &settings))
    }

    /// A deployment whose blocklist is used.
    pub fn blocklist(&self) -> &Deployment {
        self.blocklist.get_or_init(|| Deployment::start(self.edge, &Self::usual_settings()))
    }

    /// An alias that no other case uses.
    pub fn alias(&self, stem: &str) -> String {
        format!("{stem}-{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// Creates a user with this role and returns the id.
    ///
    /// # Panics
    /// When hop refuses.
    #[track_caller]
    pub fn user(&self, role: &str) -> String {
        let email = format!("{}@people.example", self.alias("user"));
        let created = self.hop().send(&Call::post_json("/api/v1/users", &json!({"email": email, "role": role}))).expect(201);
        created.json()["id"].as_str().unwrap().to_owned()
    }

    /// Creates a key of `owner` with these scopes, returns it, and waits until it is valid.
    ///
    /// # Panics
    /// When hop refuses.
    #[track_caller]
    pub fn key(&self, owner: &str, scopes: &[&str], more: &Value) -> Value {
        let mut body = json!({"name": "a key", "scopes": scopes, "owner": owner});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let created = self.hop().send(&Call::post_json("/api/v1/keys", &body));
            // The read of the user may lag behind its creation.
            if created.status != 422 || Instant::now() > deadline {
                let key = created.expect(201).json();
                self.wait_until_valid(&key, deadline);
                return key;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn wait_until_valid(&self, key: &Value, deadline: Instant) {
        let me = Call::get("/api/v1/me").with_key(key["secret"].as_str().unwrap());
        while self.hop().send(&me).status != 200 {
            assert!(Instant::now() < deadline, "a new key is not valid after thirty seconds");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends every deployment.
    pub fn end(self) {
        [&self.usual, &self.case_insensitive].into_iter().filter_map(OnceLock::get).for_each(secrets::before_end);
    }
}
