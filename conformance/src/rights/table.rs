//! Table of the rights that endpoints require, written from the documentation.

use super::principals::{self, Principal, Role};
use crate::world::DOMAIN;

/// What a caller must have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Requires {
    Nothing,
    /// Any valid key.
    AnyKey,
    /// The key of the bootstrap admin.
    BootstrapKey,
    /// A signed-in user, not a key.
    Session,
    /// This scope, at least this role, and a key that covers this.
    Right(&'static str, Role, Reach),
    /// All scopes, at least this role, and a key for all domains.
    EveryScope(Role),
}

/// What the request concerns, which decides whether a key covers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The whole deployment. A key for some domains does not cover it.
    Deployment,
    /// All domains of the key. Every key covers it, and the response leaves out other domains.
    KeyDomains,
    DefaultDomain,
    /// The domain in the request.
    NamedDomain,
    /// A link to read: the key must cover its domain.
    ReadLink,
    /// A link to edit: the key must cover its domain, and the caller must own it or be an admin.
    EditLink,
}

use Reach::{DefaultDomain, Deployment, EditLink, KeyDomains, NamedDomain, ReadLink};
use Requires::{AnyKey, BootstrapKey, EveryScope, Nothing, Right, Session};
use Role::{Admin, Editor, Viewer};

/// Method and path of every endpoint.
pub(crate) const TABLE: &[(&str, &str, Requires)] = &[
    ("GET", "/", Nothing),
    ("GET", "/health", Nothing),
    ("GET", "/ready", Nothing),
    ("GET", "/capabilities", Nothing),
    ("GET", "/openapi.json", Nothing),
    ("GET", "/robots.txt", Nothing),
    ("GET", "/favicon.ico", Nothing),
    ("GET", "/.well-known/security.txt", Nothing),
    ("GET", "/.well-known/fastly/logging/challenge", Nothing),
    ("GET", "/problems/{code}", Nothing),
    ("GET", "/app", Nothing),
    ("GET", "/app/", Nothing),
    ("GET", "/app/theme.css", Nothing),
    ("GET", "/app/assets/{file}", Nothing),
    ("GET", "/{alias}", Nothing),
    ("POST", "/{alias}", Nothing),
    ("GET", "/{alias}+", Nothing),
    ("POST", "/shorten", Right("links:write", Editor, DefaultDomain)),
    ("GET", "/api/v1/links", Right("links:read", Viewer, NamedDomain)),
    ("POST", "/api/v1/links", Right("links:write", Editor, NamedDomain)),
    ("GET", "/api/v1/links/{alias}", Right("links:read", Viewer, ReadLink)),
    ("PATCH", "/api/v1/links/{alias}", Right("links:write", Editor, EditLink)),
    ("DELETE", "/api/v1/links/{alias}", Right("links:write", Editor, EditLink)),
    ("POST", "/api/v1/links/{alias}/restore", Right("links:write", Editor, EditLink)),
    ("GET", "/api/v1/links/{alias}/history", Right("links:read", Viewer, ReadLink)),
    ("POST", "/api/v1/links/{alias}/explain", Right("links:read", Viewer, ReadLink)),
    ("GET", "/api/v1/links/{alias}/qr", Right("links:read", Viewer, ReadLink)),
    ("GET", "/api/v1/links/{alias}/stats", Right("stats:read", Viewer, ReadLink)),
    ("GET", "/api/v1/links/{alias}/clicks", Right("stats:read", Viewer, ReadLink)),
    ("GET", "/api/v1/stats", Right("stats:read", Viewer, NamedDomain)),
    ("POST", "/api/v1/batch", Right("links:write", Editor, EditLink)),
    ("POST", "/api/v1/import", Right("links:admin", Admin, NamedDomain)),
    ("GET", "/api/v1/export", Right("links:read", Viewer, NamedDomain)),
    ("GET", "/api/v1/aliases/{alias}", Right("links:read", Viewer, ReadLink)),
    ("GET", "/api/v1/tags", Right("links:read", Viewer, NamedDomain)),
    ("PATCH", "/api/v1/tags/{tag}", Right("links:admin", Admin, NamedDomain)),
    ("DELETE", "/api/v1/tags/{tag}", Right("links:admin", Admin, NamedDomain)),
    ("GET", "/api/v1/domains", Right("links:read", Viewer, KeyDomains)),
    ("POST", "/api/v1/domains", Right("domains:admin", Admin, NamedDomain)),
    ("GET", "/api/v1/domains/{domain}", Right("links:read", Viewer, NamedDomain)),
    ("PATCH", "/api/v1/domains/{domain}", Right("domains:admin", Admin, NamedDomain)),
    ("DELETE", "/api/v1/domains/{domain}", Right("domains:admin", Admin, NamedDomain)),
    ("POST", "/api/v1/setup", BootstrapKey),
    ("POST", "/api/v1/invitations/accept", Nothing),
    ("POST", "/api/v1/login", Nothing),
    ("POST", "/api/v1/token", Nothing),
    ("POST", "/api/v1/logout", Nothing),
    ("POST", "/api/v1/password", Session),
    ("POST", "/api/v1/password/reset", Nothing),
    ("GET", "/api/v1/sessions", Session),
    ("DELETE", "/api/v1/sessions/{session}", Session),
    ("GET", "/api/v1/blocklist", Right("blocklist:admin", Admin, Deployment)),
    ("POST", "/api/v1/blocklist", Right("blocklist:admin", Admin, Deployment)),
    ("DELETE", "/api/v1/blocklist/{host}", Right("blocklist:admin", Admin, Deployment)),
    ("GET", "/report", Nothing),
    ("POST", "/report", Nothing),
    ("POST", "/api/v1/reports", Nothing),
    ("GET", "/api/v1/reports", Right("reports:admin", Admin, Deployment)),
    ("PATCH", "/api/v1/reports/{report}", Right("reports:admin", Admin, Deployment)),
    ("GET", "/api/v1/me", AnyKey),
    ("GET", "/api/v1/users", Right("users:admin", Admin, Deployment)),
    ("POST", "/api/v1/users", EveryScope(Admin)),
    ("GET", "/api/v1/users/{user}", Right("users:admin", Admin, Deployment)),
    ("PATCH", "/api/v1/users/{user}", Right("users:admin", Admin, Deployment)),
    ("DELETE", "/api/v1/users/{user}", Right("users:admin", Admin, Deployment)),
    ("POST", "/api/v1/users/{user}/invite", EveryScope(Admin)),
    ("POST", "/api/v1/users/{user}/reset", EveryScope(Admin)),
    ("GET", "/api/v1/keys", Right("keys:admin", Admin, Deployment)),
    ("POST", "/api/v1/keys", Right("keys:admin", Admin, Deployment)),
    ("GET", "/api/v1/keys/{key}", Right("keys:admin", Admin, Deployment)),
    ("DELETE", "/api/v1/keys/{key}", Right("keys:admin", Admin, Deployment)),
    ("GET", "/api/v1/audit", Right("audit:read", Admin, KeyDomains)),
    ("POST", "/api/v1/maintenance", Right("system:write", Admin, Deployment)),
    ("POST", "/api/v1/ingest", Right("stats:write", Admin, Deployment)),
    ("GET", "/metrics", Right("metrics:read", Viewer, Deployment)),
];

/// What a response says about rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// 401
    Unauthenticated,
    /// 403
    Forbidden,
    /// Any other status below 500.
    Allowed,
    /// 500 or 503
    Fault,
}

/// The outcome expected when `caller` makes a request about `domain`. `is_own` says whether the link is the caller's.
pub(crate) fn expected(requires: Requires, caller: &Principal, domain: &str, is_own: bool) -> Outcome {
    let Some(role) = caller.role else {
        return if matches!(requires, Nothing) { Outcome::Allowed } else { Outcome::Unauthenticated };
    };
    let (scopes, least, reach) = match requires {
        Right(scope, least, reach) => (vec![scope], least, reach),
        EveryScope(least) => (principals::SCOPES.to_vec(), least, Deployment),
        BootstrapKey if caller.user.is_some() => return Outcome::Forbidden,
        // Every caller of the matrix is a key.
        Session => return Outcome::Forbidden,
        Nothing | AnyKey | BootstrapKey => return Outcome::Allowed,
    };
    let covers_domain = |domain: &str| caller.domain.is_none_or(|only| only == domain);
    let is_covered = match reach {
        Deployment => caller.domain.is_none(),
        KeyDomains => true,
        DefaultDomain => covers_domain(DOMAIN),
        NamedDomain | ReadLink => covers_domain(domain),
        EditLink => covers_domain(domain) && (is_own || role >= Admin),
    };
    if scopes.iter().all(|scope| caller.scopes.contains(scope)) && role >= least && is_covered {
        Outcome::Allowed
    } else {
        Outcome::Forbidden
    }
}

/// The scopes of the table that do not exist.
pub(crate) fn unknown_scopes() -> Vec<&'static str> {
    let scopes = TABLE.iter().filter_map(|(_, _, requires)| if let Right(scope, ..) = requires { Some(*scope) } else { None });
    scopes.filter(|scope| !principals::SCOPES.contains(scope)).collect()
}
