//! Negotiation of the content coding: gzip or none, by the header `Accept-Encoding`.

use http::header::ACCEPT_ENCODING;

use crate::message::quality::quality;
use crate::store::ports::ClientInfo;

/// Whether the client accepts gzip, and does not prefer a body that is not encoded.
pub(crate) fn accepts_gzip(client: &impl ClientInfo) -> bool {
    let accepted = client.header(&ACCEPT_ENCODING).unwrap_or_default();
    prefers_gzip(std::str::from_utf8(&accepted).unwrap_or_default())
}

fn prefers_gzip(accepted: &str) -> bool {
    // `*` stands for every coding that is not named.
    let gzip = quality(accepted, &["gzip", "x-gzip"]).or_else(|| quality(accepted, &["*"])).unwrap_or(0);
    let identity = quality(accepted, &["identity"]).unwrap_or(0);
    gzip > 0 && gzip >= identity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_if_it_is_accepted_and_not_second_choice() {
        for (accepted, gzip) in [
            ("gzip", true),
            ("gzip, deflate, br, zstd", true),
            ("GZIP", true),
            ("x-gzip", true),
            ("br;q=1.0, gzip;q=0.8", true),
            ("gzip;q=0.001", true),
            ("*", true),
            ("br, *;q=0.1", true),
            ("identity;q=0.5, gzip", true),
            ("identity;q=0, gzip;q=0.5", true),
            ("gzip, identity", true),
            ("gzip;q=0", false),
            ("gzip;q=0.000", false),
            ("gzip;q=0, *", false),
            ("*;q=0", false),
            ("identity, gzip;q=0.5", false),
            ("identity, *;q=0.5", false),
            ("identity", false),
            ("br", false),
            ("gzipped", false),
            ("", false),
        ] {
            assert_eq!(prefers_gzip(accepted), gzip, "{accepted}");
        }
    }
}
