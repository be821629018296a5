//! Multi-word search: finds all words of a list in one pass over a text, ignoring case.
//!
//! Two bit tables skip nearly every position of the text: which byte pairs begin a word, and which pairs are its second
//! and third byte. Both tables use the lowest five bits of a byte, which are equal for a letter and its capital. Where
//! both tables match, the words of that first letter are compared.

/// A list of words and its search tables.
///
/// The list has one word of at least three bytes per line, in small letters, sorted by the first letter. Each word
/// begins with a letter or a space. A word comes before its own prefixes.
///
/// * A word that ends in `|` matches only if no letter, digit, space or `_` follows.
/// * A word that ends in `!` is skipped in the text, so that words within it do not match.
pub(super) struct AgentWords {
    list: &'static str,
    /// A bit for each second byte, by the first byte.
    first: [u32; 32],
    /// A bit for each third byte, by the second byte.
    second: [u32; 32],
    /// The offset of the first word in the list, by the first byte. Its words end at the offset of the next byte.
    begins: [u16; 33],
}

/// Rule for the end of a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Any,
    Closed,
    Skipped,
}

impl AgentWords {
    #[expect(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        reason = "this runs at compile time, where a failure is a compile error"
    )]
    pub(super) const fn new(list: &'static str) -> Self {
        let bytes = list.as_bytes();
        let mut words = Self { list, first: [0; 32], second: [0; 32], begins: [0; 33] };
        let mut at = 0;
        let mut previous = 0;
        while at < bytes.len() {
            let (first, second, third) = (low(bytes[at]), low(bytes[at + 1]), low(bytes[at + 2]));
            assert!(first >= previous, "the words are not sorted by their first letter");
            previous = first;
            words.first[first] |= 1 << second;
            words.second[second] |= 1 << third;
            while bytes[at] != b'\n' {
                at += 1;
            }
            at += 1;
            let mut later = first + 1;
            while later < words.begins.len() {
                words.begins[later] = at as u16;
                later += 1;
            }
        }
        assert!(bytes.len() <= u16::MAX as usize, "the list is too long");
        words
    }

    /// The words of the list that `text` contains, in the order of the text.
    pub(super) fn found_in<'a>(&'static self, text: &'a [u8]) -> impl Iterator<Item = &'static str> + use<'a> {
        let mut rest = text;
        std::iter::from_fn(move || {
            while let [first, after @ ..] = rest {
                let word = if self.may_begin(*first, after) { self.word_at(rest) } else { None };
                let Some((word, ending)) = word else {
                    rest = after;
                    continue;
                };
                rest = rest.get(word.len()..).unwrap_or_default();
                if ending != Ending::Skipped {
                    return str::from_utf8(word).ok();
                }
            }
            None
        })
    }

    fn may_begin(&self, first: u8, after: &[u8]) -> bool {
        let [second, third, ..] = after else { return false };
        let has = |table: &[u32; 32], one: u8, next: u8| table.get(low(one)).is_some_and(|row| row.wrapping_shr(next.into()) & 1 != 0);
        has(&self.first, first, *second) && has(&self.second, *second, *third)
    }

    /// The word at the start of `text`.
    fn word_at(&self, text: &[u8]) -> Option<(&'static [u8], Ending)> {
        let [first, second, third, ..] = text else { return None };
        let may_match = |line: &&[u8]| matches!(line, [_, b, c, ..] if low(*b) == low(*second) && low(*c) == low(*third));
        let (begin, end) = (self.begins.get(low(*first))?, self.begins.get(low(*first).wrapping_add(1))?);
        let lines = self.list.as_bytes().get(usize::from(*begin)..usize::from(*end))?;
        lines.split(|byte| *byte == b'\n').filter(may_match).map(parse_line).find(|(word, ending)| {
            text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
                && (*ending != Ending::Closed || text.get(word.len()).is_none_or(|next| closes(*next)))
        })
    }
}

/// The lowest five bits, which are equal for a letter and its capital.
const fn low(byte: u8) -> usize {
    (byte & 31) as usize
}

fn parse_line(line: &'static [u8]) -> (&'static [u8], Ending) {
    match line {
        [word @ .., b'|'] => (word, Ending::Closed),
        [word @ .., b'!'] => (word, Ending::Skipped),
        word => (word, Ending::Any),
    }
}

/// Whether a closed word may end before this byte.
fn closes(next: u8) -> bool {
    !(next.is_ascii_alphanumeric() || matches!(next, b' ' | b'_'))
}
