//! Shows a user.

use super::claim::renew;
use super::team::Owners;
use super::{find, wire};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::store::ports::Edge;

/// `GET /api/v1/users/{user}`
pub(crate) async fn show<E: Edge>(context: &Context<'_, E>, _authorized: &Authorized, id: &str, query: &str) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    let user = find(context, id).await?;
    let role = Owners::load_for(context, &user.value).await?.role_of(&user.value);
    renew(context, &user).await;
    wire::user_response(&user.value, role)
}
