//! Clicks: numbers of followed links by kind of visitor.

use crate::model::agent::AgentKind;

/// Click totals of a link by kind of visitor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clicks {
    pub(crate) humans: u64,
    pub(crate) bots: u64,
    pub(crate) previews: u64,
}

impl Clicks {
    /// Adds `clicks` of this kind.
    pub(crate) fn add(&mut self, kind: AgentKind, clicks: u64) {
        let count = match kind {
            AgentKind::Human => &mut self.humans,
            AgentKind::Bot => &mut self.bots,
            AgentKind::Preview => &mut self.previews,
        };
        *count = count.saturating_add(clicks);
    }

    /// The clicks of this kind.
    pub(crate) fn of(self, kind: AgentKind) -> u64 {
        match kind {
            AgentKind::Human => self.humans,
            AgentKind::Bot => self.bots,
            AgentKind::Preview => self.previews,
        }
    }

    /// Adds the clicks of `other`.
    pub(crate) fn merge(&mut self, other: Self) {
        self.add(AgentKind::Human, other.humans);
        self.add(AgentKind::Bot, other.bots);
        self.add(AgentKind::Preview, other.previews);
    }

    /// The clicks of all kinds.
    pub(crate) fn total(self) -> u64 {
        self.humans.saturating_add(self.bots).saturating_add(self.previews)
    }

    /// The clicks that are left without those of `part`.
    pub(crate) fn without(self, part: Self) -> Self {
        Self {
            humans: self.humans.saturating_sub(part.humans),
            bots: self.bots.saturating_sub(part.bots),
            previews: self.previews.saturating_sub(part.previews),
        }
    }
}
