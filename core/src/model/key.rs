//! API keys: the credentials of programs.

use std::fmt;

use subtle::ConstantTimeEq as _;

use crate::model::base58;
use crate::model::digest::{KeyedDigest, Pepper};
use crate::model::domain::Domain;
use crate::model::link::UserId;
use crate::model::quota::Quota;
use crate::model::rights::{Role, Scope};
use crate::model::text::Title;
use crate::model::time::Timestamp;

/// Prefix of every key, so that people and secret scanners recognise one.
const PREFIX: &str = "hop_";

/// Length of a secret: 256 bits in the alphabet of [`base58`], since 58^44 is more than 2^256.
pub(crate) const SECRET_CHARS: usize = 44;

/// Limit of issuers per key. Each issuer is read whenever the key is used, and an edge may limit the reads of a
/// request.
pub(crate) const MAX_ISSUERS: usize = 2;

/// The public id of a key. It never changes and is not secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyId(String);

impl KeyId {
    /// Parses an id as the API writes it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        base58::is_96(text).then(|| Self(text.to_owned()))
    }

    /// Wraps an id that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A key as a caller sends it: `hop_<id>_<secret>`. `Debug` redacts the secret.
pub(crate) struct PresentedKey {
    pub(crate) id: KeyId,
    secret: String,
}

impl fmt::Debug for PresentedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}_[redacted]", self.id.as_str())
    }
}

impl PresentedKey {
    /// A key with this random id and this random secret.
    pub(crate) fn new(id: String, secret: String) -> Self {
        Self { id: KeyId(id), secret }
    }

    /// Parses a credential. Only its form is checked.
    pub(crate) fn parse(credential: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(credential).ok()?.strip_prefix(PREFIX)?;
        let (id, secret) = text.split_once('_')?;
        is_secret(secret).then_some(())?;
        Some(Self { id: KeyId::parse(id)?, secret: secret.to_owned() })
    }

    /// The whole key with its secret. Only the response that creates it shows this.
    pub(crate) fn expose(&self) -> String {
        [PREFIX, self.id.as_str(), "_", &self.secret].concat()
    }

    /// The digest to store.
    pub(crate) fn digest(&self, pepper: &Pepper) -> SecretDigest {
        SecretDigest::compute(pepper, "key", self.id.as_str(), &self.secret)
    }
}

/// Whether `text` has the form of a secret that hop issues.
pub(crate) fn is_secret(text: &str) -> bool {
    text.len() == SECRET_CHARS && text.bytes().all(|byte| base58::ALPHABET.contains(&byte))
}

/// Keyed digest of a secret that hop issued. It verifies the secret and does not reveal it.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// The digest of the secret that was issued to `id` for `purpose`.
    pub(crate) fn compute(pepper: &Pepper, purpose: &str, id: &str, secret: &str) -> Self {
        let keyed: KeyedDigest = pepper.digest(purpose, &[id.as_bytes(), secret.as_bytes()]);
        Self(*keyed.as_bytes())
    }

    /// Wraps a digest that was read from the store.
    pub(crate) fn stored(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether both are digests of the same secret, compared in constant time.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// A key and its rights.
#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub(crate) id: KeyId,
    pub(crate) name: Title,
    /// Sorted, without duplicates.
    pub(crate) scopes: Vec<Scope>,
    /// Sorted domains to which the key is limited. `None` means every domain.
    pub(crate) domains: Option<Vec<Domain>>,
    /// The user whose role the key has.
    pub(crate) owner: UserId,
    /// The user who created it. `None` means the bootstrap admin.
    pub(crate) created_by: Option<UserId>,
    /// The users besides its owner who must still have the right to create it: its creator, and the issuers of the key
    /// that created it. Sorted, at most [`MAX_ISSUERS`].
    pub(crate) issuers: Vec<UserId>,
    /// The highest role the key can have: the role of its creator, even if its owner is promoted later.
    pub(crate) max_role: Role,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
    /// How many links may be created with the key.
    pub(crate) quota: Option<Quota>,
    pub(crate) digest: SecretDigest,
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a slice that splits a character fails the test")]
mod tests {
    use super::*;

    fn key() -> PresentedKey {
        PresentedKey::new("1".repeat(17), "z".repeat(SECRET_CHARS))
    }

    #[test]
    fn an_exposed_key_parses_back() {
        let key = key();
        let text = key.expose();
        let parts: Vec<&str> = text.split('_').collect();
        assert_eq!((parts.len(), parts[0], parts[1], parts[2].len()), (3, "hop", key.id.as_str(), SECRET_CHARS));
        let parsed = PresentedKey::parse(text.as_bytes()).unwrap();
        assert_eq!((&parsed.id, &parsed.secret), (&key.id, &key.secret));
        assert_eq!(format!("{parsed:?}"), format!("hop_{}_[redacted]", key.id.as_str()));
    }

    #[test]
    fn malformed_keys_do_not_parse() {
        let text = key().expose();
        let (id, secret) = (&text[4..21], &text[22..]);
        assert!(PresentedKey::parse(text.as_bytes()).is_some());
        for other in [
            String::new(),
            "hop_".into(),
            "hop__".into(),
            format!("hop_{id}"),
            format!("hop_{id}_"),
            format!("hop__{secret}"),
            format!("hop_{id}_{}", &secret[1..]),
            format!("hop_{id}_{secret}1"),
            format!("hop_{id}__{}", &secret[1..]),
            format!("hop_{}_{secret}", &id[1..]),
            format!("hop_{id}1_{secret}"),
            format!("hop_{id}_0{}", &secret[1..]),
            format!("hop_0{}_{secret}", &id[1..]),
            format!("hop_{id}_{}é", &secret[2..]),
            format!("HOP_{id}_{secret}"),
            format!(" {text}"),
            format!("{text} "),
            format!("{text}\n"),
            text.repeat(200),
            format!("hop_{}", "_".repeat(10_000)),
        ] {
            assert!(PresentedKey::parse(other.as_bytes()).is_none(), "{other}");
        }
        assert!(PresentedKey::parse(&[text.as_bytes(), &[0xFF]].concat()).is_none());
        assert!(["", "é", "../team", &"1".repeat(18)].iter().all(|id| KeyId::parse(id).is_none()));
    }

    #[test]
    fn digest_depends_on_pepper_purpose_id_and_secret() {
        let (key, pepper) = (key(), Pepper::new("pepper"));
        let digest = key.digest(&pepper);
        assert!(digest.is(&key.digest(&pepper)) && digest.is(&SecretDigest::stored(*digest.as_bytes())));
        let (id, secret) = (key.id.as_str(), key.secret.as_str());
        for other in [
            key.digest(&Pepper::new("another")),
            SecretDigest::compute(&pepper, "invitation", id, secret),
            SecretDigest::compute(&pepper, "key", &id[1..], secret),
            SecretDigest::compute(&pepper, "key", id, &secret[1..]),
            SecretDigest::compute(&pepper, "key", "", &[id, secret].concat()),
            SecretDigest::default(),
        ] {
            assert!(!digest.is(&other));
        }
    }
}
