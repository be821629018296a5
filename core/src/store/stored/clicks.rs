//! The stored form of clicks by kind of visitor.

use serde::{Deserialize, Serialize};

use crate::model::clicks::Clicks;

/// Clicks of people, bots and previews.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(in crate::store) struct StoredClicks(u64, u64, u64);

impl From<Clicks> for StoredClicks {
    fn from(clicks: Clicks) -> Self {
        Self(clicks.humans, clicks.bots, clicks.previews)
    }
}

impl From<StoredClicks> for Clicks {
    fn from(StoredClicks(humans, bots, previews): StoredClicks) -> Self {
        Self { humans, bots, previews }
    }
}
