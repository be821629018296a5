//! The fields of one link of an export. A converter takes out the fields that hop supports and counts the others as
//! lost. Unknown fields are counted by name, so that no data is lost silently.
use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

#[derive(Default)]
pub(super) struct Fields {
    entries: Vec<Entry>,
}

struct Entry {
    /// The name in the file.
    name: String,
    /// The normalized name.
    key: String,
    value: Value,
}

/// Normalizes a name to lower-case letters and digits, so that `Long URL` and `long_url` are the same field.
pub(super) fn normalized(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Fields {
    pub(super) fn of_object(object: Map<String, Value>) -> Self {
        Self { entries: object.into_iter().map(|(name, value)| Entry { key: normalized(&name), name, value }).collect() }
    }

    pub(super) fn of_row(header: &[String], cells: Vec<String>) -> Self {
        let entries =
            header.iter().zip(cells).map(|(name, cell)| Entry { key: normalized(name), name: name.clone(), value: Value::String(cell) });
        Self { entries: entries.collect() }
    }

    /// Takes out all these fields and returns the first value that is not absent, null or blank.
    pub(super) fn take(&mut self, names: &[&str]) -> Option<Value> {
        self.take_where(names, has_value)
    }

    /// Takes out a non-empty text unchanged, blanks included. Other types are passed on for the deployment to check.
    pub(super) fn verbatim(&mut self, name: &str) -> Option<Value> {
        let value = self.take_where(&[name], |value| has_value(value) || value.as_str().is_some_and(|text| !text.is_empty()))?;
        Some(if value.is_number() { Value::String(value.to_string()) } else { value })
    }

    fn take_where(&mut self, names: &[&str], accepts: fn(&Value) -> bool) -> Option<Value> {
        let mut found = None;
        for name in names {
            let key = normalized(name);
            while let Some(at) = self.entries.iter().position(|entry| entry.key == key) {
                let value = self.entries.swap_remove(at).value;
                if found.is_none() && accepts(&value) {
                    found = Some(value);
                }
            }
        }
        found
    }

    pub(super) fn text(&mut self, names: &[&str]) -> Result<Option<String>, String> {
        match self.take(names) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(must_be(names, "a string")),
        }
    }

    pub(super) fn number(&mut self, names: &[&str]) -> Result<Option<u64>, String> {
        let number = match self.take(names) {
            None => return Ok(None),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(value) => value.as_u64(),
        };
        number.map(Some).ok_or_else(|| must_be(names, "a whole number"))
    }

    pub(super) fn flag(&mut self, names: &[&str]) -> Result<bool, String> {
        match self.take(names) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(Value::String(text)) if matches!(normalized(&text).as_str(), "true" | "yes" | "1") => Ok(true),
            Some(Value::Number(number)) if number.as_u64() == Some(1) => Ok(true),
            Some(value) if is_false(&value) => Ok(false),
            Some(_) => Err(must_be(names, "true or false")),
        }
    }

    pub(super) fn object(&mut self, names: &[&str]) -> Result<Option<Self>, String> {
        match self.take(names) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(Self::of_object(object))),
            Some(_) => Err(must_be(names, "an object")),
        }
    }

    /// Takes out tags: a list, or one text with separators.
    pub(super) fn tags(&mut self, names: &[&str], separator: char) -> Result<Vec<String>, String> {
        match self.take(names) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(text.split(separator).map(|tag| tag.trim().to_owned()).collect()),
            Some(Value::Array(tags)) => {
                let texts = tags
                    .into_iter()
                    .map(|tag| if let Value::String(tag) = tag { Ok(tag) } else { Err(must_be(names, "a list of strings")) });
                texts.collect()
            }
            Some(_) => Err(must_be(names, "a list of strings")),
        }
    }

    /// Takes out fields that repeat other fields.
    pub(super) fn drop(&mut self, names: &[&str]) {
        self.take(names);
    }

    /// Takes out fields that hop does not support, and counts those with a value other than blank or false.
    pub(super) fn lose(&mut self, names: &[&str], lost: &mut Lost, what: &'static str, why: &'static str) {
        for name in names {
            if self.take(&[name]).is_some_and(|value| !is_false(&value)) {
                lost.count(what, why);
            }
        }
    }

    /// Counts the fields that the converter did not take out.
    pub(super) fn count_rest(self, lost: &mut Lost) {
        for entry in self.entries {
            if has_value(&entry.value) && !is_false(&entry.value) {
                lost.count(&format!("`{}` fields", entry.name), "hop has no such field");
            }
        }
    }

    pub(super) fn into_rest(self) -> impl Iterator<Item = (String, Value)> {
        self.entries.into_iter().filter(|entry| has_value(&entry.value)).map(|entry| (entry.name, entry.value))
    }
}

fn has_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Whether a value means false, in JSON or as text.
fn is_false(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_u64() == Some(0),
        Value::String(text) => matches!(normalized(text).as_str(), "false" | "no" | "0"),
        _ => false,
    }
}

fn must_be(names: &[&str], kind: &str) -> String {
    format!("its `{}` must be {kind}", names.first().unwrap_or(&""))
}

/// Counts of data that was not imported, by kind and reason.
#[derive(Default)]
pub(super) struct Lost {
    kinds: BTreeMap<(String, &'static str), u64>,
}

impl Lost {
    /// Counts one. `what` is a plural that ends in `s`.
    pub(super) fn count(&mut self, what: &str, why: &'static str) {
        *self.kinds.entry((what.to_owned(), why)).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: Self) {
        for (kind, times) in other.kinds {
            *self.kinds.entry(kind).or_default() += times;
        }
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((what, why), times) in &self.kinds {
            match times {
                1 => writeln!(f, "1 {} was not imported: {why}", what.strip_suffix('s').unwrap_or(what))?,
                _ => writeln!(f, "{times} {what} were not imported: {why}")?,
            }
        }
        Ok(())
    }
}
