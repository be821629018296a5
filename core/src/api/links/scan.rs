//! Scans of links, one page at a time: lists index entries, loads their records, and skips each entry that its record
//! does not match.

use crate::api::page_size;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::Link;
use crate::model::time::Timestamp;
use crate::store::budget::Budget;
use crate::store::ports::{Edge, Records, StoreCall};
use crate::store::{Cursor, Key, Prefix, index_entry, load_many};

/// The keys that a scan of a domain reads.
pub(super) enum Walk {
    /// Index entries, newest first, back to `earliest`.
    Index { prefix: Prefix, earliest: Timestamp },
    /// The records themselves, in the order of their aliases.
    Records(Prefix),
}

/// Start of a page.
pub(super) struct Position {
    /// The last alias of the previous page, if its link was on that page. An edit since then may have written another
    /// index entry right after the old one.
    pub(super) seen: Option<Alias>,
    pub(super) cursor: Cursor,
}

/// Separates the alias from the store's cursor; no alias contains it.
const SEPARATOR: char = '\n';

impl Position {
    /// Parses the text of a cursor.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (seen, cursor) = text.split_once(SEPARATOR)?;
        let seen = Some(seen).filter(|seen| !seen.is_empty()).map(|seen| Alias::stored(seen.to_owned()));
        Some(Self { seen, cursor: Cursor(cursor.to_owned()) })
    }

    /// Text of a cursor.
    pub(super) fn text(&self) -> String {
        format!("{}{SEPARATOR}{}", self.seen.as_ref().map_or("", Alias::as_str), self.cursor.0)
    }
}

/// One page of links, and the start of the next page if there may be one.
pub(super) struct WalkPage<P> {
    pub(super) links: Vec<Link>,
    /// The number of keys that were examined.
    pub(super) examined: usize,
    pub(super) next: Option<P>,
}

impl<P> WalkPage<P> {
    pub(super) fn map_next<Q>(self, map: impl FnOnce(P) -> Q) -> WalkPage<Q> {
        WalkPage { links: self.links, examined: self.examined, next: self.next.map(map) }
    }
}

/// Most links that a page examines.
pub(crate) fn largest_page(records: &impl Records, budget: &Budget) -> u16 {
    budget.largest(page_size::LARGEST, |links| cost_of_page(records, links.into()))
}

/// Cost of a page of `links` links. If all of them have a pending move, their old aliases are read too.
pub(super) fn cost_of_page(records: &impl Records, links: usize) -> u32 {
    let reads =
        [StoreCall::Scan, StoreCall::GetMany(links), StoreCall::GetMany(links)].iter().map(|call| records.operations(call)).sum::<u32>();
    reads.saturating_add(cost_of_counts(records, links))
}

/// Cost of reading the click counts of `links` links: their totals, and how much of their limits is used up.
pub(super) fn cost_of_counts(records: &impl Records, links: usize) -> u32 {
    records.operations(&StoreCall::GetMany(links)).saturating_add(records.operations(&StoreCall::Taken(links)))
}

impl Walk {
    /// Examines up to `limit` keys after `after`, as many as the operation budget allows.
    pub(super) async fn page<E: Edge>(
        &self,
        context: &Context<'_, E>,
        domain: &Domain,
        after: Option<Position>,
        limit: u16,
    ) -> Result<WalkPage<Position>, Problem> {
        let (Self::Index { prefix, .. } | Self::Records(prefix)) = self;
        let records = context.edge.records();
        let limit = limit.min(largest_page(records, context.budget));
        let page = records.scan(prefix, after.as_ref().map(|after| &after.cursor), limit).await?;
        let seen = after.and_then(|after| after.seen);
        let (examined, last) = (page.keys.len(), page.keys.last().cloned());
        let reserved = context.budget.reserve(cost_of_counts(records, examined));
        let mut links = self.load_links(context, domain, page.keys).await?;
        drop(reserved);
        let next = page.next.filter(|_| !last.as_ref().is_some_and(|last| self.ends_before(last))).map(|cursor| {
            let ends_with = last.as_ref().and_then(|last| self.alias_in(last));
            let was_seen = |alias: &Alias| seen.as_ref() == Some(alias) || links.iter().any(|link| link.alias == *alias);
            Position { seen: ends_with.filter(was_seen), cursor }
        });
        links.retain(|link| seen.as_ref() != Some(&link.alias));
        Ok(WalkPage { links, examined, next })
    }

    /// Alias in an index entry; `None` for a record, which has one key only and cannot be listed twice.
    fn alias_in(&self, key: &Key) -> Option<Alias> {
        match self {
            Self::Index { .. } => index_entry::alias(key),
            Self::Records(_) => None,
        }
    }

    /// Whether all keys after `key` are too old.
    fn ends_before(&self, key: &Key) -> bool {
        match self {
            Self::Index { earliest, .. } => index_entry::is_before(key, *earliest),
            Self::Records(_) => false,
        }
    }

    /// Loads the links of `keys`, also deleted ones. Skips index entries that their record does not match.
    pub(super) async fn load_links<E: Edge>(
        &self,
        context: &Context<'_, E>,
        domain: &Domain,
        keys: Vec<Key>,
    ) -> Result<Vec<Link>, Problem> {
        let (index_entries, keys) = match self {
            Self::Index { .. } => keys
                .into_iter()
                .filter_map(|index_entry| index_entry::alias(&index_entry).map(|alias| (Some(index_entry), Key::link(domain, &alias))))
                .unzip(),
            Self::Records(_) => (vec![None; keys.len()], keys),
        };
        let alias_records = load_many(context.edge.records(), &keys).await?;
        let mut links = Vec::with_capacity(keys.len());
        for ((index_entry, key), alias_record) in index_entries.iter().zip(&keys).zip(alias_records) {
            match alias_record {
                Some(Ok(alias_record)) if index_entry.as_ref().is_none_or(|index_entry| alias_record.matches_entry(index_entry)) => {
                    // Edits may have left several index entries of one link next to each other.
                    let is_listed = |link: &&Link| links.last().is_some_and(|last: &Link| last.alias == link.alias);
                    let new = alias_record.link().filter(|link| !is_listed(link)).cloned();
                    links.extend(new);
                }
                // One damaged record does not hide the others.
                Some(Err(error)) => context.log_skipped(index_entry.as_ref().unwrap_or(key), &error),
                Some(Ok(_)) | None => {}
            }
        }
        Ok(links)
    }
}
