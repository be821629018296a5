//! Creates an API key. It has no more rights than the caller, expires no later than the key in use, and stops working
//! when one of its issuers may not issue it any more.

use http::StatusCode;

use super::wire::{KeyJson, NewKeyJson};
use crate::api::audit::{self, AuditAction};
use crate::api::quota::{QuotaPatch, patched};
use crate::auth::{Authorized, find_active, role_of};
use crate::context::Context;
use crate::message::body::{
    Draft, FieldType, JsonValue, List, NonEmpty, Optional, ParseContext, Patch, RequestBody, Required, Set, WhyNotEmpty, request_body,
};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::digest::Pepper;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError, FieldErrors};
use crate::model::key::{ApiKey, MAX_ISSUERS, PresentedKey};
use crate::model::link::UserId;
use crate::model::quota::Quota;
use crate::model::rights::{Role, Scope};
use crate::model::sorted::put_in_order;
use crate::model::text::Title;
use crate::model::time::Timestamp;
use crate::model::user::User;
use crate::redirect::is_served;
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Key, Written, id_source};

const MAX_DOMAINS: usize = 20;

request_body! {
    /// A new API key.
    pub(crate) struct NewKey as NewKey {
        /// Name of the key, of at most 512 bytes.
        name: Required<Title>,
        /// What the key may do, as far as the role of its owner allows it.
        scopes: Required<NonEmpty<Set<Scope, { Scope::ALL.len() }>, NoScopes>>,
        /// The only domains that the key is for, each one of this deployment. Another host is `invalid`; each label
        /// has at most 63 characters. Default: all of them. A key for some domains cannot manage what concerns the
        /// whole deployment: users, keys, `/metrics`.
        domains: Optional<NonEmpty<List<Domain, MAX_DOMAINS>, NoDomains>>,
        /// Identifier of the active user whose role the key has, at every moment. Default: the user of this
        /// request; the bootstrap admin has to name one. A user who does not exist or is disabled is refused.
        owner: Optional<UserId>,
        /// Time at which the key expires, later than now. Default: it does not expire.
        expires_at: Optional<Timestamp>,
        /// How many links may be created with the key, besides the quota of its owner. It cannot be changed later. A
        /// key with a quota cannot create one with a higher quota. Default: any number.
        quota: Optional<QuotaPatch>,
    }
}

/// Why the list of scopes is not empty.
pub(crate) enum NoScopes {}

impl WhyNotEmpty for NoScopes {
    fn error() -> FieldError {
        FieldError::new(FieldCode::Required, "a key needs at least one scope")
    }
}

/// Why the list of domains is not empty.
pub(crate) enum NoDomains {}

impl WhyNotEmpty for NoDomains {
    fn error() -> FieldError {
        FieldError::new(FieldCode::Required, "the list must name at least one domain; use null for all domains")
    }
}

impl FieldType for Scope {
    type Value = Self;

    fn parse(value: JsonValue, _: &ParseContext<'_>) -> Result<Self, FieldErrors> {
        Self::from_name(&value.text()?).ok_or_else(|| FieldError::invalid("this scope does not exist").into())
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        crate::message::body::schema!({"type": "string", "enum": Self::ALL.map(Self::name)})
    }
}

/// `POST /api/v1/keys`
pub(crate) async fn create<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, body: &Body) -> Result<Response, Problem> {
    let mut draft = NewKey::read(body, BODY_LIMIT, &context.parsing())?;
    if let Some(domains) = draft.parts.domains.take() {
        draft.parts.domains = Some(check_served(context, &mut draft.wrong, domains).await?);
    }
    let request = KeyRequest::parse(context, authorized, draft)?;
    let no_owner =
        || Problem::wrong_field("owner", FieldError::invalid("this is not an active user; name an existing user who is not disabled"));
    let owner = find_active(context, &request.owner).await?.ok_or_else(no_owner)?;
    check_owner(authorized, &owner, role_of(context.edge.records(), &owner).await?)?;
    let presented = PresentedKey::new(context.token()?, id_source::random_secret(context.edge)?);
    let key = request.key(&presented, context.pepper()?, context.now, authorized);
    let change = GuardedRecord::put(None, Key::api_key(&key.id), &key, context.token()?)?;
    let action = AuditAction::key("key.create", &key.id).with_detail(audit_detail(&key));
    if audit::commit(context, authorized, change, Some(action)).await? == Written::Conflict {
        return Err(Problem::internal("the random id of a new key already exists"));
    }
    created_response(&key, &presented)
}

/// A requested key that the caller may create.
struct KeyRequest {
    name: Title,
    scopes: Vec<Scope>,
    domains: Option<Vec<Domain>>,
    owner: UserId,
    expires_at: Option<Timestamp>,
    quota: Option<Quota>,
}

impl KeyRequest {
    /// Reads and checks the request; its domains were checked before.
    fn parse<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, draft: Draft<NewKey>) -> Result<Self, Problem> {
        let Draft { parts, mut wrong } = draft;
        let owner = parts.owner.clone().or_else(|| authorized.user().cloned());
        if owner.is_none() {
            wrong.require("owner");
        }
        if parts.expires_at.is_some_and(|end| end <= context.now) {
            wrong.add(FieldError::new(FieldCode::OutOfRange, "expires_at must be in the future").within("expires_at"));
        }
        let NewKey { name, scopes, domains, expires_at, quota, .. } = Draft::<NewKey> { parts, wrong }.finish()?;
        let owner = owner.ok_or_else(|| Problem::internal("a key without an owner passed the checks"))?;
        let quota = patched(None, quota.map_or(Patch::Absent, Patch::Set), context.now);
        check_bounds(authorized, &scopes, expires_at, quota.as_ref())?;
        Ok(Self { name, scopes, domains, owner, expires_at, quota })
    }

    /// The key to store.
    fn key(self, presented: &PresentedKey, pepper: &Pepper, now: Timestamp, authorized: &Authorized) -> ApiKey {
        let Self { name, scopes, domains, owner, expires_at, quota } = self;
        let issuers = authorized.issuers_for(&owner);
        ApiKey {
            id: presented.id.clone(),
            name,
            scopes,
            domains,
            owner,
            created_by: authorized.user().cloned(),
            issuers,
            max_role: authorized.role(),
            created_at: now,
            expires_at,
            last_used_at: None,
            revoked_at: None,
            quota,
            digest: presented.digest(pepper),
        }
    }
}

/// Checks that the caller may create a key for `owner`, whose role is `role`.
fn check_owner(authorized: &Authorized, owner: &User, role: Role) -> Result<(), Problem> {
    if authorized.user() == Some(&owner.id) {
        authorized.check_role(role)?;
    } else {
        authorized.check_issuer(role)?;
    }
    if authorized.issuers_for(&owner.id).len() > MAX_ISSUERS {
        return Err(Problem::not_allowed("Your key depends on too many other users. Use a key that the bootstrap admin created for you."));
    }
    Ok(())
}

/// Audit detail of a new key: its owner, scopes, domains and quota.
fn audit_detail(key: &ApiKey) -> String {
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.name()).collect();
    let domains: Vec<&str> = key.domains.iter().flatten().map(Domain::as_str).collect();
    let domains = if domains.is_empty() { "all".to_owned() } else { domains.join(" ") };
    let quota = key.quota.as_ref().map(|quota| ["; ", &Quota::text(Some(quota))].concat()).unwrap_or_default();
    format!("owner {}; scopes {}; domains {domains}{quota}", key.owner.as_str(), scopes.join(" "))
}

/// Response with the new key. It is the only one that contains the secret.
fn created_response(key: &ApiKey, presented: &PresentedKey) -> Result<Response, Problem> {
    let json = NewKeyJson { key: KeyJson::new(key), secret: &presented.expose() };
    Response::json(StatusCode::CREATED, &json)?.location(&["/api/v1/keys/", key.id.as_str()].concat())
}

/// Sorts the requested domains and removes duplicates. A domain that this deployment does not serve is refused at its
/// position.
async fn check_served<E: Edge>(context: &Context<'_, E>, wrong: &mut FieldErrors, requested: Vec<Domain>) -> Result<Vec<Domain>, Problem> {
    let mut domains = Vec::new();
    for (at, domain) in requested.into_iter().enumerate() {
        if !is_served(context, &domain).await? {
            wrong.add(
                FieldError::invalid("this deployment does not serve this domain; add the domain first or name another")
                    .at(at)
                    .within("domains"),
            );
        }
        put_in_order(&mut domains, domain);
    }
    Ok(domains)
}

/// Checks that the key has no scope that the caller lacks, and neither expires later nor has a higher quota than the
/// key in use.
fn check_bounds(authorized: &Authorized, scopes: &[Scope], end: Option<Timestamp>, quota: Option<&Quota>) -> Result<(), Problem> {
    if let Some(beyond) = scopes.iter().find(|scope| !authorized.has_scope(**scope)) {
        return Err(Problem::not_allowed(format!(
            "Your key does not have the scope `{}`, so it cannot give it to another key.",
            beyond.name()
        )));
    }
    if authorized.expires_at().is_some_and(|own| end.is_none_or(|end| end > own)) {
        return Err(Problem::not_allowed("A key cannot expire later than the key that creates it. Set `expires_at`."));
    }
    if authorized.key_quota().is_some_and(|own| !own.covers(quota)) {
        return Err(Problem::not_allowed("A key cannot have a higher quota than the key that creates it. Set `quota`."));
    }
    Ok(())
}
