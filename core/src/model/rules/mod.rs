//! Rules: conditional targets of a link. A rule holds if all its conditions hold; then its target replaces that of the
//! link.

mod address;
mod condition;
mod country;
mod evaluation;
mod language;
mod query;
mod reachability;
mod split;
mod window;
mod word_set;
mod zone;

pub(crate) use address::AddressBlock;
pub(crate) use condition::Condition;
pub(crate) use country::Country;
pub(crate) use evaluation::RuleEvaluation;
pub(crate) use language::{Language, first_language};
pub(crate) use query::{NAME_BYTES, Query, QueryTest, VALUE_BYTES};
pub(crate) use reachability::shadow_of;
pub(crate) use window::{TimeOfDay, TimeWindow};
pub(crate) use word_set::{Browser, Device, Os, Weekday, WordKind, WordSet, position};
pub(crate) use zone::Zone;

use crate::model::field_error::{FieldCode, FieldError};
use crate::model::target::Target;

/// Limit of rules per link. Every visit may evaluate all of them.
pub(crate) const MAX_RULES: usize = 20;
/// Limit of conditions per rule: the number of kinds.
pub(crate) const MAX_CONDITIONS: usize = 10;
/// Limit of values in the list of one condition: the number of countries.
pub(crate) const MAX_OF_ANY: usize = 250;
/// Longest rule id in bytes: a word that identifies the rule in statistics.
pub(crate) const ID_BYTES: usize = 32;

/// Id of a rule: small letters, digits, `-` and `_`. It is unique within a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleId(String);

/// A rule: conditions and a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) id: RuleId,
    /// At least one condition. It must be possible that all hold at once.
    pub(crate) when: Vec<Condition>,
    pub(crate) target: Target,
}

impl Rule {
    /// Whether the rule is for a percentage of visitors.
    pub(crate) fn is_split(&self) -> bool {
        self.when.iter().any(|condition| matches!(condition, Condition::Split(_)))
    }

    /// Memory used, in bytes, approximately.
    pub(crate) fn bytes(&self) -> usize {
        let conditions = self.when.iter().map(Condition::bytes).sum::<usize>();
        conditions.saturating_add(self.target.as_str().len()).saturating_add(size_of::<Self>())
    }
}

impl RuleId {
    pub(crate) fn parse(text: String) -> Result<Self, FieldError> {
        if text.is_empty() {
            return Err(FieldError::new(FieldCode::Required, "write at least one character, or leave the id out"));
        }
        if text.len() > ID_BYTES {
            return Err(FieldError::new(FieldCode::TooLong, format!("an id must have at most {ID_BYTES} characters")));
        }
        if !text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')) {
            return Err(FieldError::invalid("an id must consist of a-z, 0-9, - and _"));
        }
        Ok(Self(text))
    }

    /// Wraps an id that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The first number from `position` on that is not the id of another rule.
    pub(crate) fn free(position: usize, taken: &[Self]) -> Self {
        let mut ids = (position..).map(|number| Self(number.to_string()));
        ids.find(|id| !taken.contains(id)).unwrap_or(Self(String::new()))
    }
}
