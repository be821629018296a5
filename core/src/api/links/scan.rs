//! Walking through links, a page at a time: keys are listed, each is followed to its record, and what the record does not yield is skipped.

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

/// A way through the links of a domain.
pub(super) enum Walk {
    /// By hints, newest first, as far back as a moment.
    Index { prefix: Prefix, earliest: Timestamp },
    /// By the records themselves, in the order of their aliases.
    Records(Prefix),
}

/// Where a page begins.
pub(super) struct Position {
    /// The alias that the page before ended with, if its link was seen there: an edit since then may have written its hint anew, right
    /// behind the old one.
    pub(super) seen: Option<Alias>,
    pub(super) cursor: Cursor,
}

/// Between the alias and the store's own words in a cursor: no alias holds it.
const LIMIT: char = '\n';

impl Position {
    /// Reads what a cursor said.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (seen, cursor) = text.split_once(LIMIT)?;
        let seen = Some(seen).filter(|seen| !seen.is_empty()).map(|seen| Alias::stored(seen.to_owned()));
        Some(Self { seen, cursor: Cursor(cursor.to_owned()) })
    }

    /// What a cursor says.
    pub(super) fn text(&self) -> String {
        format!("{}{LIMIT}{}", self.seen.as_ref().map_or("", Alias::as_str), self.cursor.0)
    }
}

/// A few links, and where the next few begin if there may be more.
pub(super) struct WalkPage {
    pub(super) links: Vec<Link>,
    pub(super) next: Option<Position>,
}

/// How many links a page examines at most.
pub(crate) fn largest_page(records: &impl Records, budget: &Budget) -> u16 {
    budget.largest(page_size::LARGEST, |links| of_page(records, links.into()))
}

/// Cost of a page of `links` links. All of them may be on the move: then where each comes from is read too.
pub(super) fn of_page(records: &impl Records, links: usize) -> u32 {
    let looks =
        [StoreCall::Scan, StoreCall::GetMany(links), StoreCall::GetMany(links)].iter().map(|call| records.operations(call)).sum::<u32>();
    looks.saturating_add(of_counts(records, links))
}

/// Cost of reading the click counts of `links` links: their totals, and how much of their limits is used up.
pub(super) fn of_counts(records: &impl Records, links: usize) -> u32 {
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
    ) -> Result<WalkPage, Problem> {
        let (Self::Index { prefix, .. } | Self::Records(prefix)) = self;
        let records = context.edge.records();
        let limit = limit.min(largest_page(records, context.budget));
        let page = records.scan(prefix, after.as_ref().map(|after| &after.cursor), limit).await?;
        let seen = after.and_then(|after| after.seen);
        let last = page.keys.last().cloned();
        let counting = context.budget.reserve(of_counts(records, page.keys.len()));
        let mut links = self.follow(context, domain, page.keys).await?;
        drop(counting);
        let next = page.next.filter(|_| !last.as_ref().is_some_and(|last| self.ends_before(last))).map(|cursor| {
            let ends_with = last.as_ref().and_then(|last| self.alias_in(last));
            let was_seen = |alias: &Alias| seen.as_ref() == Some(alias) || links.iter().any(|link| link.alias == *alias);
            Position { seen: ends_with.filter(was_seen), cursor }
        });
        links.retain(|link| seen.as_ref() != Some(&link.alias));
        Ok(WalkPage { links, next })
    }

    /// The alias in a hint; records have one key each and are not met again.
    fn alias_in(&self, key: &Key) -> Option<Alias> {
        match self {
            Self::Index { .. } => index_entry::alias(key),
            Self::Records(_) => None,
        }
    }

    /// Whether nothing of interest comes after `key`.
    fn ends_before(&self, key: &Key) -> bool {
        match self {
            Self::Index { earliest, .. } => index_entry::is_before(key, *earliest),
            Self::Records(_) => false,
        }
    }

    /// The links that `keys` lead to and that still yield them, deleted ones too.
    pub(super) async fn follow<E: Edge>(&self, context: &Context<'_, E>, domain: &Domain, keys: Vec<Key>) -> Result<Vec<Link>, Problem> {
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
                    // An edit may have left hints that say the same, one right behind the other.
                    let is_met = |link: &&Link| links.last().is_some_and(|last: &Link| last.alias == link.alias);
                    let new = alias_record.link().filter(|link| !is_met(link)).cloned();
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
