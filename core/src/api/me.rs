//! The caller: principal, user, role and effective scopes of the request.

use http::StatusCode;
use serde::Serialize;

use crate::api::account::SessionJson;
use crate::auth::{self, Authorized};
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::domain::Domain;
use crate::model::key::KeyId;
use crate::model::link::UserId;
use crate::model::rights::Scope;
use crate::store::ports::Edge;

/// Who makes the request, and what they may do.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Me"))]
struct MeJson<'a> {
    /// `admin` for the bootstrap admin; for a key, `key_` and its identifier; for a signed-in user, their identifier.
    principal: &'a str,
    /// Identifier of the user; `null` for the bootstrap admin.
    user: Option<&'a str>,
    /// Identifier of the key; `null` for the bootstrap admin and for a signed-in user.
    key: Option<&'a str>,
    /// Role of the user at this moment.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::RoleSchema"))]
    role: &'static str,
    /// The scopes that the role of the caller allows. For a key, only those that the key has.
    #[cfg_attr(feature = "docs", schemars(with = "Vec<wire_schema::ScopeSchema>"))]
    scopes: Vec<&'static str>,
    /// The only domains that the key is for; `null` for all of them.
    domains: Option<Vec<&'a str>>,
    /// Session of a signed-in user.
    session: Option<SessionJson<'a>>,
}

/// `GET /api/v1/me`
pub(crate) async fn show<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    Fields::query(query).finish(Some(()))?;
    let live = match authorized.session() {
        Some(_) => Some(auth::live_session(context, authorized).await?),
        None => None,
    };
    let role = live.as_ref().map_or(authorized.role(), |live| live.role);
    let scopes = authorized.scopes().unwrap_or(&Scope::ALL).iter().filter(|scope| role.allows(**scope));
    let me = MeJson {
        principal: authorized.principal(),
        user: authorized.user().map(UserId::as_str),
        key: authorized.key().map(KeyId::as_str),
        role: role.name(),
        scopes: scopes.map(|scope| scope.name()).collect(),
        domains: authorized.domains().map(|domains| domains.iter().map(Domain::as_str).collect()),
        session: live.as_ref().map(|live| SessionJson::new(&live.session.value, authorized.session())),
    };
    Response::json(StatusCode::OK, &me)
}

/// Describes the response.
#[cfg(feature = "docs")]
pub(super) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<MeJson<'_>>();
}
