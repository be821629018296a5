//! Who is asking, and what they may.

use http::StatusCode;

use crate::app::Context;
use crate::auth::Proof;
use crate::auth::rights::Scope;
use crate::body::Fields;
use crate::error::Problem;
use crate::key::KeyId;
use crate::keys;
use crate::link::UserId;
use crate::ports::Edge;
use crate::response::Response;

/// `GET /api/v1/me`
pub(crate) async fn show<E: Edge>(_context: &Context<'_, E>, proof: &Proof, query: &str) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    Ok(Response::json(StatusCode::OK, |json| {
        json.text("principal", proof.principal());
        json.text_or_null("user", proof.user().map(UserId::as_str));
        json.text_or_null("key", proof.key().map(KeyId::as_str));
        json.text("role", proof.role().name());
        keys::rights(proof.scopes().unwrap_or(&Scope::ALL), proof.domains(), json);
    }))
}
