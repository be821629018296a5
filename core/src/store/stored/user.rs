//! The stored forms of users, the team and claims to e-mail addresses.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::bytes::StoredBytes;
use super::quota::StoredQuota;
use super::tokens::Tokens;
use super::{Millis, SchemaVersion};
use crate::model::account_password::AccountPassword;
use crate::model::domain::Domain;
use crate::model::link::UserId;
use crate::model::rights::Role;
use crate::model::session::{SessionGeneration, SessionId};
use crate::model::text::Title;
use crate::model::user::{Email, LinkRecipient, OneTimeToken, User, UserStatus};
use crate::store::guarded_record::RecordValue;
use crate::store::ports::StoreError;
use crate::store::{EmailClaim, Team};

/// A user. The role is stored by name.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredUser<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    id: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    role: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    may_own: bool,
    #[serde(rename = "standing")]
    status: StoredUserStatus<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<StoredOneTimeToken>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reset: Option<StoredOneTimeToken>,
    /// The hash of the password, as a PHC string.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<Cow<'a, str>>,
    /// The generation of their sessions, unless it is the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_generation: Option<StoredSessionGeneration<'a>>,
    created_at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login_at: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<StoredQuota>,
    version: u64,
    /// The name of the claim to the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<Cow<'a, str>>,
    tokens: Tokens,
}

/// A one-time token: its expiry and the digest of its secret.
#[derive(Serialize, Deserialize)]
struct StoredOneTimeToken {
    until: Millis,
    digest: StoredBytes<32>,
}

/// A generation of sessions.
#[derive(Serialize, Deserialize)]
struct StoredSessionGeneration<'a> {
    number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<Cow<'a, str>>,
}

/// The status of a user. An unknown one counts as disabled.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredUserStatus<'a> {
    #[serde(rename = "in")]
    Active,
    #[serde(rename = "leaving")]
    Deleting {
        #[serde(rename = "heir", skip_serializing_if = "Option::is_none")]
        recipient: Option<Cow<'a, str>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        past: Option<Cow<'a, str>>,
    },
    #[serde(rename = "gone")]
    Deleted,
    #[serde(other)]
    Disabled,
}

/// The owners of the deployment.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredTeam<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    owners: Vec<Cow<'a, str>>,
    tokens: Tokens,
}

/// The claim of a user to an e-mail address.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredEmailClaim<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    by: Cow<'a, str>,
    tokens: Tokens,
}

impl RecordValue for User {
    type Stored<'a> = StoredUser<'a>;

    fn store(&self, tokens: Tokens) -> StoredUser<'_> {
        StoredUser {
            schema: SchemaVersion,
            id: self.id.as_str().into(),
            email: self.email.as_ref().map(|email| email.as_str().into()),
            name: self.name.as_ref().map(|name| name.as_str().into()),
            role: self.role.name().into(),
            may_own: self.may_own,
            status: StoredUserStatus::from(&self.status),
            invitation: self.invitation.as_ref().map(StoredOneTimeToken::from),
            reset: self.reset.as_ref().map(StoredOneTimeToken::from),
            password: self.password.as_ref().map(|password| password.as_str().into()),
            session_generation: (self.session_generation != SessionGeneration::default())
                .then(|| StoredSessionGeneration::from(&self.session_generation)),
            created_at: self.created_at.into(),
            last_login_at: self.last_login_at.map(Millis::from),
            quota: self.quota.as_ref().map(StoredQuota::from),
            version: self.version,
            claim: self.claim.as_deref().map(Cow::from),
            tokens,
        }
    }

    fn restore(stored: StoredUser<'_>) -> Result<(Self, Tokens), StoreError> {
        let user = Self {
            id: UserId::stored(stored.id.into_owned()),
            email: stored.email.map(|email| Email::stored(email.into_owned())),
            name: stored.name.map(|name| Title::stored(name.into_owned())),
            role: Role::from_name(&stored.role).unwrap_or_default(),
            may_own: stored.may_own,
            status: stored.status.into(),
            invitation: stored.invitation.map(OneTimeToken::from),
            reset: stored.reset.map(OneTimeToken::from),
            password: stored.password.map(|password| AccountPassword::stored(password.into_owned())),
            session_generation: stored.session_generation.map(SessionGeneration::from).unwrap_or_default(),
            created_at: stored.created_at.into(),
            last_login_at: stored.last_login_at.map(Into::into),
            quota: stored.quota.and_then(Into::into),
            version: stored.version,
            claim: stored.claim.map(Cow::into_owned),
        };
        Ok((user, stored.tokens))
    }
}

impl<'a> From<&'a SessionGeneration> for StoredSessionGeneration<'a> {
    fn from(generation: &'a SessionGeneration) -> Self {
        Self { number: generation.number, kept: generation.kept.as_ref().map(|kept| kept.as_str().into()) }
    }
}

impl From<StoredSessionGeneration<'_>> for SessionGeneration {
    fn from(StoredSessionGeneration { number, kept }: StoredSessionGeneration<'_>) -> Self {
        Self { number, kept: kept.map(|kept| SessionId::stored(kept.into_owned())) }
    }
}

impl From<&OneTimeToken> for StoredOneTimeToken {
    fn from(token: &OneTimeToken) -> Self {
        Self { until: token.expires_at.into(), digest: token.digest.clone().into() }
    }
}

impl From<StoredOneTimeToken> for OneTimeToken {
    fn from(StoredOneTimeToken { until, digest }: StoredOneTimeToken) -> Self {
        Self { digest: digest.into(), expires_at: until.into() }
    }
}

impl<'a> From<&'a UserStatus> for StoredUserStatus<'a> {
    fn from(status: &'a UserStatus) -> Self {
        match status {
            UserStatus::Active => Self::Active,
            UserStatus::Disabled => Self::Disabled,
            UserStatus::Deleting { recipient, past } => {
                let recipient = match recipient {
                    LinkRecipient::Unowned => None,
                    LinkRecipient::User(recipient) => Some(recipient.as_str().into()),
                };
                Self::Deleting { recipient, past: past.as_ref().map(|past| past.as_str().into()) }
            }
            UserStatus::Deleted => Self::Deleted,
        }
    }
}

impl From<StoredUserStatus<'_>> for UserStatus {
    fn from(stored: StoredUserStatus<'_>) -> Self {
        match stored {
            StoredUserStatus::Active => Self::Active,
            StoredUserStatus::Disabled => Self::Disabled,
            StoredUserStatus::Deleting { recipient, past } => Self::Deleting {
                recipient: recipient
                    .map_or(LinkRecipient::Unowned, |recipient| LinkRecipient::User(UserId::stored(recipient.into_owned()))),
                past: past.map(|past| Domain::stored(past.into_owned())),
            },
            StoredUserStatus::Deleted => Self::Deleted,
        }
    }
}

impl RecordValue for Team {
    type Stored<'a> = StoredTeam<'a>;

    fn store(&self, tokens: Tokens) -> StoredTeam<'_> {
        StoredTeam { schema: SchemaVersion, owners: self.owners.iter().map(|owner| owner.as_str().into()).collect(), tokens }
    }

    fn restore(stored: StoredTeam<'_>) -> Result<(Self, Tokens), StoreError> {
        let owners = stored.owners.into_iter().map(|owner| UserId::stored(owner.into_owned())).collect();
        Ok((Self { owners }, stored.tokens))
    }
}

impl RecordValue for EmailClaim {
    type Stored<'a> = StoredEmailClaim<'a>;

    fn store(&self, tokens: Tokens) -> StoredEmailClaim<'_> {
        StoredEmailClaim { schema: SchemaVersion, by: self.by.as_str().into(), tokens }
    }

    fn restore(stored: StoredEmailClaim<'_>) -> Result<(Self, Tokens), StoreError> {
        Ok((Self { by: UserId::stored(stored.by.into_owned()) }, stored.tokens))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::stored;

    const MARK: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    /// The JSON of a user with this status and the members in `more`.
    fn user(status: &str, more: &str) -> String {
        format!(r#"{{"v":1,"id":"usr_1","role":"editor","standing":{status},{more}"created_at":1,"version":2,"#)
            + r#""tokens":{"created":"t","recent":["t"]}}"#
    }

    fn restore_and_store(json: &str) -> Option<String> {
        let (user, tokens) = User::restore(stored::read(json.as_bytes()).ok()?).ok()?;
        stored::write(&user.store(tokens)).ok()
    }

    #[test]
    fn user_is_stored_and_read_back() {
        for status in [
            r#""in""#,
            r#""disabled""#,
            r#""gone""#,
            r#"{"leaving":{}}"#,
            r#"{"leaving":{"heir":"usr_2"}}"#,
            r#"{"leaving":{"heir":"usr_2","past":"a.example"}}"#,
        ] {
            let json = user(status, "");
            assert_eq!(restore_and_store(&json), Some(json));
        }
        for more in [
            format!(r#""invitation":{{"until":5,"digest":"{MARK}"}},"#),
            format!(r#""reset":{{"until":5,"digest":"{MARK}"}},"#),
            r#""password":"$argon2id$v=19$m=8,t=1,p=1,keyid=AAAAAAAAAAA$c2FsdA$aGFzaA","#.into(),
            r#""password":"","#.into(),
            r#""session_generation":{"number":5},"#.into(),
            r#""session_generation":{"number":5,"kept":"ses_1"},"#.into(),
        ] {
            let json = user(r#""in""#, &more);
            assert_eq!(restore_and_store(&json), Some(json));
        }
        let with_quota = user(r#""in""#, "").replace(r#""version""#, r#""quota":{"links_per_day":3,"counts_from":5},"version""#);
        assert_eq!(restore_and_store(&with_quota), Some(with_quota));
        let json = r#"{"v":1,"id":"usr_1","email":"a@b.example","name":"n","role":"admin","may_own":true,"standing":"in","created_at":1,"#;
        let json = format!(r#"{json}"last_login_at":3,"version":2,"tokens":{{"created":"t","recent":["t"]}}}}"#);
        assert_eq!(restore_and_store(&json), Some(json));
    }

    #[test]
    fn user_of_unknown_status_is_disabled() {
        assert_eq!(restore_and_store(&user(r#""something""#, "")), Some(user(r#""disabled""#, "")));
    }

    #[test]
    fn invitation_without_its_digest_is_corrupt() {
        assert_eq!(restore_and_store(&user(r#""in""#, r#""invitation":{"until":5},"#)), None);
        assert_eq!(restore_and_store(&user(r#""in""#, r#""invitation":{"until":5,"digest":"AAAA"},"#)), None);
    }
}
