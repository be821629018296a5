//! Bulk edit of all links under an index prefix, as many in one request as the operation budget allows. The next
//! request continues with the rest, provided that edited links do not match the prefix any more.

use std::cell::Cell;

use super::{LinkEdit, edit};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::preconditions::EditRefusal;
use crate::message::problem::{Problem, ProblemCode};
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::{Link, MAX_MOVES};
use crate::store::ports::{Edge, NoEntropy, Records as _, StoreCall};
use crate::store::{AliasState, Key, Prefix, index_entry, load};

/// Most index entries in one scan. Stale entries may come before the others.
pub(super) const MAX_LISTED: u16 = 1_000;

/// Most scans in one request, since many entries may belong to a few aliases.
const MAX_SCANS: u32 = 5;

/// Most loads of records in one request, whatever the operation budget: each link is loaded and written.
const MAX_LOADS: usize = 100;

/// What one request may still do, beside its operation budget.
pub(super) struct SweepLimits {
    scans: u32,
    loads: usize,
}

impl Default for SweepLimits {
    fn default() -> Self {
        Self { scans: MAX_SCANS, loads: MAX_LOADS }
    }
}

/// Result of a bulk edit.
#[derive(Default)]
pub(super) struct SweepResult {
    pub(super) changed: u16,
    /// The problem of a damaged record, if there was one.
    pub(super) damaged: Option<Problem>,
    /// Whether no link is left to edit.
    pub(super) done: bool,
}

/// Edits the links of `domain` under the prefix `prefix`, also deleted ones, which may be restored. A link for
/// which `change` returns "not found" is left alone. A damaged record is logged and skipped.
pub(super) async fn sweep<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    (domain, prefix): (&Domain, &Prefix),
    limits: &mut SweepLimits,
    change: &dyn Fn(&Link) -> Result<LinkEdit, EditRefusal>,
) -> Result<SweepResult, Problem> {
    let records = context.edge.records();
    let mut swept = SweepResult::default();
    let mut after = None;
    while limits.scans > 0 && context.budget.left() > records.operations(&StoreCall::Scan) {
        limits.scans = limits.scans.saturating_sub(1);
        let page = records.scan(prefix, after.as_ref(), MAX_LISTED).await?;
        // Stale index entries of one link are next to each other.
        let mut aliases: Vec<_> = page.keys.iter().filter_map(index_entry::alias).collect();
        aliases.dedup();
        if aliases.len() > 1 {
            start_at_random(context, &mut aliases)?;
        }
        for alias in &aliases {
            if limits.loads == 0 {
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

/// Rotates the aliases to a random start. Stale index entries stay, so a request that always began with the first ones
/// might never reach the others.
fn start_at_random<E: Edge>(context: &Context<'_, E>, aliases: &mut [Alias]) -> Result<(), NoEntropy> {
    let mut random = [0; 4];
    context.edge.random(&mut random)?;
    let start = usize::try_from(u32::from_le_bytes(random)).ok().and_then(|random| random.checked_rem(aliases.len()));
    aliases.rotate_left(start.unwrap_or_default());
    Ok(())
}

/// Edits the link at `key`, following its moves on the domain. Returns whether it was edited, and subtracts the loaded
/// records from the limits.
async fn sweep_one<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    mut key: Key,
    domain: &Domain,
    limits: &mut SweepLimits,
    change: &dyn Fn(&Link) -> Result<LinkEdit, EditRefusal>,
) -> Result<bool, Problem> {
    for _ in 0..=MAX_MOVES {
        let was_checked = Cell::new(false);
        let change = |link: &Link| {
            was_checked.set(true);
            change(link)
        };
        limits.loads = limits.loads.saturating_sub(1);
        match edit(context, authorized, &key, &change).await {
            Err(problem) if problem.code == ProblemCode::NotFound => {}
            edited => return edited.map(|_| true),
        }
        if was_checked.get() {
            break;
        }
        limits.loads = limits.loads.saturating_sub(1);
        let alias_record = load(context.edge.records(), &key).await?;
        match alias_record.as_ref().map(|alias_record| alias_record.alias_state.visible()) {
            Some(AliasState::MovedTo(moved_to)) if moved_to.domain == *domain => key = moved_to.to(),
            _ => break,
        }
    }
    Ok(false)
}
