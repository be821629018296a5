//! The stored form of a quota, as a part of the record of its user or key.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::Millis;
use crate::model::quota::Quota;

/// A quota. A limit that is absent does not exist.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredQuota {
    #[serde(skip_serializing_if = "Option::is_none")]
    links_per_day: Option<NonZeroU32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<NonZeroU32>,
    counts_from: Millis,
}

impl From<&Quota> for StoredQuota {
    fn from(quota: &Quota) -> Self {
        Self { links_per_day: quota.links_per_day, links: quota.links, counts_from: quota.counts_from.into() }
    }
}

impl From<StoredQuota> for Option<Quota> {
    fn from(stored: StoredQuota) -> Self {
        Quota::new(None, (stored.links_per_day, stored.links), stored.counts_from.into())
    }
}
