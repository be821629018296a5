//! Click counts of links, which are shown with them.

use crate::context::Context;
use crate::model::clicks::Clicks;
use crate::model::limits::Limit;
use crate::model::link::{Link, LinkId};
use crate::model::stats::Day;
use crate::stats;
use crate::store::ledger::LinkTotals;
use crate::store::ports::{Edge, Records as _, StoreError};
use crate::store::{Key, Total};

/// How often a link was followed, and how much of its limit is used up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClickCounts {
    /// Nothing if the statistics do not answer: links can be managed without them.
    pub(super) clicks: Option<LinkClicks>,
    pub(super) taken: u64,
}

/// How often a link was followed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LinkClicks {
    pub(super) total: Clicks,
    /// Clicks of people on each of the last seven UTC days, the oldest first; nothing if the edge cannot tell.
    pub(super) last_7_days: Option<[u64; 7]>,
}

impl ClickCounts {
    /// The counts of a link that was just created.
    pub(super) fn of_new<E: Edge>(context: &Context<'_, E>, link: &Link) -> Self {
        let last_7_days = context.edge.ledger().map(|_| [0; 7]);
        Self { clicks: Some(LinkClicks { total: link.imported_clicks, last_7_days }), taken: 0 }
    }
}

/// Loads the counts of `links`, in their order.
pub(super) async fn counts<E: Edge>(context: &Context<'_, E>, links: &[&Link]) -> Result<Vec<ClickCounts>, StoreError> {
    let taken = taken(context, links).await?;
    with_clicks(context, links, &taken).await
}

/// Loads the counts of `links` whose used clicks, `taken`, are already known.
pub(super) async fn with_clicks<E: Edge>(context: &Context<'_, E>, links: &[&Link], taken: &[u64]) -> Result<Vec<ClickCounts>, StoreError> {
    let ids: Vec<&LinkId> = links.iter().map(|link| &link.id).collect();
    let mut clicks = load_clicks(context, &ids).await?;
    for (clicks, link) in clicks.iter_mut().zip(links) {
        if let Some(clicks) = clicks {
            clicks.total.merge(link.imported_clicks);
        }
    }
    Ok(clicks.into_iter().zip(taken).map(|(clicks, taken)| ClickCounts { clicks, taken: *taken }).collect())
}

/// Loads the clicks of `links`, in their order.
async fn load_clicks<E: Edge>(context: &Context<'_, E>, links: &[&LinkId]) -> Result<Vec<Option<LinkClicks>>, StoreError> {
    let Some(ledger) = context.edge.ledger() else {
        let totals = totals(context, links).await?.into_iter();
        return Ok(totals.map(|total| Some(LinkClicks { total, last_7_days: None })).collect());
    };
    match stats::ledger::totals(ledger, &context.config.shards, links).await {
        Ok(totals) => Ok(totals.into_iter().map(|totals| Some(LinkClicks::new(&totals, Day::of(context.now)))).collect()),
        Err(error) => {
            context.log_lost("the clicks of links were not read", &error);
            Ok(vec![None; links.len()])
        }
    }
}

impl LinkClicks {
    fn new(totals: &LinkTotals, today: Day) -> Self {
        let days = [6, 5, 4, 3, 2, 1, 0].map(|ago| totals.days.get(&today.minus(ago)).copied().unwrap_or_default());
        Self { total: totals.clicks, last_7_days: Some(days) }
    }
}

/// Loads the totals of `links`, in their order. A total that cannot be read is logged and counts as 0.
async fn totals<E: Edge>(context: &Context<'_, E>, links: &[&LinkId]) -> Result<Vec<Clicks>, StoreError> {
    let keys: Vec<Key> = links.iter().map(|link| Key::total(link)).collect();
    let records = context.edge.records().get_many(&keys).await?;
    let totals = keys.iter().zip(&records).map(|(key, record)| match record.as_ref().map(Total::decode) {
        Some(Ok(total)) => total.clicks,
        Some(Err(error)) => {
            context.log_skipped(key, &error);
            Clicks::default()
        }
        None => Clicks::default(),
    });
    Ok(totals.collect())
}

/// Loads how many clicks of their limits `links` have used, in their order; 0 for a link without a limit. Reads nothing
/// if no link has a limit.
pub(super) async fn taken<E: Edge>(context: &Context<'_, E>, links: &[&Link]) -> Result<Vec<u64>, StoreError> {
    let limits: Vec<Option<Limit>> = links.iter().map(|link| Limit::from_link(link)).collect();
    let keys: Vec<Key> = limits.iter().flatten().map(Key::limit).collect();
    let counts = if keys.is_empty() { Vec::new() } else { context.edge.records().taken(&keys).await? };
    let mut counts = counts.into_iter();
    Ok(limits.iter().map(|limit| limit.as_ref().and_then(|_| counts.next()).unwrap_or_default()).collect())
}
