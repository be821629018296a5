//! CSV as RFC 4180 has it, with cells that no spreadsheet runs.
//!
//! A cell that begins as a formula does is written with a `'` before it, and read without that one again. A record keeps where it
//! stood, so that whoever reads can say which line is wrong and go on from there later.

use std::fmt;

/// What a spreadsheet takes for the beginning of a formula, and the mark that says it is none.
const RUNS: [u8; 7] = [b'=', b'+', b'-', b'@', b'\t', b'\r', b'\''];

const BOM: &str = "\u{feff}";

/// Appends `cells` as one record.
pub fn write<T: AsRef<str>>(csv: &mut String, cells: &[T]) {
    for (number, cell) in cells.iter().enumerate() {
        if number > 0 {
            csv.push(',');
        }
        write_cell(csv, cell.as_ref(), cells.len() == 1);
    }
    csv.push_str("\r\n");
}

/// A record of one empty cell would be a blank line, and those are no records.
fn write_cell(csv: &mut String, cell: &str, is_alone: bool) {
    let guard = if is_guarded(cell.as_bytes()) { "'" } else { "" };
    let is_quoted = cell.contains([',', '"', '\r', '\n']) || cell.starts_with(BOM) || (is_alone && cell.is_empty());
    if !is_quoted {
        csv.push_str(guard);
        csv.push_str(cell);
        return;
    }
    csv.push('"');
    csv.push_str(guard);
    for (number, part) in cell.split('"').enumerate() {
        if number > 0 {
            csv.push_str("\"\"");
        }
        csv.push_str(part);
    }
    csv.push('"');
}

fn is_guarded(cell: &[u8]) -> bool {
    cell.first().is_some_and(|first| RUNS.contains(first))
}

/// One record, and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The line it begins on; the first is 1.
    pub line: usize,
    /// The offset of its first byte.
    pub start: usize,
    /// The offset after its line end: where the next record may begin.
    pub end: usize,
    /// What it holds, without quotes and guards. How many cells there should be is for the caller to know.
    pub cells: Vec<String>,
}

/// What is no CSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvError {
    /// The line it is on; the first is 1.
    pub line: usize,
    /// The line that the record it is in begins on.
    pub begins: usize,
    /// The offset of the first byte of that record.
    pub start: usize,
    /// What is wrong there.
    pub what: Wrong,
}

/// Why a text is no CSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A quote is opened on this line and never closed.
    UnclosedQuote,
    /// A closing quote is followed by neither a comma nor the end of the line.
    TextAfterQuote,
    /// A cell that begins on this line is no UTF-8.
    NoText,
}

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            Wrong::UnclosedQuote => "a quote is opened and never closed",
            Wrong::TextAfterQuote => "a closing quote is followed by text, and nothing after it is read",
            Wrong::NoText => "a cell is not UTF-8",
        };
        write!(f, "line {}: {what}", self.line)
    }
}

/// The records of a text, one after the other, until its end or until a quote is wrong. Lines end in LF or CRLF; blank ones
/// are no records.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    /// What is not read yet.
    rest: &'a [u8],
    length: usize,
    line: usize,
}

impl<'a> Records<'a> {
    /// Reads `csv`, which may begin with a byte order mark.
    #[must_use]
    pub fn new(csv: &'a [u8]) -> Self {
        Self { rest: csv.strip_prefix(BOM.as_bytes()).unwrap_or(csv), length: csv.len(), line: 1 }
    }

    fn read(&mut self) -> Result<Vec<String>, CsvError> {
        let (mut cells, mut no_text) = (Vec::new(), None);
        loop {
            let line = self.line;
            let bytes = match self.rest.strip_prefix(b"\"") {
                Some(rest) => self.quoted(rest)?,
                None => self.plain().to_vec(),
            };
            let bytes = match bytes.strip_prefix(b"'") {
                Some(cell) if is_guarded(cell) => cell.to_vec(),
                _ => bytes,
            };
            match String::from_utf8(bytes) {
                Ok(cell) => cells.push(cell),
                Err(_) => no_text = no_text.or(Some(line)),
            }
            match self.rest.strip_prefix(b",") {
                Some(rest) => self.rest = rest,
                None => break,
            }
        }
        self.end_line();
        no_text.map_or(Ok(cells), |line| Err(wrong(line, Wrong::NoText)))
    }

    /// A cell without quotes: up to a comma or the end of the line.
    fn plain(&mut self) -> &'a [u8] {
        let length = self.rest.iter().position(|byte| matches!(byte, b',' | b'\n')).unwrap_or(self.rest.len());
        let (mut cell, mut rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, &[]));
        if let (Some(before), [b'\n', ..]) = (cell.strip_suffix(b"\r"), rest) {
            rest = self.rest.get(before.len()..).unwrap_or(rest);
            cell = before;
        }
        self.rest = rest;
        cell
    }

    /// A cell of which the opening quote is read.
    fn quoted(&mut self, mut rest: &'a [u8]) -> Result<Vec<u8>, CsvError> {
        let (mut cell, opened_on) = (Vec::new(), self.line);
        loop {
            let Some(length) = rest.iter().position(|byte| *byte == b'"') else {
                return Err(wrong(opened_on, Wrong::UnclosedQuote));
            };
            let (part, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            cell.extend_from_slice(part);
            self.line = part.iter().filter(|byte| **byte == b'\n').fold(self.line, |line, _| line.saturating_add(1));
            match after {
                [b'"', b'"', after @ ..] => {
                    cell.push(b'"');
                    rest = after;
                }
                [b'"', after @ ..] => {
                    self.rest = after;
                    break;
                }
                // A quote was found there.
                _ => {}
            }
        }
        match self.rest {
            [] | [b',' | b'\n', ..] | [b'\r', b'\n', ..] => Ok(cell),
            _ => Err(wrong(self.line, Wrong::TextAfterQuote)),
        }
    }

    /// Takes a line end, if one comes now.
    fn end_line(&mut self) -> bool {
        let ([b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..]) = self.rest else { return false };
        self.rest = rest;
        self.line = self.line.saturating_add(1);
        true
    }
}

/// What is wrong on a line; whoever began the record adds where.
fn wrong(line: usize, what: Wrong) -> CsvError {
    CsvError { line, begins: line, start: 0, what }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.end_line() {}
        if self.rest.is_empty() {
            return None;
        }
        let (line, start) = (self.line, self.length.saturating_sub(self.rest.len()));
        let read = self.read();
        // Without its quotes nobody knows where a record ends. One that is no UTF-8 ends where it does.
        if read.as_ref().is_err_and(|error| error.what != Wrong::NoText) {
            self.rest = &[];
        }
        let end = self.length.saturating_sub(self.rest.len());
        Some(read.map(|cells| Record { line, start, end, cells }).map_err(|error| CsvError { begins: line, start, ..error }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(csv: &str) -> Vec<Vec<String>> {
        Records::new(csv.as_bytes()).map(|record| record.unwrap().cells).collect()
    }

    fn wrong(csv: &[u8]) -> (usize, Wrong) {
        let error = Records::new(csv).find_map(Result::err).unwrap();
        (error.line, error.what)
    }

    #[test]
    fn what_a_spreadsheet_writes_is_read() {
        for (csv, expected) in [
            ("a,b\nc,d\n", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("a,b\r\nc,d", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("\u{feff}a,b\r\n", vec![vec!["a", "b"]]),
            ("\u{feff}\"a\",b\r\n", vec![vec!["a", "b"]]),
            ("a,\"b\r\nc\",d\n\"e \"\"f\"\"\",\n", vec![vec!["a", "b\r\nc", "d"], vec!["e \"f\"", ""]]),
            ("\n\r\na\n\n\n\"\"\nb", vec![vec!["a"], vec![""], vec!["b"]]),
            (",\n", vec![vec!["", ""]]),
            ("a\"b,c\rd\r", vec![vec!["a\"b", "c\rd\r"]]),
            ("", vec![]),
            ("\u{feff}", vec![]),
            ("\r\n\n", vec![]),
        ] {
            assert_eq!(cells(csv), expected, "{csv:?}");
        }
    }

    #[test]
    fn a_record_knows_where_it_stood() {
        let csv = "\u{feff}a,b\r\n\n\"c\n\nd\",e\nf";
        let records: Vec<Record> = Records::new(csv.as_bytes()).map(Result::unwrap).collect();
        let places: Vec<_> = records.iter().map(|record| (record.line, record.start, record.end)).collect();
        assert_eq!(places, [(1, 3, 8), (3, 9, 18), (6, 18, 19)]);
        let rest: Vec<_> = Records::new(&csv.as_bytes()[8..]).map(|record| record.unwrap().cells).collect();
        assert_eq!(rest, records[1..].iter().map(|record| record.cells.clone()).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_a_wrong_quote_ends_the_reading() {
        for (csv, line, what) in [
            (&b"a\n\"b\nc"[..], 2, Wrong::UnclosedQuote),
            (b"\"", 1, Wrong::UnclosedQuote),
            (b"a\r\n\"b\nc\"d\ne", 3, Wrong::TextAfterQuote),
            (b"\"a\" ,b", 1, Wrong::TextAfterQuote),
            (b"\"a\"\rb", 1, Wrong::TextAfterQuote),
        ] {
            assert_eq!(wrong(csv), (line, what));
            assert!(Records::new(csv).skip_while(Result::is_ok).nth(1).is_none());
        }
        let csv = b"a\nb,\"\n\",\xff,\xff\nc";
        assert_eq!(wrong(csv), (3, Wrong::NoText));
        assert_eq!(Records::new(csv).nth(2).unwrap().unwrap().cells, ["c"]);
        assert_eq!(
            CsvError { line: 7, begins: 7, start: 0, what: Wrong::UnclosedQuote }.to_string(),
            "line 7: a quote is opened and never closed"
        );
    }

    #[test]
    fn nothing_a_spreadsheet_would_run_stands_first_in_a_cell() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("=\"x\",1", "\"'=\"\"x\"\",1\""),
            ("'", "''"),
            ("''=1", "'''=1"),
            ("1=1", "1=1"),
            ("a,b", "\"a,b\""),
            ("", "\"\""),
        ] {
            let mut csv = String::new();
            write(&mut csv, &[cell]);
            assert_eq!(csv, format!("{written}\r\n"));
            assert_eq!(cells(&csv), [[cell]]);
        }
    }

    #[test]
    fn a_mark_that_guards_nothing_stays() {
        assert_eq!(cells("'hello,',''tis,'=1,\"'-\"\n"), [["'hello", "'", "'tis", "=1", "-"]]);
    }
}
