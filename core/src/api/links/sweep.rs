//! Editing the links that hints lead to, as many in one request as the operation budget allows. The next request goes
//! on where the last one ended, if links that are done yield those hints no more.

use std::cell::Cell;

use super::{LinkEdit, edit};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::preconditions::EditRefusal;
use crate::message::problem::{Problem, ProblemCode};
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::{Link, MOST_MOVES};
use crate::store::ports::{Edge, NoEntropy, Records as _, StoreCall};
use crate::store::{AliasState, Key, Prefix, index_entry, load};

/// Hints are listed up to here, since those that lead nowhere any more may stand before the others.
pub(super) const MOST_LISTED: u16 = 1_000;

/// So many times at most, since many hints may lead to a few aliases.
const MOST_SCANS: u32 = 5;

/// However many store operations there are: each link is read, and written again.
const MOST_LOOKS: usize = 100;

/// What one request may still do, whatever store operations it has left.
pub(super) struct SweepLimits {
    scans: u32,
    looks: usize,
}

impl Default for SweepLimits {
    fn default() -> Self {
        Self { scans: MOST_SCANS, looks: MOST_LOOKS }
    }
}

/// What became of the links of some hints.
#[derive(Default)]
pub(super) struct SweepResult {
    pub(super) changed: u16,
    /// What was wrong with one of them, if something was.
    pub(super) damaged: Option<Problem>,
    /// Whether none is left.
    pub(super) done: bool,
}

/// Edits the links of `domain` that `index_entries` lead to, deleted ones too: they may be restored. What `change` finds not to be there is left alone. A
/// damaged record stops only itself.
pub(super) async fn sweep<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    (domain, index_entries): (&Domain, &Prefix),
    limits: &mut SweepLimits,
    change: &dyn Fn(&Link) -> Result<LinkEdit, EditRefusal>,
) -> Result<SweepResult, Problem> {
    let records = context.edge.records();
    let mut swept = SweepResult::default();
    let mut after = None;
    while limits.scans > 0 && context.budget.left() > records.operations(&StoreCall::Scan) {
        limits.scans = limits.scans.saturating_sub(1);
        let page = records.scan(index_entries, after.as_ref(), MOST_LISTED).await?;
        // Hints that edits of one link left behind stand next to each other.
        let mut aliases: Vec<_> = page.keys.iter().filter_map(index_entry::alias).collect();
        aliases.dedup();
        if aliases.len() > 1 {
            start_anywhere(context, &mut aliases)?;
        }
        for alias in &aliases {
            if limits.looks == 0 {
                return Ok(swept);
            }
            context.budget.begin_part();
            match sweep_one(context, authorized, Key::link(domain, alias), domain, limits, change).await {
                Ok(true) => swept.changed = swept.changed.saturating_add(1),
                Ok(false) => {}
                Err(problem) if problem.code == ProblemCode::BudgetExhausted => return Ok(swept),
                Err(problem) if problem.code == ProblemCode::Internal => {
                    context.log_cause(&problem);
                    swept.damaged = Some(problem);
                }
                Err(problem) => return Err(problem),
            }
        }
        after = page.next;
        if after.is_none() {
            swept.done = true;
            break;
        }
    }
    Ok(swept)
}

/// Has the aliases begin with any of them. Hints that lead nowhere stay: whoever began with the same ones every time might never come to the
/// others.
fn start_anywhere<E: Edge>(context: &Context<'_, E>, aliases: &mut [Alias]) -> Result<(), NoEntropy> {
    let mut random = [0; 4];
    context.edge.random(&mut random)?;
    let start = usize::try_from(u32::from_le_bytes(random)).ok().and_then(|random| random.checked_rem(aliases.len()));
    aliases.rotate_left(start.unwrap_or_default());
    Ok(())
}

/// Changes the link that was at `key`, wherever on its domain it has gone since. Says whether it was one of those, and takes what was looked at
/// off the limits.
async fn sweep_one<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    mut key: Key,
    domain: &Domain,
    limits: &mut SweepLimits,
    change: &dyn Fn(&Link) -> Result<LinkEdit, EditRefusal>,
) -> Result<bool, Problem> {
    for _ in 0..=MOST_MOVES {
        let is_there = Cell::new(false);
        let change = |link: &Link| {
            is_there.set(true);
            change(link)
        };
        limits.looks = limits.looks.saturating_sub(1);
        match edit(context, authorized, &key, &change).await {
            Err(problem) if problem.code == ProblemCode::NotFound => {}
            edited => return edited.map(|_| true),
        }
        if is_there.get() {
            break;
        }
        limits.looks = limits.looks.saturating_sub(1);
        let alias_record = load(context.edge.records(), &key).await?;
        match alias_record.as_ref().map(|alias_record| alias_record.alias_state.visible()) {
            Some(AliasState::MovedTo(moved_to)) if moved_to.domain == *domain => key = moved_to.to(),
            _ => break,
        }
    }
    Ok(false)
}
