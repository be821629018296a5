//! Samples of click events, for tests.

use std::borrow::Cow;

use super::{ClickEvent, Coupon, Dimension};
use crate::memory::Random;
use crate::model::agent::AgentKind;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::text::Tag;
use crate::model::time::Timestamp;

/// The start of a UTC day in the middle of a month: 2026-11-15.
pub(crate) const MIDNIGHT: u64 = 1_794_700_800_000;

/// A click of a random visitor on one of four links, at this moment.
pub(crate) fn event(random: &mut Random, at: u64) -> ClickEvent {
    let number = random.below(4);
    let kind = AgentKind::ALL[random.below(3)];
    // Of the values, some are frequent.
    let mut value = |prefix: &str, count: usize| {
        let end = 1 + random.below(count);
        Cow::Owned(format!("{prefix}{}", random.below(end)))
    };
    let values = vec![
        (Dimension::Country, value("country", 9)),
        (Dimension::Referrer, value("referrer", 200)),
        (Dimension::City, value("city", 60)),
        (Dimension::Language, value("language", 5)),
        (Dimension::Rule, value("rule", 3)),
    ];
    let tags: Vec<Tag> = ["news", "müll"].into_iter().filter(|_| random.below(2) == 0).map(|tag| Tag::stored(tag.into())).collect();
    let coupon = (kind == AgentKind::Human).then(|| Coupon::from_digest(Random::new(random.next_u64() % 50).next_u64()));
    ClickEvent {
        link: LinkId::stored(format!("lnk_{number}")),
        domain: Domain::stored(["a.example", "b.example"][number % 2].into()),
        alias: format!("alias{number}"),
        tags,
        at: Timestamp::from_millis(at),
        kind,
        values,
        coupon,
    }
}
