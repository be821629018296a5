//! The callers: one of each kind that a check of rights could confuse with another.

use super::Hop;
use crate::world::{ADMIN_KEY, DOMAIN, OTHER_DOMAIN};

/// Every scope, as the docs name them.
pub(crate) const SCOPES: [&str; 13] = [
    "links:read",
    "links:write",
    "links:admin",
    "stats:read",
    "stats:write",
    "domains:admin",
    "blocklist:admin",
    "reports:admin",
    "users:admin",
    "keys:admin",
    "audit:read",
    "metrics:read",
    "system:write",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Viewer,
    Editor,
    Admin,
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
}

/// A caller.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    pub(crate) name: String,
    /// The key it sends.
    pub(crate) key: Option<String>,
    /// Absent if its credential is not valid.
    pub(crate) role: Option<Role>,
    pub(crate) scopes: Vec<&'static str>,
    /// The only domain of its key.
    pub(crate) domain: Option<&'static str>,
    /// The user whose links are its own.
    pub(crate) user: Option<String>,
}

/// A user of each role, and another one who owns the links that are not the caller's own.
pub(crate) struct Users {
    pub(crate) owner: String,
    pub(crate) admin: String,
    pub(crate) editor: String,
    pub(crate) viewer: String,
    pub(crate) other: String,
}

impl Users {
    pub(crate) fn create(hop: Hop<'_>) -> Self {
        let [viewer, editor, admin, owner] = Role::ALL.map(|role| hop.user(role.name()));
        Self { owner, admin, editor, viewer, other: hop.user("editor") }
    }

    fn with(&self, role: Role) -> &str {
        match role {
            Role::Viewer => &self.viewer,
            Role::Editor => &self.editor,
            Role::Admin => &self.admin,
            Role::Owner => &self.owner,
        }
    }
}

/// One caller of each kind.
pub(crate) fn all(hop: Hop<'_>, users: &Users) -> Vec<Principal> {
    let with_key = |name: String, role: Role, scopes: &[&'static str], domain: Option<&'static str>| {
        let user = users.with(role);
        let key = hop.key(user, scopes, domain.as_ref().map(std::slice::from_ref));
        Principal { name, key: Some(key), role: Some(role), scopes: scopes.to_vec(), domain, user: Some(user.to_owned()) }
    };
    let unauthenticated =
        |name: &str, key| Principal { name: name.into(), key, role: None, scopes: SCOPES.to_vec(), domain: None, user: None };
    let mut all: Vec<Principal> = Role::ALL.map(|role| with_key(format!("the {}", role.name()), role, &SCOPES, None)).into();
    for scope in SCOPES {
        all.push(with_key(format!("an owner with only {scope}"), Role::Owner, &[scope], None));
        let others: Vec<&str> = SCOPES.into_iter().filter(|other| *other != scope).collect();
        all.push(with_key(format!("an owner without {scope}"), Role::Owner, &others, None));
    }
    for (role, domain) in [(Role::Owner, OTHER_DOMAIN), (Role::Admin, OTHER_DOMAIN), (Role::Editor, DOMAIN), (Role::Viewer, OTHER_DOMAIN)] {
        all.push(with_key(format!("the {} on {domain}", role.name()), role, &SCOPES, Some(domain)));
    }
    let valid = hop.key(&users.owner, &SCOPES, None);
    let disabled = hop.user("admin");
    let of_disabled = hop.key(&disabled, &SCOPES, None);
    hop.disable(&disabled);
    all.extend([
        Principal { role: Some(Role::Owner), ..unauthenticated("the bootstrap admin", Some(ADMIN_KEY.into())) },
        unauthenticated("a caller without a key", None),
        unauthenticated("a malformed key", Some("nonsense".into())),
        unauthenticated("a wrong secret", Some(with_another_last_character(&valid))),
        unauthenticated("a wrong id", Some(valid.replacen(super::id_of(&valid), &"2".repeat(17), 1))),
        unauthenticated("a revoked key", Some(hop.revoked_key(&users.owner))),
        unauthenticated("an expired key", Some(hop.expired_key(&users.owner))),
        unauthenticated("a disabled user", Some(of_disabled)),
    ]);
    all
}

fn with_another_last_character(key: &str) -> String {
    let mut key = key.to_owned();
    let last = key.pop();
    key.push(if last == Some('x') { 'y' } else { 'x' });
    key
}
