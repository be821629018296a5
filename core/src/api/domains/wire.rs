//! Domains on the wire: every field always there.

use serde::Serialize;

use crate::model::config::Config;
use crate::model::domain::Domain;
use crate::model::target::Target;
use crate::store::Site;

/// A domain as the API shows it.
#[derive(Serialize)]
pub(super) struct DomainJson<'a> {
    domain: &'a str,
    origin: String,
    default: bool,
    configured: bool,
    root: Option<&'a str>,
    not_found: Option<&'a str>,
    ended: Option<&'a str>,
    version: u64,
}

impl<'a> DomainJson<'a> {
    pub(super) fn new(config: &Config, site: &'a Site) -> Self {
        let configured = config.origin_of(site.domain.as_str());
        Self {
            domain: site.domain.as_str(),
            origin: configured.map_or_else(|| format!("https://{}", site.domain), ToString::to_string),
            default: site.domain == *config.default_domain(),
            configured: configured.is_some(),
            root: site.root.as_ref().map(Target::as_str),
            not_found: site.not_found.as_ref().map(Target::as_str),
            ended: site.ended.as_ref().map(Target::as_str),
            version: site.version,
        }
    }
}

/// A domain's own address in the API. Only an IPv6 address holds anything to encode.
pub(super) fn address(domain: &Domain) -> String {
    let encoded: String = form_urlencoded::byte_serialize(domain.as_str().as_bytes()).collect();
    format!("/api/v1/domains/{encoded}")
}
