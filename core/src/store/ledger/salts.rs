//! Salts: a random key for each UTC day, without which a coupon of a visitor cannot be computed.
//!
//! The first shard makes the salt of a day on the day before, and stores it where it expires two days later and no
//! backup keeps it. A salt is used only when it is an hour old, because until then some isolates may not see it.

use crate::model::stats::Day;
use crate::model::time::Timestamp;
use crate::store::ledger::stored;
use crate::store::ports::{NoEntropy, SaltStore, StoreError};

/// How old a salt must be.
const MIN_AGE_MILLIS: u64 = 60 * 60 * 1_000;

/// How long a salt is stored: until the end of its day in any case, at most a day longer.
pub(crate) const LIFETIME_SECONDS: u32 = 48 * 60 * 60;

/// The salt of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Salt {
    pub(crate) bytes: [u8; 32],
    pub(crate) made_at: Timestamp,
}

impl Salt {
    /// The name of the salt of a day.
    pub(crate) fn name(day: Day) -> String {
        format!("salt/{day}")
    }

    pub(crate) fn encode(&self) -> Result<String, StoreError> {
        stored::write_salt(self)
    }

    pub(crate) fn decode(text: &[u8]) -> Result<Self, StoreError> {
        stored::read_salt(text)
    }

    /// Whether all isolates can see it.
    pub(crate) fn is_usable(&self, now: Timestamp) -> bool {
        now.millis_since(self.made_at) >= MIN_AGE_MILLIS
    }
}

/// Makes the salts of today and tomorrow, if they are missing.
///
/// # Errors
/// If the store fails, or `random`.
pub(super) async fn ensure_salts(
    salts: &impl SaltStore,
    now: Timestamp,
    random: impl Fn(&mut [u8]) -> Result<(), NoEntropy>,
) -> Result<(), StoreError> {
    let today = Day::of(now);
    for day in [today, today.next()] {
        let name = Salt::name(day);
        if salts.get(&name).await?.is_some() {
            continue;
        }
        let mut salt = Salt { bytes: [0; 32], made_at: now };
        random(&mut salt.bytes).map_err(|NoEntropy(cause)| StoreError::Unavailable(cause))?;
        salts.put(&name, &salt.encode()?, LIFETIME_SECONDS).await?;
    }
    Ok(())
}
