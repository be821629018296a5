//! JSON of a user. Every field is always present.

use http::StatusCode;
use serde::Serialize;

use crate::api::quota::QuotaJson;
use crate::message::body::JsonValue;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::message::wire::DisplayText;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::field_error::FieldError;
use crate::model::rights::Role;
use crate::model::text::Title;
use crate::model::time::Timestamp;
use crate::model::user::{Email, User, UserStatus};

/// A user.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "User"))]
pub(in crate::api) struct UserJson<'a> {
    /// Identifier of the user. It never changes.
    id: &'a str,
    /// Mail address in lower case, with its host in ASCII.
    email: Option<&'a str>,
    /// Name of the user.
    name: Option<&'a str>,
    /// What the user may do. A viewer reads links; an editor also writes their own; an admin does everything except
    /// create admins and change owners; an owner does everything.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::RoleSchema"))]
    role: &'static str,
    /// `invited`: has not accepted an invitation yet; their keys work. `disabled`: cannot sign in, and their keys do
    /// not work. `leaving`: is being deleted.
    #[cfg_attr(feature = "docs", schemars(extend("enum" = ["invited", "active", "disabled", "leaving"])))]
    state: &'static str,
    /// Time at which the user was created.
    created_at: DisplayText<Timestamp>,
    /// Time of the last sign-in.
    last_login_at: Option<DisplayText<Timestamp>>,
    /// How many links the user may create, with all keys and sessions together; `null` for any number.
    quota: Option<QuotaJson>,
}

/// A user with a new invitation.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "InvitedUser"))]
pub(super) struct InvitedUserJson<'a> {
    #[serde(flatten)]
    user: UserJson<'a>,
    /// Token for the user alone. No other response contains it.
    invite_token: &'a str,
}

impl<'a> UserJson<'a> {
    /// JSON of `user`, whose current role is `role`.
    pub(in crate::api) fn new(user: &'a User, role: Role) -> Self {
        let state = match user.status {
            UserStatus::Active if user.password.is_none() => "invited",
            UserStatus::Active => "active",
            UserStatus::Disabled => "disabled",
            UserStatus::Deleting { .. } | UserStatus::Deleted => "leaving",
        };
        Self {
            id: user.id.as_str(),
            email: user.email.as_ref().map(Email::as_str),
            name: user.name.as_ref().map(Title::as_str),
            role: role.name(),
            state,
            created_at: DisplayText(user.created_at),
            last_login_at: user.last_login_at.map(DisplayText),
            quota: user.quota.map(QuotaJson::from),
        }
    }
}

/// Response with a user and their `ETag`.
pub(super) fn user_response(user: &User, role: Role) -> Result<Response, Problem> {
    Response::json(StatusCode::OK, &UserJson::new(user, role))?.etag(user.version)
}

/// Response to an invitation: the only one that contains the token.
pub(super) fn invited_response(user: &User, role: Role, token: &str) -> Result<Response, Problem> {
    let json = InvitedUserJson { user: UserJson::new(user, role), invite_token: token };
    let response = Response::json(StatusCode::CREATED, &json)?;
    response.etag(user.version)?.location(&format!("/api/v1/users/{}", user.id.as_str()))
}

pub(super) fn role(json_value: JsonValue) -> Result<Role, FieldError> {
    Role::from_name(&json_value.text()?).ok_or_else(|| FieldError::invalid("role must be viewer, editor, admin or owner"))
}
