//! JSON of a domain. Every field is always present.

use serde::Serialize;

#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::config::Config;
use crate::model::domain::Domain;
use crate::model::target::Target;
use crate::store::DomainRecord;

/// A domain that the deployment serves.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Domain"))]
pub(super) struct DomainJson<'a> {
    /// Name of the domain.
    domain: &'a str,
    /// Beginning of its short URLs: scheme, host and port.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::UrlSchema"))]
    origin: String,
    /// Whether links are created on this domain unless they name another.
    default: bool,
    /// Whether the setting `HOP_DOMAINS` names it. Otherwise it was added through the API.
    configured: bool,
    /// Where visitors of `/` are redirected.
    #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::target::MAX_BYTES)))]
    root: Option<&'a str>,
    /// Where visitors are redirected if their alias has no link, or one that has not started.
    #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::target::MAX_BYTES)))]
    not_found: Option<&'a str>,
    /// Where visitors are redirected if their link is deleted, blocked, disabled, past its end or used up, unless its
    /// `fallback` applies.
    #[cfg_attr(feature = "docs", schemars(length(min = 1, max = crate::model::target::MAX_BYTES)))]
    ended: Option<&'a str>,
    /// Number of the last change. It is the `ETag`.
    #[cfg_attr(feature = "docs", schemars(range(min = 1)))]
    version: u64,
}

impl<'a> DomainJson<'a> {
    pub(super) fn new(config: &Config, domain_record: &'a DomainRecord) -> Self {
        let configured = config.origin_of(domain_record.domain.as_str());
        Self {
            domain: domain_record.domain.as_str(),
            origin: configured.map_or_else(|| format!("https://{}", domain_record.domain), ToString::to_string),
            default: domain_record.domain == *config.default_domain(),
            configured: configured.is_some(),
            root: domain_record.root.as_ref().map(Target::as_str),
            not_found: domain_record.not_found.as_ref().map(Target::as_str),
            ended: domain_record.ended.as_ref().map(Target::as_str),
            version: domain_record.version,
        }
    }
}

/// API path of a domain. Only an IPv6 address needs encoding.
pub(super) fn domain_path(domain: &Domain) -> String {
    let encoded: String = form_urlencoded::byte_serialize(domain.as_str().as_bytes()).collect();
    format!("/api/v1/domains/{encoded}")
}
