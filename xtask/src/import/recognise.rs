//! Format detection by the first bytes of a file: checks the requested format and suggests another one.
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::fields::normalized;
use super::formats::{Format, KINDS, Kind, Layout};
use super::rows::Rows;
use crate::failure::{Failure, Outcome, While};

/// How many bytes are read: enough for the first link of any export.
const HEAD_BYTES: u64 = 256 * 1024;

struct Head {
    is_json: bool,
    /// The column names, or the keys of all objects, normalized.
    names: Vec<String>,
}

/// How to read a file.
pub(super) struct Reading {
    pub(super) kind: Kind,
    /// Whether its links are in a top-level array.
    pub(super) bare: bool,
}

/// Finds the layout of a file in the requested format. Fails if the file is not in that format.
pub(super) fn reading(path: &Path, format: Format) -> Outcome<Reading> {
    let mut head = Vec::new();
    let shown = path.display();
    let file = File::open(path).doing(format_args!("opening {shown}"))?;
    file.take(HEAD_BYTES).read_to_end(&mut head).doing(format_args!("reading {shown}"))?;
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return Err(Failure::new(format!("{shown} is UTF-16")).advise("Save it as UTF-8 and try again."));
    }
    if head.trim_ascii().is_empty() {
        return Err(Failure::new(format!("{shown} is empty")));
    }
    let head = Head::parse(&head);
    match format.kinds(path).find(|kind| head.fits(kind)) {
        Some(kind) => {
            let Layout::Json(array) = kind.layout else { return Ok(Reading { kind, bare: false }) };
            Ok(Reading { kind, bare: !head.has(array) })
        }
        None => Err(head.mismatch(path, format)),
    }
}

impl Head {
    fn parse(head: &[u8]) -> Self {
        let text = String::from_utf8_lossy(head);
        let text = text.trim_start_matches('\u{FEFF}').trim_start();
        let is_json = text.starts_with(['{', '[']);
        let names = if is_json { keys(text) } else { Rows::of(text.as_bytes()).map(|rows| rows.header().to_vec()).unwrap_or_default() };
        Self { is_json, names: names.iter().map(|name| normalized(name)).collect() }
    }

    fn has(&self, name: &str) -> bool {
        self.names.contains(&normalized(name))
    }

    /// Whether the file fits this format. An export without links fits too, unless it matches another format.
    fn fits(&self, kind: &Kind) -> bool {
        let empty = matches!(kind.layout, Layout::Json(array) if self.is_json && self.has(array));
        self.matches(kind) || (empty && !KINDS.iter().any(|kind| self.matches(kind)))
    }

    fn mismatch(&self, path: &Path, format: Format) -> Failure {
        let what = format!("{} is not an export of {}", path.display(), format.name());
        let guess = KINDS.iter().find(|kind| kind.format != format && self.matches(kind)).map(|kind| kind.format.name());
        let kind = if self.is_json { "JSON" } else { "CSV" };
        let names: Vec<&str> = self.names.iter().map(String::as_str).take(12).collect();
        match guess {
            Some(guess) => Failure::new(what).advise(format!("It looks like {guess}: try `--from {guess}`.")),
            None if names.is_empty() => Failure::new(what).advise("It is neither JSON nor CSV with a header line."),
            None => Failure::new(what).advise(format!("It looks like {kind} with the fields {}.", names.join(", "))),
        }
    }

    fn matches(&self, kind: &Kind) -> bool {
        self.is_json == (kind.layout != Layout::Csv) && kind.required.iter().all(|names| names.iter().any(|name| self.has(name)))
    }
}

/// The keys of all objects, without duplicates: the strings before a colon.
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
