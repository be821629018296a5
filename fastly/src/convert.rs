//! Requests and responses, from the Compute runtime's form into the core's and back.

use std::borrow::Cow;

use fastly::http::Url;
use fastly::{Request, Response};
use hop_core::Body;
use hop_core::ports::{Facts, join};
use http::header::HOST;
use http::{HeaderName, HeaderValue};

/// The visitor behind a request.
pub(crate) struct Visitor<'a>(pub(crate) &'a Request);

impl Facts for Visitor<'_> {
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
        join(self.0.get_header_all(name).map(HeaderValue::as_bytes))
    }
}

/// The address, or none where the SDK could not read it: it panics over a host that is no host.
pub(crate) fn url(request: &Request) -> String {
    let host = request.get_header(HOST).map(|host| String::from_utf8_lossy(host.as_bytes()));
    let is_host = host.is_some_and(|host| Url::parse(&format!("http://{host}/")).is_ok());
    if is_host { request.get_url_str().to_owned() } else { String::new() }
}

/// Reads the body, at most one byte more than `limit`; nothing where the core looks at none.
pub(crate) fn body(request: &mut Request, limit: Option<usize>) -> Body {
    match (limit, request.try_take_body()) {
        (Some(limit), Some(body)) => Body::read_from(body, limit),
        _ => Body::Whole(Vec::new()),
    }
}

/// A header that stands several times is appended each time.
pub(crate) fn response(response: hop_core::Response) -> Response {
    let mut converted = Response::from_status(response.status);
    for (name, value) in &response.headers {
        converted.append_header(name, value);
    }
    converted.set_body(response.body);
    converted
}
