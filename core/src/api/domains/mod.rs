//! Domains: those added through the API, and where each domain redirects visitors who find no link. One file for each
//! verb.

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
use crate::api::blocklist::SavedUrls;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Fields, Patch, RequestBody};
use crate::message::preconditions::EditRefusal;
use crate::message::problem::Problem;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldError, FieldErrors};
use crate::store::ports::{Edge, StoreError};
use crate::store::{DomainRecord, DomainRedirects, GuardedRecord, Key, MAX_EDIT_ATTEMPTS, Written};

/// Parses the domain in the path of an endpoint that takes no query. A malformed name is reported as an unknown domain.
fn parse_name(authorized: &Authorized, text: &str, query: &str) -> Result<Domain, Problem> {
    Fields::query(query).finish(Some(()))?;
    let domain = Domain::parse(text).map_err(|_| Problem::no_such_domain())?;
    authorized.check_domain(&domain)?;
    Ok(domain)
}

/// Loads the record of `domain`, which may be marked as deleted.
async fn load<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<Option<Box<GuardedRecord<DomainRecord>>>, StoreError> {
    GuardedRecord::load(context.edge.records(), &Key::domain(domain)).await
}

/// The record of `domain` given what is `stored`; a domain of the settings has a default record if nothing is stored.
fn current_record<E: Edge>(context: &Context<'_, E>, domain: &Domain, stored: Option<&DomainRecord>) -> Result<DomainRecord, Problem> {
    match stored {
        Some(domain_record) if !domain_record.is_deleted => Ok(domain_record.clone()),
        _ if context.config.origin_of(domain.as_str()).is_none() => Err(Problem::no_such_domain()),
        Some(deleted) => Ok(DomainRecord::bare(domain, deleted.version, context.now)),
        None => Ok(DomainRecord::bare(domain, 1, context.now)),
    }
}

/// Loads a domain that exists.
async fn find<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<DomainRecord, Problem> {
    let stored = load(context, domain).await?;
    current_record(context, domain, stored.as_ref().map(|stored| &stored.value))
}

/// The new record of a domain, and the name of the audit event; `None` if nothing visible changes.
type DomainEdit = (DomainRecord, Option<&'static str>);

/// Compare-and-swap loop on the record of `domain`: loads it, computes the new one by `change` and writes that, again
/// if another request wrote in between. Returns the old and the new record.
async fn edit<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    domain: &Domain,
    change: &dyn Fn(Option<&DomainRecord>) -> Result<DomainEdit, EditRefusal>,
) -> Result<(Option<DomainRecord>, DomainRecord), Problem> {
    let mut last = Problem::contended();
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let was = load(context, domain).await?;
        let (domain_record, action) = match change(was.as_ref().map(|stored| &stored.value)) {
            Ok(edit) => edit,
            Err(EditRefusal::Refused(problem)) => return Err(problem),
            Err(EditRefusal::StaleRead(problem)) => {
                last = problem;
                continue;
            }
        };
        let change = GuardedRecord::put(was.as_deref(), Key::domain(domain), &domain_record, context.token()?)?;
        let written = audit::commit(context, authorized, change, action.map(|action| AuditAction::domain(action, domain))).await;
        if matches!(written, Ok(Written::Conflict)) {
            continue;
        }
        let is_known = written.is_ok() && !domain_record.is_deleted;
        context.changed(&Key::domain(domain), is_known.then(|| DomainRedirects::from_record(&domain_record)));
        return written.map(|_| (was.map(|stored| stored.value), domain_record));
    }
    Err(last)
}

/// Refuses every target on the domain itself, which the settings do not have to name.
fn refuse_self_targets(domain: &Domain, parts: &<DomainPatch as RequestBody>::Parts, wrong: &mut FieldErrors) {
    for (name, target) in [("root", &parts.root), ("not_found", &parts.not_found), ("ended", &parts.ended)] {
        if matches!(target, Patch::Set(target) if target.is_on(domain)) {
            wrong.add(FieldError::own_domain().within(name));
        }
    }
}

/// The URLs that a patch of a domain sets.
fn saved_urls(parts: &<DomainPatch as RequestBody>::Parts) -> SavedUrls {
    let mut urls = SavedUrls::default();
    for (pointer, target) in [("/root", &parts.root), ("/not_found", &parts.not_found), ("/ended", &parts.ended)] {
        urls.add(pointer, target.value());
    }
    urls
}

/// Applies a merge patch to a domain.
fn apply_patch(domain_record: &mut DomainRecord, patch: DomainPatch) {
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
