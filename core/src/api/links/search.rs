//! Search of links by words, newest first. In a store with a word index a page reads the entries of one word of the
//! query. Without an index, or if that word is very common, it scans a list. Either way the filter checks each link.

use std::collections::BTreeSet;

use super::filter::LinkFilter;
use super::scan::{Position, WalkPage, cost_of_counts, cost_of_page, largest_page};
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::search_words::SearchQuery;
use crate::store::ports::{Edge, Records as _, StoreError};
use crate::store::{Key, Prefix, index_entry, load_many};

/// The maximum number of entries of a word that a search reads. Of a word with more, links are found by a scan.
pub(crate) const MAX_ENTRIES: u16 = 1_000;

/// The same for a page that continues such a search. It is more, so that the list goes on while links are created.
const MAX_ENTRIES_OF_NEXT_PAGE: u16 = 2_000;

/// The maximum number of words of a query that are looked up in the word index, one after the other.
const MAX_LOOKUPS: usize = 3;

/// Start of a page of a search.
pub(super) enum SearchPosition {
    /// After the word index entries with this sort key.
    After(String),
    /// At this position of a scan.
    Scan(Position),
}

/// Separates the kind of a position from the rest.
const SEPARATOR: char = '\n';
const AFTER: &str = "after";
const SCAN: &str = "scan";

impl SearchPosition {
    /// Parses the text of a cursor.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.split_once(SEPARATOR)? {
            (AFTER, sort_key) => Some(Self::After(sort_key.to_owned())),
            (SCAN, position) => Position::parse(position).map(Self::Scan),
            _ => None,
        }
    }

    /// Text of a cursor.
    pub(super) fn text(&self) -> String {
        match self {
            Self::After(sort_key) => format!("{AFTER}{SEPARATOR}{sort_key}"),
            Self::Scan(position) => format!("{SCAN}{SEPARATOR}{}", position.text()),
        }
    }
}

/// Loads a page of links that may match `filter`, which has the words of `search`.
pub(super) async fn page<E: Edge>(
    context: &Context<'_, E>,
    filter: &LinkFilter,
    search: &SearchQuery,
    after: Option<SearchPosition>,
    limit: u16,
) -> Result<WalkPage<SearchPosition>, Problem> {
    let records = context.edge.records();
    let (last, most) = match after {
        Some(SearchPosition::Scan(position)) => return scan(context, filter, search, Some(position), limit).await,
        Some(SearchPosition::After(last)) => (Some(last), MAX_ENTRIES_OF_NEXT_PAGE),
        None if !records.has_word_index() => return scan(context, filter, search, None, limit).await,
        None => (None, MAX_ENTRIES),
    };
    for word in search.longest_words().into_iter().take(MAX_LOOKUPS) {
        let entries = records.scan(&Prefix::by_word(&filter.domain, word), None, most).await?;
        if entries.next.is_none() {
            return load_entries(context, filter, &entries.keys, last.as_deref(), limit).await;
        }
    }
    match last {
        // Since the page before, links with these words were created in great number.
        Some(_) => Err(StoreError::BadCursor.into()),
        None => scan(context, filter, search, None, limit).await,
    }
}

/// Scans the list of the other conditions, and keeps the links with the words. Only these need their click counts, so
/// the page goes on with the operations that are left.
async fn scan<E: Edge>(
    context: &Context<'_, E>,
    filter: &LinkFilter,
    search: &SearchQuery,
    after: Option<Position>,
    limit: u16,
) -> Result<WalkPage<SearchPosition>, Problem> {
    let records = context.edge.records();
    let (mut links, mut examined, mut rest, mut next) = (Vec::new(), 0_usize, limit, after);
    loop {
        let reserved = context.budget.reserve(cost_of_counts(records, links.len()));
        let part = filter.walk().page(context, &filter.domain, next, rest).await?;
        drop(reserved);
        links.extend(part.links.into_iter().filter(|link| search.matches(link)));
        examined = examined.saturating_add(part.examined);
        rest = limit.saturating_sub(u16::try_from(examined).unwrap_or(u16::MAX));
        next = part.next;
        let cost_of_more = cost_of_counts(records, links.len()).saturating_add(cost_of_page(records, 1));
        if next.is_none() || rest == 0 || cost_of_more > context.budget.left() {
            return Ok(WalkPage { links, examined, next: next.map(SearchPosition::Scan) });
        }
    }
}

/// Loads the newest links of these word index entries after the sort key `after`, as many as the operation budget allows.
async fn load_entries<E: Edge>(
    context: &Context<'_, E>,
    filter: &LinkFilter,
    entries: &[Key],
    after: Option<&str>,
    limit: u16,
) -> Result<WalkPage<SearchPosition>, Problem> {
    let records = context.edge.records();
    let (earliest, latest) = filter.times();
    let (newest, oldest) = (index_entry::inverted(latest), index_entry::inverted(earliest));
    let has_time = |created_at: &str| *newest <= *created_at && *created_at <= *oldest;
    let is_wanted = |sort_key: &&str| {
        after.is_none_or(|after| *sort_key > after) && sort_key.split_once('/').is_some_and(|(created_at, _)| has_time(created_at))
    };
    // Several words of one link may have the same beginning.
    let sort_keys: BTreeSet<&str> = entries.iter().filter_map(index_entry::sort_key).filter(is_wanted).collect();
    let mut wanted = sort_keys.into_iter();
    let limit = limit.min(largest_page(records, context.budget));
    let examined: Vec<&str> = wanted.by_ref().take(limit.into()).collect();
    let next = examined.last().filter(|_| wanted.next().is_some()).map(|last| SearchPosition::After((*last).to_owned()));

    let named = examined.iter().filter_map(|sort_key| index_entry::parse_sort_key(sort_key));
    let (created_at, keys): (Vec<&str>, Vec<Key>) =
        named.map(|(created_at, alias)| (created_at, Key::link(&filter.domain, &alias))).unzip();
    let reserved = context.budget.reserve(cost_of_counts(records, keys.len()));
    let alias_records = load_many(records, &keys).await?;
    drop(reserved);
    let mut links = Vec::with_capacity(keys.len());
    for ((key, created_at), alias_record) in keys.iter().zip(created_at).zip(alias_records) {
        match alias_record {
            Some(Ok(alias_record)) => {
                // Another link may have the alias now. Its own entry has its time.
                links.extend(alias_record.link().filter(|link| index_entry::inverted(link.created_at) == created_at).cloned());
            }
            Some(Err(error)) => context.log_skipped(key, &error),
            None => {}
        }
    }
    Ok(WalkPage { links, examined: examined.len(), next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::alias::Alias;
    use crate::store::Cursor;

    #[test]
    fn position_survives_its_text() {
        let scan = Position { seen: Some(Alias::stored("docs".into())), cursor: Cursor("a/b\nc".into()) };
        for position in [SearchPosition::After("fffe/a=2eb".into()), SearchPosition::Scan(scan)] {
            let text = position.text();
            assert_eq!(SearchPosition::parse(&text).map(|parsed| parsed.text()), Some(text));
        }
        for text in ["", "after", "other\nx", "scan\nx"] {
            assert!(SearchPosition::parse(text).is_none(), "{text}");
        }
    }
}
