//! API keys: what programs show to say for whom they ask.

use std::fmt;

use subtle::ConstantTimeEq as _;

use crate::model::base58;
use crate::model::digest::{KeyedDigest, Pepper};
use crate::model::domain::Domain;
use crate::model::link::UserId;
use crate::model::rights::{Role, Scope};
use crate::model::text::Title;
use crate::model::time::Timestamp;

/// Before every key, so that people and scanners know one when they see it.
const MARK: &str = "hop_";

/// Characters of a secret: 256 bits in the letters of [`base58`], since 58^44 is more than 2^256.
pub(crate) const SECRET_CHARS: usize = 44;

/// Each is read whenever the key is used, and an edge may limit how many records one request reads.
pub(crate) const MOST_ISSUERS: usize = 2;

/// The name of a key that never changes, and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyId(String);

impl KeyId {
    /// Reads an id as the API writes it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        base58::is_96(text).then(|| Self(text.to_owned()))
    }

    /// An id hop stored itself.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A key as its holder shows it: `hop_<id>_<secret>`. It is not printed.
pub(crate) struct PresentedKey {
    pub(crate) id: KeyId,
    secret: String,
}

impl fmt::Debug for PresentedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{}_[redacted]", self.id.as_str())
    }
}

impl PresentedKey {
    /// The key of this random name and this random secret.
    pub(crate) fn new(name: String, secret: String) -> Self {
        Self { id: KeyId(name), secret }
    }

    /// Reads what may be a key. Only the shape is looked at.
    pub(crate) fn parse(offered: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(offered).ok()?.strip_prefix(MARK)?;
        let (id, secret) = text.split_once('_')?;
        let is_one = secret.len() == SECRET_CHARS && secret.bytes().all(|byte| base58::ALPHABET.contains(&byte));
        is_one.then_some(())?;
        Some(Self { id: KeyId::parse(id)?, secret: secret.to_owned() })
    }

    /// The whole key: told once, to who made it.
    pub(crate) fn expose(&self) -> String {
        [MARK, self.id.as_str(), "_", &self.secret].concat()
    }

    /// What is kept of it.
    pub(crate) fn mark(&self, pepper: &Pepper) -> SecretDigest {
        SecretDigest::compute(pepper, "key", self.id.as_str(), &self.secret)
    }
}

/// What is kept of a secret that hop gave out: by it the secret is known again and not found out.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// That of the secret that `id` was given for `purpose`.
    pub(crate) fn compute(pepper: &Pepper, purpose: &str, id: &str, secret: &str) -> Self {
        let keyed: KeyedDigest = pepper.digest(purpose, &[id.as_bytes(), secret.as_bytes()]);
        Self(*keyed.as_bytes())
    }

    /// A mark hop stored itself.
    pub(crate) fn stored(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether both are of one secret, in a time that tells nothing.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// A key, and what it is good for.
#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub(crate) id: KeyId,
    pub(crate) name: Title,
    /// Sorted, each once.
    pub(crate) scopes: Vec<Scope>,
    /// The only domains it is for, sorted; every one if there are none named.
    pub(crate) domains: Option<Vec<Domain>>,
    /// Whose role it has.
    pub(crate) owner: UserId,
    /// The user who made it; nobody if that was the bootstrap admin.
    pub(crate) created_by: Option<UserId>,
    /// The users besides its owner who must still have the right to make it: its creator, and the issuers of the key it was made with. Sorted,
    /// at most [`MOST_ISSUERS`].
    pub(crate) issuers: Vec<UserId>,
    /// Never more than that of whoever made it, whatever becomes of its owner.
    pub(crate) most: Role,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
    pub(crate) mark: SecretDigest,
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a slice that splits a character fails the test")]
mod tests {
    use super::*;

    fn shown() -> PresentedKey {
        PresentedKey::new("1".repeat(17), "z".repeat(SECRET_CHARS))
    }

    #[test]
    fn a_key_is_read_as_it_was_told() {
        let shown = shown();
        let told = shown.expose();
        let parts: Vec<&str> = told.split('_').collect();
        assert_eq!((parts.len(), parts[0], parts[1], parts[2].len()), (3, "hop", shown.id.as_str(), SECRET_CHARS));
        let read = PresentedKey::parse(told.as_bytes()).unwrap();
        assert_eq!((&read.id, &read.secret), (&shown.id, &shown.secret));
        assert_eq!(format!("{read:?}"), format!("hop_{}_[redacted]", shown.id.as_str()));
    }

    #[test]
    fn what_has_not_the_shape_of_a_key_is_none() {
        let told = shown().expose();
        let (id, secret) = (&told[4..21], &told[22..]);
        assert!(PresentedKey::parse(told.as_bytes()).is_some());
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
            format!(" {told}"),
            format!("{told} "),
            format!("{told}\n"),
            told.repeat(200),
            format!("hop_{}", "_".repeat(10_000)),
        ] {
            assert!(PresentedKey::parse(other.as_bytes()).is_none(), "{other}");
        }
        assert!(PresentedKey::parse(&[told.as_bytes(), &[0xFF]].concat()).is_none());
        assert!(["", "é", "../team", &"1".repeat(18)].iter().all(|id| KeyId::parse(id).is_none()));
    }

    #[test]
    fn a_mark_is_of_one_secret_of_one_id_under_one_pepper() {
        let (shown, pepper) = (shown(), Pepper::new("pepper"));
        let mark = shown.mark(&pepper);
        assert!(mark.is(&shown.mark(&pepper)) && mark.is(&SecretDigest::stored(*mark.as_bytes())));
        let (id, secret) = (shown.id.as_str(), shown.secret.as_str());
        for other in [
            shown.mark(&Pepper::new("another")),
            SecretDigest::compute(&pepper, "invitation", id, secret),
            SecretDigest::compute(&pepper, "key", &id[1..], secret),
            SecretDigest::compute(&pepper, "key", id, &secret[1..]),
            SecretDigest::compute(&pepper, "key", "", &[id, secret].concat()),
            SecretDigest::default(),
        ] {
            assert!(!mark.is(&other));
        }
    }
}
