//! Users: the owners of links and keys, their email addresses and their one-time tokens.

use std::fmt;

use crate::model::account_password::AccountPassword;
use crate::model::alias::fold;
use crate::model::digest::Pepper;
use crate::model::domain::{Domain, is_label};
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::key::{SecretDigest, is_secret};
use crate::model::link::UserId;
use crate::model::quota::Quota;
use crate::model::rights::{Role, least_issuer};
use crate::model::session::SessionGeneration;
use crate::model::text::Title;
use crate::model::time::Timestamp;
use crate::model::unicode;
use url::Host;

/// Longest email address in bytes that mail servers accept.
pub(crate) const EMAIL_BYTES: usize = 254;
/// Longest part before the `@` in bytes.
const LOCAL_BYTES: usize = 64;

/// Lifetime of an invitation: a week.
const INVITATION_MILLIS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// Lifetime of a token that resets a password: a day.
const RESET_MILLIS: u64 = 24 * 60 * 60 * 1_000;

/// An email address, folded, so that no two users have addresses that differ only in case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Email(String);

impl Email {
    /// Parses an address as people write it. Nothing is trimmed: a blank is an error. The host must not be an IP
    /// address.
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        let (local, host) = text.split_once('@').ok_or_else(not_an_address)?;
        if text.len() > EMAIL_BYTES {
            return Err(FieldError::new(FieldCode::TooLong, format!("an address must have at most {EMAIL_BYTES} bytes")));
        }
        let folded = fold(local);
        let has_valid_local = (1..=LOCAL_BYTES).contains(&folded.len()) && local.chars().chain(folded.chars()).all(is_local_char);
        let Ok(Host::Domain(name)) = Host::parse(host) else { return Err(not_a_host()) };
        if host.contains('%') || !name.split('.').all(is_label) {
            return Err(not_a_host());
        }
        if !has_valid_local {
            return Err(not_an_address());
        }
        let address = [&folded, "@", name.as_str()].concat();
        if address.len() > EMAIL_BYTES { Err(not_an_address()) } else { Ok(Self(address)) }
    }

    /// Wraps an address that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Name of the claim record of this address. It is a keyed digest: without the pepper the address cannot be
    /// guessed.
    pub(crate) fn claim_name(&self, pepper: &Pepper) -> String {
        pepper.digest("email", &[self.0.as_bytes()]).name()
    }
}

/// Whether a character may be before the `@`: ASCII that needs no quotes, or a visible letter of any script.
fn is_local_char(c: char) -> bool {
    match u8::try_from(c) {
        Ok(byte) if c.is_ascii() => byte.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(&byte),
        _ => unicode::is_letter(c),
    }
}

fn not_an_address() -> FieldError {
    FieldError::invalid("this is not an email address: write it as in ann@example.com")
}

fn not_a_host() -> FieldError {
    FieldError::invalid(
        "the part after the @ must be a host name such as example.com, with up to 63 letters, digits, - and _ between its dots",
    )
}

/// The new owner of the links of a deleted user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LinkRecipient {
    /// The links have no owner afterwards.
    Unowned,
    User(UserId),
}

/// Lifecycle state of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UserStatus {
    /// May sign in.
    Active,
    /// May not sign in until an admin enables them again.
    Disabled,
    /// Being deleted: their links are transferred first.
    Deleting {
        recipient: LinkRecipient,
        /// Progress of the transfer: the last domain, in alphabetical order, whose links are all transferred.
        past: Option<Domain>,
    },
    /// Deleted: only the id is left, as a tombstone.
    Deleted,
}

/// The purpose of a one-time token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenPurpose {
    /// Accepting an invitation: a new user sets their first password.
    Invitation,
    /// Setting a new password instead of a forgotten one.
    Reset,
}

impl TokenPurpose {
    /// Start of every token, so that people and secret scanners recognise one.
    fn prefix(self) -> &'static str {
        match self {
            Self::Invitation => "hopinvite_",
            Self::Reset => "hopreset_",
        }
    }

    fn lifetime_millis(self) -> u64 {
        match self {
            Self::Invitation => INVITATION_MILLIS,
            Self::Reset => RESET_MILLIS,
        }
    }

    fn digest(self, pepper: &Pepper, user: &UserId, secret: &str) -> SecretDigest {
        let purpose = match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        };
        SecretDigest::compute(pepper, purpose, user.as_str(), secret)
    }
}

/// A pending one-time token: the digest of its secret, and its expiry.
#[derive(Clone, Debug)]
pub(crate) struct OneTimeToken {
    pub(crate) digest: SecretDigest,
    pub(crate) expires_at: Timestamp,
}

impl OneTimeToken {
    /// Creates a token for `user` at `now` with this random secret. Returns it and its text, which only the response
    /// that creates it shows.
    pub(crate) fn new(purpose: TokenPurpose, secret: &str, pepper: &Pepper, user: &UserId, now: Timestamp) -> (Self, String) {
        let digest = purpose.digest(pepper, user, secret);
        let expires_at = Timestamp::from_millis(now.as_millis().saturating_add(purpose.lifetime_millis()));
        let id = user.as_str().strip_prefix("usr_").unwrap_or_default();
        (Self { digest, expires_at }, [purpose.prefix(), id, "_", secret].concat())
    }
}

/// A one-time token as a caller sends it: `hopinvite_<user>_<secret>`. `Debug` redacts the secret.
#[derive(Clone)]
pub(crate) struct PresentedToken {
    pub(crate) user: UserId,
    purpose: TokenPurpose,
    secret: String,
}

impl fmt::Debug for PresentedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}_[redacted]", self.purpose.prefix(), self.user.as_str())
    }
}

impl PresentedToken {
    /// Parses a token. Only its form is checked.
    pub(crate) fn parse(purpose: TokenPurpose, text: &str) -> Option<Self> {
        let (user, secret) = text.strip_prefix(purpose.prefix())?.split_once('_')?;
        let user = UserId::parse(["usr_", user].concat()).ok()?;
        is_secret(secret).then(|| Self { user, purpose, secret: secret.to_owned() })
    }

    /// Whether this is `pending`, under one of `peppers`, and has not expired.
    pub(crate) fn is<'a>(&self, pending: &OneTimeToken, peppers: impl IntoIterator<Item = &'a Pepper>, now: Timestamp) -> bool {
        let matches = |pepper| self.purpose.digest(pepper, &self.user, &self.secret).is(&pending.digest);
        now < pending.expires_at && peppers.into_iter().any(matches)
    }
}

/// A user.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: UserId,
    /// `None` for a tombstone.
    pub(crate) email: Option<Email>,
    pub(crate) name: Option<Title>,
    /// Their role, unless the team record lists them as an owner.
    pub(crate) role: Role,
    /// Whether the team record may list them as an owner. Without this flag they are not one.
    pub(crate) may_own: bool,
    pub(crate) status: UserStatus,
    /// The pending invitation, until they accept it.
    pub(crate) invitation: Option<OneTimeToken>,
    /// The pending reset of their password.
    pub(crate) reset: Option<OneTimeToken>,
    /// Their password, once they have accepted their invitation.
    pub(crate) password: Option<AccountPassword>,
    pub(crate) session_generation: SessionGeneration,
    pub(crate) created_at: Timestamp,
    pub(crate) last_login_at: Option<Timestamp>,
    /// How many links they may create.
    pub(crate) quota: Option<Quota>,
    pub(crate) version: u64,
    /// The name of the last claim record of their address. `None` for a tombstone.
    pub(crate) claim: Option<String>,
}

impl User {
    /// Whether the user may act: disabled and deleted users may not.
    pub(crate) fn is_active(&self) -> bool {
        self.status == UserStatus::Active
    }

    /// Whether the user may sign in: they are active and have a password.
    pub(crate) fn may_sign_in(&self) -> bool {
        self.is_active() && self.password.is_some()
    }

    /// A copy with the next version.
    pub(crate) fn next(&self) -> Self {
        let mut next = self.clone();
        next.version = self.version.saturating_add(1);
        next
    }

    /// Revokes the one-time tokens of a user whose role rises from `before` to `after`, if someone who may not issue
    /// one for `after` may know them.
    pub(crate) fn end_one_time_tokens(&mut self, before: Role, after: Role) {
        if least_issuer(before) < least_issuer(after) {
            self.invitation = None;
            self.reset = None;
        }
    }

    /// The tombstone of this user.
    pub(crate) fn to_tombstone(&self) -> Self {
        Self { version: self.next().version, ..Self::tombstone(self.id.clone(), self.created_at) }
    }

    /// The tombstone of a user whose creation was aborted at `now`.
    pub(crate) fn tombstone(id: UserId, now: Timestamp) -> Self {
        Self {
            id,
            email: None,
            name: None,
            role: Role::default(),
            may_own: false,
            status: UserStatus::Deleted,
            invitation: None,
            reset: None,
            password: None,
            session_generation: SessionGeneration::default(),
            created_at: now,
            last_login_at: None,
            quota: None,
            version: 1,
            claim: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<String> {
        Email::parse(text).ok().map(|email| email.0)
    }

    #[test]
    fn email_addresses_are_normalized() {
        for (text, address) in [
            ("ann@example.com", "ann@example.com"),
            ("Ann.O'Hara+hop@EXAMPLE.com", "ann.o'hara+hop@example.com"),
            ("ÄNN@bücher.example", "änn@xn--bcher-kva.example"),
            ("a\u{308}nn@BÜCHER.example", "änn@xn--bcher-kva.example"),
            ("ＡＮＮ@ｅｘａｍｐｌｅ.com", "ann@example.com"),
            ("安@例え.example", "安@xn--r8jz45g.example"),
            ("ann@localhost", "ann@localhost"),
        ] {
            assert_eq!(parse(text).as_deref(), Some(address), "{text}");
            assert_eq!(parse(address).as_deref(), Some(address), "{address}");
        }
    }

    #[test]
    fn invalid_email_addresses_are_refused() {
        for text in [
            "",
            "@",
            "ann",
            "ann@",
            "@example.com",
            " ann@example.com",
            "ann@example.com ",
            "an n@example.com",
            "ann@exa mple.com",
            "ann@@example.com",
            "ann@b@example.com",
            "ann＠b@example.com",
            "ann\t@example.com",
            "ann\0@example.com",
            "a\u{ad}nn@example.com",
            "a\u{200b}nn@example.com",
            "a\u{202e}nn@example.com",
            "ann\u{a0}@example.com",
            "\"a b\"@example.com",
            "ann<b>@example.com",
            "ann@127.0.0.1",
            "ann@[::1]",
            "ann@2130706433",
            "ann@a..example",
            "ann@.example",
            "ann@example.com.",
            "ann@ex%61mple.com",
            "ann@example.com:25",
            "ann@example.com/x",
            "ann\r\nBcc:b@example.com",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn email_is_refused_without_a_host_name() {
        let long_label = format!("ann@{}.example", "a".repeat(64));
        for text in
            ["ann@b&c.example", "ann@b!c", "0@0*", "ann@b'c.example", "ann@b;c.example", "ann@127.0.0.1", "ann@b..example", &long_label]
        {
            let error = Email::parse(text).unwrap_err();
            assert!(error.detail.starts_with("the part after the @ must be a host name"), "{text}: {}", error.detail);
        }
        for text in ["ann@a_b.example", "ann@a-b.example", &format!("ann@{}.example", "a".repeat(63))] {
            assert!(parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn email_addresses_have_the_length_limits_of_mail_servers() {
        let host = |bytes: usize| format!("{}.example", "a.".repeat(bytes / 2) + &"a".repeat(bytes % 2 + 1));
        let of = |local: usize, total: usize| {
            let host = host(total - local - 1 - 9);
            let address = format!("{}@{host}", "x".repeat(local));
            (address.len(), parse(&address).is_some())
        };
        assert_eq!([of(64, 253), of(65, 253)].map(|(_, is_valid)| is_valid), [true, false]);
        assert_eq!([of(64, 254), of(64, 255)], [(254, true), (255, false)]);
        // The limits apply to the folded address with the host in ASCII, which can be longer than the text.
        assert_eq!(
            (parse(&format!("{}@a.example", "é".repeat(32))).is_some(), parse(&format!("{}@a.example", "é".repeat(33))).is_some()),
            (true, false)
        );
        let grows = |labels: usize| format!("{}@{}example", "x".repeat(60), "ü.".repeat(labels));
        assert_eq!((grows(40).len() <= EMAIL_BYTES, parse(&grows(40)).is_some(), parse(&grows(10)).is_some()), (true, false, true));
        assert_eq!(Email::parse(&format!("x@{}", "a".repeat(253))).err().map(|error| error.code), Some(FieldCode::TooLong));
    }

    const SECRET: &str = "5Hq8xk2VbJtYpWc7RzDmFnA3sLgEuXh9QvT6NoZiBy4K";

    #[test]
    fn one_time_tokens_expire_and_serve_one_purpose() {
        let (pepper, old, user) = (Pepper::new("p"), Pepper::new("q"), UserId::from_random("2222222222222222x"));
        for (purpose, prefix, millis) in
            [(TokenPurpose::Invitation, "hopinvite_", 604_800_000_u64), (TokenPurpose::Reset, "hopreset_", 86_400_000)]
        {
            let (pending, text) = OneTimeToken::new(purpose, SECRET, &pepper, &user, Timestamp::from_millis(5));
            assert_eq!(text, format!("{prefix}2222222222222222x_{SECRET}"));
            assert_eq!(pending.expires_at.as_millis(), millis + 5);
            let presented = PresentedToken::parse(purpose, &text).unwrap();
            let is = |millis, peppers: &[&Pepper]| presented.is(&pending, peppers.iter().copied(), Timestamp::from_millis(millis));
            assert!(is(millis + 4, &[&pepper]) && is(5, &[&old, &pepper]));
            assert!(!is(millis + 5, &[&pepper]) && !is(5, &[&old]) && !is(5, &[]));
            let (other, _) = OneTimeToken::new(purpose, &SECRET.replace('5', "6"), &pepper, &user, Timestamp::from_millis(5));
            assert!(!presented.is(&other, [&pepper], Timestamp::from_millis(5)));
        }
        let (invitation, text) = OneTimeToken::new(TokenPurpose::Invitation, SECRET, &pepper, &user, Timestamp::from_millis(5));
        let reset = PresentedToken::parse(TokenPurpose::Reset, &text.replace("hopinvite_", "hopreset_")).unwrap();
        assert!(!reset.is(&invitation, [&pepper], Timestamp::from_millis(5)));
        assert!(PresentedToken::parse(TokenPurpose::Reset, &text).is_none());
    }

    #[test]
    fn malformed_one_time_tokens_do_not_parse() {
        let parse = |text: &str| PresentedToken::parse(TokenPurpose::Invitation, text);
        let text = format!("hopinvite_2222222222222222x_{SECRET}");
        assert_eq!(format!("{:?}", parse(&text).unwrap()), "hopinvite_usr_2222222222222222x_[redacted]");
        for wrong in [
            "",
            "hopinvite_",
            "opinvite_",
            &format!("{text}x"),
            text.strip_suffix('K').unwrap(),
            &text.replace("2222x", "222x"),
            &text.replace('5', "0"),
        ] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
