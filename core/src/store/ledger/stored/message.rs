//! The stored forms of requests to a shard and of its replies.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::event::StoredClickEvent;
use super::journal::StoredBatch;
use super::report::{StoredReport, StoredReportQuery};
use super::{StoredClicks, StoredFailed};
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::stats::{ClickEvent, Day};
use crate::model::text::Tag;
use crate::store::ledger::{LedgerCounters, LedgerReply, LedgerRequest, LinkTotals, Subject};
use crate::store::ports::StoreError;
use crate::store::stored::{self, Millis, SchemaVersion};

/// A message, with its schema version.
#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    message: T,
}

/// A request to a shard.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredRequest<'a> {
    Merge { sender: Cow<'a, str>, sequence: u64, sent_at: Millis, batch: StoredBatch<'a> },
    Ingest { name: Cow<'a, str>, batch: StoredBatch<'a> },
    Report { about: StoredSubject<'a>, query: StoredReportQuery<'a> },
    Totals(Vec<Cow<'a, str>>),
    Recent(Cow<'a, str>, Millis),
    Erase(Cow<'a, str>),
    Counters,
    MakeSalts,
}

/// What statistics are about.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredSubject<'a> {
    Link(Cow<'a, str>),
    Domains(Option<Vec<Cow<'a, str>>>),
    Tag(Cow<'a, str>, Option<Vec<Cow<'a, str>>>),
}

/// The reply of a shard.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredReply<'a> {
    Done,
    Refused,
    Report(Box<StoredReport>),
    Totals(Vec<StoredTotals>),
    Recent(Vec<StoredClickEvent<'a>>),
    Counters(StoredCounters),
}

/// The totals of a link, and the clicks of people by day.
#[derive(Serialize, Deserialize)]
struct StoredTotals(StoredClicks, Vec<(u32, u64)>);

#[derive(Serialize, Deserialize)]
struct StoredCounters {
    clicks: StoredClicks,
    failed: StoredFailed,
    dropped: u64,
    oldest_unfolded: Option<Millis>,
}

fn names(domains: Option<&Vec<Domain>>) -> Option<Vec<Cow<'_, str>>> {
    domains.map(|domains| domains.iter().map(|domain| domain.as_str().into()).collect())
}

fn domains(names: Option<Vec<Cow<'_, str>>>) -> Option<Vec<Domain>> {
    names.map(|names| names.into_iter().map(|name| Domain::stored(name.into_owned())).collect())
}

impl<'a> From<&'a Subject> for StoredSubject<'a> {
    fn from(about: &'a Subject) -> Self {
        match about {
            Subject::Link(link) => Self::Link(link.as_str().into()),
            Subject::Domains(domains) => Self::Domains(names(domains.as_ref())),
            Subject::Tag(tag, domains) => Self::Tag(tag.as_str().into(), names(domains.as_ref())),
        }
    }
}

impl From<StoredSubject<'_>> for Subject {
    fn from(stored: StoredSubject<'_>) -> Self {
        match stored {
            StoredSubject::Link(link) => Self::Link(LinkId::stored(link.into_owned())),
            StoredSubject::Domains(names) => Self::Domains(domains(names)),
            StoredSubject::Tag(tag, names) => Self::Tag(Tag::stored(tag.into_owned()), domains(names)),
        }
    }
}

fn link_id(id: Cow<'_, str>) -> LinkId {
    LinkId::stored(id.into_owned())
}

pub(in crate::store::ledger) fn write_request(request: &LedgerRequest) -> Result<String, StoreError> {
    let message = match request {
        LedgerRequest::Merge { sender, sequence, sent_at, batch } => {
            StoredRequest::Merge { sender: sender.into(), sequence: *sequence, sent_at: (*sent_at).into(), batch: batch.into() }
        }
        LedgerRequest::Ingest { name, batch } => StoredRequest::Ingest { name: name.into(), batch: batch.into() },
        LedgerRequest::Report(about, query) => StoredRequest::Report { about: about.into(), query: query.into() },
        LedgerRequest::Totals(links) => StoredRequest::Totals(links.iter().map(|link| link.as_str().into()).collect()),
        LedgerRequest::Recent(link, since) => StoredRequest::Recent(link.as_str().into(), (*since).into()),
        LedgerRequest::Erase(link) => StoredRequest::Erase(link.as_str().into()),
        LedgerRequest::Counters => StoredRequest::Counters,
        LedgerRequest::MakeSalts => StoredRequest::MakeSalts,
    };
    stored::write(&Versioned { schema: SchemaVersion, message })
}

pub(in crate::store::ledger) fn read_request(text: &[u8]) -> Result<LedgerRequest, StoreError> {
    Ok(match stored::read::<Versioned<StoredRequest<'_>>>(text)?.message {
        StoredRequest::Merge { sender, sequence, sent_at, batch } => {
            LedgerRequest::Merge { sender: sender.into_owned(), sequence, sent_at: sent_at.into(), batch: batch.try_into()? }
        }
        StoredRequest::Ingest { name, batch } => LedgerRequest::Ingest { name: name.into_owned(), batch: batch.try_into()? },
        StoredRequest::Report { about, query } => LedgerRequest::Report(about.into(), query.try_into()?),
        StoredRequest::Totals(links) => LedgerRequest::Totals(links.into_iter().map(link_id).collect()),
        StoredRequest::Recent(link, since) => LedgerRequest::Recent(link_id(link), since.into()),
        StoredRequest::Erase(link) => LedgerRequest::Erase(link_id(link)),
        StoredRequest::Counters => LedgerRequest::Counters,
        StoredRequest::MakeSalts => LedgerRequest::MakeSalts,
    })
}

pub(in crate::store::ledger) fn write_reply(reply: &LedgerReply) -> Result<String, StoreError> {
    let message = match reply {
        LedgerReply::Done => StoredReply::Done,
        LedgerReply::Refused => StoredReply::Refused,
        LedgerReply::Report(report) => StoredReply::Report(Box::new((&**report).into())),
        LedgerReply::Totals(totals) => StoredReply::Totals(totals.iter().map(StoredTotals::from).collect()),
        LedgerReply::Recent(events) => StoredReply::Recent(events.iter().map(StoredClickEvent::from).collect()),
        LedgerReply::Counters(counters) => StoredReply::Counters(counters.into()),
    };
    stored::write(&Versioned { schema: SchemaVersion, message })
}

pub(in crate::store::ledger) fn read_reply(text: &[u8]) -> Result<LedgerReply, StoreError> {
    Ok(match stored::read::<Versioned<StoredReply<'_>>>(text)?.message {
        StoredReply::Done => LedgerReply::Done,
        StoredReply::Refused => LedgerReply::Refused,
        StoredReply::Report(report) => LedgerReply::Report(Box::new((*report).try_into()?)),
        StoredReply::Totals(totals) => LedgerReply::Totals(totals.into_iter().map(LinkTotals::from).collect()),
        StoredReply::Recent(events) => LedgerReply::Recent(events.into_iter().map(ClickEvent::try_from).collect::<Result<_, _>>()?),
        StoredReply::Counters(counters) => LedgerReply::Counters(counters.into()),
    })
}

impl From<&LinkTotals> for StoredTotals {
    fn from(totals: &LinkTotals) -> Self {
        Self(totals.clicks.into(), totals.days.iter().map(|(day, humans)| (day.number(), *humans)).collect())
    }
}

impl From<StoredTotals> for LinkTotals {
    fn from(StoredTotals(clicks, days): StoredTotals) -> Self {
        Self { clicks: clicks.into(), days: days.into_iter().map(|(day, humans)| (Day::from_number(day), humans)).collect() }
    }
}

impl From<&LedgerCounters> for StoredCounters {
    fn from(counters: &LedgerCounters) -> Self {
        let LedgerCounters { clicks, failed, dropped, oldest_unfolded } = counters.clone();
        Self { clicks: clicks.into(), failed: failed.into(), dropped, oldest_unfolded: oldest_unfolded.map(Into::into) }
    }
}

impl From<StoredCounters> for LedgerCounters {
    fn from(stored: StoredCounters) -> Self {
        let StoredCounters { clicks, failed, dropped, oldest_unfolded } = stored;
        Self { clicks: clicks.into(), failed: failed.into(), dropped, oldest_unfolded: oldest_unfolded.map(Into::into) }
    }
}
