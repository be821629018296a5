//! Users: one file for each verb.
//!
//! A user exists once their record exists; it is inserted after their address was claimed (`claim.rs`). The record of a
//! deleted user stays, marked as deleted. Their address is free again.

mod change;
mod claim;
mod create;
mod delete;
mod edit;
mod invite;
mod list;
mod reset;
mod show;
mod team;
mod wire;

#[cfg(feature = "docs")]
pub(crate) use change::UserPatch;
pub(crate) use change::change;
pub(in crate::api) use claim::claim;
#[cfg(feature = "docs")]
pub(crate) use create::NewUser;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use invite::invite;
pub(crate) use list::list;
pub(crate) use reset::reset;
pub(crate) use show::show;
pub(in crate::api) use team::{add_first_owner, check_no_owner};
pub(in crate::api) use wire::UserJson;

use crate::api::audit::{self, AuditAction};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::UserId;
use crate::model::user::{User, UserStatus};
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Key, Written};

/// Loads the record of the user `id`, who may be deleted.
async fn load<E: Edge>(context: &Context<'_, E>, id: &UserId) -> Result<Option<Box<GuardedRecord<User>>>, Problem> {
    Ok(GuardedRecord::load(context.edge.records(), &Key::user(id)).await?)
}

/// Loads the user `id`, unless they are deleted.
async fn load_existing<E: Edge>(context: &Context<'_, E>, id: &UserId) -> Result<Option<Box<GuardedRecord<User>>>, Problem> {
    Ok(load(context, id).await?.filter(|user| user.value.status != UserStatus::Deleted))
}

/// Loads the user in the path of an endpoint. A malformed id is reported as an unknown user.
async fn find<E: Edge>(context: &Context<'_, E>, id: &str) -> Result<Box<GuardedRecord<User>>, Problem> {
    let id = UserId::parse(id.to_owned()).map_err(|_| Problem::no_such_user())?;
    load_existing(context, &id).await?.ok_or_else(Problem::no_such_user)
}

/// Writes the record of `user`: over `was`, or as a new one. `action` is the audit event.
pub(in crate::api) async fn save<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    was: Option<&GuardedRecord<User>>,
    user: &User,
    action: Option<AuditAction<'_>>,
) -> Result<Written, Problem> {
    audit::commit(context, authorized, GuardedRecord::put(was, Key::user(&user.id), user, context.token()?)?, action).await
}

/// Describes the responses.
#[cfg(feature = "docs")]
pub(super) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<wire::UserJson<'_>>();
    generator.subschema_for::<wire::InvitedUserJson<'_>>();
    generator.subschema_for::<reset::ResetTokenJson<'_>>();
    generator.subschema_for::<crate::message::wire::PageJson<'_, wire::UserJson<'_>>>();
}
