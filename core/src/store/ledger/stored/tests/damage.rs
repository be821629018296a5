//! Damaged forms: each is read or is corrupt, and what is read can be counted further. Nothing panics.
#![cfg(not(target_arch = "wasm32"))]

use std::fmt::Debug;

use proptest::prelude::*;

use super::super::{read_batch, read_month, read_reply, read_request, read_salt, read_summary, read_window, write_batch, write_month};
use super::fixtures::{BATCH, MONTH, REPLIES, REQUESTS, SALT, SUMMARY, WINDOW, message};
use crate::memory::Random;
use crate::model::stats::samples::{MIDNIGHT, event};
use crate::model::stats::{Detail, Report, ReportQuery};
use crate::model::time::Timestamp;
use crate::store::ledger::{Batch, MonthDocument};
use crate::store::ports::StoreError;

/// Reads `text` with each byte replaced by others or left out, and each beginning of it. Returns how many were corrupt.
fn damage<T: Debug>(text: &str, read: impl Fn(&str) -> Result<T, StoreError>) -> usize {
    assert!(read(text).is_ok(), "{text}");
    let mut damaged: Vec<String> = (0..text.len()).filter_map(|end| text.get(..end)).map(str::to_owned).collect();
    for position in 0..text.len() {
        for replacement in ["", "\"", "9", "200", "99999999999999999999", "-", "x", "_", "\u{fc}", "[", "]", "{", "}", ",", "\\", "null"] {
            damaged.push(format!("{}{replacement}{}", &text[..position], &text[position + 1..]));
        }
    }
    let results = damaged.iter().map(|text| read(text));
    results.filter(|result| matches!(result, Err(StoreError::Corrupt(_))) || result.as_ref().is_err_and(|error| panic!("{error}"))).count()
}

fn count_on(mut month: MonthDocument) -> MonthDocument {
    month.add(&event(&mut Random::new(1), MIDNIGHT), Detail::Link);
    let other = month.clone();
    for (day, counts) in &other.days {
        month.days.entry(*day).or_default().merge(counts);
    }
    month.limit_recent();
    month.encode().unwrap();
    let (start, end) = (Timestamp::from_millis(0), Timestamp::from_millis(u64::MAX));
    let days = (crate::model::stats::Day::from_number(0), crate::model::stats::Day::LAST);
    let query =
        ReportQuery { starts: vec![start], end, days, dimensions: crate::model::stats::Dimension::ALL.to_vec(), with_sketches: false };
    let mut report = Report::empty(&query);
    month.days.iter().for_each(|(day, counts)| report.add_day(&query, *day, counts));
    report.finish(&query);
    month
}

#[test]
fn damaged_rows_are_corrupt() {
    assert!(damage(BATCH, read_batch) > 1_000);
    assert!(damage(WINDOW, read_window) > 200);
    assert!(damage(SUMMARY, read_summary) > 200);
    assert!(damage(SALT, |text| read_salt(text.as_bytes())) > 200);
    assert!(damage(MONTH, |text| read_month(text).map(count_on)) > 1_000);
}

#[test]
fn damaged_messages_are_corrupt() {
    for text in REQUESTS {
        assert!(damage(&message(text), |text| read_request(text.as_bytes())) > 100, "{text}");
    }
    for text in REPLIES {
        assert!(damage(&message(text), |text| read_reply(text.as_bytes())) > 100, "{text}");
    }
}

#[test]
fn impossible_values_are_corrupt() {
    let month = |from: &str, to: &str| {
        assert!(MONTH.contains(from), "{from}");
        read_month(&MONTH.replacen(from, to, 1))
    };
    for (from, to) in [
        ("[[0,[1,0,0]]]", "[[96,[1,0,0]]]"),
        ("\"failed\":[[0,", "\"failed\":[[96,"),
        ("\"exact\":{\"country\"", "\"exact\":{\"planet\""),
        ("{\"referrer\":[", "{\"planet\":["),
        ("[1,0,{", "[0,0,{"),
        ("[1,0,{", "[1,1,{"),
        ("\"news.example\":1", "\"news.example\":18446744073709551615"),
        ("\"uniques\":\"AAB\"", "\"uniques\":\"AA\""),
        ("\"kind\":\"human\"", "\"kind\":\"alien\""),
        ("\"v\":1", "\"v\":2"),
    ] {
        assert!(matches!(month(from, to), Err(StoreError::Corrupt(_))), "{to}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn random_batches_and_months_are_read_back(seed in any::<u64>(), count in 0..300_usize) {
        let mut random = Random::new(seed);
        let mut sample = |_| {
            let at = MIDNIGHT + random.next_u64() % (5 * 86_400_000);
            event(&mut random, at)
        };
        let mut events: Vec<_> = (0..count).map(&mut sample).collect();
        // Values are stored in the order of their names.
        events.iter_mut().for_each(|event| event.values.sort_by_key(|(dimension, _)| dimension.name()));
        let batch = Batch { events, ..Batch::default() };
        prop_assert_eq!(&read_batch(&write_batch(&batch).unwrap()).unwrap(), &batch);
        for detail in [Detail::Link, Detail::Domain, Detail::Tag] {
            let mut month = MonthDocument::default();
            batch.events.iter().for_each(|event| month.add(event, detail));
            month.limit_recent();
            prop_assert_eq!(&read_month(&write_month(&month).unwrap()).unwrap(), &month);
        }
    }
}
