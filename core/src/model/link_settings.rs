//! Link settings: everything except the alias and the target that a create or an edit may set.

use std::num::NonZeroU64;

use crate::model::card::Card;
use crate::model::link::{ForwardQuery, RedirectStatus};
use crate::model::password::PasswordHash;
use crate::model::rules::Rule;
use crate::model::sorted::put_in_order;
use crate::model::target::Target;
use crate::model::text::{ExternalId, Note, Tag, Title};
use crate::model::time::Timestamp;

/// Limit of tags per link.
pub(crate) const MAX_TAGS: usize = 10;

/// The settings of a link. A value of the type is valid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LinkSettings {
    pub(crate) redirect_status: RedirectStatus,
    pub(crate) title: Option<Title>,
    pub(crate) note: Option<Note>,
    pub(crate) external_id: Option<ExternalId>,
    /// Sorted, without duplicates.
    pub(crate) tags: Vec<Tag>,
    pub(crate) starts_at: Option<Timestamp>,
    pub(crate) ends_at: Option<Timestamp>,
    /// The click limit.
    pub(crate) max_clicks: Option<NonZeroU64>,
    /// Whether visitors must confirm before the redirect.
    pub(crate) confirm: bool,
    /// The target of the link after it has ended.
    pub(crate) fallback: Option<Target>,
    /// The password that visitors must enter.
    pub(crate) password: Option<PasswordHash>,
    pub(crate) forward_query: ForwardQuery,
    /// Whether the path after the alias is appended to the target's path.
    pub(crate) forward_path: bool,
    /// At most 20, in the order in which they are evaluated.
    pub(crate) rules: Vec<Rule>,
    pub(crate) card: Option<Card>,
    /// Whether every visit reads the store instead of a cached link.
    pub(crate) strict: bool,
    /// Whether `robots.txt` allows robots to follow the link.
    pub(crate) crawlable: bool,
    pub(crate) disabled: bool,
}

impl LinkSettings {
    /// The URLs besides the target: fallback, targets of rules, image of the card.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &Target> {
        let image = self.card.iter().filter_map(|card| card.image.as_ref());
        self.fallback.iter().chain(self.rules.iter().map(|rule| &rule.target)).chain(image)
    }

    /// Whether a visit may be stopped before the redirect: by a password, a click limit or a confirmation.
    pub(crate) fn is_gated(&self) -> bool {
        self.password.is_some() || self.max_clicks.is_some() || self.confirm
    }

    /// The settings without those that do not affect visitors.
    pub(crate) fn for_visitors(&self) -> Self {
        Self { title: None, note: None, external_id: None, tags: Vec::new(), password: None, crawlable: false, ..self.clone() }
    }

    /// Replaces the tag `old` with `new`, or removes it. Returns whether the link had `old`.
    pub(crate) fn retag(&mut self, old: &Tag, new: Option<&Tag>) -> bool {
        let before = self.tags.len();
        self.tags.retain(|tag| tag != old);
        let was_there = self.tags.len() < before;
        if let (true, Some(new)) = (was_there, new) {
            put_in_order(&mut self.tags, new.clone());
        }
        was_there
    }
}
