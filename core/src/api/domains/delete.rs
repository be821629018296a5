//! Deletes a domain that has no links. Its record stays, marked as deleted.

use http::StatusCode;

use super::{DomainEdit, current_record, edit, find, parse_name};
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
    let domain = parse_name(authorized, text, query)?;
    let if_match = IfMatch::parse(client);
    find(context, &domain).await?;
    check_unused(context, authorized, &domain).await?;
    let delete = |stored: Option<&DomainRecord>| -> Result<DomainEdit, EditRefusal> {
        let domain_record = current_record(context, &domain, stored)?;
        if_match.check(domain_record.version)?;
        let version = domain_record.version.saturating_add(1);
        let deleted =
            DomainRecord { created_at: domain_record.created_at, is_deleted: true, ..DomainRecord::bare(&domain, version, context.now) };
        Ok((deleted, Some("domain.delete")))
    };
    let (was, deleted) = edit(context, authorized, &domain, &delete).await?;
    // Links may have been created since the first check. No new one can be created from now on.
    let unused = check_unused(context, authorized, &domain).await;
    if let (Err(_), Some(was)) = (&unused, &was) {
        restore(context, authorized, was, deleted.version).await?;
    }
    unused.map(|()| Response::empty(StatusCode::NO_CONTENT))
}

/// Undoes the deletion that wrote version `deleted`, unless the domain was added again meanwhile.
async fn restore<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, was: &DomainRecord, deleted: u64) -> Result<(), Problem> {
    let change = |stored: Option<&DomainRecord>| {
        if stored.is_some_and(|domain_record| domain_record.version > deleted) {
            return Err(Problem::domain_taken().into());
        }
        let domain_record = DomainRecord { updated_at: context.now, version: deleted.saturating_add(1), ..was.clone() };
        Ok((domain_record, Some("domain.restore")))
    };
    match edit(context, authorized, &was.domain, &change).await {
        Err(problem) if problem.code != ProblemCode::DomainTaken => Err(problem),
        _ => Ok(()),
    }
}

async fn check_unused<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, domain: &Domain) -> Result<(), Problem> {
    if context.config.origin_of(domain.as_str()).is_some() {
        return Err(Problem::domain_in_use("The setting `HOP_DOMAINS` names this domain. Remove it there."));
    }
    if links::has_links(context, authorized, domain).await? {
        return Err(Problem::domain_in_use("This domain has links. Delete or move them first."));
    }
    Ok(())
}
