//! Places: loopback addresses from which visitors connect, each with what the edges are configured to report for it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
use serde_json::{Map, Value};

/// The origin of a visitor, as the edges report it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The visitor's address.
    pub address: Ipv4Addr,
    /// The country.
    pub country: Option<&'static str>,
    /// The region.
    pub region: Option<&'static str>,
    /// The city.
    pub city: Option<&'static str>,
    /// The organisation that operates the network.
    pub operator: Option<&'static str>,
}

/// A place in Austria.
pub const AUSTRIA: Place = Place { country: Some("AT"), ..unknown(43) };
/// A place in France.
pub const FRANCE: Place = Place { country: Some("FR"), ..unknown(33) };
/// A place in Germany.
pub const GERMANY: Place = Place { country: Some("DE"), ..unknown(49) };
/// A place in a city, in the network of an access provider.
pub const GRAZ: Place =
    Place { country: Some("AT"), region: Some("Styria"), city: Some("Graz"), operator: Some("An Access Provider"), ..unknown(44) };
/// A data centre.
pub const DATA_CENTRE: Place = Place { country: Some("DE"), operator: Some("Hetzner Online GmbH"), ..unknown(50) };
/// A place of which the edges know nothing.
pub const NOWHERE: Place = unknown(1);

/// All places of which something is known.
pub(crate) const KNOWN: [Place; 5] = [AUSTRIA, FRANCE, GERMANY, GRAZ, DATA_CENTRE];

/// The place with this address.
pub(crate) fn find(address: IpAddr) -> Option<Place> {
    KNOWN.into_iter().find(|place| place.address == address)
}

const fn unknown(number: u8) -> Place {
    Place { address: Ipv4Addr::new(127, 0, 1, number), country: None, region: None, city: None, operator: None }
}

impl Place {
    /// Connects from this place.
    pub(crate) fn connect(self, to: SocketAddr) -> std::io::Result<TcpStream> {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
        bind(&socket, &SocketAddr::from((self.address, 0)))?;
        connect(&socket, &to)?;
        Ok(TcpStream::from(socket))
    }

    /// Headers from which `wrangler dev` takes the address and properties of a visitor, because its own proxy hides the
    /// connection. Other edges ignore them.
    #[must_use]
    pub fn headers(self) -> [(&'static str, String); 2] {
        let texts = [("country", self.country), ("region", self.region), ("city", self.city), ("asOrganization", self.operator)];
        // Without the encoding, the proxy compresses every response.
        let mut properties = Map::from_iter([("clientAcceptEncoding".to_owned(), Value::from("identity"))]);
        properties.extend(texts.iter().filter_map(|(name, text)| Some(((*name).to_owned(), Value::from((*text)?)))));
        [("CF-Connecting-IP", self.address.to_string()), ("MF-CF-Blob", Value::from(properties).to_string())]
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn connection_comes_from_its_place() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        for (place, found) in KNOWN.into_iter().map(|place| (place, Some(place))).chain([(NOWHERE, None)]) {
            let _kept = place.connect(listener.local_addr().unwrap()).unwrap();
            let (_, peer) = listener.accept().unwrap();
            assert_eq!((peer.ip(), find(peer.ip())), (place.address.into(), found));
        }
    }
}
