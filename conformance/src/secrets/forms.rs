//! Forms of a secret: plain, reversed, hex, base64, and as it is escaped in JSON, HTML, URLs and Rust's debug output.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// All forms of `secret`. The search ignores case, so they need not differ in it.
pub(super) fn forms(secret: &str) -> BTreeSet<Vec<u8>> {
    let bytes = secret.as_bytes();
    let mut forms = vec![secret.to_owned(), secret.chars().rev().collect()];
    for (format, separator) in [(hex as fn(u8) -> String, ""), (hex, " "), (hex, ", "), (decimal, ","), (decimal, ", ")] {
        forms.push(bytes.iter().map(|byte| format(*byte)).collect::<Vec<_>>().join(separator));
    }
    for before in 0..3 {
        forms.extend(
            [STANDARD_NO_PAD.encode(shifted(bytes, before)), URL_SAFE_NO_PAD.encode(shifted(bytes, before))]
                .map(|text| inner_letters(&text, bytes.len(), before)),
        );
    }
    forms.push(percent(bytes, |_| false));
    forms.push(percent(bytes, is_unreserved));
    forms.push(form_urlencoded::byte_serialize(bytes).collect());
    forms.push(percent(bytes, is_unreserved).replace("%20", "+"));
    forms.push(percent(bytes, |byte| byte.is_ascii_graphic()));
    forms.push(percent(bytes, |byte| byte.is_ascii_graphic() && !b"\"#%<>`{}".contains(&byte)));
    forms.extend([json(secret), json(secret).replace('/', "\\/"), ascii_json(secret)]);
    forms.push(secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;"));
    forms.extend([secret.escape_debug().to_string(), secret.escape_unicode().to_string(), bytes.escape_ascii().to_string()]);
    forms.into_iter().map(String::into_bytes).collect()
}

fn hex(byte: u8) -> String {
    format!("{byte:02x}")
}

fn decimal(byte: u8) -> String {
    byte.to_string()
}

/// `bytes` after `before` unknown bytes.
fn shifted(bytes: &[u8], before: usize) -> Vec<u8> {
    [&[0; 2][..before], bytes].concat()
}

/// The letters of base64 that depend on these bytes alone, and not on those before and after.
fn inner_letters(text: &str, length: usize, before: usize) -> String {
    let (begins, ends) = ((before * 8).div_ceil(6), (before + length) * 8 / 6);
    text[begins..ends].to_owned()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn percent(bytes: &[u8], is_plain: impl Fn(u8) -> bool) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        if is_plain(*byte) {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

/// The text between the quotes of a JSON string.
fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// The same in ASCII.
fn ascii_json(text: &str) -> String {
    let mut units = [0; 2];
    json(text).chars().fold(String::new(), |mut written, letter| {
        if letter.is_ascii() {
            written.push(letter);
        } else {
            let _ = letter.encode_utf16(&mut units).iter().try_for_each(|unit| write!(written, "\\u{unit:04x}"));
        }
        written
    })
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;

    const SECRET: &str = "sö /?\"<secret>'~\u{fffd}&1";

    fn is_found(text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        forms(SECRET).iter().any(|form| text.contains(&String::from_utf8_lossy(form).to_ascii_lowercase()))
    }

    #[test]
    fn base64_is_found_at_any_offset() {
        for before in 0..7 {
            for after in 0..4 {
                let text = format!("{}{SECRET}{}", "\u{7f}".repeat(before), "~".repeat(after));
                for encoded in
                    [STANDARD.encode(&text), STANDARD_NO_PAD.encode(&text), URL_SAFE.encode(&text), URL_SAFE_NO_PAD.encode(&text)]
                {
                    assert!(is_found(&encoded), "{encoded}");
                }
            }
        }
        assert!(!is_found(&STANDARD.encode(&SECRET[1..])));
    }

    #[test]
    fn every_other_encoding_is_found() {
        let bytes = SECRET.as_bytes();
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("password", SECRET).finish();
        for text in [
            SECRET.to_owned(),
            SECRET.to_ascii_uppercase(),
            SECRET.chars().rev().collect(),
            format!("{bytes:02x?}"),
            format!("{bytes:02X?}"),
            format!("{bytes:?}"),
            serde_json::to_string(bytes).unwrap(),
            serde_json::to_string(SECRET).unwrap(),
            query,
            format!("{SECRET:?}"),
            bytes.iter().map(|byte| format!("{byte:02X}")).collect(),
            bytes.iter().map(|byte| format!("%{byte:02x}")).collect(),
            r#"s\u00f6 /?\"<secret>'~\ufffd&1"#.into(),
            r#"sö \/?\"<secret>'~�&1"#.into(),
            "sö /?&quot;&lt;secret&gt;&#39;~\u{fffd}&amp;1".into(),
            "s%C3%B6%20/?%22%3Csecret%3E'~%EF%BF%BD&1".into(),
            r#"s\xc3\xb6 /?\"<secret>\'~\xef\xbf\xbd&1"#.into(),
        ] {
            assert!(is_found(&text), "{text}");
        }
        assert!(!is_found(&SECRET[1..]) && !is_found(&SECRET[..SECRET.len() - 1]));
    }
}
