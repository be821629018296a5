//! Field `blocked`: the block of a link in a request body.

use crate::message::body::{Draft, NotNull, Optional, Required, request_body};
use crate::model::blocked::Blocked;
use crate::model::field_error::FieldErrors;
use crate::model::text::Reason;
use crate::model::time::Timestamp;

request_body! {
    /// Block of a link.
    pub(crate) struct BlockPatch {
        /// Reason of at most 512 bytes. Required if the link is not blocked yet.
        reason: NotNull<Reason>,
    }

    /// Block of a link in an export.
    pub(crate) struct BlockLine {
        /// Time since which the link is blocked. Default: now.
        at: Optional<Timestamp>,
        /// Reason of at most 512 bytes.
        reason: Required<Reason>,
    }
}

/// Applies the patch to the present block. A new block begins at `now`; a new reason keeps the time.
pub(crate) fn patched_block(before: Option<&Blocked>, patch: Draft<BlockPatch>, now: Timestamp) -> Result<Blocked, FieldErrors> {
    let Draft { parts, mut wrong } = patch;
    match parts.reason.or_else(|| before.map(|before| before.reason.clone())) {
        Some(reason) => wrong.or(Blocked { reason, at: before.map_or(now, |before| before.at) }),
        None => {
            wrong.require("reason");
            Err(wrong)
        }
    }
}

/// Block of an imported link; it begins at `now` if the line has no time.
pub(crate) fn exported_block(line: BlockLine, now: Timestamp) -> Blocked {
    Blocked { reason: line.reason, at: line.at.unwrap_or(now) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::body::tests::parsed;
    use crate::model::field_error::FieldCode;

    fn patched(before: Option<&Blocked>, json: &str) -> Result<Blocked, FieldErrors> {
        patched_block(before, parsed::<Draft<BlockPatch>>(json)?, Timestamp::from_millis(9))
    }

    fn blocked(reason: &str, at: u64) -> Blocked {
        Blocked { reason: Reason::stored(reason.into()), at: Timestamp::from_millis(at) }
    }

    fn errors(wrong: FieldErrors) -> Vec<(String, FieldCode)> {
        wrong.into_iter().map(|error| (error.at.clone(), error.code)).collect()
    }

    #[test]
    fn new_reason_keeps_time_of_block() {
        let result = |before: Option<&Blocked>, json| patched(before, json).ok();
        let first = blocked("a", 5);
        assert_eq!(result(None, r#"{"reason":"a"}"#), Some(blocked("a", 9)));
        assert_eq!(result(Some(&first), r#"{"reason":"b"}"#), Some(blocked("b", 5)));
        assert_eq!(result(Some(&first), "{}"), Some(first));
    }

    #[test]
    fn block_needs_reason_and_only_imports_set_time() {
        use FieldCode::{Required, TooLong, Unknown, WrongType};
        let first = blocked("a", 5);
        let long = format!(r#"{{"reason":"{}"}}"#, "x".repeat(513));
        for (before, json, expected) in [
            (None, "{}", vec![("/reason", Required)]),
            (None, r#"{"reason":""}"#, vec![("/reason", Required)]),
            (Some(&first), r#"{"reason":null}"#, vec![("/reason", Required)]),
            (Some(&first), r#"{"reason":7}"#, vec![("/reason", WrongType)]),
            (None, r#"{"reason":7,"a":1}"#, vec![("/reason", WrongType), ("/a", Unknown)]),
            (None, r#"{"a":1}"#, vec![("/a", Unknown), ("/reason", Required)]),
            (None, &long, vec![("/reason", TooLong)]),
            (None, r#"{"reason":"a","at":"2026-11-21T08:00:00Z"}"#, vec![("/at", Unknown)]),
            (None, "true", vec![("", WrongType)]),
        ] {
            let wrong = patched(before, json).err().map(errors).unwrap_or_default();
            let wrong: Vec<_> = wrong.iter().map(|(at, code)| (at.as_str(), *code)).collect();
            assert_eq!(wrong, expected, "{json}");
        }
        let imported = |json| parsed::<BlockLine>(json).ok().map(|line| exported_block(line, Timestamp::from_millis(9)));
        assert_eq!(imported(r#"{"reason":"a","at":"1970-01-01T00:00:00.005Z"}"#), Some(first));
        assert_eq!(imported(r#"{"reason":"a"}"#), Some(blocked("a", 9)));
        assert_eq!(imported(r#"{"reason":"a","at":"soon"}"#), None);
    }
}
