//! Click events in key names: `c/<segment>/<link>/<random>.<fields>`.
//!
//! A store without transactions takes about one write a second for each key, so a counter of a busy link would lose
//! clicks. A key of its own for each click needs no compare-and-swap. Listing the keys returns the events, because the
//! fields are part of the key.

use crate::model::digest;
use crate::model::link::LinkId;
use crate::model::stats::{ClickEvent, Dimension, VALUE_BYTES};
use crate::model::text::Tag;
use crate::model::time::Timestamp;
use crate::store::ports::StoreError;
use crate::store::segments::Segment;
use crate::store::segments::stored;
use crate::store::{Change, ENTRY_VALUE, Expect, Key};

/// Longest key.
const KEY_BYTES: usize = 1_024;

/// How long the key of an event is kept.
pub(super) const KEPT_MILLIS: u64 = 35 * 24 * 60 * 60 * 1_000;

/// Length of the name of a tag.
const TAG_NAME_BYTES: usize = 11;

/// The order in which values are left out if a key would be too long: those of unlimited vocabularies first.
const LEAST_NEEDED: [Dimension; 4] = [Dimension::City, Dimension::Region, Dimension::Referrer, Dimension::Language];

/// A click event as it is stored in a key. Its tags are names of fixed length instead of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptEvent {
    /// The event, without tags.
    pub(crate) event: ClickEvent,
    pub(crate) tags: Vec<TagName>,
}

/// The name of a tag in keys: a digest, because ten tags do not fit a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TagName(String);

impl TagName {
    pub(crate) fn of(tag: &Tag) -> Self {
        let name = digest::name_of(tag.as_str().as_bytes());
        Self(name.get(..TAG_NAME_BYTES).unwrap_or(&name).to_owned())
    }

    /// Wraps a name that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl KeptEvent {
    /// The event of a click. What would not fit a key is left out.
    pub(crate) fn new(mut event: ClickEvent) -> Result<Self, StoreError> {
        let tags = std::mem::take(&mut event.tags).iter().map(TagName::of).collect();
        event.values.retain(|(_, value)| value.len() <= VALUE_BYTES);
        let mut kept = Self { event, tags };
        let mut least_needed = LEAST_NEEDED.into_iter();
        while kept.key("")?.as_str().len().saturating_add(NAME_BYTES) > KEY_BYTES {
            match least_needed.next() {
                Some(dimension) => kept.event.values.retain(|(known, _)| *known != dimension),
                None => break,
            }
        }
        Ok(kept)
    }

    /// The event of a log line. It is stored in a value, so nothing is left out.
    pub(super) fn of_batch(mut event: ClickEvent) -> Self {
        let tags = std::mem::take(&mut event.tags).iter().map(TagName::of).collect();
        Self { event, tags }
    }

    /// The key with this random name.
    fn key(&self, name: &str) -> Result<Key, StoreError> {
        Ok(Key::click(Segment::of(self.event.at), &self.event.link, name, &stored::write_event(self)?))
    }

    /// The change that stores the event, if `name` is new. It may be repeated: the event is counted once.
    pub(crate) fn insert(&self, name: &str, now: Timestamp) -> Result<Change, StoreError> {
        let mut change = Change::write_only(self.key(name)?, Expect::Absent, ENTRY_VALUE.to_owned(), name.to_owned());
        change.expires_at = Some(Timestamp::from_millis(self.event.at.max(now).as_millis().saturating_add(KEPT_MILLIS)));
        Ok(change)
    }

    /// The event at `key`; an error if hop has not written it.
    pub(crate) fn decode(key: &Key) -> Result<Self, StoreError> {
        let unreadable = || StoreError::Corrupt("the key of a click is not one that hop writes".into());
        let mut parts = key.as_str().split('/');
        let (Some(_), Some(segment), Some(link), Some(rest), None) = (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(unreadable());
        };
        let segment = Segment::parse(segment).ok_or_else(unreadable)?;
        let (_, fields) = rest.split_once('.').ok_or_else(unreadable)?;
        stored::read_event(segment, LinkId::stored(link.to_owned()), fields)
    }
}

/// Length of a random name.
const NAME_BYTES: usize = 17;

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::model::agent::AgentKind;
    use crate::model::domain::Domain;
    use crate::model::stats::Coupon;

    fn event(at: &str) -> ClickEvent {
        ClickEvent {
            link: LinkId::stored(format!("lnk_{}", "5".repeat(17))),
            domain: Domain::stored("hop.example".into()),
            alias: "docs/é".into(),
            tags: Vec::new(),
            at: Timestamp::parse(at).unwrap(),
            kind: AgentKind::Human,
            values: vec![(Dimension::Country, "DE".into()), (Dimension::Referrer, "news.example".into()), (Dimension::City, "Köln".into())],
            coupon: Some(Coupon::from_digest(7)),
        }
    }

    #[test]
    fn event_is_read_back_from_its_key() {
        for kind in AgentKind::ALL {
            for at in ["2026-11-21T08:00:00Z", "2026-11-21T08:09:59.999Z"] {
                let event = ClickEvent { kind, ..event(at) };
                let kept = KeptEvent::new(ClickEvent { tags: vec![Tag::stored("a b".into())], ..event.clone() }).unwrap();
                let change = kept.insert(&"1".repeat(NAME_BYTES), event.at).unwrap();
                assert!(change.key.as_str().starts_with(&format!("c/{}/{}/", Segment::of(event.at), event.link)));
                assert_eq!(KeptEvent::decode(&change.key), Ok(kept.clone()));
                assert_eq!((kept.event, kept.tags), (event, vec![TagName::of(&Tag::stored("a b".into()))]));
            }
        }
    }

    #[test]
    fn longest_event_fits_a_key_with_its_exact_values() {
        let long = |dimension| (dimension, Cow::Owned("é".repeat(32)));
        let short = |dimension, value: &'static str| (dimension, Cow::Borrowed(value));
        let rule = "r".repeat(32);
        let event = ClickEvent {
            domain: Domain::stored("d".repeat(120)),
            alias: "é".repeat(64),
            tags: (0..10).map(|number| Tag::stored(format!("tag {number}"))).collect(),
            values: vec![
                short(Dimension::Country, "DE"),
                short(Dimension::Device, "desktop"),
                short(Dimension::Os, "windows"),
                short(Dimension::Browser, "samsung-internet"),
                short(Dimension::Reason, "prefetch"),
                (Dimension::Rule, rule.clone().into()),
                (Dimension::Variant, rule.into()),
                long(Dimension::Language),
                long(Dimension::Referrer),
                long(Dimension::City),
                long(Dimension::Region),
            ],
            ..event("2026-11-21T08:09:59.999Z")
        };
        let kept = KeptEvent::new(event.clone()).unwrap();
        let key = kept.insert(&"1".repeat(NAME_BYTES), event.at).unwrap().key;
        assert!(key.as_str().len() <= KEY_BYTES, "{}", key.as_str().len());
        assert!(!key.as_str().contains(['#', ';', '?', '^', '|']) && !key.as_str().contains("./"));
        assert_eq!((kept.tags.len(), kept.event.alias.len()), (10, 128));
        let exact = kept.event.values.iter().filter(|(dimension, _)| !dimension.is_open()).count();
        assert!(exact >= 7 && kept.event.values.len() < event.values.len(), "{:?}", kept.event.values);
    }

    #[test]
    fn other_keys_are_no_events() {
        for key in
            ["c/02983247/lnk_1", "c/2983247/lnk_1/x.AA", "c/02983247/lnk_1/x", "c/02983247/lnk_1/x.AA", "c/02983247/lnk_1/x.AA/b", ""]
        {
            assert!(KeptEvent::decode(&Key::stored(key.into())).is_err(), "{key}");
        }
    }
}
