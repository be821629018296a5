//! Ends one session of the caller.

use http::StatusCode;

use super::logout::end_one;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::session::{Session, SessionId};
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Key, MAX_EDIT_ATTEMPTS, Written};

/// `DELETE /api/v1/sessions/{session}`
pub(crate) async fn end_session<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    id: &str,
    query: &str,
) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    let user = authorized.user().ok_or_else(Problem::no_session)?;
    let id = SessionId::parse(id).ok_or_else(Problem::no_such_session)?;
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let session = GuardedRecord::<Session>::load(context.edge.records(), &Key::session(user, &id)).await?;
        let session = session.filter(|session| !session.value.has_ended(context.now)).ok_or_else(Problem::no_such_session)?;
        if end_one(context, authorized, &session).await? == Written::Done {
            return Ok(Response::empty(StatusCode::NO_CONTENT));
        }
    }
    Err(Problem::contended())
}
