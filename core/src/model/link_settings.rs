//! What an owner says of a link beside its alias and its target: everything a creation or a change may set.

use std::num::NonZeroU64;

use crate::model::card::Card;
use crate::model::link::{ForwardQuery, RedirectStatus};
use crate::model::password::PasswordHash;
use crate::model::rules::Rule;
use crate::model::sorted::put_in_order;
use crate::model::target::Target;
use crate::model::text::{ExternalId, Note, Tag, Title};
use crate::model::time::Timestamp;

/// More tags than this are a title.
pub(crate) const MOST_TAGS: usize = 10;

/// What an owner says of a link. A value of the type is a valid one; nothing said is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LinkSettings {
    pub(crate) redirect_status: RedirectStatus,
    pub(crate) title: Option<Title>,
    pub(crate) note: Option<Note>,
    pub(crate) external_id: Option<ExternalId>,
    /// Sorted, each once.
    pub(crate) tags: Vec<Tag>,
    pub(crate) starts_at: Option<Timestamp>,
    pub(crate) ends_at: Option<Timestamp>,
    /// How often the link may be followed.
    pub(crate) max_clicks: Option<NonZeroU64>,
    /// Whether a visitor is asked before they are sent on.
    pub(crate) confirm: bool,
    /// Where an ended link leads instead of saying so.
    pub(crate) fallback: Option<Target>,
    /// What a visitor has to know.
    pub(crate) password: Option<PasswordHash>,
    pub(crate) forward_query: ForwardQuery,
    /// Whether what follows the alias is appended to the target's path.
    pub(crate) forward_path: bool,
    /// At most 20, in the order they are tried.
    pub(crate) rules: Vec<Rule>,
    pub(crate) card: Option<Card>,
    /// Whether truth is asked for every visitor.
    pub(crate) strict: bool,
    /// Whether `robots.txt` lets robots follow.
    pub(crate) crawlable: bool,
    pub(crate) disabled: bool,
}

impl LinkSettings {
    /// Whether a visitor has to do more than to come.
    pub(crate) fn holds_back(&self) -> bool {
        self.password.is_some() || self.max_clicks.is_some() || self.confirm
    }

    /// What of it matters to who follows the link.
    pub(crate) fn for_visitors(&self) -> Self {
        Self { title: None, note: None, external_id: None, tags: Vec::new(), password: None, crawlable: false, ..self.clone() }
    }

    /// Puts the tag `new` in place of `old`, or nothing; false if `old` was not there.
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
