//! Creates a user: claims their address, then inserts their record.

use super::claim::claim;
use super::team::add_owner;
use super::{save, wire};
use crate::api::audit::AuditAction;
use crate::api::quota::{QuotaPatch, patched};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{FieldType, JsonValue, Optional, ParseContext, Patch, RequestBody, Required, request_body};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::field_error::FieldErrors;
use crate::model::link::UserId;
use crate::model::quota::Quota;
use crate::model::rights::Role;
use crate::model::session::SessionGeneration;
use crate::model::text::Title;
use crate::model::user::{Email, OneTimeToken, TokenPurpose, User, UserStatus};
use crate::store::Written;
use crate::store::id_source::random_secret;
use crate::store::ports::Edge;

request_body! {
    /// A new user.
    pub(crate) struct NewUser as NewUser {
        /// Mail address of at most 254 bytes, 64 of them before the `@`, without quotes. Its host is a name of
        /// IDNA. Spaces are not trimmed.
        email: Required<Email>,
        /// Name of the user, of at most 512 bytes.
        name: Optional<Title>,
        /// Role of the user. Only owners assign the roles admin and owner. Default: `viewer`.
        role: Optional<Role>,
        /// How many links the user may create, with all keys and sessions together. Default: any number.
        quota: Optional<QuotaPatch>,
    }
}

impl FieldType for Role {
    type Value = Self;

    const NEEDED: &'static str = "role must not be null";

    fn parse(value: JsonValue, _: &ParseContext<'_>) -> Result<Self, FieldErrors> {
        Ok(wire::role(value)?)
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        crate::message::body::schema!({"type": "string", "enum": Self::ALL.map(Self::name)})
    }
}

/// `POST /api/v1/users`
pub(crate) async fn create<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, body: &Body) -> Result<Response, Problem> {
    let (user, email, role, token) = new_user(context, authorized, body)?;
    // A creation that took too long may have been given up by another one for the same address. Then a record exists
    // already.
    let action = AuditAction::user("user.create", &user.id);
    let action = if user.quota.is_some() { action.with_detail(Quota::text(user.quota.as_ref())) } else { action };
    if !claim(context, &user.id, &email).await? || save(context, authorized, None, &user, Some(action)).await? == Written::Conflict {
        return Err(Problem::email_taken());
    }
    let user = if role == Role::Owner { add_owner(context, authorized, &user.id).await? } else { user };
    wire::invited_response(&user, role, &token)
}

/// The requested user with their address, role and invitation token.
fn new_user<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, body: &Body) -> Result<(User, Email, Role, String), Problem> {
    let NewUser { email, name, role, quota } = NewUser::read(body, BODY_LIMIT, &context.parsing())?.finish()?;
    let role = role.unwrap_or_default();
    authorized.check_issuer(role)?;
    let id = UserId::from_random(&context.token()?);
    let secret = random_secret(context.edge)?;
    let (invitation, token) = OneTimeToken::new(TokenPurpose::Invitation, &secret, context.pepper()?, &id, context.now);
    let user = User {
        id,
        email: Some(email.clone()),
        name,
        role: role.min(Role::Admin),
        may_own: false,
        status: UserStatus::Active,
        invitation: Some(invitation),
        reset: None,
        password: None,
        session_generation: SessionGeneration::default(),
        created_at: context.now,
        last_login_at: None,
        quota: patched(None, quota.map_or(Patch::Absent, Patch::Set), context.now),
        version: 1,
        claim: Some(email.claim_name(context.pepper()?)),
    };
    Ok((user, email, role, token))
}
