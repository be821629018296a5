//! Deleting a domain that has no links. Its record stays and says so.

use http::StatusCode;

use super::{DomainEdit, edit, find, named, said};
use crate::api::links;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::preconditions::{EditRefusal, IfMatch};
use crate::message::problem::{Problem, ProblemCode};
use crate::message::response::Response;
use crate::model::domain::Domain;
use crate::store::DomainRecord;
use crate::store::ports::{ClientInfo, Edge};

/// `DELETE /api/v1/domains/{domain}`
pub(crate) async fn delete<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    text: &str,
    query: &str,
    client: &impl ClientInfo,
) -> Result<Response, Problem> {
    let domain = named(authorized, text, query)?;
    let seen = IfMatch::parse(client);
    find(context, &domain).await?;
    check_unused(context, authorized, &domain).await?;
    let delete = |kept: Option<&DomainRecord>| -> Result<DomainEdit, EditRefusal> {
        let domain_record = said(context, &domain, kept)?;
        seen.check(domain_record.version)?;
        let version = domain_record.version.saturating_add(1);
        let gone =
            DomainRecord { created_at: domain_record.created_at, is_deleted: true, ..DomainRecord::bare(&domain, version, context.now) };
        Ok((gone, Some("domain.delete")))
    };
    let (was, gone) = edit(context, authorized, &domain, &delete).await?;
    // Links may have been made since the first look. From now on none is begun.
    let unused = check_unused(context, authorized, &domain).await;
    if let (Err(_), Some(was)) = (&unused, &was) {
        put_back(context, authorized, was, gone.version).await?;
    }
    unused.map(|()| Response::empty(StatusCode::NO_CONTENT))
}

/// Undoes the deletion that made version `gone`, unless somebody has added the domain again.
async fn put_back<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, was: &DomainRecord, gone: u64) -> Result<(), Problem> {
    let restore = |kept: Option<&DomainRecord>| {
        if kept.is_some_and(|domain_record| domain_record.version > gone) {
            return Err(Problem::domain_taken().into());
        }
        let domain_record = DomainRecord { updated_at: context.now, version: gone.saturating_add(1), ..was.clone() };
        Ok((domain_record, Some("domain.restore")))
    };
    match edit(context, authorized, &was.domain, &restore).await {
        Err(problem) if problem.code != ProblemCode::DomainTaken => Err(problem),
        _ => Ok(()),
    }
}

async fn check_unused<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, domain: &Domain) -> Result<(), Problem> {
    if context.config.origin_of(domain.as_str()).is_some() {
        return Err(Problem::domain_in_use("The settings of this deployment name this domain."));
    }
    if links::has_links(context, authorized, domain).await? {
        return Err(Problem::domain_in_use("This domain has links. Delete or move them first."));
    }
    Ok(())
}
