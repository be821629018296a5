//! Languages, as browsers name them.

use crate::model::field_error::{FieldCode, FieldError};

/// In bytes: RFC 5646 asks for room for 35.
const BYTES: usize = 35;
/// Browsers send about five.
const MOST_RANGES: usize = 50;
/// The weight of what is wanted most.
const WHOLE: u16 = 1_000;

/// A language tag such as `de` or `pt-BR`, written as RFC 5646 writes it: a region in capitals, a script with one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Language(String);

impl Language {
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        if text.len() > BYTES {
            return Err(FieldError::new(FieldCode::TooLong, format!("a language has at most {BYTES} characters")));
        }
        let mut tag = String::with_capacity(text.len());
        for part in text.split('-') {
            let is_first = tag.is_empty();
            let is_sound = match is_first {
                true => (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic()),
                false => (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            };
            if !is_sound {
                return Err(FieldError::invalid("this is no language, such as de or pt-BR"));
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

    /// Whether somebody who asks for `range` understands it: `de` is understood by those who ask for `de-AT`.
    fn answers(&self, range: &[u8]) -> bool {
        let (head, rest) = range.split_at_checked(self.0.len()).unwrap_or_default();
        head.eq_ignore_ascii_case(self.0.as_bytes()) && matches!(rest.first(), None | Some(b'-'))
    }
}

/// The language of `named` that a visitor likes best by their `Accept-Language`: the one with the greatest weight, the earlier of two with
/// the same, and of those that answer one range the nearest. What has the weight 0 they do not want; `*` names none.
pub(super) fn liked_best<'a, I>(header: &[u8], named: &dyn Fn() -> I) -> Option<&'a Language>
where
    I: Iterator<Item = &'a Language>,
{
    let ranges: Vec<(&[u8], u16)> = header.split(|byte| *byte == b',').filter_map(range).take(MOST_RANGES).collect();
    let none: Vec<&[u8]> = ranges.iter().filter(|(_, weight)| *weight == 0).map(|(range, _)| *range).collect();
    let unwanted = |language: &Language| none.iter().any(|range| range.eq_ignore_ascii_case(language.0.as_bytes()));
    let mut best: (u16, Option<&Language>) = (0, None);
    for (range, weight) in ranges {
        if weight > best.0 {
            let answers = named().filter(|language| language.answers(range) && !unwanted(language));
            if let Some(nearest) = answers.max_by_key(|language| language.0.len()) {
                best = (weight, Some(nearest));
            }
        }
    }
    best.1
}

/// A language and its weight in thousandths; nothing where it is none.
fn range(text: &[u8]) -> Option<(&[u8], u16)> {
    let mut parts = text.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let tag = parts.next()?;
    let is_part = |part: &[u8]| (1..=8).contains(&part.len()) && part.iter().all(u8::is_ascii_alphanumeric);
    if tag.len() > BYTES || !tag.split(|byte| *byte == b'-').all(is_part) {
        return None;
    }
    match parts.next() {
        None => Some((tag, WHOLE)),
        Some([b'q' | b'Q', b'=', weight @ ..]) => Some((tag, thousandths(weight)?)),
        Some(_) => None,
    }
}

/// `0` to `1` with three decimals at most.
fn thousandths(text: &[u8]) -> Option<u16> {
    let (whole, decimals) = match text {
        [whole @ (b'0' | b'1')] => (whole, [].as_slice()),
        [whole @ (b'0' | b'1'), b'.', decimals @ ..] if decimals.len() <= 3 && decimals.iter().all(u8::is_ascii_digit) => (whole, decimals),
        _ => return None,
    };
    let worth = decimals.iter().zip([100, 10, 1_u16]);
    let part: u16 = worth.map(|(digit, worth)| u16::from(digit.saturating_sub(b'0')).saturating_mul(worth)).sum();
    Some(if *whole == b'1' { WHOLE } else { part })
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
        let refusal = Language::parse(&"de-".repeat(12)).unwrap_err();
        assert_eq!(refusal.code, FieldCode::TooLong);
    }

    fn best(header: impl AsRef<[u8]>, named: &[&str]) -> Option<String> {
        let named: Vec<Language> = named.iter().map(|tag| Language::parse(tag).unwrap()).collect();
        liked_best(header.as_ref(), &|| named.iter()).map(|language| language.0.clone())
    }

    #[test]
    fn the_language_is_the_one_that_is_liked_best() {
        for (header, named, expected) in [
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
            // A language is understood by those who ask for one of its kinds, and not the other way round.
            ("de-AT", &["de"], Some("de")),
            ("DE-at", &["de-AT"], Some("de-AT")),
            ("pt", &["pt-BR"], None),
            ("zh-Hant-TW", &["zh-Hant"], Some("zh-Hant")),
            ("deu", &["de"], None),
            ("d", &["de"], None),
            // The nearest of several.
            ("de-AT", &["de", "de-AT"], Some("de-AT")),
            ("de-AT", &["de-AT", "de"], Some("de-AT")),
            ("de-CH, de-AT", &["de", "de-AT"], Some("de")),
            // What is not wanted.
            ("de;q=0, en;q=0.1", &["de", "en"], Some("en")),
            ("en;q=0.1, de, de;q=0.000", &["de", "en"], Some("en")),
            ("de-AT, de;q=0", &["de"], None),
            ("de-AT, de;q=0", &["de-AT"], Some("de-AT")),
            ("*", &["de"], None),
            ("*;q=0, de", &["de"], Some("de")),
            ("*, de;q=0.1", &["de", "en"], Some("de")),
            // As it may be written.
            (" , ,de ;\tQ=0.5 ,", &["de"], Some("de")),
            // What is none is skipped.
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
            assert_eq!(best(header, named).as_deref(), expected, "{header} of {named:?}");
        }
        assert_eq!(best(b"\xff\xfe, de\0, en", &["de", "en"]).as_deref(), Some("en"));
    }

    #[test]
    fn a_language_has_at_most_35_characters() {
        let tag = |last: &str| format!("de-{}{last}", "abcdefg-".repeat(3));
        let (longest, longer) = (tag("abcdefgh"), tag("abcdefg-x"));
        assert_eq!((longest.len(), longer.len()), (35, 36));
        assert_eq!(Language::parse(&longest).map(|language| language.0.len()), Ok(35));
        assert_eq!(Language::parse(&longer).map_err(|refusal| refusal.code), Err(FieldCode::TooLong));
        let far_longer = format!("{longer}-x");
        let liked = [&longest, &longer, &far_longer].map(|range| best(range, &["de"]));
        assert_eq!(liked, [Some("de".to_owned()), None, None]);
    }

    #[test]
    fn fifty_ranges_are_read() {
        let after = |others: usize| best(format!("{}de", "fr,".repeat(others)), &["de"]);
        assert_eq!((after(49).as_deref(), after(50)), (Some("de"), None));
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn whatever_is_sent_names_a_language_that_is_asked_for(header in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let best = best(&header, &["de", "en", "pt-BR"]);
            proptest::prop_assert!(best.is_none_or(|best| String::from_utf8_lossy(&header).to_lowercase().contains(&best.to_lowercase())));
        }

        #[test]
        fn weights_decide_and_then_the_order(weights in proptest::collection::vec(0_u16..=1_000, 3)) {
            let named = ["de", "en", "fr"];
            let range = |(tag, weight): (&&str, &u16)| format!("{tag};q={}.{:03}", weight / 1_000, weight % 1_000);
            let header = named.iter().zip(&weights).map(range).collect::<Vec<_>>().join(",");
            let most = weights.iter().copied().max().unwrap_or_default();
            let expected = named.iter().zip(&weights).find(|(_, weight)| **weight == most && most > 0).map(|(tag, _)| (*tag).to_owned());
            proptest::prop_assert_eq!(best(&header, &named), expected);
        }
    }
}
