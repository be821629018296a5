//! Base64 of cursors, cookies and records: the URL-safe alphabet without padding. Other spellings of the same bytes are
//! refused.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

pub(crate) fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_encoding_decodes() {
        assert_eq!(encode(&[0xfb, 0xff, 0x00, 0x10]), "-_8AEA");
        assert_eq!(decode("-_8AEA"), Some(vec![0xfb, 0xff, 0x00, 0x10]));
        for text in ["-_8AEB", "-_8AEA==", "+/8AEA", "A", "AA A", "AA\n"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }
}
