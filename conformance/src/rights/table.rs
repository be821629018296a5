//! The table: what each route asks for, written from what hop promises.

use super::people::{Principal, Role};
use super::{DOMAIN, people};

/// What somebody must be to be let through.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Needs {
    /// Anybody.
    Nothing,
    /// Anybody hop knows.
    AKey,
    /// This scope, at least this role, and a say in this.
    A(&'static str, Role, Say),
}

/// What it is about, and so whom it concerns beside the role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Say {
    /// The whole deployment: no key for some domains only.
    Everything,
    /// What there is on the domains of the key: nobody is refused, the others are left out.
    Anything,
    /// The default domain.
    DefaultDomain,
    /// The domain that is named.
    Domain,
    /// A link on a domain: it is read.
    AnyLink,
    /// A link on a domain: it is written, by its owner or an admin.
    OwnLink,
}

use Needs::{A, AKey, Nothing};
use Role::{Admin, Editor, Viewer};
use Say::{AnyLink, Anything, DefaultDomain, Domain, Everything, OwnLink};

/// Every route and method.
pub(crate) const TABLE: &[(&str, &str, Needs)] = &[
    ("GET", "/", Nothing),
    ("GET", "/health", Nothing),
    ("GET", "/ready", Nothing),
    ("GET", "/capabilities", Nothing),
    ("GET", "/openapi.json", Nothing),
    ("GET", "/robots.txt", Nothing),
    ("GET", "/favicon.ico", Nothing),
    ("GET", "/.well-known/security.txt", Nothing),
    ("GET", "/problems/{code}", Nothing),
    ("GET", "/{alias}", Nothing),
    ("POST", "/{alias}", Nothing),
    ("GET", "/{alias}+", Nothing),
    ("POST", "/shorten", A("links:write", Editor, DefaultDomain)),
    ("GET", "/api/v1/links", A("links:read", Viewer, Domain)),
    ("POST", "/api/v1/links", A("links:write", Editor, Domain)),
    ("GET", "/api/v1/links/{alias}", A("links:read", Viewer, AnyLink)),
    ("PATCH", "/api/v1/links/{alias}", A("links:write", Editor, OwnLink)),
    ("DELETE", "/api/v1/links/{alias}", A("links:write", Editor, OwnLink)),
    ("POST", "/api/v1/links/{alias}/restore", A("links:write", Editor, OwnLink)),
    ("GET", "/api/v1/links/{alias}/history", A("links:read", Viewer, AnyLink)),
    ("POST", "/api/v1/links/{alias}/explain", A("links:read", Viewer, AnyLink)),
    ("GET", "/api/v1/links/{alias}/qr", A("links:read", Viewer, AnyLink)),
    ("POST", "/api/v1/batch", A("links:write", Editor, OwnLink)),
    ("POST", "/api/v1/import", A("links:admin", Admin, Domain)),
    ("GET", "/api/v1/export", A("links:read", Viewer, Domain)),
    ("GET", "/api/v1/aliases/{alias}", A("links:read", Viewer, AnyLink)),
    ("GET", "/api/v1/tags", A("links:read", Viewer, Domain)),
    ("PATCH", "/api/v1/tags/{tag}", A("links:admin", Admin, Domain)),
    ("DELETE", "/api/v1/tags/{tag}", A("links:admin", Admin, Domain)),
    ("GET", "/api/v1/domains", A("links:read", Viewer, Anything)),
    ("POST", "/api/v1/domains", A("domains:admin", Admin, Domain)),
    ("GET", "/api/v1/domains/{domain}", A("links:read", Viewer, Domain)),
    ("PATCH", "/api/v1/domains/{domain}", A("domains:admin", Admin, Domain)),
    ("DELETE", "/api/v1/domains/{domain}", A("domains:admin", Admin, Domain)),
    ("GET", "/api/v1/me", AKey),
    ("GET", "/api/v1/users", A("users:admin", Admin, Everything)),
    ("POST", "/api/v1/users", A("users:admin", Admin, Everything)),
    ("GET", "/api/v1/users/{user}", A("users:admin", Admin, Everything)),
    ("PATCH", "/api/v1/users/{user}", A("users:admin", Admin, Everything)),
    ("DELETE", "/api/v1/users/{user}", A("users:admin", Admin, Everything)),
    ("POST", "/api/v1/users/{user}/invite", A("users:admin", Admin, Everything)),
    ("GET", "/api/v1/keys", A("keys:admin", Admin, Everything)),
    ("POST", "/api/v1/keys", A("keys:admin", Admin, Everything)),
    ("GET", "/api/v1/keys/{key}", A("keys:admin", Admin, Everything)),
    ("DELETE", "/api/v1/keys/{key}", A("keys:admin", Admin, Everything)),
    ("GET", "/api/v1/audit", A("audit:read", Admin, Anything)),
    ("GET", "/metrics", A("metrics:read", Viewer, Everything)),
];

/// What becomes of a request, as far as rights go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// 401
    Unknown,
    /// 403
    Refused,
    /// Whatever else, but a fault.
    LetThrough,
    /// 500 or 503
    Fault,
}

/// What must become of it when `who` asks about a thing on `domain`, which is a link of their own or not.
pub(crate) fn verdict(needs: Needs, who: &Principal, domain: &str, is_own: bool) -> Verdict {
    let Some(role) = who.role else {
        return if matches!(needs, Nothing) { Verdict::LetThrough } else { Verdict::Unknown };
    };
    let A(scope, least, say) = needs else { return Verdict::LetThrough };
    let covers = |domain: &str| who.domain.is_none_or(|only| only == domain);
    let has_a_say = match say {
        Everything => who.domain.is_none(),
        Anything => true,
        DefaultDomain => covers(DOMAIN),
        Domain | AnyLink => covers(domain),
        OwnLink => covers(domain) && (is_own || role >= Admin),
    };
    if who.scopes.contains(&scope) && role >= least && has_a_say { Verdict::LetThrough } else { Verdict::Refused }
}

/// Every scope of the table is one that people have.
pub(crate) fn strange_scopes() -> Vec<&'static str> {
    let asked = TABLE.iter().filter_map(|(_, _, needs)| if let A(scope, ..) = needs { Some(*scope) } else { None });
    asked.filter(|scope| !people::SCOPES.contains(scope)).collect()
}
