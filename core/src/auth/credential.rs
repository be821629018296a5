//! What a request shows to say who is asking.

use http::header::AUTHORIZATION;

use super::Principal;
use super::rights::Role;
use crate::app::Context;
use crate::config::AdminKey;
use crate::error::Problem;
use crate::key::{ApiKey, Shown};
use crate::ports::{Edge, Facts, Records, StoreError};
use crate::records::{Kept, Key, Team};
use crate::user::{Standing, User};

/// That a key was used is written down once an hour at most.
const HOUR_MILLIS: u64 = 60 * 60 * 1_000;

/// The token of `Authorization: Bearer`. Missing, malformed and wrong credentials are told apart only as far as RFC 6750 does. The log learns of
/// those that are shown, never what they are.
pub(super) fn token(facts: &impl Facts) -> Result<Vec<u8>, Problem> {
    let header = facts.header(&AUTHORIZATION).ok_or_else(Problem::no_credentials)?;
    let token = bearer(&header).ok_or_else(|| Problem::no_credentials().because("the credential is no Bearer token"))?;
    Ok(token.to_vec())
}

/// Who shows `token`.
pub(super) async fn principal<E: Edge>(context: &Context<'_, E>, token: &[u8]) -> Result<Principal, Problem> {
    match &context.config.admin_key {
        AdminKey::Set(key) if key.is(token) => Ok(bootstrap()),
        admin_key => match Shown::parse(token) {
            Some(shown) => holder(context, &shown).await,
            None => Err(match admin_key {
                AdminKey::Disabled(why) => Problem::wrong_credentials().because(*why),
                AdminKey::Set(_) => Problem::wrong_credentials().because("the credential has the form of no key and is not HOP_ADMIN_KEY"),
                AdminKey::Unset => {
                    Problem::wrong_credentials().because("the credential has the form of no key, and HOP_ADMIN_KEY is not set")
                }
            }),
        },
    }
}

fn bootstrap() -> Principal {
    Principal { name: "admin".into(), key: None, user: None, role: Role::Owner, scopes: None, domains: None, end: None, country: None }
}

/// The holder of a key. The mark is made before anybody looks, so that the time tells nothing of what there is.
async fn holder<E: Edge>(context: &Context<'_, E>, shown: &Shown) -> Result<Principal, Problem> {
    let refused = |why: &str| Problem::wrong_credentials().because(format!("key {}: {why}", shown.id.as_str()));
    let (mark, old_mark) = context.under_each_pepper(|pepper| shown.mark(pepper))?;
    let kept = Kept::<ApiKey>::look(context.edge.records(), &Key::api_key(&shown.id)).await?.ok_or_else(|| refused("there is none"))?;
    let key = &kept.what;
    let is_of_today = key.mark.is(&mark);
    if !is_of_today && !old_mark.is_some_and(|old| key.mark.is(&old)) {
        return Err(refused("the secret is another"));
    }
    if key.revoked_at.is_some() {
        return Err(refused("it is revoked"));
    }
    if key.expires_at.is_some_and(|end| end <= context.now) {
        return Err(refused("it has expired"));
    }
    let records = context.edge.records();
    let user = Kept::<User>::look(records, &Key::user(&key.owner)).await?.ok_or_else(|| refused("its owner is unknown"))?.what;
    if user.standing != Standing::In {
        return Err(refused("its owner is let in no more"));
    }
    let role = if owns(records, &user).await? { Role::Owner } else { user.role }.min(key.most);
    if (!is_of_today || key.last_used_at.is_none_or(|last| context.now.millis_since(last) >= HOUR_MILLIS))
        // Nobody waits for this, and nobody is refused for want of a name for it.
        && let Ok(token) = context.token()
    {
        let used = ApiKey { last_used_at: Some(context.now), mark, ..key.clone() };
        context.used(Kept::put(Some(&kept), Key::api_key(&key.id), &used, token));
    }
    Ok(Principal {
        name: format!("key_{}", key.id.as_str()),
        key: Some(key.id.clone()),
        user: Some(user.id),
        role,
        scopes: Some(key.scopes.clone()),
        domains: key.domains.clone(),
        end: key.expires_at,
        country: None,
    })
}

/// Whether the team has `user` as an owner.
pub(crate) async fn owns(records: &impl Records, user: &User) -> Result<bool, StoreError> {
    Ok(user.may_own && Kept::<Team>::look(records, &Key::team()).await?.is_some_and(|team| team.what.owners.contains(&user.id)))
}

/// The token of `Bearer <token>`. The scheme's capitals do not matter, blanks around the token are no part of it.
fn bearer(header: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = header.trim_ascii().split_at_checked("bearer".len())?;
    let is_bearer = scheme.eq_ignore_ascii_case(b"bearer") && token.first().is_none_or(|byte| *byte == b' ');
    is_bearer.then_some(token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_what_follows_the_scheme() {
        for (header, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer abc", Some("abc")),
            ("BEARER   abc  ", Some("abc")),
            ("Bearer", Some("")),
            ("Bearer ", Some("")),
            ("Bearer a b", Some("a b")),
            ("Bearerabc", None),
            ("Basic abc", None),
            ("abc", None),
            ("", None),
        ] {
            assert_eq!(bearer(header.as_bytes()), token.map(str::as_bytes), "{header:?}");
        }
    }
}
