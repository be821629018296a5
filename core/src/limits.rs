//! How much of a link's limit is used up. Every change of the limit starts a fresh count, under the name of the commit that made it.

use std::num::NonZeroU64;

use crate::app::Context;
use crate::link::Link;
use crate::ports::{Edge, Records as _, StoreError};
use crate::records::Key;

/// How often a link may be followed, and where it is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) most: NonZeroU64,
    pub(crate) key: Key,
}

impl Limit {
    /// The limit of `link`, if it has one. One that was stored before limits were counted has no epoch yet.
    pub(crate) fn of(link: &Link) -> Option<Self> {
        let key = Key::limit(&link.id, link.epoch.as_deref().unwrap_or("first"));
        link.spec.max_clicks.map(|most| Self { most, key })
    }
}

/// How much was taken of the limits of `links`, in their order; nothing where there is none. The store is asked for all of them at once,
/// and for none at all if none has a limit.
pub(crate) async fn taken<E: Edge>(context: &Context<'_, E>, links: &[&Link]) -> Result<Vec<u64>, StoreError> {
    let limits: Vec<Option<Limit>> = links.iter().map(|link| Limit::of(link)).collect();
    let keys: Vec<Key> = limits.iter().flatten().map(|limit| limit.key.clone()).collect();
    let counts = if keys.is_empty() { Vec::new() } else { context.edge.records().taken(&keys).await? };
    let mut counts = counts.into_iter();
    Ok(limits.iter().map(|limit| limit.as_ref().and_then(|_| counts.next()).unwrap_or_default()).collect())
}
