//! Changes a user: a merge patch, applied only if the version still matches `If-Match`. Owners are added and removed
//! through the team record (`team.rs`).

use super::edit::{PlannedEdit, UserEdit, UserStep, edit};
use super::team::{Owners, add_owner, remove_owner};
use super::wire;
use crate::api::audit::AuditAction;
use crate::api::quota::{QuotaPatch, patched};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Fields, NotNull, Patch, RequestBody, request_body};
use crate::message::preconditions::IfMatch;
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::quota::Quota;
use crate::model::rights::{Right, Role};
use crate::model::text::Title;
use crate::model::time::Timestamp;
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
        /// How many links the user may create, with all keys and sessions together; `null` for any number. On Compute a
        /// lower `links_per_day` is exact from the next day on.
        quota: Patch<QuotaPatch>,
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
    let if_match = IfMatch::parse(client);
    let UserEdit { mut user, role, step } = edit(context, authorized, id, &|was, owners| {
        if_match.check(was.version)?;
        Ok(plan_change(authorized, was, owners, patch.clone(), context.now)?)
    })
    .await?;
    match step {
        UserStep::AddToOwners => user = add_owner(context, authorized, &user.id).await?,
        UserStep::RemoveFromOwners => remove_owner(context, authorized, &user.id).await?,
        UserStep::Nothing | UserStep::Write => {}
    }
    wire::user_response(&user, role)
}

/// Checks the rights for `patch` and computes the edited user and the audit event. Disabling a user starts a
/// generation of sessions, so that the old ones stay ended when they are enabled again.
fn plan_change<'a>(
    authorized: &Authorized,
    was: &'a User,
    owners: &Owners,
    patch: UserPatch,
    now: Timestamp,
) -> Result<PlannedEdit<'a>, Problem> {
    if matches!(was.status, UserStatus::Deleting { .. }) {
        return Err(Problem::user_state("This user is being deleted and cannot be changed."));
    }
    let (mut user, requested) = apply_patch(was, patch, now);
    let role_was = owners.role_of(was);
    let role = requested.unwrap_or(role_was);
    authorized.check_role(role.max(role_was))?;
    if role > role_was {
        authorized.check(Right::AdmitUsers)?;
        authorized.check_issuer(role)?;
        user.end_one_time_tokens(role_was, role);
    }
    authorized.check_key_lasts(&was.id, role)?;
    // The record may still say `may_own` after a crash while the user was removed from the owners.
    let loses_ownership = requested.is_some_and(|requested| requested != Role::Owner) && was.may_own;
    if user.status == UserStatus::Disabled {
        if role == Role::Owner && role_was != Role::Owner {
            return Err(Problem::inactive_owner());
        }
        if user.may_own || role == Role::Owner {
            return Err(Problem::is_owner());
        }
    }
    if role_was == Role::Owner && loses_ownership {
        owners.check_another(&was.id)?;
    }
    if user.status == UserStatus::Disabled && was.is_active() {
        user.session_generation = was.session_generation.next(None);
    }
    let action = audit_action(was, &user, role_was != Role::Owner);
    if action.is_some() || loses_ownership {
        user.version = was.version.saturating_add(1);
    }
    let step = match (role, role_was) {
        _ if loses_ownership => UserStep::RemoveFromOwners,
        (Role::Owner, Role::Viewer | Role::Editor | Role::Admin) => UserStep::AddToOwners,
        _ => UserStep::Write,
    };
    Ok((UserEdit { user, role, step }, action))
}

/// Applies the patch. Returns the user and the requested role, if any. A future owner keeps their role until the team
/// names them.
fn apply_patch(was: &User, patch: UserPatch, now: Timestamp) -> (User, Option<Role>) {
    let mut user = was.clone();
    patch.name.apply(&mut user.name);
    user.quota = patched(was.quota, patch.quota, now);
    let mut disabled = was.status == UserStatus::Disabled;
    patch.disabled.apply_or_default(&mut disabled);
    user.status = if disabled { UserStatus::Disabled } else { UserStatus::Active };
    if let Some(role) = patch.role.filter(|role| *role != Role::Owner) {
        user.role = role;
    }
    (user, patch.role)
}

/// The audit event of this write; `None` if nothing changes. The write to the team record has the event for a removed
/// owner.
fn audit_action<'a>(was: &'a User, user: &User, includes_role: bool) -> Option<AuditAction<'a>> {
    let has_role = includes_role && was.role != user.role;
    let action = match (was.status == user.status, has_role, was.name != user.name || was.quota != user.quota) {
        (false, _, _) if user.status == UserStatus::Disabled => "user.disable",
        (false, _, _) => "user.enable",
        (true, true, _) => "user.role",
        (true, false, true) => "user.change",
        (true, false, false) => return None,
    };
    let action = AuditAction::user(action, &was.id);
    let mut details = Vec::new();
    if has_role {
        details.push(format!("{} to {}", was.role.name(), user.role.name()));
    }
    if was.quota != user.quota {
        details.push(Quota::text(user.quota.as_ref()));
    }
    Some(if details.is_empty() { action } else { action.with_detail(details.join("; ")) })
}
