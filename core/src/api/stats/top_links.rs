//! The links that were followed most. A click was counted under the alias that its link had then, so the links are
//! looked up: they may have moved since, or may be erased.

use std::collections::BTreeMap;

use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::alias::Alias;
use crate::model::clicks::Clicks;
use crate::model::domain::Domain;
use crate::model::link::LinkId;
use crate::model::stats::ValueCounts;
use crate::store::ports::{Edge, Records as _, StoreCall};
use crate::store::{AliasState, Key, load_many};

/// Most links that are listed.
pub(crate) const MAX_LINKS: usize = 10;

/// Most links that are looked up: some may be erased.
const MAX_CANDIDATES: usize = 20;

/// How often the records of aliases are read: a link may have moved.
const MAX_READS: usize = 3;

/// A link as it is now, and its clicks.
pub(super) struct TopLink {
    pub(super) alias: Alias,
    pub(super) domain: Domain,
    pub(super) clicks: Clicks,
}

/// A link that was followed often.
struct Candidate {
    id: LinkId,
    clicks: Clicks,
    /// The alias to be read next.
    next: Option<Key>,
    /// Other aliases that the link had, the least frequent one first.
    others: Vec<Key>,
    /// Where the link is.
    found: Option<(Domain, Alias)>,
}

/// The links with most clicks of people that exist and that the caller may see, as far as the operation budget allows.
pub(super) async fn top_links<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    counts: &ValueCounts,
) -> Result<Vec<TopLink>, Problem> {
    let mut candidates = group_by_link(counts);
    for _ in 0..MAX_READS {
        let mut missing: Vec<&mut Candidate> = candidates.iter_mut().filter(|candidate| candidate.next.is_some()).collect();
        missing.truncate(affordable(context, missing.len()));
        if missing.is_empty() {
            break;
        }
        let keys: Vec<Key> = missing.iter().filter_map(|candidate| candidate.next.clone()).collect();
        let alias_records = load_many(context.edge.records(), &keys).await?;
        for ((candidate, key), alias_record) in missing.into_iter().zip(&keys).zip(alias_records) {
            let alias_record = alias_record.and_then(|read| read.map_err(|error| context.log_skipped(key, &error)).ok());
            candidate.look_at(alias_record.as_ref().map(|alias_record| alias_record.alias_state.visible()));
        }
    }
    let links = candidates.into_iter().filter_map(|candidate| {
        let (domain, alias) = candidate.found?;
        authorized.covers(&domain).then_some(TopLink { alias, domain, clicks: candidate.clicks })
    });
    Ok(links.take(MAX_LINKS).collect())
}

/// The number of records, up to `most`, that can be read. Each may have a pending move, whose old alias is read too.
fn affordable<E: Edge>(context: &Context<'_, E>, most: usize) -> usize {
    let cost = |number: usize| context.edge.records().operations(&StoreCall::GetMany(number)).saturating_mul(2);
    (1..=most).rev().find(|number| cost(*number) <= context.budget.left()).unwrap_or_default()
}

/// The links of `counts`, whose values are `<id> <domain>/<alias>`; those with most clicks of people first.
fn group_by_link(counts: &ValueCounts) -> Vec<Candidate> {
    let mut links = BTreeMap::<LinkId, (Clicks, Vec<Key>)>::new();
    for (value, clicks) in counts.by_frequency().into_iter().rev() {
        let Some((id, (domain, alias))) = value.split_once(' ').and_then(|(id, address)| Some((id, address.split_once('/')?))) else {
            continue;
        };
        let (total, aliases) = links.entry(LinkId::stored(id.to_owned())).or_default();
        total.merge(clicks);
        aliases.push(Key::link(&Domain::stored(domain.to_owned()), &Alias::stored(alias.to_owned())));
    }
    let mut candidates: Vec<Candidate> =
        links.into_iter().map(|(id, (clicks, mut others))| Candidate { id, clicks, next: others.pop(), others, found: None }).collect();
    candidates.sort_by_key(|candidate| std::cmp::Reverse((candidate.clicks.humans, candidate.clicks.total())));
    candidates.truncate(MAX_CANDIDATES);
    candidates
}

impl Candidate {
    /// Takes note of what is at an alias that the link had.
    fn look_at(&mut self, alias_state: Option<&AliasState>) {
        self.next = match alias_state {
            Some(AliasState::Link(link)) if link.id == self.id => {
                self.found = Some((link.domain.clone(), link.alias.clone()));
                None
            }
            Some(AliasState::MovedTo(moved_to)) if moved_to.link == self.id => Some(moved_to.to()),
            _ => self.others.pop(),
        };
    }
}
