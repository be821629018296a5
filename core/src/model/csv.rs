//! CSV (RFC 4180): writes rows whose cells no spreadsheet evaluates, and reads rows with their positions.
//!
//! `csv-core` quotes and splits. This module guards cells against formulas, knows on which line and at which byte a
//! record begins, and refuses quotes that `csv-core` would repair, so that an import can say which line is wrong and
//! where to continue.

use std::fmt;

use csv_core::{QuoteStyle, ReadFieldResult, Reader, Terminator, WriterBuilder};

/// Written before a cell that would be a formula, and removed when the cell is read.
const GUARD: char = '\'';

/// Characters that begin a formula, or that spreadsheets skip before one. The guard is among them so that a reader can
/// tell a guard from a cell's own text.
const GUARDED: [char; 12] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n', GUARD];

const BOM: &[u8] = "\u{feff}".as_bytes();

/// Appends `cells` as one record. Every cell is quoted: spreadsheets that split at `;` would otherwise find a formula
/// inside a cell.
pub fn write<T: AsRef<str>>(csv: &mut Vec<u8>, cells: &[T]) {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Always).terminator(Terminator::CRLF).build();
    for (number, cell) in cells.iter().enumerate() {
        let cell = cell.as_ref();
        let guarded = if cell.starts_with(GUARDED) { format!("{GUARD}{cell}") } else { cell.to_owned() };
        if number > 0 {
            append(csv, 2, |room| writer.delimiter(room).1);
        }
        // In the worst case every byte is a quote that is doubled, after an opening quote.
        append(csv, guarded.len().saturating_mul(2).saturating_add(1), |room| writer.field(guarded.as_bytes(), room).2);
    }
    append(csv, 3, |room| writer.terminator(room).1);
}

/// Appends the bytes that `write` puts into a buffer of `max_bytes`. `write` returns how many it used.
fn append(csv: &mut Vec<u8>, max_bytes: usize, write: impl FnOnce(&mut [u8]) -> usize) {
    let before = csv.len();
    csv.resize(before.saturating_add(max_bytes), 0);
    let written = csv.get_mut(before..).map_or(0, write);
    csv.truncate(before.saturating_add(written));
}

/// One record and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvRecord {
    /// The line it begins on; the first is 1.
    pub line: usize,
    /// The offset of its first byte.
    pub start: usize,
    /// The offset after its line end, where the next record may begin.
    pub end: usize,
    /// Its cells, without quotes and guards. The caller checks their number.
    pub cells: Vec<String>,
}

/// Why a record cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvError {
    /// The line the error is on; the first is 1.
    pub line: usize,
    /// The line that the record begins on.
    pub begins: usize,
    /// The offset of the first byte of the record.
    pub start: usize,
    /// The kind of error.
    pub what: CsvErrorKind,
}

/// The kinds of errors in CSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvErrorKind {
    /// A quote is opened on this line and never closed.
    UnclosedQuote,
    /// A closing quote is followed by neither a comma nor the end of the line.
    TextAfterQuote,
    /// A cell that begins on this line is not UTF-8.
    NotUtf8,
}

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            CsvErrorKind::UnclosedQuote => "a quote is opened and never closed",
            CsvErrorKind::TextAfterQuote => "a closing quote is followed by text, and nothing after it is read",
            CsvErrorKind::NotUtf8 => "a cell is not UTF-8",
        };
        write!(f, "line {}: {what}", self.line)
    }
}

/// Iterator over the records of a text, until its end or a quoting error. Lines end in LF, CRLF or CR; blank lines are
/// skipped.
#[derive(Clone, Debug)]
pub struct CsvRecords<'a> {
    reader: Box<Reader>,
    /// The unread part.
    rest: &'a [u8],
    length: usize,
    line: usize,
    /// Buffer for the value of one cell. It grows as needed.
    value: Vec<u8>,
}

/// One cell, before its quotes are checked.
struct CsvCell<'a> {
    /// The source text, including the comma or line end after it.
    raw: &'a [u8],
    value: Vec<u8>,
    ends_record: bool,
}

impl<'a> CsvRecords<'a> {
    /// An iterator over the records of `csv`, which may begin with a byte order mark.
    #[must_use]
    pub fn new(csv: &'a [u8]) -> Self {
        let rest = csv.strip_prefix(BOM).unwrap_or(csv);
        Self { reader: Box::new(Reader::new()), rest, length: csv.len(), line: 1, value: vec![0; 256] }
    }

    fn read(&mut self) -> Result<Vec<String>, (usize, CsvErrorKind)> {
        let (mut cells, mut not_utf8) = (Vec::new(), None);
        loop {
            let line = self.line;
            let cell = self.next_cell();
            self.line = line.saturating_add(line_ends(cell.raw));
            check_quotes(line, cell.raw)?;
            match String::from_utf8(cell.value) {
                Ok(text) => cells.push(unguarded(text)),
                Err(_) => not_utf8 = not_utf8.or(Some(line)),
            }
            if cell.ends_record {
                break;
            }
        }
        not_utf8.map_or(Ok(cells), |line| Err((line, CsvErrorKind::NotUtf8)))
    }

    fn next_cell(&mut self) -> CsvCell<'a> {
        let (from, mut length) = (self.rest, 0_usize);
        let ends_record = loop {
            let room = self.value.get_mut(length..).unwrap_or_default();
            let (result, read, written) = self.reader.read_field(self.rest, room);
            self.rest = self.rest.get(read..).unwrap_or_default();
            length = length.saturating_add(written);
            match result {
                ReadFieldResult::OutputFull => self.value.resize(self.value.len().saturating_mul(2), 0),
                // When it is called again without input, the reader ends the record.
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::Field { record_end } => break record_end,
                ReadFieldResult::End => break true,
            }
        };
        let raw = |rest: &[u8]| from.get(..from.len().saturating_sub(rest.len())).unwrap_or_default();
        // The reader consumes the CR of a CRLF now, and would skip the LF only in the next call.
        if let (true, Some(b'\r'), Some(rest)) = (ends_record, raw(self.rest).last(), self.rest.strip_prefix(b"\n")) {
            self.rest = rest;
        }
        CsvCell { raw: raw(self.rest), value: self.value.get(..length).unwrap_or_default().to_vec(), ends_record }
    }

    fn skip_blank_lines(&mut self) {
        let blank = self.rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let (blank, rest) = self.rest.split_at_checked(blank).unwrap_or((self.rest, &[]));
        self.line = self.line.saturating_add(line_ends(blank));
        self.rest = rest;
    }
}

impl Iterator for CsvRecords<'_> {
    type Item = Result<CsvRecord, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_blank_lines();
        if self.rest.is_empty() {
            return None;
        }
        let (line, start) = (self.line, self.length.saturating_sub(self.rest.len()));
        let read = self.read();
        // After a quoting error the end of the record is unknown. After invalid UTF-8 it is known.
        if read.as_ref().is_err_and(|(_, what)| *what != CsvErrorKind::NotUtf8) {
            self.rest = &[];
        }
        let end = self.length.saturating_sub(self.rest.len());
        Some(match read {
            Ok(cells) => Ok(CsvRecord { line, start, end, cells }),
            Err((on, what)) => Err(CsvError { line: on, begins: line, start, what }),
        })
    }
}

/// Checks that a quoted cell, which begins on `line`, ends with its closing quote.
fn check_quotes(line: usize, raw: &[u8]) -> Result<(), (usize, CsvErrorKind)> {
    let Some(quoted) = raw.strip_prefix(b"\"") else { return Ok(()) };
    // After removing doubled quotes, the first remaining quote closes the cell.
    let quoted = String::from_utf8_lossy(quoted).replace("\"\"", "");
    match quoted.split_once('"') {
        None => Err((line, CsvErrorKind::UnclosedQuote)),
        Some((_, "" | "," | "\n" | "\r" | "\r\n")) => Ok(()),
        Some((before, _)) => Err((line.saturating_add(line_ends(before.as_bytes())), CsvErrorKind::TextAfterQuote)),
    }
}

/// Number of line ends in `text`.
fn line_ends(text: &[u8]) -> usize {
    let lf = text.iter().filter(|byte| **byte == b'\n').count();
    let lone_cr = text.split_inclusive(|byte| *byte == b'\r').skip(1).filter(|after| after.first() != Some(&b'\n')).count();
    lf.saturating_add(lone_cr).saturating_add(usize::from(text.ends_with(b"\r")))
}

fn unguarded(mut cell: String) -> String {
    if cell.strip_prefix(GUARD).is_some_and(|rest| rest.starts_with(GUARDED)) {
        cell.remove(0);
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(csv: &[u8]) -> Vec<Vec<String>> {
        CsvRecords::new(csv).map(|record| record.unwrap().cells).collect()
    }

    fn error(csv: &[u8]) -> (usize, CsvErrorKind) {
        let error = CsvRecords::new(csv).find_map(Result::err).unwrap();
        (error.line, error.what)
    }

    #[test]
    fn csv_of_spreadsheets_is_read() {
        for (csv, expected) in [
            ("a,b\nc,d\n", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("a,b\r\nc,d", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("a,b\rc,\"d\"\r", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("\u{feff}a,b\r\n", vec![vec!["a", "b"]]),
            ("\u{feff}\"a\",b\r\n", vec![vec!["a", "b"]]),
            ("a,\"b\r\nc\",d\n\"e \"\"f\"\"\",\n", vec![vec!["a", "b\r\nc", "d"], vec!["e \"f\"", ""]]),
            ("\n\r\na\n\n\n\"\"\nb", vec![vec!["a"], vec![""], vec!["b"]]),
            (",\n", vec![vec!["", ""]]),
            ("a,", vec![vec!["a", ""]]),
            ("a\"b,c", vec![vec!["a\"b", "c"]]),
            ("a,\"b,\nc\"", vec![vec!["a", "b,\nc"]]),
            ("", vec![]),
            ("\u{feff}", vec![]),
            ("\r\n\n", vec![]),
        ] {
            assert_eq!(cells(csv.as_bytes()), expected, "{csv:?}");
        }
        let long = "x".repeat(10_000);
        assert_eq!(cells(format!("{long},\"{long}\"\n").as_bytes()), [[long.clone(), long]]);
    }

    #[test]
    fn records_have_their_position() {
        let csv = "\u{feff}a,b\r\n\n\"c\n\nd\",e\nf\rg\r\nh";
        let records: Vec<CsvRecord> = CsvRecords::new(csv.as_bytes()).map(Result::unwrap).collect();
        let positions: Vec<_> = records.iter().map(|record| (record.line, record.start, record.end)).collect();
        assert_eq!(positions, [(1, 3, 8), (3, 9, 18), (6, 18, 20), (7, 20, 23), (8, 23, 24)]);
        let rest: Vec<_> = CsvRecords::new(&csv.as_bytes()[8..]).map(|record| record.unwrap().cells).collect();
        assert_eq!(rest, records[1..].iter().map(|record| record.cells.clone()).collect::<Vec<_>>());
    }

    #[test]
    fn quoting_errors_name_the_line_and_stop() {
        for (csv, line, what) in [
            (&b"a\n\"b\nc"[..], 2, CsvErrorKind::UnclosedQuote),
            (b"\"", 1, CsvErrorKind::UnclosedQuote),
            (b"a,\"b\"\"", 1, CsvErrorKind::UnclosedQuote),
            (b"a\r\n\"b\nc\"d\ne", 3, CsvErrorKind::TextAfterQuote),
            (b"\"a\" ,b", 1, CsvErrorKind::TextAfterQuote),
            (b"\"a\"b\"", 1, CsvErrorKind::TextAfterQuote),
            (b"\"a\"\"b\"c", 1, CsvErrorKind::TextAfterQuote),
        ] {
            assert_eq!(error(csv), (line, what), "{csv:?}");
            assert!(CsvRecords::new(csv).skip_while(Result::is_ok).nth(1).is_none());
        }
        let csv = b"a\nb,\"\n\",\xff,\xff\nc";
        assert_eq!(error(csv), (3, CsvErrorKind::NotUtf8));
        assert_eq!(CsvRecords::new(csv).nth(2).unwrap().unwrap().cells, ["c"]);
        assert_eq!(
            CsvError { line: 7, begins: 7, start: 0, what: CsvErrorKind::UnclosedQuote }.to_string(),
            "line 7: a quote is opened and never closed"
        );
    }

    #[test]
    fn every_cell_is_quoted_and_guarded() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1+1", "'＝1+1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠SUM(A1)", "'＠SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("\n=1+1", "'\n=1+1"),
            ("=\"x\",1", "'=\"\"x\"\",1"),
            ("'", "''"),
            ("''=1", "'''=1"),
            ("1=1", "1=1"),
            ("x;=1+1", "x;=1+1"),
            ("a,b", "a,b"),
            ("\"", "\"\""),
            ("\u{feff}", "\u{feff}"),
            ("", ""),
        ] {
            let mut csv = Vec::new();
            write(&mut csv, &[cell, cell]);
            assert_eq!(String::from_utf8(csv.clone()).unwrap(), format!("\"{written}\",\"{written}\"\r\n"));
            assert_eq!(cells(&csv), [[cell, cell]]);
        }
    }

    #[test]
    fn an_apostrophe_that_guards_nothing_stays() {
        assert_eq!(cells("'hello,',''tis,'=1,\"'-\",'＝1\n".as_bytes()), [["'hello", "'", "'tis", "=1", "-", "＝1"]]);
    }
}
