//! Unicode: normalization of texts and properties of characters, from the tables compiled into ICU4X.

use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use icu_normalizer::uts46::Uts46MapperBorrowed;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::{DefaultIgnorableCodePoint, Emoji, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Converts the text to normalization form C.
pub(crate) fn compose(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

/// Folds case, width and style, as host names are compared (UTS 46). A character that is not allowed in host names
/// becomes U+FFFD.
pub(crate) fn fold(text: &str) -> String {
    Uts46MapperBorrowed::new().map_normalize(text.chars()).collect()
}

/// Folds case, width and accents, so that a search finds `Crème` by `creme`. Marks that are letters of their own, such as
/// the vowel signs of Devanagari, stay.
pub(crate) fn fold_for_search(text: &str) -> String {
    let classes = CanonicalCombiningClassMapBorrowed::new();
    let folded = fold(text);
    let letters = DecomposingNormalizerBorrowed::new_nfd().normalize(&folded);
    let mut plain = String::with_capacity(letters.len());
    for c in letters.chars().filter(|c| classes.get_u8(*c) == 0) {
        match plain_letters(c) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(c),
        }
    }
    compose(&plain)
}

/// The letters to which people reduce a letter that has no decomposition.
fn plain_letters(c: char) -> Option<&'static str> {
    match c {
        'ß' => Some("ss"),
        'æ' => Some("ae"),
        'œ' => Some("oe"),
        'ø' => Some("o"),
        'đ' => Some("d"),
        'ł' => Some("l"),
        'ı' => Some("i"),
        'ς' => Some("σ"),
        _ => None,
    }
}

/// Whether it is an emoji. Digits, `#` and `*` are not, though Unicode gives them this property.
pub(crate) fn is_pictograph(c: char) -> bool {
    !c.is_ascii() && CodePointSetData::new::<Emoji>().contains(c)
}

/// Whether it is a visible letter, mark, decimal digit or emoji. Invisible ones, such as Hangul fillers and variation
/// selectors, would make two texts look the same.
pub(crate) fn is_letter(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let has_category = GeneralCategoryGroup::Letter.contains(category)
        || GeneralCategoryGroup::Mark.contains(category)
        || category == GeneralCategory::DecimalNumber
        || CodePointSetData::new::<Emoji>().contains(c);
    has_category && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Whether it is a combining mark.
pub(crate) fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_composed_and_folded() {
        for (text, composed, folded) in [
            ("docs", "docs", "docs"),
            ("E\u{301}", "É", "é"),
            ("\u{212b}", "Å", "å"),
            ("\u{1100}\u{1161}", "가", "가"),
            ("ＤｏＣ", "ＤｏＣ", "doc"),
            ("ﬁ", "ﬁ", "fi"),
            ("a\u{ad}b", "a\u{ad}b", "ab"),
            ("\u{e000}", "\u{e000}", "\u{fffd}"),
        ] {
            assert_eq!((compose(text).as_str(), fold(text).as_str()), (composed, folded), "{text:?}");
        }
    }

    /// The word index has words that were folded like this. Tables of a later Unicode version that fold a character in
    /// another way leave entries that no search finds and no edit removes, so they need a migration.
    #[test]
    fn every_character_is_folded_as_in_the_stored_word_index() {
        let all: Vec<u8> = (char::MIN..=char::MAX).flat_map(|c| format!("{c}{}\n", fold_for_search(&c.to_string())).into_bytes()).collect();
        assert_eq!(crate::model::digest::name_of(&all), "4KTYH3YWAB6F9Y8ir");
    }

    #[test]
    fn letters_are_visible_and_marks_combine() {
        for (c, letter, mark) in [
            ('é', true, false),
            ('語', true, false),
            ('१', true, false),
            ('🎉', true, false),
            ('\u{301}', true, true),
            ('\u{94d}', true, true),
            ('½', false, false),
            ('\u{a0}', false, false),
            ('\u{3164}', false, false),
            ('\u{fe0f}', false, true),
            ('\u{202e}', false, false),
        ] {
            assert_eq!((is_letter(c), is_mark(c)), (letter, mark), "{c:?}");
        }
    }
}
