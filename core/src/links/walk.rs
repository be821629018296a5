//! Walking through links, a page at a time: keys are listed, each is followed to its record, and what the record does not yield is skipped.

use crate::app::Context;
use crate::domain::Domain;
use crate::error::Problem;
use crate::link::Link;
use crate::ports::{Edge, Records as _};
use crate::records::{Cursor, Key, Prefix, hint, look_at_all};
use crate::time::Timestamp;

/// A way through the links of a domain.
pub(super) enum Walk {
    /// By hints, newest first, as far back as a moment.
    Hints { prefix: Prefix, earliest: Timestamp },
    /// By the records themselves, in the order of their aliases.
    Records(Prefix),
}

/// A few links, and where the next few begin if there may be more.
pub(super) struct Page {
    pub(super) links: Vec<Link>,
    pub(super) next: Option<Cursor>,
}

impl Walk {
    /// Examines up to `limit` keys after `after`, and as many as the edge can at most.
    pub(super) async fn page<E: Edge>(
        &self,
        context: &Context<'_, E>,
        domain: &Domain,
        after: Option<&Cursor>,
        limit: u16,
    ) -> Result<Page, Problem> {
        let (Self::Hints { prefix, .. } | Self::Records(prefix)) = self;
        let limit = limit.min(context.edge.traits().largest_page);
        let page = context.edge.records().scan(prefix, after, limit).await?;
        let is_over = page.keys.last().is_some_and(|last| self.ends_before(last));
        let links = self.follow(context, domain, page.keys).await?;
        Ok(Page { links, next: page.next.filter(|_| !is_over) })
    }

    /// Whether nothing of interest comes after `key`.
    fn ends_before(&self, key: &Key) -> bool {
        match self {
            Self::Hints { earliest, .. } => hint::is_before(key, *earliest),
            Self::Records(_) => false,
        }
    }

    /// The links that `keys` lead to and that still yield them, deleted ones too.
    async fn follow<E: Edge>(&self, context: &Context<'_, E>, domain: &Domain, keys: Vec<Key>) -> Result<Vec<Link>, Problem> {
        let (hints, keys) = match self {
            Self::Hints { .. } => {
                keys.into_iter().filter_map(|hint| hint::alias(&hint).map(|alias| (Some(hint), Key::link(domain, &alias)))).unzip()
            }
            Self::Records(_) => (vec![None; keys.len()], keys),
        };
        let places = look_at_all(context.edge.records(), &keys).await?;
        let mut links = Vec::with_capacity(keys.len());
        for ((hint, key), place) in hints.iter().zip(&keys).zip(places) {
            match place {
                Some(Ok(place)) if hint.as_ref().is_none_or(|hint| place.yields(hint)) => links.extend(place.link().cloned()),
                // One damaged record does not hide the others.
                Some(Err(error)) => context.log_skipped(hint.as_ref().unwrap_or(key), &error),
                Some(Ok(_)) | None => {}
            }
        }
        Ok(links)
    }
}
