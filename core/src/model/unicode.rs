//! Unicode properties of characters and texts, from the tables compiled into ICU4X.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_normalizer::uts46::Uts46MapperBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, Emoji, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The text in normalization form C.
pub(crate) fn compose(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

/// The text without regard to case, width or style, as host names are compared (UTS 46). A character that no host name has becomes
/// U+FFFD.
pub(crate) fn fold(text: &str) -> String {
    Uts46MapperBorrowed::new().map_normalize(text.chars()).collect()
}

/// Whether it is a letter, a mark, a decimal digit or an emoji that is seen. Hangul fillers, variation selectors and the like would make two
/// texts look the same.
pub(crate) fn is_letter(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let is_of_text = GeneralCategoryGroup::Letter.contains(category)
        || GeneralCategoryGroup::Mark.contains(category)
        || category == GeneralCategory::DecimalNumber
        || CodePointSetData::new::<Emoji>().contains(c);
    is_of_text && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Whether it combines with the character before it.
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

    #[test]
    fn letters_are_seen_and_marks_combine() {
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
