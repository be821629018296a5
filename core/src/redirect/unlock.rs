//! Passwords of links. The right password sets a cookie that opens the link for an hour; only this deployment can make
//! such a cookie.
//!
//! Guessing is rate limited (OWASP: device cookies). There is a limit for each network and one for all networks
//! together, against guessers with many networks. An attacker cannot lock out visitors who know the password: a device
//! whose cookie shows that it opened the link before has a limit of its own, and each network has a few more attempts
//! (the reserve) after the common limit is reached. A whole office may share one network, and guessing takes many more
//! attempts than any of these rates grants.

use std::borrow::Cow;

use subtle::ConstantTimeEq as _;

use crate::auth::rate_limit::{self, RateTake};
use crate::context::Context;
use crate::message::cookies::{self, SameSite};
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::base64;
use crate::model::digest::Pepper;
use crate::model::domain::Domain;
use crate::model::password::{PasswordHash, PasswordTag};
use crate::model::rate_limits::RatePolicy;
use crate::model::time::Timestamp;
use crate::model::visit::Visit;
use crate::store::compiled_link::CompiledLink;
use crate::store::ports::{ClientInfo, Edge};
use crate::store::{Key, follow_moves};

/// How long a link stays open after the right password, in seconds.
const OPEN_SECONDS: u64 = 60 * 60;

/// How long a device counts as known after it opened the link, in seconds: ninety days.
const KNOWN_SECONDS: u64 = 90 * 24 * 60 * 60;

/// The digest in a cookie, 256 bits.
type Seal = [u8; 32];

/// The result of an attempt.
pub(super) enum UnlockOutcome {
    Opened(PasswordTag),
    WrongPassword,
    /// The link has no password any more.
    NoPassword,
}

/// Whether the visitor has a cookie that opens the link. Without a pepper no cookie is valid.
pub(super) fn is_open<E: Edge>(context: &Context<'_, E>, domain: &Domain, compiled: &CompiledLink, client: &dyn ClientInfo) -> bool {
    let Some(lock) = &compiled.lock else { return true };
    let values = cookies::values(client, &cookie_name(compiled));
    values.iter().any(|cookie| opens(context, domain, compiled, lock, cookie).unwrap_or(false))
}

/// Whether the visitor has an unexpired cookie for the link. It may belong to a newer password than the one read here.
pub(super) fn has_cookie<E: Edge>(context: &Context<'_, E>, compiled: &CompiledLink, client: &dyn ClientInfo) -> bool {
    let values = cookies::values(client, &cookie_name(compiled));
    values.iter().any(|cookie| parse(cookie).is_some_and(|(until, _)| context.now < until))
}

/// The expiry of a cookie, and its seal.
fn parse(cookie: &str) -> Option<(Timestamp, Seal)> {
    let (until, seal) = cookie.split_once('.')?;
    let until = Timestamp::from_millis(until.parse::<u64>().ok()?.checked_mul(1_000)?);
    Some((until, base64::decode(seal)?.try_into().ok()?))
}

/// The expiry and the seal of a cookie, if this deployment made it for this lock.
fn opened_until<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    compiled: &CompiledLink,
    lock: &PasswordTag,
    cookie: &str,
) -> Option<(Timestamp, Seal)> {
    let (until, presented) = parse(cookie)?;
    let (seal, old_seal) = context.under_each_pepper(|pepper| seal(pepper, domain, compiled, lock, until)).ok()?;
    let is_equal = |seal: Seal| bool::from(seal.ct_eq(&presented));
    (is_equal(seal) || old_seal.is_some_and(is_equal)).then_some((until, presented))
}

fn opens<E: Edge>(context: &Context<'_, E>, domain: &Domain, compiled: &CompiledLink, lock: &PasswordTag, cookie: &str) -> Option<bool> {
    Some(context.now < opened_until(context, domain, compiled, lock, cookie)?.0)
}

/// The seal that identifies a device which has opened the link before.
fn known_device<E: Edge>(context: &Context<'_, E>, domain: &Domain, compiled: &CompiledLink, client: &dyn ClientInfo) -> Option<Seal> {
    let lock = compiled.lock.as_ref()?;
    let known_millis = KNOWN_SECONDS.saturating_sub(OPEN_SECONDS).saturating_mul(1_000);
    cookies::values(client, &cookie_name(compiled)).iter().find_map(|cookie| {
        let (until, seal) = opened_until(context, domain, compiled, lock, cookie)?;
        (context.now.as_millis() < until.as_millis().saturating_add(known_millis)).then_some(seal)
    })
}

/// Adds the cookie to a response. It opens the link until the time in its value, and identifies the device for longer.
pub(super) fn set_cookie<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    compiled: &CompiledLink,
    lock: &PasswordTag,
    response: Response,
) -> Result<Response, Problem> {
    let seconds = (context.now.as_millis() / 1_000).saturating_add(OPEN_SECONDS);
    let until = Timestamp::from_millis(seconds.saturating_mul(1_000));
    let sealed = base64::encode(&seal(context.pepper()?, domain, compiled, lock, until));
    response.set_cookie(&cookie_name(compiled), &format!("{seconds}.{sealed}"), KNOWN_SECONDS, SameSite::Lax)
}

/// The name of the link's cookie. Each link has its own, so that opening one does not close another.
fn cookie_name(compiled: &CompiledLink) -> String {
    format!("__Host-hop-{}", compiled.id.as_str())
}

/// The digest that proves that this deployment made the cookie. A new password has a new lock, so it ends old cookies.
fn seal(pepper: &Pepper, domain: &Domain, compiled: &CompiledLink, lock: &PasswordTag, until: Timestamp) -> Seal {
    let until = until.as_millis().to_be_bytes();
    let parts: [&[u8]; 4] = [domain.as_str().as_bytes(), compiled.id.as_str().as_bytes(), lock.as_str().as_bytes(), &until];
    *pepper.digest("unlock", &parts).as_bytes()
}

/// Checks a password on the link at `key`. The rate limit is taken first: if the store cannot count attempts, the link
/// stays closed. Only the store has the hash.
pub(super) async fn attempt<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    key: Key,
    compiled: &CompiledLink,
    visit: &Visit<'_>,
    typed: &str,
) -> Result<UnlockOutcome, Problem> {
    take_attempt(context, domain, compiled, visit).await?;
    let link = follow_moves(context.edge.records(), key, &compiled.id).await?.ok_or_else(Problem::no_such_link)?;
    let lock = link.settings.password.as_ref().map(PasswordHash::lock);
    if compiled.lock != lock {
        // Otherwise visitors would be asked for the old password until the cache expires.
        context.perhaps_changed(&Key::link(&link.domain, &link.alias));
    }
    match (&link.settings.password, lock) {
        (Some(password), Some(lock)) => {
            Ok(if password.matches(typed)? { UnlockOutcome::Opened(lock) } else { UnlockOutcome::WrongPassword })
        }
        _ => Ok(UnlockOutcome::NoPassword),
    }
}

/// Takes an attempt of this visitor on the link.
async fn take_attempt<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    compiled: &CompiledLink,
    visit: &Visit<'_>,
) -> Result<(), Problem> {
    let (link, network) = (compiled.id.as_str().as_bytes(), visit.network());
    if let Some(device) = known_device(context, domain, compiled, visit.client) {
        return rate_limit::take(context, RatePolicy::UnlockDevice, &[link, &device]).await;
    }
    // A network without attempts of its own must not use up the common ones.
    rate_limit::take(context, RatePolicy::UnlockNetwork, &[link, &network]).await?;
    match rate_limit::try_take(context, RatePolicy::UnlockLink, &[link]).await? {
        RateTake::Granted => Ok(()),
        // Each network has a few more attempts, so that a new office can still open the link while an attacker guesses.
        RateTake::UsedUp(_) => rate_limit::take(context, RatePolicy::UnlockReserve, &[link, &network]).await,
    }
}

/// The password in a form.
pub(super) fn password_in(form: &[u8]) -> Option<Cow<'_, str>> {
    form_urlencoded::parse(form).find(|(name, _)| name == "password").map(|(_, value)| value)
}
