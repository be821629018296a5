//! Showing a key, without its secret.

use http::StatusCode;

use super::{find, named, wire};
use crate::app::Context;
use crate::auth::Proof;
use crate::error::Problem;
use crate::ports::Edge;
use crate::response::Response;

/// `GET /api/v1/keys/{key}`
pub(crate) async fn show<E: Edge>(context: &Context<'_, E>, _proof: &Proof, text: &str, query: &str) -> Result<Response, Problem> {
    let key = find(context, &named(text, query)?).await?.what;
    Ok(Response::json(StatusCode::OK, |json| wire::key(&key, json)))
}
