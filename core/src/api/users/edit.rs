//! Editing a user: they are read, with the team if they may own, and what they shall be is written over what was read.

use super::team::Owners;
use super::{find, save};
use crate::api::audit::AuditAction;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::preconditions::EditRefusal;
use crate::message::problem::Problem;
use crate::model::rights::Role;
use crate::model::user::User;
use crate::store::ports::Edge;
use crate::store::{EDITS, Written};

/// What a user shall be.
pub(super) struct UserEdit {
    pub(super) user: User,
    pub(super) role: Role,
    pub(super) step: UserStep,
}

/// What is to be done that they are that.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum UserStep {
    /// Nothing: they were before.
    Nothing,
    /// To write them.
    Write,
    /// To write them, and to make them an owner then.
    AddToOwners,
    /// To write them, and to make them no owner then.
    RemoveFromOwners,
}

/// What a user shall be, and what the audit says of that.
pub(super) type Said<'a> = (UserEdit, Option<AuditAction<'a>>);

/// Reads the user `id`, lets `change` say what they shall be and what the audit calls that, and writes it; again if somebody else was quicker.
pub(super) async fn edit<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    id: &str,
    change: &dyn for<'a> Fn(&'a User, &Owners) -> Result<Said<'a>, EditRefusal>,
) -> Result<UserEdit, Problem> {
    let mut last = Problem::crowded();
    for _ in 0..EDITS {
        let was = find(context, id).await?;
        let owners = Owners::load_for(context, &was.value).await?;
        match change(&was.value, &owners) {
            Ok((wish, deed)) => {
                if wish.step == UserStep::Nothing || save(context, authorized, Some(&was), &wish.user, deed).await? == Written::Done {
                    return Ok(wish);
                }
            }
            Err(EditRefusal::Refused(problem)) => return Err(problem),
            Err(EditRefusal::StaleRead(problem)) => last = problem,
        }
    }
    Err(last)
}
