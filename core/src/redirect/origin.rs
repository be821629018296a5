//! The origin of forms. A form on a page of another site could press the button in the visitor's name (CSRF).

use http::header::ORIGIN;

use crate::model::absolute_url::AbsoluteUrl;
use crate::model::domain::Domain;
use crate::model::visit::SEC_FETCH_SITE;
use crate::store::ports::ClientInfo;

/// Whether a form came from a page of `domain`. Browsers send `Sec-Fetch-Site` or `Origin` with every form. A client
/// that sends neither is not a browser, so no visitor can be misused.
pub(super) fn is_same_origin(client: &dyn ClientInfo, domain: &Domain) -> bool {
    if let Some(site) = client.header(&SEC_FETCH_SITE) {
        return *site == *b"same-origin" || *site == *b"none";
    }
    match client.header(&ORIGIN) {
        Some(origin) => std::str::from_utf8(&origin).ok().and_then(domain_of).is_some_and(|origin| origin == *domain),
        None => true,
    }
}

fn domain_of(origin: &str) -> Option<Domain> {
    Domain::from_host(AbsoluteUrl::parse(origin).ok()?.host()).ok()
}
