//! Quotas: how many links a user or an API key may create in a day, and in all. `api/links/quota.rs` enforces them.

use std::num::NonZeroU32;

use crate::model::key::KeyId;
use crate::model::link::UserId;
use crate::model::time::Timestamp;

/// The highest number of a quota. Counting that many links takes 100 store operations.
pub(crate) const MAX_QUOTA: u32 = 100_000;

/// The most links per day on an edge whose store counts up to `most_counted` exactly; `None` if it counts any number.
pub(crate) fn max_links_per_day(most_counted: Option<u64>) -> u32 {
    most_counted.and_then(|most| u32::try_from(most).ok()).unwrap_or(MAX_QUOTA).min(MAX_QUOTA)
}

/// A day in milliseconds. The days of quotas begin at midnight UTC.
const DAY_MILLIS: u64 = 24 * 60 * 60 * 1_000;

/// The quota of a user or an API key. A quota without any limit is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    /// Links that may be created in one UTC day.
    pub(crate) links_per_day: Option<NonZeroU32>,
    /// Links that a user may own, deleted ones included, or that may be created with a key in all.
    pub(crate) links: Option<NonZeroU32>,
    /// When `links` was set. A count from before is not valid any more.
    pub(crate) counts_from: Timestamp,
}

impl Quota {
    /// The quota with these limits after `before`; `None` if there are no limits.
    pub(crate) fn new(
        before: Option<Self>,
        (links_per_day, links): (Option<NonZeroU32>, Option<NonZeroU32>),
        now: Timestamp,
    ) -> Option<Self> {
        // While there is a limit, links are counted. Without one they are not.
        let counts_from = before.filter(|before| before.links.is_some()).map_or(now, |before| before.counts_from);
        (links_per_day.is_some() || links.is_some()).then_some(Self { links_per_day, links, counts_from })
    }

    /// Whether `other` allows at most as much as this quota.
    pub(crate) fn covers(&self, other: Option<&Self>) -> bool {
        let covers = |own: Option<NonZeroU32>, other: Option<NonZeroU32>| own.is_none_or(|own| other.is_some_and(|other| other <= own));
        covers(self.links_per_day, other.and_then(|other| other.links_per_day)) && covers(self.links, other.and_then(|other| other.links))
    }

    /// Both limits as text, for the audit event.
    pub(crate) fn text(quota: Option<&Self>) -> String {
        let text = |limit: Option<NonZeroU32>| limit.map_or_else(|| "any".to_owned(), |limit| limit.to_string());
        quota.map_or_else(
            || "no quota".to_owned(),
            |quota| format!("quota: links a day {}, links {}", text(quota.links_per_day), text(quota.links)),
        )
    }
}

/// Who has a quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum QuotaHolder {
    /// A user: it counts what they create with all their keys and sessions together.
    User(UserId),
    Key(KeyId),
}

impl QuotaHolder {
    /// The name in the keys of the store.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::User(user) => user.as_str().to_owned(),
            Self::Key(key) => format!("key_{}", key.as_str()),
        }
    }
}

/// A quota that holds for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeldQuota {
    pub(crate) holder: QuotaHolder,
    pub(crate) quota: Quota,
}

/// A quota that a request would exceed, for the problem 429.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExceededQuota {
    pub(crate) holder: QuotaHolder,
    pub(crate) limit: QuotaLimit,
}

/// A limit of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QuotaLimit {
    /// The links of a day, which ends at `resets_at`.
    PerDay { most: NonZeroU32, resets_at: Timestamp, seconds_left: u64 },
    /// The links in all.
    Total { most: NonZeroU32 },
}

/// A UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QuotaDay {
    /// Days since 1970.
    pub(crate) number: u64,
    /// The midnight that ends it.
    pub(crate) ends: Timestamp,
}

impl QuotaDay {
    pub(crate) fn of(now: Timestamp) -> Self {
        let number = now.as_millis().checked_div(DAY_MILLIS).unwrap_or_default();
        Self { number, ends: Timestamp::from_millis(number.saturating_add(1).saturating_mul(DAY_MILLIS)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(links_per_day: u32, links: u32) -> Option<Quota> {
        Quota::new(None, (NonZeroU32::new(links_per_day), NonZeroU32::new(links)), Timestamp::from_millis(1))
    }

    #[test]
    fn quota_without_limits_is_none() {
        assert_eq!(quota(0, 0), None);
        assert!(quota(1, 0).is_some() && quota(0, 1).is_some());
    }

    #[test]
    fn count_stays_valid_while_links_are_limited() {
        let later = |before, links| {
            Quota::new(before, (None, NonZeroU32::new(links)), Timestamp::from_millis(9)).map(|quota| quota.counts_from.as_millis())
        };
        assert_eq!(later(quota(0, 5), 7), Some(1));
        assert_eq!(later(quota(5, 0), 7), Some(9), "links were not counted before");
        assert_eq!(later(None, 7), Some(9));
    }

    #[test]
    fn quota_covers_only_smaller_ones() {
        let covers = |own: Option<Quota>, other: Option<Quota>| own.unwrap().covers(other.as_ref());
        assert!(covers(quota(5, 0), quota(5, 0)) && covers(quota(5, 0), quota(4, 9)) && covers(quota(5, 9), quota(5, 9)));
        for other in [None, quota(0, 3), quota(6, 0)] {
            assert!(!covers(quota(5, 0), other), "{other:?}");
        }
        assert!(!covers(quota(5, 9), quota(5, 0)));
    }

    #[test]
    fn days_begin_at_midnight() {
        let last = QuotaDay::of(Timestamp::from_millis(2 * DAY_MILLIS - 1));
        assert_eq!((last.number, last.ends.as_millis()), (1, 2 * DAY_MILLIS));
        assert_eq!(QuotaDay::of(last.ends).number, 2);
    }
}
