//! Rights: one table of the scope and the role that each right requires. docs/SECURITY.md prints it; a test compares
//! both.

/// Role of a user or a key. Each role includes the rights of those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// May read all links.
    #[default]
    Viewer,
    /// May also write their own links.
    Editor,
    /// May do everything except create admins and change owners.
    Admin,
    /// May do everything.
    Owner,
}

impl Role {
    pub(crate) const ALL: [Self; 4] = [Self::Viewer, Self::Editor, Self::Admin, Self::Owner];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether the role has any of the rights that require `scope`.
    pub(crate) fn allows(self, scope: Scope) -> bool {
        Right::ALL.into_iter().map(Right::terms).any(|terms| terms.scope == scope && terms.role <= self)
    }
}

/// Permission that a key has been given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    LinksRead,
    LinksWrite,
    LinksAdmin,
    StatsRead,
    StatsWrite,
    DomainsAdmin,
    BlocklistAdmin,
    ReportsAdmin,
    UsersAdmin,
    KeysAdmin,
    AuditRead,
    MetricsRead,
    SystemWrite,
}

impl Scope {
    pub(crate) const ALL: [Self; 13] = [
        Self::LinksRead,
        Self::LinksWrite,
        Self::LinksAdmin,
        Self::StatsRead,
        Self::StatsWrite,
        Self::DomainsAdmin,
        Self::BlocklistAdmin,
        Self::ReportsAdmin,
        Self::UsersAdmin,
        Self::KeysAdmin,
        Self::AuditRead,
        Self::MetricsRead,
        Self::SystemWrite,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::LinksRead => "links:read",
            Self::LinksWrite => "links:write",
            Self::LinksAdmin => "links:admin",
            Self::StatsRead => "stats:read",
            Self::StatsWrite => "stats:write",
            Self::DomainsAdmin => "domains:admin",
            Self::BlocklistAdmin => "blocklist:admin",
            Self::ReportsAdmin => "reports:admin",
            Self::UsersAdmin => "users:admin",
            Self::KeysAdmin => "keys:admin",
            Self::AuditRead => "audit:read",
            Self::MetricsRead => "metrics:read",
            Self::SystemWrite => "system:write",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// Action that requires a scope and a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    ReadLinks,
    WriteLinks,
    ManageLinks,
    ReadClicks,
    WriteClicks,
    ReadDomains,
    WriteDomains,
    ManageBlocklist,
    ManageReports,
    ManageUsers,
    AdmitUsers,
    ManageKeys,
    ReadAudit,
    ReadMetrics,
    Maintain,
}

/// Requirements of a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RightTerms {
    pub(crate) scope: Scope,
    /// The lowest role that has the right.
    pub(crate) role: Role,
    /// Whether it applies to the whole deployment. A key that is limited to some domains does not have it.
    pub(crate) needs_all_domains: bool,
    /// Whether it lets somebody act without the limits of a key. A key that lacks any scope does not have it.
    pub(crate) needs_all_scopes: bool,
}

impl Right {
    /// All rights, in the order in which the table is printed.
    pub(crate) const ALL: [Self; 15] = [
        Self::ReadLinks,
        Self::ReadClicks,
        Self::WriteClicks,
        Self::WriteLinks,
        Self::ManageLinks,
        Self::ReadDomains,
        Self::WriteDomains,
        Self::ManageBlocklist,
        Self::ManageReports,
        Self::ManageUsers,
        Self::AdmitUsers,
        Self::ManageKeys,
        Self::ReadAudit,
        Self::ReadMetrics,
        Self::Maintain,
    ];

    /// The table of requirements.
    pub(crate) fn terms(self) -> RightTerms {
        let terms = |scope, role, needs_all_domains| RightTerms { scope, role, needs_all_domains, needs_all_scopes: false };
        match self {
            Self::ReadLinks => terms(Scope::LinksRead, Role::Viewer, false),
            Self::ReadClicks => terms(Scope::StatsRead, Role::Viewer, false),
            Self::WriteClicks => terms(Scope::StatsWrite, Role::Admin, true),
            Self::WriteLinks => terms(Scope::LinksWrite, Role::Editor, false),
            Self::ManageLinks => terms(Scope::LinksAdmin, Role::Admin, false),
            Self::ReadDomains => terms(Scope::LinksRead, Role::Viewer, false),
            Self::WriteDomains => terms(Scope::DomainsAdmin, Role::Admin, false),
            Self::ManageBlocklist => terms(Scope::BlocklistAdmin, Role::Admin, true),
            Self::ManageReports => terms(Scope::ReportsAdmin, Role::Admin, true),
            Self::ManageUsers => terms(Scope::UsersAdmin, Role::Admin, true),
            // Who hands over the token of an invitation or a reset can sign in with it, and a session has no scopes.
            Self::AdmitUsers => RightTerms { needs_all_scopes: true, ..terms(Scope::UsersAdmin, Role::Admin, true) },
            Self::ManageKeys => terms(Scope::KeysAdmin, Role::Admin, true),
            Self::ReadAudit => terms(Scope::AuditRead, Role::Admin, false),
            Self::ReadMetrics => terms(Scope::MetricsRead, Role::Viewer, true),
            Self::Maintain => terms(Scope::SystemWrite, Role::Admin, true),
        }
    }
}

/// The lowest role that may issue a credential (a key or an invitation) for another user who has `role`, or give a user
/// that `role`.
///
/// The issuer knows the secret, so it must not let them regain rights after they were disabled or demoted. The
/// credential of an admin could.
pub(crate) fn least_issuer(role: Role) -> Role {
    if role >= Role::Admin { Role::Owner } else { Role::Admin }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back_and_others_are_refused() {
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(role));
        }
        for scope in Scope::ALL {
            assert_eq!(Scope::from_name(scope.name()), Some(scope));
        }
        for unknown in ["", "Admin", "owner ", "superuser", "links", "links:", "links:*", "*", "LINKS:READ", "links:read "] {
            assert_eq!((Role::from_name(unknown), Scope::from_name(unknown)), (None, None), "{unknown:?}");
        }
    }

    #[test]
    fn roles_are_ordered_by_trust() {
        assert!(Role::ALL.is_sorted_by(|less, more| less < more));
        assert_eq!(Role::default(), Role::Viewer, "the default is the lowest role");
    }

    #[test]
    fn only_owners_issue_credentials_of_admins() {
        assert_eq!(Role::ALL.map(least_issuer), [Role::Admin, Role::Admin, Role::Owner, Role::Owner]);
    }

    #[test]
    fn each_role_allows_more_scopes() {
        let allowed = |role: Role| Scope::ALL.into_iter().filter(|scope| role.allows(*scope)).map(Scope::name).collect::<Vec<_>>();
        assert_eq!(allowed(Role::Viewer), ["links:read", "stats:read", "metrics:read"]);
        assert_eq!(allowed(Role::Editor), ["links:read", "links:write", "stats:read", "metrics:read"]);
        for role in [Role::Admin, Role::Owner] {
            assert_eq!(allowed(role), Scope::ALL.map(Scope::name), "every scope gives a right");
        }
    }
}
