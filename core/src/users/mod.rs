//! What can be done with users: one verb, one file.

mod change;
mod create;
mod delete;
mod invite;
mod list;
mod show;

pub(crate) use change::change;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use invite::invite;
pub(crate) use list::list;
pub(crate) use show::show;

use crate::app::Context;
use crate::error::Problem;
use crate::link::UserId;
use crate::ports::Edge;
use crate::records::{Kept, Key};
use crate::user::{Standing, User};

/// Whether this is a user who is let in.
pub(crate) async fn is_in<E: Edge>(context: &Context<'_, E>, id: &UserId) -> Result<bool, Problem> {
    let user = Kept::<User>::look(context.edge.records(), &Key::user(id)).await?;
    Ok(user.is_some_and(|user| user.what.standing == Standing::In))
}
