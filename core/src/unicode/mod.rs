//! What hop knows of characters: how they compose, what host names and folded aliases take them for, which may stand in an alias.
//!
//! `build.rs` writes it down from ICU's data in a seventh of its size, as differences that compress well. It is unpacked when the first
//! character outside ASCII is met, in one pass.

mod kinds;
mod normal;
mod tables;

pub(crate) use kinds::{Bidi, Joining, bidi, is_letter, is_mark, is_virama, joining};
pub(crate) use normal::{compose, fold};

#[cfg(test)]
mod tests {
    use icu_normalizer::ComposingNormalizerBorrowed;
    use icu_normalizer::properties::{CanonicalCombiningClassMapBorrowed, CanonicalDecompositionBorrowed, Decomposed};
    use icu_normalizer::uts46::Uts46MapperBorrowed;
    use icu_properties::props::{DefaultIgnorableCodePoint, Emoji, GeneralCategory, GeneralCategoryGroup};
    use icu_properties::{CodePointMapData, CodePointSetData};

    use super::*;

    fn composed(text: &str) -> String {
        ComposingNormalizerBorrowed::new_nfc().normalize_iter(text.chars()).collect()
    }

    fn folded(text: &str) -> String {
        Uts46MapperBorrowed::new().map_normalize(text.chars()).collect()
    }

    fn same(text: &str) {
        assert_eq!(compose(text), composed(text), "{}", text.escape_unicode());
        assert_eq!(fold(text), folded(text), "{}", text.escape_unicode());
    }

    #[test]
    fn every_character_composes_and_folds_as_icu_says() {
        for c in '\0'..=char::MAX {
            same(&c.to_string());
        }
    }

    /// Each pair that composes, and each second with a first of another pair.
    #[test]
    fn every_two_that_meet_compose_and_fold_as_icu_says() {
        let parts = |c| match CanonicalDecompositionBorrowed::new().decompose(c) {
            Decomposed::Expansion(first, second) => Some((first, second)),
            Decomposed::Default | Decomposed::Singleton(_) => None,
        };
        let pairs: Vec<(char, char)> = ('\0'..=char::MAX).filter_map(parts).collect();
        let hangul = |c: char| ('\u{1100}'..='\u{11FF}').contains(&c) || ('\u{AC00}'..='\u{D7A3}').contains(&c);
        for ((first, second), (other, _)) in pairs.iter().filter(|(first, _)| !hangul(*first)).zip(pairs.iter().rev()) {
            same(&String::from_iter([*first, *second]));
            same(&String::from_iter([*other, *second]));
            same(&String::from_iter([*first, '\u{334}', *second, '\u{301}']));
        }
        for text in [
            "\u{1100}\u{1161}",
            "\u{1112}\u{1175}\u{11C2}",
            "\u{AC00}\u{11A8}",
            "\u{AC00}\u{11A7}",
            "\u{AC01}\u{11A8}",
            "\u{D788}\u{11C2}\u{11C2}",
            "\u{1100}\u{1160}",
            "\u{1113}\u{1161}",
        ] {
            same(text);
        }
    }

    #[test]
    fn letters_and_marks_are_those_of_icu() {
        for c in ('\u{80}'..=char::MAX).filter(|c| composed(&c.to_string()) == c.to_string()) {
            let category = CodePointMapData::<GeneralCategory>::new().get(c);
            let marked = GeneralCategoryGroup::Mark.contains(category);
            let visible = GeneralCategoryGroup::Letter.contains(category)
                || marked
                || category == GeneralCategory::DecimalNumber
                || CodePointSetData::new::<Emoji>().contains(c);
            let letter = visible && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c);
            assert_eq!((is_letter(c), is_mark(c)), (letter, marked), "{:x}", u32::from(c));
            assert_eq!(is_virama(c), CanonicalCombiningClassMapBorrowed::new().get_u8(c) == 9, "{:x}", u32::from(c));
        }
    }
}
