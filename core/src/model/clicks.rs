//! Clicks of a link: their totals, and one click before it is counted.

use crate::model::agent::AgentKind;
use crate::model::link::LinkId;
use crate::model::visit::{self, Visit};

/// How often a link was followed, and by whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clicks {
    pub(crate) humans: u64,
    pub(crate) bots: u64,
    pub(crate) previews: u64,
}

/// A link that was followed, and what tells by whom. It is looked at once the visitor has gone.
#[derive(Debug)]
pub(crate) struct Click {
    pub(crate) link: LinkId,
    pub(crate) agent: Vec<u8>,
    pub(crate) is_ahead: bool,
}

impl Click {
    pub(crate) fn from_visit(link: LinkId, visit: &Visit<'_>) -> Self {
        Self { link, agent: visit.agent().to_vec(), is_ahead: visit.is_ahead() }
    }

    /// One click, by its kind.
    pub(crate) fn counted(&self) -> Clicks {
        let none = Clicks::default();
        match visit::who(&self.agent, self.is_ahead).kind {
            AgentKind::Human => Clicks { humans: 1, ..none },
            AgentKind::Bot => Clicks { bots: 1, ..none },
            AgentKind::Preview => Clicks { previews: 1, ..none },
        }
    }
}
