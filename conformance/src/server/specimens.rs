//! Pages to be looked at, each at its name, behind a socket. A form that is sent is answered by leading on to another origin, which is told
//! what came.

use std::io::Write as _;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use hop_core::ports::Facts as _;
use hop_core::{Body, Response};
use http::Method;
use http::header::ORIGIN;

use super::http1::{self, Incoming};

/// More than a form here sends.
const MOST: usize = 4_096;

/// The origin that forms lead on to. Its pages are empty.
pub const ELSEWHERE: &str = "http://elsewhere.example";

/// Serves `pages` as long as this process lives.
///
/// # Panics
/// When the address is taken.
pub fn serve_specimens(address: SocketAddr, pages: Vec<(&'static str, Response)>) {
    let listener = TcpListener::bind(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    let pages = Arc::new(pages);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let pages = Arc::clone(&pages);
            // Browsers open connections ahead of their requests.
            std::thread::spawn(move || {
                answer(&stream, &pages);
                let _ = stream.shutdown(Shutdown::Write);
                http1::drain(&stream);
            });
        }
    });
}

fn answer(mut stream: &TcpStream, pages: &[(&str, Response)]) {
    let Ok(mut incoming) = Incoming::read(stream) else { return };
    let name = incoming.url.rsplit('/').next().unwrap_or_default().to_owned();
    let page = pages.iter().find(|(known, _)| *known == name);
    let head = match page {
        _ if incoming.method == Method::POST => {
            let origin = incoming.header(&ORIGIN).map(|origin| String::from_utf8_lossy(&origin).into_owned());
            let Body::Whole(form) = incoming.body(Some(MOST)) else { return };
            let told = format!("{}?{}", origin.as_deref().unwrap_or("nowhere"), String::from_utf8_lossy(&form));
            format!("303 See Other\r\nlocation: {ELSEWHERE}/from/{told}")
        }
        Some((_, response)) => return http1::write(stream, response),
        None => "200 OK\r\ncontent-type: text/html".to_owned(),
    };
    // A browser that has gone away is no failure of the server.
    let _ = stream.write_all(format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").as_bytes());
}
