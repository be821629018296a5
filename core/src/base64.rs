//! Base64 in the letters of addresses and without padding: how bytes travel in cursors and lie in records.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Writes `bytes`, six bits a letter.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().chain([0, 0].iter()).take(3).fold(0, |bits: u32, byte| bits << 8 | u32::from(*byte));
        for shift in [18, 12, 6, 0].into_iter().take(group.len().saturating_add(1)) {
            let letter = LETTERS.get((bits >> shift & 63) as usize);
            text.extend(letter.map(|letter| char::from(*letter)));
        }
    }
    text
}

/// Reads what [`encode`] wrote. Any other spelling of the same bytes is refused.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for letter in text.bytes() {
        bits = bits << 6 | six_bits(letter)?;
        held = held.saturating_add(6);
        if let Some(rest) = held.checked_sub(8) {
            bytes.push((bits >> rest) as u8);
            bits &= !(u32::MAX << rest);
            held = rest;
        }
    }
    (bits == 0 && held < 6).then_some(bytes)
}

/// The bits a letter stands for. Every request with a key asks, and a search among the letters takes ten times as long.
fn six_bits(letter: u8) -> Option<u32> {
    let (first, bits) = match letter {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'-' => (b'-', 62),
        b'_' => (b'_', 63),
        _ => return None,
    };
    Some(u32::from(letter.wrapping_sub(first)).wrapping_add(bits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as REFERENCE;

    #[test]
    fn bytes_are_written_and_read_as_by_everybody() {
        let bytes: Vec<u8> = (0..=255).rev().chain(0..=255).collect();
        for length in (0..20).chain([255, 256, 257, 512]) {
            let text = encode(&bytes[..length]);
            assert_eq!(text, REFERENCE.encode(&bytes[..length]));
            assert_eq!(decode(&text).unwrap(), &bytes[..length]);
        }
    }

    #[test]
    fn nothing_is_written_in_two_ways() {
        let letters = "AQg_-+=/é \0";
        for text in letters.chars().flat_map(|a| letters.chars().map(move |b| format!("{a}{b}"))) {
            for text in [text.clone(), format!("A{text}"), format!("AA{text}"), format!("AAA{text}")] {
                assert_eq!(decode(&text), REFERENCE.decode(&text).ok(), "{text}");
            }
        }
    }
}
