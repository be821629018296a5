//! Languages, as browsers name them.

use crate::error::{FieldCode, Refusal};

/// In bytes: RFC 5646 asks for room for 35.
const BYTES: usize = 35;

/// A language tag such as `de` or `pt-BR`, written as RFC 5646 writes it: a region in capitals, a script with one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Language(String);

impl Language {
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > BYTES {
            return Err(Refusal::new(FieldCode::TooLong, format!("a language has at most {BYTES} characters")));
        }
        let mut tag = String::with_capacity(text.len());
        for part in text.split('-') {
            let is_first = tag.is_empty();
            let is_sound = match is_first {
                true => (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic()),
                false => (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            };
            if !is_sound {
                return Err(Refusal::invalid("this is no language, such as de or pt-BR"));
            }
            if !is_first {
                tag.push('-');
            }
            let capitals = match part.len() {
                2 if !is_first => 2,
                4 if !is_first => 1,
                _ => 0,
            };
            let letters = part.chars().zip(0..);
            tag.extend(letters.map(|(letter, at)| if at < capitals { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }));
        }
        Ok(Self(tag))
    }

    /// A language hop stored itself.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_one_spelling() {
        for (text, tag) in [
            ("DE", Some("de")),
            ("pt-br", Some("pt-BR")),
            ("ZH-hANT-tw", Some("zh-Hant-TW")),
            ("es-419", Some("es-419")),
            ("sl-ROZAJ-1994", Some("sl-rozaj-1994")),
            ("", None),
            ("d", None),
            ("*", None),
            ("de_DE", None),
            ("de-", None),
            ("-de", None),
            ("d3", None),
            ("de-ö", None),
            ("abcdefghi", None),
            ("de;q=1", None),
        ] {
            assert_eq!(Language::parse(text).ok().as_ref().map(Language::as_str), tag, "{text}");
        }
        let refusal = Language::parse(&"de-".repeat(12)).unwrap_err();
        assert_eq!(refusal.code, FieldCode::TooLong);
    }
}
