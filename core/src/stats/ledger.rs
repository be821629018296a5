//! Reading the ledger: asks the shards that have the clicks, and adds up their replies.

use std::collections::BTreeMap;

use crate::model::ledger_shards::ShardNames;
use crate::model::link::LinkId;
use crate::model::stats::{ClickEvent, Report, ReportQuery};
use crate::model::time::Timestamp;
use crate::store::ledger::{Batch, LedgerCounters, LedgerReply, LedgerRequest, LinkTotals, Subject};
use crate::store::ports::{Ledger, StoreError};

/// The report of a period.
pub(crate) async fn report(
    ledger: &impl Ledger,
    shards: &ShardNames,
    about: Subject,
    mut query: ReportQuery,
) -> Result<Report, StoreError> {
    let names = match &about {
        Subject::Link(link) => shards.of_link(link.as_str()),
        Subject::Domains(_) | Subject::Tag(..) => shards.all(),
    };
    query.with_sketches = names.len() > 1;
    let mut report = Report::empty(&query);
    let request = LedgerRequest::Report(about, query);
    for name in names {
        match call(ledger, &name, &request).await? {
            LedgerReply::Report(part) => report.add(*part),
            _ => return Err(unexpected()),
        }
    }
    Ok(report)
}

/// The totals of links, in their order. Each shard is asked once.
pub(crate) async fn totals(ledger: &impl Ledger, shards: &ShardNames, links: &[&LinkId]) -> Result<Vec<LinkTotals>, StoreError> {
    let mut totals = vec![LinkTotals::default(); links.len()];
    for name in shards.all() {
        let here = |link: &LinkId| shards.of_link(link.as_str()).contains(&name);
        let (positions, asked): (Vec<usize>, Vec<LinkId>) =
            links.iter().enumerate().filter(|(_, link)| here(link)).map(|(position, link)| (position, (*link).clone())).unzip();
        if asked.is_empty() {
            continue;
        }
        let LedgerReply::Totals(parts) = call(ledger, &name, &LedgerRequest::Totals(asked)).await? else {
            return Err(unexpected());
        };
        for (position, part) in positions.into_iter().zip(parts) {
            if let Some(total) = totals.get_mut(position) {
                total.merge(part);
            }
        }
    }
    Ok(totals)
}

/// The latest clicks of a link since a moment, newest first.
pub(crate) async fn recent(
    ledger: &impl Ledger,
    shards: &ShardNames,
    link: &LinkId,
    since: Timestamp,
) -> Result<Vec<ClickEvent>, StoreError> {
    let mut events = Vec::new();
    for name in shards.of_link(link.as_str()) {
        match call(ledger, &name, &LedgerRequest::Recent(link.clone(), since)).await? {
            LedgerReply::Recent(part) => events.extend(part),
            _ => return Err(unexpected()),
        }
    }
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    Ok(events)
}

/// Merges log lines. Each shard merges its part of those with the same name once.
pub(crate) async fn ingest(ledger: &impl Ledger, shards: &ShardNames, name: &str, lines: Batch) -> Result<(), StoreError> {
    let mut parts = BTreeMap::<String, Batch>::new();
    for event in lines.events {
        parts.entry(shards.current(event.link.as_str())).or_default().events.push(event);
    }
    for failed in lines.failed {
        parts.entry(shards.current(&failed.domain)).or_default().failed.push(failed);
    }
    for (shard, batch) in parts {
        match call(ledger, &shard, &LedgerRequest::Ingest { name: name.to_owned(), batch }).await? {
            LedgerReply::Done => {}
            _ => return Err(unexpected()),
        }
    }
    Ok(())
}

/// Deletes what is kept of a link.
pub(crate) async fn erase(ledger: &impl Ledger, shards: &ShardNames, link: &LinkId) -> Result<(), StoreError> {
    for name in shards.of_link(link.as_str()) {
        call(ledger, &name, &LedgerRequest::Erase(link.clone())).await?;
    }
    Ok(())
}

/// The counters of the deployment.
pub(crate) async fn counters(ledger: &impl Ledger, shards: &ShardNames) -> Result<LedgerCounters, StoreError> {
    let mut counters = LedgerCounters::default();
    for name in shards.all() {
        match call(ledger, &name, &LedgerRequest::Counters).await? {
            LedgerReply::Counters(part) => counters.merge(&part),
            _ => return Err(unexpected()),
        }
    }
    Ok(counters)
}

async fn call(ledger: &impl Ledger, shard: &str, request: &LedgerRequest) -> Result<LedgerReply, StoreError> {
    LedgerReply::decode(&ledger.call(shard, request.encode()?).await?)
}

fn unexpected() -> StoreError {
    StoreError::Corrupt("the ledger gave an unexpected reply".into())
}
