//! Changing a user: a merge patch, made only if the user still is what the client has seen. Who owns the deployment is for the team to say.

use super::edit::{Said, UserEdit, UserStep, edit};
use super::team::{Owners, admit, dismiss};
use super::wire;
use crate::api::audit::AuditAction;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Fields, NotNull, Patch, RequestBody, request_body};
use crate::message::preconditions::IfMatch;
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::rights::Role;
use crate::model::text::Title;
use crate::model::user::{User, UserStatus};
use crate::store::ports::{ClientInfo, Edge};

request_body! {
    /// The fields of a user to change.
    pub(crate) struct UserPatch as UserPatch {
        /// Name of the user, of at most 512 bytes.
        name: Patch<Title>,
        /// Role of the user. Only owners assign the roles admin and owner.
        role: NotNull<Role>,
        /// Disable the user: they cannot sign in, and their keys do not work.
        disabled: Patch<bool>,
    }
}

/// `PATCH /api/v1/users/{user}`
pub(crate) async fn change<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    id: &str,
    query: &str,
    client: &impl ClientInfo,
    body: &Body,
) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    let patch = UserPatch::read(body, BODY_LIMIT, &context.parsing())?.finish()?;
    let seen = IfMatch::parse(client);
    let UserEdit { mut user, role, step } = edit(context, authorized, id, &|was, owners| {
        seen.check(was.version)?;
        Ok(changed(authorized, was, owners, patch.clone())?)
    })
    .await?;
    match step {
        UserStep::AddToOwners => user = admit(context, authorized, &user.id).await?,
        UserStep::RemoveFromOwners => dismiss(context, authorized, &user.id).await?,
        UserStep::Nothing | UserStep::Write => {}
    }
    wire::shown(&user, role)
}

/// What `patch` makes of a user, and what the audit says of that.
fn changed<'a>(authorized: &Authorized, was: &'a User, owners: &Owners, patch: UserPatch) -> Result<Said<'a>, Problem> {
    if matches!(was.standing, UserStatus::Deleting { .. }) {
        return Err(Problem::user_state("This user is being deleted."));
    }
    let (mut user, wanted) = patched(was, patch);
    let role_was = owners.role_of(was);
    let role = wanted.unwrap_or(role_was);
    authorized.check_role(role.max(role_was))?;
    if role > role_was {
        authorized.check_issuer(role)?;
        user.end_invitation(role_was, role);
    }
    authorized.check_key_lasts(&was.id, role)?;
    // Their record may still say so after somebody has died over it.
    let is_unmade = wanted.is_some_and(|wanted| wanted != Role::Owner) && was.may_own;
    if user.standing == UserStatus::Disabled && (user.may_own || role == Role::Owner) {
        return Err(Problem::is_owner());
    }
    if role_was == Role::Owner && is_unmade {
        owners.check_another(&was.id)?;
    }
    let deed = deed(was, &user, role_was != Role::Owner);
    if deed.is_some() || is_unmade {
        user.version = was.version.saturating_add(1);
    }
    let step = match (role, role_was) {
        _ if is_unmade => UserStep::RemoveFromOwners,
        (Role::Owner, Role::Viewer | Role::Editor | Role::Admin) => UserStep::AddToOwners,
        _ => UserStep::Write,
    };
    Ok((UserEdit { user, role, step }, deed))
}

/// The user after a patch, and what they shall be, if it says so. Who shall be an owner is what they were, until the team names them.
fn patched(was: &User, patch: UserPatch) -> (User, Option<Role>) {
    let mut user = was.clone();
    patch.name.apply(&mut user.name);
    let mut disabled = was.standing == UserStatus::Disabled;
    patch.disabled.apply_or_default(&mut disabled);
    user.standing = if disabled { UserStatus::Disabled } else { UserStatus::Active };
    if let Some(role) = patch.role.filter(|role| *role != Role::Owner) {
        user.role = role;
    }
    (user, patch.role)
}

/// What the audit says of this write; nothing if it changes nothing. That somebody is an owner no more is told where that is written.
fn deed<'a>(was: &'a User, user: &User, tells_role: bool) -> Option<AuditAction<'a>> {
    let has_role = tells_role && was.role != user.role;
    let action = match (was.standing == user.standing, has_role, was.name != user.name) {
        (false, _, _) if user.standing == UserStatus::Disabled => "user.disable",
        (false, _, _) => "user.enable",
        (true, true, _) => "user.role",
        (true, false, true) => "user.change",
        (true, false, false) => return None,
    };
    let deed = AuditAction::user(action, &was.id);
    Some(if has_role { deed.saying(format!("{} to {}", was.role.name(), user.role.name())) } else { deed })
}
