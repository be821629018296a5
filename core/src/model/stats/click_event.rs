//! Click events: one followed link, without anything that identifies the visitor.

use std::borrow::Cow;

use super::{Coupon, Dimension};
use crate::model::agent::AgentKind;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::text::Tag;
use crate::model::time::Timestamp;

/// One followed link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClickEvent {
    pub(crate) link: LinkId,
    /// The domain of the link at the time of the click.
    pub(crate) domain: Domain,
    /// The alias of the link at the time of the click.
    pub(crate) alias: String,
    /// The tags of the link at the time of the click.
    pub(crate) tags: Vec<Tag>,
    pub(crate) at: Timestamp,
    pub(crate) kind: AgentKind,
    /// Properties of the visitor and of the redirect, at most one for each dimension.
    pub(crate) values: Vec<(Dimension, Cow<'static, str>)>,
    /// What the visitor contributes to the unique visitors of the day. Only people have one.
    pub(crate) coupon: Option<Coupon>,
}

impl ClickEvent {
    /// The value of a dimension.
    pub(crate) fn value(&self, dimension: Dimension) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == dimension).map(|(_, value)| &**value)
    }
}
