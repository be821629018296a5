//! The fields of one foreign link. A converter takes out what hop has a place for and says of the rest what it was; whatever it
//! did not know is counted by its name. So no field is lost without a word.
use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

#[derive(Default)]
pub(super) struct Fields {
    entries: Vec<Entry>,
}

struct Entry {
    /// As the file has it.
    name: String,
    /// In small letters and digits only, so that `Long URL` and `long_url` are one field.
    plain: String,
    value: Value,
}

/// Small letters and digits only.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Fields {
    pub(super) fn of_object(object: Map<String, Value>) -> Self {
        Self { entries: object.into_iter().map(|(name, value)| Entry { plain: plain(&name), name, value }).collect() }
    }

    pub(super) fn of_row(header: &[String], cells: Vec<String>) -> Self {
        let entries =
            header.iter().zip(cells).map(|(name, cell)| Entry { plain: plain(name), name: name.clone(), value: Value::String(cell) });
        Self { entries: entries.collect() }
    }

    /// The first of these fields that says something: not absent, null or blank. All of them are taken out.
    pub(super) fn take(&mut self, names: &[&str]) -> Option<Value> {
        self.take_where(names, says_something)
    }

    /// A text as it is, blanks included, unless it is empty. What is no text is for others to judge.
    pub(super) fn whole(&mut self, name: &str) -> Option<Value> {
        let value = self.take_where(&[name], |value| says_something(value) || value.as_str().is_some_and(|text| !text.is_empty()))?;
        Some(if value.is_number() { Value::String(value.to_string()) } else { value })
    }

    fn take_where(&mut self, names: &[&str], counts: fn(&Value) -> bool) -> Option<Value> {
        let mut found = None;
        for name in names {
            let name = plain(name);
            while let Some(at) = self.entries.iter().position(|entry| entry.plain == name) {
                let value = self.entries.swap_remove(at).value;
                if found.is_none() && counts(&value) {
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
            Some(Value::String(text)) if matches!(plain(&text).as_str(), "true" | "yes" | "1") => Ok(true),
            Some(Value::Number(number)) if number.as_u64() == Some(1) => Ok(true),
            Some(value) if says_no(&value) => Ok(false),
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

    /// Tags as a list, or as one text that `separator` parts.
    pub(super) fn tags(&mut self, names: &[&str], separator: char) -> Result<Vec<String>, String> {
        match self.take(names) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(text.split(separator).map(|tag| tag.trim().to_owned()).collect()),
            Some(Value::Array(tags)) => {
                let texts =
                    tags.into_iter().map(|tag| if let Value::String(tag) = tag { Ok(tag) } else { Err(must_be(names, "a list of strings")) });
                texts.collect()
            }
            Some(_) => Err(must_be(names, "a list of strings")),
        }
    }

    /// Takes out what repeats another field.
    pub(super) fn drop(&mut self, names: &[&str]) {
        self.take(names);
    }

    /// Takes out what hop has no place for and counts it, unless it says nothing or no.
    pub(super) fn lose(&mut self, names: &[&str], lost: &mut Lost, what: &'static str, why: &'static str) {
        for name in names {
            if self.take(&[name]).is_some_and(|value| !says_no(&value)) {
                lost.count(what, why);
            }
        }
    }

    /// What no converter asked for.
    pub(super) fn count_rest(self, lost: &mut Lost) {
        for entry in self.entries {
            if says_something(&entry.value) && !says_no(&entry.value) {
                lost.count(&format!("`{}` fields", entry.name), "hop has no such field");
            }
        }
    }

    pub(super) fn into_rest(self) -> impl Iterator<Item = (String, Value)> {
        self.entries.into_iter().filter(|entry| says_something(&entry.value)).map(|entry| (entry.name, entry.value))
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// What a mark that is not set looks like, in JSON and as text.
fn says_no(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_u64() == Some(0),
        Value::String(text) => matches!(plain(text).as_str(), "false" | "no" | "0"),
        _ => false,
    }
}

fn must_be(names: &[&str], kind: &str) -> String {
    format!("its `{}` must be {kind}", names.first().unwrap_or(&""))
}

/// What was not taken, once per kind: what it was, why, and how often.
#[derive(Default)]
pub(super) struct Lost {
    kinds: BTreeMap<(String, &'static str), u64>,
}

impl Lost {
    /// `what` is a plural that ends in `s`.
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
