//! The source of ids, tokens and secrets that cannot be guessed: random, or derived from an idempotency key. Derived
//! ids are the same when the request is repeated.

use crate::model::base58;
use crate::model::digest::KeyedDigest;
use crate::model::key::SECRET_CHARS;
use crate::store::ports::{Edge, NoEntropy};

/// A random id of 96 bits, always 17 characters.
pub(crate) fn random_96(edge: &impl Edge) -> Result<String, NoEntropy> {
    random_96_with_prefix("", edge)
}

/// The same after `prefix`.
pub(crate) fn random_96_with_prefix(prefix: &str, edge: &impl Edge) -> Result<String, NoEntropy> {
    let mut bytes = [0; 12];
    edge.random(&mut bytes)?;
    Ok(base58::encode_96_with_prefix(prefix, bytes))
}

/// A random secret of 256 bits, as text.
pub(crate) fn random_secret(edge: &impl Edge) -> Result<String, NoEntropy> {
    base58::text(base58::ALPHABET, SECRET_CHARS, |bytes| edge.random(bytes))
}

/// The source of ids of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum IdSource {
    /// The randomness of the edge.
    Random,
    /// A digest from which ids are derived: the same for each repetition of a request.
    Repeatable(KeyedDigest),
}

impl IdSource {
    /// The source for part `number` of a request, such as an item of a batch.
    pub(crate) fn part(&self, number: usize) -> Self {
        match self {
            Self::Random => Self::Random,
            Self::Repeatable(seed) => Self::Repeatable(seed.derive("part", &[number.to_string().as_bytes()])),
        }
    }

    pub(crate) fn is_repeatable(&self) -> bool {
        matches!(self, Self::Repeatable(_))
    }

    /// An id of 96 bits. A repeatable source returns the same id for the same purpose.
    pub(crate) fn name(&self, edge: &impl Edge, purpose: &str) -> Result<String, NoEntropy> {
        match self {
            Self::Random => random_96(edge),
            Self::Repeatable(seed) => Ok(seed.derive(purpose, &[]).name()),
        }
    }

    /// A text of `length` characters of `alphabet`. A repeatable source returns the same text for the same purpose.
    pub(crate) fn text(&self, edge: &impl Edge, purpose: &str, alphabet: &[u8], length: usize) -> Result<String, NoEntropy> {
        let mut round = 0_u64;
        base58::text(alphabet, length, |bytes| match self {
            Self::Random => edge.random(bytes),
            Self::Repeatable(seed) => {
                let digest = seed.derive(purpose, &[&round.to_be_bytes()]);
                bytes.iter_mut().zip(digest.as_bytes()).for_each(|(byte, derived)| *byte = *derived);
                round = round.saturating_add(1);
                Ok(())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryEdge;
    use crate::model::digest::Pepper;

    #[test]
    fn random_ids_and_secrets_differ_each_time() {
        let edge = MemoryEdge::new(1);
        let [(name, secret), (other_name, other_secret)] = [(); 2].map(|()| (random_96(&edge).unwrap(), random_secret(&edge).unwrap()));
        assert!(name != other_name && secret != other_secret && !secret.contains(&name));
        assert_eq!((name.len(), secret.len()), (17, SECRET_CHARS));
    }

    #[test]
    fn repeatable_source_repeats_and_random_does_not() {
        let edge = MemoryEdge::new(1);
        let seed = IdSource::Repeatable(Pepper::new("p").digest("x", &[]));
        let generate = |source: &IdSource, purpose: &str| {
            (source.name(&edge, purpose).unwrap(), source.text(&edge, purpose, base58::ALPHABET, 40).unwrap())
        };
        assert_eq!(generate(&seed, "a"), generate(&seed, "a"));
        let others = [
            generate(&seed, "b"),
            generate(&seed.part(1), "a"),
            generate(&seed.part(2), "a"),
            generate(&IdSource::Random, "a"),
            generate(&IdSource::Random, "a"),
        ];
        for (number, (name, text)) in others.iter().enumerate() {
            assert_eq!((name.len(), text.len()), (17, 40));
            assert!(*name != generate(&seed, "a").0 && *text != generate(&seed, "a").1);
            assert!(others.iter().skip(number + 1).all(|(other, _)| other != name));
        }
        // The text needs several rounds of bytes, and the rounds differ.
        let (_, text) = generate(&seed, "a");
        assert_ne!(text.get(..10), text.get(20..30));
    }
}
