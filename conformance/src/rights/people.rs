//! Who comes: everybody that a check could take for somebody else.

use super::{DOMAIN, Hop, OTHER_DOMAIN};

/// Every scope, as the docs name them.
pub(crate) const SCOPES: [&str; 9] =
    ["links:read", "links:write", "links:admin", "stats:read", "domains:admin", "users:admin", "keys:admin", "audit:read", "metrics:read"];

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

/// Somebody who asks.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    pub(crate) name: String,
    /// What they show, if anything.
    pub(crate) key: Option<String>,
    /// Nothing for whoever is not let in.
    pub(crate) role: Option<Role>,
    pub(crate) scopes: Vec<&'static str>,
    /// The only domain their key is for.
    pub(crate) domain: Option<&'static str>,
    /// Whose links are theirs.
    pub(crate) user: Option<String>,
}

/// A user of each role, and one more who owns what the others ask for.
pub(crate) struct Users {
    pub(crate) owner: String,
    pub(crate) admin: String,
    pub(crate) editor: String,
    pub(crate) viewer: String,
    pub(crate) somebody: String,
}

impl Users {
    pub(crate) fn of(hop: &impl Hop) -> Self {
        let [viewer, editor, admin, owner] = Role::ALL.map(|role| hop.user(role.name()));
        Self { owner, admin, editor, viewer, somebody: hop.user("editor") }
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

/// Everybody.
pub(crate) fn everybody(hop: &impl Hop, users: &Users) -> Vec<Principal> {
    let holder = |name: String, role: Role, scopes: &[&'static str], domain: Option<&'static str>| {
        let user = users.with(role);
        let key = hop.key(user, scopes, domain.as_ref().map(std::slice::from_ref));
        Principal { name, key: Some(key), role: Some(role), scopes: scopes.to_vec(), domain, user: Some(user.to_owned()) }
    };
    let stranger = |name: &str, key| Principal { name: name.into(), key, role: None, scopes: SCOPES.to_vec(), domain: None, user: None };
    let mut all: Vec<Principal> = Role::ALL.map(|role| holder(format!("the {}", role.name()), role, &SCOPES, None)).into();
    for scope in SCOPES {
        all.push(holder(format!("an owner with {scope} alone"), Role::Owner, &[scope], None));
        let others: Vec<&str> = SCOPES.into_iter().filter(|other| *other != scope).collect();
        all.push(holder(format!("an owner without {scope}"), Role::Owner, &others, None));
    }
    for (role, domain) in [(Role::Owner, OTHER_DOMAIN), (Role::Admin, OTHER_DOMAIN), (Role::Editor, DOMAIN), (Role::Viewer, OTHER_DOMAIN)] {
        all.push(holder(format!("the {} on {domain}", role.name()), role, &SCOPES, Some(domain)));
    }
    let good = hop.key(&users.owner, &SCOPES, None);
    let disabled = hop.user("admin");
    let of_disabled = hop.key(&disabled, &SCOPES, None);
    hop.disable(&disabled);
    all.extend([
        Principal { role: Some(Role::Owner), ..stranger("the bootstrap admin", Some(hop.admin_key())) },
        stranger("nobody", None),
        stranger("nonsense", Some("nonsense".into())),
        stranger("a wrong secret", Some(with_another_end(&good))),
        stranger("a wrong id", Some(good.replacen(super::id_of(&good), &"2".repeat(17), 1))),
        stranger("a revoked key", Some(hop.revoked_key(&users.owner))),
        stranger("an expired key", Some(hop.expired_key(&users.owner))),
        stranger("a disabled user", Some(of_disabled)),
    ]);
    all
}

/// The key with another last character.
fn with_another_end(key: &str) -> String {
    let mut key = key.to_owned();
    let last = key.pop();
    key.push(if last == Some('x') { 'y' } else { 'x' });
    key
}
