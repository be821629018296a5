//! Fixtures: users and API keys written directly to the memory store, including states that the API takes long to
//! reach.

use super::{MemoryEdge, MemoryRecords};
use crate::model::digest::Pepper;
use crate::model::domain::Domain;
use crate::model::key::{ApiKey, KeyId, PresentedKey};
use crate::model::link::UserId;
use crate::model::rights::{Role, Scope};
use crate::model::session::SessionGeneration;
use crate::model::text::Title;
use crate::model::time::Timestamp;
use crate::model::user::{LinkRecipient, User, UserStatus};
use crate::store::ports::{NoEntropy, StoreError};
use crate::store::{Change, GuardedRecord, Key, Team, id_source};

/// The properties of an API key to plant. The default has all scopes on all domains and never expires.
#[derive(Clone, Copy, Debug, Default)]
pub struct Planted<'a> {
    /// The scopes by name; nothing for all.
    pub scopes: Option<&'a [&'a str]>,
    /// The domains of the key; nothing for all.
    pub domains: Option<&'a [&'a str]>,
    /// The expiry, in the past or the future.
    pub expires_at: Option<Timestamp>,
    /// Whether the key is revoked.
    pub is_revoked: bool,
}

impl MemoryRecords {
    /// Writes the user with the id `id` (`usr_…`), replacing one with the same id. `role` and `status` have their
    /// stored names.
    pub fn plant_user(&self, id: &str, role: &str, status: &str) {
        let id = UserId::stored(id.into());
        let role = Role::from_name(role).unwrap_or_default();
        let user = User {
            id: id.clone(),
            // An e-mail address would need a claim.
            email: None,
            name: None,
            role: role.min(Role::Admin),
            may_own: role == Role::Owner,
            status: match status {
                "in" => UserStatus::Active,
                "leaving" => UserStatus::Deleting { recipient: LinkRecipient::Unowned, past: None },
                "gone" => UserStatus::Deleted,
                _ => UserStatus::Disabled,
            },
            invitation: None,
            reset: None,
            password: None,
            session_generation: SessionGeneration::default(),
            created_at: Timestamp::from_millis(1),
            last_login_at: None,
            quota: None,
            version: 1,
            claim: None,
        };
        let team = self.peek(&Key::team()).and_then(|record| GuardedRecord::<Team>::decode(&record).ok());
        let mut owners = team.map(|team| team.value.owners).unwrap_or_default();
        owners.retain(|owner| *owner != id);
        if role == Role::Owner {
            owners.push(id.clone());
        }
        self.write_unguarded(GuardedRecord::put(None, Key::user(&id), &user, "planted".into()));
        self.plant_team(owners);
    }

    /// Writes the owners of the deployment, independent of the user records.
    pub fn plant_owners(&self, ids: &[&str]) {
        self.plant_team(ids.iter().map(|id| UserId::stored((*id).into())).collect());
    }

    fn plant_team(&self, mut owners: Vec<UserId>) {
        owners.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        self.write_unguarded(GuardedRecord::put(None, Key::team(), &Team { owners }, "planted".into()));
    }

    /// Writes the record of a change without its guard.
    fn write_unguarded(&self, change: Result<Change, StoreError>) {
        if let Ok(change) = change {
            self.plant(&change.key, &change.value);
        }
    }
}

impl MemoryEdge {
    /// Writes an API key of the user `owner`, and returns the key as a client sends it.
    ///
    /// # Errors
    /// If the source of randomness fails.
    pub fn plant_key(&self, pepper: &str, owner: &str, key: &Planted<'_>) -> Result<String, NoEntropy> {
        let presented = PresentedKey::new(id_source::random_96(self)?, id_source::random_secret(self)?);
        let named = |names: &[&str]| names.iter().filter_map(|name| Scope::from_name(name)).collect();
        let api_key = ApiKey {
            id: KeyId::stored(presented.id.as_str().into()),
            name: Title::stored("planted".into()),
            scopes: key.scopes.map_or_else(|| Scope::ALL.to_vec(), named),
            domains: key.domains.map(|domains| domains.iter().map(|domain| Domain::stored((*domain).into())).collect()),
            owner: UserId::stored(owner.into()),
            created_by: None,
            issuers: Vec::new(),
            max_role: Role::Owner,
            created_at: Timestamp::from_millis(1),
            expires_at: key.expires_at,
            last_used_at: None,
            revoked_at: key.is_revoked.then_some(Timestamp::from_millis(2)),
            quota: None,
            digest: presented.digest(&Pepper::new(pepper)),
        };
        self.records.write_unguarded(GuardedRecord::put(None, Key::api_key(&presented.id), &api_key, "planted".into()));
        Ok(presented.expose())
    }
}
