//! Languages: language tags and their negotiation with `Accept-Language`.

use crate::model::field_error::{FieldCode, FieldError};

/// Longest tag in bytes, as RFC 5646 recommends.
const BYTES: usize = 35;
/// Limit of the ranges read of a header. Browsers send about five.
const MAX_RANGES: usize = 50;
/// The highest weight, 1, in thousandths.
const FULL_WEIGHT: u16 = 1_000;

/// A language tag such as `de` or `pt-BR`, in the case of RFC 5646: regions in capitals, scripts with an initial
/// capital.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Language(String);

impl Language {
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        if text.len() > BYTES {
            return Err(FieldError::new(FieldCode::TooLong, format!("a language must have at most {BYTES} characters")));
        }
        let mut tag = String::with_capacity(text.len());
        for part in text.split('-') {
            let is_first = tag.is_empty();
            let is_valid = match is_first {
                true => (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic()),
                false => (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            };
            if !is_valid {
                return Err(FieldError::invalid("this is not a language tag: write it as in de or pt-BR"));
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

    /// Wraps a language that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it matches the requested `range`, which may be more specific: `de` matches the range `de-AT`.
    fn matches(&self, range: &[u8]) -> bool {
        let (head, rest) = range.split_at_checked(self.0.len()).unwrap_or_default();
        head.eq_ignore_ascii_case(self.0.as_bytes()) && matches!(rest.first(), None | Some(b'-'))
    }
}

/// The language that an `Accept-Language` header prefers, without region and script: `de` of `de-AT, en;q=0.5`.
pub(crate) fn first_language(header: &[u8]) -> Option<String> {
    let ranges = header.split(|byte| *byte == b',').filter_map(range).take(MAX_RANGES);
    let languages = ranges.filter_map(|(range, weight)| {
        let primary = range.split(|byte| *byte == b'-').next()?;
        let is_language = (2..=3).contains(&primary.len()) && primary.iter().all(u8::is_ascii_alphabetic);
        (is_language && weight > 0).then_some((primary, weight))
    });
    // Of ranges with the same weight, the earlier one.
    let preferred = languages.reduce(|best, next| if next.1 > best.1 { next } else { best });
    preferred.and_then(|(primary, _)| str::from_utf8(primary).ok().map(str::to_ascii_lowercase))
}

/// Selects the language of `available` that an `Accept-Language` header prefers.
///
/// * The range with the highest weight wins; of ranges with the same weight, the earlier one.
/// * Of the languages that match a range, the longest tag wins.
/// * The weight 0 excludes a language. `*` is ignored.
pub(super) fn preferred<'a, I>(header: &[u8], available: &dyn Fn() -> I) -> Option<&'a Language>
where
    I: Iterator<Item = &'a Language>,
{
    let ranges: Vec<(&[u8], u16)> = header.split(|byte| *byte == b',').filter_map(range).take(MAX_RANGES).collect();
    let excluded: Vec<&[u8]> = ranges.iter().filter(|(_, weight)| *weight == 0).map(|(range, _)| *range).collect();
    let is_excluded = |language: &Language| excluded.iter().any(|range| range.eq_ignore_ascii_case(language.0.as_bytes()));
    let mut best: (u16, Option<&Language>) = (0, None);
    for (range, weight) in ranges {
        if weight > best.0 {
            let matching = available().filter(|language| language.matches(range) && !is_excluded(language));
            if let Some(longest) = matching.max_by_key(|language| language.0.len()) {
                best = (weight, Some(longest));
            }
        }
    }
    best.1
}

/// Parses a language range and its weight in thousandths. `None` if it is malformed.
fn range(text: &[u8]) -> Option<(&[u8], u16)> {
    let mut parts = text.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let tag = parts.next()?;
    let is_part = |part: &[u8]| (1..=8).contains(&part.len()) && part.iter().all(u8::is_ascii_alphanumeric);
    if tag.len() > BYTES || !tag.split(|byte| *byte == b'-').all(is_part) {
        return None;
    }
    match parts.next() {
        None => Some((tag, FULL_WEIGHT)),
        Some([b'q' | b'Q', b'=', weight @ ..]) => Some((tag, thousandths(weight)?)),
        Some(_) => None,
    }
}

/// Parses a weight from `0` to `1` with at most three decimals.
fn thousandths(text: &[u8]) -> Option<u16> {
    let (whole, decimals) = match text {
        [whole @ (b'0' | b'1')] => (whole, [].as_slice()),
        [whole @ (b'0' | b'1'), b'.', decimals @ ..] if decimals.len() <= 3 && decimals.iter().all(u8::is_ascii_digit) => (whole, decimals),
        _ => return None,
    };
    let digits = decimals.iter().zip([100, 10, 1_u16]);
    let fraction: u16 = digits.map(|(digit, unit)| u16::from(digit.saturating_sub(b'0')).saturating_mul(unit)).sum();
    Some(if *whole == b'1' { FULL_WEIGHT } else { fraction })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_are_normalized() {
        for (text, tag) in [
            ("DE", Some("de")),
            ("pt-br", Some("pt-BR")),
            ("ZH-hANT-tw", Some("zh-Hant-TW")),
            ("es-419", Some("es-419")),
            ("sl-ROZAJ-1994", Some("sl-rozaj-1994")),
            ("ABCD-efgh", Some("abcd-Efgh")),
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
        let error = Language::parse(&"de-".repeat(12)).unwrap_err();
        assert_eq!(error.code, FieldCode::TooLong);
    }

    fn best(header: impl AsRef<[u8]>, available: &[&str]) -> Option<String> {
        let available: Vec<Language> = available.iter().map(|tag| Language::parse(tag).unwrap()).collect();
        preferred(header.as_ref(), &|| available.iter()).map(|language| language.0.clone())
    }

    #[test]
    fn the_preferred_language_is_selected() {
        for (header, available, expected) in [
            ("de", &["de", "en"] as &[&str], Some("de")),
            ("en, de", &["de", "en"], Some("en")),
            ("en;q=0.8, de", &["de", "en"], Some("de")),
            ("en;q=0.8,de;q=0.9", &["de", "en"], Some("de")),
            ("en;q=0.8,de;q=0.80", &["de", "en"], Some("en")),
            ("en;q=0.899,de;q=0.9", &["de", "en"], Some("de")),
            ("en;q=1.000,de;q=1", &["de", "en"], Some("en")),
            ("fr, en;q=0.1", &["de", "en"], Some("en")),
            ("fr", &["de", "en"], None),
            ("de", &[], None),
            // A language matches a more specific range, and not the other way round.
            ("de-AT", &["de"], Some("de")),
            ("DE-at", &["de-AT"], Some("de-AT")),
            ("pt", &["pt-BR"], None),
            ("zh-Hant-TW", &["zh-Hant"], Some("zh-Hant")),
            ("deu", &["de"], None),
            ("d", &["de"], None),
            // The longest of several tags.
            ("de-AT", &["de", "de-AT"], Some("de-AT")),
            ("de-AT", &["de-AT", "de"], Some("de-AT")),
            ("de-CH, de-AT", &["de", "de-AT"], Some("de")),
            // Excluded languages.
            ("de;q=0, en;q=0.1", &["de", "en"], Some("en")),
            ("en;q=0.1, de, de;q=0.000", &["de", "en"], Some("en")),
            ("de-AT, de;q=0", &["de"], None),
            ("de-AT, de;q=0", &["de-AT"], Some("de-AT")),
            ("*", &["de"], None),
            ("*;q=0, de", &["de"], Some("de")),
            ("*, de;q=0.1", &["de", "en"], Some("de")),
            // Unusual but valid forms.
            (" , ,de ;\tQ=0.5 ,", &["de"], Some("de")),
            // Malformed ranges are skipped.
            ("", &["de"], None),
            ("de;q=2, en;q=0.1", &["de", "en"], Some("en")),
            ("de;q=, en;q=0.1", &["de", "en"], Some("en")),
            ("de;q=0.1234, en;q=0.1", &["de", "en"], Some("en")),
            ("de;q=.5, en;q=0.1", &["de", "en"], Some("en")),
            ("de;q=1.5x, en;q=0.1", &["de", "en"], Some("en")),
            ("de;v=1, en;q=0.1", &["de", "en"], Some("en")),
            ("de_DE, en;q=0.1", &["de", "en"], Some("en")),
            ("de-, en;q=0.1", &["de", "en"], Some("en")),
            ("de-\u{f6}, en;q=0.1", &["de", "en"], Some("en")),
            ("de-abcdefghi, en;q=0.1", &["de", "en"], Some("en")),
            ("de en;q=0.1, en;q=0.1", &["de", "en"], Some("en")),
        ] {
            assert_eq!(best(header, available).as_deref(), expected, "{header} of {available:?}");
        }
        assert_eq!(best(b"\xff\xfe, de\0, en", &["de", "en"]).as_deref(), Some("en"));
    }

    #[test]
    fn languages_have_at_most_35_characters() {
        let tag = |last: &str| format!("de-{}{last}", "abcdefg-".repeat(3));
        let (longest, longer) = (tag("abcdefgh"), tag("abcdefg-x"));
        assert_eq!((longest.len(), longer.len()), (35, 36));
        assert_eq!(Language::parse(&longest).map(|language| language.0.len()), Ok(35));
        assert_eq!(Language::parse(&longer).map_err(|error| error.code), Err(FieldCode::TooLong));
        let far_longer = format!("{longer}-x");
        let selected = [&longest, &longer, &far_longer].map(|range| best(range, &["de"]));
        assert_eq!(selected, [Some("de".to_owned()), None, None]);
    }

    #[test]
    fn only_the_first_50_ranges_are_read() {
        let after = |others: usize| best(format!("{}de", "fr,".repeat(others)), &["de"]);
        assert_eq!((after(49).as_deref(), after(50)), (Some("de"), None));
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn only_languages_in_the_header_are_selected(header in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let best = best(&header, &["de", "en", "pt-BR"]);
            proptest::prop_assert!(best.is_none_or(|best| String::from_utf8_lossy(&header).to_lowercase().contains(&best.to_lowercase())));
        }

        #[test]
        fn the_highest_weight_and_then_the_order_decide(weights in proptest::collection::vec(0_u16..=1_000, 3)) {
            let available = ["de", "en", "fr"];
            let range = |(tag, weight): (&&str, &u16)| format!("{tag};q={}.{:03}", weight / 1_000, weight % 1_000);
            let header = available.iter().zip(&weights).map(range).collect::<Vec<_>>().join(",");
            let max = weights.iter().copied().max().unwrap_or_default();
            let expected = available.iter().zip(&weights).find(|(_, weight)| **weight == max && max > 0).map(|(tag, _)| (*tag).to_owned());
            proptest::prop_assert_eq!(best(&header, &available), expected);
        }
    }
}
