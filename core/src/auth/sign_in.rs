//! Sign-in with a password. Whatever is wrong, the answer is the same, the same records are read, and exactly one
//! password is hashed, so that neither the answer nor its time tells whether an address has an account.

use super::device::known_device;
use super::{Authorized, rate_limit, role_of};
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::account_password::{AccountPassword, NewAccountPassword, PasswordHashing};
use crate::model::rate_limits::RatePolicy;
use crate::model::user::{Email, User};
use crate::model::visit::network;
use crate::store::ports::{ClientInfo, Edge, StoreError};
use crate::store::{EmailClaim, GuardedRecord, Key};

/// Why a password was refused. It goes to the log only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PasswordRefusal {
    NoUser,
    Inactive,
    NotAccepted,
    /// The PHC string of the hash cannot be read, its pepper is lost, or it costs more than this edge allows.
    Untriable,
    Wrong,
}

impl PasswordRefusal {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::NoUser => "no user has this address",
            Self::Inactive => "the user is not active",
            Self::NotAccepted => "the user has not accepted an invitation",
            Self::Untriable => "the stored hash cannot be tried: it cannot be read, its pepper is gone, or it costs too much",
            Self::Wrong => "the password is wrong",
        }
    }
}

/// The user with this address and password, and the proof that they signed in.
pub(crate) async fn sign_in<E: Edge>(
    context: &Context<'_, E>,
    client: &impl ClientInfo,
    email: &str,
    typed: &str,
) -> Result<(Box<GuardedRecord<User>>, Authorized), Problem> {
    let parsed = Email::parse(email).ok();
    take_attempt(context, client, email, parsed.as_ref()).await?;
    let user = match &parsed {
        Some(email) => find_user(context, email).await?,
        None => None,
    };
    let refusal = check_password(context, user.as_ref().map(|user| &user.value), typed).await?.err();
    let name = user.as_ref().map_or("an unknown address", |user| user.value.id.as_str());
    match refusal {
        Some(refusal) => Err(Problem::wrong_sign_in().because(format!("sign-in of {name}: {}", refusal.reason()))),
        None => {
            let user = user.ok_or_else(Problem::wrong_sign_in)?;
            let authorized = signed_in(context, client, &user.value).await?;
            Ok((user, authorized))
        }
    }
}

/// Takes an attempt to sign in, before any password is hashed. The limit of an account binds only unknown devices, so
/// guessers cannot lock its user out.
async fn take_attempt<E: Edge>(
    context: &Context<'_, E>,
    client: &impl ClientInfo,
    typed: &str,
    email: Option<&Email>,
) -> Result<(), Problem> {
    let account = email.map_or(typed, Email::as_str).as_bytes();
    if let Some(device) = email.and_then(|email| known_device(context, client, email)) {
        return rate_limit::take(context, RatePolicy::SignInDevice, &[account, &device]).await;
    }
    // A network without attempts of its own must not use up those of an account.
    rate_limit::take(context, RatePolicy::SignInNetwork, &[&network(client)]).await?;
    rate_limit::take(context, RatePolicy::SignInAccount, &[account]).await
}

/// The proof that `user` has signed in, by a password or a one-time token that was checked before.
pub(crate) async fn signed_in<E: Edge>(context: &Context<'_, E>, client: &impl ClientInfo, user: &User) -> Result<Authorized, Problem> {
    let role = role_of(context.edge.records(), user).await?;
    Ok(Authorized::of_user(&user.id, None, role, client))
}

/// The user with this address.
pub(crate) async fn find_user<E: Edge>(context: &Context<'_, E>, email: &Email) -> Result<Option<Box<GuardedRecord<User>>>, Problem> {
    let records = context.edge.records();
    for pepper in context.config.peppers() {
        let claim = GuardedRecord::<EmailClaim>::load(records, &Key::email(&email.claim_name(pepper))).await?;
        // An unknown address takes as many reads, so that their time does not tell.
        let key = claim.map_or_else(Key::probe, |claim| Key::user(&claim.value.by));
        let user = GuardedRecord::<User>::load(records, &key).await?;
        // A claim may belong to a user who was deleted or is being created.
        if let Some(user) = user.filter(|user| user.value.email.as_ref() == Some(email)) {
            return Ok(Some(user));
        }
    }
    Ok(None)
}

/// Checks the password of `user` with exactly one run of Argon2id.
pub(crate) async fn check_password<E: Edge>(
    context: &Context<'_, E>,
    user: Option<&User>,
    typed: &str,
) -> Result<Result<(), PasswordRefusal>, Problem> {
    let password = match user {
        None => Err(PasswordRefusal::NoUser),
        Some(user) if !user.is_active() => Err(PasswordRefusal::Inactive),
        Some(user) => user.password.as_ref().ok_or(PasswordRefusal::NotAccepted),
    };
    let check = password.and_then(|password| {
        let check = password.check(typed, context.config.peppers(), context.max_account_password_cost());
        check.ok_or(PasswordRefusal::Untriable)
    });
    match check {
        Ok(check) => {
            let hash = hash(context, &check.hashing).await?;
            Ok(if check.passes(&hash) { Ok(()) } else { Err(PasswordRefusal::Wrong) })
        }
        Err(refusal) => {
            let mut salt = [0; 16];
            context.edge.random(&mut salt)?;
            hash(context, &PasswordHashing::of(typed, context.pepper()?, salt, context.account_password_cost())).await?;
            Ok(Err(refusal))
        }
    }
}

/// Hashes a new password.
pub(crate) async fn hash_new_password<E: Edge>(
    context: &Context<'_, E>,
    password: &NewAccountPassword,
) -> Result<AccountPassword, Problem> {
    hash_again(context, password.text()).await
}

/// Hashes a password with a random salt under the current pepper, at the cost that the edge allows. Also for one that
/// was checked before and would be refused as a new one: the list of common passwords may have grown.
pub(crate) async fn hash_again<E: Edge>(context: &Context<'_, E>, password: &str) -> Result<AccountPassword, Problem> {
    let mut salt = [0; 16];
    context.edge.random(&mut salt)?;
    let pepper = context.pepper()?;
    let hashing = PasswordHashing::of(password, pepper, salt, context.account_password_cost());
    Ok(AccountPassword::new(pepper, &hashing, hash(context, &hashing).await?))
}

async fn hash<E: Edge>(context: &Context<'_, E>, hashing: &PasswordHashing) -> Result<[u8; 32], StoreError> {
    context.edge.hash_password(hashing).await
}
