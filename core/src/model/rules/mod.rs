//! Rules: whom a link leads elsewhere. A rule holds when all its conditions do, and then its target stands for the link's own.

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
pub(crate) use language::Language;
pub(crate) use query::{NAME_BYTES, Query, QueryTest, VALUE_BYTES};
pub(crate) use reachability::shadow_of;
pub(crate) use window::{TimeOfDay, TimeWindow};
pub(crate) use word_set::{Browser, Device, Os, Weekday, WordKind, WordSet, place};
pub(crate) use zone::Zone;

use crate::model::field_error::{FieldCode, FieldError};
use crate::model::target::Target;

/// Every visitor is held against all of them in turn.
pub(crate) const MOST_RULES: usize = 20;
/// More than one of each kind is rarely meant.
pub(crate) const MOST_CONDITIONS: usize = 10;
/// Values in the list of one condition: as many as there are countries.
pub(crate) const MOST_OF_ANY: usize = 250;
/// In bytes: a word to know a rule by in statistics.
pub(crate) const ID_BYTES: usize = 32;

/// What a rule is called: small letters, digits, `-` and `_`. No two rules of a link share one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleId(String);

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) id: RuleId,
    /// At least one, and all of them can hold at once.
    pub(crate) when: Vec<Condition>,
    pub(crate) target: Target,
}

impl Rule {
    /// How much it takes, about.
    pub(crate) fn bytes(&self) -> usize {
        let conditions = self.when.iter().map(Condition::bytes).sum::<usize>();
        conditions.saturating_add(self.target.as_str().len()).saturating_add(size_of::<Self>())
    }
}

impl RuleId {
    pub(crate) fn parse(text: String) -> Result<Self, FieldError> {
        if text.is_empty() {
            return Err(FieldError::new(FieldCode::Required, "leave the id out, or write at least one character"));
        }
        if text.len() > ID_BYTES {
            return Err(FieldError::new(FieldCode::TooLong, format!("an id has at most {ID_BYTES} characters")));
        }
        if !text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')) {
            return Err(FieldError::invalid("an id is made of a-z, 0-9, - and _"));
        }
        Ok(Self(text))
    }

    /// An id hop stored itself.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The first number from `position` on that is no other rule's id.
    pub(crate) fn free(position: usize, taken: &[Self]) -> Self {
        let mut ids = (position..).map(|number| Self(number.to_string()));
        ids.find(|id| !taken.contains(id)).unwrap_or(Self(String::new()))
    }
}
