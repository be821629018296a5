//! Log lines of clicks, as an edge with log endpoints writes them, for tests that send their own.

use crate::model::agent::AgentKind;
use crate::model::digest::Pepper;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::stats::{ClickEvent, FailedVisits, Failure};
use crate::model::time::Timestamp;
use crate::store::ledger::FailedVisit;
use crate::store::ledger::click_line::{ClickLine, LineKey};

/// A line that a test writes.
#[derive(Clone, Copy, Debug)]
pub struct PlantedLine<'a> {
    /// The pepper of the deployment that writes the line.
    pub pepper: &'a str,
    /// The domain.
    pub domain: &'a str,
    /// The time of the click.
    pub at: Timestamp,
}

impl PlantedLine<'_> {
    /// The line of a person who followed the link with this id and this alias.
    #[must_use]
    pub fn click(self, link: &str, alias: &str) -> String {
        self.encode(&ClickLine::Click(ClickEvent {
            link: LinkId::stored(link.to_owned()),
            domain: Domain::stored(self.domain.to_owned()),
            alias: alias.to_owned(),
            tags: Vec::new(),
            at: self.at,
            kind: AgentKind::Human,
            values: Vec::new(),
            coupon: None,
        }))
    }

    /// The line of a visitor of an unknown alias.
    #[must_use]
    pub fn failed(self) -> String {
        let counts = FailedVisits::one(Failure::UnknownAlias);
        self.encode(&ClickLine::Failed(FailedVisit { domain: self.domain.to_owned(), at: self.at, counts }))
    }

    fn encode(self, line: &ClickLine) -> String {
        line.encode(&LineKey::new(&Pepper::new(self.pepper))).unwrap_or_default()
    }
}
