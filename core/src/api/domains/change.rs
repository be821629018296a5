//! Changing where a domain sends visitors: a merge patch, made only if the domain still is what the client has seen.

use http::StatusCode;

use super::show::shown;
use super::{DomainEdit, edit, named, refuse_circles, said, set};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Draft, Patch, RequestBody, request_body};
use crate::message::preconditions::{EditRefusal, IfMatch};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::target::Target;
use crate::store::DomainRecord;
use crate::store::ports::{ClientInfo, Edge};

request_body! {
    /// The fields of a domain to change.
    pub(crate) struct DomainPatch as DomainPatch {
        /// Where visitors of `/` are redirected.
        root: Patch<Target>,
        /// Where visitors are redirected whose alias has no link, or one that has not started.
        not_found: Patch<Target>,
        /// Where visitors are redirected whose link is deleted, blocked, disabled, past its end or used up, unless
        /// its `fallback` applies.
        ended: Patch<Target>,
    }
}

/// `PATCH /api/v1/domains/{domain}`
pub(crate) async fn change<E: Edge>(
    context: &Context<'_, E>,
    proof: &Authorized,
    text: &str,
    query: &str,
    facts: &impl ClientInfo,
    body: &Body,
) -> Result<Response, Problem> {
    let domain = named(proof, text, query)?;
    let Draft { parts, mut wrong } = DomainPatch::read(body, BODY_LIMIT, &context.parsing())?;
    refuse_circles(&domain, &parts, &mut wrong);
    let patch = Draft::<DomainPatch> { parts, wrong }.finish()?;
    let seen = IfMatch::read(facts);
    let change = |kept: Option<&DomainRecord>| -> Result<DomainEdit, EditRefusal> {
        let was = said(context, &domain, kept)?;
        seen.check(was.version)?;
        let mut site = was.clone();
        set(&mut site, patch.clone());
        if site == was {
            return Ok((site, None));
        }
        site.updated_at = context.now;
        site.version = was.version.saturating_add(1);
        Ok((site, Some("domain.change")))
    };
    let (_, site) = edit(context, proof, &domain, &change).await?;
    shown(context, StatusCode::OK, &site)
}
