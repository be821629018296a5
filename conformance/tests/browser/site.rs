//! The servers of the browser tests: two deployments of hop and another site.

use std::net::SocketAddr;

use hop_conformance::client::Call;
use hop_conformance::deployment::{Deployment, Settings, free_address};
use hop_conformance::edges::Edge;
use hop_conformance::server::OtherSite;
use hop_conformance::world::World;
use serde_json::{Value, json};

use crate::foreign;

/// A domain of hop without TLS. Browsers accept no secure cookies from it.
pub(crate) const PLAIN: &str = "hop.example";
/// Another domain without TLS. Browsers trust `localhost`, so they accept secure cookies.
pub(crate) const TRUSTED: &str = "hop.localhost";
/// The domain of a deployment with a name and colours of its own.
pub(crate) const NAMED: &str = "named.example";
/// The host of the other site.
pub(crate) const OTHER_SITE: &str = "other-site.example";

/// The password of every link that has one.
pub(crate) const PASSWORD: &str = "hunter2hunter2";

const USUAL_SETTINGS: [(&str, &str); 2] =
    [("HOP_DOMAINS", "https://hop.example http://hop.localhost"), ("HOP_TARGET_SCHEMES", "https http my-app")];
const NAMED_SETTINGS: [(&str, &str); 3] =
    [("HOP_DOMAINS", "http://named.example"), ("HOP_NAME", "Short & sweet"), ("HOP_COLORS", "#ffd400")];

/// The running servers.
pub(crate) struct Site {
    hop: Deployment,
    named: Deployment,
    other_site_address: SocketAddr,
    /// The site that links redirect to.
    pub(crate) other_site: OtherSite,
}

impl Site {
    /// Starts the servers, without links.
    pub(crate) fn start() -> Self {
        let start = |settings: &[(&'static str, &'static str)]| {
            Deployment::start(Edge::Memory, &Settings { settings: settings.into(), ..World::usual_settings() })
        };
        let other_site_address = free_address();
        Self {
            hop: start(&USUAL_SETTINGS),
            named: start(&NAMED_SETTINGS),
            other_site_address,
            other_site: OtherSite::start(other_site_address, foreign::html()),
        }
    }

    /// The address of each host, for the browser.
    pub(crate) fn hosts(&self) -> Value {
        json!({ PLAIN: self.hop.address, TRUSTED: self.hop.address, NAMED: self.named.address, OTHER_SITE: self.other_site_address })
    }

    /// Creates a link on `domain`, with further fields in `more`.
    pub(crate) fn link(&self, domain: &str, alias: &str, target: &str, more: &Value) {
        let hop = if domain == NAMED { &self.named } else { &self.hop };
        let mut link = json!({ "domain": domain, "alias": alias, "target": target });
        link.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        hop.send(&Call::post_json("/api/v1/links", &link).host(domain)).expect(201);
    }

    /// Adds a host to the blocklist.
    pub(crate) fn block(&self, host: &str) {
        self.hop.send(&Call::post_json("/api/v1/blocklist", &json!({ "host": host }))).expect(201);
    }

    /// Deletes the link of `alias`.
    pub(crate) fn delete(&self, alias: &str) {
        self.hop.send(&Call::new("DELETE", format!("/api/v1/links/{alias}")).admin()).expect(204);
    }
}
