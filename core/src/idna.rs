//! Host names in ASCII, as browsers look them up: UTS 46 with its checks of writing directions and joiners.

use crate::punycode;
use crate::unicode::{Bidi, Joining, bidi, fold, is_mark, is_virama, joining};

/// In bytes: a name the net can hold has at most 254 with its last dot, and other letters take up to four bytes for one.
const MAX_BYTES: usize = 255;

const NON_JOINER: char = '\u{200C}';
const JOINER: char = '\u{200D}';

/// The name in ASCII and small letters, if it can be one.
pub(crate) fn to_ascii(name: &str) -> Option<String> {
    if name.len() > MAX_BYTES.saturating_mul(4) {
        return None;
    }
    let name = if name.is_ascii() { name.to_ascii_lowercase() } else { fold(name) };
    if name.contains(is_forbidden) {
        return None;
    }
    let labels = name.split('.').map(Label::parse).collect::<Option<Vec<_>>>()?;
    let goes_both_ways = labels.iter().any(|label| label.has(|c| matches!(bidi(c), Bidi::Right | Bidi::ArabicNumber)));
    if goes_both_ways && !labels.iter().all(|label| keeps_direction(&label.letters)) {
        return None;
    }
    let ascii: Vec<String> = labels.into_iter().map(|label| label.ascii).collect();
    Some(ascii.join(".")).filter(|name| name.len() <= MAX_BYTES)
}

/// What no name of a URL holds, and what stands for a character that none may.
fn is_forbidden(c: char) -> bool {
    matches!(c, '%' | char::REPLACEMENT_CHARACTER) || ends_hosts(c)
}

/// What no host holds, whoever reads it.
#[inline(never)]
pub(crate) fn ends_hosts(c: char) -> bool {
    matches!(c, '\0'..=' ' | '#' | '/' | ':' | '<' | '>' | '?' | '@' | '['..='^' | '|' | '\u{7f}')
}

/// What stands between two dots, read and as it is looked up.
struct Label {
    letters: Vec<char>,
    ascii: String,
}

impl Label {
    fn parse(text: &str) -> Option<Self> {
        let written = text.strip_prefix("xn--");
        let letters: Vec<char> = match written {
            Some(written) => punycode::decode(written)?,
            None => text.chars().collect(),
        };
        let mut label = Self { letters, ascii: text.to_owned() };
        if !label.has(|_| true) {
            // Nothing was to be written otherwise.
            return written.is_none().then_some(label);
        }
        let punycode = punycode::encode(&label.letters)?;
        match written {
            Some(written) => {
                let read: String = label.letters.iter().collect();
                let is_its_only_spelling =
                    punycode == written && fold(&read) == read && !read.contains(is_forbidden) && !read.starts_with("xn--");
                if !is_its_only_spelling {
                    return None;
                }
            }
            None => label.ascii = ["xn--", &punycode].concat(),
        }
        let begins_well = label.letters.first().is_none_or(|first| !is_mark(*first));
        (begins_well && joins_well(&label.letters)).then_some(label)
    }

    /// Whether there is such a letter outside ASCII.
    fn has(&self, such: impl Fn(char) -> bool) -> bool {
        self.letters.iter().any(|c| !c.is_ascii() && such(*c))
    }
}

/// Joiners are not seen, and so stand only where they change what is: after a virama, or between letters that would join.
fn joins_well(letters: &[char]) -> bool {
    letters.iter().enumerate().all(|(at, c)| {
        if !matches!(*c, NON_JOINER | JOINER) {
            return true;
        }
        let (before, after) = letters.split_at_checked(at).unwrap_or_default();
        let reaches = |letters: &mut dyn Iterator<Item = &char>, side: Joining| {
            let next = letters.map(|c| joining(*c)).find(|joining| *joining != Joining::Transparent);
            next.is_some_and(|next| next == side || next == Joining::Both)
        };
        before.last().is_some_and(|last| is_virama(*last))
            || (*c == NON_JOINER
                && reaches(&mut before.iter().rev(), Joining::After)
                && reaches(&mut after.iter().skip(1), Joining::Before))
    })
}

/// The rule of RFC 5893: a label is written one way, and ends as it began.
fn keeps_direction(label: &[char]) -> bool {
    let kinds: Vec<Bidi> = label.iter().map(|c| bidi(*c)).collect();
    let Some(first) = kinds.first() else { return true };
    let last = kinds.iter().rev().find(|kind| **kind != Bidi::Mark);
    let has = |kind| kinds.contains(&kind);
    match first {
        Bidi::Left => {
            matches!(last, Some(Bidi::Left | Bidi::EuropeanNumber)) && ![Bidi::Right, Bidi::ArabicNumber, Bidi::Other].into_iter().any(has)
        }
        Bidi::Right => {
            matches!(last, Some(Bidi::Right | Bidi::EuropeanNumber | Bidi::ArabicNumber))
                && ![Bidi::Left, Bidi::Other].into_iter().any(has)
                && !(has(Bidi::EuropeanNumber) && has(Bidi::ArabicNumber))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sha2::{Digest, Sha256};

    use super::*;

    /// As `url` 2.5 looked them up over ICU's tables of Unicode 17; what it refused is empty.
    #[test]
    fn names_are_looked_up_as_browsers_do() {
        for (name, looked_up) in [
            ("example", "example"),
            ("Example.COM", "example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("faß.de", "xn--fa-hia.de"),
            ("ς.gr", "xn--3xa.gr"),
            ("日本。jp", "xn--wgv71a.jp"),
            ("ｅｘ.com", "ex.com"),
            ("a\u{ad}b.c", "ab.c"),
            ("\u{301}a.b", ""),
            ("a.\u{301}", ""),
            ("xn--bcher-kva.de", "xn--bcher-kva.de"),
            ("XN--Bcher-KVA.de", "xn--bcher-kva.de"),
            ("xn--", ""),
            ("xn--a", ""),
            ("xn--a-", ""),
            ("xn---", ""),
            ("xn--abc-", ""),
            ("xn--0", ""),
            ("xn--zzzzzzz", "xn--zzzzzzz"),
            ("xn--bücher", ""),
            ("xn--99999999999", ""),
            ("xn--fiqs8s", "xn--fiqs8s"),
            ("xn--strae-oqa", "xn--strae-oqa"),
            ("xn--ls8h.la", "xn--ls8h.la"),
            ("xn--a-yoc", ""),
            ("xn--bcher-kvA", "xn--bcher-kva"),
            ("xn--a\u{301}", ""),
            ("אב.com", "xn--4dbc.com"),
            ("אב1.com", "xn--1-zhcd.com"),
            ("1אב.com", ""),
            ("אa.com", ""),
            ("a.אב", "a.xn--4dbc"),
            ("0a.אב", ""),
            ("-.אב", ""),
            ("a-.אב", ""),
            ("אב٠.com", "xn--4dbc34b.com"),
            ("אב٠1.com", ""),
            ("אב\u{5b0}.com", "xn--7cb7dd.com"),
            ("a٠.com", ""),
            ("٠.com", ""),
            ("א_.com", ""),
            ("א..ב", "xn--4db..xn--5db"),
            ("क\u{94d}\u{200d}ष", "xn--11b2ezcw70k"),
            ("क\u{200d}ष", ""),
            ("نامه\u{200c}ای", "xn--mgba3gch31f060k"),
            ("ا\u{200c}ی", ""),
            ("ب\u{200c}a", ""),
            ("\u{200c}", ""),
            ("a\u{200c}", ""),
            ("ب\u{64b}\u{200c}\u{64b}ب", "xn--ngba8ha8704a"),
            ("ب\u{200c}\u{200c}ب", ""),
            ("≠.com", "xn--1ch.com"),
            ("=\u{338}.com", "xn--1ch.com"),
            ("<\u{338}.com", "xn--gdh.com"),
            ("a\u{2024}b", ""),
            ("℀.com", ""),
            ("a\u{fffd}", ""),
            ("⒈com", ""),
            ("\u{e000}", ""),
            ("\u{378}", ""),
            ("☃.net", "xn--n3h.net"),
            ("I❤.ws", "xn--i-7iq.ws"),
            ("İ.tr", "xn--i-9bb.tr"),
            ("ﷺ", ""),
            ("가.kr", "xn--o39a.kr"),
            ("\u{1100}\u{1161}.kr", "xn--o39a.kr"),
        ] {
            assert_eq!(to_ascii(name), Some(looked_up.to_owned()).filter(|name| !name.is_empty()), "{name:?}");
        }
    }

    /// The standard says so since the parser that made the lists here was written.
    #[test]
    fn a_label_does_not_decode_to_one_that_looks_encoded() {
        assert_eq!(to_ascii("xn--xn---epa"), None);
    }

    #[test]
    fn names_too_long_for_the_net_are_none() {
        let long = |letters: usize| [&"a.".repeat(letters / 2), "ü"].concat();
        assert!(to_ascii(&long(240)).is_some());
        for name in [long(260), "a".repeat(256), "ü".repeat(600)] {
            assert_eq!(to_ascii(&name), None);
        }
    }

    /// Where is asked whether it is a mark, how it joins on either side, and which way it is written. Left out are planes and ideographs of
    /// which one is like the next. `idna/characters.txt` has the first four bytes of a SHA-256 for each block of 256: of what `url` 2.5 made
    /// of the same names over ICU's tables of Unicode 17, one a line, what it refused as an empty one.
    #[test]
    fn every_character_is_looked_up_as_browsers_do() {
        let small = ('\u{80}'..='\u{33FF}').chain('\u{A000}'..='\u{ABFF}').chain('\u{D7A0}'..='\u{D7FF}');
        let mut blocks: BTreeMap<u32, Sha256> = BTreeMap::new();
        for c in small.chain('\u{F900}'..='\u{12FFF}').chain('\u{16000}'..='\u{16FFF}').chain('\u{1B000}'..='\u{1FFFF}') {
            let block = blocks.entry(u32::from(c) & !0xFF).or_default();
            for name in [format!("{c}a"), format!("a{c}\u{200c}ꡀ"), format!("ب{c}\u{200c}ب"), format!("ب\u{200c}{c}.א{c}")] {
                block.update(to_ascii(&name).unwrap_or_default() + "\n");
            }
        }
        let digest = |block: Sha256| block.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect::<String>();
        let blocks: Vec<String> = blocks.into_iter().map(|(first, block)| format!("{first:05X} {}", digest(block))).collect();
        assert_eq!(blocks, include_str!("idna/characters.txt").lines().collect::<Vec<_>>());
    }
}
