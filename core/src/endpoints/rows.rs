//! Searching the table while hop is compiled, so that no request has to.

use super::{ENDPOINTS, Endpoint};

/// The endpoints of one path, which stand next to each other in the table.
pub(super) const fn rows_of(pattern: &str) -> &'static [Endpoint] {
    let mut rows = ENDPOINTS;
    while let [first, after @ ..] = rows {
        if is_same(first.pattern, pattern) {
            break;
        }
        rows = after;
    }
    while let [before @ .., last] = rows {
        if is_same(last.pattern, pattern) {
            break;
        }
        rows = before;
    }
    rows
}

/// The one word of a path such as `/health`; nothing of longer paths and of those with a parameter.
pub(super) const fn word_of(pattern: &str) -> Option<&str> {
    let (_, word) = pattern.split_at(1);
    let mut bytes = word.as_bytes();
    while let [byte, after @ ..] = bytes {
        if matches!(byte, b'/' | b'{') {
            return None;
        }
        bytes = after;
    }
    Some(word)
}

const fn is_same(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    while let ([one, left_after @ ..], [other, right_after @ ..]) = (left, right) {
        if *one != *other {
            return false;
        }
        (left, right) = (left_after, right_after);
    }
    left.is_empty() && right.is_empty()
}
