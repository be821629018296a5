//! The part of HTTP/1.1 that the memory edge needs: one request and one response for each connection.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{IpAddr, TcpStream};
use std::time::Duration;

use hop_core::ports::{ClientInfo, join};
use hop_core::{Body, Response};
use http::{HeaderName, Method};

use crate::places;

const LARGEST_HEAD: usize = 64 * 1_024;
const TIMEOUT: Duration = Duration::from_secs(20);

/// A request that this server does not accept: malformed, too large, without a host, or chunked.
pub(super) struct Unreadable;

/// A request whose head has been read.
pub(super) struct Incoming<'a> {
    pub(super) method: Method,
    pub(super) url: String,
    headers: Vec<(String, Vec<u8>)>,
    body_start: Vec<u8>,
    stream: &'a TcpStream,
}

impl<'a> Incoming<'a> {
    pub(super) fn read(stream: &'a TcpStream) -> Result<Self, Unreadable> {
        stream.set_read_timeout(Some(TIMEOUT)).map_err(|_| Unreadable)?;
        let mut bytes = Vec::new();
        let mut chunk = [0; 4_096];
        loop {
            if let Some(incoming) = Self::parse(&bytes, stream)? {
                return Ok(incoming);
            }
            match (&mut &*stream).read(&mut chunk) {
                Ok(read) if read > 0 && bytes.len() < LARGEST_HEAD => bytes.extend(&chunk[..read]),
                _ => return Err(Unreadable),
            }
        }
    }

    fn parse(bytes: &[u8], stream: &'a TcpStream) -> Result<Option<Self>, Unreadable> {
        let mut headers = [httparse::EMPTY_HEADER; 100];
        let mut request = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(body_at) = request.parse(bytes).map_err(|_| Unreadable)? else { return Ok(None) };
        let method = request.method.and_then(|method| Method::from_bytes(method.as_bytes()).ok()).ok_or(Unreadable)?;
        let target = request.path.ok_or(Unreadable)?;
        let headers: Vec<(String, Vec<u8>)> =
            request.headers.iter().map(|header| (header.name.to_ascii_lowercase(), header.value.to_vec())).collect();
        let mut hosts = headers.iter().filter(|(name, _)| name == "host");
        let host = hosts.next().and_then(|(_, host)| std::str::from_utf8(host).ok()).ok_or(Unreadable)?;
        if hosts.next().is_some() || headers.iter().any(|(name, _)| name == "transfer-encoding") {
            return Err(Unreadable);
        }
        let url = if target.starts_with('/') { format!("http://{host}{target}") } else { target.to_owned() };
        Ok(Some(Self { method, url, headers, body_start: bytes[body_at..].to_vec(), stream }))
    }

    /// The body, if the core reads one.
    pub(super) fn body(&mut self, limit: Option<usize>) -> Body {
        let Some(limit) = limit else { return Body::Whole(Vec::new()) };
        let declared = self.text("content-length").and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        let rest = std::mem::take(&mut self.body_start);
        let body = Body::read_from(rest.chain(self.stream).take(declared), limit);
        match body {
            Body::Whole(bytes) if (bytes.len() as u64) < declared => Body::Broken,
            body => body,
        }
    }

    /// Every header, as text.
    pub(super) fn headers(&self) -> Vec<(String, String)> {
        self.headers.iter().map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned())).collect()
    }

    fn text(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known == name)?;
        std::str::from_utf8(value).ok()
    }
}

impl ClientInfo for Incoming<'_> {
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
        join(self.headers.iter().filter(|(known, _)| known == name.as_str()).map(|(_, value)| value.as_slice()))
    }

    fn address(&self) -> Option<IpAddr> {
        self.stream.peer_addr().ok().map(|peer| peer.ip())
    }

    fn country(&self) -> Option<String> {
        places::find(self.address()?)?.country.map(str::to_owned)
    }

    fn region(&self) -> Option<String> {
        places::find(self.address()?)?.region.map(str::to_owned)
    }

    fn city(&self) -> Option<String> {
        places::find(self.address()?)?.city.map(str::to_owned)
    }

    fn operator(&self) -> Option<String> {
        places::find(self.address()?)?.operator.map(str::to_owned)
    }
}

pub(super) fn write(mut stream: &TcpStream, response: &Response) {
    let mut head = format!("HTTP/1.1 {}\r\nconnection: close\r\n", response.status);
    for (name, value) in &response.headers {
        let _ = write!(head, "{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()));
    }
    if response.status != http::StatusCode::NO_CONTENT {
        let _ = write!(head, "content-length: {}\r\n", response.body.len());
    }
    head.push_str("\r\n");
    // The visitor may have closed the connection.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&response.body));
}

pub(super) fn refuse(mut stream: &TcpStream) {
    let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    drain(stream);
}

/// Reads what the client still sends, for a while. Closing the connection earlier could discard the response.
pub(super) fn drain(mut stream: &TcpStream) {
    const LARGEST: usize = 4 * 1_024 * 1_024;
    let _ = stream.set_read_timeout(Some(Duration::from_millis(500)));
    let (mut chunk, mut total) = ([0; 16 * 1_024], 0);
    while let Ok(read) = stream.read(&mut chunk) {
        total += read;
        if read == 0 || total > LARGEST {
            return;
        }
    }
}
