//! The deployments that the cases share, each started when the first case asks for it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

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
        Settings { admin_key: Some(ADMIN_KEY), settings: vec![DOMAINS], ..Settings::default() }
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

    /// hop that does not tell capitals from small letters, and has a name and colours of its own.
    pub fn case_insensitive(&self) -> &Deployment {
        let settings = Settings {
            settings: vec![DOMAINS, ("HOP_ALIAS_CASE", "insensitive"), ("HOP_NAME", "Short & sweet"), ("HOP_COLORS", "#ffd400")],
            ..Self::usual_settings()
        };
        self.case_insensitive.get_or_init(|| Deployment::start(self.edge, &settings))
    }

    /// An alias no other case uses.
    pub fn alias(&self, stem: &str) -> String {
        format!("{stem}-{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// Ends every deployment.
    pub fn end(self) {
        [&self.usual, &self.case_insensitive].into_iter().filter_map(OnceLock::get).for_each(secrets::ending);
    }
}
