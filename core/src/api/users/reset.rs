//! Issues a one-time token that resets the password of a user, for an admin to hand over. The previous one is not valid
//! any more.

use std::cell::Cell;

use http::StatusCode;
use serde::Serialize;

use super::edit::{UserEdit, UserStep, edit};
use crate::api::audit::AuditAction;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::message::wire::DisplayText;
use crate::model::rights::Role;
use crate::model::time::Timestamp;
use crate::model::user::{OneTimeToken, TokenPurpose};
use crate::store::id_source::random_secret;
use crate::store::ports::Edge;

/// A one-time token that resets the password of a user.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "ResetToken"))]
pub(super) struct ResetTokenJson<'a> {
    /// Token for the user alone. No other response contains it.
    reset_token: &'a str,
    /// Time at which the token expires.
    expires_at: DisplayText<Timestamp>,
}

/// `POST /api/v1/users/{user}/reset`
pub(crate) async fn reset<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, id: &str, query: &str) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    let new_token = Cell::default();
    let UserEdit { user, .. } = edit(context, authorized, id, &|was, owners| {
        let role = owners.role_of(was);
        // Another request may be making them an owner. Then the token would be one for an owner.
        authorized.check_issuer(if was.may_own { Role::Owner } else { role })?;
        if !was.may_sign_in() {
            return Err(Problem::user_state(
                "Only an active user with a password can get a reset. Enable them, or invite them if they have not accepted yet.",
            )
            .into());
        }
        let secret = random_secret(context.edge).map_err(Problem::from)?;
        let (reset, token) = OneTimeToken::new(TokenPurpose::Reset, &secret, context.pepper()?, &was.id, context.now);
        new_token.set(token);
        let mut user = was.clone();
        user.reset = Some(reset);
        Ok((UserEdit { user, role, step: UserStep::Write }, Some(AuditAction::user("user.reset", &was.id))))
    })
    .await?;
    let reset = user.reset.ok_or_else(|| Problem::internal("the user has no reset"))?;
    Response::json(StatusCode::CREATED, &ResetTokenJson { reset_token: &new_token.take(), expires_at: DisplayText(reset.expires_at) })
}
