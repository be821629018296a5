//! Deletes a user. The first write locks them out. Then their links are transferred, as many in one request as the
//! operation budget allows; the next request continues where the last one ended. A record without personal data stays,
//! marked as deleted.

use http::StatusCode;

use super::edit::{PlannedEdit, UserEdit, UserStep, edit};
use super::team::Owners;
use super::{load, save};
use crate::api::audit::AuditAction;
use crate::api::links;
use crate::auth::{Authorized, is_active_user};
use crate::context::Context;
use crate::message::body::{Fields, JsonValue};
use crate::message::preconditions::{EditRefusal, IfMatch};
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::UserId;
use crate::model::user::{LinkRecipient, User, UserStatus};
use crate::store::budget::cost_of_rewrite;
use crate::store::ports::{ClientInfo, Edge};
use crate::store::{MAX_EDIT_ATTEMPTS, Written};

/// Cost of the audit event of the completed deletion.
const OPERATIONS_OF_EVENT: u32 = 1;

/// `DELETE /api/v1/users/{user}`
pub(crate) async fn delete<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    id: &str,
    query: &str,
    client: &impl ClientInfo,
) -> Result<Response, Problem> {
    let if_match = IfMatch::parse(client);
    let recipient = parse_recipient(id, query)?;
    let user = begin_deletion(context, authorized, id, &recipient, &if_match).await?;
    let UserStatus::Deleting { past, .. } = &user.status else { return Err(Problem::contended()) };
    let owner = match &recipient {
        LinkRecipient::Unowned => None,
        LinkRecipient::User(user) => Some(user),
    };
    // Reserves the write of the progress.
    let reserved = context.budget.reserve(cost_of_rewrite(context.edge.records()).saturating_add(OPERATIONS_OF_EVENT));
    let (now_past, is_done) = links::transfer_links(context, authorized, (&user.id, owner), past.as_ref()).await?;
    drop(reserved);
    if is_done || now_past != *past {
        store_progress(context, authorized, &user.id, is_done, UserStatus::Deleting { recipient, past: now_past }).await?;
    }
    if is_done { Ok(Response::empty(StatusCode::NO_CONTENT)) } else { Err(Problem::half_deleted()) }
}

/// Reads `links_to`: who gets the links of the user `id`.
fn parse_recipient(id: &str, query: &str) -> Result<LinkRecipient, Problem> {
    let mut fields = Fields::query(query);
    let recipient = fields.need("links_to", recipient);
    if matches!(&recipient, Some(LinkRecipient::User(user)) if user.as_str() == id) {
        fields.refuse("links_to", FieldError::new(FieldCode::Conflicts, "links_to must name another user than the one to delete"));
    }
    fields.finish(recipient)
}

/// Marks the user as being deleted, so that they cannot sign in any more. Returns the user as written.
async fn begin_deletion<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    id: &str,
    recipient: &LinkRecipient,
    if_match: &IfMatch,
) -> Result<User, Problem> {
    let is_valid = match recipient {
        LinkRecipient::Unowned => true,
        LinkRecipient::User(user) => is_active_user(context, user).await?,
    };
    let edited =
        edit(context, authorized, id, &|was, owners| plan_deletion(authorized, was, owners, if_match, (recipient, is_valid))).await?;
    Ok(edited.user)
}

/// Checks that the user may be deleted and their links given to `recipient`, and plans the write that marks them.
fn plan_deletion<'a>(
    authorized: &Authorized,
    was: &'a User,
    owners: &Owners,
    if_match: &IfMatch,
    (recipient, is_valid): (&LinkRecipient, bool),
) -> Result<PlannedEdit<'a>, EditRefusal> {
    let role = owners.role_of(was);
    authorized.check_role(role)?;
    match &was.status {
        UserStatus::Deleting { recipient: known, .. } if known == recipient => {
            return Ok((UserEdit { user: was.clone(), role, step: UserStep::Nothing }, None));
        }
        // The version was checked when the deletion began.
        UserStatus::Deleting { .. } => {}
        UserStatus::Active | UserStatus::Disabled | UserStatus::Deleted => if_match.check(was.version)?,
    }
    if was.may_own {
        owners.check_another(&was.id)?;
        return Err(Problem::is_owner().into());
    }
    if !is_valid {
        return Err(Problem::wrong_field("links_to", FieldError::invalid("this is not an active user of this deployment")).into());
    }
    let mut user = was.next();
    user.status = UserStatus::Deleting { recipient: recipient.clone(), past: None };
    let action = AuditAction::user("user.leave", &was.id).with_detail(["links to ", recipient_name(recipient)].concat());
    Ok((UserEdit { user, role, step: UserStep::Write }, Some(action)))
}

/// Completes the deletion once all links are transferred, or else stores the progress as `status`. A read that does not
/// show the deletion yet is stale and is repeated.
async fn store_progress<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    id: &UserId,
    is_done: bool,
    status: UserStatus,
) -> Result<(), Problem> {
    for _ in 0..MAX_EDIT_ATTEMPTS {
        let Some(was) = load(context, id).await? else { continue };
        match was.value.status {
            UserStatus::Deleting { .. } => {}
            UserStatus::Deleted => return Ok(()),
            UserStatus::Active | UserStatus::Disabled => continue,
        }
        let mut user = if is_done { was.value.to_tombstone() } else { was.value.next() };
        if !is_done {
            user.status = status.clone();
        }
        let action = is_done.then(|| AuditAction::user("user.delete", id));
        if save(context, authorized, Some(&was), &user, action).await? == Written::Done {
            return Ok(());
        }
    }
    Err(Problem::contended())
}

fn recipient(json_value: JsonValue) -> Result<LinkRecipient, FieldError> {
    let text = json_value.text()?;
    if text == "none" { Ok(LinkRecipient::Unowned) } else { UserId::parse(text).map(LinkRecipient::User) }
}

fn recipient_name(recipient: &LinkRecipient) -> &str {
    match recipient {
        LinkRecipient::Unowned => "none",
        LinkRecipient::User(user) => user.as_str(),
    }
}
