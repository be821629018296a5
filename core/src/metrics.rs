//! What a deployment tells whoever watches over it.

use crate::app::Context;
use crate::auth::Proof;
use crate::error::Problem;
use crate::ports::Edge;
use crate::response::Response;

/// `GET /metrics`
pub(crate) async fn show<E: Edge>(_context: &Context<'_, E>, _proof: &Proof) -> Result<Response, Problem> {
    Err(Problem::no_such_page())
}
