//! Creating a user: their address is claimed, then their record is inserted.

use super::claim::claim;
use super::team::admit;
use super::{save, wire};
use crate::app::Context;
use crate::audit::Deed;
use crate::auth::Proof;
use crate::auth::rights::Role;
use crate::body::{FieldType, Optional, ParseContext, RequestBody, Required, Tree, request_body};
use crate::error::{Problem, Wrong};
use crate::link::UserId;
use crate::ports::Edge;
use crate::records::Written;
use crate::request::{BODY_LIMIT, Body};
use crate::response::Response;
use crate::text::Title;
use crate::user::{Email, Invitation, Standing, User};

request_body! {
    /// `POST /api/v1/users`
    pub(super) struct NewUser {
        email: Required<Email>,
        name: Optional<Title>,
        role: Optional<Role>,
    }
}

impl FieldType for Role {
    type Value = Self;

    const NEEDED: &'static str = "a user has a role";

    fn parse(value: Tree, _: &ParseContext<'_>) -> Result<Self, Wrong> {
        Ok(wire::role(value)?)
    }

    #[cfg(test)]
    fn schema() -> crate::body::Schema {
        crate::body::schema!({"type": "string", "enum": Self::ALL.map(Self::name)})
    }
}

/// `POST /api/v1/users`
pub(crate) async fn create<E: Edge>(context: &Context<'_, E>, proof: &Proof, body: &Body) -> Result<Response, Problem> {
    let (user, email, role, token) = wanted(context, proof, body)?;
    // A creation that took too long was given up by whoever wants the address: then there is a record already.
    if !claim(context, &user.id, &email).await?
        || save(context, proof, None, &user, Some(Deed::user("user.create", &user.id))).await? == Written::Conflict
    {
        return Err(Problem::email_taken());
    }
    let user = if role == Role::Owner { admit(context, proof, &user.id).await? } else { user };
    wire::invited(&user, role, &token)
}

/// The user somebody wants, with the address and the role they shall have, and what invites them.
fn wanted<E: Edge>(context: &Context<'_, E>, proof: &Proof, body: &Body) -> Result<(User, Email, Role, String), Problem> {
    let NewUser { email, name, role } = NewUser::read(body, BODY_LIMIT, &context.parsing())?.finish()?;
    let role = role.unwrap_or_default();
    proof.check_issuer(role)?;
    let id = UserId::of(&context.token()?);
    let (invitation, token) = Invitation::draw(context.edge, context.pepper()?, &id, context.now)?;
    let user = User {
        id,
        email: Some(email.clone()),
        name,
        role: role.min(Role::Admin),
        may_own: false,
        standing: Standing::In,
        invitation: Some(invitation),
        created_at: context.now,
        last_login_at: None,
        version: 1,
        claim: Some(email.claim_name(context.pepper()?)),
    };
    Ok((user, email, role, token))
}
