//! Adds a host to the blocklist: first the record that says that the list is in use, then the record of the host.

use http::StatusCode;

use super::load;
use super::wire::BlockedHostJson;
use crate::api::audit::{self, AuditAction};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Draft, Optional, RequestBody, Required, request_body};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::blocklist::{BlockedHost, MAX_PARENT_LABELS, TargetHost};
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::text::Reason;
use crate::store::blocklist::BlocklistUse;
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Key, MAX_EDIT_ATTEMPTS, Written, write};

request_body! {
    /// A host for the blocklist.
    pub(crate) struct NewBlockedHost as NewBlockedHost {
        /// Host without port, of at most 120 bytes in ASCII: an address, or a name of letters, digits, `-` and `_`
        /// between its dots, each part of at most 63 bytes. A name in other scripts is one of IDNA. A host of one
        /// part, such as `zip`, stands for a top-level domain.
        host: Required<Domain>,
        /// List the hosts below it too. Not for an address, and not for a host of more than five parts. Default: `true`
        /// where it is possible.
        subdomains: Optional<bool>,
        /// Why the host is listed, in at most 512 bytes.
        reason: Optional<Reason>,
    }
}

/// `POST /api/v1/blocklist`
pub(crate) async fn create<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, body: &Body) -> Result<Response, Problem> {
    let Draft { parts, mut wrong } = NewBlockedHost::read(body, BODY_LIMIT, &context.parsing())?;
    let has_subdomains = parts.host.as_ref().is_some_and(may_list_subdomains);
    if parts.subdomains == Some(true) && parts.host.is_some() && !has_subdomains {
        let detail = format!(
            "only a name of at most {MAX_PARENT_LABELS} parts can list its subdomains: list this host without them, or a shorter name"
        );
        wrong.add(FieldError::new(FieldCode::Conflicts, detail).within("subdomains"));
    }
    let NewBlockedHost { host, subdomains, reason } = Draft::<NewBlockedHost> { parts, wrong }.finish()?;
    let blocked_host = BlockedHost {
        host,
        subdomains: subdomains.unwrap_or(has_subdomains),
        reason,
        created_at: context.now,
        created_by: authorized.user().cloned(),
        is_deleted: false,
    };
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let was = load(context, &blocked_host.host).await?;
        if was.as_ref().is_some_and(|was| !was.value.is_deleted) {
            return Err(Problem::host_listed());
        }
        note_use(context).await?;
        let key = Key::blocked_host(blocked_host.host.as_str());
        let change = GuardedRecord::put(was.as_deref(), key, &blocked_host, context.token()?)?;
        let action = AuditAction::blocked_host("blocklist.add", &blocked_host.host);
        if audit::commit(context, authorized, change, Some(action)).await? == Written::Done {
            return Response::json(StatusCode::CREATED, &BlockedHostJson::new(&blocked_host));
        }
    }
    Err(Problem::contended())
}

/// Whether an entry of this host may list the hosts below it, so that a check finds it among the parents that it looks
/// up.
fn may_list_subdomains(host: &Domain) -> bool {
    let labels = host.as_str().split('.').count();
    labels <= MAX_PARENT_LABELS && !TargetHost::stored(host.as_str().to_owned()).is_address()
}

/// Writes that the blocklist is in use, unless this is stored already. A conflict means that another request has done
/// so.
async fn note_use<E: Edge>(context: &Context<'_, E>) -> Result<(), Problem> {
    let records = context.edge.records();
    if !context.blocklist.is_used(records).await? {
        let first_use = BlocklistUse { since: context.now };
        write(records, GuardedRecord::put(None, Key::blocklist_use(), &first_use, context.token()?)?).await?;
        context.blocklist.note_use();
    }
    Ok(())
}
