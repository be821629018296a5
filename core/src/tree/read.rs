//! JSON read after RFC 8259, in one pass and straight into a tree: a reader for any form weighs 7 KB gzip more.
//!
//! What is wrong is told in the words of `serde_json`, and where; tests hold this reader against that one.

use super::Tree;

/// How many arrays and objects may stand in each other, and one more.
const DEPTH: u8 = 128;

const UNFINISHED_VALUE: &str = "EOF while parsing a value";
const UNFINISHED_OBJECT: &str = "EOF while parsing an object";
const UNFINISHED_TEXT: &str = "EOF while parsing a string";
const NO_NUMBER: &str = "invalid number";
const OUT_OF_RANGE: &str = "number out of range";

/// The value that `json` is, or what is wrong with it.
pub(super) fn read(json: &[u8]) -> Result<Tree, String> {
    let mut reader = Reader { json, at: 0, depth: DEPTH };
    reader.whole().map_err(|Fault(what, end)| {
        let told = json.get(..end).unwrap_or_default();
        let line = told.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
        let column = told.iter().rev().take_while(|byte| **byte != b'\n').count();
        format!("{what} at line {line} column {column}")
    })
}

/// What is wrong, and how much was read when it was seen.
struct Fault(&'static str, usize);

type Read<T> = Result<T, Fault>;

struct Reader<'a> {
    json: &'a [u8],
    at: usize,
    depth: u8,
}

impl Reader<'_> {
    fn whole(&mut self) -> Read<Tree> {
        let tree = self.value()?;
        if self.after_blanks().is_some() { Err(self.before("trailing characters")) } else { Ok(tree) }
    }

    fn value(&mut self) -> Read<Tree> {
        match self.after_blanks() {
            Some(b'n') => self.word(b"null", Tree::Null),
            Some(b't') => self.word(b"true", Tree::Bool(true)),
            Some(b'f') => self.word(b"false", Tree::Bool(false)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'"') => self.text().map(Tree::Text),
            Some(open @ (b'[' | b'{')) => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    return Err(self.before("recursion limit exceeded"));
                }
                self.step();
                let inside = if open == b'[' { self.items() } else { self.entries() };
                self.depth = self.depth.saturating_add(1);
                inside
            }
            Some(_) => Err(self.before("expected value")),
            None => Err(self.before(UNFINISHED_VALUE)),
        }
    }

    fn items(&mut self) -> Read<Tree> {
        let mut items = Vec::new();
        while self.goes_on(b']', items.is_empty(), "EOF while parsing a list", "expected `,` or `]`")? {
            items.push(self.value()?);
        }
        Ok(Tree::Array(items))
    }

    fn entries(&mut self) -> Read<Tree> {
        let mut entries = Vec::new();
        while self.goes_on(b'}', entries.is_empty(), UNFINISHED_OBJECT, "expected `,` or `}`")? {
            if self.peek() != Some(b'"') {
                return Err(self.before("key must be a string"));
            }
            let key = self.text()?;
            match self.after_blanks() {
                Some(b':') => self.step(),
                Some(_) => return Err(self.before("expected `:`")),
                None => return Err(self.before(UNFINISHED_OBJECT)),
            }
            entries.push((key, self.value()?));
        }
        Ok(Tree::Object(entries))
    }

    /// Whether another item begins here, or `end` does.
    #[inline(never)]
    fn goes_on(&mut self, end: u8, is_first: bool, unfinished: &'static str, otherwise: &'static str) -> Read<bool> {
        match self.after_blanks() {
            Some(byte) if byte == end => {
                self.step();
                return Ok(false);
            }
            Some(_) if is_first => return Ok(true),
            Some(b',') => self.step(),
            Some(_) => return Err(self.before(otherwise)),
            None => return Err(self.before(unfinished)),
        }
        match self.after_blanks() {
            Some(byte) if byte == end => Err(self.before("trailing comma")),
            Some(_) => Ok(true),
            None => Err(self.before(UNFINISHED_VALUE)),
        }
    }

    #[inline(never)]
    fn word(&mut self, word: &[u8], value: Tree) -> Read<Tree> {
        for letter in word {
            if self.need(UNFINISHED_VALUE)? != *letter {
                return Err(self.here("expected ident"));
            }
        }
        Ok(value)
    }

    /// Nobody asks for the value of a number that is negative or has a fraction: it only has to be one, and no larger than a double holds.
    #[inline(never)]
    fn number(&mut self) -> Read<Tree> {
        let is_negative = self.skip(b'-');
        let first = self.need(UNFINISHED_VALUE)?;
        let (mut digits, mut exponent) = (u64::from(digit(first).ok_or_else(|| self.here(NO_NUMBER))?), 0_i32);
        while let Some(next) = self.peek().and_then(digit) {
            if first == b'0' {
                return Err(self.before(NO_NUMBER));
            }
            self.step();
            // What does not fit is worth nothing but its place.
            match with(digits, next) {
                Some(more) => digits = more,
                None => exponent = exponent.saturating_add(1),
            }
        }
        if !is_negative && exponent == 0 && !matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return Ok(Tree::Natural(digits));
        }
        if self.skip(b'.') {
            if self.peek().and_then(digit).is_none() {
                return Err(self.before(if self.peek().is_some() { NO_NUMBER } else { UNFINISHED_VALUE }));
            }
            while let Some(next) = self.peek().and_then(digit) {
                self.step();
                if let Some(more) = with(digits, next) {
                    (digits, exponent) = (more, exponent.saturating_sub(1));
                }
            }
        }
        if self.skip(b'e') || self.skip(b'E') {
            let is_small = self.skip(b'-');
            if !is_small {
                self.skip(b'+');
            }
            let first = self.need(UNFINISHED_VALUE)?;
            let mut power = i32::from(digit(first).ok_or_else(|| self.here(NO_NUMBER))?);
            while let Some(next) = self.peek().and_then(digit) {
                self.step();
                power = match power.checked_mul(10).and_then(|power| power.checked_add(next.into())) {
                    Some(power) => power,
                    None if digits != 0 && !is_small => return Err(self.here(OUT_OF_RANGE)),
                    None => i32::MAX,
                };
            }
            exponent = if is_small { exponent.saturating_sub(power) } else { exponent.saturating_add(power) };
        }
        let mut size = digits as f64;
        while exponent > 0 && digits != 0 {
            (size, exponent) = (size * 10.0, exponent.saturating_sub(1));
            if size.is_infinite() {
                return Err(self.here(OUT_OF_RANGE));
            }
        }
        Ok(Tree::OtherNumber)
    }

    /// What stands between two quotes.
    #[inline(never)]
    fn text(&mut self) -> Read<String> {
        self.step();
        let mut text = self.plain().to_vec();
        loop {
            match self.need(UNFINISHED_TEXT)? {
                b'"' => break,
                b'\\' => self.escape(&mut text)?,
                _ => return Err(self.here("control character (\\u0000-\\u001F) found while parsing a string")),
            }
            text.extend_from_slice(self.plain());
        }
        String::from_utf8(text).map_err(|error| {
            let unread = error.as_bytes().len().saturating_sub(error.utf8_error().valid_up_to());
            Fault("invalid unicode code point", self.at.saturating_sub(unread))
        })
    }

    /// Steps over what stands for itself.
    fn plain(&mut self) -> &[u8] {
        let rest = self.json.get(self.at..).unwrap_or_default();
        let (plain, _) = rest.split_at_checked(plain(rest)).unwrap_or_default();
        self.at = self.at.wrapping_add(plain.len());
        plain
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Read<()> {
        let c = match self.need(UNFINISHED_TEXT)? {
            byte @ (b'"' | b'\\' | b'/') => byte.into(),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.coded()?,
            _ => return Err(self.here("invalid escape")),
        };
        text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    /// The character of four hexadecimal digits, or of a pair of these: so UTF-16 writes those beyond the first 65,536.
    fn coded(&mut self) -> Read<char> {
        let mut code = self.unit()?;
        if (0xD800..0xDC00).contains(&code) {
            for byte in *b"\\u" {
                if self.need(UNFINISHED_TEXT)? != byte {
                    return Err(self.here("unexpected end of hex escape"));
                }
            }
            let low = self.unit()?;
            if (0xDC00..0xE000).contains(&low) {
                code = (code & 0x3FF).wrapping_shl(10).wrapping_add(0x1_0000) | (low & 0x3FF);
            }
        }
        char::from_u32(code).ok_or_else(|| self.here("lone leading surrogate in hex escape"))
    }

    fn unit(&mut self) -> Read<u32> {
        let Some((four, _)) = self.json.get(self.at..).and_then(<[u8]>::split_first_chunk::<4>) else {
            self.at = self.json.len();
            return Err(self.here(UNFINISHED_TEXT));
        };
        self.at = self.at.saturating_add(4);
        let add = |unit: u32, byte: &u8| Some(unit.wrapping_shl(4) | char::from(*byte).to_digit(16)?);
        four.iter().try_fold(0, add).ok_or_else(|| self.here("invalid escape"))
    }

    fn after_blanks(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.step(),
                next => return next,
            }
        }
    }

    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    #[inline(always)]
    fn step(&mut self) {
        self.at = self.at.wrapping_add(1);
    }

    /// Steps over `byte`, if it stands here.
    fn skip(&mut self, byte: u8) -> bool {
        let stands = self.peek() == Some(byte);
        self.at = self.at.saturating_add(stands.into());
        stands
    }

    /// The next byte; without one, what began here is `unfinished`.
    fn need(&mut self, unfinished: &'static str) -> Read<u8> {
        let byte = self.peek().ok_or_else(|| self.here(unfinished))?;
        self.step();
        Ok(byte)
    }

    /// A fault in what was read last.
    fn here(&self, what: &'static str) -> Fault {
        Fault(what, self.at)
    }

    /// A fault in what is about to be read, if anything is.
    fn before(&self, what: &'static str) -> Fault {
        Fault(what, self.json.len().min(self.at.saturating_add(1)))
    }
}

/// How many bytes come before a quote, a backslash or a control. Eight are looked at together, because most of what is read is text: in each,
/// the highest bit is set where subtracting borrows, and the lowest byte so marked is one that was looked for.
fn plain(text: &[u8]) -> usize {
    const EACH: u64 = u64::MAX / 255;
    let below = |eight: u64, least: u64| eight.wrapping_sub(EACH.wrapping_mul(least)) & !eight;
    let is = |eight: u64, byte: u8| below(eight ^ EACH.wrapping_mul(byte.into()), 1);
    let marks = |eight: u64| (below(eight, 0x20) | is(eight, b'"') | is(eight, b'\\')) & EACH.wrapping_mul(0x80);
    let (eights, rest) = text.as_chunks::<8>();
    let mut plain = 0_usize;
    for eight in eights {
        let marks = marks(u64::from_le_bytes(*eight));
        if marks != 0 {
            return plain.saturating_add(marks.trailing_zeros().wrapping_shr(3) as usize);
        }
        plain = plain.wrapping_add(8);
    }
    plain.saturating_add(rest.iter().take_while(|byte| !matches!(**byte, 0..0x20 | b'"' | b'\\')).count())
}

fn digit(byte: u8) -> Option<u8> {
    byte.is_ascii_digit().then_some(byte & 0xF)
}

/// `digits` and one more, if that fits.
#[inline]
fn with(digits: u64, next: u8) -> Option<u64> {
    const MOST: u64 = u64::MAX / 10;
    let fits = digits < MOST || (digits == MOST && u64::from(next) <= u64::MAX % 10);
    fits.then(|| digits.wrapping_mul(10).wrapping_add(next.into()))
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test that cannot go on has failed")]
mod tests;
