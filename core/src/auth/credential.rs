//! Credentials: from `Authorization: Bearer` to the principal of a request.

use http::header::AUTHORIZATION;

use super::{LiveSession, Principal};
use crate::context::Context;
use crate::message::access_token::{self, AccessToken};
use crate::message::problem::Problem;
use crate::model::config::AdminKey;
use crate::model::key::{ApiKey, PresentedKey};
use crate::model::link::UserId;
use crate::model::quota::{HeldQuota, QuotaHolder};
use crate::model::rights::{Role, least_issuer};
use crate::model::user::User;
use crate::store::ports::{ClientInfo, Edge, Records, StoreError};
use crate::store::{GuardedRecord, Key, Team};

/// `last_used_at` of a key is written at most once an hour. It is also written when a digest is replaced by one under a
/// new pepper.
const HOUR_MILLIS: u64 = 60 * 60 * 1_000;

/// The token of `Authorization: Bearer`. As RFC 6750 asks, the response to a request without a token has no error code,
/// and that to a wrong token has `invalid_token`. Why a token is wrong is only in the log, which never has the token.
pub(super) fn token(client: &impl ClientInfo) -> Result<Vec<u8>, Problem> {
    let header = client.header(&AUTHORIZATION).ok_or_else(Problem::no_credentials)?;
    let token = bearer(&header).ok_or_else(|| Problem::no_credentials().because("the credential is no Bearer token"))?;
    Ok(token.to_vec())
}

/// The principal of `token`. `may_change` tells whether the request may change something.
pub(super) async fn principal<E: Edge>(context: &Context<'_, E>, token: &[u8], may_change: bool) -> Result<Principal, Problem> {
    match &context.config.admin_key {
        AdminKey::Set(key) if key.is(token) => Ok(bootstrap()),
        _ if access_token::is_token(token) => user_principal(context, token, may_change).await,
        admin_key => match PresentedKey::parse(token) {
            Some(presented) => key_principal(context, &presented).await,
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
        session: None,
        role: Role::Owner,
        issuers: Vec::new(),
        scopes: None,
        domains: None,
        expires_at: None,
        quotas: Vec::new(),
        country: None,
    }
}

/// The principal of a signed-in user. A request that may change something reads session and user. Any other trusts the
/// role in the token.
async fn user_principal<E: Edge>(context: &Context<'_, E>, token: &[u8], may_change: bool) -> Result<Principal, Problem> {
    let keys = context.config.token_keys.as_ref().map_err(|why| Problem::not_configured((*why).to_owned()))?;
    let AccessToken { user, session, role, .. } = AccessToken::verify(token, keys, &context.config.issuer(), context.now)
        .map_err(|fault| Problem::wrong_credentials().because(fault.to_string()))?;
    if !may_change {
        return Ok(Principal::of_user(user, Some(session), role));
    }
    let live = LiveSession::load(context, &user, &session, Problem::wrong_credentials).await?;
    let quotas = quota_of_user(&live.user.value).into_iter().collect();
    Ok(Principal { quotas, ..Principal::of_user(user, Some(session), live.role) })
}

/// The principal of an API key. The digest is computed before the key is read, so that the response time does not tell
/// whether the key exists.
async fn key_principal<E: Edge>(context: &Context<'_, E>, presented: &PresentedKey) -> Result<Principal, Problem> {
    let refused = |why: &str| Problem::wrong_credentials().because(format!("key {}: {why}", presented.id.as_str()));
    let (digest, old_digest) = context.under_each_pepper(|pepper| presented.digest(pepper))?;
    let record = GuardedRecord::<ApiKey>::load(context.edge.records(), &Key::api_key(&presented.id))
        .await?
        .ok_or_else(|| refused("there is no such key"))?;
    let key = &record.value;
    let is_current = key.digest.is(&digest);
    if !is_current && !old_digest.is_some_and(|old| key.digest.is(&old)) {
        return Err(refused("the secret is wrong"));
    }
    if key.revoked_at.is_some() {
        return Err(refused("it is revoked"));
    }
    if key.expires_at.is_some_and(|end| end <= context.now) {
        return Err(refused("it has expired"));
    }
    let (user, role) = owner(context, key).await?.map_err(|why| refused(&why))?;
    if (!is_current || key.last_used_at.is_none_or(|last| context.now.millis_since(last) >= HOUR_MILLIS))
        // Written after the response. Without randomness for a commit token it is skipped, and the request succeeds.
        && let Ok(token) = context.token()
    {
        let used = ApiKey { last_used_at: Some(context.now), digest, ..key.clone() };
        context.record_key_use(GuardedRecord::put(Some(&record), Key::api_key(&key.id), &used, token)?);
    }
    let of_key = key.quota.map(|quota| HeldQuota { holder: QuotaHolder::Key(key.id.clone()), quota });
    let quotas = of_key.into_iter().chain(quota_of_user(&user)).collect();
    Ok(Principal {
        name: format!("key_{}", key.id.as_str()),
        key: Some(key.id.clone()),
        user: Some(user.id),
        session: None,
        role: role.min(key.max_role),
        issuers: key.issuers.clone(),
        scopes: Some(key.scopes.clone()),
        domains: key.domains.clone(),
        expires_at: key.expires_at,
        quotas,
        country: None,
    })
}

fn quota_of_user(user: &User) -> Option<HeldQuota> {
    user.quota.map(|quota| HeldQuota { holder: QuotaHolder::User(user.id.clone()), quota })
}

/// The owner of a key and their current role, or the reason why the key is not valid: its owner or one of its issuers
/// is not active, or an issuer has lost the right to make it. All users are read at once, and the team only if one of
/// them may be an owner.
async fn owner<E: Edge>(context: &Context<'_, E>, key: &ApiKey) -> Result<Result<(User, Role), String>, Problem> {
    let records = context.edge.records();
    let ids: Vec<&UserId> = std::iter::once(&key.owner).chain(&key.issuers).collect();
    let keys: Vec<Key> = ids.iter().map(|id| Key::user(id)).collect();
    let mut users = Vec::new();
    for (id, record) in ids.iter().zip(records.get_many(&keys).await?) {
        let refused = |why: &str| match **id == key.owner {
            true => format!("its owner {why}"),
            false => format!("its issuer {} {why}", id.as_str()),
        };
        let Some(user) = record.as_ref().map(GuardedRecord::<User>::decode).transpose()? else {
            return Ok(Err(refused("is unknown")));
        };
        if !user.value.is_active() {
            return Ok(Err(refused("is not active")));
        }
        users.push(user.value);
    }
    let team = if users.iter().any(|user| user.may_own) { GuardedRecord::<Team>::load(records, &Key::team()).await? } else { None };
    let mut users = users.into_iter();
    let Some(owner) = users.next() else { return Ok(Err("it has no owner".into())) };
    let role = role_in(team.as_deref(), &owner);
    match users.find(|issuer| role_in(team.as_deref(), issuer) < least_issuer(role)) {
        Some(issuer) => Ok(Err(format!("its issuer {} no longer has the right to make it", issuer.id.as_str()))),
        None => Ok(Ok((owner, role))),
    }
}

/// The current role of `user`.
pub(crate) async fn role_of(records: &impl Records, user: &User) -> Result<Role, StoreError> {
    let team = if user.may_own { GuardedRecord::load(records, &Key::team()).await? } else { None };
    Ok(role_in(team.as_deref(), user))
}

/// The role of `user`, where `team` lists the owners.
pub(super) fn role_in(team: Option<&GuardedRecord<Team>>, user: &User) -> Role {
    let is_owner = user.may_own && team.is_some_and(|team| team.value.owners.contains(&user.id));
    if is_owner { Role::Owner } else { user.role }
}

/// The token of `Bearer <token>`. The scheme ignores case, and spaces around the token are removed.
fn bearer(header: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = header.trim_ascii().split_at_checked("bearer".len())?;
    let is_bearer = scheme.eq_ignore_ascii_case(b"bearer") && token.first().is_none_or(|byte| *byte == b' ');
    is_bearer.then_some(token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bearer_token_follows_the_scheme() {
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
