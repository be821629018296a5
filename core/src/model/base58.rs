//! Base58: random text without look-alike characters (`0`, `O`, `I`, `l`), for ids, commit tokens and generated
//! aliases.

/// Digits, capitals and small letters.
pub(crate) const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Alphabet for deployments with case-insensitive aliases: no `0`, `o`, `1`, `i` or `l`.
pub(crate) const SMALL_ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// Length of 96 bits in base 58: 58^17 is the first power above 2^96.
const DIGITS_OF_96_BITS: usize = 17;

/// Divisor that splits off five digits at once: the remainder of a word, joined with the next word, fits 64 bits. Wasm
/// divides 64 bits in one instruction and 128 bits in a routine, and every request makes an id.
const FIVE_DIGITS: u64 = 58_u64.pow(5);

/// Whether `text` has the form that [`encode_96`] writes.
pub(crate) fn is_96(text: &str) -> bool {
    text.len() == DIGITS_OF_96_BITS && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// Encodes 96 bits, always as 17 characters.
pub(crate) fn encode_96(bytes: [u8; 12]) -> String {
    encode_96_with_prefix("", bytes)
}

/// Encodes 96 bits after `prefix`.
pub(crate) fn encode_96_with_prefix(prefix: &str, bytes: [u8; 12]) -> String {
    let mut words = [0_u32; 3];
    let (fours, _) = bytes.as_chunks();
    words.iter_mut().zip(fours).for_each(|(word, four)| *word = u32::from_be_bytes(*four));
    let mut digits = [b'1'; DIGITS_OF_96_BITS];
    for five in digits.rchunks_mut(5) {
        let mut rest = 0;
        for word in &mut words {
            let number = (rest << 32) | u64::from(*word);
            *word = u32::try_from(number / FIVE_DIGITS).unwrap_or_default();
            rest = number % FIVE_DIGITS;
        }
        for digit in five.iter_mut().rev() {
            *digit = character(rest % 58);
            rest /= 58;
        }
    }
    [prefix, std::str::from_utf8(&digits).unwrap_or_default()].concat()
}

/// Makes `length` random characters of `alphabet`, all equally likely. `fill_random` provides random bytes; bytes
/// beyond the last full repetition of the alphabet are skipped, because they would favour its first characters.
pub(crate) fn text<E>(alphabet: &[u8], length: usize, mut fill_random: impl FnMut(&mut [u8; 16]) -> Result<(), E>) -> Result<String, E> {
    let repetitions = 256_usize.checked_div(alphabet.len()).unwrap_or(0);
    let unbiased_bytes = alphabet.len().saturating_mul(repetitions);
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let mut bytes = [0; 16];
        fill_random(&mut bytes)?;
        let unbiased = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < unbiased_bytes);
        let digits = unbiased.filter_map(|byte| alphabet.get(byte.checked_rem(alphabet.len())?));
        text.extend(digits.take(length.saturating_sub(text.len())).copied().map(char::from));
    }
    Ok(text)
}

fn character(digit: u64) -> u8 {
    usize::try_from(digit).ok().and_then(|digit| ALPHABET.get(digit)).copied().unwrap_or(b'1')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryEdge;
    use crate::store::ports::Edge as _;

    #[test]
    fn encodes_96_bits_as_17_characters() {
        assert_eq!(encode_96([0; 12]), "1".repeat(17));
        assert_eq!(encode_96_with_prefix("req_", [255; 12]), "req_5qCHTcgbQwpvYZQ9c");
        let mut one = [0; 12];
        one[11] = 57;
        assert_eq!(encode_96(one), format!("{}z", "1".repeat(16)));
    }

    #[test]
    fn random_text_uses_the_alphabet_evenly() {
        let edge = MemoryEdge::new(7);
        for (alphabet, length) in [(ALPHABET.as_slice(), 5_800), (SMALL_ALPHABET, 3_100)] {
            let text = text(alphabet, length, |bytes| edge.random(bytes)).unwrap();
            assert_eq!(text.len(), length);
            for character in alphabet {
                let count = text.bytes().filter(|byte| byte == character).count();
                assert!((50..150).contains(&count), "{} occurs {count} times", char::from(*character));
            }
        }
    }
}
