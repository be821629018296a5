//! Converts requests and responses between the types of the Workers runtime and those of the core.
//!
//! They are read and written through the handles of the runtime, with one call for all headers. Each call from Rust to
//! JavaScript, and each text that is passed, takes about a hundredth of a redirect (docs/PERFORMANCE.md). The `Request`
//! of the SDK reads method, path, headers and `cf` of every request at once, which takes a tenth.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::IpAddr;

use hop_core::Body;
use hop_core::ports::ClientInfo;
use http::{HeaderName, Method};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, ReadableStreamReadResult, Request, Response};

/// Lists are passed as lines: no method, URL, header or name of a place contains a line break.
#[wasm_bindgen(inline_js = r#"
    export const method_and_url = (request) => `${request.method}\n${request.url}`;

    export const headers = (request) => {
        let lines = "";
        request.headers.forEach((value, name) => (lines += `${name}\n${value}\n`));
        return lines;
    };

    export const places = (request) => {
        const { country, region, city, asOrganization } = request.cf ?? {};
        return [country, region, city, asOrganization].join("\n");
    };

    export const respond = (status, lines, body) => {
        const texts = lines.split("\n"), headers = {}, repeated = [];
        for (let at = 0; at + 1 < texts.length; at += 2) {
            if (texts[at] in headers) repeated.push([texts[at], texts[at + 1]]);
            else headers[texts[at]] = texts[at + 1];
        }
        // Without "manual" the runtime would compress the body of a response with Content-Encoding once more.
        const encodeBody = "content-encoding" in headers ? "manual" : "automatic";
        const response = new Response(body, { status, headers, encodeBody });
        for (const [name, value] of repeated) response.headers.append(name, value);
        return response;
    };
"#)]
extern "C" {
    /// The method and the URL of a request.
    fn method_and_url(request: &Request) -> String;

    /// All headers, the name of each in lower case before its value. Values of a repeated header are joined.
    fn headers(request: &Request) -> String;

    /// Country, region, city and network operator of the client, as far as Cloudflare knows them.
    fn places(request: &Request) -> String;

    /// A response with these headers, the name of each before its value.
    #[wasm_bindgen(catch)]
    fn respond(status: u16, headers: &str, body: Option<Uint8Array>) -> Result<Response, JsValue>;
}

/// The client of a request. Headers and places are read when the first of them is needed: most redirects need none.
pub(crate) struct Client<'a> {
    request: &'a Request,
    headers: OnceCell<String>,
    places: OnceCell<String>,
}

impl<'a> Client<'a> {
    pub(crate) fn new(request: &'a Request) -> Self {
        Self { request, headers: OnceCell::new(), places: OnceCell::new() }
    }

    /// The value of a header, whose name is in lower case.
    fn value(&self, name: &str) -> Option<&str> {
        let mut lines = self.headers.get_or_init(|| headers(self.request)).split('\n');
        while let (Some(known), Some(value)) = (lines.next(), lines.next()) {
            if known == name {
                return Some(value);
            }
        }
        None
    }

    /// One of the places, by its position. There may be none, and locally no `cf` either.
    fn place(&self, position: usize) -> Option<String> {
        let places = self.places.get_or_init(|| places(self.request));
        places.split('\n').nth(position).filter(|place| !place.is_empty()).map(str::to_owned)
    }
}

impl ClientInfo for Client<'_> {
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
        self.value(name.as_str()).map(|value| value.as_bytes().into())
    }

    /// Cloudflare sets this header, and overwrites one that a client sent.
    fn address(&self) -> Option<IpAddr> {
        self.value("cf-connecting-ip")?.parse().ok()
    }

    fn country(&self) -> Option<String> {
        self.place(0)
    }

    fn region(&self) -> Option<String> {
        self.place(1)
    }

    fn city(&self) -> Option<String> {
        self.place(2)
    }

    fn operator(&self) -> Option<String> {
        self.place(3)
    }
}

/// The method and the URL. The runtime accepts only requests with valid ones.
pub(crate) fn method_and_url_of(request: &Request) -> (Method, String) {
    let text = method_and_url(request);
    let (method, url) = text.split_once('\n').unwrap_or_default();
    (Method::from_bytes(method.as_bytes()).unwrap_or_default(), url.to_owned())
}

/// Reads the body chunk by chunk, and stops once it has more than `limit` bytes. Reads nothing if there is no limit.
pub(crate) async fn body(request: &Request, limit: Option<usize>) -> Body {
    let Some((limit, stream)) = limit.and_then(|limit| Some((limit, request.body()?))) else {
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

/// Reads the next chunk; nothing at the end.
async fn chunk(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, JsValue> {
    let result: ReadableStreamReadResult = JsFuture::from(reader.read()).await?.unchecked_into();
    if result.get_done().unwrap_or(false) {
        return Ok(None);
    }
    result.get_value().dyn_into().map(Some)
}

/// Converts the response. A header that occurs several times is appended each time.
pub(crate) fn response(response: &hop_core::Response) -> Result<Response, JsValue> {
    let mut lines = String::new();
    for (name, value) in &response.headers {
        lines.extend([name.as_str(), "\n", &String::from_utf8_lossy(value.as_bytes()), "\n"]);
    }
    let body = (!response.body.is_empty()).then(|| Uint8Array::from(response.body.as_slice()));
    respond(response.status.as_u16(), &lines, body)
}
