//! Sizes of what is stored under hostile input: a row of SQLite in a Durable Object has at most 2 MB.
#![cfg(not(target_arch = "wasm32"))]

use std::borrow::Cow;

use super::super::document::MAX_DOCUMENT;
use super::super::{Batch, FailedVisit, LedgerRequest, MonthDocument};
use super::world::DAY;
use crate::memory::Random;
use crate::model::agent::AgentKind;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::stats::{ClickEvent, Coupon, Detail, Dimension, FailedVisits};
use crate::model::text::Tag;
use crate::model::time::Timestamp;

/// The limit of a row.
const ROW: usize = 2_000_000;

/// The start of a month with 31 days, as Unix time.
const OCTOBER: u64 = 1_790_812_800_000;

const QUARTERS: u64 = 96;

fn long(prefix: &str, length: usize) -> String {
    format!("{prefix:x<length$}")
}

/// A click with values as long as they can be, all of them new.
fn hostile_event(number: u64, at: u64, values: u64) -> ClickEvent {
    let kind = AgentKind::ALL[usize::try_from(number % 3).unwrap()];
    let letters = |length: u32| {
        (0..length).map(|position| char::from(b'a' + u8::try_from(number / 26_u64.pow(position) % 26).unwrap())).collect::<String>()
    };
    // Open dimensions have as many values as are kept: more of them would displace each other.
    let (values_kept, links_kept) = if kind == AgentKind::Human { (40, 32) } else { (8, 4) };
    let value = |kept: u64| format!("{}_{}", number % 3, number / 3 % kept);
    let text = |length| Cow::Owned(long(&number.to_string(), length));
    let values = Dimension::ALL.into_iter().filter(|dimension| *dimension != Dimension::Link && number < values).map(|dimension| {
        let value = match dimension {
            Dimension::Country | Dimension::Language => letters(2).into(),
            Dimension::Reason => text(32),
            Dimension::Rule | Dimension::Variant => text(32),
            Dimension::Device | Dimension::Os | Dimension::Browser => Cow::Owned(format!("{dimension:?}{}", number % 12)),
            _ => Cow::Owned(long(&value(values_kept), 64)),
        };
        (dimension, value)
    });
    ClickEvent {
        link: LinkId::stored(long(&format!("lnk_{}_", value(links_kept)), 21)),
        domain: Domain::stored("d".repeat(120)),
        alias: long(&value(links_kept), 128),
        tags: (0..10).map(|tag| Tag::stored(long(&tag.to_string(), 64))).collect(),
        at: Timestamp::from_millis(at),
        kind,
        values: values.collect(),
        coupon: Some(Coupon::from_digest(Random::new(number).next_u64())),
    }
}

/// A month in which each value of each day has thousands of clicks of each kind.
fn hostile_month(detail: Detail) -> MonthDocument {
    let mut month = MonthDocument::default();
    for day in 0..31 {
        let mut counts = crate::model::stats::DayCounts::default();
        for number in 0..9_000_u64 {
            let at = OCTOBER + day * DAY + number % QUARTERS * (DAY / QUARTERS);
            // Values beyond the capacities change nothing, so most clicks have none.
            counts.add(&hostile_event(number, at, 1_200), detail);
            if detail == Detail::Domain && number < QUARTERS {
                let many = FailedVisits { unknown_alias: 99_999, ended: 99_999, root: 99_999, unknown_host: 99_999 };
                counts.add_failed(crate::model::stats::Quarter::of(Timestamp::from_millis(at)), many);
            }
        }
        counts.multiply(9_999);
        let day = crate::model::stats::Day::of(Timestamp::from_millis(OCTOBER + day * DAY));
        month.days.insert(day, counts);
    }
    if detail == Detail::Link {
        for number in 0..200 {
            month.add(&hostile_event(number, OCTOBER + 30 * DAY + number, u64::MAX), detail);
        }
    }
    month.limit_recent();
    month
}

#[test]
fn largest_month_fits_a_row() {
    for detail in [Detail::Link, Detail::Domain, Detail::Tag] {
        let month = hostile_month(detail);
        let row = month.encode().unwrap();
        let bytes = row.body.len() + row.summary.len();
        // All counters are used, so no larger document can be made.
        for frequent in month.days.values().flat_map(|day| &day.frequent) {
            let kept = AgentKind::ALL.map(|kind| frequent.1.summary(kind).counts.len());
            assert_eq!(kept, if *frequent.0 == Dimension::Link { [32, 4, 4] } else { [40, 8, 8] });
        }
        println!("{detail:?}: {bytes}");
        assert!(bytes <= MAX_DOCUMENT, "{detail:?}: {bytes}");
        assert!(MonthDocument::decode(&row).unwrap().encode().unwrap() == row, "{detail:?}");
    }
    const { assert!(MAX_DOCUMENT < ROW) };
}

#[test]
fn largest_batch_and_journal_fit_a_row() {
    let events: Vec<_> = (0..250).map(|number| hostile_event(number, OCTOBER, u64::MAX)).collect();
    let failed = FailedVisit { domain: "d".repeat(120), at: Timestamp::from_millis(OCTOBER), counts: FailedVisits::default() };
    let batch = Batch { events, failed: vec![failed; 100], dropped: u64::MAX };
    let request = LedgerRequest::Merge { sender: "s".repeat(32), sequence: u64::MAX, sent_at: Timestamp::from_millis(OCTOBER), batch };
    let bytes = request.encode().unwrap().len();
    println!("batch: {bytes}");
    assert!(bytes + 64 * 1_024 < ROW, "{bytes}");
}
