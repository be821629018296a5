//! What runs while the browser looks: two deployments of hop, and another site.

use std::net::SocketAddr;

use hop_conformance::client::Call;
use hop_conformance::deployment::{Deployment, Settings, free_address};
use hop_conformance::edges::Edge;
use hop_conformance::server::DomainRedirects;
use hop_conformance::world::World;
use serde_json::{Value, json};

use crate::foreign;

/// A domain of hop. It is served without TLS, so to the browser it is one that it trusts with no secure cookie.
pub(crate) const PLAIN: &str = "hop.example";
/// Another, which it does trust: what ends in `localhost` is as good as TLS.
pub(crate) const TRUSTED: &str = "hop.localhost";
/// The domain of a deployment that chose how its pages look.
pub(crate) const NAMED: &str = "named.example";
/// The host of another site.
pub(crate) const ELSEWHERE: &str = "elsewhere.example";

/// The password of every link that has one.
pub(crate) const PASSWORD: &str = "hunter2hunter2";

const USUAL_SETTINGS: [(&str, &str); 2] =
    [("HOP_DOMAINS", "https://hop.example http://hop.localhost"), ("HOP_TARGET_SCHEMES", "https http my-app")];
const NAMED_SETTINGS: [(&str, &str); 3] =
    [("HOP_DOMAINS", "http://named.example"), ("HOP_NAME", "Short & sweet"), ("HOP_COLORS", "#ffd400")];

/// Everything that runs.
pub(crate) struct DomainRecord {
    hop: Deployment,
    named: Deployment,
    elsewhere_at: SocketAddr,
    /// The site that links lead to.
    pub(crate) elsewhere: DomainRedirects,
}

impl DomainRecord {
    /// Starts it all, without links.
    pub(crate) fn start() -> Self {
        let start = |settings: &[(&'static str, &'static str)]| {
            Deployment::start(Edge::Memory, &Settings { settings: settings.into(), ..World::usual_settings() })
        };
        let elsewhere_at = free_address();
        Self {
            hop: start(&USUAL_SETTINGS),
            named: start(&NAMED_SETTINGS),
            elsewhere_at,
            elsewhere: DomainRedirects::start(elsewhere_at, foreign::html()),
        }
    }

    /// Where the browser finds each host.
    pub(crate) fn hosts(&self) -> Value {
        json!({ PLAIN: self.hop.address, TRUSTED: self.hop.address, NAMED: self.named.address, ELSEWHERE: self.elsewhere_at })
    }

    /// Makes a link at `domain`; `more` says what it has besides.
    pub(crate) fn link(&self, domain: &str, alias: &str, target: &str, more: &Value) {
        let hop = if domain == NAMED { &self.named } else { &self.hop };
        let mut link = json!({ "domain": domain, "alias": alias, "target": target });
        link.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        hop.send(&Call::post_json("/api/v1/links", &link).host(domain)).expect(201);
    }

    /// Deletes the link of `alias`.
    pub(crate) fn delete(&self, alias: &str) {
        self.hop.send(&Call::new("DELETE", format!("/api/v1/links/{alias}")).admin()).expect(204);
    }
}
