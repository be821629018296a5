//! Frequent values: counts of the values of a dimension that has no limit of values, such as referrers.
//!
//! Each kind of visitor has a sketch of its own, so a program that invents referrers cannot displace those of people.
//! The sketches are Misra-Gries summaries of the crate `datasketches`. Few values are counted exactly. With many, each
//! count is a lower bound, and the true count is at most [`FrequentValues::errors`] higher.

use std::collections::BTreeMap;

use datasketches::frequencies::{ErrorType, FrequentItemsSketch};

use crate::model::agent::AgentKind;
use crate::model::clicks::Clicks;

/// Size of the tables for people; at most three quarters are used.
const HUMAN_SLOTS: usize = 64;
/// Size of the tables for programs.
const PROGRAM_SLOTS: usize = 16;

/// Counts of frequent values, by kind of visitor.
#[derive(Clone, Debug, Default)]
pub(crate) struct FrequentValues {
    sketches: [Option<FrequentItemsSketch<String>>; 3],
}

impl FrequentValues {
    /// Counts one click of `kind` with this value.
    pub(crate) fn add(&mut self, value: &str, kind: AgentKind) {
        if let Some(sketch) = self.sketch_mut(kind) {
            sketch.update(value.to_owned());
        }
    }

    /// Adds the counts of `other`.
    pub(crate) fn merge(&mut self, other: &Self) {
        for kind in AgentKind::ALL {
            if let (Some(added), Some(sketch)) = (other.sketch(kind), self.sketch_mut(kind)) {
                sketch.merge(added);
            }
        }
    }

    /// The values with a lower bound of their clicks. Unfrequent ones are missing.
    pub(crate) fn values(&self) -> BTreeMap<String, Clicks> {
        let mut values = BTreeMap::<String, Clicks>::new();
        for kind in AgentKind::ALL {
            let rows = self.sketch(kind).map(|sketch| sketch.frequent_items_with_threshold(ErrorType::NoFalseNegatives, 0));
            for row in rows.into_iter().flatten() {
                values.entry(row.item().clone()).or_default().add(kind, row.lower_bound());
            }
        }
        values
    }

    /// How much higher than its lower bound any count can be; zero if all counts are exact.
    pub(crate) fn errors(&self) -> Clicks {
        let mut errors = Clicks::default();
        for kind in AgentKind::ALL {
            errors.add(kind, self.sketch(kind).map_or(0, FrequentItemsSketch::maximum_error));
        }
        errors
    }

    /// The clicks with any value.
    pub(crate) fn total(&self) -> Clicks {
        let mut total = Clicks::default();
        for kind in AgentKind::ALL {
            total.add(kind, self.sketch(kind).map_or(0, FrequentItemsSketch::total_weight));
        }
        total
    }

    /// The sketch of a kind in the serialization of the crate; nothing if it is empty.
    pub(crate) fn to_bytes(&self, kind: AgentKind) -> Option<Vec<u8>> {
        self.sketch(kind).map(FrequentItemsSketch::serialize)
    }

    /// Sets the sketch of a kind from its serialization. False if it is not one.
    pub(crate) fn set_bytes(&mut self, kind: AgentKind, bytes: &[u8]) -> bool {
        let sketch = FrequentItemsSketch::deserialize(bytes).ok().filter(|sketch| sketch.max_map_size() == slots(kind));
        let is_valid = sketch.is_some();
        *self.slot(kind) = sketch;
        is_valid
    }

    fn slot(&mut self, kind: AgentKind) -> &mut Option<FrequentItemsSketch<String>> {
        let [humans, bots, previews] = &mut self.sketches;
        match kind {
            AgentKind::Human => humans,
            AgentKind::Bot => bots,
            AgentKind::Preview => previews,
        }
    }

    fn sketch(&self, kind: AgentKind) -> Option<&FrequentItemsSketch<String>> {
        let [humans, bots, previews] = &self.sketches;
        match kind {
            AgentKind::Human => humans.as_ref(),
            AgentKind::Bot => bots.as_ref(),
            AgentKind::Preview => previews.as_ref(),
        }
    }

    /// The sketch of a kind, which is made if it is missing.
    fn sketch_mut(&mut self, kind: AgentKind) -> Option<&mut FrequentItemsSketch<String>> {
        let sketch = self.slot(kind);
        if sketch.is_none() {
            *sketch = FrequentItemsSketch::new(slots(kind)).ok();
        }
        sketch.as_mut()
    }
}

/// Two collections of counts are equal if they answer every question alike.
impl PartialEq for FrequentValues {
    fn eq(&self, other: &Self) -> bool {
        (self.values(), self.errors(), self.total()) == (other.values(), other.errors(), other.total())
    }
}

const fn slots(kind: AgentKind) -> usize {
    match kind {
        AgentKind::Human => HUMAN_SLOTS,
        AgentKind::Bot | AgentKind::Preview => PROGRAM_SLOTS,
    }
}
