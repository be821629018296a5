//! That a link is blocked, as it is sent.

use crate::message::body::{Draft, NotNull, Optional, Required, request_body};
use crate::model::blocked::Blocked;
use crate::model::field_error::FieldErrors;
use crate::model::text::Reason;
use crate::model::time::Timestamp;

request_body! {
    /// What an admin says of a block.
    pub(crate) struct BlockPatch {
        /// Reason of at most 512 bytes. It is needed if the link is not blocked yet.
        reason: NotNull<Reason>,
    }

    /// What an export says of a block.
    pub(crate) struct BlockLine {
        /// Time since which the link is blocked. Default: now.
        at: Optional<Timestamp>,
        /// Reason of at most 512 bytes.
        reason: Required<Reason>,
    }
}

/// What an admin says at `now`, on top of what was said before: a link stays blocked since it was, whatever is said of the reason.
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

/// What an export says; without a moment it is `now`.
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
        wrong.into_iter().map(|refusal| (refusal.at.clone(), refusal.code)).collect()
    }

    #[test]
    fn a_block_is_since_it_was_first_said() {
        let said = |before: Option<&Blocked>, json| patched(before, json).ok();
        let first = blocked("a", 5);
        assert_eq!(said(None, r#"{"reason":"a"}"#), Some(blocked("a", 9)));
        assert_eq!(said(Some(&first), r#"{"reason":"b"}"#), Some(blocked("b", 5)));
        assert_eq!(said(Some(&first), "{}"), Some(first));
    }

    #[test]
    fn a_block_has_a_reason_and_its_time_is_nobodys_to_say_but_an_exports() {
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
        let told = |json| parsed::<BlockLine>(json).ok().map(|line| exported_block(line, Timestamp::from_millis(9)));
        assert_eq!(told(r#"{"reason":"a","at":"1970-01-01T00:00:00.005Z"}"#), Some(first));
        assert_eq!(told(r#"{"reason":"a"}"#), Some(blocked("a", 9)));
        assert_eq!(told(r#"{"reason":"a","at":"soon"}"#), None);
    }
}
