//! API keys: one file for each verb.

mod create;
mod list;
mod revoke;
mod show;
mod wire;

#[cfg(feature = "docs")]
pub(crate) use create::NewKey;
pub(crate) use create::create;
pub(crate) use list::list;
pub(crate) use revoke::revoke;
pub(crate) use show::show;

use crate::auth::{Authorized, role_of};
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::model::key::{ApiKey, KeyId};
use crate::model::link::UserId;
use crate::model::rights::Role;
use crate::model::user::User;
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Key};

/// Parses the id in the path of an endpoint that takes no query. A malformed id is reported as an unknown key.
fn parse_id(text: &str, query: &str) -> Result<KeyId, Problem> {
    Fields::query(query).finish(Some(()))?;
    KeyId::parse(text).ok_or_else(Problem::no_such_key)
}

/// Loads the key `id`.
async fn find<E: Edge>(context: &Context<'_, E>, id: &KeyId) -> Result<Box<GuardedRecord<ApiKey>>, Problem> {
    GuardedRecord::load(context.edge.records(), &Key::api_key(id)).await?.ok_or_else(Problem::no_such_key)
}

/// Checks that the caller may revoke keys of the user `owner`: only owners may revoke those of owners.
async fn check_may_revoke<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, owner: &UserId) -> Result<(), Problem> {
    let records = context.edge.records();
    if authorized.role() < Role::Owner
        && let Some(user) = GuardedRecord::<User>::load(records, &Key::user(owner)).await?
        && role_of(records, &user.value).await? == Role::Owner
    {
        return Err(Problem::not_allowed("Only owners can revoke keys of owners. Ask an owner to do it."));
    }
    Ok(())
}

/// Describes the responses.
#[cfg(feature = "docs")]
pub(super) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<wire::KeyJson<'_>>();
    generator.subschema_for::<wire::NewKeyJson<'_>>();
    generator.subschema_for::<crate::message::wire::PageJson<'_, wire::KeyJson<'_>>>();
}
