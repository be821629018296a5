//! Showing a user.

use crate::app::Context;
use crate::auth::Proof;
use crate::error::Problem;
use crate::ports::Edge;
use crate::response::Response;

/// `GET /api/v1/users/{user}`
pub(crate) async fn show<E: Edge>(_context: &Context<'_, E>, _proof: &Proof, _id: &str, _query: &str) -> Result<Response, Problem> {
    Err(Problem::no_such_page())
}
