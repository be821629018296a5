//! Authentication and authorization: the principal of a request, and the proof that it has a right.
//!
//! A principal is the bootstrap admin, an API key or a signed-in user; or the public, where a setting lets it shorten
//! URLs. The rights of a key follow from its scopes, its domains and its role: the current role of its owner, but at
//! most the role that its creator had. All of this is read in every request and never cached. A signed-in user has the
//! rights of their role. A request that changes something reads session and user; any other trusts the role in the
//! access token for its 15 minutes.
mod access;
mod credential;
mod device;
mod failed_credential;
mod live_session;
pub(crate) mod rate_limit;
mod refresh;
mod sign_in;
mod user_lookup;

use http::header::AUTHORIZATION;

pub(crate) use self::access::Access;
pub(crate) use self::credential::role_of;
pub(crate) use self::device::remember_device;
pub(crate) use self::failed_credential::count_failed_token;
pub(crate) use self::live_session::{LiveSession, live_session};
pub(crate) use self::refresh::{find_session, refresh};
pub(crate) use self::sign_in::{check_password, find_user, hash_again, hash_new_password, sign_in, signed_in};
pub(crate) use self::user_lookup::{find_active, is_active_user};
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::domain::Domain;
use crate::model::key::KeyId;
use crate::model::link::{Link, UserId};
use crate::model::quota::{HeldQuota, Quota, QuotaHolder};
use crate::model::rights::{Right, Role, Scope, least_issuer};
use crate::model::session::SessionId;
use crate::model::sorted::put_in_order;
use crate::model::time::Timestamp;
use crate::store::ports::{ClientInfo, Edge};

/// The proof that the caller may call the endpoint. Only this module can make one, and every handler that needs a right
/// takes one.
#[derive(Debug)]
pub(crate) struct Authorized(Principal);

/// The identity of a caller.
#[derive(Clone, Debug)]
struct Principal {
    /// The unique name of the principal, in audit events, cursors and idempotency records.
    name: String,
    key: Option<KeyId>,
    user: Option<UserId>,
    session: Option<SessionId>,
    role: Role,
    /// The issuers of the key: the users, besides its owner, who must still have the right to make it.
    issuers: Vec<UserId>,
    /// The scopes of the key, or `None` for all.
    scopes: Option<Vec<Scope>>,
    /// The domains of the key, or `None` for all.
    domains: Option<Vec<Domain>>,
    /// When the key expires.
    expires_at: Option<Timestamp>,
    /// The quotas that hold for the request, those of keys first. Read only if it may change something.
    quotas: Vec<HeldQuota>,
    /// The country of the client, for the audit event. Read only if the request may change something.
    country: Option<String>,
}

impl Principal {
    /// The principal of a signed-in user. A sign-in has no session yet.
    fn of_user(user: UserId, session: Option<SessionId>, role: Role) -> Self {
        Self {
            name: user.as_str().to_owned(),
            key: None,
            user: Some(user),
            session,
            role,
            issuers: Vec::new(),
            scopes: None,
            domains: None,
            expires_at: None,
            quotas: Vec::new(),
            country: None,
        }
    }
}

/// Checks that the caller may call an endpoint. Returns no proof for an endpoint that anyone may call. All invalid
/// credentials get the same response; the log has the reason.
pub(crate) async fn authorize<E: Edge>(
    context: &Context<'_, E>,
    client: &impl ClientInfo,
    access: Access,
    may_change: bool,
) -> Result<Option<Authorized>, Problem> {
    if access == Access::Anyone {
        return Ok(None);
    }
    let is_for_public = matches!(access, Access::RightOrPublic(_)) && context.config.public_shorten;
    if is_for_public && client.header(&AUTHORIZATION).is_none() {
        return Ok(Some(Authorized(Principal { country: client.country(), ..public() })));
    }
    let token = match credential::token(client) {
        Ok(token) => token,
        Err(problem) if client.header(&AUTHORIZATION).is_none() => return Err(problem),
        Err(problem) => return Err(failed_credential::count_failure(context, client, &[], problem).await),
    };
    let mut principal = match credential::principal(context, &token, may_change).await {
        Ok(principal) => principal,
        Err(problem) => return Err(failed_credential::count_failure(context, client, &token, problem).await),
    };
    if may_change {
        principal.country = client.country();
    }
    let authorized = Authorized(principal);
    match access {
        Access::Anyone | Access::Identity => {}
        Access::SignedIn => authorized.check_signed_in()?,
        Access::BootstrapAdmin => authorized.check_bootstrap_admin()?,
        Access::Right(right) | Access::RightOrPublic(right) => authorized.check(right)?,
    }
    Ok(Some(authorized))
}

/// The name of the principal of requests without a credential.
const PUBLIC: &str = "public";

/// The principal of a request without a credential: it has no scope and no user, so it has no right and owns no link.
fn public() -> Principal {
    Principal {
        name: PUBLIC.into(),
        key: None,
        user: None,
        session: None,
        role: Role::Viewer,
        issuers: Vec::new(),
        scopes: Some(Vec::new()),
        domains: None,
        expires_at: None,
        quotas: Vec::new(),
        country: None,
    }
}

impl Authorized {
    /// The proof of a user who signs in, or who presents the refresh token of a session.
    fn of_user(user: &UserId, session: Option<&SessionId>, role: Role, client: &impl ClientInfo) -> Self {
        Self(Principal { country: client.country(), ..Principal::of_user(user.clone(), session.cloned(), role) })
    }

    /// Whether the request has no credential. It may only shorten a URL.
    pub(crate) fn is_public(&self) -> bool {
        self.0.name == PUBLIC
    }

    /// The unique name of the principal.
    pub(crate) fn principal(&self) -> &str {
        &self.0.name
    }

    /// The user of the key or the session, who owns the links that it creates.
    pub(crate) fn user(&self) -> Option<&UserId> {
        self.0.user.as_ref()
    }

    /// The session of a signed-in user.
    pub(crate) fn session(&self) -> Option<&SessionId> {
        self.0.session.as_ref()
    }

    /// Fails unless the caller is a signed-in user.
    fn check_signed_in(&self) -> Result<(), Problem> {
        if self.0.session.is_some() { Ok(()) } else { Err(Problem::no_session()) }
    }

    /// Fails unless the caller is the bootstrap admin.
    fn check_bootstrap_admin(&self) -> Result<(), Problem> {
        let is_bootstrap_admin = self.0.key.is_none() && self.0.user.is_none() && !self.is_public();
        if is_bootstrap_admin { Ok(()) } else { Err(Problem::not_bootstrap_admin()) }
    }

    pub(crate) fn key(&self) -> Option<&KeyId> {
        self.0.key.as_ref()
    }

    pub(crate) fn role(&self) -> Role {
        self.0.role
    }

    /// The issuers of a new key for `owner`: the user who owns the key of this request and the issuers of that key,
    /// without `owner`.
    pub(crate) fn issuers_for(&self, owner: &UserId) -> Vec<UserId> {
        let mut issuers = self.0.issuers.clone();
        if let Some(user) = self.user() {
            put_in_order(&mut issuers, user.clone());
        }
        issuers.retain(|issuer| issuer != owner);
        issuers
    }

    /// The scopes, or `None` for all.
    pub(crate) fn scopes(&self) -> Option<&[Scope]> {
        self.0.scopes.as_deref()
    }

    /// The domains, or `None` for all.
    pub(crate) fn domains(&self) -> Option<&[Domain]> {
        self.0.domains.as_deref()
    }

    /// When the key of the request expires.
    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        self.0.expires_at
    }

    /// The quotas for links that the request creates, those of keys first.
    pub(crate) fn quotas(&self) -> &[HeldQuota] {
        &self.0.quotas
    }

    /// The quota of the key.
    pub(crate) fn key_quota(&self) -> Option<&Quota> {
        self.0.quotas.iter().find(|held| matches!(held.holder, QuotaHolder::Key(_))).map(|held| &held.quota)
    }

    /// The country of the client. `None` for a request that changes nothing.
    pub(crate) fn country(&self) -> Option<&str> {
        self.0.country.as_deref()
    }

    /// Whether the caller has `right` on at least one domain.
    pub(crate) fn has(&self, right: Right) -> bool {
        let terms = right.terms();
        self.0.role >= terms.role
            && self.has_scope(terms.scope)
            && (!terms.needs_all_scopes || Scope::ALL.into_iter().all(|scope| self.has_scope(scope)))
            && !(terms.needs_all_domains && self.0.domains.is_some())
    }

    pub(crate) fn has_scope(&self, scope: Scope) -> bool {
        self.0.scopes.as_ref().is_none_or(|scopes| scopes.contains(&scope))
    }

    /// Fails unless the caller has `right`.
    pub(crate) fn check(&self, right: Right) -> Result<(), Problem> {
        if self.has(right) { Ok(()) } else { Err(Problem::no_right(right)) }
    }

    /// Fails if the caller's role is lower than `role`, the role of the user to create, change or delete.
    pub(crate) fn check_role(&self, role: Role) -> Result<(), Problem> {
        if role > self.role() { Err(Problem::not_your_role(role)) } else { Ok(()) }
    }

    /// Fails unless the caller's role allows issuing a key or an invitation for another user with `role`, or raising a
    /// user to `role` ([`least_issuer`]).
    pub(crate) fn check_issuer(&self, role: Role) -> Result<(), Problem> {
        if self.role() < least_issuer(role) { Err(Problem::issuer_role_too_low()) } else { Ok(()) }
    }

    /// Fails if `user` is an issuer of the key of this request, and the key would stop working once `user` has `role`.
    /// Disabling and deleting users needs no check of its own. The issuers of a key that may manage users are owners,
    /// and an owner must get another role before being disabled or deleted.
    pub(crate) fn check_key_lasts(&self, user: &UserId, role: Role) -> Result<(), Problem> {
        let ends = self.0.issuers.contains(user) && role < least_issuer(self.role());
        if ends { Err(Problem::key_in_use()) } else { Ok(()) }
    }

    /// The proof for transferring the links of a user who is being deleted. A caller who manages users may do so for
    /// all links, whatever the scopes of the key.
    pub(crate) fn to_transfer_links(&self) -> Result<Self, Problem> {
        self.check(Right::ManageUsers)?;
        Ok(Self(Principal { scopes: None, ..self.0.clone() }))
    }

    pub(crate) fn covers(&self, domain: &Domain) -> bool {
        self.0.domains.as_ref().is_none_or(|domains| domains.contains(domain))
    }

    /// Fails if the key is not valid for `domain`. Called before the domain is read, so the response does not tell
    /// whether it exists.
    pub(crate) fn check_domain(&self, domain: &Domain) -> Result<(), Problem> {
        if self.covers(domain) { Ok(()) } else { Err(Problem::not_your_domain()) }
    }

    /// Whether the caller owns `link`. A link without an owner belongs to the bootstrap admin.
    pub(crate) fn owns(&self, link: &Link) -> bool {
        !self.is_public() && link.owner.as_ref() == self.user()
    }

    /// Fails if the caller must not change `link`:
    /// * the key is not valid for its domain;
    /// * it belongs to another user, and the caller is not an admin;
    /// * it is blocked, and the caller lacks [`Right::ManageLinks`].
    ///
    /// The right to write links was checked with the endpoint.
    pub(crate) fn check_write(&self, link: &Link) -> Result<(), Problem> {
        self.check_domain(&link.domain)?;
        if !self.owns(link) && self.role() < Role::Admin {
            return Err(Problem::not_your_link());
        }
        if link.blocked.is_some() { self.check(Right::ManageLinks) } else { Ok(()) }
    }
}
