//! Claiming an alias: the one guarded write by which it gets its holder.

use super::remains::LinkRemnants;
use super::{EDITS, trace};
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
use crate::store::{AliasRecord, AliasState, Change, Key, PendingMove, Written, look, offer, settle, write};

/// A link that has not arrived after this long may have been given up by whoever moved it.
const PATIENCE_MILLIS: u64 = 60_000;

/// A link knows of so many deleted links whose alias it took over. What is left of older ones is removed first.
const MOST_PREDECESSORS: usize = 8;

/// Somebody who wants an alias.
pub(super) struct AliasClaim<'a> {
    pub(super) proof: &'a Authorized,
    pub(super) alias: &'a Alias,
    pub(super) key: &'a Key,
    pub(super) holder: &'a AliasState,
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
        let mut change = AliasRecord::claim(self.key, self.holder, self.token.clone())?;
        change.repeated = is_repeated;
        self.write_down(context, &mut change)?;
        // A refused write costs a key-counting store many operations. The record is read first if a refusal is likely, if undoing the write
        // would not fit the budget, or if a second write would not fit any request.
        let refused = records.operations(&StoreCall::Refused(&change));
        let of_two = refused.saturating_add(cost_of_change(records, &change)).saturating_add(cost_of_rewrite(records).saturating_mul(2));
        let is_last = matches!(context.budget.fit(of_two), Fit::Never { .. });
        let expects_refusal = self.reuses || refused > context.budget.left() || is_last;
        let mut seen = match looked {
            RecordLookup::At(place) => *place,
            RecordLookup::NotYet if expects_refusal => look(records, self.key).await?,
            RecordLookup::NotYet => None,
        };
        let mut is_first_write = seen.is_some();
        if seen.is_none() {
            context.check_new_fits(cost_of_change(records, &change), self.tags())?;
            if let (Written::Done, is_new) = offer(records, change).await? {
                return Ok(Ok(ClaimedAlias { commits: Some(1), is_new }));
            }
        }
        let mut tries = 0;
        while tries < EDITS {
            let place = match seen.take() {
                Some(place) => Some(place),
                None => look(records, self.key).await?,
            };
            // The store has said that the record is there. If it cannot be read yet, somebody else's creation is on its way.
            let Some(place) = place else {
                return Ok(Err(Problem::alias_taken(self.alias)));
            };
            if self.has_been_made(&place) {
                return Ok(Ok(ClaimedAlias { commits: None, is_new: false }));
            }
            match self.look_at(context, &place).await? {
                Verdict::Free => {}
                Verdict::LookAgain => {
                    tries = tries.saturating_add(1);
                    continue;
                }
                Verdict::Refused(problem) => return Ok(Err(problem)),
            }
            if let Some(old) = self.predecessor(&place)
                && self.predecessors_after(old).len() > MOST_PREDECESSORS
            {
                forget_predecessor(context, &place, old).await?;
                // The next request has fewer predecessors to remove.
                context.budget.begin_part();
                continue;
            }
            let holder = self.holder_after(place.holder.seen());
            let mut change = place.hand_over(&holder, self.token.clone())?;
            change.repeated = is_repeated;
            self.write_down(context, &mut change)?;
            if std::mem::take(&mut is_first_write) {
                context.check_fits(cost_of_change(records, &change), self.tags())?;
            }
            if write(records, change).await? == Written::Done {
                return Ok(Ok(ClaimedAlias { commits: Some(place.commits.saturating_add(1)), is_new: false }));
            }
            tries = tries.saturating_add(1);
        }
        Err(Problem::crowded())
    }

    /// The deleted link whose alias is taken over.
    fn predecessor<'p>(&self, place: &'p AliasRecord) -> Option<&'p Link> {
        place.link().filter(|old| old.id != *self.link)
    }

    /// The predecessors of the link once it has taken over the alias of `old`, the oldest first.
    fn predecessors_after(&self, old: &Link) -> Vec<LinkId> {
        let own = match self.holder {
            AliasState::Link(link) => &link.predecessors[..],
            AliasState::PendingMove(arriving) => &arriving.link.predecessors,
            AliasState::Erasing(_) | AliasState::MovedTo(_) | AliasState::Nobody => &[],
        };
        let mut all = old.predecessors.clone();
        all.push(old.id.clone());
        let new: Vec<LinkId> = own.iter().filter(|id| !all.contains(id)).cloned().collect();
        all.splice(0..0, new);
        all
    }

    /// The holder once it has taken the alias over from `seen`: what a deleted link leaves behind is found through the link that follows it.
    fn holder_after(&self, seen: &AliasState) -> AliasState {
        let mut holder = self.holder.clone();
        if let AliasState::PendingMove(arriving) = &mut holder {
            arriving.before = seen.clone();
        }
        let link = match &mut holder {
            AliasState::Link(link) => link,
            AliasState::PendingMove(arriving) => &mut arriving.link,
            AliasState::Erasing(_) | AliasState::MovedTo(_) | AliasState::Nobody => return holder,
        };
        if let AliasState::Link(old) = seen
            && old.id != *self.link
        {
            link.predecessors = self.predecessors_after(old);
        }
        holder
    }

    /// How many tags the link has.
    fn tags(&self) -> usize {
        match self.holder {
            AliasState::Link(link) => link.spec.tags.len(),
            AliasState::PendingMove(arriving) => arriving.link.spec.tags.len(),
            AliasState::Erasing(_) | AliasState::MovedTo(_) | AliasState::Nobody => 0,
        }
    }

    fn is_creation(&self) -> bool {
        self.was.is_none()
    }

    /// Whether an earlier try of this claim succeeded: the record remembers its commit, or holds the link it was made for. The id of a new
    /// link is random, so no other request makes a link with it.
    fn has_been_made(&self, place: &AliasRecord) -> bool {
        if self.is_creation() && place.remembers(&self.token) {
            return true;
        }
        match &place.holder {
            AliasState::Link(link) | AliasState::Erasing(link) => {
                link.id == *self.link && (self.is_creation() || place.remembers(&self.token))
            }
            AliasState::MovedTo(signpost) => signpost.link == *self.link && self.is_creation(),
            AliasState::PendingMove(_) | AliasState::Nobody => false,
        }
    }

    /// Whether the link is on its way from `key`. Then it was read there, nobody else is believed there, and whoever writes that record
    /// breaks off the move.
    fn comes_from(&self, key: &Key) -> bool {
        matches!(self.holder, AliasState::PendingMove(arriving) if arriving.from == *key)
    }

    /// Has `change` tell what the link was before, or that it was made. That it moved is told once it has left.
    fn write_down<E: Edge>(&self, context: &Context<'_, E>, change: &mut Change) -> Result<(), StoreError> {
        match (self.was, self.holder) {
            (Some(was), _) => history::write_down(was, change)?,
            (None, AliasState::Link(link)) => audit::note(context, self.proof, &AuditAction::link("link.create", link), change)?,
            (None, _) => {}
        }
        Ok(())
    }

    /// Whether what holds the alias now may be replaced.
    async fn look_at<E: Edge>(&self, context: &Context<'_, E>, place: &AliasRecord) -> Result<Verdict, Problem> {
        match standing(&place.holder, Some(self.link), self.reuses, context.now) {
            AliasAvailability::Taken => return Ok(Verdict::Refused(Problem::alias_taken(self.alias))),
            AliasAvailability::Retired => return Ok(Verdict::Refused(Problem::alias_retired(self.alias))),
            AliasAvailability::Free if !self.may_follow(context, place.holder.seen()).await? => {
                return Ok(Verdict::Refused(Problem::alias_retired(self.alias)));
            }
            AliasAvailability::Free => {}
        }
        if let AliasState::MovedTo(signpost) = place.holder.seen()
            && signpost.link != *self.link
            && !self.comes_from(&signpost.to())
            // Where that link went, it may still be believed for the sake of this signpost alone.
            && settle(context.edge.records(), &signpost.to(), &signpost.journey, context.token()?).await? == Written::Conflict
        {
            return Ok(Verdict::LookAgain);
        }
        if let AliasState::PendingMove(arriving) = &place.holder
            && self.replaces != Some(&arriving.journey)
            && !strand(context, arriving).await?
        {
            return Ok(Verdict::LookAgain);
        }
        Ok(Verdict::Free)
    }
}

impl AliasClaim<'_> {
    /// Whether an alias that was another link's may be handed on to this one: by who may change that link.
    async fn may_follow<E: Edge>(&self, context: &Context<'_, E>, seen: &AliasState) -> Result<bool, Problem> {
        let link = match seen {
            AliasState::Link(link) => Some(link.clone()),
            AliasState::MovedTo(signpost) if signpost.link != *self.link => {
                trace(context.edge.records(), signpost.to(), &signpost.link).await?
            }
            _ => return Ok(true),
        };
        Ok(link.map_or(self.proof.has(Right::ManageLinks), |link| self.proof.check_write(&link).is_ok()))
    }
}

/// Removes what is left of the oldest predecessor of `old`, a deleted link, and has its record forget that one once nothing is. Whoever repeats
/// the request goes on with it once this one has no operations left.
async fn forget_predecessor<E: Edge>(context: &Context<'_, E>, place: &AliasRecord, old: &Link) -> Result<(), Problem> {
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
    let left = LinkRemnants::of(context, (oldest, &place.key), MoveVersions::Follow, most).await?;
    if let Some(arriving) = left.pending.first() {
        give_back(context, arriving).await?;
        return Err(Problem::half_reused());
    }
    let mut link = old.clone();
    if left.is_empty() {
        link.predecessors = others.to_vec();
    }
    let mut change = place.hand_over(&AliasState::Link(link), context.token()?)?;
    change.drops.extend(left.keys);
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
    LookAgain,
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
pub(super) fn standing(holder: &AliasState, claimant: Option<&LinkId>, reuses: bool, now: Timestamp) -> AliasAvailability {
    let seen = match holder.seen() {
        AliasState::Link(link) if !link.is_deleted() => AliasAvailability::Taken,
        AliasState::MovedTo(signpost) if Some(&signpost.link) == claimant => AliasAvailability::Free,
        AliasState::MovedTo(signpost) if signpost.forwards => AliasAvailability::Taken,
        AliasState::Erasing(_) => AliasAvailability::Retired,
        AliasState::Link(_) | AliasState::MovedTo(_) if !reuses => AliasAvailability::Retired,
        AliasState::Link(_) | AliasState::MovedTo(_) | AliasState::PendingMove(_) | AliasState::Nobody => AliasAvailability::Free,
    };
    match holder {
        AliasState::PendingMove(arriving) if seen == AliasAvailability::Free && !gives_way(arriving, claimant, now) => {
            AliasAvailability::Taken
        }
        _ => seen,
    }
}

/// Whether whoever is arriving is the claimant, or was given up.
fn gives_way(arriving: &PendingMove, claimant: Option<&LinkId>, now: Timestamp) -> bool {
    Some(&arriving.link.id) == claimant || now.millis_since(arriving.since) > PATIENCE_MILLIS
}

/// Makes sure that a move given up half-way is never completed: whoever began it counts on the old alias being as it was. False if it was
/// completed, or may have been.
pub(super) async fn strand<E: Edge>(context: &Context<'_, E>, arriving: &PendingMove) -> Result<bool, Problem> {
    let records = context.edge.records();
    let Some(from) = look(records, &arriving.from).await? else {
        return Ok(false);
    };
    if from.has_seen_off(arriving) {
        return Ok(false);
    }
    Ok(write(records, from.hand_over(&from.holder, context.token()?)?).await? == Written::Done)
}

/// Aborts a pending move at its destination: the previous holder gets the alias back, unless the record has changed since it was read. The
/// caller has made sure that the move cannot be completed any more.
pub(super) async fn give_back<E: Edge>(context: &Context<'_, E>, place: &AliasRecord) -> Result<(), Problem> {
    write(context.edge.records(), place.hand_over(place.holder.seen(), context.token()?)?).await?;
    Ok(())
}
