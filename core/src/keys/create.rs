//! Making a key.

use crate::app::Context;
use crate::auth::Proof;
use crate::error::Problem;
use crate::ports::Edge;
use crate::response::Response;

/// `POST /api/v1/keys`
pub(crate) async fn create<E: Edge>(_context: &Context<'_, E>, _proof: &Proof, _body: &crate::request::Body) -> Result<Response, Problem> {
    Err(Problem::no_such_page())
}
