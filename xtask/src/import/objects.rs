//! Streaming JSON reader: returns the objects in an array of a given name, or in a top-level array, one at a time.
//!
//! A file may contain several documents in sequence, such as the saved pages of a list. The document is never in memory
//! as a whole. A string that is not closed on its line ends its link, so a missing quote costs one link if each link
//! has its own lines.
use std::io::BufRead;

use serde_json::{Map, Value};

use super::lines::LONGEST;
use crate::failure::{Outcome, While};

pub(super) struct Objects<R> {
    input: R,
    array: &'static str,
    /// Whether the objects in a top-level array are links, and not pages of links.
    bare: bool,
    open: Vec<Container>,
    key: Option<Vec<u8>>,
    text: Vec<u8>,
    line: u64,
    end: u64,
}

#[derive(Clone, Copy, PartialEq)]
enum Container {
    Links,
    Array,
    Object,
}

/// A JSON string with its escapes, without its quotes.
struct Text {
    bytes: Vec<u8>,
    closed: bool,
}

pub(super) struct Object {
    /// The line where it begins, from 1.
    pub(super) line: u64,
    pub(super) end: u64,
    pub(super) fields: Result<Map<String, Value>, String>,
}

impl<R: BufRead> Objects<R> {
    pub(super) fn of(input: R, array: &'static str, bare: bool) -> Self {
        Self { input, array, bare, open: Vec::new(), key: None, text: Vec::new(), line: 1, end: 0 }
    }

    pub(super) fn next(&mut self) -> Outcome<Option<Object>> {
        while let Some(byte) = self.byte()? {
            match byte {
                b'"' => self.text = self.read_text()?.bytes,
                b':' => self.key = Some(std::mem::take(&mut self.text)),
                b'[' => {
                    let named = self.key.take().is_some_and(|key| key == self.array.as_bytes());
                    let links = named || (self.bare && self.open.is_empty());
                    self.open.push(if links { Container::Links } else { Container::Array });
                }
                b'{' if self.open.last() == Some(&Container::Links) => return self.object().map(Some),
                b'{' => {
                    self.key = None;
                    self.open.push(Container::Object);
                }
                b']' => {
                    self.open.pop_if(|container| *container != Container::Object);
                }
                // The rest of a damaged link may close more than it opened.
                b'}' => {
                    self.open.pop_if(|container| *container == Container::Object);
                }
                b',' => self.key = None,
                _ => {}
            }
        }
        if self.open.is_empty() {
            return Ok(None);
        }
        self.open.clear();
        Ok(Some(Object { line: self.line, end: self.end, fields: Err("the file ends before the JSON document is complete".to_owned()) }))
    }

    /// Reads the rest of an object after its opening brace.
    fn object(&mut self) -> Outcome<Object> {
        let line = self.line;
        let mut bytes = vec![b'{'];
        let mut depth = 1_u32;
        while depth > 0 {
            let Some(byte) = self.byte()? else {
                self.open.clear();
                let reason = "the file ends inside this link".to_owned();
                return Ok(Object { line, end: self.end, fields: Err(reason) });
            };
            if bytes.len() <= LONGEST {
                bytes.push(byte);
            }
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                b'"' => {
                    let text = self.read_text()?;
                    if !text.closed {
                        return Ok(Object { line, end: self.end, fields: Err("a quote in it is not closed".to_owned()) });
                    }
                    if bytes.len() <= LONGEST {
                        bytes.extend(text.bytes);
                        bytes.push(b'"');
                    }
                }
                _ => {}
            }
        }
        let fields = if bytes.len() > LONGEST {
            Err(format!("it is longer than {LONGEST} bytes"))
        } else {
            serde_json::from_slice(&bytes).map_err(|error| format!("it is not JSON: {error}"))
        };
        Ok(Object { line, end: self.end, fields })
    }

    /// Reads the rest of a string after its opening quote.
    fn read_text(&mut self) -> Outcome<Text> {
        let mut bytes = Vec::new();
        while let Some(byte) = self.byte()? {
            match byte {
                b'"' => return Ok(Text { bytes, closed: true }),
                b'\n' => break,
                b'\\' => {
                    bytes.push(byte);
                    bytes.extend(self.byte()?);
                }
                _ => bytes.push(byte),
            }
            bytes.truncate(LONGEST);
        }
        Ok(Text { bytes, closed: false })
    }

    fn byte(&mut self) -> Outcome<Option<u8>> {
        let Some(byte) = self.input.fill_buf().doing("reading the file")?.first().copied() else { return Ok(None) };
        self.input.consume(1);
        self.end += 1;
        if byte == b'\n' {
            self.line += 1;
        }
        Ok(Some(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, bare: bool) -> Vec<(u64, Result<String, String>)> {
        let mut objects = Objects::of(text.as_bytes(), "data", bare);
        std::iter::from_fn(|| objects.next().unwrap())
            .map(|object| (object.line, object.fields.map(|fields| Value::Object(fields).to_string())))
            .collect()
    }

    #[test]
    fn links_of_several_documents_are_found() {
        let found = read("{\"x\":{\"data\":[{\"a\":\"]}\\\"\"},\n{\"a\":{\"data\":[{}]}}]},\"y\":[{}]}\n{\"data\":[{\"a\":3}]}", false);
        let texts = [(1, r#"{"a":"]}\""}"#), (2, r#"{"a":{"data":[{}]}}"#), (3, r#"{"a":3}"#)];
        assert_eq!(found, texts.map(|(line, text)| (line, Ok(text.to_owned()))));
    }

    #[test]
    fn top_level_array_of_links_or_pages_is_read() {
        assert_eq!(read("[{\"a\":1}]", true), [(1, Ok(r#"{"a":1}"#.to_owned()))]);
        assert_eq!(read("[{\"data\":[{\"a\":1}]}]", false), [(1, Ok(r#"{"a":1}"#.to_owned()))]);
    }

    #[test]
    fn missing_quote_costs_one_link() {
        let found = read("{\"data\":[\n{\"a\":1},\n{\"a\":\"x},\n{\"a\":2},\n{\"a\":3}\n]}", false);
        let texts = [(2, Ok(r#"{"a":1}"#)), (3, Err("a quote in it is not closed")), (4, Ok(r#"{"a":2}"#)), (5, Ok(r#"{"a":3}"#))];
        assert_eq!(found, texts.map(|(line, text)| (line, text.map(str::to_owned).map_err(str::to_owned))));
    }

    #[test]
    fn truncated_file_is_an_error() {
        assert_eq!(read("{\"data\":[{\"a\":1},\n{\"a\"", false)[1], (2, Err("the file ends inside this link".to_owned())));
        assert_eq!(read("{\"data\":[{\"a\":1},\n", false)[1], (2, Err("the file ends before the JSON document is complete".to_owned())));
    }
}
