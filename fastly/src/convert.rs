//! Converts requests and responses between the Compute SDK's types and the core's.
//!
//! A request is read through its handle: `fastly::Request` panics where the URL cannot be parsed, which a client's `Host` decides.

use std::borrow::Cow;
use std::net::IpAddr;

use fastly::Response;
use fastly::geo::geo_lookup;
use fastly::handle::{BodyHandle, RequestHandle};
use fastly::http::Url;
use hop_core::Body;
use hop_core::ports::{ClientInfo, join};
use http::header::HOST;
use http::{HeaderName, HeaderValue, Method};

/// In bytes: room for what the runtime is asked for. The last is more than it takes from a client at all.
const ROOM: [usize; 3] = [1 << 10, 1 << 14, 1 << 18];

/// The visitor behind a request.
pub(crate) struct Visitor(pub(crate) RequestHandle);

impl Visitor {
    fn values(&self, name: &HeaderName) -> Vec<HeaderValue> {
        let read = |room: &usize| self.0.get_header_values(name, *room).collect::<Result<_, _>>().ok();
        ROOM.iter().find_map(read).unwrap_or_default()
    }

    /// `GET` where it has too many letters for any that hop knows.
    pub(crate) fn method(&self) -> Method {
        ROOM.iter().find_map(|room| self.0.get_method(*room).ok()).unwrap_or_default()
    }

    /// The address, or none where the SDK could not read it: it panics over a host that is no host, and has no other way to the path.
    /// A host in letters outside ASCII is none to it: browsers send `xn--`, which the core reads.
    pub(crate) fn url(&self) -> String {
        let host = self.header(&HOST);
        let is_host =
            host.is_some_and(|host| host.is_ascii() && Url::parse(&format!("http://{}/", String::from_utf8_lossy(&host))).is_ok());
        let url = ROOM.iter().filter(|_| is_host).find_map(|room| self.0.get_url(*room).ok());
        url.map(String::from).unwrap_or_default()
    }
}

impl ClientInfo for Visitor {
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
        let values = self.values(name);
        join(values.iter().map(HeaderValue::as_bytes)).map(|value| value.into_owned().into())
    }

    fn address(&self) -> Option<IpAddr> {
        self.0.client_ip_addr()
    }

    fn country(&self) -> Option<String> {
        Some(geo_lookup(self.address()?)?.country_code().to_owned())
    }
}

/// Reads the body, at most one byte more than `limit`; nothing where the core looks at none.
pub(crate) fn body(body: BodyHandle, limit: Option<usize>) -> Body {
    match limit {
        Some(limit) => Body::read_from(body, limit),
        None => Body::Whole(Vec::new()),
    }
}

/// Sends the response. A header that occurs several times is appended each time; a visitor who is gone misses nothing.
pub(crate) fn send(response: hop_core::Response) {
    let mut sent = Response::from_status(response.status).with_body(response.body);
    for (name, value) in &response.headers {
        sent.append_header(name, value);
    }
    sent.send_to_client();
}
