//! Security contacts: the settings behind `security.txt` (RFC 9116).

use crate::model::absolute_url::AbsoluteUrl;
use crate::model::time::Timestamp;

const CONTACT: &str = "HOP_SECURITY_CONTACT";
const EXPIRES: &str = "HOP_SECURITY_EXPIRES";

/// The contacts of a deployment and their expiry. Readers of the file ignore it after the expiry, so hop does not check
/// it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SecurityContact {
    /// URIs, the preferred one first.
    pub(crate) contacts: Vec<String>,
    pub(crate) expires: Timestamp,
}

impl SecurityContact {
    /// Parses both settings. `None` while one of them is not set, because an operator sets one after the other.
    ///
    /// # Errors
    /// The name of the invalid setting and a message.
    pub(crate) fn parse<'a>(
        contacts: impl Iterator<Item = &'a str>,
        expires: Option<&str>,
    ) -> Result<Option<Self>, (&'static str, String)> {
        let contacts = contacts.map(contact).collect::<Result<Vec<_>, _>>().map_err(|message| (CONTACT, message))?;
        match (contacts.is_empty(), expires.map(str::trim).unwrap_or_default()) {
            (true, _) | (_, "") => Ok(None),
            (false, text) => match Timestamp::parse(text) {
                Ok(expires) => Ok(Some(Self { contacts, expires })),
                Err(error) => Err((EXPIRES, error.detail.to_string())),
            },
        }
    }
}

/// Parses one contact: an `https`, `mailto` or `tel` URI.
fn contact(text: &str) -> Result<String, String> {
    let (scheme, rest) = text.split_once(':').unwrap_or_default();
    let is_contact = match scheme.to_ascii_lowercase().as_str() {
        "https" => AbsoluteUrl::parse(text).is_ok(),
        "mailto" => rest.contains('@'),
        "tel" => rest.bytes().any(|byte| byte.is_ascii_digit()),
        _ => false,
    };
    if is_contact && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "\"{text}\" is not a contact: write it as in mailto:security@example.com, https://example.com/report or tel:+1-201-555-0123"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(contacts: &str, expires: &str) -> Result<Option<SecurityContact>, (&'static str, String)> {
        SecurityContact::parse(contacts.split_whitespace(), Some(expires))
    }

    #[test]
    fn contacts_keep_their_order() {
        let read = read("mailto:a@b.example HTTPS://b.example/x?y tel:+1-201-555-0123", " 2027-01-01T01:00:00+01:00\n").unwrap().unwrap();
        assert_eq!(read.contacts, ["mailto:a@b.example", "HTTPS://b.example/x?y", "tel:+1-201-555-0123"]);
        assert_eq!(read.expires.to_string(), "2027-01-01T00:00:00Z");
    }

    #[test]
    fn one_setting_alone_gives_no_contact() {
        assert_eq!(SecurityContact::parse("".split_whitespace(), None), Ok(None));
        for (contacts, expires) in [("", " "), ("", "2027-01-01T00:00:00Z"), ("mailto:a@b.example", "")] {
            assert_eq!(read(contacts, expires), Ok(None), "{contacts:?} {expires:?}");
        }
    }

    #[test]
    fn an_expiry_in_the_past_is_accepted() {
        assert!(read("mailto:a@b.example", "1999-01-01T00:00:00Z").unwrap().is_some());
    }

    #[test]
    fn errors_name_the_invalid_setting() {
        let valid = "2027-01-01T00:00:00Z";
        for (contacts, expires, name) in [
            ("mailto:a@b.example", "2027-01-01", EXPIRES),
            ("mailto:a@b.example", "tomorrow", EXPIRES),
            ("a@b.example", valid, CONTACT),
            ("mailto:", valid, CONTACT),
            ("mailto:a", valid, CONTACT),
            ("mailto:ä@b.example", valid, CONTACT),
            ("http://b.example", valid, CONTACT),
            ("https:b.example", valid, CONTACT),
            ("https://", valid, CONTACT),
            ("tel:", valid, CONTACT),
            ("tel:x", valid, CONTACT),
            ("ftp://b.example", valid, CONTACT),
            ("mailto:a@b.example other", valid, CONTACT),
        ] {
            assert_eq!(read(contacts, expires).unwrap_err().0, name, "{contacts:?} {expires:?}");
        }
    }
}
