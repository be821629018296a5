//! Texts of a link: titles, notes, tags and others. They have length limits and no invisible or direction-changing
//! characters.

use crate::model::alias::fold;
use crate::model::field_error::{FieldCode, FieldError};

/// Longest title in bytes: about a line.
pub(crate) const TITLE_BYTES: usize = 512;
/// Longest note in bytes: about a screen.
pub(crate) const NOTE_BYTES: usize = 4_096;
/// Longest title of a preview in bytes.
pub(crate) const CARD_TITLE_BYTES: usize = 200;
/// Longest description of a preview in bytes.
pub(crate) const CARD_DESCRIPTION_BYTES: usize = 500;
/// Longest external id in bytes. Other systems use keys of up to this length.
pub(crate) const EXTERNAL_ID_BYTES: usize = 256;
/// Longest tag in bytes, after NFC.
pub(crate) const TAG_BYTES: usize = 64;
/// Longest reason of a block in bytes: a sentence or two.
pub(crate) const REASON_BYTES: usize = 512;

/// Title of a link, or name of a user or key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Title(String);

/// Note on a link. It may have several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note(String);

/// Title in the preview of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CardTitle(String);

/// Description in the preview of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CardDescription(String);

/// Id of the link in another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExternalId(String);

/// Reason of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason(String);

/// Tag that groups links. It is folded like an alias (NFC, small letters), and blanks become `-`.
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
        // A text this long stays too long after folding.
        if text.len() > TAG_BYTES.saturating_mul(4) {
            return Err(too_long(TAG_BYTES));
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let tag = fold(&words.join("-"));
        if tag.contains(char::REPLACEMENT_CHARACTER) {
            return Err(FieldError::invalid("a tag must consist of visible characters"));
        }
        bounded(tag, TAG_BYTES, &[]).map(Self)
    }
}

/// Returns `text` if it has 1 to `max_bytes` bytes and only visible characters or those in `also_allowed`.
pub(crate) fn bounded(text: String, max_bytes: usize, also_allowed: &[char]) -> Result<String, FieldError> {
    if text.is_empty() {
        return Err(FieldError::new(FieldCode::Required, "write at least one character, or null for none"));
    }
    if text.len() > max_bytes {
        return Err(too_long(max_bytes));
    }
    match text.chars().find(|c| is_hidden(*c) && !also_allowed.contains(c)) {
        Some(hidden) => Err(FieldError::invalid(format!("U+{:04X} is an invisible character: remove it", u32::from(hidden)))),
        None => Ok(text),
    }
}

fn too_long(max_bytes: usize) -> FieldError {
    FieldError::new(FieldCode::TooLong, format!("this must have at most {max_bytes} bytes in UTF-8"))
}

/// Whether it is a control character, a line separator or a character that changes the direction of the text around it.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

macro_rules! stored_text {
    ($($name:ident),*) => {
        $(impl $name {
            /// Wraps a text that was read from the store and was checked before it was saved.
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
    fn tags_are_normalized() {
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
    fn texts_are_bounded_and_visible() {
        use FieldCode::{Invalid, Required, TooLong};
        let code = |parsed: Result<String, FieldError>| parsed.err().map(|error| error.code);
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
