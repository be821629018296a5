//! Stream of an export's links, converted to hop's import format. Only digests of the aliases stay in memory.
use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::fields::{Fields, Lost};
use super::formats::{Format, Kind, Layout};
use super::lines::Lines;
use super::objects::Objects;
use super::recognise;
use super::rows::Rows;
use super::send::LARGEST_BODY;
use crate::failure::{Failure, Outcome, While};

/// One entry of the file, valid or not.
#[derive(Debug)]
pub(super) struct Item {
    /// The number of entries before it.
    pub(super) index: u64,
    /// The line where it begins, from 1.
    pub(super) line: u64,
    /// Offset of its end in the file, in bytes.
    pub(super) end: u64,
    pub(super) alias: Option<String>,
    /// A line of hop's import format, or the reason why it cannot be converted.
    pub(super) link: Result<String, String>,
}

pub(super) struct Source {
    reader: Reader,
    kind: Kind,
    keep_domains: bool,
    index: u64,
    /// The line of each alias, by digest. Digests bound the memory for files with many aliases.
    seen: HashMap<[u8; 16], u64>,
    lost: Lost,
}

enum Reader {
    Rows(Box<Rows<BufReader<File>>>),
    Objects(Box<Objects<BufReader<File>>>),
    Lines(Box<Lines<BufReader<File>>>),
}

/// An entry before conversion.
struct Entry {
    line: u64,
    end: u64,
    fields: Result<Fields, String>,
}

impl Source {
    pub(super) fn open(path: &Path, format: Format, keep_domains: bool) -> Outcome<Self> {
        let reading = recognise::reading(path, format)?;
        let input = BufReader::new(File::open(path).doing(format_args!("opening {}", path.display()))?);
        let reader = match reading.kind.layout {
            Layout::Csv if format == Format::Hop => Reader::Rows(Box::new(Rows::of(input)?.with_guards())),
            Layout::Csv => Reader::Rows(Box::new(Rows::of(input)?)),
            Layout::Json(array) => Reader::Objects(Box::new(Objects::of(input, array, reading.bare))),
            Layout::JsonLines => Reader::Lines(Box::new(Lines::of(input))),
        };
        Ok(Self { reader, kind: reading.kind, keep_domains, index: 0, seen: HashMap::new(), lost: Lost::default() })
    }

    pub(super) fn next(&mut self) -> Outcome<Option<Item>> {
        let Some(entry) = self.reader.next()? else { return Ok(None) };
        let (line, end, index) = (entry.line, entry.end, self.index);
        self.index = index.checked_add(1).ok_or_else(|| Failure::new("the file has too many lines"))?;
        let mut alias = None;
        let link = entry.fields.and_then(|fields| self.convert(fields, line, &mut alias));
        Ok(Some(Item { index, line, end, alias, link }))
    }

    /// Whether the file is a JSON document, where line numbers may not identify a link.
    pub(super) fn is_document(&self) -> bool {
        matches!(self.kind.layout, Layout::Json(_))
    }

    /// Counts of data that hop does not support.
    pub(super) fn lost(&self) -> &Lost {
        &self.lost
    }

    fn convert(&mut self, mut fields: Fields, line: u64, alias: &mut Option<String>) -> Result<String, String> {
        let mut lost = Lost::default();
        let mut draft = (self.kind.convert)(&mut fields, &mut lost)?;
        fields.count_rest(&mut lost);
        if !self.keep_domains {
            draft.without_domain();
        }
        *alias = draft.alias().map(str::to_owned);
        if let Some(name) = draft.alias()
            && let Some(first) = self.seen.insert(digest(draft.domain(), name), line)
        {
            self.seen.insert(digest(draft.domain(), name), first);
            return Err(format!("line {first} has this alias already"));
        }
        let text = draft.into_line();
        if text.len() >= LARGEST_BODY {
            return Err(format!("it is longer than {LARGEST_BODY} bytes"));
        }
        self.lost.add(lost);
        Ok(text)
    }
}

fn digest(domain: Option<&str>, alias: &str) -> [u8; 16] {
    let whole = Sha256::new().chain_update(domain.unwrap_or("")).chain_update([0]).chain_update(alias).finalize();
    let mut half = [0; 16];
    half.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
    half
}

impl Reader {
    fn next(&mut self) -> Outcome<Option<Entry>> {
        match self {
            Self::Rows(rows) => {
                let Some(row) = rows.next()? else { return Ok(None) };
                let fields = row.cells.map(|cells| Fields::of_row(rows.header(), cells));
                Ok(Some(Entry { line: row.line, end: row.end, fields }))
            }
            Self::Objects(objects) => {
                let object = objects.next()?;
                Ok(object.map(|object| Entry { line: object.line, end: object.end, fields: object.fields.map(Fields::of_object) }))
            }
            Self::Lines(lines) => loop {
                let Some(line) = lines.next()? else { return Ok(None) };
                if line.text.as_ref().is_ok_and(|text| text.trim().is_empty()) {
                    continue;
                }
                let object =
                    line.text.and_then(|text| serde_json::from_str(&text).map_err(|error| format!("it is not a JSON object: {error}")));
                return Ok(Some(Entry { line: line.number, end: line.end, fields: object.map(Fields::of_object) }));
            },
        }
    }
}
