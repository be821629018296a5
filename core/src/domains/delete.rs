//! Deleting a domain that has no links. Its record stays and says so.

use http::StatusCode;

use super::{EDITS, find, named, save};
use crate::app::Context;
use crate::auth::Proof;
use crate::domain::Domain;
use crate::error::Problem;
use crate::links::{self, Refused, Seen};
use crate::ports::{Edge, Facts};
use crate::records::{Site, SiteRecord, Written};
use crate::response::Response;

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
    let mut last = Problem::crowded();
    for _ in 0..EDITS {
        let (record, was) = find(context, &domain).await?;
        check_unused(context, proof, &domain).await?;
        match seen.check(was.version) {
            Ok(()) => {}
            Err(Refused::For(problem)) => return Err(problem),
            Err(Refused::UntilRead(problem)) => {
                last = problem;
                continue;
            }
        }
        let gone = Site { created_at: was.created_at, ..Site::bare(&domain, was.version.saturating_add(1), context.now) };
        if save(context, proof, Some("domain.delete"), record.as_ref(), &gone, true).await? == Written::Done {
            // Links may have been made since the first look. From now on none is begun.
            if let Err(problem) = check_unused(context, proof, &domain).await {
                put_back(context, proof, &was, gone.version).await?;
                return Err(problem);
            }
            return Ok(Response::empty(StatusCode::NO_CONTENT));
        }
    }
    Err(last)
}

/// Undoes the deletion that made version `gone`, unless somebody has added the domain again.
async fn put_back<E: Edge>(context: &Context<'_, E>, proof: &Proof, was: &Site, gone: u64) -> Result<(), Problem> {
    for _ in 0..EDITS {
        let record = SiteRecord::look(context.edge.records(), &was.domain).await?;
        if record.as_ref().is_some_and(|record| record.site.version > gone) {
            return Ok(());
        }
        let site = Site { updated_at: context.now, version: gone.saturating_add(1), ..was.clone() };
        if save(context, proof, Some("domain.restore"), record.as_ref(), &site, false).await? == Written::Done {
            return Ok(());
        }
    }
    Err(Problem::crowded())
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
