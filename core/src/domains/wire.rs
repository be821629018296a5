//! Domains on the wire: every field always there.

use crate::config::Config;
use crate::domain::Domain;
use crate::json::Members;
use crate::records::Site;
use crate::target::Target;

pub(super) fn domain(config: &Config, site: &Site, json: &mut Members) {
    let configured = config.origin_of(site.domain.as_str());
    json.text("domain", site.domain.as_str());
    json.text("origin", &configured.map_or_else(|| format!("https://{}", site.domain), ToString::to_string));
    json.flag("default", site.domain == *config.default_domain());
    json.flag("configured", configured.is_some());
    json.text_or_null("root", site.root.as_ref().map(Target::as_str));
    json.text_or_null("not_found", site.not_found.as_ref().map(Target::as_str));
    json.text_or_null("ended", site.ended.as_ref().map(Target::as_str));
    json.number("version", site.version);
}

/// A domain's own address in the API. Only an IPv6 address holds anything to encode.
pub(super) fn address(domain: &Domain) -> String {
    let encoded: String = form_urlencoded::byte_serialize(domain.as_str().as_bytes()).collect();
    format!("/api/v1/domains/{encoded}")
}
