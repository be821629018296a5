//! A second site in the browser tests: the target of links, with pages that attack hop. It records every request.

use std::io::Write as _;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use hop_core::Body;

use super::http1::{self, Incoming};

/// The largest body it reads. A form sends less.
const LARGEST_BODY: usize = 64 * 1_024;

/// A running site. Unknown paths give an empty page.
pub struct OtherSite {
    requests: Arc<Mutex<Vec<ReceivedRequest>>>,
}

/// A request that the site received.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    /// The method.
    pub method: String,
    /// The URL, from the `Host` header and the path.
    pub url: String,
    /// Name and value of every header.
    pub headers: Vec<(String, String)>,
    /// The body; nothing if it was too large or incomplete.
    pub body: Option<Vec<u8>>,
}

impl OtherSite {
    /// Serves `pages`, pairs of path and HTML, until the process ends.
    ///
    /// # Panics
    /// When the address is in use.
    pub fn start(address: SocketAddr, pages: Vec<(String, String)>) -> Self {
        let listener = TcpListener::bind(address).unwrap_or_else(|error| panic!("{address}: {error}"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (received, pages) = (Arc::clone(&requests), Arc::new(pages));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (received, pages) = (Arc::clone(&received), Arc::clone(&pages));
                // Browsers open connections ahead of their requests.
                std::thread::spawn(move || {
                    respond(&stream, &received, &pages);
                    let _ = stream.shutdown(Shutdown::Write);
                    http1::drain(&stream);
                });
            }
        });
        Self { requests }
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn respond(mut stream: &TcpStream, received: &Mutex<Vec<ReceivedRequest>>, pages: &[(String, String)]) {
    let Ok(mut incoming) = Incoming::read(stream) else { return };
    let body = match incoming.body(Some(LARGEST_BODY)) {
        Body::Whole(bytes) => Some(bytes),
        _ => None,
    };
    let page = pages.iter().find(|(path, _)| incoming.url.ends_with(path)).map_or("", |(_, html)| html);
    let request = ReceivedRequest { method: incoming.method.to_string(), url: incoming.url.clone(), headers: incoming.headers(), body };
    received.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", page.len());
    // The browser may have closed the connection.
    let _ = stream.write_all((head + page).as_bytes());
}
