//! Click counts of links, which are shown with them.

use crate::context::Context;
use crate::model::clicks::Clicks;
use crate::model::limits::Limit;
use crate::model::link::{Link, LinkId};
use crate::stats;
use crate::store::Key;
use crate::store::ports::{Edge, Records as _, StoreError};

/// How often a link was followed, and how much of its limit is used up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClickCounts {
    pub(super) clicks: Clicks,
    pub(super) taken: u64,
}

/// Loads the counts of `links`, in their order.
pub(super) async fn counts<E: Edge>(context: &Context<'_, E>, links: &[&Link]) -> Result<Vec<ClickCounts>, StoreError> {
    let taken = taken(context, links).await?;
    with_clicks(context, links, &taken).await
}

/// Loads the counts of `links` whose used clicks, `taken`, are already known.
pub(super) async fn with_clicks<E: Edge>(context: &Context<'_, E>, links: &[&Link], taken: &[u64]) -> Result<Vec<ClickCounts>, StoreError> {
    let ids: Vec<&LinkId> = links.iter().map(|link| &link.id).collect();
    let totals = totals(context, &ids).await?;
    Ok(totals.into_iter().zip(taken).map(|(clicks, taken)| ClickCounts { clicks, taken: *taken }).collect())
}

/// Loads the clicks of `links`, in their order. A record that cannot be read is logged and counts as 0.
async fn totals<E: Edge>(context: &Context<'_, E>, links: &[&LinkId]) -> Result<Vec<Clicks>, StoreError> {
    Ok(stats::totals(context, links).await?.into_iter().map(|total| total.clicks).collect())
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
