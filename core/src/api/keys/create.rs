//! Making a key. Nobody makes one that may more than they themselves, that outlives the one they use, or that outlasts their right to make it.

use http::StatusCode;

use super::wire::{KeyJson, NewKeyJson};
use crate::api::audit::{self, AuditAction};
use crate::auth::{Authorized, find_active, role_of};
use crate::context::Context;
use crate::message::body::{
    Draft, FieldType, JsonValue, List, NonEmpty, Optional, ParseContext, RequestBody, Required, Set, WhyNotEmpty, request_body,
};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::digest::Pepper;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError, FieldErrors};
use crate::model::key::{ApiKey, MOST_ISSUERS, PresentedKey};
use crate::model::link::UserId;
use crate::model::rights::{Role, Scope};
use crate::model::sorted::put_in_order;
use crate::model::text::Title;
use crate::model::time::Timestamp;
use crate::model::user::User;
use crate::redirect::is_served;
use crate::store::ports::Edge;
use crate::store::{GuardedRecord, Key, Written, id_source};

const MOST_DOMAINS: usize = 20;

request_body! {
    /// A new API key.
    pub(crate) struct NewKey as NewKey {
        /// Name of the key, of at most 512 bytes.
        name: Required<Title>,
        /// What the key may do, as far as the role of its owner allows it.
        scopes: Required<NonEmpty<Set<Scope, { Scope::ALL.len() }>, OpensNothing>>,
        /// The only domains that the key is for, each one of this deployment. Another host is `invalid`; each label
        /// has at most 63 characters. Default: all of them. A key for some domains cannot manage what concerns the
        /// whole deployment: users, keys, `/metrics`.
        domains: Optional<NonEmpty<List<Domain, MOST_DOMAINS>, ForNoDomain>>,
        /// Identifier of the active user whose role the key has, at every moment. Default: the user of this
        /// request; the bootstrap admin has to name one. A user who does not exist or is disabled is refused.
        owner: Optional<UserId>,
        /// Time from which the key is not valid any more, later than now. Default: it does not end.
        expires_at: Optional<Timestamp>,
    }
}

pub(crate) enum OpensNothing {}

impl WhyNotEmpty for OpensNothing {
    fn refusal() -> FieldError {
        FieldError::new(FieldCode::Required, "a key without scopes opens nothing")
    }
}

pub(crate) enum ForNoDomain {}

impl WhyNotEmpty for ForNoDomain {
    fn refusal() -> FieldError {
        FieldError::new(FieldCode::Required, "a key for no domain opens nothing; one for every domain has null here")
    }
}

impl FieldType for Scope {
    type Value = Self;

    fn parse(value: JsonValue, _: &ParseContext<'_>) -> Result<Self, FieldErrors> {
        Self::named(&value.text()?).ok_or_else(|| FieldError::invalid("there is no such scope").into())
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        crate::message::body::schema!({"type": "string", "enum": Self::ALL.map(Self::name)})
    }
}

/// `POST /api/v1/keys`
pub(crate) async fn create<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, body: &Body) -> Result<Response, Problem> {
    let mut draft = NewKey::read(body, BODY_LIMIT, &context.parsing())?;
    if let Some(said) = draft.parts.domains.take() {
        draft.parts.domains = Some(served(context, &mut draft.wrong, said).await?);
    }
    let asked = KeyRequest::parse(context, authorized, draft)?;
    let no_owner = || Problem::wrong_field("owner", FieldError::invalid("this is no user who is let in"));
    let owner = find_active(context, &asked.owner).await?.ok_or_else(no_owner)?;
    check_owner(authorized, &owner, role_of(context.edge.records(), &owner).await?)?;
    let shown = PresentedKey::new(context.token()?, id_source::random_secret(context.edge)?);
    let key = asked.key(&shown, context.pepper()?, context.now, authorized);
    let change = GuardedRecord::put(None, Key::api_key(&key.id), &key, context.token()?)?;
    let deed = AuditAction::key("key.create", &key.id).saying(detail(&key));
    if audit::commit(context, authorized, change, Some(deed)).await? == Written::Conflict {
        return Err(Problem::internal("the id of a new key was drawn before"));
    }
    told(&key, &shown)
}

/// The key somebody wants, and who asks may make it.
struct KeyRequest {
    name: Title,
    scopes: Vec<Scope>,
    domains: Option<Vec<Domain>>,
    owner: UserId,
    expires_at: Option<Timestamp>,
}

impl KeyRequest {
    /// What a body asks for, whose domains are served.
    fn parse<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, draft: Draft<NewKey>) -> Result<Self, Problem> {
        let Draft { parts, mut wrong } = draft;
        let owner = parts.owner.clone().or_else(|| authorized.user().cloned());
        if owner.is_none() {
            wrong.require("owner");
        }
        if parts.expires_at.is_some_and(|end| end <= context.now) {
            wrong.add(FieldError::new(FieldCode::OutOfRange, "a key ends later than it is made").within("expires_at"));
        }
        let NewKey { name, scopes, domains, expires_at, .. } = Draft::<NewKey> { parts, wrong }.finish()?;
        let owner = owner.ok_or_else(|| Problem::internal("a key without an owner was let through"))?;
        check_bounds(authorized, &scopes, expires_at)?;
        Ok(Self { name, scopes, domains, owner, expires_at })
    }

    fn key(self, shown: &PresentedKey, pepper: &Pepper, now: Timestamp, authorized: &Authorized) -> ApiKey {
        let Self { name, scopes, domains, owner, expires_at } = self;
        let issuers = authorized.issuers_for(&owner);
        ApiKey {
            id: shown.id.clone(),
            name,
            scopes,
            domains,
            owner,
            created_by: authorized.user().cloned(),
            issuers,
            most: authorized.role(),
            created_at: now,
            expires_at,
            last_used_at: None,
            revoked_at: None,
            digest: shown.digest(pepper),
        }
    }
}

/// Refuses a key for `owner`, whose role is `role`, by whoever must not hold one of theirs.
fn check_owner(authorized: &Authorized, owner: &User, role: Role) -> Result<(), Problem> {
    if authorized.user() == Some(&owner.id) {
        authorized.check_role(role)?;
    } else {
        authorized.check_issuer(role)?;
    }
    if authorized.issuers_for(&owner.id).len() > MOST_ISSUERS {
        return Err(Problem::not_allowed("The key you use already depends on other users. Use one that the bootstrap admin made for you."));
    }
    Ok(())
}

/// What the audit says of a new key: whose it is, and what it is for.
fn detail(key: &ApiKey) -> String {
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.name()).collect();
    let domains: Vec<&str> = key.domains.iter().flatten().map(Domain::as_str).collect();
    let domains = if domains.is_empty() { "all".to_owned() } else { domains.join(" ") };
    format!("owner {}; scopes {}; domains {domains}", key.owner.as_str(), scopes.join(" "))
}

/// The answer to who has made it: it alone holds the secret.
fn told(key: &ApiKey, shown: &PresentedKey) -> Result<Response, Problem> {
    let json = NewKeyJson { key: KeyJson::new(key), secret: &shown.expose() };
    Response::json(StatusCode::CREATED, &json)?.location(&["/api/v1/keys/", key.id.as_str()].concat())
}

/// What is `said`, sorted and each domain once; one that is none of this deployment is refused where it stands.
async fn served<E: Edge>(context: &Context<'_, E>, wrong: &mut FieldErrors, said: Vec<Domain>) -> Result<Vec<Domain>, Problem> {
    let mut domains = Vec::new();
    for (at, domain) in said.into_iter().enumerate() {
        if !is_served(context, &domain).await? {
            wrong.add(FieldError::invalid("this is no domain of this deployment").at(at).within("domains"));
        }
        put_in_order(&mut domains, domain);
    }
    Ok(domains)
}

fn check_bounds(authorized: &Authorized, scopes: &[Scope], end: Option<Timestamp>) -> Result<(), Problem> {
    if let Some(beyond) = scopes.iter().find(|scope| !authorized.has_scope(**scope)) {
        return Err(Problem::not_allowed(format!("You do not have the scope `{}` yourself.", beyond.name())));
    }
    if authorized.expires_at().is_some_and(|own| end.is_none_or(|end| end > own)) {
        return Err(Problem::not_allowed("A key ends no later than the key that makes it. Say when in `expires_at`."));
    }
    Ok(())
}
