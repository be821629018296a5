//! Tickets: limits in a store without counters. Each unit of a limit is a numbered key, which only one request can
//! insert.
//!
//! 1. A request tries random numbers. While many tickets are left, this costs one write.
//! 2. After the first failure it reads the exhaustion marker, which says that all tickets are taken.
//! 3. If all random numbers are taken, it lists the tickets and tries those that are left.
//! 4. If none is left, it writes the exhaustion marker. Tickets are never returned, so the marker stays true.
//!
//! A click limit grants every ticket, and takes up to 19 store operations for one. A limit that expires (a rate limit)
//! takes at most four, and may report `Busy` or `Exhausted` although a ticket is left.

use super::Key;
use super::keys::Prefix;
use super::stored::StoredExhaustionMarker;
use crate::model::sorted::put_in_order;
use crate::model::time::Timestamp;
use crate::store::ports::{NoEntropy, Records, StoreError, Take, TakeOutcome};

/// How many random numbers are tried.
const TRIES: usize = 8;

/// How many tickets are tried that the list shows to be left.
const LISTED_TRIES: usize = 8;

/// The value of a ticket. All its information is in the key.
const TICKET: &str = "null";

/// The longest list of keys that a store returns at once, and so the highest limit that tickets can implement.
pub const MAX_TICKETS: u16 = 1_000;

/// A store without counters.
#[expect(async_fn_in_trait, reason = "static dispatch, and no edge has threads to send a future to")]
pub trait Tickets: Records {
    /// Inserts `value` at `key` if it is absent; returns false if it is not. The store may delete it after `until`.
    async fn add(&self, key: &Key, value: &str, until: Option<Timestamp>) -> Result<bool, StoreError>;
}

/// The maximum number of operations of one `take`: its tries, a read of the marker, a list of the tickets, a write of
/// the marker.
const MAX_OPERATIONS: usize = TRIES + LISTED_TRIES + 3;

/// The same for a limit that expires: one try, a read of the marker, a list, and a second try or a write of the marker.
const MAX_OPERATIONS_IF_IT_EXPIRES: usize = 1 + 3;

/// The maximum number of operations of one `take`, for the budget.
pub(crate) fn max_operations(expires: bool) -> u32 {
    u32::try_from(if expires { MAX_OPERATIONS_IF_IT_EXPIRES } else { MAX_OPERATIONS }).unwrap_or(u32::MAX)
}

/// The random bytes of one `take`: two for each try.
pub type RandomBytes = [u8; TRIES * 2];

/// Takes one of the `limit` tickets at `key`. This needs one store operation while most tickets are left, two once the
/// marker is written, and at most 19, or four for a limit that expires.
///
/// # Errors
/// The error of the store, or that there are no random bytes. A ticket that was being inserted may be taken and lost.
pub async fn take(
    store: &impl Tickets,
    key: &Key,
    limit: u64,
    until: Option<Timestamp>,
    random: Result<RandomBytes, NoEntropy>,
) -> Result<TakeOutcome, StoreError> {
    let random = random.map_err(|NoEntropy(cause)| StoreError::Unavailable(cause))?;
    let mut operations = 0_u32;
    let take = take_counted(store, key, limit, until, random, &mut operations).await?;
    Ok(TakeOutcome { take, operations })
}

/// Takes a ticket, and adds each operation to `operations`.
async fn take_counted(
    store: &impl Tickets,
    key: &Key,
    limit: u64,
    until: Option<Timestamp>,
    random: RandomBytes,
    operations: &mut u32,
) -> Result<Take, StoreError> {
    let mut count = || *operations = operations.saturating_add(1);
    let (tries, listed_tries) = if until.is_some() { (1, 1) } else { (TRIES, LISTED_TRIES) };
    let mut taken = Vec::new();
    for bytes in random.chunks(2).take(tries) {
        let Some(number) = number(bytes).checked_rem(limit) else { break };
        if taken.contains(&number) {
            continue;
        }
        count();
        let added = store.add(&ticket(key, number), TICKET, until).await;
        if added == Ok(true) {
            return Ok(Take::Granted);
        }
        // An insert may fail because many requests write the same key. So the marker is read before the error is
        // returned.
        if taken.is_empty() {
            count();
            if store.get(key).await?.is_some_and(|marker| covers(&marker.value, limit)) {
                return Ok(Take::Exhausted);
            }
        }
        added?;
        put_in_order(&mut taken, number);
    }
    let is_taken = |taken: &[u64], number: &u64| taken.binary_search(number).is_ok();
    if u64::try_from(taken.len()).is_ok_and(|taken| taken < limit) {
        count();
        let page = store.scan(&Prefix::tickets(key), None, MAX_TICKETS).await?;
        page.keys.iter().filter_map(number_of).for_each(|number| put_in_order(&mut taken, number));
        let left: Vec<u64> = (0..limit).filter(|number| !is_taken(&taken, number)).take(MAX_TICKETS.into()).collect();
        // Each request starts at a random position, so that few try the same ticket.
        let start = usize::try_from(number(&random)).ok().and_then(|number| number.checked_rem(left.len())).unwrap_or_default();
        for number in left.iter().cycle().skip(start).take(left.len().min(listed_tries)) {
            count();
            if store.add(&ticket(key, *number), TICKET, until).await? {
                return Ok(Take::Granted);
            }
        }
        if left.len() > listed_tries {
            return Ok(Take::Busy);
        }
        // Writing the marker would be a fifth operation.
        if until.is_some() && !left.is_empty() {
            return Ok(Take::Exhausted);
        }
    }
    // The marker saves later requests the list. If this write fails, they list the tickets themselves.
    count();
    let _ = store.add(key, &StoredExhaustionMarker::write(limit)?, until).await;
    Ok(Take::Exhausted)
}

/// How many of these keys are tickets.
#[must_use]
pub fn count(keys: &[Key]) -> u64 {
    u64::try_from(keys.iter().filter_map(number_of).count()).unwrap_or(u64::MAX)
}

/// The key of a ticket.
fn ticket(key: &Key, number: u64) -> Key {
    Key::stored(format!("{}{number}", Prefix::tickets(key).as_str()))
}

fn number_of(ticket: &Key) -> Option<u64> {
    ticket.as_str().rsplit('/').next()?.parse().ok()
}

/// A random number from two bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().take(2).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Whether an exhaustion marker is valid for `limit`. One that was written for a lower limit is not.
fn covers(marker: &[u8], limit: u64) -> bool {
    StoredExhaustionMarker::limit(marker).is_some_and(|marked| marked >= limit)
}
