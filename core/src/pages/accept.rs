//! Content negotiation: HTML or JSON, decided by the header `Accept`.

use http::header::ACCEPT;

use crate::message::quality::quality;
use crate::store::ports::ClientInfo;

/// Whether the client prefers HTML to JSON.
pub(crate) fn wants_html(client: &(impl ClientInfo + ?Sized)) -> bool {
    let (html, json) = qualities(client);
    html > 0 && html >= json
}

/// Whether the client prefers JSON by name. Services that show cards send `*/*` and expect HTML.
pub(crate) fn wants_json(client: &dyn ClientInfo) -> bool {
    let (html, json) = qualities(client);
    json > html
}

/// The qualities of HTML and of JSON. Wildcards do not count.
fn qualities(client: &(impl ClientInfo + ?Sized)) -> (u32, u32) {
    let accept = client.header(&ACCEPT).unwrap_or_default();
    let accept = std::str::from_utf8(&accept).unwrap_or_default();
    let of = |media_types| quality(accept, media_types).unwrap_or(0);
    (of(&["text/html"]), of(&["application/json", "application/problem+json"]))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::net::IpAddr;

    use http::HeaderName;

    use super::*;

    struct Accepts(&'static str);

    impl ClientInfo for Accepts {
        fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
            (*name == ACCEPT).then_some(Cow::Borrowed(self.0.as_bytes()))
        }

        fn address(&self) -> Option<IpAddr> {
            None
        }

        fn country(&self) -> Option<String> {
            None
        }
    }

    #[test]
    fn wants_html_if_html_is_preferred() {
        for (accept, html) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("TEXT/HTML", true),
            ("text/html; q=0.5, application/json; q=0.4", true),
            ("text/html;q=0.5, application/json", false),
            ("application/json, text/html", true),
            ("application/problem+json, text/html;q=0.999", false),
            ("text/html;q=0", false),
            ("text/html;q=x", true),
            ("*/*", false),
            ("application/json", false),
            ("", false),
        ] {
            assert_eq!(wants_html(&Accepts(accept)), html, "{accept}");
            assert!(!(html && wants_json(&Accepts(accept))), "{accept}");
        }
    }

    #[test]
    fn wants_json_only_by_name() {
        for (accept, json) in
            [("application/json", true), ("application/json, text/html;q=0.9", true), ("*/*", false), ("", false), ("text/html", false)]
        {
            assert_eq!(wants_json(&Accepts(accept)), json, "{accept}");
        }
    }
}
