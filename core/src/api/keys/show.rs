//! Shows an API key, without its secret.

use http::StatusCode;

use super::wire::KeyJson;
use super::{find, parse_id};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::store::ports::Edge;

/// `GET /api/v1/keys/{key}`
pub(crate) async fn show<E: Edge>(
    context: &Context<'_, E>,
    _authorized: &Authorized,
    text: &str,
    query: &str,
) -> Result<Response, Problem> {
    let key = find(context, &parse_id(text, query)?).await?.value;
    Response::json(StatusCode::OK, &KeyJson::new(&key))
}
