//! Who is asking, and what they may.

use crate::app::Context;
use crate::auth::Proof;
use crate::error::Problem;
use crate::ports::Edge;
use crate::response::Response;

/// `GET /api/v1/me`
pub(crate) async fn show<E: Edge>(_context: &Context<'_, E>, _proof: &Proof, _query: &str) -> Result<Response, Problem> {
    Err(Problem::no_such_page())
}
