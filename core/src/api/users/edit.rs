//! Edit of a user: a compare-and-swap loop on their record, which also loads the team record if they may be an owner.

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
use crate::store::{MAX_EDIT_ATTEMPTS, Written};

/// The new state of a user.
pub(super) struct UserEdit {
    pub(super) user: User,
    pub(super) role: Role,
    pub(super) step: UserStep,
}

/// The writes that lead to the new state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum UserStep {
    /// No write: nothing changes.
    Nothing,
    /// Write the user.
    Write,
    /// Write the user, then add them to the owners.
    AddToOwners,
    /// Write the user, then remove them from the owners.
    RemoveFromOwners,
}

/// The new state of a user and the audit event.
pub(super) type PlannedEdit<'a> = (UserEdit, Option<AuditAction<'a>>);

/// Loads the user `id`, computes the new state by `change` and writes it, again if another request wrote in between.
pub(super) async fn edit<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    id: &str,
    change: &dyn for<'a> Fn(&'a User, &Owners) -> Result<PlannedEdit<'a>, EditRefusal>,
) -> Result<UserEdit, Problem> {
    let mut last = Problem::contended();
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let was = find(context, id).await?;
        let owners = Owners::load_for(context, &was.value).await?;
        match change(&was.value, &owners) {
            Ok((planned, action)) => {
                if planned.step == UserStep::Nothing || save(context, authorized, Some(&was), &planned.user, action).await? == Written::Done
                {
                    return Ok(planned);
                }
            }
            Err(EditRefusal::Refused(problem)) => return Err(problem),
            Err(EditRefusal::StaleRead(problem)) => last = problem,
        }
    }
    Err(last)
}
