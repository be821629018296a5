//! Counting clicks, after the visitor has gone: one total for each link.

use crate::base58;
use crate::link::LinkId;
use crate::ports::{Edge, Records as _, StoreError};
use crate::records::{Key, Total, Written, write};

/// How often a count is tried again because somebody else counted at the same moment.
const TRIES: u32 = 8;

/// Adds one click to the total of `link`.
pub(crate) async fn count<E: Edge>(edge: &E, link: &LinkId) -> Result<(), StoreError> {
    let records = edge.records();
    for _ in 0..TRIES {
        let total = match records.get(&Key::total(link)).await? {
            Some(record) => Total::read(&record)?,
            None => Total::default(),
        };
        let token = base58::random_96(edge).map_err(|error| StoreError::Unavailable(error.0))?;
        if write(records, total.plus(1, link, token)?).await? == Written::Done {
            return Ok(());
        }
    }
    Err(StoreError::Unavailable(format!("the total of {link} changed {TRIES} times while it was being written")))
}

/// The totals of `links`, in their order.
pub(crate) async fn totals<E: Edge>(edge: &E, links: &[&LinkId]) -> Result<Vec<u64>, StoreError> {
    let keys: Vec<Key> = links.iter().map(|link| Key::total(link)).collect();
    let records = edge.records().get_many(&keys).await?;
    records
        .iter()
        .map(|record| match record {
            Some(record) => Total::read(record).map(|total| total.clicks),
            None => Ok(0),
        })
        .collect()
}
