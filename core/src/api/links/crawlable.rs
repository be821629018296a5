//! Crawlable links: those that `robots.txt` allows. They have `crawlable` set and redirect every visitor at once.

use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::{Link, LinkState};
use crate::store::blocklist::max_cost_of_verdict;
use crate::store::budget::Budget;
use crate::store::ports::{Edge, Records, StoreCall, StoreError};
use crate::store::{Key, Prefix, index_entry, load_many};

/// Upper bound, whatever the budget.
const MOST: u16 = 1_000;

/// Number of links that are in memory at the same time.
const AT_ONCE: usize = 100;

/// Number of links with a pending move that the budget covers: each costs a read of the alias it comes from.
const PENDING_MOVES: usize = 2;

/// Most links that `robots.txt` lists.
pub(crate) fn max_crawlable(records: &impl Records, budget: &Budget) -> u16 {
    budget.largest(MOST, |links| cost_of_crawlable(records, links.into()))
}

/// Cost of listing `links` crawlable links: their index entries, their records, and the record of the domain with its
/// verdict of the blocklist.
fn cost_of_crawlable(records: &impl Records, links: usize) -> u32 {
    let chunks = (0..links).step_by(AT_ONCE).map(|before| StoreCall::GetMany(AT_ONCE.min(links.saturating_sub(before))));
    let others = [StoreCall::Scan, StoreCall::GetMany(2), StoreCall::GetMany(PENDING_MOVES)];
    let cost: u32 = chunks.chain(others).map(|call| records.operations(&call)).sum();
    cost.saturating_add(max_cost_of_verdict(records))
}

/// Aliases of the crawlable links in order, as many as the operation budget allows. Each index entry is checked against
/// its record. Only the aliases stay in memory, since records may be large and every visitor may request the list.
pub(crate) async fn crawlable<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<Vec<Alias>, Problem> {
    let records = context.edge.records();
    let page = records.scan(&Prefix::crawlable(domain), None, max_crawlable(records, context.budget)).await?;
    let is_open = |link: &&Link| !link.settings.is_gated() && link.state(0, context.now) == LinkState::Live;
    let mut aliases: Vec<Alias> = Vec::new();
    for index_entries in page.keys.chunks(AT_ONCE) {
        let (index_entries, keys): (Vec<&Key>, Vec<Key>) = index_entries
            .iter()
            .filter_map(|index_entry| Some((index_entry, Key::link(domain, &index_entry::alias(index_entry)?))))
            .unzip();
        let alias_records = match load_many(records, &keys).await {
            // Too many links have a pending move for the operations that are left. The next text, a minute later, may
            // list the others.
            Err(error @ StoreError::OverBudget { .. }) => {
                context.log_lost("robots.txt lists only some of the crawlable links", &error);
                break;
            }
            alias_records => alias_records?,
        };
        for (index_entry, alias_record) in index_entries.into_iter().zip(alias_records) {
            match alias_record {
                Some(Ok(alias_record)) if alias_record.matches_entry(index_entry) => {
                    aliases.extend(alias_record.link().filter(is_open).map(|link| link.alias.clone()));
                }
                // One damaged record does not hide the others.
                Some(Err(error)) => context.log_skipped(index_entry, &error),
                Some(Ok(_)) | None => {}
            }
        }
    }
    aliases.dedup();
    Ok(aliases)
}
