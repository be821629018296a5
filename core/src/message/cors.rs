//! Which pages of other sites may ask hop in a browser: those of the origins that the settings name, and no others.
//!
//! A key travels in `Authorization`, which such a page has to hold itself. No cookie opens the API, so no page borrows what a visitor may.

use http::Method;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ALLOW, ORIGIN, VARY,
};

use crate::message::response::Response;
use crate::model::origins::Origins;
use crate::store::ports::ClientInfo;

/// Every header the API reads.
const READ: &str = "authorization, content-type, idempotency-key, if-match";

/// Every header of an answer that says something to a program.
const TOLD: &str = "ETag, Location, Link, Retry-After, WWW-Authenticate, X-Request-Id";

/// Two hours: no browser remembers the answer to a preflight for longer than a day, and the most common one no longer than this.
const REMEMBERED_SECONDS: &str = "7200";

/// Says in `response` whether the page that asks may read it, and, if it asks beforehand, what it may send.
pub(crate) fn answer(origins: &Origins, method: &Method, client: &impl ClientInfo, response: &mut Response) {
    if origins.is_empty() {
        return;
    }
    response.add(VARY, "Origin");
    let asking = client.header(&ORIGIN);
    let Some(origin) = origins.find(asking.as_deref()) else { return };
    response.headers.push((ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()));
    let is_preflight = *method == Method::OPTIONS && client.header(&ACCESS_CONTROL_REQUEST_METHOD).is_some();
    let methods = response.headers.iter().find(|(name, _)| is_preflight && name == ALLOW).map(|(_, methods)| methods.clone());
    let Some(methods) = methods else {
        response.add(ACCESS_CONTROL_EXPOSE_HEADERS, TOLD);
        return;
    };
    response.headers.push((ACCESS_CONTROL_ALLOW_METHODS, methods));
    response.add(ACCESS_CONTROL_ALLOW_HEADERS, READ);
    response.add(ACCESS_CONTROL_MAX_AGE, REMEMBERED_SECONDS);
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::net::IpAddr;

    use http::{HeaderName, StatusCode};

    use super::*;

    /// A page that asks: its origin, and what it means to send.
    struct CallingPage(Option<&'static str>, Option<&'static str>);

    impl ClientInfo for CallingPage {
        fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
            let text = if *name == ORIGIN { self.0 } else { self.1.filter(|_| *name == ACCESS_CONTROL_REQUEST_METHOD) };
            text.map(|text| text.as_bytes().into())
        }

        fn address(&self) -> Option<IpAddr> {
            None
        }

        fn country(&self) -> Option<String> {
            None
        }
    }

    fn origins(words: &[&str]) -> Origins {
        Origins::parse(words.iter().copied()).unwrap()
    }

    /// What is added to an answer that says what the route takes.
    fn added(origins: &Origins, method: &Method, page: &CallingPage) -> Vec<(String, String)> {
        let mut response = Response::empty(StatusCode::NO_CONTENT).allow("GET, OPTIONS").unwrap();
        let before = response.headers.len();
        answer(origins, method, page, &mut response);
        let added = response.headers.drain(before..);
        added.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn without_origins_nothing_is_said() {
        let page = CallingPage(Some("https://app.example"), Some("GET"));
        assert_eq!(added(&origins(&[]), &Method::OPTIONS, &page), []);
    }

    #[test]
    fn an_origin_is_compared_as_browsers_write_it() {
        let known = origins(&["HTTPS://App.Example:443/", "http://localhost:5173", "https://bücher.example", "http://[0:0::1]:80"]);
        for (asking, is_known) in [
            ("https://app.example", true),
            ("http://localhost:5173", true),
            ("https://xn--bcher-kva.example", true),
            ("http://[::1]", true),
            ("HTTPS://APP.EXAMPLE", false),
            ("https://app.example:443", false),
            ("https://app.example/", false),
            ("http://app.example", false),
            ("https://app.example.evil.example", false),
            ("https://evil.app.example", false),
            ("http://localhost", false),
            ("https://app.example, https://app.example", false),
            ("null", false),
            ("*", false),
            ("", false),
        ] {
            let added = added(&known, &Method::GET, &CallingPage(Some(asking), None));
            let mut expected = pairs(&[("vary", "Origin")]);
            if is_known {
                expected.extend(pairs(&[("access-control-allow-origin", asking), ("access-control-expose-headers", TOLD)]));
            }
            assert_eq!(added, expected, "{asking}");
        }
        assert_eq!(added(&known, &Method::GET, &CallingPage(None, None)), pairs(&[("vary", "Origin")]));
    }

    #[test]
    fn a_preflight_learns_what_may_be_sent_and_no_other_request_does() {
        let known = origins(&["https://app.example", "https://b.example"]);
        let asking = |method: &Method, origin, wanted| added(&known, method, &CallingPage(origin, wanted));
        let preflight = pairs(&[
            ("vary", "Origin"),
            ("access-control-allow-origin", "https://b.example"),
            ("access-control-allow-methods", "GET, OPTIONS"),
            ("access-control-allow-headers", READ),
            ("access-control-max-age", "7200"),
        ]);
        assert_eq!(asking(&Method::OPTIONS, Some("https://b.example"), Some("DELETE")), preflight);
        let vary = pairs(&[("vary", "Origin")]);
        assert_eq!(asking(&Method::OPTIONS, Some("https://c.example"), Some("GET")), vary);
        assert_eq!(asking(&Method::OPTIONS, None, Some("GET")), vary);
        let plain = asking(&Method::GET, Some("https://b.example"), None);
        assert_eq!(asking(&Method::OPTIONS, Some("https://b.example"), None), plain);
        assert_eq!(asking(&Method::GET, Some("https://b.example"), Some("GET")), plain);
    }

    #[test]
    fn what_is_no_origin_is_named() {
        for word in ["*", "null", "https://*", "https://*.app.example", "app.example", "https://app.example/x", "https://u:p@app.example"] {
            let error = Origins::parse(["https://b.example", word].into_iter()).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
