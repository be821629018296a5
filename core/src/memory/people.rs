//! Users and keys written behind hop's back: as they are after months, without the months.

use super::{MemoryEdge, MemoryRecords};
use crate::model::digest::Pepper;
use crate::model::domain::Domain;
use crate::model::key::{ApiKey, KeyId, PresentedKey};
use crate::model::link::UserId;
use crate::model::rights::{Role, Scope};
use crate::model::text::Title;
use crate::model::time::Timestamp;
use crate::model::user::{LinkRecipient, User, UserStatus};
use crate::store::ports::{NoEntropy, StoreError};
use crate::store::{Change, GuardedRecord, Key, Team, id_source};

/// A key to plant. One that says nothing is good for everything, on every domain, for ever.
#[derive(Clone, Copy, Debug, Default)]
pub struct Planted<'a> {
    /// By their names; all there are, if none are given.
    pub scopes: Option<&'a [&'a str]>,
    /// The only ones it is for.
    pub domains: Option<&'a [&'a str]>,
    /// Since or from when it is not valid any more.
    pub expires_at: Option<Timestamp>,
    /// Whether it was revoked.
    pub is_revoked: bool,
}

impl MemoryRecords {
    /// Plants the user `usr_…`, in place of whoever had the id. `role` and `standing` are called as they are stored.
    pub fn plant_user(&self, id: &str, role: &str, standing: &str) {
        let id = UserId::stored(id.into());
        let role = Role::named(role).unwrap_or_default();
        let user = User {
            id: id.clone(),
            // An address would need a claim.
            email: None,
            name: None,
            role: role.min(Role::Admin),
            may_own: role == Role::Owner,
            standing: match standing {
                "in" => UserStatus::Active,
                "leaving" => UserStatus::Deleting { heir: LinkRecipient::Unowned, past: None },
                "gone" => UserStatus::Deleted,
                _ => UserStatus::Disabled,
            },
            invitation: None,
            created_at: Timestamp::from_millis(1),
            last_login_at: None,
            version: 1,
            claim: None,
        };
        let team = self.peek(&Key::team()).and_then(|record| GuardedRecord::<Team>::decode(&record).ok());
        let mut owners = team.map(|team| team.what.owners).unwrap_or_default();
        owners.retain(|owner| *owner != id);
        if role == Role::Owner {
            owners.push(id.clone());
        }
        self.keep(GuardedRecord::put(None, Key::user(&id), &user, "planted".into()));
        self.plant_team(owners);
    }

    /// Plants who owns the deployment, whatever is said of them otherwise.
    pub fn plant_owners(&self, ids: &[&str]) {
        self.plant_team(ids.iter().map(|id| UserId::stored((*id).into())).collect());
    }

    fn plant_team(&self, mut owners: Vec<UserId>) {
        owners.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        self.keep(GuardedRecord::put(None, Key::team(), &Team { owners }, "planted".into()));
    }

    fn keep(&self, change: Result<Change, StoreError>) {
        if let Ok(change) = change {
            self.plant(&change.key, &change.value);
        }
    }
}

impl MemoryEdge {
    /// Plants a key of the user `owner` and says what its holder shows.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn plant_key(&self, pepper: &str, owner: &str, key: &Planted<'_>) -> Result<String, NoEntropy> {
        let shown = PresentedKey::new(id_source::random_96(self)?, id_source::random_secret(self)?);
        let named = |names: &[&str]| names.iter().filter_map(|name| Scope::named(name)).collect();
        let kept = ApiKey {
            id: KeyId::stored(shown.id.as_str().into()),
            name: Title::stored("planted".into()),
            scopes: key.scopes.map_or_else(|| Scope::ALL.to_vec(), named),
            domains: key.domains.map(|domains| domains.iter().map(|domain| Domain::stored((*domain).into())).collect()),
            owner: UserId::stored(owner.into()),
            created_by: None,
            issuers: Vec::new(),
            most: Role::Owner,
            created_at: Timestamp::from_millis(1),
            expires_at: key.expires_at,
            last_used_at: None,
            revoked_at: key.is_revoked.then_some(Timestamp::from_millis(2)),
            digest: shown.digest(&Pepper::new(pepper)),
        };
        self.records.keep(GuardedRecord::put(None, Key::api_key(&shown.id), &kept, "planted".into()));
        Ok(shown.expose())
    }
}
