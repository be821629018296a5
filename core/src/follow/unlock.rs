//! The lock of a link with a password: what a visitor types opens it for an hour, by a cookie that only this deployment can make.

use std::borrow::Cow;

use http::header::{COOKIE, SET_COOKIE};
use subtle::ConstantTimeEq as _;

use super::ready::Ready;
use crate::app::Context;
use crate::base64;
use crate::digest::Pepper;
use crate::domain::Domain;
use crate::error::Problem;
use crate::links;
use crate::password::{Lock, PasswordHash};
use crate::ports::{Edge, Facts, Records as _, Take};
use crate::records::Key;
use crate::response::Response;
use crate::time::Timestamp;
use crate::visit::Visit;

/// How long an opened link stays open for whoever opened it, in seconds.
const OPEN_SECONDS: u64 = 60 * 60;

/// How often the password of one link may be tried from one network, and within what time. Behind one address may be a whole office, each with the right
/// one; guessing takes far more.
const TRIES: u64 = 60;
const WINDOW_MILLIS: u64 = 15 * 60 * 1_000;

/// 256 bits: a whole digest.
type Seal = [u8; 32];

/// What came of a password.
pub(super) enum Tried {
    Opened(Lock),
    Wrong,
    /// The link has none any more.
    Unlocked,
}

/// Whether the visitor has a cookie that opens the link. Without pepper nobody has.
pub(super) fn is_open<E: Edge>(context: &Context<'_, E>, domain: &Domain, ready: &Ready, facts: &dyn Facts) -> bool {
    let Some(lock) = &ready.lock else { return true };
    let Some(header) = facts.header(&COOKIE) else { return false };
    offers(ready, &header).any(|offer| opens(context, domain, ready, lock, offer).unwrap_or(false))
}

/// Whether the visitor has a cookie for the link at all.
pub(super) fn is_offered(ready: &Ready, facts: &dyn Facts) -> bool {
    facts.header(&COOKIE).is_some_and(|header| offers(ready, &header).next().is_some())
}

/// The values of the link's cookie. A header that came in several parts is joined by commas.
fn offers<'a>(ready: &Ready, header: &'a [u8]) -> impl Iterator<Item = &'a str> {
    let name = cookie_name(ready);
    let values = header.split(|byte| matches!(byte, b';' | b',')).filter_map(move |pair| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        std::str::from_utf8(value).ok()
    });
    values.take(4)
}

fn opens<E: Edge>(context: &Context<'_, E>, domain: &Domain, ready: &Ready, lock: &Lock, offer: &str) -> Option<bool> {
    let (until, offered) = offer.split_once('.')?;
    let until = Timestamp::from_millis(until.parse::<u64>().ok()?.checked_mul(1_000)?);
    let offered: Seal = base64::decode(offered)?.try_into().ok()?;
    let (seal, old_seal) = context.under_each_pepper(|pepper| seal(pepper, domain, ready, lock, until)).ok()?;
    let opens = |seal: Seal| seal.ct_eq(&offered).into();
    Some((opens(seal) || old_seal.is_some_and(opens)) && context.now < until)
}

/// Has the answer open the link for a while.
pub(super) fn open<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    ready: &Ready,
    lock: &Lock,
    response: Response,
) -> Result<Response, Problem> {
    let seconds = (context.now.as_millis() / 1_000).saturating_add(OPEN_SECONDS);
    let until = Timestamp::from_millis(seconds.saturating_mul(1_000));
    let sealed = base64::encode(&seal(context.pepper()?, domain, ready, lock, until));
    let name = cookie_name(ready);
    response.with(SET_COOKIE, &format!("{name}={seconds}.{sealed}; Path=/; Max-Age={OPEN_SECONDS}; Secure; HttpOnly; SameSite=Lax"))
}

/// Each link has a cookie of its own, so that opening one shuts no other.
fn cookie_name(ready: &Ready) -> String {
    format!("__Host-hop-{}", ready.id.as_str())
}

/// A new password has a new lock.
fn seal(pepper: &Pepper, domain: &Domain, ready: &Ready, lock: &Lock, until: Timestamp) -> Seal {
    let until = until.as_millis().to_be_bytes();
    let parts: [&[u8]; 4] = [domain.as_str().as_bytes(), ready.id.as_str().as_bytes(), lock.as_str().as_bytes(), &until];
    *pepper.digest("unlock", &parts).as_bytes()
}

/// Tries what a visitor typed on the link at `key`. First it is seen that they did not try too
/// often: a lock nobody can say this of stays shut. Only truth knows the hash.
pub(super) async fn attempt<E: Edge>(
    context: &Context<'_, E>,
    key: Key,
    ready: &Ready,
    visit: &Visit<'_>,
    typed: &str,
) -> Result<Tried, Problem> {
    let window = context.now.as_millis() / WINDOW_MILLIS;
    let ends = Timestamp::from_millis(window.saturating_add(1).saturating_mul(WINDOW_MILLIS));
    let who = context.pepper()?.digest("password", &[ready.id.as_str().as_bytes(), &visit.network()]).name();
    match context.edge.records().take(&Key::rate("password", &who, window), TRIES, Some(ends)).await? {
        Take::Granted => {}
        Take::Exhausted => return Err(Problem::too_many_passwords(ends.millis_since(context.now).div_ceil(1_000))),
        Take::Busy => return Err(Problem::crowded()),
    }
    let link = links::trace(context, key, &ready.id).await?.ok_or_else(Problem::no_such_link)?;
    let lock = link.spec.password.as_ref().map(PasswordHash::lock);
    if ready.lock != lock {
        // Else visitors would be asked for what is no password any more, until everybody has heard of it.
        context.perhaps_changed(&Key::link(&link.domain, &link.alias));
    }
    match (&link.spec.password, lock) {
        (Some(password), Some(lock)) => Ok(if password.matches(typed)? { Tried::Opened(lock) } else { Tried::Wrong }),
        _ => Ok(Tried::Unlocked),
    }
}

/// The password in what a form sent.
pub(super) fn typed(form: &[u8]) -> Option<Cow<'_, str>> {
    form_urlencoded::parse(form).find(|(name, _)| name == "password").map(|(_, value)| value)
}
