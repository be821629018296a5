//! What a file looks like, by its first bytes: whether it is what it was said to be, and what else it may be.
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::fields::plain;
use super::formats::{Format, KINDS, Kind, Layout};
use super::rows::Rows;
use crate::failure::{Failure, Outcome, While};

/// Enough for the first link of any export.
const HEAD: u64 = 256 * 1024;

struct Look {
    is_json: bool,
    /// The columns, or the keys of all objects.
    names: Vec<String>,
}

/// How to read a file, and whether its links lie right in an outermost array.
pub(super) struct Reading {
    pub(super) kind: Kind,
    pub(super) bare: bool,
}

/// Finds the layout of a file that is said to be of a format.
pub(super) fn reading(path: &Path, format: Format) -> Outcome<Reading> {
    let mut head = Vec::new();
    let shown = path.display();
    let file = File::open(path).doing(format_args!("opening {shown}"))?;
    file.take(HEAD).read_to_end(&mut head).doing(format_args!("reading {shown}"))?;
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return Err(Failure::new(format!("{shown} is UTF-16")).advise("Save it as UTF-8 and try again."));
    }
    if head.trim_ascii().is_empty() {
        return Err(Failure::new(format!("{shown} is empty")));
    }
    let look = Look::at(&head);
    match format.kinds(path).find(|kind| look.is(kind)) {
        Some(kind) => {
            let Layout::Json(array) = kind.layout else { return Ok(Reading { kind, bare: false }) };
            Ok(Reading { kind, bare: !look.has(array) })
        }
        None => Err(look.refused(path, format)),
    }
}

impl Look {
    fn at(head: &[u8]) -> Self {
        let text = String::from_utf8_lossy(head);
        let text = text.trim_start_matches('\u{FEFF}').trim_start();
        let is_json = text.starts_with(['{', '[']);
        let names = if is_json { keys(text) } else { Rows::of(text.as_bytes()).map(|rows| rows.header().to_vec()).unwrap_or_default() };
        Self { is_json, names: names.iter().map(|name| plain(name)).collect() }
    }

    fn has(&self, name: &str) -> bool {
        self.names.contains(&plain(name))
    }

    /// An export without links is one too, unless it is clearly another's.
    fn is(&self, kind: &Kind) -> bool {
        let empty = matches!(kind.layout, Layout::Json(array) if self.is_json && self.has(array));
        self.marked(kind) || (empty && !KINDS.iter().any(|kind| self.marked(kind)))
    }

    fn refused(&self, path: &Path, format: Format) -> Failure {
        let what = format!("{} is not an export of {}", path.display(), format.name());
        let guess = KINDS.iter().find(|kind| kind.format != format && self.marked(kind)).map(|kind| kind.format.name());
        let kind = if self.is_json { "JSON" } else { "CSV" };
        let names: Vec<&str> = self.names.iter().map(String::as_str).take(12).collect();
        match guess {
            Some(guess) => Failure::new(what).advise(format!("It looks like {guess}: try `--from {guess}`.")),
            None if names.is_empty() => Failure::new(what).advise("It is neither JSON nor CSV with a header line."),
            None => Failure::new(what).advise(format!("It looks like {kind} with the fields {}.", names.join(", "))),
        }
    }

    fn marked(&self, kind: &Kind) -> bool {
        self.is_json == (kind.layout != Layout::Csv) && kind.marks.iter().all(|names| names.iter().any(|name| self.has(name)))
    }
}

/// The keys of all objects, each once: the texts a colon follows.
fn keys(text: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let mut letters = text.chars();
    let mut last = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                last.clear();
                while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
                    last.push(letter);
                    if letter == '\\' {
                        last.extend(letters.next());
                    }
                }
            }
            ':' if !last.is_empty() && !keys.contains(&last) => keys.push(std::mem::take(&mut last)),
            ':' | ' ' | '\n' | '\r' | '\t' => {}
            _ => last.clear(),
        }
    }
    keys
}
