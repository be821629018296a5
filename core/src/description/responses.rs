//! The schemas of responses.

use std::collections::BTreeMap;

use serde_json::Value;

/// The schemas of responses by their names.
pub(crate) fn response_schemas() -> BTreeMap<String, Value> {
    serde_json::from_str(include_str!("responses.json")).unwrap_or_default()
}
