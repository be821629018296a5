//! The origin of a request that a browser sends. A page of another site could send one in its visitor's name (CSRF).

use http::header::ORIGIN;

use crate::model::absolute_url::AbsoluteUrl;
use crate::model::domain::Domain;
use crate::model::visit::SEC_FETCH_SITE;
use crate::store::ports::ClientInfo;

/// From where a request was sent, according to `Sec-Fetch-Site` or `Origin`. Browsers send one of them with every form
/// and every `POST` of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestOrigin {
    /// A page of the same domain.
    Same,
    /// The user, by the address bar or a bookmark.
    User,
    /// A page of another site, or of another host of the same site.
    Other,
    /// The client sends neither header, so it is not a browser, or a very old one.
    Unknown,
}

impl RequestOrigin {
    pub(crate) fn of(client: &(impl ClientInfo + ?Sized), domain: &Domain) -> Self {
        if let Some(site) = client.header(&SEC_FETCH_SITE) {
            return match &*site {
                b"same-origin" => Self::Same,
                b"none" => Self::User,
                _ => Self::Other,
            };
        }
        match client.header(&ORIGIN) {
            Some(origin) if std::str::from_utf8(&origin).ok().and_then(domain_of).is_some_and(|origin| origin == *domain) => Self::Same,
            Some(_) => Self::Other,
            None => Self::Unknown,
        }
    }
}

fn domain_of(origin: &str) -> Option<Domain> {
    Domain::from_host(AbsoluteUrl::parse(origin).ok()?.host()).ok()
}
