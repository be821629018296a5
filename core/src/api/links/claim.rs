//! Claim of an alias: the one compare-and-swap write that gives it to a link.

use super::quota::Admission;
use super::remnants::LinkRemnants;
use super::{MAX_EDIT_ATTEMPTS, follow_moves};
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

/// A move that is still pending after this time may have crashed, so another link may take the alias.
const MOVE_TIMEOUT_MILLIS: u64 = 60_000;

/// How many predecessors a link remembers: deleted links whose alias it took over. Before it gets one more, the remnants
/// of the oldest are removed.
const MAX_PREDECESSORS: usize = 8;

/// Claim of an alias for a link.
pub(super) struct AliasClaim<'a> {
    pub(super) authorized: &'a Authorized,
    pub(super) alias: &'a Alias,
    pub(super) key: &'a Key,
    /// The new state of the alias.
    pub(super) alias_state: &'a AliasState,
    /// The link that gets the alias in the end.
    pub(super) link_id: &'a LinkId,
    /// The previous version of that link, if this claim is an edit of it.
    pub(super) previous: Option<&'a Link>,
    /// Whether an alias that belonged to another link may be taken over.
    pub(super) reuses: bool,
    /// The pending move of the same link that this claim replaces.
    pub(super) replaced: Option<ReplacedMove>,
    /// The admission of a new link by the quotas of its creator.
    pub(super) admission: Option<&'a Admission<'a>>,
    pub(super) token: String,
}

/// The pending move that a claim replaces. Its link moves between the same two aliases.
pub(super) enum ReplacedMove {
    /// The move with this id, which the claim continues.
    Continued(String),
    /// The claim that wrote the history version `version`. The caller has made sure that its move cannot be completed.
    /// That is not so for a later claim, even if it has the same move id.
    Aborted { version: Option<String> },
}

impl ReplacedMove {
    fn is(&self, pending_move: &PendingMove) -> bool {
        match self {
            Self::Continued(move_id) => pending_move.move_id == *move_id,
            Self::Aborted { version } => pending_move.link.history == *version,
        }
    }
}

/// A claim that was refused.
pub(super) struct ClaimRefusal {
    pub(super) problem: Problem,
    /// Whether another request moves the link at the same time: to this alias, or further. The claim builds on an old
    /// state of the link, which the caller loads again.
    pub(super) is_outdated: bool,
}

impl From<Problem> for ClaimRefusal {
    fn from(problem: Problem) -> Self {
        Self { problem, is_outdated: false }
    }
}

/// Whether the record of the alias was loaded before.
pub(super) enum RecordLookup {
    NotYet,
    Loaded(Box<Option<AliasRecord>>),
}

/// An alias that was claimed.
pub(super) struct ClaimedAlias {
    /// The number of commits of its record after the claim; `None` if an earlier attempt made the claim, because the
    /// record may have been written since.
    pub(super) commits: Option<u64>,
    /// Whether this claim inserted the record and the store confirmed it. False if the alias was used before, if an
    /// earlier attempt made the claim, or if the answer of the store was lost.
    pub(super) is_new: bool,
}

impl AliasClaim<'_> {
    /// Claims the alias. The inner error says why it is not available.
    pub(super) async fn run<E: Edge>(
        &self,
        context: &Context<'_, E>,
        lookup: RecordLookup,
    ) -> Result<Result<ClaimedAlias, ClaimRefusal>, Problem> {
        let records = context.edge.records();
        // A repeated creation may be refused because an earlier attempt succeeded.
        let may_be_repeated = self.is_creation() && context.source.is_repeatable();
        let mut change = AliasRecord::claim(self.key, self.alias_state, self.token.clone())?;
        change.repeated = may_be_repeated;
        self.attach_version_or_event(context, &mut change)?;
        // In a store that counts keys, a write that ends in a conflict costs many operations. So the record is read
        // before the first write if a conflict is likely, if the budget does not cover undoing this write, or if no
        // request has operations for a second write.
        let conflict_cost = records.operations(&StoreCall::Conflicting(&change));
        let cost_of_two_writes =
            conflict_cost.saturating_add(cost_of_change(records, &change)).saturating_add(cost_of_rewrite(records).saturating_mul(2));
        let only_one_fits = matches!(context.budget.fit(cost_of_two_writes), Fit::Never { .. });
        let reads_first = self.reuses || self.needs_admission() || conflict_cost > context.budget.left() || only_one_fits;
        let mut loaded = match lookup {
            RecordLookup::Loaded(alias_record) => *alias_record,
            RecordLookup::NotYet if reads_first => load(records, self.key).await?,
            RecordLookup::NotYet => None,
        };
        let mut needs_budget_check = loaded.is_some();
        if loaded.is_none() {
            self.admit(context, cost_of_change(records, &change)).await?;
            if let (Written::Done, is_new) = commit_with_retries(records, change).await? {
                return Ok(Ok(ClaimedAlias { commits: Some(1), is_new }));
            }
        }
        let mut tries = 0;
        while tries < MAX_EDIT_ATTEMPTS {
            let alias_record = match loaded.take() {
                Some(alias_record) => Some(alias_record),
                None => load(records, self.key).await?,
            };
            // The store reported that the record exists. If it cannot be read yet, another request has just created it.
            let Some(alias_record) = alias_record else {
                return Ok(Err(Problem::alias_taken(self.alias).into()));
            };
            if self.has_succeeded_before(&alias_record) {
                return Ok(Ok(ClaimedAlias { commits: None, is_new: false }));
            }
            if self.is_outdated(&alias_record.alias_state) {
                return Ok(Err(ClaimRefusal { problem: Problem::alias_taken(self.alias), is_outdated: true }));
            }
            match self.make_replaceable(context, &alias_record).await? {
                Verdict::Free => {}
                Verdict::Retry => {
                    tries = tries.saturating_add(1);
                    continue;
                }
                Verdict::Refused(problem) => return Ok(Err(problem.into())),
            }
            if let Some(old) = self.predecessor(&alias_record)
                && self.predecessors_after(old).len() > MAX_PREDECESSORS
            {
                forget_predecessor(context, &alias_record, old).await?;
                // A repeated request need not remove this predecessor again, so its operations do not count for it.
                context.budget.begin_part();
                continue;
            }
            let alias_state = self.state_after_takeover(alias_record.alias_state.visible());
            let mut change = alias_record.replace(&alias_state, self.token.clone())?;
            change.repeated = may_be_repeated;
            self.attach_version_or_event(context, &mut change)?;
            if std::mem::take(&mut needs_budget_check) {
                context.check_fits(cost_of_change(records, &change), self.tags())?;
            }
            if self.needs_admission() {
                self.admit(context, cost_of_change(records, &change).saturating_add(context.cost_of_fills(1))).await?;
            }
            if write(records, change).await? == Written::Done {
                return Ok(Ok(ClaimedAlias { commits: Some(alias_record.commits.saturating_add(1)), is_new: false }));
            }
            tries = tries.saturating_add(1);
        }
        Err(Problem::contended())
    }

    /// The deleted link whose alias is taken over.
    fn predecessor<'p>(&self, alias_record: &'p AliasRecord) -> Option<&'p Link> {
        alias_record.link().filter(|old| old.id != *self.link_id)
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

    /// The new state of the alias if it is taken over in the state `previous`. The new link records its predecessors, so
    /// that their remnants are found.
    fn state_after_takeover(&self, previous: &AliasState) -> AliasState {
        let mut alias_state = self.alias_state.clone();
        if let AliasState::PendingMove(pending_move) = &mut alias_state {
            pending_move.before = previous.clone();
        }
        let link = match &mut alias_state {
            AliasState::Link(link) => link,
            AliasState::PendingMove(pending_move) => &mut pending_move.link,
            AliasState::Erasing(_) | AliasState::MovedTo(_) | AliasState::Free => return alias_state,
        };
        if let AliasState::Link(old) = previous
            && old.id != *self.link_id
        {
            link.predecessors = self.predecessors_after(old);
        }
        alias_state
    }

    /// Number of tags of the link.
    fn tags(&self) -> usize {
        match self.alias_state {
            AliasState::Link(link) => link.settings.tags.len(),
            AliasState::PendingMove(pending_move) => pending_move.link.settings.tags.len(),
            AliasState::Erasing(_) | AliasState::MovedTo(_) | AliasState::Free => 0,
        }
    }

    /// Whether a new link still needs the admission of a quota.
    fn needs_admission(&self) -> bool {
        self.admission.is_some_and(Admission::is_needed)
    }

    /// Checks that a commit of `operations` fits the budget, and has a new link admitted.
    async fn admit<E: Edge>(&self, context: &Context<'_, E>, operations: u32) -> Result<(), Problem> {
        match self.admission {
            Some(admission) => admission.admit(context, operations, self.tags()).await,
            None => context.check_new_fits(operations, self.tags()),
        }
    }

    fn is_creation(&self) -> bool {
        self.previous.is_none()
    }

    /// Whether an earlier attempt of this claim succeeded: the record remembers its commit token, or holds the link of
    /// the claim. The id of a new link is random, so no other request creates a link with it.
    fn has_succeeded_before(&self, alias_record: &AliasRecord) -> bool {
        if self.is_creation() && alias_record.remembers(&self.token) {
            return true;
        }
        match &alias_record.alias_state {
            AliasState::Link(link) | AliasState::Erasing(link) => {
                link.id == *self.link_id && (self.is_creation() || alias_record.remembers(&self.token))
            }
            AliasState::MovedTo(moved_to) => moved_to.link == *self.link_id && self.is_creation(),
            AliasState::PendingMove(_) | AliasState::Free => false,
        }
    }

    /// Whether the state of the alias shows that another request moves the link of this claim: the link is here, it has
    /// another pending move from the same alias, or the continued move is not pending any more.
    fn is_outdated(&self, alias_state: &AliasState) -> bool {
        let replaced = self.replaced.as_ref();
        match alias_state {
            _ if self.is_creation() => false,
            AliasState::PendingMove(pending_move) if pending_move.link.id == *self.link_id && self.moves_from(&pending_move.from) => {
                !replaced.is_some_and(|replaced| replaced.is(pending_move))
            }
            AliasState::Link(link) if link.id == *self.link_id => true,
            _ => matches!(replaced, Some(ReplacedMove::Continued(_))),
        }
    }

    /// Whether this claim moves its link away from the alias at `key`. Then that record held the link when it was read,
    /// and rewriting it would abort this move.
    fn moves_from(&self, key: &Key) -> bool {
        matches!(self.alias_state, AliasState::PendingMove(pending_move) if pending_move.from == *key)
    }

    /// Adds the previous version of the link to `change`, or the audit event of its creation. The event of a move is
    /// written with the forwarding record.
    fn attach_version_or_event<E: Edge>(&self, context: &Context<'_, E>, change: &mut Change) -> Result<(), StoreError> {
        match (self.previous, self.alias_state) {
            (Some(previous), _) => history::record_version(previous, change)?,
            (None, AliasState::Link(link)) => {
                audit::attach_event(context, self.authorized, &AuditAction::link("link.create", link), change)?;
            }
            (None, _) => {}
        }
        Ok(())
    }

    /// Checks whether the claim may replace the present state of the alias. If so, finalizes or aborts the moves that
    /// depend on this state.
    async fn make_replaceable<E: Edge>(&self, context: &Context<'_, E>, alias_record: &AliasRecord) -> Result<Verdict, Problem> {
        match alias_availability(&alias_record.alias_state, Some(self.link_id), self.reuses, context.now) {
            AliasAvailability::Taken => return Ok(Verdict::Refused(Problem::alias_taken(self.alias))),
            AliasAvailability::Retired => return Ok(Verdict::Refused(Problem::alias_retired(self.alias))),
            AliasAvailability::Free if !self.may_take_over(context, alias_record.alias_state.visible()).await? => {
                return Ok(Verdict::Refused(Problem::alias_retired(self.alias)));
            }
            AliasAvailability::Free => {}
        }
        if let AliasState::MovedTo(moved_to) = alias_record.alias_state.visible()
            && moved_to.link != *self.link_id
            && !self.moves_from(&moved_to.to())
            // The pending move at that link's new alias may still depend on this forwarding record, so it is finalized
            // first.
            && finalize_move(context.edge.records(), &moved_to.to(), &moved_to.move_id, context.token()?).await? == Written::Conflict
        {
            return Ok(Verdict::Retry);
        }
        if let AliasState::PendingMove(pending_move) = &alias_record.alias_state
            && !self.replaced.as_ref().is_some_and(|replaced| replaced.is(pending_move))
            && !abort_move(context, pending_move).await?
        {
            return Ok(Verdict::Retry);
        }
        Ok(Verdict::Free)
    }

    /// Whether the caller may take over an alias that belonged to another link: they need the right to change that
    /// link, or [`Right::ManageLinks`] if it is not found.
    async fn may_take_over<E: Edge>(&self, context: &Context<'_, E>, previous: &AliasState) -> Result<bool, Problem> {
        let link = match previous {
            AliasState::Link(link) => Some(link.clone()),
            AliasState::MovedTo(moved_to) if moved_to.link != *self.link_id => {
                follow_moves(context.edge.records(), moved_to.to(), &moved_to.link).await?
            }
            _ => return Ok(true),
        };
        Ok(link.map_or(self.authorized.has(Right::ManageLinks), |link| self.authorized.check_write(&link).is_ok()))
    }
}

/// Removes the remnants of the oldest predecessor of `old`, the deleted link at the alias. Then removes that predecessor
/// from the record of `old`. If the operation budget is used up before, a retry of the request continues.
async fn forget_predecessor<E: Edge>(context: &Context<'_, E>, alias_record: &AliasRecord, old: &Link) -> Result<(), Problem> {
    let Some((oldest, others)) = old.predecessors.split_first() else {
        let detail = "this link has taken over the aliases of too many deleted links; first erase the deleted link that had this alias";
        return Err(Problem::wrong_field("alias", FieldError::new(FieldCode::TooMany, detail)));
    };
    let records = context.edge.records();
    // Reserves a read and a write of the record.
    let most = context.budget.left().saturating_sub(cost_of_rewrite(records));
    if most < LinkRemnants::LEAST_OF_PREDECESSOR {
        return Err(Problem::cleanup_unfinished());
    }
    let remnants = LinkRemnants::load_predecessor(context, (oldest, &alias_record.key), MoveVersions::Follow, most).await?;
    if let Some(pending_move) = remnants.pending.first() {
        revert_pending_move(context, pending_move).await?;
        return Err(Problem::cleanup_unfinished());
    }
    let mut link = old.clone();
    if remnants.is_empty() {
        link.predecessors = others.to_vec();
    }
    let mut change = alias_record.replace(&AliasState::Link(link), context.token()?)?;
    change.removes.extend(remnants.keys);
    // On a conflict the caller loads the record again.
    write(records, change).await?;
    match remnants.unreadable {
        _ if remnants.has_more => Err(Problem::cleanup_unfinished()),
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}

/// Whether a claim may replace the present state of an alias.
enum Verdict {
    Free,
    /// The record changed meanwhile.
    Retry,
    Refused(Problem),
}

/// Availability of an alias for a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AliasAvailability {
    Free,
    /// A link has it, or it redirects to one.
    Taken,
    /// It belonged to a link, so it is taken over only with `reuse`.
    Retired,
}

/// Availability of an alias in this state for the link `claimant`, or for a new link.
pub(super) fn alias_availability(alias_state: &AliasState, claimant: Option<&LinkId>, reuses: bool, now: Timestamp) -> AliasAvailability {
    let availability = match alias_state.visible() {
        AliasState::Link(link) if !link.is_deleted() => AliasAvailability::Taken,
        AliasState::MovedTo(moved_to) if Some(&moved_to.link) == claimant => AliasAvailability::Free,
        AliasState::MovedTo(moved_to) if moved_to.forwards => AliasAvailability::Taken,
        AliasState::Erasing(_) => AliasAvailability::Retired,
        AliasState::Link(_) | AliasState::MovedTo(_) if !reuses => AliasAvailability::Retired,
        AliasState::Link(_) | AliasState::MovedTo(_) | AliasState::PendingMove(_) | AliasState::Free => AliasAvailability::Free,
    };
    match alias_state {
        AliasState::PendingMove(pending_move)
            if availability == AliasAvailability::Free && !can_be_replaced(pending_move, claimant, now) =>
        {
            AliasAvailability::Taken
        }
        _ => availability,
    }
}

/// Whether a claim may replace a pending move: it is a move of the claimant itself, or it has timed out.
fn can_be_replaced(pending_move: &PendingMove, claimant: Option<&LinkId>, now: Timestamp) -> bool {
    Some(&pending_move.link.id) == claimant || now.millis_since(pending_move.since) > MOVE_TIMEOUT_MILLIS
}

/// Aborts a pending move: rewrites the record of the old alias unchanged, so that the guarded write of the forwarding
/// record fails. Returns false if the move is complete, or may be.
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

/// Reverts the new alias of an aborted move to its previous state, unless the record has changed since it was read. The
/// caller has made sure that the move cannot be completed any more.
pub(super) async fn revert_pending_move<E: Edge>(context: &Context<'_, E>, alias_record: &AliasRecord) -> Result<(), Problem> {
    write(context.edge.records(), alias_record.replace(alias_record.alias_state.visible(), context.token()?)?).await?;
    Ok(())
}
