//! The stored form of a cached link.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::settings::StoredSettings;
use super::{Millis, SchemaVersion, corrupt};
use crate::model::alias::Alias;
use crate::model::blocklist::TargetHost;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::password::PasswordTag;
use crate::model::target::Target;
use crate::model::text::Tag;
use crate::model::time::Timestamp;
use crate::store::Key;
use crate::store::cached_link::{CachedLink, CachedState, VisitorLink};
use crate::store::ports::StoreError;

/// A cached link, and when it was verified. An unknown member is an error: it may be a setting that keeps
/// visitors out.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::store) struct StoredCachedLink<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    #[serde(rename = "version")]
    commits: u64,
    verified_at: Millis,
    id: Cow<'a, str>,
    /// Whether the store must be read for every visitor. Then the link is not stored here.
    #[serde(rename = "ask_truth", default, skip_serializing_if = "std::ops::Not::not")]
    is_strict: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<StoredVisitorLink<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    forwards: bool,
}

/// The part of a link that is needed to answer visitors.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredVisitorLink<'a> {
    domain: Cow<'a, str>,
    alias: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Cow<'a, str>>,
    target: Cow<'a, str>,
    #[serde(rename = "spec")]
    settings: StoredSettings<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock: Option<Cow<'a, str>>,
    /// The listed ones among the hosts of the link. Absent if that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    listed: Option<Vec<Cow<'a, str>>>,
}

impl<'a> StoredCachedLink<'a> {
    pub(in crate::store) fn new(cached_link: &'a CachedLink, verified_at: Timestamp) -> Self {
        let is_strict = cached_link.is_strict;
        let (mut link, mut to, mut forwards) = (None, None, false);
        match &cached_link.state {
            _ if is_strict => {}
            CachedState::Link(visitor_link) => link = Some(StoredVisitorLink::from(&**visitor_link)),
            CachedState::MovedTo { to: key, forwards: forwards_visitors } => {
                (to, forwards) = (Some(key.as_str().into()), *forwards_visitors);
            }
            CachedState::Ended => {}
        }
        let (commits, verified_at) = (cached_link.commits, verified_at.into());
        Self { schema: SchemaVersion, commits, verified_at, id: cached_link.id.as_str().into(), is_strict, link, to, forwards }
    }

    /// The cached link, and when it was verified. There is none if the store must be read for every visitor.
    pub(in crate::store) fn into_link(self) -> Result<(Option<CachedLink>, Timestamp), StoreError> {
        let state = match (self.link, self.to) {
            (Some(link), _) => CachedState::Link(Box::new(link.try_into()?)),
            (None, Some(to)) => CachedState::MovedTo { to: Key::stored(to.into_owned()), forwards: self.forwards },
            (None, None) => CachedState::Ended,
        };
        let cached_link = CachedLink { id: LinkId::stored(self.id.into_owned()), commits: self.commits, is_strict: false, state };
        Ok(((!self.is_strict).then_some(cached_link), self.verified_at.into()))
    }
}

impl<'a> From<&'a VisitorLink> for StoredVisitorLink<'a> {
    fn from(visitor_link: &'a VisitorLink) -> Self {
        Self {
            domain: visitor_link.domain.as_str().into(),
            alias: visitor_link.alias.as_str().into(),
            tags: visitor_link.tags.iter().map(|tag| tag.as_str().into()).collect(),
            target: visitor_link.target.as_str().into(),
            settings: StoredSettings::from(&visitor_link.settings),
            lock: visitor_link.lock.as_ref().map(|lock| lock.as_str().into()),
            listed: visitor_link.listed.as_ref().map(|listed| listed.iter().map(|host| host.as_str().into()).collect()),
        }
    }
}

impl TryFrom<StoredVisitorLink<'_>> for VisitorLink {
    type Error = StoreError;

    /// A link with a click limit is never cached: a cached one would redirect every visitor without counting.
    fn try_from(stored: StoredVisitorLink<'_>) -> Result<Self, StoreError> {
        if stored.settings.max_clicks.is_some() {
            return Err(corrupt("max_clicks"));
        }
        Ok(Self {
            domain: Domain::stored(stored.domain.into_owned()),
            alias: Alias::stored(stored.alias.into_owned()),
            tags: stored.tags.into_iter().map(|tag| Tag::stored(tag.into_owned())).collect(),
            target: Target::stored(stored.target.into_owned()),
            settings: stored.settings.try_into()?,
            limit: None,
            lock: stored.lock.map(|lock| PasswordTag::stored(lock.into_owned())),
            listed: stored.listed.map(|listed| listed.into_iter().map(|host| TargetHost::stored(host.into_owned())).collect()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::stored;

    fn read(json: &str) -> Option<(Option<CachedLink>, Timestamp)> {
        stored::read::<StoredCachedLink<'_>>(json.as_bytes()).ok()?.into_link().ok()
    }

    #[test]
    fn cached_link_is_stored_and_read_back() {
        for state in [
            "",
            r#","link":{"domain":"hop.example","alias":"a","target":"https://example.com/","spec":{}}"#,
            r#","link":{"domain":"hop.example","alias":"a","tags":["b","c"],"target":"https://example.com/","spec":{}}"#,
            r#","link":{"domain":"hop.example","alias":"a","target":"https://example.com/","spec":{"confirm":true},"lock":"l"}"#,
            r#","link":{"domain":"hop.example","alias":"a","target":"https://example.com/","spec":{},"listed":[]}"#,
            r#","link":{"domain":"hop.example","alias":"a","target":"https://example.com/","spec":{},"listed":["example.com"]}"#,
            r#","to":"link/hop.example/new""#,
            r#","to":"link/hop.example/new","forwards":true"#,
        ] {
            let json = format!(r#"{{"v":1,"version":2,"verified_at":3,"id":"lnk_1"{state}}}"#);
            let (cached_link, verified_at) = read(&json).unwrap();
            assert_eq!(stored::write(&StoredCachedLink::new(&cached_link.unwrap(), verified_at)), Ok(json));
        }
    }

    #[test]
    fn link_with_a_click_limit_is_not_cached() {
        let json = |state: &str| format!(r#"{{"v":1,"version":2,"verified_at":3,"id":"lnk_1"{state}}}"#);
        assert_eq!(read(&json(r#","ask_truth":true"#)), Some((None, Timestamp::from_millis(3))));
        assert_eq!(
            read(&json(r#","link":{"domain":"hop.example","alias":"a","target":"https://example.com/","spec":{"max_clicks":2}}"#)),
            None
        );
    }
}
