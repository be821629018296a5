//! Users on the wire: every field always there.

use http::StatusCode;
use serde::Serialize;

use crate::message::body::Tree;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::message::wire::DisplayText;
use crate::model::field_error::Refusal;
use crate::model::rights::Role;
use crate::model::text::Title;
use crate::model::time::Timestamp;
use crate::model::user::{Email, Standing, User};

/// A user as the API shows them.
#[derive(Serialize)]
pub(super) struct UserJson<'a> {
    id: &'a str,
    email: Option<&'a str>,
    name: Option<&'a str>,
    role: &'static str,
    state: &'static str,
    created_at: DisplayText<Timestamp>,
    last_login_at: Option<DisplayText<Timestamp>>,
}

/// A user with a new invitation. No other answer holds the token.
#[derive(Serialize)]
struct InvitedUserJson<'a> {
    #[serde(flatten)]
    user: UserJson<'a>,
    invite_token: &'a str,
}

impl<'a> UserJson<'a> {
    /// `role` is the one they have at present.
    pub(super) fn new(user: &'a User, role: Role) -> Self {
        let state = match user.standing {
            Standing::In if user.last_login_at.is_none() => "invited",
            Standing::In => "active",
            Standing::Disabled => "disabled",
            Standing::Leaving { .. } | Standing::Gone => "leaving",
        };
        Self {
            id: user.id.as_str(),
            email: user.email.as_ref().map(Email::as_str),
            name: user.name.as_ref().map(Title::as_str),
            role: role.name(),
            state,
            created_at: DisplayText(user.created_at),
            last_login_at: user.last_login_at.map(DisplayText),
        }
    }
}

pub(super) fn shown(user: &User, role: Role) -> Result<Response, Problem> {
    Response::json(StatusCode::OK, &UserJson::new(user, role))?.etag(user.version)
}

/// The answer to whoever has invited them.
pub(super) fn invited(user: &User, role: Role, token: &str) -> Result<Response, Problem> {
    let json = InvitedUserJson { user: UserJson::new(user, role), invite_token: token };
    let response = Response::json(StatusCode::CREATED, &json)?;
    response.etag(user.version)?.location(&format!("/api/v1/users/{}", user.id.as_str()))
}

pub(super) fn role(tree: Tree) -> Result<Role, Refusal> {
    Role::named(&tree.text()?).ok_or_else(|| Refusal::invalid("this is one of viewer, editor, admin, owner"))
}
