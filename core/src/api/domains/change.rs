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
    authorized: &Authorized,
    text: &str,
    query: &str,
    client: &impl ClientInfo,
    body: &Body,
) -> Result<Response, Problem> {
    let domain = named(authorized, text, query)?;
    let Draft { parts, mut wrong } = DomainPatch::read(body, BODY_LIMIT, &context.parsing())?;
    refuse_circles(&domain, &parts, &mut wrong);
    let patch = Draft::<DomainPatch> { parts, wrong }.finish()?;
    let seen = IfMatch::parse(client);
    let change = |kept: Option<&DomainRecord>| -> Result<DomainEdit, EditRefusal> {
        let was = said(context, &domain, kept)?;
        seen.check(was.version)?;
        let mut domain_record = was.clone();
        set(&mut domain_record, patch.clone());
        if domain_record == was {
            return Ok((domain_record, None));
        }
        domain_record.updated_at = context.now;
        domain_record.version = was.version.saturating_add(1);
        Ok((domain_record, Some("domain.change")))
    };
    let (_, domain_record) = edit(context, authorized, &domain, &change).await?;
    shown(context, StatusCode::OK, &domain_record)
}
