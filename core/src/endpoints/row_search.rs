//! Compile-time search of the table of endpoints, so that no request has to search it.

use super::{ENDPOINTS, Endpoint};

/// The endpoints of one path, which are adjacent in the table.
pub(super) const fn endpoints_at(pattern: &str) -> &'static [Endpoint] {
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
    let mut between = rows;
    while let [row, after @ ..] = between {
        assert!(is_same(row.pattern, pattern), "the rows of one path must be adjacent");
        between = after;
    }
    rows
}

/// Whether routing knows a method: it is listed in `Allow`, and its request body may be read.
pub(super) const fn is_routed(method: &str) -> bool {
    is_same(method, "GET") || is_same(method, "POST") || is_same(method, "PATCH") || is_same(method, "DELETE")
}

/// The only segment of a path such as `/health`; nothing for longer paths and paths with a parameter.
pub(super) const fn only_segment_of(pattern: &str) -> Option<&str> {
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

/// The maximum number of segments of a pattern.
const MAX_SEGMENTS: usize = 5;

/// The segments of a pattern, padded with empty ones.
pub(super) const fn segments_of(pattern: &'static str) -> [&'static str; MAX_SEGMENTS] {
    let (_, path) = pattern.split_at(1);
    let (first, rest) = split_once(path);
    let (second, rest) = split_once(rest);
    let (third, rest) = split_once(rest);
    let (fourth, rest) = split_once(rest);
    [first, second, third, fourth, rest]
}

/// The number of segments of a pattern.
pub(super) const fn count_segments(pattern: &str) -> usize {
    let (mut bytes, mut count) = (pattern.as_bytes(), 0_usize);
    while let [byte, after @ ..] = bytes {
        if *byte == b'/' {
            count = count.saturating_add(1);
        }
        bytes = after;
    }
    assert!(count <= MAX_SEGMENTS, "a pattern has more segments than `segments_of` splits");
    count
}

/// Splits at the first slash.
const fn split_once(path: &'static str) -> (&'static str, &'static str) {
    let mut bytes = path.as_bytes();
    while let [byte, after @ ..] = bytes {
        if *byte == b'/' {
            let (segment, _) = path.split_at(path.len().saturating_sub(bytes.len()));
            let (_, rest) = path.split_at(path.len().saturating_sub(after.len()));
            return (segment, rest);
        }
        bytes = after;
    }
    (path, "")
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
