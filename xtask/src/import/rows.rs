//! CSV reader with bounded memory: an invalid row costs one row.
//!
//! A missing quote makes everything up to the next quote look like one cell. A lenient reader loses the rows in
//! between. This reader reports the line with the opening quote and continues with the next line.
use std::collections::VecDeque;
use std::io::BufRead;

use csv_core::{ReadFieldResult, ReaderBuilder, Terminator};

use super::lines::{Line, Lines};
use crate::failure::{Failure, Outcome};

/// The most lines of a cell. More indicate a missing quote; a note in hop may have this many.
const MAX_LINES: usize = 4_096;

/// The characters that start a formula in spreadsheets, and the `'` that hop's export writes before them. The same as
/// in `core/src/model/csv.rs`.
const GUARDED: [char; 12] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n', '\''];

pub(super) struct Rows<R> {
    lines: Lines<R>,
    /// Lines that were read ahead for an invalid cell and must be read again.
    read_ahead: VecDeque<Line>,
    header: Vec<String>,
    delimiter: u8,
    has_guards: bool,
}

pub(super) struct Row {
    /// The line where it begins, from 1.
    pub(super) line: u64,
    pub(super) end: u64,
    pub(super) cells: Result<Vec<String>, String>,
}

/// The result of splitting a text into cells.
#[derive(Debug, PartialEq)]
enum Shape {
    Whole(Vec<String>),
    /// A quoted cell is not closed at the end of the text.
    Open,
    /// There is text after a closing quote.
    Stray,
}

impl<R: BufRead> Rows<R> {
    /// Reads the header. The delimiter is the one that is most frequent in it.
    pub(super) fn of(input: R) -> Outcome<Self> {
        let mut lines = Lines::of(input);
        while let Some(line) = lines.next()? {
            let text = line.text.map_err(|reason| Failure::new(format!("line {} cannot be read: {reason}", line.number)))?;
            if text.trim().is_empty() {
                continue;
            }
            let count = |delimiter: &u8| text.bytes().filter(|byte| byte == delimiter).count();
            let delimiter = [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',');
            return match split(&text, delimiter) {
                Shape::Whole(header) => Ok(Self { lines, read_ahead: VecDeque::new(), header, delimiter, has_guards: false }),
                Shape::Open | Shape::Stray => {
                    Err(Failure::new(format!("line {} should contain the column names, but its quotes are not balanced", line.number)))
                }
            };
        }
        Err(Failure::new("the file has no header line with column names"))
    }

    /// Removes the `'` that hop's export writes before cells that a spreadsheet would run as a formula.
    pub(super) fn with_guards(self) -> Self {
        Self { has_guards: true, ..self }
    }

    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    pub(super) fn next(&mut self) -> Outcome<Option<Row>> {
        loop {
            let Some(first) = self.line()? else { return Ok(None) };
            let (line, end) = (first.number, first.end);
            match first.text {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => return self.row(line, end, text).map(Some),
                Err(reason) => return Ok(Some(Row { line, end, cells: Err(reason) })),
            }
        }
    }

    fn row(&mut self, line: u64, end: u64, first: String) -> Outcome<Row> {
        let mut text = first;
        let mut more: Vec<Line> = Vec::new();
        let mut shape = split(&text, self.delimiter);
        let reason = loop {
            match shape {
                Shape::Whole(mut cells) if cells.len() == self.header.len() => {
                    let end = more.last().map_or(end, |last| last.end);
                    if self.has_guards {
                        cells.iter_mut().for_each(unguard);
                    }
                    return Ok(Row { line, end, cells: Ok(cells) });
                }
                Shape::Whole(cells) => break format!("it has {} cells, but the header has {}", cells.len(), self.header.len()),
                Shape::Stray => break "its quotes are not balanced".to_owned(),
                Shape::Open if more.len() >= MAX_LINES => break "a quote in it is not closed".to_owned(),
                Shape::Open => match self.line()? {
                    Some(next) => {
                        let Ok(continued) = &next.text else {
                            more.push(next);
                            break "a quote in it is not closed".to_owned();
                        };
                        text.push('\n');
                        text.push_str(continued);
                        // Only a quote can close the open one.
                        shape = if continued.contains('"') { split(&text, self.delimiter) } else { Shape::Open };
                        more.push(next);
                    }
                    None => break "a quote in it is not closed".to_owned(),
                },
            }
        };
        for read in more.into_iter().rev() {
            self.read_ahead.push_front(read);
        }
        Ok(Row { line, end, cells: Err(reason) })
    }

    fn line(&mut self) -> Outcome<Option<Line>> {
        match self.read_ahead.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next(),
        }
    }
}

fn unguard(cell: &mut String) {
    if cell.strip_prefix('\'').is_some_and(|rest| rest.starts_with(GUARDED)) {
        cell.remove(0);
    }
}

/// Splits a row into cells. A quote has a meaning only at the start of a cell, as in spreadsheets.
fn split(text: &str, delimiter: u8) -> Shape {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build();
    // With a line break at the end, a text that is not a whole record has an open quote.
    let text = format!("{text}\n");
    let (mut rest, mut room, mut cells) = (text.as_bytes(), vec![0; text.len()], Vec::new());
    loop {
        let (result, read, written) = reader.read_field(rest, &mut room);
        let ReadFieldResult::Field { record_end } = result else { return Shape::Open };
        let (raw, after) = rest.split_at(read);
        if is_stray(raw, delimiter) {
            return Shape::Stray;
        }
        cells.push(String::from_utf8_lossy(room.get(..written).unwrap_or_default()).into_owned());
        if record_end {
            return Shape::Whole(cells);
        }
        rest = after;
    }
}

/// Whether there is text between the closing quote of this cell and its delimiter; csv-core would accept that.
fn is_stray(raw: &[u8], delimiter: u8) -> bool {
    let Some(quoted) = raw.strip_prefix(b"\"") else { return false };
    // After removing doubled quotes, the first remaining one closes the cell.
    let quoted = String::from_utf8_lossy(quoted).replace("\"\"", "");
    let after = quoted.split_once('"').map_or("", |(_, after)| after);
    !(after == "\n" || after.as_bytes() == [delimiter])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Result<String, String>)> {
        let mut rows = Rows::of(text.as_bytes()).unwrap();
        std::iter::from_fn(|| rows.next().unwrap()).map(|row| (row.line, row.cells.map(|cells| cells.join("|")))).collect()
    }

    #[test]
    fn quoted_cells_may_contain_quotes_and_line_breaks() {
        let rows = read("a,b\r\n1,\"x\r\ny, \"\"z\"\"\"\r\n\r\n2,\r\n");
        assert_eq!(rows, [(2, Ok("1|x\ny, \"z\"".to_owned())), (5, Ok("2|".to_owned()))]);
    }

    #[test]
    fn formula_guards_are_removed_from_long_cells_too() {
        let long = "x\n".repeat(MAX_LINES - 1);
        let text = format!("a,b\n'=1,\"'-{long}\"\n'x,''y\n'＝1,\"'\n=1\"\n");
        let read = |rows: Rows<&[u8]>| {
            let mut rows = rows;
            std::iter::from_fn(|| rows.next().unwrap()).map(|row| row.cells.unwrap()).collect::<Vec<_>>()
        };
        let rows = Rows::of(text.as_bytes()).unwrap();
        let kept = [["'=1", &format!("'-{long}")], ["'x", "''y"], ["'＝1", "'\n=1"]];
        assert_eq!(read(rows), kept);
        let rows = Rows::of(text.as_bytes()).unwrap().with_guards();
        let unguarded = [["=1", &format!("-{long}")], ["'x", "'y"], ["＝1", "\n=1"]];
        assert_eq!(read(rows), unguarded);
    }

    #[test]
    fn lone_carriage_return_belongs_to_its_cell() {
        assert_eq!(read("a,b\n1,x\ry\n\"1\ry\",\"x\"\n"), [(2, Ok("1|x\ry".to_owned())), (3, Ok("1\ry|x".to_owned()))]);
    }

    #[test]
    fn semicolon_and_tab_are_detected() {
        assert_eq!(read("a;b\n1;2,5\n"), [(2, Ok("1|2,5".to_owned()))]);
        assert_eq!(read("a\tb\n1\t2,5\n"), [(2, Ok("1|2,5".to_owned()))]);
    }

    #[test]
    fn missing_quote_in_line_40000_costs_one_row() {
        let mut text = "a,b\n".to_owned();
        for number in 2..=50_000 {
            text.push_str(&if number == 40_000 { "\"40000,x\n".to_owned() } else { format!("{number},x\n") });
        }
        let rows = read(&text);
        assert_eq!(rows.len(), 49_999);
        let bad: Vec<_> = rows.iter().filter(|(_, cells)| cells.is_err()).collect();
        assert_eq!(bad, [&(40_000, Err("a quote in it is not closed".to_owned()))]);
    }

    #[test]
    fn missing_quote_before_quoted_row_costs_one_row() {
        let rows = read("a,b\n\"1,x\n\"2\",\"y\"\n3,z\n");
        assert_eq!(rows, [(2, Err("its quotes are not balanced".to_owned())), (3, Ok("2|y".to_owned())), (4, Ok("3|z".to_owned()))]);
    }

    #[test]
    fn row_with_wrong_cell_count_is_an_error() {
        assert_eq!(read("a,b\n1\n1,2\n")[0], (2, Err("it has 1 cells, but the header has 2".to_owned())));
    }
}
