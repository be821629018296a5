//! Taking one of a few from a store that cannot count: each is a ticket, a key that only one writer can add.
//!
//! A taker tries tickets at random, which costs one write while there are many left. Only once a few are refused does it look for the mark
//! that says there are none, and list the tickets to see which are left. Nobody gives a ticket back: one that was listed or refused stays
//! taken, so whoever has met all of them knows that there are none left, and leaves the mark.
//!
//! A limit on clicks gives away every last ticket and takes up to 19 operations of the store for one. A limit on tries,
//! which expires, takes four at most, and may tell somebody to ask again though one is left.

use super::Key;
use super::keys::Prefix;
use super::stored::StoredExhaustion;
use crate::model::sorted::put_in_order;
use crate::model::time::Timestamp;
use crate::store::ports::{NoEntropy, Records, StoreError, Take};

/// How many tickets are tried at random.
const TRIES: usize = 8;

/// How many are tried of those that a list shows to be left.
const TRIES_OF_THE_REST: usize = 8;

/// What is written under a ticket: its key says it all.
const TICKET: &str = "null";

/// The longest list of keys a store gives at once, and so the most tickets that can be looked at.
pub const MOST_TICKETS: u16 = 1_000;

/// What a store without counters can do.
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait Tickets: Records {
    /// Writes `value` under `key`, if nothing is there; false if something is. The store may forget it after `until`.
    async fn add(&self, key: &Key, value: &str, until: Option<Timestamp>) -> Result<bool, StoreError>;
}

/// Most operations of one `take`: its tries, a look for the mark, a list of the tickets, and leaving the mark.
const MOST_OPERATIONS: usize = TRIES + TRIES_OF_THE_REST + 3;

/// The same for a limit that expires: one try, a look for the mark, a list, and a second try or leaving the mark.
const MOST_OPERATIONS_IF_IT_EXPIRES: usize = 1 + 3;

/// Most operations of one `take`, as the budget counts them.
pub(crate) fn most_operations(expires: bool) -> u32 {
    u32::try_from(if expires { MOST_OPERATIONS_IF_IT_EXPIRES } else { MOST_OPERATIONS }).unwrap_or(u32::MAX)
}

/// Random bytes for one `take`: two for each try.
pub type Draws = [u8; TRIES * 2];

/// Takes one of the `limit` tickets under `key`: at most 19 operations of the store, or four of a limit that ends; one while most are left, two once
/// none is.
///
/// # Errors
/// With the store's, and where there are no random bytes. A ticket that was being added then may be taken and lost.
pub async fn take(
    store: &impl Tickets,
    key: &Key,
    limit: u64,
    until: Option<Timestamp>,
    draws: Result<Draws, NoEntropy>,
) -> Result<Take, StoreError> {
    let draws = draws.map_err(|NoEntropy(cause)| StoreError::Unavailable(cause))?;
    let (tries, tries_of_the_rest) = if until.is_some() { (1, 1) } else { (TRIES, TRIES_OF_THE_REST) };
    let mut met = Vec::new();
    for draw in draws.chunks(2).take(tries) {
        let Some(number) = number(draw).checked_rem(limit) else { break };
        if met.contains(&number) {
            continue;
        }
        let added = store.add(&ticket(key, number), TICKET, until).await;
        if added == Ok(true) {
            return Ok(Take::Granted);
        }
        // A store may be tired of a ticket that everybody tries, and fail.
        if met.is_empty() && store.get(key).await?.is_some_and(|mark| covers(&mark.value, limit)) {
            return Ok(Take::Exhausted);
        }
        added?;
        put_in_order(&mut met, number);
    }
    let is_met = |met: &[u64], number: &u64| met.binary_search(number).is_ok();
    if u64::try_from(met.len()).is_ok_and(|met| met < limit) {
        let page = store.scan(&Prefix::tickets(key), None, MOST_TICKETS).await?;
        page.keys.iter().filter_map(number_of).for_each(|number| put_in_order(&mut met, number));
        let left: Vec<u64> = (0..limit).filter(|number| !is_met(&met, number)).take(MOST_TICKETS.into()).collect();
        // Where others begin elsewhere they are not in each other's way.
        let start = usize::try_from(number(&draws)).ok().and_then(|draw| draw.checked_rem(left.len())).unwrap_or_default();
        for number in left.iter().cycle().skip(start).take(left.len().min(tries_of_the_rest)) {
            if store.add(&ticket(key, *number), TICKET, until).await? {
                return Ok(Take::Granted);
            }
        }
        if left.len() > tries_of_the_rest {
            return Ok(Take::Busy);
        }
        // What would leave the mark now is a fifth.
        if until.is_some() && !left.is_empty() {
            return Ok(Take::Exhausted);
        }
    }
    // The mark saves others the look. Whoever finds none looks.
    let _ = store.add(key, &StoredExhaustion::write(limit)?, until).await;
    Ok(Take::Exhausted)
}

/// How many of these keys are tickets.
#[must_use]
pub fn count(keys: &[Key]) -> u64 {
    u64::try_from(keys.iter().filter_map(number_of).count()).unwrap_or(u64::MAX)
}

fn ticket(key: &Key, number: u64) -> Key {
    Key::kept(format!("{}{number}", Prefix::tickets(key).as_str()))
}

fn number_of(ticket: &Key) -> Option<u64> {
    ticket.as_str().rsplit('/').next()?.parse().ok()
}

fn number(draw: &[u8]) -> u64 {
    draw.iter().take(2).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Whether a mark says of so many tickets that all of them are taken: one that was left under a lower limit says nothing of a higher one.
fn covers(mark: &[u8], limit: u64) -> bool {
    StoredExhaustion::limit(mark).is_some_and(|marked| marked >= limit)
}
