//! Another site: where links lead to, and where pages stand that mean hop ill. It notes who came with what.

use std::io::Write as _;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use hop_core::Body;

use super::http1::{self, Incoming};

/// More than a form sends.
const MOST: usize = 64 * 1_024;

/// A running site. Whatever is no page of its own is an empty one.
pub struct DomainRedirects {
    arrivals: Arc<Mutex<Vec<Arrival>>>,
}

/// Somebody who came.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// How they asked.
    pub method: String,
    /// For what.
    pub url: String,
    /// Name and value of every header.
    pub headers: Vec<(String, String)>,
    /// What they sent; nothing if it was more than a form, or broke off.
    pub body: Option<Vec<u8>>,
}

impl DomainRedirects {
    /// Serves `pages`, HTML by path, as long as this process lives.
    ///
    /// # Panics
    /// When the address is taken.
    pub fn start(address: SocketAddr, pages: Vec<(String, String)>) -> Self {
        let listener = TcpListener::bind(address).unwrap_or_else(|error| panic!("{address}: {error}"));
        let arrivals = Arc::new(Mutex::new(Vec::new()));
        let (noted, pages) = (Arc::clone(&arrivals), Arc::new(pages));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (noted, pages) = (Arc::clone(&noted), Arc::clone(&pages));
                // Browsers open connections ahead of their requests.
                std::thread::spawn(move || {
                    answer(&stream, &noted, &pages);
                    let _ = stream.shutdown(Shutdown::Write);
                    http1::drain(&stream);
                });
            }
        });
        Self { arrivals }
    }

    /// Everybody who came so far.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn answer(mut stream: &TcpStream, noted: &Mutex<Vec<Arrival>>, pages: &[(String, String)]) {
    let Ok(mut incoming) = Incoming::read(stream) else { return };
    let body = match incoming.body(Some(MOST)) {
        Body::Whole(bytes) => Some(bytes),
        _ => None,
    };
    let page = pages.iter().find(|(path, _)| incoming.url.ends_with(path)).map_or("", |(_, html)| html);
    let arrival = Arrival { method: incoming.method.to_string(), url: incoming.url.clone(), headers: incoming.headers(), body };
    noted.lock().unwrap_or_else(PoisonError::into_inner).push(arrival);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", page.len());
    // A browser that has gone away is no failure of the server.
    let _ = stream.write_all((head + page).as_bytes());
}
