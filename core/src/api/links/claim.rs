//! Claiming an alias: the one guarded write by which it gets its holder.

use super::remnants::LinkRemnants;
use super::{EDITS, follow_moves};
use crate::api::audit::{self, AuditAction};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::alias::Alias;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::{Link, LinkId};
use crate::model::rights::Right;
use crate::model::time::Timestamp;
use crate::store::budget::{Fit, cost_of_change, cost_of_rewrite};
use crate::store::history::{self, MoveVersions};
use crate::store::ports::{Edge, Records as _, StoreCall, StoreError};
use crate::store::{AliasRecord, AliasState, Change, Key, PendingMove, Written, commit_with_retries, finalize_move, load, write};

/// A link that has not arrived after this long may have been given up by whoever moved it.
const PATIENCE_MILLIS: u64 = 60_000;

/// A link knows of so many deleted links whose alias it took over. What is left of older ones is removed first.
const MOST_PREDECESSORS: usize = 8;

/// Somebody who wants an alias.
pub(super) struct AliasClaim<'a> {
    pub(super) authorized: &'a Authorized,
    pub(super) alias: &'a Alias,
    pub(super) key: &'a Key,
    pub(super) alias_state: &'a AliasState,
    /// The link that is to hold it in the end.
    pub(super) link: &'a LinkId,
    /// What that link was before, if this claim is an edit of it.
    pub(super) was: Option<&'a Link>,
    /// Whether an alias that belonged to another link will do.
    pub(super) reuses: bool,
    /// The pending move that this claim replaces: it is continued, or the caller has made sure that it cannot complete.
    pub(super) replaces: Option<&'a str>,
    pub(super) token: String,
}

/// Whether the record of the alias was read already.
pub(super) enum RecordLookup {
    NotYet,
    At(Box<Option<AliasRecord>>),
}

/// An alias that was claimed.
pub(super) struct ClaimedAlias {
    /// How often its record was written, unless an earlier try of this claim has got it: it may have changed since.
    pub(super) commits: Option<u64>,
    /// Whether the record was made just now: nobody was there before, and no earlier try of this claim.
    pub(super) is_new: bool,
}

impl AliasClaim<'_> {
    /// Takes the alias and says what its record is then, or why it is not to be had.
    pub(super) async fn make<E: Edge>(
        &self,
        context: &Context<'_, E>,
        looked: RecordLookup,
    ) -> Result<Result<ClaimedAlias, Problem>, Problem> {
        let records = context.edge.records();
        // A repeated creation may be refused because an earlier try of it succeeded.
        let is_repeated = self.is_creation() && context.source.is_repeatable();
        let mut change = AliasRecord::claim(self.key, self.alias_state, self.token.clone())?;
        change.repeated = is_repeated;
        self.write_down(context, &mut change)?;
        // A refused write costs a key-counting store many operations. The record is read first if a refusal is likely, if undoing the write
        // would not fit the budget, or if a second write would not fit any request.
        let refused = records.operations(&StoreCall::Refused(&change));
        let of_two = refused.saturating_add(cost_of_change(records, &change)).saturating_add(cost_of_rewrite(records).saturating_mul(2));
        let is_last = matches!(context.budget.fit(of_two), Fit::Never { .. });
        let expects_refusal = self.reuses || refused > context.budget.left() || is_last;
        let mut seen = match looked {
            RecordLookup::At(alias_record) => *alias_record,
            RecordLookup::NotYet if expects_refusal => load(records, self.key).await?,
            RecordLookup::NotYet => None,
        };
        let mut is_first_write = seen.is_some();
        if seen.is_none() {
            context.check_new_fits(cost_of_change(records, &change), self.tags())?;
            if let (Written::Done, is_new) = commit_with_retries(records, change).await? {
                return Ok(Ok(ClaimedAlias { commits: Some(1), is_new }));
            }
        }
        let mut tries = 0;
        while tries < EDITS {
            let alias_record = match seen.take() {
                Some(alias_record) => Some(alias_record),
                None => load(records, self.key).await?,
            };
            // The store has said that the record is there. If it cannot be read yet, somebody else's creation is on its way.
            let Some(alias_record) = alias_record else {
                return Ok(Err(Problem::alias_taken(self.alias)));
            };
            if self.has_been_made(&alias_record) {
                return Ok(Ok(ClaimedAlias { commits: None, is_new: false }));
            }
            match self.look_at(context, &alias_record).await? {
                Verdict::Free => {}
                Verdict::Retry => {
                    tries = tries.saturating_add(1);
                    continue;
                }
                Verdict::Refused(problem) => return Ok(Err(problem)),
            }
            if let Some(old) = self.predecessor(&alias_record)
                && self.predecessors_after(old).len() > MOST_PREDECESSORS
            {
                forget_predecessor(context, &alias_record, old).await?;
                // The next request has fewer predecessors to remove.
                context.budget.begin_part();
                continue;
            }
            let alias_state = self.holder_after(alias_record.alias_state.visible());
            let mut change = alias_record.replace(&alias_state, self.token.clone())?;
            change.repeated = is_repeated;
            self.write_down(context, &mut change)?;
            if std::mem::take(&mut is_first_write) {
                context.check_fits(cost_of_change(records, &change), self.tags())?;
            }
            if write(records, change).await? == Written::Done {
                return Ok(Ok(ClaimedAlias { commits: Some(alias_record.commits.saturating_add(1)), is_new: false }));
            }
            tries = tries.saturating_add(1);
        }
        Err(Problem::crowded())
    }

    /// The deleted link whose alias is taken over.
    fn predecessor<'p>(&self, alias_record: &'p AliasRecord) -> Option<&'p Link> {
        alias_record.link().filter(|old| old.id != *self.link)
    }

    /// The predecessors of the link once it has taken over the alias of `old`, the oldest first.
    fn predecessors_after(&self, old: &Link) -> Vec<LinkId> {
        let own = match self.alias_state {
            AliasState::Link(link) => &link.predecessors[..],
            AliasState::PendingMove(pending_move) => &pending_move.link.predecessors,
            AliasState::Erasing(_) | AliasState::MovedTo(_) | AliasState::Free => &[],
        };
        let mut all = old.predecessors.clone();
        all.push(old.id.clone());
        let new: Vec<LinkId> = own.iter().filter(|id| !all.contains(id)).cloned().collect();
        all.splice(0..0, new);
        all
    }

    /// The holder once it has taken the alias over from `seen`: what a deleted link leaves behind is found through the link that follows it.
    fn holder_after(&self, seen: &AliasState) -> AliasState {
        let mut alias_state = self.alias_state.clone();
        if let AliasState::PendingMove(pending_move) = &mut alias_state {
            pending_move.before = seen.clone();
        }
        let link = match &mut alias_state {
            AliasState::Link(link) => link,
            AliasState::PendingMove(pending_move) => &mut pending_move.link,
            AliasState::Erasing(_) | AliasState::MovedTo(_) | AliasState::Free => return alias_state,
        };
        if let AliasState::Link(old) = seen
            && old.id != *self.link
        {
            link.predecessors = self.predecessors_after(old);
        }
        alias_state
    }

    /// How many tags the link has.
    fn tags(&self) -> usize {
        match self.alias_state {
            AliasState::Link(link) => link.spec.tags.len(),
            AliasState::PendingMove(pending_move) => pending_move.link.spec.tags.len(),
            AliasState::Erasing(_) | AliasState::MovedTo(_) | AliasState::Free => 0,
        }
    }

    fn is_creation(&self) -> bool {
        self.was.is_none()
    }

    /// Whether an earlier try of this claim succeeded: the record remembers its commit, or holds the link it was made for. The id of a new
    /// link is random, so no other request makes a link with it.
    fn has_been_made(&self, alias_record: &AliasRecord) -> bool {
        if self.is_creation() && alias_record.remembers(&self.token) {
            return true;
        }
        match &alias_record.alias_state {
            AliasState::Link(link) | AliasState::Erasing(link) => {
                link.id == *self.link && (self.is_creation() || alias_record.remembers(&self.token))
            }
            AliasState::MovedTo(moved_to) => moved_to.link == *self.link && self.is_creation(),
            AliasState::PendingMove(_) | AliasState::Free => false,
        }
    }

    /// Whether the link is on its way from `key`. Then it was read there, nobody else is believed there, and whoever writes that record
    /// breaks off the move.
    fn comes_from(&self, key: &Key) -> bool {
        matches!(self.alias_state, AliasState::PendingMove(pending_move) if pending_move.from == *key)
    }

    /// Has `change` tell what the link was before, or that it was made. That it moved is told once it has left.
    fn write_down<E: Edge>(&self, context: &Context<'_, E>, change: &mut Change) -> Result<(), StoreError> {
        match (self.was, self.alias_state) {
            (Some(was), _) => history::record_version(was, change)?,
            (None, AliasState::Link(link)) => audit::note(context, self.authorized, &AuditAction::link("link.create", link), change)?,
            (None, _) => {}
        }
        Ok(())
    }

    /// Whether what holds the alias now may be replaced.
    async fn look_at<E: Edge>(&self, context: &Context<'_, E>, alias_record: &AliasRecord) -> Result<Verdict, Problem> {
        match standing(&alias_record.alias_state, Some(self.link), self.reuses, context.now) {
            AliasAvailability::Taken => return Ok(Verdict::Refused(Problem::alias_taken(self.alias))),
            AliasAvailability::Retired => return Ok(Verdict::Refused(Problem::alias_retired(self.alias))),
            AliasAvailability::Free if !self.may_follow(context, alias_record.alias_state.visible()).await? => {
                return Ok(Verdict::Refused(Problem::alias_retired(self.alias)));
            }
            AliasAvailability::Free => {}
        }
        if let AliasState::MovedTo(moved_to) = alias_record.alias_state.visible()
            && moved_to.link != *self.link
            && !self.comes_from(&moved_to.to())
            // Where that link went, it may still be believed for the sake of this signpost alone.
            && finalize_move(context.edge.records(), &moved_to.to(), &moved_to.move_id, context.token()?).await? == Written::Conflict
        {
            return Ok(Verdict::Retry);
        }
        if let AliasState::PendingMove(pending_move) = &alias_record.alias_state
            && self.replaces != Some(&pending_move.move_id)
            && !abort_move(context, pending_move).await?
        {
            return Ok(Verdict::Retry);
        }
        Ok(Verdict::Free)
    }
}

impl AliasClaim<'_> {
    /// Whether an alias that was another link's may be handed on to this one: by who may change that link.
    async fn may_follow<E: Edge>(&self, context: &Context<'_, E>, seen: &AliasState) -> Result<bool, Problem> {
        let link = match seen {
            AliasState::Link(link) => Some(link.clone()),
            AliasState::MovedTo(moved_to) if moved_to.link != *self.link => {
                follow_moves(context.edge.records(), moved_to.to(), &moved_to.link).await?
            }
            _ => return Ok(true),
        };
        Ok(link.map_or(self.authorized.has(Right::ManageLinks), |link| self.authorized.check_write(&link).is_ok()))
    }
}

/// Removes what is left of the oldest predecessor of `old`, a deleted link, and has its record forget that one once nothing is. Whoever repeats
/// the request goes on with it once this one has no operations left.
async fn forget_predecessor<E: Edge>(context: &Context<'_, E>, alias_record: &AliasRecord, old: &Link) -> Result<(), Problem> {
    let Some((oldest, others)) = old.predecessors.split_first() else {
        let detail = "this link and that alias have too many deleted links behind them: erase one of the two";
        return Err(Problem::wrong_field("alias", FieldError::new(FieldCode::TooMany, detail)));
    };
    let records = context.edge.records();
    // The record is looked at again and written.
    let most = context.budget.left().saturating_sub(cost_of_rewrite(records));
    if most < LinkRemnants::LEAST {
        return Err(Problem::half_reused());
    }
    let left = LinkRemnants::load(context, (oldest, &alias_record.key), MoveVersions::Follow, most).await?;
    if let Some(pending_move) = left.pending.first() {
        give_back(context, pending_move).await?;
        return Err(Problem::half_reused());
    }
    let mut link = old.clone();
    if left.is_empty() {
        link.predecessors = others.to_vec();
    }
    let mut change = alias_record.replace(&AliasState::Link(link), context.token()?)?;
    change.removes.extend(left.keys);
    // If somebody else was quicker, they see to it.
    write(records, change).await?;
    match left.unreadable {
        _ if left.has_more => Err(Problem::half_reused()),
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}

enum Verdict {
    Free,
    /// Something changed under the look.
    Retry,
    Refused(Problem),
}

/// How an alias stands with somebody who wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AliasAvailability {
    Free,
    /// Somebody relies on it.
    Taken,
    /// Nobody does any more, but it is not silently handed on.
    Retired,
}

/// How an alias with this holder stands with the link `claimant`, or with one that is new.
pub(super) fn standing(alias_state: &AliasState, claimant: Option<&LinkId>, reuses: bool, now: Timestamp) -> AliasAvailability {
    let seen = match alias_state.visible() {
        AliasState::Link(link) if !link.is_deleted() => AliasAvailability::Taken,
        AliasState::MovedTo(moved_to) if Some(&moved_to.link) == claimant => AliasAvailability::Free,
        AliasState::MovedTo(moved_to) if moved_to.forwards => AliasAvailability::Taken,
        AliasState::Erasing(_) => AliasAvailability::Retired,
        AliasState::Link(_) | AliasState::MovedTo(_) if !reuses => AliasAvailability::Retired,
        AliasState::Link(_) | AliasState::MovedTo(_) | AliasState::PendingMove(_) | AliasState::Free => AliasAvailability::Free,
    };
    match alias_state {
        AliasState::PendingMove(pending_move) if seen == AliasAvailability::Free && !gives_way(pending_move, claimant, now) => {
            AliasAvailability::Taken
        }
        _ => seen,
    }
}

/// Whether whoever is arriving is the claimant, or was given up.
fn gives_way(pending_move: &PendingMove, claimant: Option<&LinkId>, now: Timestamp) -> bool {
    Some(&pending_move.link.id) == claimant || now.millis_since(pending_move.since) > PATIENCE_MILLIS
}

/// Makes sure that a move given up half-way is never completed: whoever began it counts on the old alias being as it was. False if it was
/// completed, or may have been.
pub(super) async fn abort_move<E: Edge>(context: &Context<'_, E>, pending_move: &PendingMove) -> Result<bool, Problem> {
    let records = context.edge.records();
    let Some(from) = load(records, &pending_move.from).await? else {
        return Ok(false);
    };
    if from.has_moved_to(pending_move) {
        return Ok(false);
    }
    Ok(write(records, from.replace(&from.alias_state, context.token()?)?).await? == Written::Done)
}

/// Aborts a pending move at its destination: the previous holder gets the alias back, unless the record has changed since it was read. The
/// caller has made sure that the move cannot be completed any more.
pub(super) async fn give_back<E: Edge>(context: &Context<'_, E>, alias_record: &AliasRecord) -> Result<(), Problem> {
    write(context.edge.records(), alias_record.replace(alias_record.alias_state.visible(), context.token()?)?).await?;
    Ok(())
}
