//! Lists as JSON arrays, for SQL queries that take a list of any length as one parameter (`json_each` of SQLite).

use serde::Serialize;

use super::Millis;
use crate::store::ports::StoreError;
use crate::store::{Change, ENTRY_VALUE, Key};

/// The keys as a JSON array of strings.
///
/// # Errors
/// None in practice: strings can be written as JSON.
pub fn keys_as_json<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Result<String, StoreError> {
    to_json(&keys.into_iter().map(Key::as_str).collect::<Vec<_>>())
}

/// What `change` writes beside its record, as a JSON array of `[key, value, expiry in milliseconds or null]`.
///
/// # Errors
/// None in practice: strings and numbers can be written as JSON.
pub fn beside_as_json(change: &Change) -> Result<String, StoreError> {
    let attachments = change.attachments.iter().map(|(key, value)| (key.as_str(), value.as_str(), None));
    let index_adds = change.all_adds().map(|index_entry| (index_entry.as_str(), ENTRY_VALUE, None));
    let audit_entry = change.audit_entry.iter().map(|entry| (entry.key.as_str(), entry.value.as_str(), entry.expires_at.map(Millis::from)));
    to_json(&attachments.chain(index_adds).chain(audit_entry).collect::<Vec<(&str, &str, Option<Millis>)>>())
}

fn to_json(list: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(list).map_err(|error| StoreError::Corrupt(format!("a list cannot be written: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;
    use crate::store::{AuditEntry, Expect};

    #[test]
    fn lists_escape_any_text() {
        let key = |text: &str| Key::stored(text.into());
        assert_eq!(keys_as_json(&[key("a\"b"), key("é")]).unwrap(), r#"["a\"b","é"]"#);
        let mut change = Change::write_only(key("k"), Expect::Absent, "v".into(), "t".into());
        assert_eq!(beside_as_json(&change).unwrap(), "[]");
        change.attachments.push((key("s"), r#"{"a":1}"#.into()));
        change.index_adds.push(key("g"));
        change.word_adds.push(key("w"));
        change.audit_entry = Some(AuditEntry { key: key("n"), value: "1".into(), expires_at: Some(Timestamp::from_millis(7)) });
        assert_eq!(beside_as_json(&change).unwrap(), r#"[["s","{\"a\":1}",null],["g","null",null],["w","null",null],["n","1",7]]"#);
    }
}
