//! Changes the redirects of a domain: a merge patch, applied only if the version still matches `If-Match`.

use http::StatusCode;

use super::show::domain_response;
use super::{DomainEdit, apply_patch, current_record, edit, parse_name, refuse_self_targets, saved_urls};
use crate::api::blocklist::refuse_listed;
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
        /// Where visitors are redirected if their alias has no link, or one that has not started.
        not_found: Patch<Target>,
        /// Where visitors are redirected if their link is deleted, blocked, disabled, past its end or used up, unless
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
    let domain = parse_name(authorized, text, query)?;
    let Draft { parts, mut wrong } = DomainPatch::read(body, BODY_LIMIT, &context.parsing())?;
    refuse_self_targets(&domain, &parts, &mut wrong);
    refuse_listed(context, &saved_urls(&parts), &mut wrong).await?;
    let patch = Draft::<DomainPatch> { parts, wrong }.finish()?;
    let if_match = IfMatch::parse(client);
    let change = |stored: Option<&DomainRecord>| -> Result<DomainEdit, EditRefusal> {
        let was = current_record(context, &domain, stored)?;
        if_match.check(was.version)?;
        let mut domain_record = was.clone();
        apply_patch(&mut domain_record, patch.clone());
        if domain_record == was {
            return Ok((domain_record, None));
        }
        domain_record.updated_at = context.now;
        domain_record.version = was.version.saturating_add(1);
        Ok((domain_record, Some("domain.change")))
    };
    let (_, domain_record) = edit(context, authorized, &domain, &change).await?;
    domain_response(context, StatusCode::OK, &domain_record)
}
