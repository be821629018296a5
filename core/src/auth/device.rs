//! Device cookies (OWASP): a device that signed in to an account before has a rate limit of its own, so that guessers
//! on other devices cannot lock its user out.

use subtle::ConstantTimeEq as _;

use crate::context::Context;
use crate::message::cookies::{self, SameSite};
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::base64;
use crate::model::digest::Pepper;
use crate::model::time::Timestamp;
use crate::model::user::Email;
use crate::store::ports::{ClientInfo, Edge};

/// How long a device counts as known after it signed in, in seconds: a year.
const KNOWN_SECONDS: u64 = 365 * 24 * 60 * 60;

/// The digest in a cookie. It also identifies the device.
type Seal = [u8; 32];

/// The seal of a device that signed in with this address before.
pub(super) fn known_device<E: Edge>(context: &Context<'_, E>, client: &impl ClientInfo, email: &Email) -> Option<Seal> {
    context.config.peppers().find_map(|pepper| {
        let values = cookies::values(client, &cookie_name(pepper, email));
        values.iter().find_map(|value| {
            let (signed_in_at, presented) = parse(value)?;
            let known_until = signed_in_at.as_millis().saturating_add(KNOWN_SECONDS.saturating_mul(1_000));
            let is_known = context.now.as_millis() < known_until && bool::from(seal(pepper, email, signed_in_at).ct_eq(&presented));
            is_known.then_some(presented)
        })
    })
}

/// Adds the cookie of a device that signs in with this address now.
pub(crate) fn remember_device<E: Edge>(context: &Context<'_, E>, email: &Email, response: Response) -> Result<Response, Problem> {
    let pepper = context.pepper()?;
    let value = format!("{}.{}", context.now.as_millis(), base64::encode(&seal(pepper, email, context.now)));
    response.set_cookie(&cookie_name(pepper, email), &value, KNOWN_SECONDS, SameSite::Strict)
}

/// The name of the cookie. Each address has its own, so that one user of a device does not replace another.
fn cookie_name(pepper: &Pepper, email: &Email) -> String {
    ["__Host-hop-device-", &pepper.digest("device cookie", &[email.as_str().as_bytes()]).name()].concat()
}

fn parse(value: &str) -> Option<(Timestamp, Seal)> {
    let (millis, seal) = value.split_once('.')?;
    Some((Timestamp::from_millis(millis.parse().ok()?), base64::decode(seal)?.try_into().ok()?))
}

fn seal(pepper: &Pepper, email: &Email, signed_in_at: Timestamp) -> Seal {
    *pepper.digest("device", &[email.as_str().as_bytes(), &signed_in_at.as_millis().to_be_bytes()]).as_bytes()
}
