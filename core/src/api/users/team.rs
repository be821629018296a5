//! Owners of the deployment. A user is an owner if the record `team` names them and their own record has `may_own`. At
//! every moment all users named in `team` have `may_own` and are active, so an owner exists as long as `team` names
//! one:
//!
//! * Adding an owner: load `team`, write the user with `may_own` (even if it is set already), compare-and-swap `team`.
//! * Removing an owner: load the user, write `team` without them (even if it does not name them), compare-and-swap the
//!   user. If another request has written the user meanwhile, all of this is repeated, unless `team` names them again.
//!
//! If two requests add and remove the same owner at once, one of them conflicts with the write of the other.

use super::{load, load_existing};
use crate::api::audit::{self, AuditAction};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::UserId;
use crate::model::rights::Role;
use crate::model::sorted::put_in_order;
use crate::model::user::User;
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Key, MAX_EDIT_ATTEMPTS, Team, Written};

/// The record `team`, as it was loaded.
pub(super) struct Owners(Option<Box<GuardedRecord<Team>>>);

impl Owners {
    pub(super) async fn load<E: Edge>(context: &Context<'_, E>) -> Result<Self, Problem> {
        Ok(Self(GuardedRecord::load(context.edge.records(), &Key::team()).await?))
    }

    /// Loads the owners if `user` may be one of them. For other users the record of the team is not read.
    pub(super) async fn load_for<E: Edge>(context: &Context<'_, E>, user: &User) -> Result<Self, Problem> {
        if user.may_own { Self::load(context).await } else { Ok(Self(None)) }
    }

    fn ids(&self) -> &[UserId] {
        self.0.as_ref().map_or(&[], |team| &team.value.owners)
    }

    fn contains(&self, id: &UserId) -> bool {
        self.ids().contains(id)
    }

    /// The current role of `user`.
    pub(super) fn role_of(&self, user: &User) -> Role {
        if user.may_own && self.contains(&user.id) { Role::Owner } else { user.role }
    }

    /// Refuses to remove the owner `id` if they are the only one.
    pub(super) fn check_another(&self, id: &UserId) -> Result<(), Problem> {
        if self.ids() == std::slice::from_ref(id) { Err(Problem::last_owner()) } else { Ok(()) }
    }

    /// Fails if there is an owner besides `id`.
    fn check_none_but(&self, id: Option<&UserId>) -> Result<(), Problem> {
        if self.ids().iter().all(|owner| Some(owner) == id) { Ok(()) } else { Err(Problem::already_set_up()) }
    }

    /// Writes the new list of owners, unless the record has changed since it was loaded.
    async fn replace<E: Edge>(
        &self,
        context: &Context<'_, E>,
        authorized: &Authorized,
        owners: Vec<UserId>,
        action: Option<AuditAction<'_>>,
    ) -> Result<Written, Problem> {
        let change = GuardedRecord::put(self.0.as_deref(), Key::team(), &Team { owners }, context.token()?)?;
        audit::commit(context, authorized, change, action).await
    }
}

/// Fails if the deployment has an owner.
pub(in crate::api) async fn check_no_owner<E: Edge>(context: &Context<'_, E>) -> Result<(), Problem> {
    Owners::load(context).await?.check_none_but(None)
}

/// Makes the user `id` an owner, if the deployment has no other one.
pub(in crate::api) async fn add_first_owner<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    id: &UserId,
) -> Result<User, Problem> {
    add_owner_if(context, authorized, id, |owners| owners.check_none_but(Some(id))).await
}

/// Makes the user `id` an owner. Returns the user as written.
pub(super) async fn add_owner<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, id: &UserId) -> Result<User, Problem> {
    add_owner_if(context, authorized, id, |_| Ok(())).await
}

/// The same, if `check` accepts the current owners.
async fn add_owner_if<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    id: &UserId,
    check: impl Fn(&Owners) -> Result<(), Problem>,
) -> Result<User, Problem> {
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let owners = Owners::load(context).await?;
        check(&owners)?;
        // The user was read or created before, so a read that misses them is late.
        let Some(was) = load_existing(context, id).await? else { continue };
        if owners.role_of(&was.value) == Role::Owner {
            return Ok(was.value);
        }
        if !was.value.is_active() {
            return Err(Problem::inactive_owner());
        }
        let mut user = was.value.next();
        user.may_own = true;
        user.end_one_time_tokens(owners.role_of(&was.value), Role::Owner);
        if super::save(context, authorized, Some(&was), &user, None).await? == Written::Conflict {
            continue;
        }
        let mut ids = owners.ids().to_vec();
        put_in_order(&mut ids, id.clone());
        let action = AuditAction::user("user.role", id).with_detail(format!("{} to owner", user.role.name()));
        if owners.replace(context, authorized, ids, Some(action)).await? == Written::Done {
            return Ok(user);
        }
    }
    Err(Problem::contended())
}

/// Removes the user `id` from the owners. Their role is then the one in their own record.
pub(super) async fn remove_owner<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, id: &UserId) -> Result<(), Problem> {
    let mut is_removed = false;
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let owners = Owners::load(context).await?;
        let Some(was) = load(context, id).await? else { continue };
        let is_owner_again = is_removed && owners.contains(id);
        if !was.value.may_own || is_owner_again {
            return Ok(());
        }
        authorized.check_role(owners.role_of(&was.value))?;
        owners.check_another(id)?;
        let action = || AuditAction::user("user.role", id).with_detail(format!("owner to {}", was.value.role.name()));
        let ids = owners.ids().iter().filter(|owner| *owner != id).cloned().collect();
        if owners.replace(context, authorized, ids, owners.contains(id).then(action)).await? == Written::Done {
            let mut user = was.value.clone();
            user.may_own = false;
            match super::save(context, authorized, Some(&was), &user, None).await {
                Ok(Written::Done) => return Ok(()),
                Ok(Written::Conflict) => is_removed = true,
                // They are not an owner any more, although their record still has `may_own`. The next change of their
                // role clears it.
                Err(problem) => {
                    context.log_cause(&problem);
                    return Ok(());
                }
            }
        }
    }
    Err(Problem::contended())
}
