//! Sets a deployment up: the bootstrap admin creates its first owner, once.

use http::StatusCode;

use crate::api::audit::AuditAction;
use crate::api::users::{self, UserJson, save};
use crate::auth::{self, Authorized};
use crate::context::Context;
use crate::message::body::{RequestBody, Required, request_body};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::account_password::NewAccountPassword;
use crate::model::link::UserId;
use crate::model::rights::Role;
use crate::model::text::Title;
use crate::model::user::{Email, User, UserStatus};
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Written};

request_body! {
    /// The first owner of a deployment.
    pub(crate) struct Setup as Setup {
        /// Mail address of the owner.
        email: Required<Email>,
        /// Name of the owner, of at most 512 bytes.
        name: Required<Title>,
        /// Password of the owner: at least 12 characters, at most 1,024 bytes. One of the 10,000 most common is refused
        /// with `common_password`.
        password: Required<NewAccountPassword>,
    }
}

/// `POST /api/v1/setup`
///
/// The first owner is a user who is then made an owner. If the request fails in between, the user exists without being
/// an owner, and the same request continues with them.
pub(crate) async fn setup<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, body: &Body) -> Result<Response, Problem> {
    let Setup { email, name, password } = Setup::read(body, BODY_LIMIT, &context.parsing())?.finish()?;
    users::check_no_owner(context).await?;
    let id = UserId::from_random(&context.token()?);
    let was = if users::claim(context, &id, &email).await? { None } else { Some(find_active(context, &email).await?) };
    let claim = email.claim_name(context.pepper()?);
    let mut user = match &was {
        Some(was) => was.value.next(),
        None => User {
            claim: Some(claim),
            email: Some(email),
            role: Role::Admin,
            status: UserStatus::Active,
            ..User::tombstone(id, context.now)
        },
    };
    user.name = Some(name);
    (user.invitation, user.reset) = (None, None);
    if was.is_some() {
        user.session_generation = user.session_generation.next(None);
    }
    user.password = Some(auth::hash_new_password(context, &password).await?);
    let action = AuditAction::user(if was.is_some() { "user.password" } else { "user.create" }, &user.id);
    if save(context, authorized, was.as_deref(), &user, Some(action)).await? == Written::Conflict {
        return Err(Problem::contended());
    }
    let user = users::add_first_owner(context, authorized, &user.id).await?;
    let location = format!("/api/v1/users/{}", user.id.as_str());
    Response::json(StatusCode::CREATED, &UserJson::new(&user, Role::Owner))?.etag(user.version)?.location(&location)
}

/// The user who has claimed `email`, unless they cannot sign in.
async fn find_active<E: Edge>(context: &Context<'_, E>, email: &Email) -> Result<Box<GuardedRecord<User>>, Problem> {
    let user = auth::find_user(context, email).await?;
    user.filter(|user| user.value.is_active()).ok_or_else(Problem::email_taken)
}
