//! Users on the wire: every field always there.

use http::StatusCode;

use crate::auth::rights::Role;
use crate::body::Tree;
use crate::error::{Problem, Refusal};
use crate::json::Members;
use crate::response::Response;
use crate::text::Title;
use crate::user::{Email, Standing, User};

/// A user who is this at present.
pub(super) fn user(user: &User, role: Role, json: &mut Members) {
    let state = match user.standing {
        Standing::In if user.last_login_at.is_none() => "invited",
        Standing::In => "active",
        Standing::Disabled => "disabled",
        Standing::Leaving { .. } | Standing::Gone => "leaving",
    };
    json.text("id", user.id.as_str());
    json.text_or_null("email", user.email.as_ref().map(Email::as_str));
    json.text_or_null("name", user.name.as_ref().map(Title::as_str));
    json.text("role", role.name());
    json.text("state", state);
    json.text("created_at", &user.created_at.to_string());
    json.text_or_null("last_login_at", user.last_login_at.map(|at| at.to_string()).as_deref());
}

#[inline(never)]
pub(super) fn shown(user: &User, role: Role) -> Result<Response, Problem> {
    Response::json(StatusCode::OK, |json| self::user(user, role, json)).etag(user.version)
}

/// The answer to who has invited them: it alone holds the token.
#[inline(never)]
pub(super) fn invited(user: &User, role: Role, token: &str) -> Result<Response, Problem> {
    let response = Response::json(StatusCode::CREATED, |json| {
        self::user(user, role, json);
        json.text("invite_token", token);
    });
    response.etag(user.version)?.location(&format!("/api/v1/users/{}", user.id.as_str()))
}

pub(super) fn role(tree: Tree) -> Result<Role, Refusal> {
    Role::named(&tree.text()?).ok_or_else(|| Refusal::invalid("this is one of viewer, editor, admin, owner"))
}
