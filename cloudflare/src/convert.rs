//! Converts requests and responses between the Workers SDK's types and the core's.

use std::borrow::Cow;
use std::net::IpAddr;

use futures_util::StreamExt as _;
use hop_core::Body;
use hop_core::ports::Facts;
use http::{HeaderName, Method};
use worker::{Headers, Request, Response, ResponseBody, ResponseBuilder};

/// The visitor behind a request.
pub(crate) struct Visitor<'a>(pub(crate) &'a Request);

impl Facts for Visitor<'_> {
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
        let value = self.0.headers().get(name.as_str()).ok()??;
        Some(Cow::Owned(value.into_bytes()))
    }

    /// The edge writes this header itself, over whatever a client sent under its name.
    fn address(&self) -> Option<IpAddr> {
        self.0.headers().get("cf-connecting-ip").ok()??.parse().ok()
    }

    fn country(&self) -> Option<String> {
        self.0.cf()?.country()
    }
}

/// The request's method. `Request::method` is not used: it calls every method it does not know GET.
pub(crate) fn method(request: &Request) -> Method {
    Method::from_bytes(request.inner().method().as_bytes()).unwrap_or_default()
}

/// Reads the body chunk by chunk, never much more than `limit` bytes; nothing where the core looks at none.
pub(crate) async fn body(request: &mut Request, limit: Option<usize>) -> Body {
    let Some(limit) = limit.filter(|_| request.inner().body().is_some()) else {
        return Body::Whole(Vec::new());
    };
    let Ok(mut chunks) = request.stream() else {
        return Body::Broken;
    };
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        match chunk {
            Ok(chunk) => bytes.extend(chunk),
            Err(_) => return Body::Broken,
        }
        if bytes.len() > limit {
            return Body::TooLarge;
        }
    }
    Body::Whole(bytes)
}

/// A header that occurs several times is appended each time.
pub(crate) fn response(response: hop_core::Response) -> worker::Result<Response> {
    let headers = Headers::new();
    for (name, value) in &response.headers {
        headers.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
    }
    let body = if response.body.is_empty() { ResponseBody::Empty } else { ResponseBody::Body(response.body) };
    Ok(ResponseBuilder::new().with_status(response.status.as_u16()).with_headers(headers).body(body))
}
