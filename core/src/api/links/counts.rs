//! Click counts of links, which are shown with them.

use crate::context::Context;
use crate::model::clicks::Clicks;
use crate::model::limits::Limit;
use crate::model::link::{Link, LinkId};
use crate::model::stats::Day;
use crate::stats;
use crate::store::Key;
use crate::store::ledger::LinkTotals;
use crate::store::ports::{Edge, Records as _, StoreError};

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
        let last_7_days = stats::exactness(context.edge, false).has_last_days.then_some([0; 7]);
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
    let mut clicks = load_clicks(context, &ids).await;
    for (clicks, link) in clicks.iter_mut().zip(links) {
        if let Some(clicks) = clicks {
            clicks.total.merge(link.imported_clicks);
        }
    }
    Ok(clicks.into_iter().zip(taken).map(|(clicks, taken)| ClickCounts { clicks, taken: *taken }).collect())
}

/// Loads the clicks of `links`, in their order.
async fn load_clicks<E: Edge>(context: &Context<'_, E>, links: &[&LinkId]) -> Vec<Option<LinkClicks>> {
    let has_days = stats::exactness(context.edge, false).has_last_days;
    match context.statistics().totals(links).await {
        Ok(totals) => totals.into_iter().map(|totals| Some(LinkClicks::new(&totals, has_days.then(|| Day::of(context.now))))).collect(),
        Err(error) => {
            context.log_lost("the clicks of links were not read", &error);
            vec![None; links.len()]
        }
    }
}

impl LinkClicks {
    /// The clicks with these totals. Without `today` the edge cannot tell the clicks of days.
    fn new(totals: &LinkTotals, today: Option<Day>) -> Self {
        let of_days = |today: Day| [6, 5, 4, 3, 2, 1, 0].map(|ago| totals.days.get(&today.minus(ago)).copied().unwrap_or_default());
        Self { total: totals.clicks, last_7_days: today.map(of_days) }
    }
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
