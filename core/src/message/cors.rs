//! CORS: pages of the origins in the settings may call hop from a browser, pages of other sites may not.
//!
//! The API accepts no cookies. A page needs a key of its own for `Authorization`, so it cannot use the rights of its
//! visitor.

use http::Method;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ALLOW, ORIGIN, VARY,
};

use crate::message::response::Response;
use crate::model::origins::Origins;
use crate::store::ports::ClientInfo;

/// Request headers that the API reads.
const REQUEST_HEADERS: &str = "authorization, content-type, idempotency-key, if-match";

/// Response headers that a page may read.
const EXPOSED_HEADERS: &str = "ETag, Location, Link, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id";

/// How long a browser may cache the response to a preflight: two hours, the maximum in Chromium.
const PREFLIGHT_CACHE_SECONDS: &str = "7200";

/// Adds the CORS headers to `response`: whether the calling page may read it, and for a preflight, what it may send.
pub(crate) fn answer(origins: &Origins, method: &Method, client: &impl ClientInfo, response: &mut Response) {
    if origins.is_empty() {
        return;
    }
    response.add(VARY, "Origin");
    let caller = client.header(&ORIGIN);
    let Some(origin) = origins.find(caller.as_deref()) else { return };
    response.headers.push((ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()));
    let is_preflight = *method == Method::OPTIONS && client.header(&ACCESS_CONTROL_REQUEST_METHOD).is_some();
    let methods = response.headers.iter().find(|(name, _)| is_preflight && name == ALLOW).map(|(_, methods)| methods.clone());
    let Some(methods) = methods else {
        response.add(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
        return;
    };
    response.headers.push((ACCESS_CONTROL_ALLOW_METHODS, methods));
    response.add(ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
    response.add(ACCESS_CONTROL_MAX_AGE, PREFLIGHT_CACHE_SECONDS);
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::net::IpAddr;

    use http::{HeaderName, StatusCode};

    use super::*;

    /// A calling page: its `Origin` and its `Access-Control-Request-Method`.
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

    /// The headers that are added to a response with `Allow`.
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
    fn no_origins_add_no_headers() {
        let page = CallingPage(Some("https://app.example"), Some("GET"));
        assert_eq!(added(&origins(&[]), &Method::OPTIONS, &page), []);
    }

    #[test]
    fn origin_is_compared_in_browser_form() {
        let known = origins(&["HTTPS://App.Example:443/", "http://localhost:5173", "https://bücher.example", "http://[0:0::1]:80"]);
        for (origin, is_known) in [
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
            let added = added(&known, &Method::GET, &CallingPage(Some(origin), None));
            let mut expected = pairs(&[("vary", "Origin")]);
            if is_known {
                expected.extend(pairs(&[("access-control-allow-origin", origin), ("access-control-expose-headers", EXPOSED_HEADERS)]));
            }
            assert_eq!(added, expected, "{origin}");
        }
        assert_eq!(added(&known, &Method::GET, &CallingPage(None, None)), pairs(&[("vary", "Origin")]));
    }

    #[test]
    fn only_a_preflight_gets_allowed_methods_and_headers() {
        let known = origins(&["https://app.example", "https://b.example"]);
        let request = |method: &Method, origin, requested| added(&known, method, &CallingPage(origin, requested));
        let preflight = pairs(&[
            ("vary", "Origin"),
            ("access-control-allow-origin", "https://b.example"),
            ("access-control-allow-methods", "GET, OPTIONS"),
            ("access-control-allow-headers", REQUEST_HEADERS),
            ("access-control-max-age", "7200"),
        ]);
        assert_eq!(request(&Method::OPTIONS, Some("https://b.example"), Some("DELETE")), preflight);
        let vary = pairs(&[("vary", "Origin")]);
        assert_eq!(request(&Method::OPTIONS, Some("https://c.example"), Some("GET")), vary);
        assert_eq!(request(&Method::OPTIONS, None, Some("GET")), vary);
        let plain = request(&Method::GET, Some("https://b.example"), None);
        assert_eq!(request(&Method::OPTIONS, Some("https://b.example"), None), plain);
        assert_eq!(request(&Method::GET, Some("https://b.example"), Some("GET")), plain);
    }

    #[test]
    fn invalid_origins_are_named() {
        for word in ["*", "null", "https://*", "https://*.app.example", "app.example", "https://app.example/x", "https://u:p@app.example"] {
            let error = Origins::parse(["https://b.example", word].into_iter()).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
