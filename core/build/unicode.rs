//! Writes ICU's data down as `src/unicode` reads it: what hop asks of it, as small differences, and nothing about characters it never asks for.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_normalizer::properties::{
    CanonicalCombiningClassMapBorrowed, CanonicalCompositionBorrowed, CanonicalDecompositionBorrowed, Decomposed,
};
use icu_normalizer::uts46::Uts46MapperBorrowed;
use icu_properties::props::{BidiClass, DefaultIgnorableCodePoint, Emoji, GeneralCategory, GeneralCategoryGroup, JoiningType};
use icu_properties::{CodePointMapData, CodePointSetData};

pub(crate) fn packed() -> Vec<u8> {
    let mut packed = made_of();
    packed.extend(folds());
    packed.extend(ranges(class));
    packed.extend(ranges(kind));
    packed.extend(ranges(bidi));
    packed.extend(ranges(joining));
    packed
}

fn all() -> impl Iterator<Item = char> {
    '\0'..=char::MAX
}

fn is_hangul(c: char) -> bool {
    ('\u{AC00}'..='\u{D7A3}').contains(&c)
}

fn parts(c: char) -> Option<(char, Option<char>)> {
    match CanonicalDecompositionBorrowed::new().decompose(c) {
        Decomposed::Default => None,
        Decomposed::Singleton(one) => Some((one, None)),
        Decomposed::Expansion(first, second) => Some((first, Some(second))),
    }
}

fn made_of() -> Vec<u8> {
    let (mut steps, mut firsts, mut seconds) = (Vec::new(), Vec::new(), Vec::new());
    let (mut last, mut predicted) = (0, 0);
    for c in all().filter(|c| !is_hangul(*c)) {
        let Some((first, second)) = parts(c) else { continue };
        let step = u32::from(c) - last;
        let is_made = second.is_some_and(|second| CanonicalCompositionBorrowed::new().compose(first, second) == Some(c));
        number(&mut steps, step * 2 + u32::from(!is_made));
        difference(&mut firsts, predicted + step, u32::from(first));
        number(&mut seconds, second.map_or(0, u32::from));
        (last, predicted) = (u32::from(c), u32::from(first));
    }
    columns([steps, firsts, seconds])
}

fn mapped(c: char) -> String {
    Uts46MapperBorrowed::new().map_normalize(std::iter::once(c)).collect()
}

/// Whether folding `c` is neither leaving it, nor dropping it, nor refusing it.
fn is_mapped(c: char) -> bool {
    let mapped = mapped(c);
    !mapped.is_empty() && !mapped.contains(char::REPLACEMENT_CHARACTER) && mapped != c.to_string()
}

fn folds() -> Vec<u8> {
    let (mut steps, mut lengths, mut firsts, mut others) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut last, mut predicted) = (0, 0);
    for c in all().filter(|c| is_mapped(*c)) {
        let folded = mapped(c);
        let follows = parts(c).is_some_and(|(one, second)| second.is_none() && mapped(one) == folded);
        let Some(first) = folded.chars().next().filter(|_| !follows) else { continue };
        let step = u32::from(c) - last;
        number(&mut steps, step);
        number(&mut lengths, u32::try_from(folded.chars().count()).unwrap_or(u32::MAX));
        difference(&mut firsts, predicted + step, u32::from(first));
        folded.chars().skip(1).for_each(|c| number(&mut others, u32::from(c)));
        (last, predicted) = (u32::from(c), u32::from(first));
    }
    columns([steps, lengths, firsts, others])
}

/// What one table says of every character, where it is asked.
fn ranges(value: fn(char) -> Option<u8>) -> Vec<u8> {
    let (mut steps, mut values) = (Vec::new(), Vec::new());
    let (mut last, mut before) = (0, 0);
    for (c, value) in all().filter_map(|c| Some((u32::from(c), value(c)?))).filter(|(c, _)| *c > 0) {
        if value != before {
            number(&mut steps, c - last);
            number(&mut values, u32::from(value));
            (last, before) = (c, value);
        }
    }
    columns([steps, values])
}

fn class(c: char) -> Option<u8> {
    Some(CanonicalCombiningClassMapBorrowed::new().get_u8(c))
}

/// 1 may stand in an alias, 2 a mark, 4 ignored in folded text, 8 refused there.
fn kind(c: char) -> Option<u8> {
    let composed: String = ComposingNormalizerBorrowed::new_nfc().normalize_iter(std::iter::once(c)).collect();
    if c.is_ascii() || composed != c.to_string() {
        return None;
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let is_mark = GeneralCategoryGroup::Mark.contains(category);
    let visible = GeneralCategoryGroup::Letter.contains(category)
        || is_mark
        || category == GeneralCategory::DecimalNumber
        || CodePointSetData::new::<Emoji>().contains(c);
    // Letters and marks that show nothing (Hangul fillers, variation selectors) would make two aliases look the same.
    let is_letter = visible && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c);
    let mapped = mapped(c);
    let flags = [is_letter, is_mark, mapped.is_empty(), mapped.contains(char::REPLACEMENT_CHARACTER)];
    Some(flags.iter().rev().fold(0, |sum, flag| sum * 2 + u8::from(*flag)))
}

/// Only folded text is asked how it is written and joined.
fn stays(c: char) -> bool {
    mapped(c) == c.to_string()
}

fn bidi(c: char) -> Option<u8> {
    let class = CodePointMapData::<BidiClass>::new().get(c);
    let number = match class {
        BidiClass::LeftToRight => 0,
        BidiClass::RightToLeft | BidiClass::ArabicLetter => 1,
        BidiClass::EuropeanNumber => 2,
        BidiClass::ArabicNumber => 3,
        BidiClass::NonspacingMark => 4,
        BidiClass::EuropeanSeparator
        | BidiClass::CommonSeparator
        | BidiClass::EuropeanTerminator
        | BidiClass::OtherNeutral
        | BidiClass::BoundaryNeutral => 5,
        _ => 6,
    };
    stays(c).then_some(number)
}

fn joining(c: char) -> Option<u8> {
    let number = match CodePointMapData::<JoiningType>::new().get(c) {
        JoiningType::RightJoining => 1,
        JoiningType::LeftJoining => 2,
        JoiningType::DualJoining => 3,
        JoiningType::Transparent => 4,
        _ => 0,
    };
    stays(c).then_some(number)
}

/// Seven bits a byte, the lowest first; all but the last byte have the eighth.
fn number(column: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        column.extend(u8::try_from(number & 0x7F | 0x80));
        number >>= 7;
    }
    column.extend(u8::try_from(number));
}

/// Small in either direction.
fn difference(column: &mut Vec<u8>, from: u32, to: u32) {
    let (down, by) = (to < from, to.abs_diff(from));
    number(column, if down { by * 2 - 1 } else { by * 2 });
}

fn columns<const N: usize>(columns: [Vec<u8>; N]) -> Vec<u8> {
    let mut all = Vec::new();
    for column in columns {
        number(&mut all, u32::try_from(column.len()).unwrap_or(u32::MAX));
        all.extend(column);
    }
    all
}
