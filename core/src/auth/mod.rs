//! Who is asking, and the proof that they may.
//!
//! A principal is the bootstrap admin or an API key. What a key may do is its scopes, its owner's role at this very moment, and its domains:
//! nothing of that is remembered between requests.

mod access;
mod active_users;
mod credential;

pub(crate) use self::access::Access;
pub(crate) use self::active_users::{find_active, is_in};
pub(crate) use self::credential::role_of;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::domain::Domain;
use crate::model::key::KeyId;
use crate::model::link::{Link, UserId};
use crate::model::rights::{Right, Role, Scope, least_issuer};
use crate::model::sorted::put_in_order;
use crate::model::time::Timestamp;
use crate::store::ports::{ClientInfo, Edge};

/// Shows that whoever asks may do what is asked. Only this module makes one, and no handler that needs a right runs without one.
#[derive(Debug)]
pub(crate) struct Authorized(Principal);

/// Who is asking.
#[derive(Clone, Debug)]
struct Principal {
    /// By it what is made for one is told from what is made for another.
    name: String,
    key: Option<KeyId>,
    user: Option<UserId>,
    role: Role,
    /// The issuers of the key.
    issuers: Vec<UserId>,
    /// Every scope, if none are named.
    scopes: Option<Vec<Scope>>,
    /// Every domain, if none are named.
    domains: Option<Vec<Domain>>,
    /// When it ends, if it does.
    end: Option<Timestamp>,
    /// Where the request comes from, if it may change something.
    country: Option<String>,
}

/// Lets in whoever may call an endpoint; without a proof where anyone may. Every credential that is not good is refused
/// alike; the log learns why.
pub(crate) async fn authorise<E: Edge>(
    context: &Context<'_, E>,
    client: &impl ClientInfo,
    access: Access,
    may_change: bool,
) -> Result<Option<Authorized>, Problem> {
    let right = match access {
        Access::Anyone => return Ok(None),
        Access::Identity => None,
        Access::Right(right) => Some(right),
    };
    let mut principal = credential::principal(context, &credential::token(client)?).await?;
    if may_change {
        principal.country = client.country();
    }
    let authorized = Authorized(principal);
    if let Some(right) = right {
        authorized.check(right)?;
    }
    Ok(Some(authorized))
}

impl Authorized {
    /// The name of who is asking, by which what is made for one is told from what is made for another.
    pub(crate) fn principal(&self) -> &str {
        &self.0.name
    }

    /// Whose the links are that are made now.
    pub(crate) fn user(&self) -> Option<&UserId> {
        self.0.user.as_ref()
    }

    pub(crate) fn key(&self) -> Option<&KeyId> {
        self.0.key.as_ref()
    }

    pub(crate) fn role(&self) -> Role {
        self.0.role
    }

    /// The issuers of a key for `owner` that is made now: the user, and whoever issued the key they use.
    pub(crate) fn issuers_for(&self, owner: &UserId) -> Vec<UserId> {
        let mut issuers = self.0.issuers.clone();
        if let Some(user) = self.user() {
            put_in_order(&mut issuers, user.clone());
        }
        issuers.retain(|issuer| issuer != owner);
        issuers
    }

    /// Nothing if it has every scope there is.
    pub(crate) fn scopes(&self) -> Option<&[Scope]> {
        self.0.scopes.as_deref()
    }

    /// Nothing if every domain is covered.
    pub(crate) fn domains(&self) -> Option<&[Domain]> {
        self.0.domains.as_deref()
    }

    /// When what was shown is good no more; nothing if it never ends.
    pub(crate) fn end(&self) -> Option<Timestamp> {
        self.0.end
    }

    /// Where the request comes from; nothing of one that changes nothing.
    pub(crate) fn country(&self) -> Option<&str> {
        self.0.country.as_deref()
    }

    /// Whether they have `right`, on some domain at least.
    pub(crate) fn has(&self, right: Right) -> bool {
        let terms = right.terms();
        self.0.role >= terms.role && self.has_scope(terms.scope) && !(terms.needs_all_domains && self.0.domains.is_some())
    }

    pub(crate) fn has_scope(&self, scope: Scope) -> bool {
        self.0.scopes.as_ref().is_none_or(|scopes| scopes.contains(&scope))
    }

    /// Refuses whoever does not have `right`.
    pub(crate) fn check(&self, right: Right) -> Result<(), Problem> {
        if self.has(right) { Ok(()) } else { Err(Problem::no_right(right)) }
    }

    /// Refuses to have somebody of `role` made, changed or deleted by somebody of a lower one.
    pub(crate) fn check_role(&self, role: Role) -> Result<(), Problem> {
        if role > self.role() { Err(Problem::not_your_role(role)) } else { Ok(()) }
    }

    /// Refuses to issue a key or an invitation of another user who has `role`, or to raise somebody to `role`, unless they have the
    /// role that this takes ([`least_issuer`]).
    pub(crate) fn check_issuer(&self, role: Role) -> Result<(), Problem> {
        if self.role() < least_issuer(role) { Err(Problem::no_issuer()) } else { Ok(()) }
    }

    /// Refuses to give `user` the lower `role` if the key of this request rests on them and would stop working. A key that changes users rests
    /// on owners, and owners get another role before they are disabled or deleted: so this check covers those changes too.
    pub(crate) fn check_key_lasts(&self, user: &UserId, role: Role) -> Result<(), Problem> {
        let ends = self.0.issuers.contains(user) && role < least_issuer(self.role());
        if ends { Err(Problem::key_in_use()) } else { Ok(()) }
    }

    /// The proof for handing over the links of a user who is deleted: whoever manages users does so with every link, whatever their key says
    /// of links.
    pub(crate) fn to_transfer_links(&self) -> Result<Self, Problem> {
        self.check(Right::ManageUsers)?;
        Ok(Self(Principal { scopes: None, ..self.0.clone() }))
    }

    pub(crate) fn covers(&self, domain: &Domain) -> bool {
        self.0.domains.as_ref().is_none_or(|domains| domains.contains(domain))
    }

    /// Refuses a domain they have no say in, before anybody looks whether there is one.
    pub(crate) fn check_domain(&self, domain: &Domain) -> Result<(), Problem> {
        if self.covers(domain) { Ok(()) } else { Err(Problem::not_your_domain()) }
    }

    /// Whether `link` is their own. What nobody owns is the bootstrap admin's.
    pub(crate) fn owns(&self, link: &Link) -> bool {
        link.owner.as_ref() == self.user()
    }

    /// Refuses whoever must not change `link`: another's, or one an admin has blocked. Whether they write links at all, the route has asked.
    pub(crate) fn check_write(&self, link: &Link) -> Result<(), Problem> {
        self.check_domain(&link.domain)?;
        if !self.owns(link) && self.role() < Role::Admin {
            return Err(Problem::not_your_link());
        }
        if link.blocked.is_some() { self.check(Right::ManageLinks) } else { Ok(()) }
    }
}
