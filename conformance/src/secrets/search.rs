//! Search for every form of every known secret, in one pass.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};

use super::forms::forms;

/// The largest number of reported leaks. One leaked secret usually leaks often.
const LARGEST_REPORT: usize = 20;

/// Bytes that left hop, and their place in a report.
pub(super) struct Trace {
    pub(super) at: String,
    pub(super) bytes: Vec<u8>,
}

impl Trace {
    pub(super) fn contains(&self, text: &str) -> bool {
        self.bytes.windows(text.len()).any(|bytes| bytes.eq_ignore_ascii_case(text.as_bytes()))
    }
}

/// The forms of all secrets.
pub(super) struct Search {
    patterns: AhoCorasick,
    /// The name of the secret of each pattern.
    names: Vec<String>,
}

impl Search {
    /// Takes secrets with their names. Reports contain only the names.
    pub(super) fn new(secrets: &BTreeMap<String, String>) -> Self {
        let (forms, names): (Vec<_>, Vec<_>) =
            secrets.iter().flat_map(|(secret, name)| forms(secret).into_iter().map(|form| (form, name.clone()))).unzip();
        let patterns = AhoCorasick::builder().match_kind(MatchKind::Standard).ascii_case_insensitive(true).build(forms);
        Self { patterns: patterns.expect("the suite knows no more secrets than a search can hold"), names }
    }

    /// The places of secrets, one line each.
    pub(super) fn leaks<'a>(&self, traces: impl IntoIterator<Item = &'a Trace>) -> Vec<String> {
        let found = traces.into_iter().filter_map(|trace| {
            let found = self.patterns.find(&trace.bytes)?;
            Some(format!("{} at byte {} of {}", self.names[found.pattern().as_usize()], found.start(), trace.at))
        });
        found.take(LARGEST_REPORT).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_found_at_any_position() {
        let known = [("a-secret-of-one/kind?", "one"), ("wörd of änother", "two")];
        let search = Search::new(&known.map(|(secret, name)| (secret.to_owned(), name.to_owned())).into());
        for (secret, name) in known {
            for form in forms(secret) {
                let bytes = [b"\xff\x00 something before ", form.as_slice(), b" and after"].concat();
                let trace = Trace { at: "a record".into(), bytes };
                assert_eq!(search.leaks([&trace]), [format!("{name} at byte 20 of a record")], "{}", String::from_utf8_lossy(&form));
            }
        }
        let clean = Trace { at: "a response".into(), bytes: b"a-secret-of-one/kind! word of another".to_vec() };
        assert!(search.leaks([&clean]).is_empty());
    }
}
