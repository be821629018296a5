//! Page size: the query parameter `limit`, which most lists have.

use crate::message::body::Fields;
use crate::model::field_error::{FieldCode, FieldError};

/// Page size of a request without `limit`.
pub(crate) const DEFAULT: u16 = 50;
/// The largest `limit`.
pub(crate) const LARGEST: u16 = 100;

/// Takes `limit` out of a query: the number of `what` that a page examines at most.
pub(crate) fn from_query(fields: &mut Fields, what: &str) -> u16 {
    let limit = |text: String| {
        let limit = text.parse().ok().filter(|limit| (1..=LARGEST).contains(limit));
        limit.ok_or_else(|| FieldError::new(FieldCode::OutOfRange, format!("limit must be from 1 to {LARGEST} {what}")))
    };
    fields.take_text("limit", limit).unwrap_or(DEFAULT)
}
