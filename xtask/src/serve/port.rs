//! The choice of a port to listen on.
use std::net::{Ipv4Addr, TcpListener};

use crate::edge::Edge;
use crate::failure::{Failure, Outcome, While};

/// How many ports are tried, from the default one on.
const TRIES: u16 = 20;

/// The requested port, if it is free. Without a request, the default port or the next free one after it.
pub(super) fn choose(edge: Edge, requested: Option<u16>) -> Outcome<u16> {
    if let Some(port) = requested {
        return match is_free(port) {
            true => Ok(port),
            false => Err(Failure::new(format!("port {port} on 127.0.0.1 is in use by another program or not allowed"))
                .advise("Choose another one with --port, or omit --port to use a free one.")),
        };
    }
    usual_or_next(match edge {
        Edge::Cloudflare => 8787,
        Edge::Fastly => 7676,
    })
}

/// The port of Vite's development server: its default one, or the next free one after it. `taken` is that of hop, which
/// does not listen yet.
pub(super) fn for_vite(taken: u16) -> Outcome<u16> {
    const USUAL: u16 = 5173;
    usual_or_next(if taken == USUAL { USUAL + 1 } else { USUAL })
}

fn usual_or_next(usual: u16) -> Outcome<u16> {
    match (usual..usual + TRIES).find(|port| is_free(*port)) {
        Some(port) => {
            if port != usual {
                println!("Port {usual} is in use; using {port}.");
            }
            Ok(port)
        }
        None => Err(Failure::new(format!("all ports from {usual} to {} are in use", usual + TRIES - 1)).advise("Choose one with --port.")),
    }
}

/// A free port.
pub(super) fn any_free() -> Outcome<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).doing("looking for a free port")?;
    Ok(listener.local_addr().doing("looking for a free port")?.port())
}

fn is_free(port: u16) -> bool {
    port != 0 && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_in_use_is_rejected_by_number() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = listener.local_addr().unwrap().port();
        let error = choose(Edge::Cloudflare, Some(taken)).unwrap_err().to_string();
        assert!(error.contains(&taken.to_string()), "{error}");
        drop(listener);
        assert_eq!(choose(Edge::Cloudflare, Some(taken)).unwrap(), taken);
    }
}
