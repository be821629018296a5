//! What can be done with users: one verb, one file.
//!
//! A user is there once their address says that it is theirs: that is the one write that makes them, and of two who want one address only one gets
//! it. A user who is gone leaves their record, which says so, and their address to the next.

mod change;
mod create;
mod delete;
mod edit;
mod invite;
mod list;
mod show;
mod team;
mod wire;

pub(crate) use change::change;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use invite::invite;
pub(crate) use list::list;
pub(crate) use show::show;

use crate::app::Context;
use crate::audit::{self, Deed};
use crate::auth::Proof;
use crate::error::Problem;
use crate::link::UserId;
use crate::ports::Edge;
use crate::records::{Claimed, Kept, Key, Written};
use crate::user::{Standing, User};

/// Whether this is a user who is let in.
pub(crate) async fn is_in<E: Edge>(context: &Context<'_, E>, id: &UserId) -> Result<bool, Problem> {
    let user = seen(context, id).await?;
    Ok(user.is_some_and(|user| user.what.standing == Standing::In))
}

/// The record of the user `id`, whether or not they are there.
async fn look<E: Edge>(context: &Context<'_, E>, id: &UserId) -> Result<Option<Box<Kept<User>>>, Problem> {
    Ok(Kept::look(context.edge.records(), &Key::user(id)).await?)
}

/// The user `id`, if they are there.
async fn seen<E: Edge>(context: &Context<'_, E>, id: &UserId) -> Result<Option<Box<Kept<User>>>, Problem> {
    let Some(user) = look(context, id).await? else { return Ok(None) };
    let is_there = match (&user.what.standing, &user.what.email) {
        (Standing::Gone, _) | (_, None) => false,
        // They were, or nobody could have begun it.
        (Standing::Leaving { .. }, _) => true,
        (_, Some(email)) => Kept::look(context.edge.records(), &Key::email(email)).await?.is_some_and(|claim| is_of(&claim, id)),
    };
    Ok(is_there.then_some(user))
}

fn is_of(claim: &Kept<Claimed>, id: &UserId) -> bool {
    claim.what.by == *id
}

/// The user that an address of the API names. What can be no id is that of nobody.
async fn find<E: Edge>(context: &Context<'_, E>, id: &str) -> Result<Box<Kept<User>>, Problem> {
    let id = UserId::parse(id.to_owned()).map_err(|_| Problem::no_such_user())?;
    seen(context, &id).await?.ok_or_else(Problem::no_such_user)
}

/// Writes `user` in place of what they were, or for the first time.
async fn save<E: Edge>(
    context: &Context<'_, E>,
    proof: &Proof,
    was: Option<&Kept<User>>,
    user: &User,
    deed: Option<Deed<'_>>,
) -> Result<Written, Problem> {
    audit::commit(context, proof, Kept::put(was, Key::user(&user.id), user, context.token()?)?, deed).await
}

/// The schemas of request bodies, under their names in the document.
#[cfg(test)]
pub(crate) fn request_schemas() -> Vec<(&'static str, crate::body::Schema)> {
    use crate::body::FieldType;
    vec![("NewUser", create::NewUser::schema()), ("UserPatch", change::UserPatch::schema())]
}
