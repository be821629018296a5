//! Draws: what nobody can guess. From the edge's randomness, or, for a request that may be repeated, from what names the request: then
//! the same request draws the same.

use crate::model::base58;
use crate::model::digest::KeyedDigest;
use crate::model::key::SECRET_CHARS;
use crate::store::ports::{Edge, NoEntropy};

/// 96 random bits, always 17 characters.
pub(crate) fn random_96(edge: &impl Edge) -> Result<String, NoEntropy> {
    random_96_behind("", edge)
}

/// The same behind `prefix`.
pub(crate) fn random_96_behind(prefix: &str, edge: &impl Edge) -> Result<String, NoEntropy> {
    let mut bytes = [0; 12];
    edge.random(&mut bytes)?;
    Ok(base58::encode_96_with_prefix(prefix, bytes))
}

/// 256 random bits as somebody may be given them.
pub(crate) fn random_secret(edge: &impl Edge) -> Result<String, NoEntropy> {
    base58::text(base58::ALPHABET, SECRET_CHARS, |bytes| edge.random(bytes))
}

/// Where draws come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum IdSource {
    Random,
    Repeatable(KeyedDigest),
}

impl IdSource {
    /// The source for part `number` of a request that does many things.
    pub(crate) fn part(&self, number: usize) -> Self {
        match self {
            Self::Random => Self::Random,
            Self::Repeatable(seed) => Self::Repeatable(seed.derive("part", &[number.to_string().as_bytes()])),
        }
    }

    pub(crate) fn is_repeatable(&self) -> bool {
        matches!(self, Self::Repeatable(_))
    }

    /// 96 bits as a name. What is repeatable is so for one purpose.
    pub(crate) fn name(&self, edge: &impl Edge, purpose: &str) -> Result<String, NoEntropy> {
        match self {
            Self::Random => random_96(edge),
            Self::Repeatable(seed) => Ok(seed.derive(purpose, &[]).name()),
        }
    }

    /// `length` characters of `alphabet`.
    pub(crate) fn text(&self, edge: &impl Edge, purpose: &str, alphabet: &[u8], length: usize) -> Result<String, NoEntropy> {
        let mut round = 0_u64;
        base58::text(alphabet, length, |bytes| match self {
            Self::Random => edge.random(bytes),
            Self::Repeatable(seed) => {
                let digest = seed.derive(purpose, &[&round.to_be_bytes()]);
                bytes.iter_mut().zip(digest.as_bytes()).for_each(|(byte, drawn)| *byte = *drawn);
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
    fn names_and_secrets_are_new_each_time() {
        let edge = MemoryEdge::new(1);
        let [(name, secret), (other_name, other_secret)] = [(); 2].map(|()| (random_96(&edge).unwrap(), random_secret(&edge).unwrap()));
        assert!(name != other_name && secret != other_secret && !secret.contains(&name));
        assert_eq!((name.len(), secret.len()), (17, SECRET_CHARS));
    }

    #[test]
    fn a_repeatable_draw_is_repeated_and_a_random_one_is_not() {
        let edge = MemoryEdge::new(1);
        let seed = IdSource::Repeatable(Pepper::new("p").digest("x", &[]));
        let draws = |source: &IdSource, purpose: &str| {
            (source.name(&edge, purpose).unwrap(), source.text(&edge, purpose, base58::ALPHABET, 40).unwrap())
        };
        assert_eq!(draws(&seed, "a"), draws(&seed, "a"));
        let others = [
            draws(&seed, "b"),
            draws(&seed.part(1), "a"),
            draws(&seed.part(2), "a"),
            draws(&IdSource::Random, "a"),
            draws(&IdSource::Random, "a"),
        ];
        for (number, (name, text)) in others.iter().enumerate() {
            assert_eq!((name.len(), text.len()), (17, 40));
            assert!(*name != draws(&seed, "a").0 && *text != draws(&seed, "a").1);
            assert!(others.iter().skip(number + 1).all(|(other, _)| other != name));
        }
        // One round of bytes does not fill it: the rounds differ.
        let (_, text) = draws(&seed, "a");
        assert_ne!(text.get(..10), text.get(20..30));
    }
}
