//! Inviting a user again. The invitation before holds no more.

use std::cell::Cell;

use super::edit::{UserEdit, UserStep, edit};
use super::wire;
use crate::api::audit::AuditAction;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::rights::Role;
use crate::model::user::{Invitation, UserStatus};
use crate::store::id_source::random_secret;
use crate::store::ports::Edge;

/// `POST /api/v1/users/{user}/invite`
pub(crate) async fn invite<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, id: &str, query: &str) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    let drawn = Cell::default();
    let UserEdit { user, role, .. } = edit(context, authorized, id, &|was, owners| {
        let role = owners.role_of(was);
        // Somebody may be making them an owner: then the invitation would be an owner's.
        authorized.check_issuer(if was.may_own { Role::Owner } else { role })?;
        if was.standing != UserStatus::Active || was.last_login_at.is_some() {
            return Err(Problem::user_state("Only who is let in and has not signed in yet is invited.").into());
        }
        let secret = random_secret(context.edge).map_err(Problem::from)?;
        let (invitation, token) = Invitation::new(&secret, context.pepper()?, &was.id, context.now);
        drawn.set(token);
        let mut user = was.next();
        user.invitation = Some(invitation);
        Ok((UserEdit { user, role, step: UserStep::Write }, Some(AuditAction::user("user.invite", &was.id))))
    })
    .await?;
    wire::invited(&user, role, &drawn.take())
}
