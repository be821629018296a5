//! Places: loopback addresses from which visitors connect, each with the country that the edges are configured to
//! report for it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

/// The origin of a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The visitor's address.
    pub address: Ipv4Addr,
    /// The country that the edges report.
    pub country: Option<&'static str>,
}

/// A place in Austria.
pub const AUSTRIA: Place = Place { address: Ipv4Addr::new(127, 0, 1, 43), country: Some("AT") };
/// A place in France.
pub const FRANCE: Place = Place { address: Ipv4Addr::new(127, 0, 1, 33), country: Some("FR") };
/// A place in Germany.
pub const GERMANY: Place = Place { address: Ipv4Addr::new(127, 0, 1, 49), country: Some("DE") };
/// A place whose country no edge knows.
pub const NOWHERE: Place = Place { address: Ipv4Addr::new(127, 0, 1, 1), country: None };

/// All places with a known country.
pub(crate) const KNOWN: [Place; 3] = [AUSTRIA, FRANCE, GERMANY];

/// The country of an address.
pub(crate) fn country_of(address: IpAddr) -> Option<&'static str> {
    KNOWN.iter().find(|place| place.address == address).and_then(|place| place.country)
}

impl Place {
    /// Connects from this place.
    pub(crate) fn connect(self, to: SocketAddr) -> std::io::Result<TcpStream> {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
        bind(&socket, &SocketAddr::from((self.address, 0)))?;
        connect(&socket, &to)?;
        Ok(TcpStream::from(socket))
    }

    /// Headers from which `wrangler dev` takes the address and country of a visitor, because its own proxy hides the
    /// connection. Other edges ignore them.
    pub(crate) fn headers(self) -> [(&'static str, String); 2] {
        let country = self.country.map(|country| format!(r#","country":"{country}""#)).unwrap_or_default();
        // Without the encoding, the proxy compresses every response.
        let properties = format!(r#"{{"clientAcceptEncoding":"identity"{country}}}"#);
        [("CF-Connecting-IP", self.address.to_string()), ("MF-CF-Blob", properties)]
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn connection_comes_from_its_place() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        for place in [AUSTRIA, FRANCE, GERMANY, NOWHERE] {
            let _kept = place.connect(listener.local_addr().unwrap()).unwrap();
            let (_, peer) = listener.accept().unwrap();
            assert_eq!((peer.ip(), country_of(peer.ip())), (place.address.into(), place.country));
        }
    }
}
