//! Takes a host off the blocklist. Its record stays, marked as deleted.

use http::StatusCode;

use super::load;
use crate::api::audit::{self, AuditAction};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::blocklist::BlockedHost;
use crate::model::domain::Domain;
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Key, MAX_EDIT_ATTEMPTS, Written};

/// `DELETE /api/v1/blocklist/{host}`
pub(crate) async fn delete<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    text: &str,
    query: &str,
) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    let host = Domain::parse(text).map_err(|_| Problem::no_such_blocked_host())?;
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let was = load(context, &host).await?.filter(|was| !was.value.is_deleted).ok_or_else(Problem::no_such_blocked_host)?;
        let deleted = BlockedHost { is_deleted: true, reason: None, ..was.value.clone() };
        let change = GuardedRecord::put(Some(&was), Key::blocked_host(host.as_str()), &deleted, context.token()?)?;
        let action = AuditAction::blocked_host("blocklist.remove", &host);
        if audit::commit(context, authorized, change, Some(action)).await? == Written::Done {
            return Ok(Response::empty(StatusCode::NO_CONTENT));
        }
    }
    Err(Problem::contended())
}
