//! Creating a link, or changing the one that another system calls the same.
//!
//! A hint leads to that link. Since two requests may find none at the same moment, a creation is promised first: the record of the promise
//! says which alias the link is to have, and all the link draws is made of it. Whoever else comes makes the same link, once. After a day
//! hints are enough.

use super::EDITS;
use super::change::patch;
use super::claim::{AliasAvailability, standing};
use super::create::{NewLink, claim};
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

/// How often a link that is on the move is looked for.
const PATIENCE: usize = EDITS / 2;

/// What became of the request.
pub(super) enum UpsertOutcome {
    Created(Link),
    /// It was there, and is as it was asked for.
    Existing(Link),
}

/// Makes the link `new`, or applies `fields`, which `new` was read from, to the newest link on its domain with its external id.
pub(super) async fn upsert<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    mut new: NewLink,
    fields: Fields,
) -> Result<UpsertOutcome, Problem> {
    let domain = &new.domain.clone();
    let Some(id) = &new.spec.external_id.clone() else {
        let detail = "the link to update is the one with this external id";
        return Err(Problem::wrong_field("external_id", FieldError::new(FieldCode::Required, detail)));
    };
    for number in 0..EDITS {
        let found = match find(context, authorized, domain, id).await? {
            Some(link) => link,
            None => {
                new.hash(context)?;
                match make(context, authorized, domain, id, &new, number < PATIENCE).await? {
                    UpsertWrite::New(link) => return Ok(UpsertOutcome::Created(link)),
                    UpsertWrite::Other(link) => link,
                    UpsertWrite::Nothing => continue,
                }
            }
        };
        match update(context, authorized, &found, &new, fields.clone()).await {
            // Somebody has deleted or moved it meanwhile.
            Err(problem) if matches!(problem.code, ProblemCode::NotFound | ProblemCode::LinkEnded) => {}
            updated => return updated.map(UpsertOutcome::Existing),
        }
    }
    Err(Problem::crowded())
}

/// The newest link that is called `id`.
async fn find<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    domain: &Domain,
    id: &ExternalId,
) -> Result<Option<Link>, Problem> {
    let walk = Walk::Index { prefix: Prefix::by_external_id(domain, id), earliest: Timestamp::from_millis(0) };
    let page = walk.page(context, domain, None, u16::MAX).await?;
    Ok(page.links.into_iter().find(|link| is_called(authorized, link, id)))
}

fn is_called(authorized: &Authorized, link: &Link, id: &ExternalId) -> bool {
    !link.is_deleted() && authorized.owns(link) && link.spec.external_id.as_ref() == Some(id)
}

enum UpsertWrite {
    /// The link is as it was asked for.
    New(Link),
    /// Somebody else has made it of the same promise.
    Other(Link),
    /// The promise could not be kept, and another was made.
    Nothing,
}

/// Makes the link as it was promised, or promises it anew. One that was made and is nowhere to be seen may be on the move: whoever
/// `is_patient` looks for it again.
async fn make<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    domain: &Domain,
    id: &ExternalId,
    new: &NewLink,
    is_patient: bool,
) -> Result<UpsertWrite, Problem> {
    let mut parts = vec![domain.as_str().as_bytes(), id.as_str().as_bytes()];
    parts.extend(authorized.user().map(|user| user.as_str().as_bytes()));
    let seed = idempotency::seed(context, "external id", &parts).await?;
    let key = Key::idempotency(&seed.name());
    let record = IdempotencyRecord::decode(context.edge.records().get(&key).await?.as_ref())?;
    let is_fresh = |promise: &&IdempotentRequest| context.now.millis_since(promise.first_at) < REMEMBERED_MILLIS;
    if let Some(promise) = record.request.as_ref().filter(is_fresh) {
        let alias = promise.body.clone().map(Alias::stored);
        let is_ours = alias == new.alias;
        let promised = context.resumed(promise.first_at, IdSource::Repeatable(seed.derive(&promise.nonce, &[])), None);
        if !is_ours && let Some(asked) = &new.alias {
            check_free(&promised, domain, asked, new.reuses).await?;
        }
        match claim(&promised, authorized, &NewLink { alias, ..new.clone() }).await {
            Ok(link) if is_called(authorized, &link, id) => match whereabouts(&promised, &link).await? {
                UpsertTarget::Here => return Ok(new.made(link)),
                UpsertTarget::Moving if is_patient => return Ok(UpsertWrite::Nothing),
                UpsertTarget::Moving | UpsertTarget::Gone => {}
            },
            // It was made, and is that no more.
            Ok(_) => {}
            Err(problem) if !is_ours && matches!(problem.code, ProblemCode::AliasTaken | ProblemCode::AliasRetired) => {}
            Err(problem) => return Err(problem),
        }
    }
    promise_anew(context, &key, &record, new).await
}

impl NewLink {
    /// What has become of the wish for it when there is `link`.
    fn made(&self, link: Link) -> UpsertWrite {
        let has_its_alias = self.alias.as_ref().is_none_or(|alias| *alias == link.alias);
        if link.target == self.target && link.spec == self.spec && has_its_alias {
            UpsertWrite::New(link)
        } else {
            UpsertWrite::Other(link)
        }
    }
}

/// Refuses an alias that the promised link could not move to: whoever is refused makes no link.
async fn check_free<E: Edge>(promised: &Context<'_, E>, domain: &Domain, alias: &Alias, reuses: bool) -> Result<(), Problem> {
    let Some(alias_record) = load(promised.edge.records(), &Key::link(domain, alias)).await? else {
        return Ok(());
    };
    let id = LinkId::from_name(&promised.name("link")?);
    if matches!(alias_record.alias_state.visible(), AliasState::Link(link) if link.id == id) {
        return Ok(());
    }
    match standing(&alias_record.alias_state, Some(&id), reuses, promised.now) {
        AliasAvailability::Free => Ok(()),
        AliasAvailability::Taken => Err(Problem::alias_taken(alias)),
        AliasAvailability::Retired => Err(Problem::alias_retired(alias)),
    }
}

enum UpsertTarget {
    Here,
    Moving,
    Gone,
}

/// What the place where a link was made says of it. One that does not know of the link is read too late.
async fn whereabouts<E: Edge>(promised: &Context<'_, E>, link: &Link) -> Result<UpsertTarget, Problem> {
    let alias_record = load(promised.edge.records(), &Key::link(&link.domain, &link.alias)).await?;
    let commit = promised.name("commit")?;
    Ok(match alias_record.as_ref().map(|alias_record| (&alias_record.alias_state, alias_record.alias_state.visible())) {
        Some((_, AliasState::Link(here))) if here.id == link.id => UpsertTarget::Here,
        Some((_, AliasState::MovedTo(moved_to))) if moved_to.link == link.id => UpsertTarget::Moving,
        Some((AliasState::PendingMove(pending_move), _)) if pending_move.link.id == link.id => UpsertTarget::Moving,
        _ if alias_record.as_ref().is_some_and(|alias_record| alias_record.remembers(&commit)) => UpsertTarget::Gone,
        _ => UpsertTarget::Here,
    })
}

/// Puts a promise of the link `new` in place of what `record` says. If somebody else was quicker theirs will do.
async fn promise_anew<E: Edge>(
    context: &Context<'_, E>,
    key: &Key,
    record: &IdempotencyRecord,
    new: &NewLink,
) -> Result<UpsertWrite, Problem> {
    let body = new.alias.as_ref().map(|alias| alias.as_str().to_owned());
    let promise =
        IdempotentRequest { body, nonce: context.token()?, first_at: context.now, running_since: None, answer: None, progress: None };
    write(context.edge.records(), record.replace(key, &promise, context.token()?)?).await?;
    Ok(UpsertWrite::Nothing)
}

/// Applies `fields` to `link`. What says where a new link shall be moves this one, unless it is there.
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
