//! Words owners attach to a link: titles, notes, tags. Bounded, without characters that hide or overwrite others.

use crate::model::alias::fold;
use crate::model::field_error::{FieldCode, FieldError};

/// In bytes: a title fills a line, a note a screen.
pub(crate) const TITLE_BYTES: usize = 512;
pub(crate) const NOTE_BYTES: usize = 4_096;
/// In bytes: what previews have room for.
pub(crate) const CARD_TITLE_BYTES: usize = 200;
pub(crate) const CARD_DESCRIPTION_BYTES: usize = 500;
/// In bytes: what other systems use for their own keys.
pub(crate) const EXTERNAL_ID_BYTES: usize = 256;
/// In bytes, after NFC.
pub(crate) const TAG_BYTES: usize = 64;
/// In bytes: a sentence or two.
pub(crate) const REASON_BYTES: usize = 512;

/// What a link is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Title(String);

/// What there is to say about it, in several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note(String);

/// What a preview is headed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CardTitle(String);

/// What a preview says below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CardDescription(String);

/// What another system calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExternalId(String);

/// Why a link is blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason(String);

/// A word that groups links: folded as aliases are compared, which makes it NFC in small letters, and with `-` for blanks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tag(String);

impl Title {
    pub(crate) fn parse(text: String) -> Result<Self, FieldError> {
        bounded(text, TITLE_BYTES, &[]).map(Self)
    }
}

impl Note {
    pub(crate) fn parse(text: String) -> Result<Self, FieldError> {
        bounded(text, NOTE_BYTES, &['\n', '\t']).map(Self)
    }
}

impl CardTitle {
    pub(crate) fn parse(text: String) -> Result<Self, FieldError> {
        bounded(text, CARD_TITLE_BYTES, &[]).map(Self)
    }
}

impl CardDescription {
    pub(crate) fn parse(text: String) -> Result<Self, FieldError> {
        bounded(text, CARD_DESCRIPTION_BYTES, &[]).map(Self)
    }
}

impl ExternalId {
    pub(crate) fn parse(text: String) -> Result<Self, FieldError> {
        bounded(text, EXTERNAL_ID_BYTES, &[]).map(Self)
    }
}

impl Reason {
    pub(crate) fn parse(text: String) -> Result<Self, FieldError> {
        bounded(text, REASON_BYTES, &[]).map(Self)
    }
}

impl Tag {
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        // Whatever is this much too long stays too long.
        if text.len() > TAG_BYTES.saturating_mul(4) {
            return Err(too_long(TAG_BYTES));
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let tag = fold(&words.join("-"));
        if tag.contains(char::REPLACEMENT_CHARACTER) {
            return Err(FieldError::invalid("a tag is made of characters that can be read"));
        }
        bounded(tag, TAG_BYTES, &[]).map(Self)
    }
}

/// `text`, if it has 1 to `most` bytes and shows all of them.
pub(crate) fn bounded(text: String, most: usize, also_allowed: &[char]) -> Result<String, FieldError> {
    if text.is_empty() {
        return Err(FieldError::new(FieldCode::Required, "write at least one character, or null for none"));
    }
    if text.len() > most {
        return Err(too_long(most));
    }
    match text.chars().find(|c| hides_or_overwrites(*c) && !also_allowed.contains(c)) {
        Some(wrong) => Err(FieldError::invalid(format!("U+{:04X} is a character that is not seen", u32::from(wrong)))),
        None => Ok(text),
    }
}

fn too_long(most: usize) -> FieldError {
    FieldError::new(FieldCode::TooLong, format!("this has at most {most} bytes in UTF-8"))
}

/// Controls, and what changes the direction of the text around it.
fn hides_or_overwrites(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

macro_rules! stored_text {
    ($($name:ident),*) => {
        $(impl $name {
            /// Text hop stored itself, and so checked when it was saved.
            pub(crate) fn stored(text: String) -> Self {
                Self(text)
            }

            pub(crate) fn as_str(&self) -> &str {
                &self.0
            }
        })*
    };
}
stored_text!(Title, Note, CardTitle, CardDescription, ExternalId, Reason, Tag);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_one_spelling() {
        for (text, tag) in [
            ("Docs", "docs"),
            ("  two   words ", "two-words"),
            ("E\u{301}te\u{301}", "été"),
            ("a\tb\nc", "a-b-c"),
            ("日本", "日本"),
            ("ＦＵＬＬ", "full"),
        ] {
            assert_eq!(Tag::parse(text).unwrap().as_str(), tag);
        }
    }

    #[test]
    fn text_is_bounded_and_visible() {
        use FieldCode::{Invalid, Required, TooLong};
        let code = |found: Result<String, FieldError>| found.err().map(|refusal| refusal.code);
        let title = |text: &str| code(Title::parse(text.into()).map(|title| title.0));
        let note = |text: &str| code(Note::parse(text.into()).map(|note| note.0));
        let external_id = |text: &str| code(ExternalId::parse(text.into()).map(|id| id.0));
        let tag = |text: &str| code(Tag::parse(text).map(|tag| tag.0));
        assert_eq!([title(""), note(""), external_id(""), tag(" ")], [Some(Required); 4]);
        assert_eq!((title(&"é".repeat(256)), title(&"é".repeat(257))), (None, Some(TooLong)));
        assert_eq!((note(&"x".repeat(4_096)), note(&"x".repeat(4_097))), (None, Some(TooLong)));
        assert_eq!((external_id(&"x".repeat(256)), external_id(&"x".repeat(257))), (None, Some(TooLong)));
        assert_eq!((tag(&"x".repeat(64)), tag(&"x".repeat(65)), tag(&"x".repeat(10_240))), (None, Some(TooLong), Some(TooLong)));
        for hidden in ["a\0", "a\u{7f}", "a\u{202e}b", "a\u{2066}", "\u{feff}a", "a\u{2028}b", "a\u{85}"] {
            assert_eq!([title(hidden), note(hidden), external_id(hidden)], [Some(Invalid); 3], "{hidden:?}");
        }
        assert_eq!((tag("a\u{e000}"), tag("a&b/c")), (Some(Invalid), None));
        assert_eq!((title("a\nb"), note("a\nb\tc")), (Some(Invalid), None));
    }
}
