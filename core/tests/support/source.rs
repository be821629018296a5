//! Rust sources as lists of words, so that a rule about what they may name is not fooled by a comment.
#![allow(clippy::string_slice, reason = "a slice that splits a character fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

/// A file's words, in their order: names, numbers, marks (`::` is one) and, each as one word that begins with `"`, its texts.
pub(crate) struct Source {
    /// Its path below the folder it was read from, with `/`.
    pub(crate) name: String,
    pub(crate) words: Vec<String>,
}

/// Every file below `folder` of this workspace, without comments and without the tests inside the files.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    assert!(!files.is_empty(), "{folder} holds no sources");
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("a source is readable");
        let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let name = file.strip_prefix(&root).expect("it was found there").to_string_lossy().replace('\\', "/");
        Source { name, words: words(product) }
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources is readable") {
        let path = entry.expect("an entry is readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' => string_length(rest),
            '\'' => char_length(rest),
            ':' if rest.starts_with("::") => 2,
            _ if is_in_name(first) => rest.find(|c| !is_in_name(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        if !word.starts_with("//") && !word.trim().is_empty() {
            words.push(word.to_owned());
        }
        rest = after;
    }
    words
}

fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn string_length(rest: &str) -> usize {
    let mut escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(rest.len(), |(at, _)| at + 1)
}

/// A character, or the one mark that begins a lifetime.
fn char_length(rest: &str) -> usize {
    let inner =
        if rest[1..].starts_with('\\') { rest[3..].find('\'').map(|at| at + 3) } else { rest.char_indices().nth(2).map(|(at, _)| at) };
    inner.filter(|at| rest[*at..].starts_with('\'')).map_or(1, |at| at + 1)
}

impl Source {
    /// Whether these words stand in the file, one right after the other.
    pub(crate) fn names(&self, phrase: &str) -> bool {
        let phrase = words(phrase);
        self.words.windows(phrase.len()).any(|words| words == phrase)
    }

    /// The texts the file holds, without their quotes.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|word| word.strip_prefix('"')).map(|text| text.trim_end_matches('"'))
    }

    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.words.iter().filter_map(|word| word.replace('_', "").parse().ok())
    }

    /// The words of every function that is open to other modules, from its name to its body.
    pub(crate) fn open_functions(&self) -> impl Iterator<Item = &[String]> {
        let opens = ["pub", "(", "crate", ")", "async", "fn"];
        let starts = self.words.windows(opens.len()).enumerate().filter(move |(_, words)| *words == opens);
        starts.map(move |(at, _)| {
            let signature = &self.words[at + opens.len()..];
            &signature[..signature.iter().position(|word| word == "{").unwrap_or(signature.len())]
        })
    }
}
