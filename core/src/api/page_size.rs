//! How long a page of a list is.

use crate::message::body::Fields;
use crate::model::field_error::{FieldCode, FieldError};

/// Where nobody asked for more or less.
pub(crate) const USUAL: u16 = 50;
pub(crate) const LARGEST: u16 = 100;

/// Takes the `limit` out of a query: how many of `what` a page examines at most.
pub(crate) fn take(fields: &mut Fields, what: &str) -> u16 {
    let limit = |text: String| {
        let limit = text.parse().ok().filter(|limit| (1..=LARGEST).contains(limit));
        limit.ok_or_else(|| FieldError::new(FieldCode::OutOfRange, format!("a page has 1 to {LARGEST} {what}")))
    };
    fields.take_text("limit", limit).unwrap_or(USUAL)
}
