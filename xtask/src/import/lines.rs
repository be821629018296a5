//! Line reader: numbered lines of text, one at a time. An invalid line is returned as an error and reading continues.
use std::io::{BufRead, Read};

use crate::failure::{Outcome, While};

/// Longest line, in bytes. It bounds the memory for a file without line breaks; no link is longer.
pub(super) const LONGEST: usize = 1024 * 1024;
const LONGEST_READ: u64 = LONGEST as u64 + 2;
const BOM: &[u8] = b"\xEF\xBB\xBF";

pub(super) struct Line {
    /// Counted from 1.
    pub(super) number: u64,
    /// Offset of the end of this line, in bytes.
    pub(super) end: u64,
    /// The text without its line break, or the reason why it is invalid.
    pub(super) text: Result<String, String>,
}

pub(super) struct Lines<R> {
    input: R,
    number: u64,
    end: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn of(input: R) -> Self {
        Self { input, number: 0, end: 0 }
    }

    pub(super) fn next(&mut self) -> Outcome<Option<Line>> {
        let mut bytes = Vec::new();
        let read = (&mut self.input).take(LONGEST_READ).read_until(b'\n', &mut bytes).doing("reading the file")?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.end += read as u64;
        let whole = bytes.last() == Some(&b'\n');
        if !whole && read as u64 == LONGEST_READ {
            self.skip_rest()?;
        }
        while matches!(bytes.last(), Some(b'\n' | b'\r')) {
            bytes.pop();
        }
        if self.number == 1 && bytes.starts_with(BOM) {
            bytes.drain(..BOM.len());
        }
        let text = if bytes.len() > LONGEST {
            Err(format!("it is longer than {LONGEST} bytes"))
        } else {
            String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
        };
        Ok(Some(Line { number: self.number, end: self.end, text }))
    }

    fn skip_rest(&mut self) -> Outcome<()> {
        loop {
            let mut rest = Vec::new();
            let read = (&mut self.input).take(LONGEST_READ).read_until(b'\n', &mut rest).doing("reading the file")?;
            self.end += read as u64;
            if read == 0 || rest.last() == Some(&b'\n') {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<(u64, u64, Result<String, String>)> {
        let mut lines = Lines::of(bytes);
        std::iter::from_fn(|| lines.next().unwrap()).map(|line| (line.number, line.end, line.text)).collect()
    }

    #[test]
    fn bom_and_line_breaks_are_removed() {
        let lines = read(b"\xEF\xBB\xBFa\r\n\nb");
        assert_eq!(lines, [(1, 6, Ok("a".to_owned())), (2, 7, Ok(String::new())), (3, 8, Ok("b".to_owned()))]);
    }

    #[test]
    fn invalid_utf_8_costs_one_line() {
        let lines = read(b"a\n\xFF\nb\n");
        assert_eq!(lines[1].2, Err("it is not UTF-8".to_owned()));
        assert_eq!(lines[2].2, Ok("b".to_owned()));
    }

    #[test]
    fn too_long_line_is_skipped() {
        let mut bytes = vec![b'x'; 3 * LONGEST];
        bytes.extend(b"\nb\n");
        let lines = read(&bytes);
        assert!(lines[0].2.is_err());
        assert_eq!((lines[1].0, lines[1].1, lines[1].2.as_deref()), (2, bytes.len() as u64, Ok("b")));
    }
}
