//! The stored form of a click total.

use serde::{Deserialize, Serialize};

use super::SchemaVersion;
use super::tokens::Tokens;
use crate::model::clicks::Clicks;

/// The clicks of one link.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredTotal {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    humans: u64,
    bots: u64,
    previews: u64,
    pub(in crate::store) tokens: Tokens,
}

impl StoredTotal {
    pub(in crate::store) fn new(clicks: Clicks, tokens: Tokens) -> Self {
        let Clicks { humans, bots, previews } = clicks;
        Self { schema: SchemaVersion, humans, bots, previews, tokens }
    }

    pub(in crate::store) fn clicks(&self) -> Clicks {
        Clicks { humans: self.humans, bots: self.bots, previews: self.previews }
    }
}
