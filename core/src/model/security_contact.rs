//! Security contacts: the settings behind `security.txt` (RFC 9116).

use crate::model::absolute_url::AbsoluteUrl;
use crate::model::time::Timestamp;

const CONTACT: &str = "HOP_SECURITY_CONTACT";
const EXPIRES: &str = "HOP_SECURITY_EXPIRES";

/// The contacts of a deployment, and until when they are good. Readers of the file ignore one that has expired, so hop
/// does not look.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SecurityContact {
    /// URIs, the preferred one first.
    pub(crate) contacts: Vec<String>,
    pub(crate) expires: Timestamp,
}

impl SecurityContact {
    /// Reads both settings; nothing while one of them is not set: an operator sets one after the other.
    ///
    /// # Errors
    /// With the name of the bad one, and what is wrong with it.
    pub(crate) fn parse<'a>(
        contacts: impl Iterator<Item = &'a str>,
        expires: Option<&str>,
    ) -> Result<Option<Self>, (&'static str, String)> {
        let contacts = contacts.map(contact).collect::<Result<Vec<_>, _>>().map_err(|message| (CONTACT, message))?;
        match (contacts.is_empty(), expires.map(str::trim).unwrap_or_default()) {
            (true, _) | (_, "") => Ok(None),
            (false, text) => match Timestamp::parse(text) {
                Ok(expires) => Ok(Some(Self { contacts, expires })),
                Err(refusal) => Err((EXPIRES, refusal.detail.to_string())),
            },
        }
    }
}

/// A URI that somebody can be reached by.
fn contact(text: &str) -> Result<String, String> {
    let (scheme, rest) = text.split_once(':').unwrap_or_default();
    let is_good = match scheme.to_ascii_lowercase().as_str() {
        "https" => AbsoluteUrl::parse(text).is_ok(),
        "mailto" => rest.contains('@'),
        "tel" => rest.bytes().any(|byte| byte.is_ascii_digit()),
        _ => false,
    };
    if is_good && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err(format!("\"{text}\" is no contact, such as mailto:security@example.com, https://example.com/report or tel:+1-201-555-0123"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(contacts: &str, expires: &str) -> Result<Option<SecurityContact>, (&'static str, String)> {
        SecurityContact::parse(contacts.split_whitespace(), Some(expires))
    }

    #[test]
    fn contacts_are_kept_in_their_order() {
        let read = read("mailto:a@b.example HTTPS://b.example/x?y tel:+1-201-555-0123", " 2027-01-01T01:00:00+01:00\n").unwrap().unwrap();
        assert_eq!(read.contacts, ["mailto:a@b.example", "HTTPS://b.example/x?y", "tel:+1-201-555-0123"]);
        assert_eq!(read.expires.to_string(), "2027-01-01T00:00:00Z");
    }

    #[test]
    fn one_setting_alone_is_no_contact() {
        assert_eq!(SecurityContact::parse("".split_whitespace(), None), Ok(None));
        for (contacts, expires) in [("", " "), ("", "2027-01-01T00:00:00Z"), ("mailto:a@b.example", "")] {
            assert_eq!(read(contacts, expires), Ok(None), "{contacts:?} {expires:?}");
        }
    }

    #[test]
    fn an_expiry_in_the_past_is_taken() {
        assert!(read("mailto:a@b.example", "1999-01-01T00:00:00Z").unwrap().is_some());
    }

    #[test]
    fn the_bad_setting_is_named() {
        let good = "2027-01-01T00:00:00Z";
        for (contacts, expires, name) in [
            ("mailto:a@b.example", "2027-01-01", EXPIRES),
            ("mailto:a@b.example", "tomorrow", EXPIRES),
            ("a@b.example", good, CONTACT),
            ("mailto:", good, CONTACT),
            ("mailto:a", good, CONTACT),
            ("mailto:ä@b.example", good, CONTACT),
            ("http://b.example", good, CONTACT),
            ("https:b.example", good, CONTACT),
            ("https://", good, CONTACT),
            ("tel:", good, CONTACT),
            ("tel:x", good, CONTACT),
            ("ftp://b.example", good, CONTACT),
            ("mailto:a@b.example nobody", good, CONTACT),
        ] {
            assert_eq!(read(contacts, expires).unwrap_err().0, name, "{contacts:?} {expires:?}");
        }
    }
}
