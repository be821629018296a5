//! JSON values of request bodies. Unlike `serde_json::Value` they keep duplicate keys, so that those can be refused.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::model::field_error::{FieldCode, FieldError, FieldErrors};

/// The largest whole number that every JSON parser reads exactly (RFC 7493): 2^53 - 1.
pub(crate) const LARGEST_NUMBER: u64 = 9_007_199_254_740_991;

/// The largest whole number with a decimal point or an exponent. serde_json rounds these to an `f64`, not always to the
/// nearest one. Up to this bound the error is below 1, so a whole number is never read as another one.
const LARGEST_FLOAT: u64 = 1_000_000_000_000_000;

/// A JSON value as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum JsonValue {
    Null,
    Bool(bool),
    /// A whole number that is not negative. `5.0` and `1e2` are whole, as in JSON Schema.
    Natural(u64),
    /// A whole number with a decimal point or an exponent, too large to be read exactly.
    TooLarge,
    OtherNumber,
    Text(String),
    Array(Vec<JsonValue>),
    Object(Vec<(String, JsonValue)>),
}

impl JsonValue {
    /// Parses JSON of at most 127 levels. The error names the fault and its position.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    pub(crate) fn text(self) -> Result<String, FieldError> {
        match self {
            Self::Text(text) => Ok(text),
            other => Err(other.is_not("a string")),
        }
    }

    pub(crate) fn natural(self) -> Result<u64, FieldError> {
        match self {
            Self::Natural(number) if number <= LARGEST_NUMBER => Ok(number),
            Self::Natural(_) | Self::TooLarge => {
                let most = format!("a whole number must be at most {LARGEST_NUMBER}, or {LARGEST_FLOAT} with a decimal point or exponent");
                Err(FieldError::new(FieldCode::OutOfRange, most))
            }
            other => Err(other.is_not("a whole number")),
        }
    }

    pub(crate) fn boolean(self) -> Result<bool, FieldError> {
        match self {
            Self::Bool(value) => Ok(value),
            other => Err(other.is_not("true or false")),
        }
    }

    /// A boolean in a query, where every value is text.
    pub(crate) fn flag(self) -> Result<bool, FieldError> {
        match self.text()?.as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(FieldError::new(FieldCode::WrongType, "this must be `true` or `false`")),
        }
    }

    /// The first value under `name`, if this is an object.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(entries) = self else { return None };
        entries.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The approximate size as JSON, in bytes: white space, escapes and the digits of numbers do not count.
    pub(crate) fn bytes(&self) -> usize {
        let list = |parts: &mut dyn Iterator<Item = usize>| parts.fold(1_usize, |sum, part| sum.saturating_add(part).saturating_add(1));
        match self {
            Self::Null | Self::Bool(_) => 4,
            Self::Natural(_) | Self::TooLarge | Self::OtherNumber => 1,
            Self::Text(text) => text.len().saturating_add(2),
            Self::Array(items) => list(&mut items.iter().map(Self::bytes)),
            Self::Object(entries) => {
                list(&mut entries.iter().map(|(key, value)| key.len().saturating_add(3).saturating_add(value.bytes())))
            }
        }
    }

    /// The entries of an object, in their order.
    pub(crate) fn object(self) -> Result<Vec<(String, Self)>, FieldError> {
        match self {
            Self::Object(entries) => Ok(entries),
            other => Err(other.is_not("an object")),
        }
    }

    /// Reads every item of a list of at most `most` items, and collects all errors.
    pub(crate) fn items<T>(self, most: usize, mut read: impl FnMut(Self) -> Result<T, FieldErrors>) -> Result<Vec<T>, FieldErrors> {
        let (mut values, mut wrong) = (Vec::new(), FieldErrors::default());
        for (at, item) in self.list_of(most)?.into_iter().enumerate() {
            match read(item) {
                Ok(value) => values.push(value),
                Err(more) => wrong.add(more.at(at)),
            }
        }
        wrong.or(values)
    }

    fn list_of(self, most: usize) -> Result<Vec<Self>, FieldError> {
        let items = match self {
            Self::Array(items) => items,
            other => return Err(other.is_not("an array")),
        };
        if items.len() > most {
            return Err(FieldError::new(FieldCode::TooMany, format!("this must have at most {most} items")));
        }
        Ok(items)
    }

    fn is_not(&self, wanted: &str) -> FieldError {
        let found = match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Natural(_) | Self::TooLarge => "a number",
            Self::OtherNumber => "a number below zero or with a fraction",
            Self::Text(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        };
        FieldError::new(FieldCode::WrongType, format!("this must be {wanted}, not {found}"))
    }
}

impl<'de> Deserialize<'de> for JsonValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonValueVisitor)
    }
}

/// Deserializes any value. `serde_json::Value` is not used because it drops one of two fields with the same name.
struct JsonValueVisitor;

impl<'de> Visitor<'de> for JsonValueVisitor {
    type Value = JsonValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<JsonValue, E> {
        Ok(JsonValue::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<JsonValue, E> {
        Ok(JsonValue::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<JsonValue, E> {
        Ok(JsonValue::Natural(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<JsonValue, E> {
        Ok(JsonValue::OtherNumber)
    }

    fn visit_f64<E>(self, number: f64) -> Result<JsonValue, E> {
        Ok(match number {
            _ if number < 0.0 || number.fract() != 0.0 => JsonValue::OtherNumber,
            _ if number as u64 <= LARGEST_FLOAT => JsonValue::Natural(number as u64),
            _ => JsonValue::TooLarge,
        })
    }

    fn visit_str<E>(self, text: &str) -> Result<JsonValue, E> {
        Ok(JsonValue::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<JsonValue, E> {
        Ok(JsonValue::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<JsonValue, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(JsonValue::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<JsonValue, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = fields.next_entry()? {
            entries.push(entry);
        }
        Ok(JsonValue::Object(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> JsonValue {
        JsonValue::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn duplicate_keys_are_kept_in_order() {
        let entries = ["b", "a", "b"].map(|name| (name.to_owned(), JsonValue::Natural(1)));
        assert_eq!(read(r#"{"b":1,"a":1,"b":1}"#), JsonValue::Object(entries.into()));
    }

    #[test]
    fn only_non_negative_whole_numbers_are_natural() {
        for (json, number) in [
            ("0", 0),
            ("-0", 0),
            ("7", 7),
            ("5.0", 5),
            ("1e2", 100),
            ("1.25E+2", 125),
            ("9007199254740991", 9_007_199_254_740_991),
            ("1000000000000000.0", 1_000_000_000_000_000),
            ("999999999999999.00", 999_999_999_999_999),
        ] {
            assert_eq!(read(json).natural(), Ok(number), "{json}");
        }
        for json in ["-1", "-1.0", "0.5", "5.5", "1e-2", "-1e300", "-9223372036854775809"] {
            assert_eq!(read(json), JsonValue::OtherNumber, "{json}");
        }
    }

    #[test]
    fn too_large_whole_numbers_are_refused() {
        let detail = "a whole number must be at most 9007199254740991, or 1000000000000000 with a decimal point or exponent";
        for json in ["9007199254740992", "18446744073709551615", "100000000000000000000", "1000000000000001.0", "1e16", "1e300"] {
            let error = read(json).natural().unwrap_err();
            assert_eq!((error.code, &*error.detail), (FieldCode::OutOfRange, detail), "{json}");
        }
    }

    #[test]
    fn escapes_become_characters() {
        assert_eq!(read(r#""\u00e9\ud83d\ude00\n\/""#), JsonValue::Text("é😀\n/".into()));
    }

    #[test]
    fn parse_errors_name_fault_and_position() {
        for (json, message) in [
            ("", "EOF while parsing a value at line 1 column 0"),
            ("{\"a\":1,}", "trailing comma at line 1 column 8"),
            ("{}\n x", "trailing characters at line 2 column 2"),
            ("[1e999]", "number out of range at line 1 column 6"),
            ("\u{feff}{}", "expected value at line 1 column 1"),
            ("\"\\ud800\"", "unexpected end of hex escape at line 1 column 8"),
        ] {
            assert_eq!(JsonValue::parse(json.as_bytes()).unwrap_err().to_string(), message, "{json}");
        }
        for json in [&b"\"\xFF\""[..], b"{\"\xE2\x82\":1}", b"\xFF"] {
            assert!(JsonValue::parse(json).is_err());
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        let nested = |depth: usize| JsonValue::parse(["[".repeat(depth), "]".repeat(depth)].concat().as_bytes()).is_ok();
        assert_eq!([127, 128, 100_000].map(nested), [true, false, false]);
        assert!(JsonValue::parse(format!("[{}1]", "[],{},".repeat(300)).as_bytes()).is_ok());
    }
}
