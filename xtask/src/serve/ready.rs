//! Readiness check of a local server.
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use crate::failure::{Failure, Outcome, While};
use crate::group::Member;

const PAUSE: Duration = Duration::from_millis(200);
const TIMEOUT: Duration = Duration::from_secs(5);

/// Waits until `GET /health` returns 200. Fails when the server ends before.
pub(super) fn wait(server: &mut Member, port: u16) -> Outcome<()> {
    while !is_healthy(port) {
        if let Some(status) = server.has_ended().doing("waiting for the server")? {
            let what = format!("the server ended before it was ready ({status}); its last output is above");
            return Err(Failure::new(what));
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

fn is_healthy(port: u16) -> bool {
    matches!(first_line(port), Ok(line) if line.starts_with(b"HTTP/1.1 200"))
}

fn first_line(port: u16) -> std::io::Result<[u8; 12]> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    write!(stream, "GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    Ok(start)
}
