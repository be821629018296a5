//! The lock of a link with a password: what a visitor types opens it for an hour, by a cookie that only this deployment can make.
//!
//! Guessing is limited (OWASP: device cookies). Each network has its tries and all of them together have theirs, so that a guesser with many networks
//! is stopped. No stranger locks out who knows the password: a device whose cookie shows that it opened the link before has tries of its own,
//! and any network has a few more once the common ones are used up.

use std::borrow::Cow;

use http::header::{COOKIE, SET_COOKIE};
use subtle::ConstantTimeEq as _;

use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::base64;
use crate::model::digest::Pepper;
use crate::model::domain::Domain;
use crate::model::password::{PasswordHash, PasswordTag};
use crate::model::time::Timestamp;
use crate::model::visit::Visit;
use crate::store::compiled_link::CompiledLink;
use crate::store::ports::{ClientInfo, Edge, Records as _, Take};
use crate::store::{Key, follow_moves};

/// How long an opened link stays open for whoever opened it, in seconds.
const OPEN_SECONDS: u64 = 60 * 60;

/// How long a device is known as one that opened the link, in seconds: ninety days from when it did.
const KNOWN_SECONDS: u64 = 90 * 24 * 60 * 60;

/// Within what time the password of one link may be tried so often.
const WINDOW_MILLIS: u64 = 15 * 60 * 1_000;

/// From one network. Behind one address may be a whole office, each with the right one; guessing takes far more.
const TRIES_OF_A_NETWORK: u64 = 60;

/// From all networks together, but for known devices.
const TRIES_OF_ALL: u64 = 600;

/// From one network once those of all are used up: an office that is new to the link still gets in while a stranger guesses.
const LAST_TRIES_OF_A_NETWORK: u64 = 10;

/// From one device that has opened the link before.
const TRIES_OF_A_DEVICE: u64 = 20;

/// 256 bits: a whole digest.
type Seal = [u8; 32];

/// What came of a password.
pub(super) enum UnlockOutcome {
    Opened(PasswordTag),
    WrongPassword,
    /// The link has none any more.
    NoPassword,
}

/// Whether the visitor has a cookie that opens the link. Without pepper nobody has.
pub(super) fn is_open<E: Edge>(context: &Context<'_, E>, domain: &Domain, compiled: &CompiledLink, client: &dyn ClientInfo) -> bool {
    let Some(lock) = &compiled.lock else { return true };
    let Some(header) = client.header(&COOKIE) else { return false };
    offers(compiled, &header).any(|offer| opens(context, domain, compiled, lock, offer).unwrap_or(false))
}

/// Whether the visitor has a cookie for the link that may open it under a lock that is not known here yet.
pub(super) fn is_offered<E: Edge>(context: &Context<'_, E>, compiled: &CompiledLink, client: &dyn ClientInfo) -> bool {
    let Some(header) = client.header(&COOKIE) else { return false };
    offers(compiled, &header).any(|offer| parse(offer).is_some_and(|(until, _)| context.now < until))
}

/// The values of the link's cookie. A header that came in several parts is joined by commas.
fn offers<'a>(compiled: &CompiledLink, header: &'a [u8]) -> impl Iterator<Item = &'a str> {
    let name = cookie_name(compiled);
    let values = header.split(|byte| matches!(byte, b';' | b',')).filter_map(move |pair| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        std::str::from_utf8(value).ok()
    });
    values.take(4)
}

/// Until when a cookie opens its link, and what shows that this deployment said so.
fn parse(offer: &str) -> Option<(Timestamp, Seal)> {
    let (until, offered) = offer.split_once('.')?;
    let until = Timestamp::from_millis(until.parse::<u64>().ok()?.checked_mul(1_000)?);
    Some((until, base64::decode(offered)?.try_into().ok()?))
}

/// Until when the cookie opens the link, if it is one that this deployment gave out for this lock.
fn opened_until<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    compiled: &CompiledLink,
    lock: &PasswordTag,
    offer: &str,
) -> Option<(Timestamp, Seal)> {
    let (until, offered) = parse(offer)?;
    let (seal, old_seal) = context.under_each_pepper(|pepper| seal(pepper, domain, compiled, lock, until)).ok()?;
    let is_it = |seal: Seal| bool::from(seal.ct_eq(&offered));
    (is_it(seal) || old_seal.is_some_and(is_it)).then_some((until, offered))
}

fn opens<E: Edge>(context: &Context<'_, E>, domain: &Domain, compiled: &CompiledLink, lock: &PasswordTag, offer: &str) -> Option<bool> {
    Some(context.now < opened_until(context, domain, compiled, lock, offer)?.0)
}

/// What tells a device that has opened the link before from all others.
fn known_device<E: Edge>(context: &Context<'_, E>, domain: &Domain, compiled: &CompiledLink, client: &dyn ClientInfo) -> Option<Seal> {
    let lock = compiled.lock.as_ref()?;
    let header = client.header(&COOKIE)?;
    let known_millis = KNOWN_SECONDS.saturating_sub(OPEN_SECONDS).saturating_mul(1_000);
    offers(compiled, &header).find_map(|offer| {
        let (until, seal) = opened_until(context, domain, compiled, lock, offer)?;
        (context.now.as_millis() < until.as_millis().saturating_add(known_millis)).then_some(seal)
    })
}

/// Has the answer open the link for a while, and have the device be known for longer. How long the cookie opens stands in it.
pub(super) fn open<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    compiled: &CompiledLink,
    lock: &PasswordTag,
    response: Response,
) -> Result<Response, Problem> {
    let seconds = (context.now.as_millis() / 1_000).saturating_add(OPEN_SECONDS);
    let until = Timestamp::from_millis(seconds.saturating_mul(1_000));
    let sealed = base64::encode(&seal(context.pepper()?, domain, compiled, lock, until));
    let name = cookie_name(compiled);
    response.with(SET_COOKIE, &format!("{name}={seconds}.{sealed}; Path=/; Max-Age={KNOWN_SECONDS}; Secure; HttpOnly; SameSite=Lax"))
}

/// Each link has a cookie of its own, so that opening one shuts no other.
fn cookie_name(compiled: &CompiledLink) -> String {
    format!("__Host-hop-{}", compiled.id.as_str())
}

/// A new password has a new lock.
fn seal(pepper: &Pepper, domain: &Domain, compiled: &CompiledLink, lock: &PasswordTag, until: Timestamp) -> Seal {
    let until = until.as_millis().to_be_bytes();
    let parts: [&[u8]; 4] = [domain.as_str().as_bytes(), compiled.id.as_str().as_bytes(), lock.as_str().as_bytes(), &until];
    *pepper.digest("unlock", &parts).as_bytes()
}

/// Tries what a visitor typed on the link at `key`. First it is seen that they did not try too
/// often: a lock nobody can say this of stays shut. Only truth knows the hash.
pub(super) async fn attempt<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    key: Key,
    compiled: &CompiledLink,
    visit: &Visit<'_>,
    typed: &str,
) -> Result<UnlockOutcome, Problem> {
    let window = TryWindow::new(context);
    if !window.has_try(domain, compiled, visit).await? {
        return Err(Problem::too_many_passwords(window.ends.millis_since(context.now).div_ceil(1_000)));
    }
    let link = follow_moves(context.edge.records(), key, &compiled.id).await?.ok_or_else(Problem::no_such_link)?;
    let lock = link.spec.password.as_ref().map(PasswordHash::lock);
    if compiled.lock != lock {
        // Else visitors would be asked for what is no password any more, until everybody has heard of it.
        context.perhaps_changed(&Key::link(&link.domain, &link.alias));
    }
    match (&link.spec.password, lock) {
        (Some(password), Some(lock)) => {
            Ok(if password.matches(typed)? { UnlockOutcome::Opened(lock) } else { UnlockOutcome::WrongPassword })
        }
        _ => Ok(UnlockOutcome::NoPassword),
    }
}

/// The time within which tries are counted.
struct TryWindow<'a, E> {
    context: &'a Context<'a, E>,
    number: u64,
    ends: Timestamp,
}

impl<'a, E: Edge> TryWindow<'a, E> {
    fn new(context: &'a Context<'a, E>) -> Self {
        let number = context.now.as_millis() / WINDOW_MILLIS;
        Self { context, number, ends: Timestamp::from_millis(number.saturating_add(1).saturating_mul(WINDOW_MILLIS)) }
    }

    /// Takes one of the tries that this visitor has at the link, if there is one.
    async fn has_try(&self, domain: &Domain, compiled: &CompiledLink, visit: &Visit<'_>) -> Result<bool, Problem> {
        let (link, network) = (compiled.id.as_str().as_bytes(), visit.network());
        if let Some(device) = known_device(self.context, domain, compiled, visit.client) {
            return self.take("password-device", &[link, &device], TRIES_OF_A_DEVICE).await;
        }
        // Who has none left in their own network takes none from the others.
        Ok(self.take("password", &[link, &network], TRIES_OF_A_NETWORK).await?
            && (self.take("password-all", &[link], TRIES_OF_ALL).await?
                || self.take("password-last", &[link, &network], LAST_TRIES_OF_A_NETWORK).await?))
    }

    /// Takes one of `limit` tries. That nobody can say whether one is left is a failure.
    async fn take(&self, class: &str, who: &[&[u8]], limit: u64) -> Result<bool, Problem> {
        let key = Key::rate(class, &self.context.pepper()?.digest(class, who).name(), self.number);
        match self.context.edge.records().take(&key, limit, Some(self.ends)).await? {
            Take::Granted => Ok(true),
            Take::Exhausted => Ok(false),
            Take::Busy => Err(Problem::crowded()),
        }
    }
}

/// The password in what a form sent.
pub(super) fn typed(form: &[u8]) -> Option<Cow<'_, str>> {
    form_urlencoded::parse(form).find(|(name, _)| name == "password").map(|(_, value)| value)
}
