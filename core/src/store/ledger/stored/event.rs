//! The stored form of a click event.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{dimension, kind};
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::stats::{ClickEvent, Coupon};
use crate::model::text::Tag;
use crate::store::ports::StoreError;
use crate::store::stored::{Millis, corrupt};

/// A click event.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredClickEvent<'a> {
    link: Cow<'a, str>,
    domain: Cow<'a, str>,
    alias: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Cow<'a, str>>,
    at: Millis,
    kind: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    values: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    coupon: Option<Cow<'a, str>>,
}

impl<'a> From<&'a ClickEvent> for StoredClickEvent<'a> {
    fn from(event: &'a ClickEvent) -> Self {
        Self {
            link: event.link.as_str().into(),
            domain: event.domain.as_str().into(),
            alias: event.alias.as_str().into(),
            tags: event.tags.iter().map(|tag| tag.as_str().into()).collect(),
            at: event.at.into(),
            kind: event.kind.name().into(),
            values: event.values.iter().map(|(dimension, value)| (dimension.name().into(), Cow::Borrowed(&**value))).collect(),
            coupon: event.coupon.map(|coupon| coupon.to_text().into()),
        }
    }
}

impl TryFrom<StoredClickEvent<'_>> for ClickEvent {
    type Error = StoreError;

    fn try_from(stored: StoredClickEvent<'_>) -> Result<Self, StoreError> {
        let values = stored.values.into_iter().map(|(name, value)| Ok((dimension(&name)?, Cow::Owned(value.into_owned()))));
        let coupon = stored.coupon.map(|coupon| Coupon::parse(&coupon).ok_or_else(|| corrupt("coupon")));
        Ok(Self {
            link: LinkId::stored(stored.link.into_owned()),
            domain: Domain::stored(stored.domain.into_owned()),
            alias: stored.alias.into_owned(),
            tags: stored.tags.into_iter().map(|tag| Tag::stored(tag.into_owned())).collect(),
            at: stored.at.into(),
            kind: kind(&stored.kind)?,
            values: values.collect::<Result<_, StoreError>>()?,
            coupon: coupon.transpose()?,
        })
    }
}
