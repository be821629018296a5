//! Lookup of active users by their ids.

use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::UserId;
use crate::model::user::User;
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Key};

/// The user `id`, if they are active.
pub(crate) async fn find_active<E: Edge>(context: &Context<'_, E>, id: &UserId) -> Result<Option<User>, Problem> {
    let user = GuardedRecord::<User>::load(context.edge.records(), &Key::user(id)).await?;
    Ok(user.map(|user| user.value).filter(User::is_active))
}

/// Whether `id` is an active user.
pub(crate) async fn is_active_user<E: Edge>(context: &Context<'_, E>, id: &UserId) -> Result<bool, Problem> {
    Ok(find_active(context, id).await?.is_some())
}
