//! Converts requests and responses between the Workers runtime's types and the core's.
//!
//! They pass as the runtime's own handles. The SDK's `Request` and `Response` cost a redirect 10 % of its processor time (`cargo xtask bench
//! edge`: 1.14 times the JavaScript's requests with them, 1.27 with handles): `Request` reads method, path, headers and `cf` at once.

use std::borrow::Cow;
use std::net::IpAddr;

use hop_core::Body;
use hop_core::ports::ClientInfo;
use http::{HeaderName, Method};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, ReadableStreamDefaultReader, ReadableStreamReadResult, Request, Response, ResponseInit};

/// The visitor behind a request.
pub(crate) struct Visitor<'a>(pub(crate) &'a Request);

impl ClientInfo for Visitor<'_> {
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
        let value = self.0.headers().get(name.as_str()).ok()??;
        Some(Cow::Owned(value.into_bytes()))
    }

    /// The edge writes this header itself, over whatever a client sent under its name.
    fn address(&self) -> Option<IpAddr> {
        self.0.headers().get("cf-connecting-ip").ok()??.parse().ok()
    }

    fn country(&self) -> Option<String> {
        property(&property(self.0, "cf")?, "country")?.as_string()
    }
}

/// What the runtime hangs on its objects and the SDK has no words for.
fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok()
}

/// The runtime takes no request whose method is none.
pub(crate) fn method(request: &Request) -> Method {
    Method::from_bytes(request.method().as_bytes()).unwrap_or_default()
}

/// Reads the body chunk by chunk, never much more than `limit` bytes; nothing where the core looks at none.
pub(crate) async fn body(request: &Request, limit: Option<usize>) -> Body {
    let (Some(limit), Some(stream)) = (limit, request.body()) else {
        return Body::Whole(Vec::new());
    };
    let Ok(reader) = stream.get_reader().dyn_into::<ReadableStreamDefaultReader>() else {
        return Body::Broken;
    };
    let mut bytes = Vec::new();
    loop {
        match chunk(&reader).await {
            Ok(None) => return Body::Whole(bytes),
            Ok(Some(chunk)) => bytes.extend(chunk.to_vec()),
            Err(_) => return Body::Broken,
        }
        if bytes.len() > limit {
            return Body::TooLarge;
        }
    }
}

async fn chunk(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, JsValue> {
    let result: ReadableStreamReadResult = JsFuture::from(reader.read()).await?.unchecked_into();
    if result.get_done().unwrap_or(false) {
        return Ok(None);
    }
    result.get_value().dyn_into().map(Some)
}

/// A header that stands several times is appended each time.
pub(crate) fn response(response: &hop_core::Response) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &response.headers {
        headers.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
    }
    let head = ResponseInit::new();
    head.set_status(response.status.as_u16());
    head.set_headers_headers(&headers);
    let body = (!response.body.is_empty()).then(|| Uint8Array::from(response.body.as_slice()));
    Response::new_with_opt_js_u8_array_and_init(body.as_ref(), &head)
}
