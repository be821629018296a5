//! A list of words, all of them looked for in one pass over a text, without regard to capitals.
//!
//! At nearly every place of a text begins no word. Two small tables say so: which two bytes begin a word, and which follow each other
//! at its second place. Both know a byte by its lowest five bits, which a letter has in common with its capital. Where they let a
//! place pass, the words of that letter are compared.

/// Words of at least three bytes, one a line, in small letters and sorted by the first. Each begins with a letter or a space, and comes
/// before those that it begins with.
///
/// A word that ends in `|` is not followed by a letter, a digit, a space or `_`. One that ends in `!` is read over: the words in it
/// do not count.
pub(super) struct AgentWords {
    list: &'static str,
    /// For each first byte, a bit for each second one.
    first: [u32; 32],
    /// For each second byte, a bit for each third one.
    second: [u32; 32],
    /// For each first byte, where its words begin in the list. They end where those of the next begin.
    begins: [u16; 33],
}

/// How a word ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Any,
    Closed,
    ReadOver,
}

impl AgentWords {
    #[expect(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        reason = "the compiler runs this, and refuses a list that it fails on"
    )]
    pub(super) const fn new(list: &'static str) -> Self {
        let bytes = list.as_bytes();
        let mut words = Self { list, first: [0; 32], second: [0; 32], begins: [0; 33] };
        let mut at = 0;
        let mut latest = 0;
        while at < bytes.len() {
            let (first, second, third) = (low(bytes[at]), low(bytes[at + 1]), low(bytes[at + 2]));
            assert!(first >= latest, "a word is not where the alphabet has it");
            latest = first;
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

    /// The words of the list in `text`, in its order.
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
                if ending != Ending::ReadOver {
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

    /// The word that `text` begins with.
    fn word_at(&self, text: &[u8]) -> Option<(&'static [u8], Ending)> {
        let [first, second, third, ..] = text else { return None };
        let begins_alike = |line: &&[u8]| matches!(line, [_, b, c, ..] if low(*b) == low(*second) && low(*c) == low(*third));
        let (begin, end) = (self.begins.get(low(*first))?, self.begins.get(low(*first).wrapping_add(1))?);
        let lines = self.list.as_bytes().get(usize::from(*begin)..usize::from(*end))?;
        lines.split(|byte| *byte == b'\n').filter(begins_alike).map(read).find(|(word, ending)| {
            text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
                && (*ending != Ending::Closed || text.get(word.len()).is_none_or(|next| closes(*next)))
        })
    }
}

/// What a letter and its capital have in common. Smaller than 32.
const fn low(byte: u8) -> usize {
    (byte & 31) as usize
}

fn read(line: &'static [u8]) -> (&'static [u8], Ending) {
    match line {
        [word @ .., b'|'] => (word, Ending::Closed),
        [word @ .., b'!'] => (word, Ending::ReadOver),
        word => (word, Ending::Any),
    }
}

/// Whether a word may end before this.
fn closes(next: u8) -> bool {
    !(next.is_ascii_alphanumeric() || matches!(next, b' ' | b'_'))
}
