//! Clicks that were counted elsewhere, of an imported link.

use crate::model::clicks::Clicks;
use crate::model::link::LinkId;
use crate::store::ports::{Edge, Records as _, StoreError};
use crate::store::segments::LinkTotal;
use crate::store::{Change, Expect, Key, id_source};

/// Sets the clicks of an imported link. Does nothing if clicks were counted here already.
pub(crate) async fn import_clicks<E: Edge>(edge: &E, link: &LinkId, clicks: Clicks) -> Result<(), StoreError> {
    let token = id_source::random_96(edge).map_err(|error| StoreError::Unavailable(error.0))?;
    let total = LinkTotal { clicks, ..LinkTotal::default() };
    edge.records().commit(&Change::write_only(Key::total(link), Expect::Absent, total.encode()?, token)).await.map(drop)
}
