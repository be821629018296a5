//! Adds a domain that the setting `HOP_DOMAINS` does not name.

use http::StatusCode;

use super::change::DomainPatch;
use super::show::domain_response;
use super::{apply_patch, edit, refuse_self_targets, saved_urls, wire};
use crate::api::blocklist::refuse_listed;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Draft, Flatten, RequestBody, Required, request_body};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::domain::Domain;
use crate::store::DomainRecord;
use crate::store::ports::Edge;

request_body! {
    /// A new domain.
    pub(crate) struct NewDomain as NewDomain {
        /// Host without port, of at most 120 bytes in ASCII: an address, or a name of letters, digits, `-` and `_`
        /// between its dots, each part of at most 63 bytes. A name in other scripts is one of IDNA.
        domain: Required<Domain>,
        targets: Flatten<DomainPatch>,
    }
}

/// `POST /api/v1/domains`
pub(crate) async fn create<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, body: &Body) -> Result<Response, Problem> {
    let Draft { parts, mut wrong } = NewDomain::read(body, BODY_LIMIT, &context.parsing())?;
    if let Some(domain) = &parts.domain {
        refuse_self_targets(domain, &parts.targets, &mut wrong);
        authorized.check_domain(domain)?;
    }
    refuse_listed(context, &saved_urls(&parts.targets), &mut wrong).await?;
    let NewDomain { domain, targets } = Draft::<NewDomain> { parts, wrong }.finish()?;
    let mut domain_record = DomainRecord::bare(&domain, 1, context.now);
    apply_patch(&mut domain_record, targets);
    if context.config.origin_of(domain.as_str()).is_some() {
        return Err(Problem::domain_taken());
    }
    let create = |stored: Option<&DomainRecord>| {
        // A deleted domain continues its version numbers, so that no `ETag` is used twice.
        let version = match stored {
            Some(domain_record) if !domain_record.is_deleted => return Err(Problem::domain_taken().into()),
            Some(deleted) => deleted.version.saturating_add(1),
            None => 1,
        };
        Ok((DomainRecord { version, ..domain_record.clone() }, Some("domain.create")))
    };
    let (_, domain_record) = edit(context, authorized, &domain, &create).await?;
    domain_response(context, StatusCode::CREATED, &domain_record)?.location(&wire::domain_path(&domain))
}
