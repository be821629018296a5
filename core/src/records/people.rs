//! Keys, users and the team as they are stored.

use super::kept::Keep;
use super::object::Object;
use crate::auth::rights::{Role, Scope};
use crate::base64;
use crate::domain::Domain;
use crate::json::Members;
use crate::key::{ApiKey, KeyId, Mark};
use crate::link::UserId;
use crate::text::Title;
use crate::time::Timestamp;
use crate::user::{Email, Heir, Invitation, Standing, User};

/// Who owns the deployment: one record, so that of two owners who leave at once one sees that nobody would be left.
#[derive(Clone, Debug, Default)]
pub(crate) struct Team {
    /// Sorted, each once.
    pub(crate) owners: Vec<UserId>,
}

/// Who has claimed an address.
#[derive(Clone, Debug)]
pub(crate) struct Claimed {
    pub(crate) by: UserId,
}

impl Keep for ApiKey {
    fn read(stored: &mut Object) -> Self {
        Self {
            id: KeyId::stored(stored.text("id")),
            name: Title::stored(stored.text("name")),
            scopes: stored.texts("scopes").iter().filter_map(|name| Scope::named(name)).collect(),
            domains: stored.texts_if_any("domains").map(|domains| domains.into_iter().map(Domain::stored).collect()),
            owner: UserId::stored(stored.text("owner")),
            created_by: stored.text_if_any("created_by").map(UserId::stored),
            issuers: stored.texts("issuers").into_iter().map(UserId::stored).collect(),
            most: Role::named(&stored.text("most")).unwrap_or_default(),
            created_at: Timestamp::from_millis(stored.number("created_at")),
            expires_at: moment(stored, "expires_at"),
            last_used_at: moment(stored, "last_used_at"),
            revoked_at: moment(stored, "revoked_at"),
            mark: mark(stored),
        }
    }

    fn write(&self, stored: &mut Members) {
        stored.text("id", self.id.as_str());
        stored.text("name", self.name.as_str());
        stored.texts("scopes", self.scopes.iter().map(|scope| scope.name()));
        if let Some(domains) = &self.domains {
            stored.texts("domains", domains.iter().map(Domain::as_str));
        }
        stored.text("owner", self.owner.as_str());
        stored.text_or_null("created_by", self.created_by.as_ref().map(UserId::as_str));
        stored.texts("issuers", self.issuers.iter().map(UserId::as_str));
        stored.text("most", self.most.name());
        stored.number("created_at", self.created_at.as_millis());
        stored.number_or_null("expires_at", self.expires_at.map(Timestamp::as_millis));
        stored.number_or_null("last_used_at", self.last_used_at.map(Timestamp::as_millis));
        stored.number_or_null("revoked_at", self.revoked_at.map(Timestamp::as_millis));
        stored.text("mark", &base64::encode(self.mark.as_bytes()));
    }
}

impl Keep for User {
    fn read(stored: &mut Object) -> Self {
        let role = stored.text("role");
        Self {
            id: UserId::stored(stored.text("id")),
            email: stored.text_if_any("email").map(Email::stored),
            name: stored.text_if_any("name").map(Title::stored),
            role: Role::named(&role).unwrap_or_default(),
            may_own: stored.flag("may_own"),
            standing: standing(stored),
            invitation: stored
                .number_if_any("invited_until")
                .map(|until| Invitation { mark: mark(stored), expires_at: Timestamp::from_millis(until) }),
            created_at: Timestamp::from_millis(stored.number("created_at")),
            last_login_at: moment(stored, "last_login_at"),
            version: stored.number("version"),
            claim: stored.text_if_any("claim"),
        }
    }

    fn write(&self, stored: &mut Members) {
        stored.text("id", self.id.as_str());
        stored.text_or_null("email", self.email.as_ref().map(Email::as_str));
        stored.text_or_null("name", self.name.as_ref().map(Title::as_str));
        stored.text("role", self.role.name());
        stored.flag("may_own", self.may_own);
        let (standing, heir, past) = match &self.standing {
            Standing::In => ("in", None, None),
            Standing::Disabled => ("disabled", None, None),
            Standing::Leaving { heir: Heir::Nobody, past } => ("leaving", None, past.as_ref()),
            Standing::Leaving { heir: Heir::User(heir), past } => ("leaving", Some(heir), past.as_ref()),
            Standing::Gone => ("gone", None, None),
        };
        stored.text("standing", standing);
        stored.text_or_null("heir", heir.map(UserId::as_str));
        stored.text_if_any("past", past.map(Domain::as_str));
        if let Some(invitation) = &self.invitation {
            stored.number("invited_until", invitation.expires_at.as_millis());
            stored.text("mark", &base64::encode(invitation.mark.as_bytes()));
        }
        stored.number("created_at", self.created_at.as_millis());
        stored.number_or_null("last_login_at", self.last_login_at.map(Timestamp::as_millis));
        stored.number("version", self.version);
        stored.text_or_null("claim", self.claim.as_deref());
    }
}

impl Keep for Team {
    fn read(stored: &mut Object) -> Self {
        Self { owners: stored.texts("owners").into_iter().map(UserId::stored).collect() }
    }

    fn write(&self, stored: &mut Members) {
        stored.texts("owners", self.owners.iter().map(UserId::as_str));
    }
}

impl Keep for Claimed {
    fn read(stored: &mut Object) -> Self {
        Self { by: UserId::stored(stored.text("by")) }
    }

    fn write(&self, stored: &mut Members) {
        stored.text("by", self.by.as_str());
    }
}

/// Whatever is not known to be in is not in.
fn standing(stored: &mut Object) -> Standing {
    let heir = stored.text_if_any("heir").map_or(Heir::Nobody, |heir| Heir::User(UserId::stored(heir)));
    let past = stored.text_if_any("past").map(Domain::stored);
    match stored.text("standing").as_str() {
        "in" => Standing::In,
        "leaving" => Standing::Leaving { heir, past },
        "gone" => Standing::Gone,
        _ => Standing::Disabled,
    }
}

fn moment(stored: &mut Object, name: &'static str) -> Option<Timestamp> {
    stored.number_if_any(name).map(Timestamp::from_millis)
}

fn mark(stored: &mut Object) -> Mark {
    let mark = stored.read("mark", |tree| Mark::stored(&base64::decode(&tree.text().ok()?)?));
    stored.needed("mark", mark)
}
