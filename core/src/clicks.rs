//! Counting clicks, after the visitor has gone: one total for each link.

use crate::agent::Kind;
use crate::app::Context;
use crate::base58;
use crate::link::LinkId;
use crate::ports::{Edge, Records as _, StoreError};
use crate::records::{Key, Total, Written, write};
use crate::visit::{self, Visit};

/// How often a link was followed, and by whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clicks {
    pub(crate) humans: u64,
    pub(crate) bots: u64,
    pub(crate) previews: u64,
}

/// A link that was followed, and what tells by whom. It is looked at once the visitor has gone.
#[derive(Debug)]
pub(crate) struct Click {
    pub(crate) link: LinkId,
    pub(crate) agent: Vec<u8>,
    pub(crate) is_ahead: bool,
}

impl Click {
    pub(crate) fn of(link: LinkId, visit: &Visit<'_>) -> Self {
        Self { link, agent: visit.agent().to_vec(), is_ahead: visit.is_ahead() }
    }

    /// One click, by its kind.
    fn counted(&self) -> Clicks {
        let none = Clicks::default();
        match visit::who(&self.agent, self.is_ahead).kind {
            Kind::Human => Clicks { humans: 1, ..none },
            Kind::Bot => Clicks { bots: 1, ..none },
            Kind::Preview => Clicks { previews: 1, ..none },
        }
    }
}

/// How often a count is tried again because somebody else counted at the same moment.
const TRIES: u32 = 8;

/// Adds a click to the total of its link.
pub(crate) async fn count<E: Edge>(edge: &E, click: &Click) -> Result<(), StoreError> {
    let (link, clicks) = (&click.link, click.counted());
    let records = edge.records();
    for _ in 0..TRIES {
        let total = match records.get(&Key::total(link)).await? {
            Some(record) => Total::read(&record)?,
            None => Total::default(),
        };
        let token = base58::random_96(edge).map_err(|error| StoreError::Unavailable(error.0))?;
        if write(records, total.plus(clicks, link, token)?).await? == Written::Done {
            return Ok(());
        }
    }
    Err(StoreError::Unavailable(format!("the total of {link} changed {TRIES} times while it was being written")))
}

/// Gives a link the clicks it had elsewhere, unless it has been counted here already.
pub(crate) async fn bring<E: Edge>(edge: &E, link: &LinkId, clicks: Clicks) -> Result<(), StoreError> {
    let token = base58::random_96(edge).map_err(|error| StoreError::Unavailable(error.0))?;
    write(edge.records(), Total::default().plus(clicks, link, token)?).await.map(drop)
}

/// The totals of `links`, in their order. A total that cannot be read hides no link: it is logged and shown as none.
pub(crate) async fn totals<E: Edge>(context: &Context<'_, E>, links: &[&LinkId]) -> Result<Vec<Clicks>, StoreError> {
    let keys: Vec<Key> = links.iter().map(|link| Key::total(link)).collect();
    let records = context.edge.records().get_many(&keys).await?;
    let totals = keys.iter().zip(&records).map(|(key, record)| match record.as_ref().map(Total::read) {
        Some(Ok(total)) => total.clicks,
        Some(Err(error)) => {
            context.log_skipped(key, &error);
            Clicks::default()
        }
        None => Clicks::default(),
    });
    Ok(totals.collect())
}
