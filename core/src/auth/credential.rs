//! What a request shows to say who is asking.

use http::header::AUTHORIZATION;

use super::Principal;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::config::AdminKey;
use crate::model::key::{ApiKey, PresentedKey};
use crate::model::link::UserId;
use crate::model::rights::{Role, least_issuer};
use crate::model::user::{User, UserStatus};
use crate::store::ports::{ClientInfo, Edge, Records, StoreError};
use crate::store::{GuardedRecord, Key, Team};

/// That a key was used is written down once an hour at most.
const HOUR_MILLIS: u64 = 60 * 60 * 1_000;

/// The token of `Authorization: Bearer`. Missing, malformed and wrong credentials are told apart only as far as RFC 6750 does. The log learns of
/// those that are shown, never what they are.
pub(super) fn token(client: &impl ClientInfo) -> Result<Vec<u8>, Problem> {
    let header = client.header(&AUTHORIZATION).ok_or_else(Problem::no_credentials)?;
    let token = bearer(&header).ok_or_else(|| Problem::no_credentials().because("the credential is no Bearer token"))?;
    Ok(token.to_vec())
}

/// Who shows `token`.
pub(super) async fn principal<E: Edge>(context: &Context<'_, E>, token: &[u8]) -> Result<Principal, Problem> {
    match &context.config.admin_key {
        AdminKey::Set(key) if key.is(token) => Ok(bootstrap()),
        admin_key => match PresentedKey::parse(token) {
            Some(shown) => alias_state(context, &shown).await,
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
    Principal {
        name: "admin".into(),
        key: None,
        user: None,
        role: Role::Owner,
        issuers: Vec::new(),
        scopes: None,
        domains: None,
        end: None,
        country: None,
    }
}

/// The holder of a key. The mark is made before anybody looks, so that the time tells nothing of what there is.
async fn alias_state<E: Edge>(context: &Context<'_, E>, shown: &PresentedKey) -> Result<Principal, Problem> {
    let refused = |why: &str| Problem::wrong_credentials().because(format!("key {}: {why}", shown.id.as_str()));
    let (digest, old_digest) = context.under_each_pepper(|pepper| shown.digest(pepper))?;
    let kept =
        GuardedRecord::<ApiKey>::load(context.edge.records(), &Key::api_key(&shown.id)).await?.ok_or_else(|| refused("there is none"))?;
    let key = &kept.value;
    let is_of_today = key.digest.is(&digest);
    if !is_of_today && !old_digest.is_some_and(|old| key.digest.is(&old)) {
        return Err(refused("the secret is another"));
    }
    if key.revoked_at.is_some() {
        return Err(refused("it is revoked"));
    }
    if key.expires_at.is_some_and(|end| end <= context.now) {
        return Err(refused("it has expired"));
    }
    let (user, role) = owner(context, key).await?.map_err(|why| refused(&why))?;
    if (!is_of_today || key.last_used_at.is_none_or(|last| context.now.millis_since(last) >= HOUR_MILLIS))
        // Nobody waits for this, and nobody is refused for want of a name for it.
        && let Ok(token) = context.token()
    {
        let used = ApiKey { last_used_at: Some(context.now), digest, ..key.clone() };
        context.record_key_use(GuardedRecord::put(Some(&kept), Key::api_key(&key.id), &used, token)?);
    }
    Ok(Principal {
        name: format!("key_{}", key.id.as_str()),
        key: Some(key.id.clone()),
        user: Some(user.id),
        role: role.min(key.most),
        issuers: key.issuers.clone(),
        scopes: Some(key.scopes.clone()),
        domains: key.domains.clone(),
        end: key.expires_at,
        country: None,
    })
}

/// The owner of a key with the role they have now; or why the key is not valid any more: its owner or one of its issuers is not active, or an
/// issuer has lost the right to make it. All their records are read at once, the team once and only if it may matter.
async fn owner<E: Edge>(context: &Context<'_, E>, key: &ApiKey) -> Result<Result<(User, Role), String>, Problem> {
    let records = context.edge.records();
    let ids: Vec<&UserId> = std::iter::once(&key.owner).chain(&key.issuers).collect();
    let keys: Vec<Key> = ids.iter().map(|id| Key::user(id)).collect();
    let mut users = Vec::new();
    for (id, record) in ids.iter().zip(records.get_many(&keys).await?) {
        let refused = |why: &str| match **id == key.owner {
            true => format!("its owner {why}"),
            false => format!("its creator {} {why}", id.as_str()),
        };
        let Some(user) = record.as_ref().map(GuardedRecord::<User>::decode).transpose()? else {
            return Ok(Err(refused("is unknown")));
        };
        if user.value.standing != UserStatus::Active {
            return Ok(Err(refused("is let in no more")));
        }
        users.push(user.value);
    }
    let team = if users.iter().any(|user| user.may_own) { GuardedRecord::<Team>::load(records, &Key::team()).await? } else { None };
    let mut users = users.into_iter();
    let Some(owner) = users.next() else { return Ok(Err("it has no owner".into())) };
    let role = role_in(team.as_deref(), &owner);
    match users.find(|issuer| role_in(team.as_deref(), issuer) < least_issuer(role)) {
        Some(issuer) => Ok(Err(format!("its creator {} may not make it any more", issuer.id.as_str()))),
        None => Ok(Ok((owner, role))),
    }
}

/// The role `user` has now.
pub(crate) async fn role_of(records: &impl Records, user: &User) -> Result<Role, StoreError> {
    let team = if user.may_own { GuardedRecord::load(records, &Key::team()).await? } else { None };
    Ok(role_in(team.as_deref(), user))
}

/// The role of `user` where `team` says who the owners are.
fn role_in(team: Option<&GuardedRecord<Team>>, user: &User) -> Role {
    let is_owner = user.may_own && team.is_some_and(|team| team.value.owners.contains(&user.id));
    if is_owner { Role::Owner } else { user.role }
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
