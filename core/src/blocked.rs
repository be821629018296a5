//! Blocking: an admin ends a link and says why. It stands beside what the owner says of the link, who cannot undo it.

use crate::body::{Fields, Tree};
use crate::error::Wrong;
use crate::text::Reason;
use crate::time::Timestamp;

/// That a link is blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blocked {
    pub(crate) reason: Reason,
    pub(crate) at: Timestamp,
}

impl Blocked {
    /// Reads what an admin says at `now`, on top of what was said before: a link stays blocked since it was, whatever is said of the reason.
    pub(crate) fn patched(before: Option<&Self>, tree: Tree, now: Timestamp) -> Result<Self, Wrong> {
        let mut fields = Fields::of(tree)?;
        let said = before.filter(|_| !fields.has("reason"));
        let reason = said.map(|before| before.reason.clone()).or_else(|| reason(&mut fields));
        fields.close(reason.map(|reason| Self { reason, at: before.map_or(now, |before| before.at) }))
    }

    /// Reads what an export says; without a moment it is `now`.
    pub(crate) fn told(tree: Tree, now: Timestamp) -> Result<Self, Wrong> {
        let mut fields = Fields::of(tree)?;
        let at = fields.take_text("at", |text| Timestamp::parse(&text)).unwrap_or(now);
        let reason = reason(&mut fields);
        fields.close(reason.map(|reason| Self { reason, at }))
    }
}

fn reason(fields: &mut Fields) -> Option<Reason> {
    fields.need_text("reason", Reason::parse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FieldCode;

    fn tree(json: &str) -> Tree {
        Tree::read(json.as_bytes()).unwrap()
    }

    fn blocked(reason: &str, at: u64) -> Blocked {
        Blocked { reason: Reason::stored(reason.into()), at: Timestamp::from_millis(at) }
    }

    fn errors(wrong: Wrong) -> Vec<(String, FieldCode)> {
        wrong.into_iter().map(|refusal| (refusal.at.clone(), refusal.code)).collect()
    }

    #[test]
    fn a_block_is_since_it_was_first_said() {
        let said = |before: Option<&Blocked>, json| Blocked::patched(before, tree(json), Timestamp::from_millis(9)).ok();
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
            (None, &long, vec![("/reason", TooLong)]),
            (None, r#"{"reason":"a","at":"2026-11-21T08:00:00Z"}"#, vec![("/at", Unknown)]),
            (None, "true", vec![("", WrongType)]),
        ] {
            let wrong = Blocked::patched(before, tree(json), Timestamp::from_millis(9)).err().map(errors).unwrap_or_default();
            let wrong: Vec<_> = wrong.iter().map(|(at, code)| (at.as_str(), *code)).collect();
            assert_eq!(wrong, expected, "{json}");
        }
        let told = |json| Blocked::told(tree(json), Timestamp::from_millis(9)).ok();
        assert_eq!(told(r#"{"reason":"a","at":"1970-01-01T00:00:00.005Z"}"#), Some(first));
        assert_eq!(told(r#"{"reason":"a"}"#), Some(blocked("a", 9)));
        assert_eq!(told(r#"{"reason":"a","at":"soon"}"#), None);
    }
}
