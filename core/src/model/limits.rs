//! Limits of clicks. Every change of a limit starts a fresh count, under the name of the commit that made it.

use std::num::NonZeroU64;

use crate::model::link::{Link, LinkId};

/// How often a link may be followed, and what names its count: `Key::limit` makes the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) most: NonZeroU64,
    pub(crate) link: LinkId,
    /// The commit that set it.
    pub(crate) epoch: String,
}

impl Limit {
    /// The limit of `link`, if it has one. One that was stored before limits were counted has no epoch yet.
    pub(crate) fn from_link(link: &Link) -> Option<Self> {
        let epoch = link.epoch.as_deref().unwrap_or("first").to_owned();
        link.spec.max_clicks.map(|most| Self { most, link: link.id.clone(), epoch })
    }
}
