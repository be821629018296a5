//! What is counted of a link and shown with it.

use crate::app::Context;
use crate::clicks::{self, Clicks};
use crate::limits;
use crate::link::{Link, LinkId};
use crate::ports::{Edge, StoreError};

/// How often a link was followed, and how much of its limit is used up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) clicks: Clicks,
    pub(super) taken: u64,
}

/// The counts of `links`, in their order.
pub(super) async fn counts<E: Edge>(context: &Context<'_, E>, links: &[&Link]) -> Result<Vec<Counts>, StoreError> {
    let taken = limits::taken(context, links).await?;
    with_clicks(context, links, &taken).await
}

/// The same, where it is known already what was taken of their limits.
pub(super) async fn with_clicks<E: Edge>(context: &Context<'_, E>, links: &[&Link], taken: &[u64]) -> Result<Vec<Counts>, StoreError> {
    let ids: Vec<&LinkId> = links.iter().map(|link| &link.id).collect();
    let totals = clicks::totals(context, &ids).await?;
    Ok(totals.into_iter().zip(taken).map(|(clicks, taken)| Counts { clicks, taken: *taken }).collect())
}
