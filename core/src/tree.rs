//! A JSON value as it was sent: it keeps doubled keys, and says what it is not.

mod read;

use crate::error::{FieldCode, Refusal, Wrong};

/// A JSON value as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    /// A whole number that is not negative.
    Natural(u64),
    OtherNumber,
    Text(String),
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// Reads JSON, or tells what is wrong with it.
    #[inline(never)]
    pub(crate) fn read(json: &[u8]) -> Result<Self, String> {
        read::read(json)
    }

    #[inline(never)]
    pub(crate) fn text(self) -> Result<String, Refusal> {
        match self {
            Self::Text(text) => Ok(text),
            other => Err(other.is_not("a string")),
        }
    }

    pub(crate) fn natural(self) -> Result<u64, Refusal> {
        match self {
            Self::Natural(number) => Ok(number),
            other => Err(other.is_not("a whole number")),
        }
    }

    pub(crate) fn boolean(self) -> Result<bool, Refusal> {
        match self {
            Self::Bool(value) => Ok(value),
            other => Err(other.is_not("true or false")),
        }
    }

    /// True or false in a query, where everything is text.
    pub(crate) fn flag(self) -> Result<bool, Refusal> {
        match self.text()?.as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Refusal::new(FieldCode::WrongType, "this is true or false")),
        }
    }

    /// What stands first under `name`, if this is an object.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(entries) = self else { return None };
        entries.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// How many bytes it takes as JSON, about: blanks, escapes and the digits of numbers do not count.
    pub(crate) fn bytes(&self) -> usize {
        let list = |parts: &mut dyn Iterator<Item = usize>| parts.fold(1_usize, |sum, part| sum.saturating_add(part).saturating_add(1));
        match self {
            Self::Null | Self::Bool(_) => 4,
            Self::Natural(_) | Self::OtherNumber => 1,
            Self::Text(text) => text.len().saturating_add(2),
            Self::Array(items) => list(&mut items.iter().map(Self::bytes)),
            Self::Object(entries) => {
                list(&mut entries.iter().map(|(key, value)| key.len().saturating_add(3).saturating_add(value.bytes())))
            }
        }
    }

    /// What stands in an object, in its order.
    pub(crate) fn object(self) -> Result<Vec<(String, Self)>, Refusal> {
        match self {
            Self::Object(entries) => Ok(entries),
            other => Err(other.is_not("an object")),
        }
    }

    /// Reads every item of a list that holds `most` at most, and tells all that is wrong in it.
    pub(crate) fn items<T>(self, most: usize, mut read: impl FnMut(Self) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
        let (mut values, mut wrong) = (Vec::new(), Wrong::default());
        for (at, item) in self.list_of(most)?.into_iter().enumerate() {
            match read(item) {
                Ok(value) => values.push(value),
                Err(more) => wrong.add(more.at(at)),
            }
        }
        wrong.or(values)
    }

    /// The same, sorted and each value once.
    pub(crate) fn set_of<T: Ord>(self, most: usize, read: &dyn Fn(Self) -> Result<T, Refusal>) -> Result<Vec<T>, Wrong> {
        let (mut values, mut wrong) = (Vec::new(), Wrong::default());
        for (at, item) in self.list_of(most)?.into_iter().enumerate() {
            match read(item) {
                Ok(value) => put_in_order(&mut values, value),
                Err(refusal) => wrong.add(refusal.at(at)),
            }
        }
        wrong.or(values)
    }

    #[inline(never)]
    fn list_of(self, most: usize) -> Result<Vec<Self>, Refusal> {
        let items = match self {
            Self::Array(items) => items,
            other => return Err(other.is_not("an array")),
        };
        if items.len() > most {
            return Err(Refusal::new(FieldCode::TooMany, format!("there may be {most} of these at most")));
        }
        Ok(items)
    }

    #[inline(never)]
    fn is_not(&self, wanted: &str) -> Refusal {
        let found = match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Natural(_) => "a number",
            Self::OtherNumber => "a number below zero or with a fraction",
            Self::Text(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        };
        Refusal::new(FieldCode::WrongType, format!("this is {found}, not {wanted}"))
    }
}

/// Puts `value` among sorted `values` that are each there once. Such lists are short, and the sorts of the standard library weigh more than
/// this file.
pub(crate) fn put_in_order<T: Ord>(values: &mut Vec<T>, value: T) {
    if let Err(place) = values.binary_search(&value) {
        values.insert(place, value);
    }
}
