//! Where a form was filled in. One on another site's page may press a button in a visitor's name.

use http::HeaderName;
use http::header::ORIGIN;

use crate::model::absolute_url::AbsoluteUrl;
use crate::model::domain::Domain;
use crate::store::ports::ClientInfo;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a form came from a page of `domain` itself. Browsers say so with every form; what says nothing is no browser, and nobody else's
/// visitor is behind it.
pub(super) fn is_own(client: &dyn ClientInfo, domain: &Domain) -> bool {
    if let Some(domain_record) = client.header(&SEC_FETCH_SITE) {
        return *domain_record == *b"same-origin" || *domain_record == *b"none";
    }
    match client.header(&ORIGIN) {
        Some(origin) => std::str::from_utf8(&origin).ok().and_then(domain_of).is_some_and(|origin| origin == *domain),
        None => true,
    }
}

fn domain_of(origin: &str) -> Option<Domain> {
    Domain::from_host(AbsoluteUrl::parse(origin).ok()?.host()).ok()
}
