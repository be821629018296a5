//! Who owns the deployment: who the record `team` names and whose own record says that they may own. Whoever is named there may own and is let
//! in, at every moment, so that somebody is left as long as one is named:
//!
//! * To make an owner, the team is read, then the user is written, whether or not it says so already, then the team as it was read.
//! * To unmake one, the user is read, then the team is written, whether or not it names them, then the user as they were read. If somebody else
//!   has written the user meanwhile, all of that is repeated, unless the team names them again.
//!
//! Of two who do both at once, one meets the write of the other.

use super::{load, seen};
use crate::api::audit::{self, AuditAction};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::link::UserId;
use crate::model::rights::Role;
use crate::model::sorted::put_in_order;
use crate::model::user::{User, UserStatus};
use crate::store::ports::Edge;
use crate::store::{EDITS, GuardedRecord, Key, Team, Written};

/// The owners, as they were read.
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

    fn name(&self, id: &UserId) -> bool {
        self.ids().contains(id)
    }

    /// What `user` is.
    pub(super) fn role_of(&self, user: &User) -> Role {
        if user.may_own && self.name(&user.id) { Role::Owner } else { user.role }
    }

    /// Refuses that `id` be no owner any more if they are the only one.
    pub(super) fn check_another(&self, id: &UserId) -> Result<(), Problem> {
        if self.ids() == std::slice::from_ref(id) { Err(Problem::last_owner()) } else { Ok(()) }
    }

    /// Has these be the owners, if nobody has written the team since it was read.
    async fn set<E: Edge>(
        &self,
        context: &Context<'_, E>,
        authorized: &Authorized,
        owners: Vec<UserId>,
        deed: Option<AuditAction<'_>>,
    ) -> Result<Written, Problem> {
        let change = GuardedRecord::put(self.0.as_deref(), Key::team(), &Team { owners }, context.token()?)?;
        audit::commit(context, authorized, change, deed).await
    }
}

/// Makes the user `id` an owner, who comes back as they are then.
pub(super) async fn admit<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, id: &UserId) -> Result<User, Problem> {
    for _ in 0..EDITS {
        let owners = Owners::load(context).await?;
        let was = seen(context, id).await?.ok_or_else(Problem::no_such_user)?;
        if owners.role_of(&was.value) == Role::Owner {
            return Ok(was.value);
        }
        if was.value.standing != UserStatus::Active {
            return Err(Problem::is_owner());
        }
        let mut user = was.value.next();
        user.may_own = true;
        user.end_invitation(owners.role_of(&was.value), Role::Owner);
        if super::save(context, authorized, Some(&was), &user, None).await? == Written::Conflict {
            continue;
        }
        let mut ids = owners.ids().to_vec();
        put_in_order(&mut ids, id.clone());
        let deed = AuditAction::user("user.role", id).saying(format!("{} to owner", user.role.name()));
        if owners.set(context, authorized, ids, Some(deed)).await? == Written::Done {
            return Ok(user);
        }
    }
    Err(Problem::crowded())
}

/// Has the user `id` be an owner no more, but what their own record says.
pub(super) async fn dismiss<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, id: &UserId) -> Result<(), Problem> {
    let mut is_dismissed = false;
    for _ in 0..EDITS {
        let owners = Owners::load(context).await?;
        let Some(was) = load(context, id).await? else { continue };
        let is_owner_again = is_dismissed && owners.name(id);
        if !was.value.may_own || is_owner_again {
            return Ok(());
        }
        authorized.check_role(owners.role_of(&was.value))?;
        owners.check_another(id)?;
        let deed = || AuditAction::user("user.role", id).saying(format!("owner to {}", was.value.role.name()));
        let ids = owners.ids().iter().filter(|owner| *owner != id).cloned().collect();
        if owners.set(context, authorized, ids, owners.name(id).then(deed)).await? == Written::Done {
            let mut user = was.value.clone();
            user.may_own = false;
            match super::save(context, authorized, Some(&was), &user, None).await {
                Ok(Written::Done) => return Ok(()),
                Ok(Written::Conflict) => is_dismissed = true,
                // They are no owner, though they may still own. Whoever gives them a role again gets there.
                Err(problem) => {
                    context.log_cause(&problem);
                    return Ok(());
                }
            }
        }
    }
    Err(Problem::crowded())
}
