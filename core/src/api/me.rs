//! Who is asking, and what they may.

use http::StatusCode;
use serde::Serialize;

use crate::api::keys::RightsJson;
use crate::auth::Proof;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::key::KeyId;
use crate::model::link::UserId;
use crate::model::rights::Scope;
use crate::store::ports::Edge;

/// Whoever asks, and what they may do.
#[derive(Serialize)]
struct MeJson<'a> {
    principal: &'a str,
    user: Option<&'a str>,
    key: Option<&'a str>,
    role: &'static str,
    #[serde(flatten)]
    rights: RightsJson<'a>,
}

/// `GET /api/v1/me`
pub(crate) async fn show<E: Edge>(_context: &Context<'_, E>, proof: &Proof, query: &str) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    let me = MeJson {
        principal: proof.principal(),
        user: proof.user().map(UserId::as_str),
        key: proof.key().map(KeyId::as_str),
        role: proof.role().name(),
        rights: RightsJson::new(proof.scopes().unwrap_or(&Scope::ALL), proof.domains()),
    };
    Response::json(StatusCode::OK, &me)
}
