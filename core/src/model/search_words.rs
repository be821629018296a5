//! Search words: the words of a link that a search finds, and the words of a query.
//!
//! A text is folded (`unicode::fold_for_search`) and split into runs of letters and digits; each emoji is a word of its
//! own. Scripts without spaces are not split further: a run of Chinese characters is one word, found by its beginning.
//! The index and the check of a link use the same words, so a search finds the same links with and without an index.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use url::{Host, quirks};

use super::absolute_url::AbsoluteUrl;
use super::field_error::{FieldCode, FieldError};
use super::link::Link;
use super::target::Target;
use super::text::{Note, Tag, Title};
use super::unicode;

/// The maximum number of words of a link. Further ones are not searched.
pub(crate) const MAX_LINK_WORDS: usize = 64;

/// The maximum length of a word in bytes: 48 Latin letters or 16 Chinese characters. What follows is not searched.
const MAX_WORD_BYTES: usize = 48;

/// The maximum number of words of a query.
pub(crate) const MAX_QUERY_WORDS: usize = 8;

/// The maximum length of a query in characters. Its normal form, which the URLs of further pages have, is not longer:
/// [`MAX_QUERY_WORDS`] words with blanks between them.
pub(crate) const MAX_QUERY_CHARS: usize = 400;

/// The words of a search. A link matches if each of them is the beginning of one of its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SearchQuery {
    /// Sorted; none is the beginning of another.
    words: Vec<String>,
}

impl SearchQuery {
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        if text.is_empty() {
            return Err(FieldError::new(FieldCode::Required, "q must have at least one word"));
        }
        if text.chars().nth(MAX_QUERY_CHARS).is_some() {
            return Err(FieldError::new(FieldCode::TooLong, format!("q must have at most {MAX_QUERY_CHARS} characters")));
        }
        let words = without_beginnings(words_of_text(text).collect());
        if words.len() > MAX_QUERY_WORDS {
            return Err(FieldError::new(FieldCode::TooMany, format!("q must have at most {MAX_QUERY_WORDS} words")));
        }
        if words.is_empty() {
            return Err(FieldError::invalid("q must have at least one letter, digit or emoji"));
        }
        Ok(Self { words })
    }

    /// The query in its normal form, which [`parse`](Self::parse) reads as the same query.
    pub(crate) fn text(&self) -> String {
        self.words.join(" ")
    }

    /// The words, the longest first: it has the fewest index entries, as a rule.
    pub(crate) fn longest_words(&self) -> Vec<&str> {
        let mut words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        words
    }

    /// Whether each word is the beginning of a word of `link`.
    pub(crate) fn matches(&self, link: &Link) -> bool {
        let words = link_words(link);
        self.words.iter().all(|beginning| words.iter().any(|word| word.starts_with(beginning)))
    }
}

/// The words of a link, sorted: the first [`MAX_LINK_WORDS`] of alias, title, tags, target and note. A word that is the
/// beginning of another is left out, because whatever finds it finds the other.
pub(crate) fn link_words(link: &Link) -> Vec<String> {
    let settings = &link.settings;
    let target = target_texts(&link.target);
    let texts = [link.alias.as_str()].into_iter().chain(settings.title.as_ref().map(Title::as_str));
    let texts = texts.chain(settings.tags.iter().map(Tag::as_str)).chain(target.iter().map(String::as_str));
    let mut words = BTreeSet::new();
    for word in texts.chain(settings.note.as_ref().map(Note::as_str)).flat_map(words_of_text) {
        if words.len() >= MAX_LINK_WORDS {
            break;
        }
        words.insert(word);
    }
    without_beginnings(words)
}

/// Host and path of a target as people read them: Punycode and percent encoding are decoded.
fn target_texts(target: &Target) -> [String; 2] {
    let Ok(url) = AbsoluteUrl::parse(target.as_str()) else { return Default::default() };
    let host = match url.host() {
        Host::Domain(host) if host.is_ascii() && !host.contains('%') => quirks::domain_to_unicode(host),
        host => decode(&host.to_string()),
    };
    let path = url.rest().split(['?', '#']).next().unwrap_or_default();
    [host, decode(path)]
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The words of a text, in its order. A word may occur more than once.
fn words_of_text(text: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    for c in unicode::fold_for_search(text).chars() {
        if c.is_alphanumeric() {
            if let Some(word) = words.last_mut() {
                word.push(c);
            }
        } else if unicode::is_pictograph(c) {
            words.extend([String::from(c), String::new()]);
        } else {
            words.push(String::new());
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).map(clipped)
}

/// The word, cut to [`MAX_WORD_BYTES`].
fn clipped(mut word: String) -> String {
    word.truncate(word.floor_char_boundary(MAX_WORD_BYTES));
    word
}

/// The words without those that are the beginning of another. In their order each stands directly before a word that it
/// begins, if there is one.
fn without_beginnings(words: BTreeSet<String>) -> Vec<String> {
    let mut rest: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        if rest.last().is_some_and(|last| word.starts_with(last.as_str())) {
            rest.pop();
        }
        rest.push(word);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::alias::Alias;
    use crate::model::link_settings::LinkSettings;

    fn words(text: &str) -> Vec<String> {
        words_of_text(text).collect()
    }

    fn query(text: &str) -> SearchQuery {
        SearchQuery::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
    }

    #[test]
    fn text_is_folded_and_split_into_words() {
        for (text, expected) in [
            ("Quarterly report, Q3/2026", vec!["quarterly", "report", "q3", "2026"]),
            ("  --  ", vec![]),
            ("", vec![]),
            ("Crème brûlée", vec!["creme", "brulee"]),
            ("cre\u{300}me", vec!["creme"]),
            ("Ångström ÅNGSTRÖM", vec!["angstrom", "angstrom"]),
            ("Straße STRASSE", vec!["strasse", "strasse"]),
            ("Łódź, Ærø, Đà Nẵng, Œuvre", vec!["lodz", "aero", "da", "nang", "oeuvre"]),
            ("İstanbul ISPARTA ısı", vec!["istanbul", "isparta", "isi"]),
            ("Ёлка ЙОД", vec!["елка", "иод"]),
            ("ΟΔΟΣ οδός", vec!["οδοσ", "οδοσ"]),
            ("ﬁne ＦＵＬＬ ²", vec!["fine", "full", "2"]),
            ("co\u{ad}operate", vec!["cooperate"]),
            ("季度报告 2026年", vec!["季度报告", "2026年"]),
            ("四半期レポート", vec!["四半期レホート"]),
            ("한국어 보고서", vec!["한국어", "보고서"]),
            ("हिन्दी", vec!["हिनदी"]),
            ("דוּחַ רבעוני", vec!["דוח", "רבעוני"]),
            ("\u{202e}تَقرير\u{202c} سنوي", vec!["تقرير", "سنوي"]),
            ("Party🎉🎊time ❤️", vec!["party", "🎉", "🎊", "time", "❤"]),
            ("👩\u{200d}🚀", vec!["👩", "🚀"]),
            ("C# #1 *", vec!["c", "1"]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn folding_words_again_changes_nothing() {
        for c in (0..=0x3_FFFF).filter_map(char::from_u32) {
            for word in words(&format!("a{c}b{c}\u{301}")) {
                assert_eq!(words(&word), std::slice::from_ref(&word), "U+{:04X}", u32::from(c));
            }
        }
    }

    #[test]
    fn long_words_are_clipped_between_characters() {
        assert_eq!(words(&"x".repeat(4_096)), ["x".repeat(48)]);
        assert_eq!(words(&"報".repeat(4_096)), ["報".repeat(16)]);
        assert_eq!(words(&format!("a{}", "я".repeat(100))), [format!("a{}", "я".repeat(23))]);
    }

    fn link(alias: &str, target: &str, settings: LinkSettings) -> Link {
        Link { alias: Alias::stored(alias.into()), target: Target::stored(target.into()), settings, ..Link::example() }
    }

    #[test]
    fn link_words_come_from_six_fields() {
        let settings = LinkSettings {
            title: Some(Title::stored("Quarterly Report".into())),
            note: Some(Note::stored("for the board\nconfidential".into())),
            tags: vec![Tag::stored("finance/eu".into())],
            ..LinkSettings::default()
        };
        let target = "https://www.xn--bcher-kva.example:8443/a%20b/%D0%BE%D1%82%D1%87%D1%91%D1%82?secret=1#part";
        let expected = "2026 a b board bucher confidential eu example finance for q3 quarterly report the www отчет";
        let mut expected: Vec<&str> = expected.split(' ').collect();
        // Each is the beginning of another word: `b`ucher.
        expected.retain(|word| *word != "b");
        assert_eq!(link_words(&link("Q3-2026", target, settings)), expected);
    }

    #[test]
    fn unusual_targets_have_words() {
        for (target, expected) in [
            ("https://192.0.2.1/x", vec!["0", "192", "2", "docs", "x"]),
            ("https://[2001:db8::1]/", vec!["1", "2001", "db8", "docs"]),
            ("my-app://B%C3%BCro/Open", vec!["buro", "docs", "open"]),
            ("my-app://two%20words/", vec!["docs", "two", "words"]),
            ("https://example.com/{path|home}?x", vec!["com", "docs", "example", "home", "path"]),
            ("https://example.com/%FF%00a", vec!["a", "com", "docs", "example"]),
            ("no url", vec!["docs"]),
        ] {
            assert_eq!(link_words(&link("docs", target, LinkSettings::default())), expected, "{target}");
        }
    }

    #[test]
    fn link_has_at_most_64_words_and_the_note_comes_last() {
        let note: Vec<String> = (0..400).map(|number| format!("word{number:03}")).collect();
        let settings = LinkSettings {
            title: Some(Title::stored("x".repeat(512))),
            note: Some(Note::stored(note.join(" "))),
            ..LinkSettings::default()
        };
        let long = link("docs", "https://example.com/path", settings);
        let words = link_words(&long);
        assert_eq!(words.len(), MAX_LINK_WORDS);
        for (text, is_found) in [("docs", true), ("path", true), ("example com", true), ("word000", true), ("word058", true)] {
            assert_eq!(query(text).matches(&long), is_found, "{text}");
        }
        assert!(!query("word059").matches(&long) && query(&"x".repeat(48)).matches(&long));
    }

    #[test]
    fn link_matches_if_each_word_is_a_beginning() {
        let settings = LinkSettings { title: Some(Title::stored("Quarterly Réport 季度报告".into())), ..LinkSettings::default() };
        let link = link("q3", "https://example.com/x", settings);
        for (text, expected) in [
            ("quarterly rep", true),
            ("REP quart", true),
            ("rép Q", true),
            ("季度", true),
            ("报告", false),
            ("report quarterly exam q3", true),
            ("uarterly", false),
            ("quarterly reports", false),
            ("quarterly other", false),
        ] {
            assert_eq!(query(text).matches(&link), expected, "{text}");
        }
    }

    #[test]
    fn query_has_one_normal_form() {
        for (text, normal) in [
            ("Rép  QUARTERLY", "quarterly rep"),
            ("rep report re report", "report"),
            ("🎉-party", "party 🎉"),
            (&"ﷺ ".repeat(200), "الله صلى عليه وسلم"),
        ] {
            let parsed = query(text);
            assert_eq!(parsed.text(), normal);
            assert_eq!(query(normal), parsed);
        }
        let longest = "abcdefgh".chars().map(|c| String::from(c).repeat(48)).collect::<Vec<_>>().join(" ");
        assert_eq!(query(&longest).text(), longest, "the longest normal form is a query too");
        assert_eq!(query("a bbb cc").longest_words(), ["bbb", "cc", "a"]);
    }

    #[test]
    fn wrong_query_is_refused() {
        let nine: Vec<String> = (1..=9).map(|number| number.to_string()).collect();
        for (text, code) in [
            ("", FieldCode::Required),
            (" ", FieldCode::Invalid),
            ("-/#\u{301}", FieldCode::Invalid),
            (&"a".repeat(401), FieldCode::TooLong),
            (&nine.join(" "), FieldCode::TooMany),
        ] {
            assert_eq!(SearchQuery::parse(text).unwrap_err().code, code, "{text}");
        }
        assert!(SearchQuery::parse(&"é".repeat(400)).is_ok());
    }
}
