//! The keys of access tokens: the secret `HOP_JWT_KEYS`, or a key derived from the pepper.

use crate::model::digest::Pepper;
use crate::model::secret::Secret;

/// Shortest secret of a key in characters. HS256 needs 256 bits.
const SECRET_MIN_CHARS: usize = 32;

/// Longest name of a key.
const NAME_MAX_CHARS: usize = 32;

/// The most keys. A rotation needs two.
const MAX_KEYS: usize = 8;

/// The keys of access tokens. The first signs, all verify.
#[derive(Debug)]
pub(crate) struct TokenKeys(Vec<TokenKey>);

/// A key of access tokens.
#[derive(Debug)]
pub(crate) struct TokenKey {
    /// The name of the key, `kid` in a token.
    pub(crate) name: String,
    pub(crate) secret: Secret,
}

impl TokenKeys {
    /// Parses `HOP_JWT_KEYS`: words of the form `<kid>:<secret>`. The reason of an error contains no secret.
    pub(crate) fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, &'static str> {
        let mut keys: Vec<TokenKey> = Vec::new();
        for word in words {
            let (name, secret) = word.split_once(':').ok_or("HOP_JWT_KEYS: write each key as name:secret")?;
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            if !(1..=NAME_MAX_CHARS).contains(&name.len()) || !name.bytes().all(is_plain) {
                return Err("HOP_JWT_KEYS: the name of a key has 1 to 32 letters, digits, - and _");
            }
            if secret.chars().count() < SECRET_MIN_CHARS {
                return Err("HOP_JWT_KEYS: a secret must have at least 32 characters");
            }
            if keys.iter().any(|key| key.name == name) {
                return Err("HOP_JWT_KEYS: two keys have the same name");
            }
            keys.push(TokenKey { name: name.to_owned(), secret: Secret::new(secret) });
        }
        if keys.is_empty() || keys.len() > MAX_KEYS {
            return Err("HOP_JWT_KEYS: list 1 to 8 keys");
        }
        Ok(Self(keys))
    }

    /// A key for each pepper, the current one first.
    pub(crate) fn derive<'a>(peppers: impl IntoIterator<Item = &'a Pepper>) -> Self {
        let key = |pepper: &Pepper| {
            let name = pepper.digest("token-key-name", &[]).name();
            TokenKey { name, secret: Secret::from_bytes(pepper.digest("token-key", &[]).as_bytes()) }
        };
        Self(peppers.into_iter().map(key).collect())
    }

    /// The key that signs.
    pub(crate) fn signing(&self) -> Option<&TokenKey> {
        self.0.first()
    }

    /// All keys.
    pub(crate) fn all(&self) -> &[TokenKey] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn names(text: &str) -> Result<Vec<String>, &'static str> {
        let keys = TokenKeys::parse(text.split_whitespace())?;
        Ok(keys.all().iter().map(|key| key.name.clone()).collect())
    }

    #[test]
    fn first_key_signs_and_all_verify() {
        let text = format!("new:{SECRET} old:{SECRET}:x");
        assert_eq!(names(&text), Ok(vec!["new".into(), "old".into()]));
        let keys = TokenKeys::parse(text.split_whitespace()).unwrap();
        assert_eq!(keys.signing().unwrap().name, "new");
        assert!(keys.all()[1].secret.is(format!("{SECRET}:x").as_bytes()), "a secret may contain a colon");
    }

    #[test]
    fn invalid_keys_are_refused_without_their_secret() {
        let nine: Vec<String> = (0..9).map(|number| format!("{number}:{SECRET}")).collect();
        for (text, reason) in [
            ("", "list 1 to 8"),
            (&*nine.join(" "), "list 1 to 8"),
            (SECRET, "name:secret"),
            (&format!(":{SECRET}"), "name of a key"),
            (&format!("a.b:{SECRET}"), "name of a key"),
            (&format!("{}:{SECRET}", "a".repeat(33)), "name of a key"),
            ("a:0123456789abcdef0123456789abcde", "at least 32"),
            (&format!("a:{SECRET} a:{SECRET}x"), "the same name"),
        ] {
            let error = names(text).unwrap_err();
            assert!(error.contains(reason) && !error.contains("0123"), "{text}: {error}");
        }
        assert!(names(&format!("{}:{SECRET}", "a".repeat(32))).is_ok() && names(&nine[1..].join(" ")).is_ok());
    }

    #[test]
    fn each_pepper_derives_a_key_of_its_own() {
        let keys = TokenKeys::derive([&Pepper::new("p"), &Pepper::new("q")]);
        let [current, old] = keys.all() else { panic!("two keys") };
        assert!(current.name != old.name && !current.secret.is(old.secret.expose()));
        assert!(!current.secret.is(Pepper::new("p").digest("other", &[]).as_bytes()));
    }
}
