//! Reading a shard: reports, totals of links, latest clicks and counters. All of them include the journals.

use std::collections::BTreeMap;

use crate::model::clicks::Clicks;
use crate::model::link::LinkId;
use crate::model::stats::{ClickEvent, Day, DayCounts, FailedVisits, Month, Quarter, Report, ReportQuery};
use crate::model::time::Timestamp;
use crate::store::ledger::document::{MAX_RECENT, MonthDocument, MonthSummary};
use crate::store::ledger::erased::ErasedLinks;
use crate::store::ledger::journal::Journals;
use crate::store::ledger::{Batch, ShardStorage, Subject, fold, subject};
use crate::store::ports::StoreError;

/// The totals of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LinkTotals {
    pub(crate) clicks: Clicks,
    /// Clicks of people by UTC day, for some of the latest days.
    pub(crate) days: BTreeMap<Day, u64>,
}

/// Counters of the whole deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LedgerCounters {
    pub(crate) clicks: Clicks,
    pub(crate) failed: FailedVisits,
    pub(crate) dropped: u64,
    /// The time of the oldest click that is not folded yet.
    pub(crate) oldest_unfolded: Option<Timestamp>,
}

/// The batches of all journals. Those that cannot be read are left out; the next fold puts them aside.
fn unfolded(storage: &impl ShardStorage) -> Result<Vec<Batch>, StoreError> {
    Ok(Journals::load(storage)?.readable.iter().flat_map(|journal| journal.batches().0).collect())
}

/// The clicks in the journals of links that were not erased.
fn unfolded_of_links(storage: &impl ShardStorage) -> Result<Vec<ClickEvent>, StoreError> {
    let erased = ErasedLinks::load(storage)?;
    let events = unfolded(storage)?.into_iter().flat_map(|batch| batch.events);
    Ok(events.filter(|event| !erased.contains(&event.link)).collect())
}

/// The report of a period.
pub(super) fn report(storage: &impl ShardStorage, about: &Subject, query: &ReportQuery) -> Result<Report, StoreError> {
    let first = query.starts.first().copied().unwrap_or(query.end);
    let last = Timestamp::from_millis(query.end.as_millis().saturating_sub(1));
    let (first, last) = (Month::of(first).to_string(), Month::of(last).to_string());
    let mut report = Report::empty(query);
    for prefix in about.prefixes() {
        for (key, _) in storage.summaries(&prefix)? {
            let month = key.rsplit('/').next().unwrap_or_default();
            if month < &*first || month > &*last {
                continue;
            }
            let Some(row) = storage.get(&key)? else { continue };
            for (day, counts) in &MonthDocument::decode(&row)?.days {
                report.add_day(query, *day, counts);
            }
        }
    }
    for (day, counts) in unfolded_days(storage, about)? {
        report.add_day(query, day, &counts);
    }
    report.finish(query);
    Ok(report)
}

/// The clicks of journals, by day.
fn unfolded_days(storage: &impl ShardStorage, about: &Subject) -> Result<BTreeMap<Day, DayCounts>, StoreError> {
    let mut days = BTreeMap::<Day, DayCounts>::new();
    if let Subject::Link(link) = about
        && ErasedLinks::load(storage)?.contains(link)
    {
        return Ok(days);
    }
    for batch in unfolded(storage)? {
        for event in batch.events.iter().filter(|event| is_about(event, about)) {
            days.entry(Day::of(event.at)).or_default().add(event, about.detail());
        }
        if let Subject::Domains(domains) = about {
            let is_included = |name: &str| domains.as_ref().is_none_or(|domains| domains.iter().any(|domain| domain.as_str() == name));
            for failed in batch.failed.iter().filter(|failed| is_included(&failed.domain)) {
                days.entry(Day::of(failed.at)).or_default().add_failed(Quarter::of(failed.at), failed.counts);
            }
        }
    }
    Ok(days)
}

fn is_about(event: &ClickEvent, about: &Subject) -> bool {
    let is_included = |domains: &Option<Vec<_>>| domains.as_ref().is_none_or(|domains| domains.contains(&event.domain));
    match about {
        Subject::Link(link) => event.link == *link,
        Subject::Domains(domains) => is_included(domains),
        Subject::Tag(tag, domains) => event.tags.contains(tag) && is_included(domains),
    }
}

/// The totals of links, in their order.
pub(super) fn totals(storage: &impl ShardStorage, links: &[LinkId]) -> Result<Vec<LinkTotals>, StoreError> {
    let mut totals = Vec::new();
    let unfolded = unfolded_of_links(storage)?;
    for link in links {
        let mut total = LinkTotals::default();
        for (key, summary) in storage.summaries(&subject::of_link(link))? {
            let summary = read_summary(storage, &key, &summary)?;
            total.clicks.merge(summary.clicks);
            summary.days.into_iter().for_each(|(day, humans)| total.add(day, humans));
        }
        for event in unfolded.iter().filter(|event| event.link == *link) {
            let mut click = Clicks::default();
            click.add(event.kind, 1);
            total.clicks.merge(click);
            total.add(Day::of(event.at), click.humans);
        }
        totals.push(total);
    }
    Ok(totals)
}

/// The summary of the document at `key`; made from the document if it cannot be read.
fn read_summary(storage: &impl ShardStorage, key: &str, summary: &str) -> Result<MonthSummary, StoreError> {
    MonthSummary::decode(summary).or_else(|error| {
        let row = storage.get(key)?;
        row.and_then(|row| MonthDocument::decode(&row).ok()).map(|document| document.summary()).ok_or(error)
    })
}

impl LinkTotals {
    fn add(&mut self, day: Day, humans: u64) {
        let known = self.days.entry(day).or_default();
        *known = known.saturating_add(humans);
    }

    /// Adds clicks of a day.
    pub(crate) fn add_clicks(&mut self, day: Day, clicks: Clicks) {
        self.clicks.merge(clicks);
        self.add(day, clicks.humans);
    }

    /// Adds the totals of the same link in another shard.
    pub(crate) fn merge(&mut self, other: Self) {
        self.clicks.merge(other.clicks);
        other.days.into_iter().for_each(|(day, humans)| self.add(day, humans));
    }
}

/// The latest clicks of a link, newest first.
pub(super) fn recent(storage: &impl ShardStorage, link: &LinkId, since: Timestamp) -> Result<Vec<ClickEvent>, StoreError> {
    let mut events = Vec::new();
    let oldest = Month::of(since).to_string();
    for (key, _) in storage.summaries(&subject::of_link(link))?.into_iter().rev() {
        let month = key.rsplit('/').next().unwrap_or_default();
        if month >= &*oldest
            && events.len() < MAX_RECENT
            && let Some(row) = storage.get(&key)?.filter(|row| !row.body.is_empty())
        {
            events.extend(MonthDocument::decode(&row)?.recent);
        }
    }
    events.extend(unfolded_of_links(storage)?.into_iter().filter(|event| event.link == *link));
    events.retain(|event| event.at >= since);
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    events.truncate(MAX_RECENT);
    Ok(events)
}

/// The counters of this shard.
pub(super) fn counters(storage: &impl ShardStorage) -> Result<LedgerCounters, StoreError> {
    let mut counters = LedgerCounters { dropped: fold::load_dropped(storage)?, ..LedgerCounters::default() };
    for (key, summary) in storage.summaries(subject::DOMAINS)? {
        let summary = read_summary(storage, &key, &summary)?;
        counters.clicks.merge(summary.clicks);
        counters.failed.merge(summary.failed);
    }
    for batch in unfolded(storage)? {
        for event in &batch.events {
            counters.clicks.add(event.kind, 1);
        }
        batch.failed.iter().for_each(|failed| counters.failed.merge(failed.counts));
        counters.dropped = counters.dropped.saturating_add(batch.dropped);
        let oldest = batch.events.iter().map(|event| event.at).min();
        counters.oldest_unfolded = [counters.oldest_unfolded, oldest].into_iter().flatten().min();
    }
    Ok(counters)
}

impl LedgerCounters {
    /// Adds the counters of another shard.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.clicks.merge(other.clicks);
        self.failed.merge(other.failed);
        self.dropped = self.dropped.saturating_add(other.dropped);
        self.oldest_unfolded = [self.oldest_unfolded, other.oldest_unfolded].into_iter().flatten().min();
    }
}
