//! Converts requests and responses between the types of the Compute SDK and those of the core.
//!
//! A request is read through its handle: `fastly::Request` panics if the URL cannot be parsed, and a client can cause
//! that with `Host`.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::IpAddr;

use fastly::Response;
use fastly::geo::{Geo, geo_lookup};
use fastly::handle::{BodyHandle, RequestHandle};
use fastly::http::Url;
use hop_core::Body;
use hop_core::ports::{ClientInfo, join};
use http::header::HOST;
use http::{HeaderName, HeaderValue, Method};

/// Buffer sizes in bytes for reading from the runtime, tried in turn. The last is larger than anything it accepts from
/// a client.
const BUFFER_SIZES: [usize; 3] = [1 << 10, 1 << 14, 1 << 18];

/// The client of a request.
pub(crate) struct Client {
    request: RequestHandle,
    /// What the edge knows about the address. A lookup parses a document, so it is done once.
    geo: OnceCell<Option<Geo>>,
}

impl Client {
    pub(crate) fn new(request: RequestHandle) -> Self {
        Self { request, geo: OnceCell::new() }
    }

    /// The values of a header.
    fn values(&self, name: &HeaderName) -> Vec<HeaderValue> {
        let read = |size: &usize| self.request.get_header_values(name, *size).collect::<Result<_, _>>().ok();
        BUFFER_SIZES.iter().find_map(read).unwrap_or_default()
    }

    fn geo(&self) -> Option<&Geo> {
        self.geo.get_or_init(|| geo_lookup(self.address()?)).as_ref()
    }

    /// The method. One that is too long to read counts as `GET`.
    pub(crate) fn method(&self) -> Method {
        BUFFER_SIZES.iter().find_map(|size| self.request.get_method(*size).ok()).unwrap_or_default()
    }

    /// The URL; empty if the SDK cannot read it. The SDK panics if the host is invalid, and offers no other way to get
    /// the path. A host with characters outside ASCII is invalid for it: browsers send `xn--`, which the core reads.
    pub(crate) fn url(&self) -> String {
        let host = self.header(&HOST);
        let is_valid =
            host.is_some_and(|host| host.is_ascii() && Url::parse(&format!("http://{}/", String::from_utf8_lossy(&host))).is_ok());
        let url = BUFFER_SIZES.iter().filter(|_| is_valid).find_map(|size| self.request.get_url(*size).ok());
        url.map(String::from).unwrap_or_default()
    }
}

impl ClientInfo for Client {
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
        let values = self.values(name);
        join(values.iter().map(HeaderValue::as_bytes)).map(|value| value.into_owned().into())
    }

    fn address(&self) -> Option<IpAddr> {
        self.request.client_ip_addr()
    }

    fn country(&self) -> Option<String> {
        Some(self.geo()?.country_code().to_owned())
    }

    fn region(&self) -> Option<String> {
        known(self.geo()?.region()?)
    }

    fn city(&self) -> Option<String> {
        known(self.geo()?.city())
    }

    fn operator(&self) -> Option<String> {
        known(self.geo()?.as_name())
    }
}

/// A name, unless the edge does not know it.
fn known(name: &str) -> Option<String> {
    (!matches!(name, "" | "?")).then(|| name.to_owned())
}

/// Reads the body, at most one byte more than `limit`. Reads nothing if there is no limit.
pub(crate) fn body(body: BodyHandle, limit: Option<usize>) -> Body {
    match limit {
        Some(limit) => Body::read_from(body, limit),
        None => Body::Whole(Vec::new()),
    }
}

/// Sends the response. A header that occurs several times is appended each time.
pub(crate) fn send(response: hop_core::Response) {
    let mut sent = Response::from_status(response.status).with_body(response.body);
    for (name, value) in &response.headers {
        sent.append_header(name, value);
    }
    sent.send_to_client();
}
