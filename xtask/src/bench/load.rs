//! Load generator: visitors with persistent connections, who send the next request as soon as they have a response.
use std::io::{BufRead, BufReader, Read as _, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome, While};

const CONNECTIONS: usize = 16;
const TIMEOUT: Duration = Duration::from_secs(10);
const LONGEST_LINE: usize = 16 * 1_024;

/// The place of every visitor, as Workers read it from `request.cf`.
const PLACE: &str = r#"{"asOrganization":"Example Network","asn":64496,"city":"Munich","colo":"MUC","continent":"EU","country":"DE","httpProtocol":"HTTP/2","latitude":"48.13743","longitude":"11.57549","postalCode":"80331","region":"Bavaria","regionCode":"BY","timezone":"Europe/Berlin","tlsVersion":"TLSv1.3"}"#;

/// The requests of the visitors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visits {
    pub(super) port: u16,
    pub(super) method: &'static str,
    /// How many aliases are requested in turn.
    pub(super) aliases: u64,
    /// The expected status.
    pub(super) status: u16,
}

/// An alias by its number.
pub(super) fn alias(number: u64) -> String {
    format!("link-{number}")
}

/// Sends requests for this time and returns the number of responses. All of them must have the expected status and
/// no body.
pub(super) fn answered(visits: Visits, duration: Duration) -> Outcome<u32> {
    let (turn, until) = (AtomicU64::new(0), Instant::now() + duration);
    let counts = thread::scope(|scope| {
        let visitors: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(|| visit(visits, &turn, until))).collect();
        let crashed = |_| Err(Failure::new("a visitor thread of the benchmark panicked"));
        visitors.into_iter().map(|visitor| visitor.join().unwrap_or_else(crashed)).collect::<Outcome<Vec<u32>>>()
    })?;
    Ok(counts.iter().sum())
}

fn visit(visits: Visits, turn: &AtomicU64, until: Instant) -> Outcome<u32> {
    let action = "visiting the server";
    let stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, visits.port))).doing(action)?;
    stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(Some(TIMEOUT))).doing(action)?;
    let mut answers = BufReader::new(stream.try_clone().doing(action)?);
    let mut answered = 0;
    while Instant::now() < until {
        (&stream).write_all(request(visits, turn.fetch_add(1, Ordering::Relaxed)).as_bytes()).doing(action)?;
        check_response(&mut answers, visits.status)?;
        answered += 1;
    }
    Ok(answered)
}

/// The request of a browser, with what the network of Cloudflare adds about its visitor. Each request of a turn is from
/// another address.
fn request(visits: Visits, number: u64) -> String {
    let [.., b, c, d] = number.to_be_bytes();
    format!(
        "{} /{} HTTP/1.1\r\nHost: hop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0\r\n\
         Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: de,en-US;q=0.7,en;q=0.3\r\n\
         CF-Connecting-IP: 10.{b}.{c}.{d}\r\nCF-Blob: {PLACE}\r\n\r\n",
        visits.method,
        alias(number % visits.aliases)
    )
}

/// Reads a response, which must have this status and no body.
fn check_response(answers: &mut impl BufRead, expected: u16) -> Outcome<()> {
    let mut status = String::new();
    read_line(answers, &mut status)?;
    if !status.starts_with(&format!("HTTP/1.1 {expected} ")) {
        return Err(Failure::new(format!("the response does not have the status {expected}: {status:?}")));
    }
    let mut line = String::new();
    loop {
        line.clear();
        read_line(answers, &mut line)?;
        let lower = line.to_ascii_lowercase();
        let has_body = lower.starts_with("transfer-encoding") || lower.strip_prefix("content-length:").is_some_and(|n| n.trim() != "0");
        if has_body {
            return Err(Failure::new(format!("the server sent a body: {line:?}")));
        }
        if line == "\r\n" {
            return Ok(());
        }
    }
}

fn read_line(answers: &mut impl BufRead, line: &mut String) -> Outcome<()> {
    answers.take(LONGEST_LINE as u64).read_line(line).doing("reading a response of the server")?;
    if line.ends_with('\n') { Ok(()) } else { Err(Failure::new("the server closed a connection inside a response")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_repeat_and_addresses_differ() {
        let visits = Visits { port: 0, method: "GET", aliases: 2, status: 302 };
        let [one, two] = [3, 65_537].map(|number| request(visits, number));
        assert!(one.starts_with("GET /link-1 HTTP/1.1\r\n") && one.contains("CF-Connecting-IP: 10.0.0.3\r\n"), "{one}");
        assert!(two.starts_with("GET /link-1 HTTP/1.1\r\n") && two.contains("CF-Connecting-IP: 10.1.0.1\r\n"), "{two}");
        assert!(one.ends_with("\r\n\r\n") && serde_json::from_str::<serde_json::Value>(PLACE).is_ok());
    }

    #[test]
    fn only_expected_status_without_body_counts() {
        let check = |mut answer: &[u8]| check_response(&mut answer, 302).map(|()| answer.len());
        assert_eq!(check(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: x\r\n\r\nnext").unwrap(), 4);
        for wrong in [
            &b"HTTP/1.1 404 Not Found\r\n\r\n"[..],
            b"HTTP/1.1 302 Found\r\ncontent-length: 5\r\n\r\nhello",
            b"HTTP/1.1 302 Found\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"HTTP/1.1 302 Found\r\nLocation: x\r\n",
            b"",
        ] {
            assert!(check(wrong).is_err(), "{}", String::from_utf8_lossy(wrong));
        }
    }
}
