//! Who may do what: one table. docs/SECURITY.md prints it, and a test compares.

/// How much somebody is trusted with. Each may do what those before may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Reads all links.
    #[default]
    Viewer,
    /// Writes links of their own.
    Editor,
    /// Everything but making admins and changing owners.
    Admin,
    /// Everything.
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

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// What a key was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    LinksRead,
    LinksWrite,
    LinksAdmin,
    StatsRead,
    DomainsAdmin,
    UsersAdmin,
    KeysAdmin,
    AuditRead,
    MetricsRead,
}

impl Scope {
    pub(crate) const ALL: [Self; 9] = [
        Self::LinksRead,
        Self::LinksWrite,
        Self::LinksAdmin,
        Self::StatsRead,
        Self::DomainsAdmin,
        Self::UsersAdmin,
        Self::KeysAdmin,
        Self::AuditRead,
        Self::MetricsRead,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::LinksRead => "links:read",
            Self::LinksWrite => "links:write",
            Self::LinksAdmin => "links:admin",
            Self::StatsRead => "stats:read",
            Self::DomainsAdmin => "domains:admin",
            Self::UsersAdmin => "users:admin",
            Self::KeysAdmin => "keys:admin",
            Self::AuditRead => "audit:read",
            Self::MetricsRead => "metrics:read",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    ReadLinks,
    WriteLinks,
    ManageLinks,
    ReadClicks,
    ReadDomains,
    WriteDomains,
    ManageUsers,
    ManageKeys,
    ReadAudit,
    ReadMetrics,
}

/// What a right asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RightTerms {
    pub(crate) scope: Scope,
    /// The least role.
    pub(crate) role: Role,
    /// Whether it concerns the whole deployment, which a key for some of its domains has no say in.
    pub(crate) is_of_all_domains: bool,
}

impl Right {
    /// Where the table is printed or tried out.
    #[cfg(any(test, feature = "memory"))]
    pub(crate) const ALL: [Self; 10] = [
        Self::ReadLinks,
        Self::ReadClicks,
        Self::WriteLinks,
        Self::ManageLinks,
        Self::ReadDomains,
        Self::WriteDomains,
        Self::ManageUsers,
        Self::ManageKeys,
        Self::ReadAudit,
        Self::ReadMetrics,
    ];

    /// The table.
    pub(crate) fn terms(self) -> RightTerms {
        let terms = |scope, role, is_of_all_domains| RightTerms { scope, role, is_of_all_domains };
        match self {
            Self::ReadLinks => terms(Scope::LinksRead, Role::Viewer, false),
            Self::ReadClicks => terms(Scope::StatsRead, Role::Viewer, false),
            Self::WriteLinks => terms(Scope::LinksWrite, Role::Editor, false),
            Self::ManageLinks => terms(Scope::LinksAdmin, Role::Admin, false),
            Self::ReadDomains => terms(Scope::LinksRead, Role::Viewer, false),
            Self::WriteDomains => terms(Scope::DomainsAdmin, Role::Admin, false),
            Self::ManageUsers => terms(Scope::UsersAdmin, Role::Admin, true),
            Self::ManageKeys => terms(Scope::KeysAdmin, Role::Admin, true),
            Self::ReadAudit => terms(Scope::AuditRead, Role::Admin, false),
            Self::ReadMetrics => terms(Scope::MetricsRead, Role::Viewer, true),
        }
    }
}

/// The least role that issues a credential of another user who has `role`: a key or an invitation. It also takes this role to make somebody a
/// user with `role`. The issuer knows the secret, so it must give them nothing that they could keep after they were disabled or demoted: the
/// credential of an admin could let them in again.
pub(crate) fn least_issuer(role: Role) -> Role {
    if role >= Role::Admin { Role::Owner } else { Role::Admin }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_no_other_means_it() {
        for role in Role::ALL {
            assert_eq!(Role::named(role.name()), Some(role));
        }
        for scope in Scope::ALL {
            assert_eq!(Scope::named(scope.name()), Some(scope));
        }
        for nobody in ["", "Admin", "owner ", "superuser", "links", "links:", "links:*", "*", "LINKS:READ", "links:read "] {
            assert_eq!((Role::named(nobody), Scope::named(nobody)), (None, None), "{nobody:?}");
        }
    }

    #[test]
    fn roles_are_in_the_order_of_trust() {
        assert!(Role::ALL.is_sorted_by(|less, more| less < more));
        assert_eq!(Role::default(), Role::Viewer, "whoever is not known to be more is this");
    }

    #[test]
    fn credentials_of_admins_are_issued_by_owners() {
        assert_eq!(Role::ALL.map(least_issuer), [Role::Admin, Role::Admin, Role::Owner, Role::Owner]);
    }

    #[test]
    fn every_scope_gives_a_right() {
        for scope in Scope::ALL {
            assert!(Right::ALL.iter().any(|right| right.terms().scope == scope), "{} gives no right", scope.name());
        }
    }
}
