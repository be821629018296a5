//! Revokes an API key. Its record stays, marked as revoked.

use http::StatusCode;

use super::{check_may_revoke, find, parse_id};
use crate::api::audit::{self, AuditAction};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::key::ApiKey;
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Key, MAX_EDIT_ATTEMPTS, Written};

/// `DELETE /api/v1/keys/{key}`
pub(crate) async fn revoke<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    text: &str,
    query: &str,
) -> Result<Response, Problem> {
    let id = parse_id(text, query)?;
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let was = find(context, &id).await?;
        check_may_revoke(context, authorized, &was.value.owner).await?;
        if was.value.revoked_at.is_none() {
            let revoked = ApiKey { revoked_at: Some(context.now), ..was.value.clone() };
            let change = GuardedRecord::put(Some(&was), Key::api_key(&id), &revoked, context.token()?)?;
            if audit::commit(context, authorized, change, Some(AuditAction::key("key.revoke", &id))).await? == Written::Conflict {
                continue;
            }
        }
        return Ok(Response::empty(StatusCode::NO_CONTENT));
    }
    Err(Problem::contended())
}
