//! Changing a user.

use crate::app::Context;
use crate::auth::Proof;
use crate::error::Problem;
use crate::ports::Edge;
use crate::response::Response;

/// `PATCH /api/v1/users/{user}`
pub(crate) async fn change<E: Edge>(
    _context: &Context<'_, E>,
    _proof: &Proof,
    _id: &str,
    _query: &str,
    _facts: &impl crate::ports::Facts,
    _body: &crate::request::Body,
) -> Result<Response, Problem> {
    Err(Problem::no_such_page())
}
