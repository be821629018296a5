//! What can be done with users: one verb, one file.
//!
//! A user is there once there is a record of them, which is inserted after their address was claimed (`claim.rs`). A user who is gone leaves their
//! record, which says so, and their address to the next.

mod change;
mod claim;
mod create;
mod delete;
mod edit;
mod invite;
mod list;
mod show;
mod team;
mod wire;

#[cfg(feature = "docs")]
pub(crate) use change::UserPatch;
pub(crate) use change::change;
#[cfg(feature = "docs")]
pub(crate) use create::NewUser;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use invite::invite;
pub(crate) use list::list;
pub(crate) use show::show;

use crate::api::audit::{self, AuditAction};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::UserId;
use crate::model::user::{User, UserStatus};
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Key, Written};

/// The record of the user `id`, whether or not they are there.
async fn load<E: Edge>(context: &Context<'_, E>, id: &UserId) -> Result<Option<Box<GuardedRecord<User>>>, Problem> {
    Ok(GuardedRecord::load(context.edge.records(), &Key::user(id)).await?)
}

/// The user `id`, if they are there.
async fn seen<E: Edge>(context: &Context<'_, E>, id: &UserId) -> Result<Option<Box<GuardedRecord<User>>>, Problem> {
    Ok(load(context, id).await?.filter(|user| user.value.standing != UserStatus::Deleted))
}

/// The user that an address of the API names. What can be no id is that of nobody.
async fn find<E: Edge>(context: &Context<'_, E>, id: &str) -> Result<Box<GuardedRecord<User>>, Problem> {
    let id = UserId::parse(id.to_owned()).map_err(|_| Problem::no_such_user())?;
    seen(context, &id).await?.ok_or_else(Problem::no_such_user)
}

/// Writes `user` in place of what they were, or for the first time.
async fn save<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    was: Option<&GuardedRecord<User>>,
    user: &User,
    deed: Option<AuditAction<'_>>,
) -> Result<Written, Problem> {
    audit::commit(context, authorized, GuardedRecord::put(was, Key::user(&user.id), user, context.token()?)?, deed).await
}

/// Describes the responses.
#[cfg(feature = "docs")]
pub(super) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<wire::UserJson<'_>>();
    generator.subschema_for::<wire::InvitedUserJson<'_>>();
    generator.subschema_for::<crate::message::wire::PageJson<'_, wire::UserJson<'_>>>();
}
