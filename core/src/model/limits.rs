//! Click limits. Every change of a limit starts a new count, whose name is the commit token of that change.

use std::num::NonZeroU64;

use crate::model::link::{Link, LinkId};

/// The click limit of a link and the parts of the name of its count. `Key::limit` makes the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) max_clicks: NonZeroU64,
    pub(crate) link: LinkId,
    /// The token of the commit that set the limit.
    pub(crate) epoch: String,
}

impl Limit {
    /// The limit of `link`, if it has one. A limit that was stored before limits were counted has no epoch.
    pub(crate) fn from_link(link: &Link) -> Option<Self> {
        let epoch = link.epoch.as_deref().unwrap_or("first").to_owned();
        link.settings.max_clicks.map(|max_clicks| Self { max_clicks, link: link.id.clone(), epoch })
    }
}
