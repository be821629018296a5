//! What is stored and sent today. A change of one of these texts needs a migration.

use std::collections::BTreeMap;

use super::super::{
    read_batch, read_month, read_reply, read_request, read_salt, read_summary, read_window, write_batch, write_month, write_reply,
    write_request, write_salt, write_summary, write_window,
};
use crate::model::agent::AgentKind;
use crate::model::clicks::Clicks;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::stats::samples::MIDNIGHT;
use crate::model::stats::{
    ClickEvent, Coupon, Day, DayUniques, Detail, Dimension, FailedVisits, Report, ReportQuery, Uniques, ValueCounts,
};
use crate::model::text::Tag;
use crate::model::time::Timestamp;
use crate::store::ledger::{
    Batch, FailedVisit, LedgerCounters, LedgerReply, LedgerRequest, LinkTotals, MonthDocument, MonthSummary, Salt, Subject, Window,
};

pub(super) const BATCH: &str = r#"{"v":1,"events":[{"link":"lnk_1","domain":"hop.example","alias":"docs","tags":["news"],"at":1794700800000,"kind":"human","values":{"country":"DE","referrer":"news.example"},"coupon":"AAB"}],"failed":[{"domain":"hop.example","at":1794700800000,"counts":[1,2,3,4]}],"dropped":5}"#;
pub(super) const WINDOW: &str = r#"{"v":1,"latest":7,"earlier":33,"sent_at":1794700800000}"#;
pub(super) const MONTH: &str = r#"{"v":1,"days":[{"day":20772,"quarters":[[0,[1,0,0]]],"exact":{"country":{"DE":[1,0,0]}},"frequent":{"referrer":[[1,0,{"news.example":1}],[0,0,{}],[0,0,{}]]},"uniques":"AAB","failed":[[0,[1,2,3,4]]]}],"recent":[{"link":"lnk_1","domain":"hop.example","alias":"docs","at":1794700800000,"kind":"human","values":{"country":"DE","referrer":"news.example"}}]}"#;
pub(super) const SUMMARY: &str = r#"{"v":1,"clicks":[1,0,0],"failed":[1,2,3,4],"days":[[20772,1]]}"#;
pub(super) const SALT: &str = r#"{"v":1,"salt":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","made_at":1794700800000}"#;

pub(super) const REQUESTS: [&str; 10] = [
    r#"{"merge":{"sender":"a","sequence":7,"sent_at":1794700800000,"batch":{"v":1,"dropped":5}}}"#,
    r#"{"report":{"about":{"link":"lnk_1"},"query":{"starts":[1794700800000],"end":1794787200000,"days":[20772,20773],"dimensions":["country"],"with_sketches":true}}}"#,
    r#"{"report":{"about":{"domains":null},"query":{"starts":[],"end":0,"days":[0,0],"dimensions":[],"with_sketches":false}}}"#,
    r#"{"report":{"about":{"domains":["hop.example"]},"query":{"starts":[],"end":0,"days":[0,0],"dimensions":[],"with_sketches":false}}}"#,
    r#"{"report":{"about":{"tag":["news",null]},"query":{"starts":[],"end":0,"days":[0,0],"dimensions":[],"with_sketches":false}}}"#,
    r#"{"totals":["lnk_1"]}"#,
    r#"{"recent":["lnk_1",1794700800000]}"#,
    r#"{"erase":"lnk_1"}"#,
    r#""counters""#,
    r#""make_salts""#,
];

pub(super) const REPLIES: [&str; 6] = [
    r#""done""#,
    r#""refused""#,
    r#"{"report":{"series":[[1,2,3]],"values":{"country":{"values":{"DE":[1,2,3]},"errors":[0,0,1]}},"whole_days":[1,2,3],"uniques":[[20772,5],[20773,"AAB"]],"failed":[1,2,3,4]}}"#,
    r#"{"totals":[[[1,2,3],[[20772,9]]]]}"#,
    r#"{"recent":[{"link":"lnk_1","domain":"hop.example","alias":"docs","tags":["news"],"at":1794700800000,"kind":"human","values":{"country":"DE","referrer":"news.example"},"coupon":"AAB"}]}"#,
    r#"{"counters":{"clicks":[1,2,3],"failed":[1,2,3,4],"dropped":5,"oldest_unfolded":1794700800000}}"#,
];

/// A message as it is sent.
pub(super) fn message(text: &str) -> String {
    format!(r#"{{"v":1,"message":{text}}}"#)
}

const CLICKS: Clicks = Clicks { humans: 1, bots: 2, previews: 3 };
const FAILED: FailedVisits = FailedVisits { unknown_alias: 1, ended: 2, root: 3, unknown_host: 4 };

fn now() -> Timestamp {
    Timestamp::from_millis(MIDNIGHT)
}

fn link() -> LinkId {
    LinkId::stored("lnk_1".into())
}

fn event() -> ClickEvent {
    ClickEvent {
        link: link(),
        domain: Domain::stored("hop.example".into()),
        alias: "docs".into(),
        tags: vec![Tag::stored("news".into())],
        at: now(),
        kind: AgentKind::Human,
        values: vec![(Dimension::Country, "DE".into()), (Dimension::Referrer, "news.example".into())],
        coupon: Coupon::parse("AAB"),
    }
}

fn batch() -> Batch {
    Batch { events: vec![event()], failed: vec![FailedVisit { domain: "hop.example".into(), at: now(), counts: FAILED }], dropped: 5 }
}

#[test]
fn batches_and_windows_have_their_stored_form() {
    assert_eq!(write_batch(&batch()).unwrap(), BATCH);
    assert_eq!(read_batch(BATCH).unwrap(), batch());
    let window = Window { latest: 7, earlier: 33, sent_at: MIDNIGHT };
    assert_eq!((&*write_window(&window).unwrap(), read_window(WINDOW).unwrap()), (WINDOW, window));
    assert_eq!(read_batch(r#"{"v":1}"#).unwrap(), Batch::default());
}

#[test]
fn months_have_their_stored_form() {
    let mut month = MonthDocument::default();
    month.add(&event(), Detail::Link);
    month.add_failed(&batch().failed[0]);
    assert_eq!(write_month(&month).unwrap(), MONTH);
    assert_eq!(read_month(MONTH).unwrap(), month);
    let summary = MonthSummary { clicks: Clicks { humans: 1, bots: 0, previews: 0 }, failed: FAILED, days: vec![(Day::of(now()), 1)] };
    assert_eq!(month.encode().unwrap().summary, SUMMARY);
    assert_eq!((&*write_summary(&summary).unwrap(), read_summary(SUMMARY).unwrap()), (SUMMARY, summary));
}

#[test]
fn salts_have_their_stored_form() {
    let salt = Salt { bytes: [1; 32], made_at: now() };
    assert_eq!((&*write_salt(&salt).unwrap(), read_salt(SALT.as_bytes()).unwrap()), (SALT, salt));
}

#[test]
fn requests_have_their_form() {
    let query = ReportQuery {
        starts: vec![now()],
        end: Timestamp::from_millis(MIDNIGHT + 86_400_000),
        days: (Day::of(now()), Day::of(now()).next()),
        dimensions: vec![Dimension::Country],
        with_sketches: true,
    };
    let zero = Timestamp::from_millis(0);
    let nothing =
        ReportQuery { starts: Vec::new(), end: zero, days: (Day::of(zero), Day::of(zero)), dimensions: Vec::new(), with_sketches: false };
    let domains = vec![Domain::stored("hop.example".into())];
    let requests = [
        LedgerRequest::Merge { sender: "a".into(), sequence: 7, sent_at: now(), batch: Batch { dropped: 5, ..Batch::default() } },
        LedgerRequest::Report(Subject::Link(link()), query),
        LedgerRequest::Report(Subject::Domains(None), nothing.clone()),
        LedgerRequest::Report(Subject::Domains(Some(domains)), nothing.clone()),
        LedgerRequest::Report(Subject::Tag(Tag::stored("news".into()), None), nothing),
        LedgerRequest::Totals(vec![link()]),
        LedgerRequest::Recent(link(), now()),
        LedgerRequest::Erase(link()),
        LedgerRequest::Counters,
        LedgerRequest::MakeSalts,
    ];
    for (request, text) in requests.iter().zip(REQUESTS) {
        assert_eq!(write_request(request).unwrap(), message(text));
        assert_eq!(read_request(message(text).as_bytes()).unwrap(), *request);
    }
}

#[test]
fn replies_have_their_form() {
    let (today, tomorrow) = (Day::of(now()), Day::of(now()).next());
    let values = ValueCounts { values: [("DE".to_owned(), CLICKS)].into(), errors: Clicks { humans: 0, bots: 0, previews: 1 } };
    let uniques = [(today, DayUniques::Estimate(5)), (tomorrow, DayUniques::Sketch(Uniques::parse("AAB").unwrap()))];
    let replies = [
        LedgerReply::Done,
        LedgerReply::Refused,
        LedgerReply::Report(Box::new(Report {
            series: vec![CLICKS],
            values: [(Dimension::Country, values)].into(),
            whole_days: CLICKS,
            uniques: uniques.into(),
            failed: FAILED,
        })),
        LedgerReply::Totals(vec![LinkTotals { clicks: CLICKS, days: BTreeMap::from([(today, 9)]) }]),
        LedgerReply::Recent(vec![event()]),
        LedgerReply::Counters(LedgerCounters { clicks: CLICKS, failed: FAILED, dropped: 5, oldest_unfolded: Some(now()) }),
    ];
    for (reply, text) in replies.iter().zip(REPLIES) {
        assert_eq!(write_reply(reply).unwrap(), message(text));
        assert_eq!(read_reply(message(text).as_bytes()).unwrap(), *reply);
    }
}
