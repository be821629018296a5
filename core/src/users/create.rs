//! Creating a user: their record is written, then their address says that it is theirs.

use super::team::admit;
use super::{look, save, wire};
use crate::app::Context;
use crate::audit::{self, Deed};
use crate::auth::Proof;
use crate::auth::rights::Role;
use crate::body::{FieldType, Optional, ParseContext, RequestBody, Required, Tree, request_body};
use crate::error::{Problem, Wrong};
use crate::link::UserId;
use crate::links::EDITS;
use crate::ports::Edge;
use crate::records::{Claimed, Kept, Key, Written};
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
    claim(context, proof, &user, &email).await?;
    let user = if role == Role::Owner { admit(context, proof, &user.id).await? } else { user };
    wire::invited(&user, role, &token)
}

/// The user somebody wants, with the address and the role they shall have, and what invites them.
fn wanted<E: Edge>(context: &Context<'_, E>, proof: &Proof, body: &Body) -> Result<(User, Email, Role, String), Problem> {
    let NewUser { email, name, role } = NewUser::read(body, BODY_LIMIT, &context.parsing())?.finish()?;
    let role = role.unwrap_or_default();
    proof.check_role(role)?;
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
    };
    Ok((user, email, role, token))
}

/// Writes `user` and has `email` be theirs. Whoever is too late for that is gone before anybody has seen them.
async fn claim<E: Edge>(context: &Context<'_, E>, proof: &Proof, user: &User, email: &Email) -> Result<(), Problem> {
    let key = Key::email(email);
    let mut is_written = false;
    for _ in 0..EDITS {
        let was = Kept::<Claimed>::look(context.edge.records(), &key).await?;
        if let Some(was) = &was
            && !is_gone(context, &was.what.by).await?
        {
            break;
        }
        if !is_written {
            save(context, proof, None, user, None).await?;
            is_written = true;
        }
        let change = Kept::put(was.as_deref(), key.clone(), &Claimed { by: user.id.clone() }, context.token()?)?;
        if audit::commit(context, proof, change, Some(Deed::user("user.create", &user.id))).await? == Written::Done {
            return Ok(());
        }
    }
    if is_written && let Err(problem) = withdraw(context, proof, &user.id).await {
        context.log_cause(&problem);
    }
    Err(Problem::email_taken())
}

/// Whether nothing is left of the user `id`. A record that is not there may only be too new to be read.
async fn is_gone<E: Edge>(context: &Context<'_, E>, id: &UserId) -> Result<bool, Problem> {
    Ok(look(context, id).await?.is_some_and(|user| user.what.standing == Standing::Gone))
}

async fn withdraw<E: Edge>(context: &Context<'_, E>, proof: &Proof, id: &UserId) -> Result<(), Problem> {
    if let Some(was) = look(context, id).await? {
        save(context, proof, Some(&was), &was.what.gone(), None).await?;
    }
    Ok(())
}
