//! Domains beside those of the settings, and where a domain sends visitors who find nothing: one verb, one file.

mod change;
mod create;
mod delete;
mod list;
mod show;
mod wire;

pub(crate) use change::{DomainPatch, change};
#[cfg(feature = "docs")]
pub(crate) use create::NewDomain;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use list::list;
pub(crate) use show::show;

use crate::api::audit::{self, AuditAction};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Fields, Patch, RequestBody};
use crate::message::preconditions::EditRefusal;
use crate::message::problem::Problem;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldError, FieldErrors};
use crate::store::ports::{Edge, StoreError};
use crate::store::{DomainRecord, EDITS, GuardedRecord, Key, Written};

/// The domain an address of the API names, which takes nothing else. What can be no domain is none of this deployment.
fn named(authorized: &Authorized, text: &str, query: &str) -> Result<Domain, Problem> {
    Fields::query(query).finish(Some(()))?;
    let domain = Domain::parse(text).map_err(|_| Problem::no_such_domain())?;
    authorized.check_domain(&domain)?;
    Ok(domain)
}

/// What is kept of `domain`, of a deleted one too.
async fn load<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<Option<Box<GuardedRecord<DomainRecord>>>, StoreError> {
    GuardedRecord::load(context.edge.records(), &Key::domain(domain)).await
}

/// What is said of `domain`, of which this is kept.
fn said<E: Edge>(context: &Context<'_, E>, domain: &Domain, kept: Option<&DomainRecord>) -> Result<DomainRecord, Problem> {
    match kept {
        Some(domain_record) if !domain_record.is_deleted => Ok(domain_record.clone()),
        _ if context.config.origin_of(domain.as_str()).is_none() => Err(Problem::no_such_domain()),
        Some(deleted) => Ok(DomainRecord::bare(domain, deleted.version, context.now)),
        None => Ok(DomainRecord::bare(domain, 1, context.now)),
    }
}

async fn find<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<DomainRecord, Problem> {
    let kept = load(context, domain).await?;
    said(context, domain, kept.as_ref().map(|kept| &kept.value))
}

/// What a domain shall be, and what the audit calls that; nothing if it changes nothing.
type DomainEdit = (DomainRecord, Option<&'static str>);

/// Reads what is kept of `domain`, lets `change` say what it shall be, and writes that; again if somebody else was quicker. It comes back
/// as it was and as it is; this isolate forgets what it knew.
async fn edit<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    domain: &Domain,
    change: &dyn Fn(Option<&DomainRecord>) -> Result<DomainEdit, EditRefusal>,
) -> Result<(Option<DomainRecord>, DomainRecord), Problem> {
    let mut last = Problem::crowded();
    for _ in 0..EDITS {
        let was = load(context, domain).await?;
        let (domain_record, action) = match change(was.as_ref().map(|kept| &kept.value)) {
            Ok(wish) => wish,
            Err(EditRefusal::Refused(problem)) => return Err(problem),
            Err(EditRefusal::StaleRead(problem)) => {
                last = problem;
                continue;
            }
        };
        let change = GuardedRecord::put(was.as_deref(), Key::domain(domain), &domain_record, context.token()?)?;
        let written = audit::commit(context, authorized, change, action.map(|action| AuditAction::domain(action, domain))).await;
        context.memo(|memo| memo.drop(&Key::domain(domain)));
        if written? == Written::Done {
            return Ok((was.map(|kept| kept.value), domain_record));
        }
    }
    Err(last)
}

/// Refuses every target that is on the domain itself: the settings do not have to name it.
fn refuse_circles(domain: &Domain, said: &<DomainPatch as RequestBody>::Parts, wrong: &mut FieldErrors) {
    for (name, target) in [("root", &said.root), ("not_found", &said.not_found), ("ended", &said.ended)] {
        if matches!(target, Patch::Set(target) if target.is_on(domain)) {
            wrong.add(FieldError::own_domain().within(name));
        }
    }
}

/// Applies what is said of a domain.
fn set(domain_record: &mut DomainRecord, patch: DomainPatch) {
    patch.root.apply(&mut domain_record.root);
    patch.not_found.apply(&mut domain_record.not_found);
    patch.ended.apply(&mut domain_record.ended);
}

/// Describes the responses.
#[cfg(feature = "docs")]
pub(super) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<wire::DomainJson<'_>>();
    generator.subschema_for::<crate::message::wire::PageJson<'_, wire::DomainJson<'_>>>();
}
