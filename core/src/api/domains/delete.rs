//! Deleting a domain that has no links. Its record stays and says so.

use http::StatusCode;

use super::{Wish, edit, find, named, said};
use crate::api::links;
use crate::auth::Proof;
use crate::context::Context;
use crate::message::preconditions::{Refused, Seen};
use crate::message::problem::{Code, Problem};
use crate::message::response::Response;
use crate::model::domain::Domain;
use crate::store::Site;
use crate::store::ports::{Edge, Facts};

/// `DELETE /api/v1/domains/{domain}`
pub(crate) async fn delete<E: Edge>(
    context: &Context<'_, E>,
    proof: &Proof,
    text: &str,
    query: &str,
    facts: &impl Facts,
) -> Result<Response, Problem> {
    let domain = named(proof, text, query)?;
    let seen = Seen::read(facts);
    find(context, &domain).await?;
    check_unused(context, proof, &domain).await?;
    let delete = |kept: Option<&Site>| -> Result<Wish, Refused> {
        let site = said(context, &domain, kept)?;
        seen.check(site.version)?;
        let version = site.version.saturating_add(1);
        let gone = Site { created_at: site.created_at, is_deleted: true, ..Site::bare(&domain, version, context.now) };
        Ok((gone, Some("domain.delete")))
    };
    let (was, gone) = edit(context, proof, &domain, &delete).await?;
    // Links may have been made since the first look. From now on none is begun.
    let unused = check_unused(context, proof, &domain).await;
    if let (Err(_), Some(was)) = (&unused, &was) {
        put_back(context, proof, was, gone.version).await?;
    }
    unused.map(|()| Response::empty(StatusCode::NO_CONTENT))
}

/// Undoes the deletion that made version `gone`, unless somebody has added the domain again.
async fn put_back<E: Edge>(context: &Context<'_, E>, proof: &Proof, was: &Site, gone: u64) -> Result<(), Problem> {
    let restore = |kept: Option<&Site>| {
        if kept.is_some_and(|site| site.version > gone) {
            return Err(Problem::domain_taken().into());
        }
        let site = Site { updated_at: context.now, version: gone.saturating_add(1), ..was.clone() };
        Ok((site, Some("domain.restore")))
    };
    match edit(context, proof, &was.domain, &restore).await {
        Err(problem) if problem.code != Code::DomainTaken => Err(problem),
        _ => Ok(()),
    }
}

async fn check_unused<E: Edge>(context: &Context<'_, E>, proof: &Proof, domain: &Domain) -> Result<(), Problem> {
    if context.config.origin_of(domain.as_str()).is_some() {
        return Err(Problem::domain_in_use("The settings of this deployment name this domain."));
    }
    if links::has_links(context, proof, domain).await? {
        return Err(Problem::domain_in_use("This domain has links. Delete or move them first."));
    }
    Ok(())
}
