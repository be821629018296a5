//! An HTTP client that normalizes nothing: paths, hosts and headers are sent byte for byte.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::coverage;
use crate::places::Place;
use crate::secrets;

/// Longer than any response takes.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The `User-Agent` of a call that sets none: a person's browser.
pub const PERSON: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// What such a browser sends when a person follows a link. Without it hop would not take the visitor for a person.
const NAVIGATION: &str = "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none\r\nSec-Fetch-User: ?1\r\n";

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Call {
    method: String,
    target: Vec<u8>,
    host: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    declared_length: Option<usize>,
    place: Option<Place>,
}

impl Call {
    /// A request to the default domain. `target` is sent unchanged.
    pub fn new(method: &str, target: impl Into<Vec<u8>>) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            host: crate::world::DOMAIN.into(),
            headers: Vec::new(),
            body: Vec::new(),
            declared_length: None,
            place: None,
        }
    }

    /// A GET.
    pub fn get(target: impl Into<Vec<u8>>) -> Self {
        Self::new("GET", target)
    }

    /// A POST of JSON with the bootstrap admin's key.
    pub fn post_json(target: &str, body: &Value) -> Self {
        Self::new("POST", target).json(body).admin()
    }

    /// Adds a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json").body(body.to_string())
    }

    /// Adds a header; a name may be added several times.
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds an API key.
    pub fn with_key(self, key: &str) -> Self {
        self.header("Authorization", format!("Bearer {key}"))
    }

    /// Adds the bootstrap admin's key.
    pub fn admin(self) -> Self {
        self.header("Authorization", format!("Bearer {}", crate::world::ADMIN_KEY))
    }

    /// Sets the host.
    pub fn host(mut self, host: &str) -> Self {
        self.host = host.into();
        self
    }

    /// Sends the request from a visitor at `place`.
    pub fn from(mut self, place: Place) -> Self {
        self.place = Some(place);
        place.headers().into_iter().fold(self, |call, (name, value)| call.header(name, value))
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Declares this `Content-Length`, whatever the length of the body.
    pub fn declare_length(mut self, length: usize) -> Self {
        self.declared_length = Some(length);
        self
    }

    /// Sends the request and waits for the response.
    ///
    /// # Panics
    /// When there is none.
    pub fn send(&self, to: SocketAddr) -> Response {
        let bytes = self.exchange(to).unwrap_or_else(|error| panic!("{} {}: {error}", self.method, self.shown_target()));
        let response = Response::parse(&bytes, self.method == "HEAD")
            .unwrap_or_else(|| panic!("{} {}: no HTTP in {:?}", self.method, self.shown_target(), String::from_utf8_lossy(&bytes)));
        coverage::record(&self.shown_target(), &self.method, &response);
        response
    }

    /// Sends the request. The result is nothing if the server closes the connection without a response.
    pub fn send_unless_refused(&self, to: SocketAddr) -> Option<Response> {
        Response::parse(&self.exchange(to).ok()?, self.method == "HEAD")
    }

    /// Sends the request and returns the bytes of the response, which are none if the server was killed meanwhile.
    ///
    /// # Errors
    /// When the connection fails before the first byte of the response.
    pub fn exchange(&self, to: SocketAddr) -> std::io::Result<Vec<u8>> {
        secrets::sent(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())), &self.body);
        let mut stream = self.place.map_or_else(|| TcpStream::connect(to), |place| place.connect(to))?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        // A server may respond and close the connection before it has read the whole body.
        let sent = stream.write_all(&self.bytes());
        if self.declared_length.is_some_and(|length| length > self.body.len()) {
            stream.shutdown(Shutdown::Write)?;
        }
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes);
        secrets::received(&self.method, &self.shown_target(), &bytes);
        match read {
            Err(error) if bytes.is_empty() => Err(sent.err().unwrap_or(error)),
            _ => Ok(bytes),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} ", self.method).into_bytes();
        bytes.extend(&self.target);
        bytes.extend(format!(" HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.host).as_bytes());
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("user-agent")) {
            bytes.extend(format!("User-Agent: {PERSON}\r\n").as_bytes());
            let has_own = self.headers.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with("sec-fetch-"));
            if self.method == "GET" && !has_own {
                bytes.extend(NAVIGATION.as_bytes());
            }
        }
        for (name, value) in &self.headers {
            bytes.extend(format!("{name}: ").as_bytes());
            bytes.extend(value);
            bytes.extend(b"\r\n");
        }
        let length = self.declared_length.unwrap_or(self.body.len());
        if length > 0 || self.method == "POST" {
            bytes.extend(format!("Content-Length: {length}\r\n").as_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        bytes
    }

    fn shown_target(&self) -> String {
        String::from_utf8_lossy(&self.target).into_owned()
    }
}

/// A response.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    headers: Vec<(String, Vec<u8>)>,
    /// The body, without chunked encoding.
    pub body: Vec<u8>,
}

impl Response {
    /// Parses a response. The result is nothing if it is no complete HTTP.
    pub(crate) fn parse(bytes: &[u8], is_head: bool) -> Option<Self> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(body_at) = parsed.parse(bytes).ok()? else { return None };
        let headers = parsed.headers.iter().map(|header| (header.name.to_ascii_lowercase(), header.value.to_vec())).collect();
        let mut response = Self { status: parsed.code?, headers, body: bytes[body_at..].to_vec() };
        if response.header("transfer-encoding").as_deref() == Some("chunked") && !is_head {
            response.body = unchunk(&response.body)?;
        }
        Some(response)
    }

    /// The first header of this name, as text.
    pub fn header(&self, name: &str) -> Option<String> {
        self.raw_header(name).map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// The first header of this name, byte for byte.
    pub fn raw_header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    /// All values of a header, from one line or several.
    pub fn header_values(&self, name: &str) -> Vec<String> {
        self.header_lines(name).flat_map(|line| line.split(", ").map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    /// Each line of a header, as text.
    pub(crate) fn header_lines(&self, name: &str) -> impl Iterator<Item = String> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    }

    /// Whether a header or the body contains `text`.
    pub fn contains(&self, text: &str) -> bool {
        let has = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(text);
        has(&self.body) || self.headers.iter().any(|(_, value)| has(value))
    }

    /// The sorted names of the headers, without those that a server adds to every response.
    pub fn header_names(&self) -> Vec<&str> {
        const OF_THE_CONNECTION: [&str; 5] = ["connection", "content-length", "date", "keep-alive", "transfer-encoding"];
        let mut names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.retain(|name| !OF_THE_CONNECTION.contains(name));
        names.sort_unstable();
        names
    }

    /// The body without its content coding, which is gzip or none; nothing if it is another one, or damaged.
    pub fn decoded(&self) -> Option<Vec<u8>> {
        match self.header("content-encoding").as_deref() {
            Some("gzip") if !self.body.is_empty() => {
                let mut bytes = Vec::new();
                GzDecoder::new(self.body.as_slice()).read_to_end(&mut bytes).ok()?;
                Some(bytes)
            }
            None | Some("gzip") => Some(self.body.clone()),
            Some(_) => None,
        }
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} with a body that is not JSON ({error}): {}", self.status, self.text()))
    }

    /// Asserts the status and returns the response.
    ///
    /// # Panics
    /// When the status is another one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Asserts that the response is this problem and returns its JSON.
    ///
    /// # Panics
    /// When it is another problem, or none.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type").as_deref(), Some("application/problem+json"));
        let json = self.json();
        assert_eq!(json["code"], code, "{json}");
        json
    }
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let httparse::Status::Complete((at, size)) = httparse::parse_chunk_size(rest).ok()? else { return None };
        let size = usize::try_from(size).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend(rest.get(at..at + size)?);
        rest = rest.get(at + size + 2..)?;
    }
}
