//! `update_if_exists`: creates a link, or changes the link with the same external id.
//!
//! An index entry finds that link. Since two requests may find none at the same moment, a creation is planned first:
//! the record of the plan fixes the alias, and all random values of the link derive from its nonce. So concurrent
//! requests create the same link, once. The plan expires after a day, when the index is up to date.

use super::MAX_EDIT_ATTEMPTS;
use super::change::patch;
use super::claim::{AliasAvailability, alias_availability};
use super::create::{NewLink, create_link};
use super::quota::QuotaMeter;
use super::scan::Walk;
use crate::api::idempotency;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::preconditions::IfMatch;
use crate::message::problem::{Problem, ProblemCode};
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::{Link, LinkId};
use crate::model::text::ExternalId;
use crate::model::time::Timestamp;
use crate::store::id_source::IdSource;
use crate::store::idempotency::{IdempotencyRecord, IdempotentRequest, REMEMBERED_MILLIS};
use crate::store::ports::{Edge, Records as _};
use crate::store::{AliasState, Key, Prefix, load, write};

/// Number of loads of a link with a pending move before the plan is replaced.
const LOADS_BEFORE_REPLACING: usize = MAX_EDIT_ATTEMPTS / 2;

/// Outcome of an upsert or of a creation.
pub(super) enum UpsertOutcome {
    Created(Link),
    /// The link existed, and now has the requested fields.
    Existing(Link),
}

/// Creates the link `new`, or applies `fields`, from which `new` was read, to the newest link on its domain with the
/// same external id.
pub(super) async fn upsert<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    quota: &QuotaMeter<'_>,
    mut new: NewLink,
    fields: Fields,
) -> Result<UpsertOutcome, Problem> {
    let domain = &new.domain.clone();
    let Some(id) = &new.settings.external_id.clone() else {
        let detail = "update_if_exists needs external_id";
        return Err(Problem::wrong_field("external_id", FieldError::new(FieldCode::Required, detail)));
    };
    for number in 0..MAX_EDIT_ATTEMPTS {
        let found = match find_by_external_id(context, authorized, domain, id).await? {
            Some(link) => link,
            None => {
                new.hash(context)?;
                match create_planned(context, authorized, quota, (domain, id), &new, number < LOADS_BEFORE_REPLACING).await? {
                    UpsertWrite::New(link) => return Ok(UpsertOutcome::Created(link)),
                    UpsertWrite::Other(link) => link,
                    UpsertWrite::Nothing => continue,
                }
            }
        };
        match update(context, authorized, &found, &new, fields.clone()).await {
            // Another request has deleted or moved it meanwhile.
            Err(problem) if matches!(problem.code, ProblemCode::NotFound | ProblemCode::LinkEnded) => {}
            updated => return updated.map(UpsertOutcome::Existing),
        }
    }
    Err(Problem::contended())
}

/// The newest link of the caller with the external id `id`.
async fn find_by_external_id<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    domain: &Domain,
    id: &ExternalId,
) -> Result<Option<Link>, Problem> {
    let walk = Walk::Index { prefix: Prefix::by_external_id(domain, id), earliest: Timestamp::from_millis(0) };
    let page = walk.page(context, domain, None, u16::MAX).await?;
    Ok(page.links.into_iter().find(|link| has_external_id(authorized, link, id)))
}

fn has_external_id(authorized: &Authorized, link: &Link, id: &ExternalId) -> bool {
    !link.is_deleted() && authorized.owns(link) && link.settings.external_id.as_ref() == Some(id)
}

/// Result of creating a planned link.
enum UpsertWrite {
    /// The link has the requested fields.
    New(Link),
    /// Another request has created the link with other fields.
    Other(Link),
    /// No link was created; the plan may have been replaced. Try again.
    Nothing,
}

/// Creates the link of the plan, or stores a new plan. If the link was created but has a pending move, the caller
/// tries again as long as it `waits`.
async fn create_planned<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    quota: &QuotaMeter<'_>,
    (domain, id): (&Domain, &ExternalId),
    new: &NewLink,
    waits: bool,
) -> Result<UpsertWrite, Problem> {
    let mut parts = vec![domain.as_str().as_bytes(), id.as_str().as_bytes()];
    parts.extend(authorized.user().map(|user| user.as_str().as_bytes()));
    let seed = idempotency::request_seed(context, "external id", &parts).await?;
    let key = Key::idempotency(&seed.name());
    let record = IdempotencyRecord::decode(context.edge.records().get(&key).await?.as_ref())?;
    let is_fresh = |plan: &&IdempotentRequest| context.now.millis_since(plan.first_at) < REMEMBERED_MILLIS;
    if let Some(plan) = record.request.as_ref().filter(is_fresh) {
        let alias = plan.body.clone().map(Alias::stored);
        let is_ours = alias == new.alias;
        let planned = context.resumed(plan.first_at, IdSource::Repeatable(seed.derive(&plan.nonce, &[])), None);
        if !is_ours && let Some(requested) = &new.alias {
            check_free(&planned, domain, requested, new.reuses).await?;
        }
        match create_link(&planned, authorized, quota, &NewLink { alias, ..new.clone() }).await {
            Ok(link) if has_external_id(authorized, &link, id) => match planned_link_state(&planned, &link).await? {
                PlannedLinkState::Present => return Ok(new.write_result(link)),
                PlannedLinkState::Moving if waits => return Ok(UpsertWrite::Nothing),
                PlannedLinkState::Moving | PlannedLinkState::Gone => {}
            },
            // The link was created, and has another owner or external id now.
            Ok(_) => {}
            Err(problem) if !is_ours && matches!(problem.code, ProblemCode::AliasTaken | ProblemCode::AliasRetired) => {}
            Err(problem) => return Err(problem),
        }
    }
    store_plan(context, &key, &record, new).await
}

impl NewLink {
    /// Whether `link`, which was created for the plan, has the requested fields.
    fn write_result(&self, link: Link) -> UpsertWrite {
        let has_its_alias = self.alias.as_ref().is_none_or(|alias| *alias == link.alias);
        if link.target == self.target && link.settings == self.settings && has_its_alias {
            UpsertWrite::New(link)
        } else {
            UpsertWrite::Other(link)
        }
    }
}

/// Refuses an alias that the planned link could not move to, before the link is created.
async fn check_free<E: Edge>(planned: &Context<'_, E>, domain: &Domain, alias: &Alias, reuses: bool) -> Result<(), Problem> {
    let Some(alias_record) = load(planned.edge.records(), &Key::link(domain, alias)).await? else {
        return Ok(());
    };
    let id = LinkId::from_random(&planned.name("link")?);
    if matches!(alias_record.alias_state.visible(), AliasState::Link(link) if link.id == id) {
        return Ok(());
    }
    match alias_availability(&alias_record.alias_state, Some(&id), reuses, planned.now) {
        AliasAvailability::Free => Ok(()),
        AliasAvailability::Taken => Err(Problem::alias_taken(alias)),
        AliasAvailability::Retired => Err(Problem::alias_retired(alias)),
    }
}

/// State of a planned link that was created.
enum PlannedLinkState {
    /// Its alias record has it, or the read was stale.
    Present,
    /// It is being moved, or was moved.
    Moving,
    /// It was removed from its alias record.
    Gone,
}

/// Finds out from the alias record whether the created link is still there. A record without the link is a stale read.
async fn planned_link_state<E: Edge>(planned: &Context<'_, E>, link: &Link) -> Result<PlannedLinkState, Problem> {
    let alias_record = load(planned.edge.records(), &Key::link(&link.domain, &link.alias)).await?;
    let commit = planned.name("commit")?;
    Ok(match alias_record.as_ref().map(|alias_record| (&alias_record.alias_state, alias_record.alias_state.visible())) {
        Some((_, AliasState::Link(here))) if here.id == link.id => PlannedLinkState::Present,
        Some((_, AliasState::MovedTo(moved_to))) if moved_to.link == link.id => PlannedLinkState::Moving,
        Some((AliasState::PendingMove(pending_move), _)) if pending_move.link.id == link.id => PlannedLinkState::Moving,
        _ if alias_record.as_ref().is_some_and(|alias_record| alias_record.remembers(&commit)) => PlannedLinkState::Gone,
        _ => PlannedLinkState::Present,
    })
}

/// Replaces the plan in `record` by one of the link `new`. If another request writes first, its plan is used.
async fn store_plan<E: Edge>(
    context: &Context<'_, E>,
    key: &Key,
    record: &IdempotencyRecord,
    new: &NewLink,
) -> Result<UpsertWrite, Problem> {
    let body = new.alias.as_ref().map(|alias| alias.as_str().to_owned());
    let plan =
        IdempotentRequest { body, nonce: context.token()?, first_at: context.now, running_since: None, answer: None, progress: None };
    write(context.edge.records(), record.replace(key, &plan, context.token()?)?).await?;
    Ok(UpsertWrite::Nothing)
}

/// Applies `fields` to `link`. An alias that differs from the present one moves the link.
async fn update<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    link: &Link,
    new: &NewLink,
    mut fields: Fields,
) -> Result<Link, Problem> {
    fields.skip("domain");
    if new.alias.as_ref().is_none_or(|alias| *alias == link.alias) {
        fields.skip("alias");
        fields.skip("reuse");
    }
    patch(context, authorized, &Key::link(&link.domain, &link.alias), &IfMatch::Any, fields).await
}
