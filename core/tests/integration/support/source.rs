//! Rust sources as lists of tokens, so that rules about names do not see comments.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file as tokens in their order: names, numbers, marks (`::` is one mark), and string literals, which begin
/// with `"`.
pub(crate) struct Source {
    /// The path below the folder it was read from, with `/`.
    pub(crate) name: String,
    pub(crate) words: Vec<String>,
}

/// Every source below `folder` of this workspace, without comments, inline tests and test files.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    assert!(!files.is_empty(), "{folder} holds no sources");
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("a source is readable");
        let name = file.strip_prefix(&root).expect("it was found there").to_string_lossy().replace('\\', "/");
        (name, text)
    };
    let texts: Vec<(String, String)> = files.into_iter().map(read).collect();
    let tests: Vec<String> = texts.iter().flat_map(|(name, text)| test_files(name, text)).collect();
    // A test module in a file may have files of its own in a folder.
    let is_test = |name: &String| tests.iter().any(|test| name == test || name.starts_with(&format!("{}/", test.trim_end_matches(".rs"))));
    let products = texts.into_iter().filter(|(name, _)| !is_test(name));
    products.map(|(name, text)| Source { name, words: without_tests(words(&text)) }).collect()
}

/// The files that the file `name` declares as test modules.
fn test_files(name: &str, text: &str) -> Vec<String> {
    let folder = name.strip_suffix("mod.rs").map_or_else(|| format!("{}/", name.trim_end_matches(".rs")), str::to_owned);
    let text = text.replace("#[cfg(test)]\npub(crate) mod ", "#[cfg(test)]\nmod ");
    let declarations = text.split("#[cfg(test)]\nmod ").skip(1).filter_map(|rest| rest.split_once(';'));
    let names = declarations.map(|(module, _)| module).filter(|module| module.chars().all(is_in_name));
    names.map(|module| format!("{folder}{module}.rs")).collect()
}

/// Removes every item that is compiled only for tests.
fn without_tests(words: Vec<String>) -> Vec<String> {
    let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        if words[at..].iter().take(mark.len()).ne(mark.iter()) {
            kept.push(words[at].clone());
            at += 1;
            continue;
        }
        // The item ends with its body, or with a semicolon before one.
        let mut depth = 0_usize;
        for word in &words[at + mark.len()..] {
            at += 1;
            match word.as_str() {
                "{" => depth += 1,
                "}" if depth <= 1 => break,
                "}" => depth -= 1,
                ";" if depth == 0 => break,
                _ => {}
            }
        }
        at += mark.len();
    }
    kept
}

/// The names of all sources below `folder`, including tests.
pub(crate) fn source_files(folder: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.iter().map(|file| file.strip_prefix(&root).expect("it was found there").to_string_lossy().replace('\\', "/")).collect()
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

/// The length of a character literal, or of the mark that begins a lifetime.
fn char_length(rest: &str) -> usize {
    let inner =
        if rest[1..].starts_with('\\') { rest[3..].find('\'').map(|at| at + 3) } else { rest.char_indices().nth(2).map(|(at, _)| at) };
    inner.filter(|at| rest[*at..].starts_with('\'')).map_or(1, |at| at + 1)
}

/// The paths of a `use` tree: `a::{b, c::d}`.
fn expand(words: &[String]) -> Vec<Vec<String>> {
    match words {
        [brace, ..] if brace == "{" => {
            let (mut depth, mut starts) = (0_usize, Vec::new());
            for (at, word) in words.iter().enumerate() {
                match word.as_str() {
                    "{" => depth += 1,
                    "}" => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                if depth == 1 && (word == "{" || word == ",") {
                    starts.push(at + 1);
                }
            }
            starts.into_iter().flat_map(|start| expand(&words[start..])).collect()
        }
        [name, colons, rest @ ..] if colons == "::" && name.chars().all(is_in_name) => {
            expand(rest).into_iter().map(|tail| std::iter::once(name.clone()).chain(tail).collect()).collect()
        }
        [name, ..] if name.chars().all(is_in_name) => vec![vec![name.clone()]],
        _ => vec![Vec::new()],
    }
}

impl Source {
    /// Whether the file contains these tokens in a row.
    pub(crate) fn names(&self, phrase: &str) -> bool {
        let phrase = words(phrase);
        self.words.windows(phrase.len()).any(|words| words == phrase)
    }

    /// The string literals of the file, without their quotes.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|word| word.strip_prefix('"')).map(|text| text.trim_end_matches('"'))
    }

    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.words.iter().filter_map(|word| word.replace('_', "").parse().ok())
    }

    /// Every path into the crate: what follows `crate::`, and `super::` where it reaches another file.
    pub(crate) fn paths(&self) -> Vec<Vec<String>> {
        let mut module: Vec<&str> = self.name.trim_end_matches(".rs").split('/').collect();
        if module.last() == Some(&"mod") {
            module.pop();
        }
        let mut paths = Vec::new();
        for at in 0..self.words.len() {
            if at > 0 && self.words[at - 1] == "::" {
                continue;
            }
            let rest = &self.words[at..];
            let supers = rest.chunks(2).take_while(|words| *words == ["super", "::"]).count();
            let (base, after) = match rest {
                [first, second, ..] if first == "crate" && second == "::" => (&module[..0], &rest[2..]),
                _ if supers > 0 && supers <= module.len() => (&module[..module.len() - supers], &rest[2 * supers..]),
                _ => continue,
            };
            for tail in expand(after) {
                let path: Vec<String> = base.iter().map(|part| (*part).to_owned()).chain(tail).collect();
                paths.extend(Some(path).filter(|path| !path.is_empty()));
            }
        }
        paths
    }

    /// The signatures of all `pub(crate)` functions, as tokens from the name to the body.
    pub(crate) fn open_functions(&self) -> impl Iterator<Item = &[String]> {
        let opens = ["pub", "(", "crate", ")"];
        let starts = self.words.windows(opens.len()).enumerate().filter(move |(_, words)| *words == opens);
        starts.filter_map(move |(at, _)| {
            let item = &self.words[at + opens.len()..];
            let signature = item.strip_prefix(&["async".to_owned()]).unwrap_or(item).strip_prefix(&["fn".to_owned()])?;
            Some(&signature[..signature.iter().position(|word| word == "{").unwrap_or(signature.len())])
        })
    }
}
