//! Changing where a domain sends visitors: a merge patch, made only if the domain still is what the client has seen.

use http::StatusCode;

use super::show::shown;
use super::{EDITS, find, named, save, set};
use crate::app::Context;
use crate::auth::Proof;
use crate::body::Fields;
use crate::error::Problem;
use crate::links::{Refused, Seen};
use crate::ports::{Edge, Facts};
use crate::records::Written;
use crate::request::{BODY_LIMIT, Body};
use crate::response::Response;

/// `PATCH /api/v1/domains/{domain}`
pub(crate) async fn change<E: Edge>(
    context: &Context<'_, E>,
    proof: &Proof,
    text: &str,
    query: &str,
    facts: &impl Facts,
    body: &Body,
) -> Result<Response, Problem> {
    let domain = named(proof, text, query)?;
    let seen = Seen::read(facts);
    let mut last = Problem::crowded();
    for _ in 0..EDITS {
        let (record, was) = find(context, &domain).await?;
        match seen.check(was.version) {
            Ok(()) => {}
            Err(Refused::For(problem)) => return Err(problem),
            Err(Refused::UntilRead(problem)) => {
                last = problem;
                continue;
            }
        }
        let mut fields = Fields::read(body, BODY_LIMIT)?;
        let mut site = was.clone();
        set(&mut site, &mut fields, context.config);
        fields.finish(Some(()))?;
        if site != was {
            site.updated_at = context.now;
            site.version = was.version.saturating_add(1);
        }
        let action = (site != was).then_some("domain.change");
        if save(context, proof, action, record.as_ref(), &site, false).await? == Written::Done {
            return shown(context, StatusCode::OK, &site);
        }
    }
    Err(last)
}
