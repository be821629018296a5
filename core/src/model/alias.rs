//! Aliases: the short path of a link, validated and normalized.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

use crate::model::field_error::{FieldCode, FieldError};
use crate::model::unicode;

/// Longest alias in bytes after NFC. A record key needs three bytes for each and has at most 512.
pub const MAX_BYTES: usize = 128;

/// Reserved first path segments: those hop serves itself, and those with a fixed meaning for clients and edges.
pub const RESERVED: [&str; 21] = [
    "api",
    "app",
    "rest",
    "problems",
    "shorten",
    "login",
    "logout",
    "health",
    "ready",
    "metrics",
    "capabilities",
    "openapi.json",
    "robots.txt",
    "sitemap.xml",
    "favicon.ico",
    "sw.js",
    ".well-known",
    "cdn-cgi",
    "__scheduled",
    "yourls-api.php",
    "apple-app-site-association",
];

/// First path segments that were reserved after links could already have them. New links cannot use them. A link that
/// has one keeps it until it is erased.
pub const RESERVED_LATER: [&str; 5] = ["ads.txt", "app-ads.txt", "security.txt", "report", "mcp"];

/// Characters to encode in a short URL: all but these.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Whether aliases are case-sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliasCase {
    /// `Docs` and `docs` are two aliases.
    Sensitive,
    /// `Docs` and `docs` are one alias, stored folded.
    Insensitive,
}

/// The short path of a link: `docs` in `https://hop.example/docs`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias(String);

impl Alias {
    /// Parses an alias for a new link.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn parse(text: &str, case: AliasCase) -> Result<Self, FieldError> {
        let alias = Self::parse_existing(text, case)?;
        if alias.is_reserved_later() { Err(reserved()) } else { Ok(alias) }
    }

    /// Parses the alias of a link that may exist. It may be one of [`RESERVED_LATER`].
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn parse_existing(text: &str, case: AliasCase) -> Result<Self, FieldError> {
        normalize(text, case, check).map(Self)
    }

    /// Whether it is one of [`RESERVED_LATER`], in any case, width or style.
    pub(crate) fn is_reserved_later(&self) -> bool {
        is_one_of(&RESERVED_LATER, &self.0)
    }

    /// Wraps an alias that was read from the store and was checked before it was saved.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The alias as people read it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The alias, percent-encoded for a URL.
    pub(crate) fn encoded(&self) -> PercentEncode<'_> {
        encode(&self.0)
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Prefix of aliases, normalized like an alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasPrefix(String);

impl AliasPrefix {
    /// Parses a prefix. Unlike an alias, it may consist of dots or be a reserved word.
    ///
    /// # Errors
    /// The rule that every alias with this prefix would break.
    pub fn parse(text: &str, case: AliasCase) -> Result<Self, FieldError> {
        normalize(text, case, check_characters).map(Self)
    }

    /// The normalized prefix.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `alias` has this prefix.
    pub(crate) fn matches(&self, alias: &Alias) -> bool {
        alias.0.starts_with(&self.0)
    }
}

/// Normalizes `text` after checking it. If it is folded, the result is checked too.
fn normalize(text: &str, case: AliasCase, check: fn(&str) -> Result<(), FieldError>) -> Result<String, FieldError> {
    if text.is_empty() {
        return Err(FieldError::new(FieldCode::Required, "an alias must have at least one character"));
    }
    // A text this long stays too long after composing, so composing it is a waste of time.
    if text.len() > MAX_BYTES.saturating_mul(4) {
        return Err(too_long());
    }
    let alias = if text.is_ascii() { text.to_owned() } else { unicode::compose(text) };
    check(&alias)?;
    match case {
        AliasCase::Sensitive => Ok(alias),
        AliasCase::Insensitive => {
            let folded = fold(&alias);
            check(&folded)?;
            Ok(folded)
        }
    }
}

/// Percent-encodes a path segment for a URL.
pub(crate) fn encode(segment: &str) -> PercentEncode<'_> {
    utf8_percent_encode(segment, UNRESERVED)
}

/// Folds case, width and style.
pub(crate) fn fold(alias: &str) -> String {
    if alias.is_ascii() {
        return alias.to_ascii_lowercase();
    }
    unicode::fold(alias)
}

fn check(alias: &str) -> Result<(), FieldError> {
    check_characters(alias)?;
    if alias.bytes().all(|byte| byte == b'.') {
        return Err(FieldError::invalid("an alias must not consist of dots alone"));
    }
    if is_one_of(&RESERVED, alias) {
        return Err(reserved());
    }
    Ok(())
}

/// Checks the rules that also apply to a prefix of an alias.
fn check_characters(alias: &str) -> Result<(), FieldError> {
    if alias.len() > MAX_BYTES {
        return Err(too_long());
    }
    if alias.bytes().all(is_plain) {
        return Ok(());
    }
    if let Some(forbidden) = alias.chars().find(|c| !is_allowed(*c)) {
        return Err(FieldError::invalid(format!(
            "U+{:04X} is not allowed in an alias: use letters, digits, emoji and - _ . ~",
            u32::from(forbidden)
        )));
    }
    if alias.chars().next().is_some_and(is_mark) {
        return Err(FieldError::invalid("an alias must not begin with a combining mark"));
    }
    if mixes_look_alikes(alias) {
        return Err(FieldError::invalid("an alias must not mix ASCII letters with Cyrillic or Greek ones: they look alike"));
    }
    Ok(())
}

/// The error for a reserved alias.
pub(crate) fn reserved() -> FieldError {
    FieldError::new(FieldCode::Reserved, "hop reserves this word: choose another alias")
}

fn too_long() -> FieldError {
    FieldError::new(FieldCode::TooLong, format!("an alias must have at most {MAX_BYTES} bytes in UTF-8"))
}

fn is_allowed(c: char) -> bool {
    match u8::try_from(c) {
        Ok(byte) if byte.is_ascii() => is_plain(byte),
        _ => unicode::is_letter(c),
    }
}

/// Whether it is an ASCII character that is allowed in aliases.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

fn is_mark(c: char) -> bool {
    !c.is_ascii() && unicode::is_mark(c)
}

fn mixes_look_alikes(alias: &str) -> bool {
    let greek_or_cyrillic = |c: char| {
        matches!(u32::from(c),
            0x0370..=0x03FF | 0x1F00..=0x1FFF | 0x0400..=0x052F | 0x1C80..=0x1C8F | 0x2DE0..=0x2DFF | 0xA640..=0xA69F)
    };
    !alias.is_ascii() && alias.chars().any(greek_or_cyrillic) && alias.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether `alias` is one of `words`, ignoring case, width and style as a reader or a case-folding proxy might.
fn is_one_of(words: &[&str], alias: &str) -> bool {
    let is_a_word = |alias: &str| words.iter().any(|word| word.eq_ignore_ascii_case(alias));
    if alias.is_ascii() { is_a_word(alias) } else { is_a_word(&fold(alias)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, FieldCode> {
        Alias::parse(text, AliasCase::Sensitive).map(|alias| alias.0).map_err(|error| error.code)
    }

    #[test]
    fn letters_digits_marks_and_emoji_are_allowed() {
        for text in [
            "docs",
            "Docs",
            "a",
            "-",
            "_",
            "~",
            "a.b",
            "..a",
            "v1.2",
            "é",
            "Ω",
            "привет",
            "日本",
            "१२",
            "हिन्दी",
            "🎉",
            "👍🏽",
            "🇩🇪",
            "ﬁ",
            &"x".repeat(128),
            &"é".repeat(64),
        ] {
            assert_eq!(parse(text), Ok(text.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn confusable_and_unsafe_aliases_are_refused() {
        use FieldCode::{Invalid, Required, Reserved, TooLong};
        for (text, code) in [
            ("", Required),
            (".", Invalid),
            ("...", Invalid),
            ("a/b", Invalid),
            ("a b", Invalid),
            ("a+", Invalid),
            ("a%b", Invalid),
            ("a;b", Invalid),
            ("a\\b", Invalid),
            ("#", Invalid),
            ("*", Invalid),
            ("\0", Invalid),
            ("a\u{7f}", Invalid),
            ("a\u{202e}b", Invalid),
            ("a\u{2066}b", Invalid),
            ("a\u{200b}b", Invalid),
            ("a\u{200d}b", Invalid),
            ("❤\u{fe0f}", Invalid),
            ("a\u{feff}", Invalid),
            ("\u{3164}", Invalid),
            ("\u{34f}a", Invalid),
            ("\u{301}a", Invalid),
            ("a\u{ad}b", Invalid),
            ("½", Invalid),
            ("a\u{a0}b", Invalid),
            ("\u{e000}", Invalid),
            ("pаypal", Invalid),
            ("αbc", Invalid),
            ("aἀ", Invalid),
            ("aꙀ", Invalid),
            (&"x".repeat(129), TooLong),
            (&"é".repeat(65), TooLong),
            (&"é".repeat(4000), TooLong),
            ("api", Reserved),
            ("API", Reserved),
            ("Health", Reserved),
            ("ａｐｉ", Reserved),
            ("𝐚𝐩𝐢", Reserved),
            ("shorteň\u{0}", Invalid),
            (".well-known", Reserved),
            ("apple-app-site-association", Reserved),
            ("ⓡest", Invalid),
        ] {
            assert_eq!(parse(text), Err(code), "{text:?}");
        }
    }

    #[test]
    fn prefixes_follow_the_rules_common_to_all_aliases() {
        use FieldCode::{Invalid, Required, TooLong};
        let parse = |text: &str, case| AliasPrefix::parse(text, case).map_err(|error| error.code);
        for text in ["a", "..", "api", ".well-known", "é", &"x".repeat(128)] {
            assert_eq!(parse(text, AliasCase::Sensitive).unwrap().as_str(), text);
        }
        for (text, code) in [("", Required), ("a/", Invalid), ("\u{301}", Invalid), ("pа", Invalid), (&"x".repeat(129), TooLong)] {
            assert_eq!(parse(text, AliasCase::Sensitive), Err(code), "{text:?}");
        }
        let prefix = parse("DO", AliasCase::Insensitive).unwrap();
        let matches = |text: &str| prefix.matches(&Alias::stored(text.into()));
        assert_eq!(["do", "docs", "d", "DOCS"].map(matches), [true, true, false, false]);
    }

    #[test]
    fn reserved_words_are_refused_in_any_spelling() {
        for word in RESERVED.into_iter().chain(RESERVED_LATER) {
            let wide: String =
                word.chars().map(|c| if c.is_ascii_alphanumeric() { char::from_u32(u32::from(c) + 0xFEE0).unwrap() } else { c }).collect();
            for spelling in [word.to_owned(), word.to_uppercase(), wide] {
                assert_eq!(parse(&spelling), Err(FieldCode::Reserved), "{spelling}");
            }
        }
    }

    #[test]
    fn existing_links_may_have_later_reserved_words() {
        for word in RESERVED_LATER {
            assert_eq!(Alias::parse_existing(word, AliasCase::Sensitive).unwrap().as_str(), word);
        }
        assert!(Alias::parse_existing("Health", AliasCase::Sensitive).is_err());
    }

    #[test]
    fn longer_words_than_reserved_ones_are_allowed() {
        for text in ["apis", "api2", "healthy", "a.pi", "restaurant"] {
            assert_eq!(parse(text), Ok(text.to_owned()));
        }
    }

    #[test]
    fn aliases_are_normalized_to_nfc() {
        assert_eq!(parse("e\u{301}"), Ok("é".into()));
        assert_eq!(parse("\u{212b}"), Ok("Å".into()));
        assert_eq!(parse("\u{212a}"), Ok("K".into()));
    }

    #[test]
    fn case_insensitive_aliases_are_stored_folded() {
        let parse = |text| Alias::parse(text, AliasCase::Insensitive).unwrap().0;
        for (text, alias) in [("DoCs", "docs"), ("ÉTÉ", "été"), ("ｄｏｃｓ", "docs"), ("🎉A", "🎉a")] {
            assert_eq!(parse(text), alias);
        }
    }

    #[test]
    fn aliases_are_percent_encoded_in_urls() {
        let encoded = |text: &str| Alias::stored(text.into()).encoded().to_string();
        assert_eq!(encoded("a-_.~Z9"), "a-_.~Z9");
        assert_eq!(encoded("é🎉"), "%C3%A9%F0%9F%8E%89");
    }
}
