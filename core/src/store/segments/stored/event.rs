//! The stored form of an event in a key name: JSON in base64, as short as possible. Segment and link are in the key.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::model::agent::AgentKind;
use crate::model::base64;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::stats::{ClickEvent, Coupon, Dimension};
use crate::model::time::Timestamp;
use crate::store::ports::StoreError;
use crate::store::segments::{KeptEvent, Segment, TagName};
use crate::store::stored::{self, SchemaVersion, corrupt};

/// Version, kind, milliseconds since the start of the segment, domain, alias, tags, coupon (empty if there is none), and
/// dimensions and values in turn.
#[derive(Serialize, Deserialize)]
struct StoredKeptEvent<'a>(
    SchemaVersion,
    char,
    u32,
    Cow<'a, str>,
    Cow<'a, str>,
    Vec<Cow<'a, str>>,
    Cow<'a, str>,
    Vec<(char, Cow<'a, str>)>,
);

/// The letter of a dimension. A letter that was used is never used for another dimension.
const fn letter(dimension: Dimension) -> char {
    match dimension {
        Dimension::Country => 'c',
        Dimension::Region => 'g',
        Dimension::City => 'y',
        Dimension::Referrer => 'f',
        Dimension::Device => 'd',
        Dimension::Os => 'o',
        Dimension::Browser => 'b',
        Dimension::Language => 'l',
        Dimension::Rule => 'r',
        Dimension::Variant => 'v',
        Dimension::Reason => 'w',
        Dimension::Link => 'k',
    }
}

const fn letter_of_kind(kind: AgentKind) -> char {
    match kind {
        AgentKind::Human => 'h',
        AgentKind::Bot => 'b',
        AgentKind::Preview => 'p',
    }
}

pub(in crate::store) fn write_event(kept: &KeptEvent) -> Result<String, StoreError> {
    let KeptEvent { event, tags } = kept;
    let since_start = event.at.millis_since(Segment::of(event.at).start());
    let json = stored::write(&StoredKeptEvent(
        SchemaVersion,
        letter_of_kind(event.kind),
        u32::try_from(since_start).unwrap_or_default(),
        event.domain.as_str().into(),
        event.alias.as_str().into(),
        tags.iter().map(|tag| tag.as_str().into()).collect(),
        event.coupon.map(Coupon::to_text).unwrap_or_default().into(),
        event.values.iter().map(|(dimension, value)| (letter(*dimension), Cow::Borrowed(&**value))).collect(),
    ))?;
    Ok(base64::encode(json.as_bytes()))
}

pub(in crate::store) fn read_event(segment: Segment, link: LinkId, fields: &str) -> Result<KeptEvent, StoreError> {
    let json = base64::decode(fields).ok_or_else(|| corrupt("a click"))?;
    let StoredKeptEvent(_, kind, since_start, domain, alias, tags, coupon, values) = stored::read(&json)?;
    let kind = AgentKind::ALL.into_iter().find(|known| letter_of_kind(*known) == kind).ok_or_else(|| corrupt("kind"))?;
    let dimension = |letter_of: char| {
        let known = Dimension::ALL.into_iter().find(|known| letter(*known) == letter_of);
        known.ok_or_else(|| corrupt("dimension"))
    };
    let values = values.into_iter().map(|(letter, value)| Ok((dimension(letter)?, Cow::Owned(value.into_owned()))));
    let coupon = (!coupon.is_empty()).then(|| Coupon::parse(&coupon).ok_or_else(|| corrupt("coupon")));
    let at = Timestamp::from_millis(segment.start().as_millis().saturating_add(since_start.into()));
    if Segment::of(at) != segment {
        return Err(corrupt("a time"));
    }
    let event = ClickEvent {
        link,
        domain: Domain::stored(domain.into_owned()),
        alias: alias.into_owned(),
        tags: Vec::new(),
        at,
        kind,
        values: values.collect::<Result<_, StoreError>>()?,
        coupon: coupon.transpose()?,
    };
    Ok(KeptEvent { event, tags: tags.into_iter().map(|tag| TagName::stored(tag.into_owned())).collect() })
}
