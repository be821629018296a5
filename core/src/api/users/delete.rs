//! Deleting a user. From the first write on they are let in no more. Then their links are handed over, as many in one
//! request as the operation budget allows: the next request goes on where the last one ended. Nothing is left but an id
//! that says that they are gone.

use http::StatusCode;

use super::edit::{Said, UserEdit, UserStep, edit};
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
use crate::store::{EDITS, Written};

/// Of the line of the audit that says that the user is gone.
const OPERATIONS_OF_A_NOTE: u32 = 1;

/// `DELETE /api/v1/users/{user}`
pub(crate) async fn delete<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    id: &str,
    query: &str,
    client: &impl ClientInfo,
) -> Result<Response, Problem> {
    let seen = IfMatch::parse(client);
    let heir = taken_over_by(id, query)?;
    let user = leave(context, authorized, id, &heir, &seen).await?;
    let UserStatus::Deleting { past, .. } = &user.standing else { return Err(Problem::crowded()) };
    let owner = match &heir {
        LinkRecipient::Unowned => None,
        LinkRecipient::User(heir) => Some(heir),
    };
    // How far it came is written down.
    let finishing = context.budget.reserve(cost_of_rewrite(context.edge.records()).saturating_add(OPERATIONS_OF_A_NOTE));
    let (now_past, is_done) = links::transfer_links(context, authorized, (&user.id, owner), past.as_ref()).await?;
    drop(finishing);
    if is_done || now_past != *past {
        finish(context, authorized, &user.id, is_done, UserStatus::Deleting { heir, past: now_past }).await?;
    }
    if is_done { Ok(Response::empty(StatusCode::NO_CONTENT)) } else { Err(Problem::half_deleted()) }
}

/// Who takes over the links of the user `id`, as an address says.
fn taken_over_by(id: &str, query: &str) -> Result<LinkRecipient, Problem> {
    let mut fields = Fields::query(query);
    let heir = fields.need("links_to", heir);
    if matches!(&heir, Some(LinkRecipient::User(heir)) if heir.as_str() == id) {
        fields.refuse("links_to", FieldError::new(FieldCode::Conflicts, "this is who is deleted"));
    }
    fields.finish(heir)
}

/// Has the user be let in no more. They come back as they are then.
async fn leave<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    id: &str,
    heir: &LinkRecipient,
    seen: &IfMatch,
) -> Result<User, Problem> {
    let takes_over = match heir {
        LinkRecipient::Unowned => true,
        LinkRecipient::User(heir) => is_active_user(context, heir).await?,
    };
    let wish = edit(context, authorized, id, &|was, owners| left(authorized, was, owners, seen, (heir, takes_over))).await?;
    Ok(wish.user)
}

/// The user as one who is let in no more and whose links go to `heir`, if that is one who takes them over.
fn left<'a>(
    authorized: &Authorized,
    was: &'a User,
    owners: &Owners,
    seen: &IfMatch,
    (heir, takes_over): (&LinkRecipient, bool),
) -> Result<Said<'a>, EditRefusal> {
    let role = owners.role_of(was);
    authorized.check_role(role)?;
    match &was.standing {
        UserStatus::Deleting { heir: known, .. } if known == heir => {
            return Ok((UserEdit { user: was.clone(), role, step: UserStep::Nothing }, None));
        }
        // Who is leaving was what somebody had seen.
        UserStatus::Deleting { .. } => {}
        UserStatus::Active | UserStatus::Disabled | UserStatus::Deleted => seen.check(was.version)?,
    }
    if was.may_own {
        owners.check_another(&was.id)?;
        return Err(Problem::is_owner().into());
    }
    if !takes_over {
        return Err(Problem::wrong_field("links_to", FieldError::invalid("this is no user of this deployment")).into());
    }
    let mut user = was.next();
    user.standing = UserStatus::Deleting { heir: heir.clone(), past: None };
    let deed = AuditAction::user("user.leave", &was.id).saying(["links to ", name_of(heir)].concat());
    Ok((UserEdit { user, role, step: UserStep::Write }, Some(deed)))
}

/// Has nothing be left of a user whose links are handed over, or else writes down how far that has come. A record that does not say that they are
/// leaving was read too early.
async fn finish<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    id: &UserId,
    is_done: bool,
    standing: UserStatus,
) -> Result<(), Problem> {
    for _ in 0..EDITS {
        let Some(was) = load(context, id).await? else { continue };
        match was.value.standing {
            UserStatus::Deleting { .. } => {}
            UserStatus::Deleted => return Ok(()),
            UserStatus::Active | UserStatus::Disabled => continue,
        }
        let mut user = if is_done { was.value.to_tombstone() } else { was.value.next() };
        if !is_done {
            user.standing = standing.clone();
        }
        let deed = is_done.then(|| AuditAction::user("user.delete", id));
        if save(context, authorized, Some(&was), &user, deed).await? == Written::Done {
            return Ok(());
        }
    }
    Err(Problem::crowded())
}

fn heir(json_value: JsonValue) -> Result<LinkRecipient, FieldError> {
    let text = json_value.text()?;
    if text == "none" { Ok(LinkRecipient::Unowned) } else { UserId::parse(text).map(LinkRecipient::User) }
}

fn name_of(heir: &LinkRecipient) -> &str {
    match heir {
        LinkRecipient::Unowned => "none",
        LinkRecipient::User(heir) => heir.as_str(),
    }
}
