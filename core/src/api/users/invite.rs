//! Renews the invitation of a user. The previous one is not valid any more.

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
use crate::model::user::{OneTimeToken, TokenPurpose};
use crate::store::id_source::random_secret;
use crate::store::ports::Edge;

/// `POST /api/v1/users/{user}/invite`
pub(crate) async fn invite<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, id: &str, query: &str) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    let new_token = Cell::default();
    let UserEdit { user, role, .. } = edit(context, authorized, id, &|was, owners| {
        let role = owners.role_of(was);
        // Another request may be making them an owner. Then the invitation would be one for an owner.
        authorized.check_issuer(if was.may_own { Role::Owner } else { role })?;
        if !was.is_active() || was.password.is_some() {
            return Err(
                Problem::user_state("A user can be invited only while they are active and have not accepted an invitation yet.").into()
            );
        }
        let secret = random_secret(context.edge).map_err(Problem::from)?;
        let (invitation, token) = OneTimeToken::new(TokenPurpose::Invitation, &secret, context.pepper()?, &was.id, context.now);
        new_token.set(token);
        let mut user = was.next();
        user.invitation = Some(invitation);
        Ok((UserEdit { user, role, step: UserStep::Write }, Some(AuditAction::user("user.invite", &was.id))))
    })
    .await?;
    wire::invited_response(&user, role, &new_token.take())
}
