//! Where visitors of the suite come from. A place is an address of this machine that a call is sent from, and the country that each edge
//! is told to take it for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

/// Somewhere to come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The visitor's address.
    pub address: Ipv4Addr,
    /// What edges take it for.
    pub country: Option<&'static str>,
}

/// A place in Austria.
pub const AUSTRIA: Place = Place { address: Ipv4Addr::new(127, 0, 1, 43), country: Some("AT") };
/// A place in France.
pub const FRANCE: Place = Place { address: Ipv4Addr::new(127, 0, 1, 33), country: Some("FR") };
/// A place in Germany.
pub const GERMANY: Place = Place { address: Ipv4Addr::new(127, 0, 1, 49), country: Some("DE") };
/// A place of which no edge knows the country.
pub const NOWHERE: Place = Place { address: Ipv4Addr::new(127, 0, 1, 1), country: None };

/// All that edges know the country of.
pub(crate) const KNOWN: [Place; 3] = [AUSTRIA, FRANCE, GERMANY];

/// The country an address is in.
pub(crate) fn country_of(address: IpAddr) -> Option<&'static str> {
    KNOWN.iter().find(|place| place.address == address).and_then(|place| place.country)
}

impl Place {
    /// A connection from here.
    pub(crate) fn connect(self, to: SocketAddr) -> std::io::Result<TcpStream> {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
        bind(&socket, &SocketAddr::from((self.address, 0)))?;
        connect(&socket, &to)?;
        Ok(TcpStream::from(socket))
    }

    /// What `wrangler dev` takes for the facts of a visitor, as its own proxy stands between it and them. To every other edge these are
    /// headers that anybody can set.
    pub(crate) fn headers(self) -> [(&'static str, String); 2] {
        let country = self.country.map(|country| format!(r#","country":"{country}""#)).unwrap_or_default();
        // Else its proxy takes everybody for a browser and compresses what it hands on.
        let facts = format!(r#"{{"clientAcceptEncoding":"identity"{country}}}"#);
        [("CF-Connecting-IP", self.address.to_string()), ("MF-CF-Blob", facts)]
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_connection_comes_from_its_place() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        for place in [AUSTRIA, FRANCE, GERMANY, NOWHERE] {
            let _kept = place.connect(listener.local_addr().unwrap()).unwrap();
            let (_, peer) = listener.accept().unwrap();
            assert_eq!((peer.ip(), country_of(peer.ip())), (place.address.into(), place.country));
        }
    }
}
