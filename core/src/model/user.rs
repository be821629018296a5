//! Users: the people links and keys belong to.

use crate::model::alias::fold;
use crate::model::digest::Pepper;
use crate::model::domain::{Domain, is_label};
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::key::SecretDigest;
use crate::model::link::UserId;
use crate::model::rights::{Role, least_issuer};
use crate::model::text::Title;
use crate::model::time::Timestamp;
use crate::model::unicode;
use url::Host;

/// In bytes: what a mail server takes.
pub(crate) const EMAIL_BYTES: usize = 254;
const LOCAL_BYTES: usize = 64;

/// A week.
const INVITATION_MILLIS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// An address mail reaches somebody at, folded: no two users have one that differs in capitals only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Email(String);

impl Email {
    /// Reads an address as a person writes it. Nothing is trimmed: a blank is wrong. No mailbox is at a mere number.
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        let (local, host) = text.split_once('@').ok_or_else(no_address)?;
        if text.len() > EMAIL_BYTES {
            return Err(FieldError::new(FieldCode::TooLong, format!("an address has at most {EMAIL_BYTES} bytes")));
        }
        let folded = fold(local);
        let is_local = (1..=LOCAL_BYTES).contains(&folded.len()) && local.chars().chain(folded.chars()).all(is_of_local);
        let Ok(Host::Domain(name)) = Host::parse(host) else { return Err(no_host()) };
        if host.contains('%') || !name.split('.').all(is_label) {
            return Err(no_host());
        }
        if !is_local {
            return Err(no_address());
        }
        let address = [&folded, "@", name.as_str()].concat();
        if address.len() > EMAIL_BYTES { Err(no_address()) } else { Ok(Self(address)) }
    }

    /// An address hop stored itself.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of whatever says whose the address is: a keyed digest, so that nobody without the pepper can tell which address it is of.
    pub(crate) fn claim_name(&self, pepper: &Pepper) -> String {
        pepper.digest("email", &[self.0.as_bytes()]).name()
    }
}

/// What may stand before the `@`: what needs no quotes, and letters of any script that are seen.
fn is_of_local(c: char) -> bool {
    match u8::try_from(c) {
        Ok(byte) if c.is_ascii() => byte.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(&byte),
        _ => unicode::is_letter(c),
    }
}

fn no_address() -> FieldError {
    FieldError::invalid("this is no address that mail reaches")
}

fn no_host() -> FieldError {
    FieldError::invalid(
        "the part after the @ must be a host name such as example.com, with up to 63 letters, digits, - and _ between its dots",
    )
}

/// Who gets the links of a user that is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LinkRecipient {
    Nobody,
    User(UserId),
}

/// How a user stands with the deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UserStatus {
    /// They are one of us.
    Active,
    /// They are let in no more, until an admin says otherwise.
    Disabled,
    /// Their links are on their way to somebody else, and then nothing of them is left.
    Deleting {
        heir: LinkRecipient,
        /// In the order of their names, the last domain on which no link of theirs is left.
        past: Option<Domain>,
    },
    /// Nothing is left but the id.
    Deleted,
}

/// An invitation that was not taken up: what is kept of its token, and how long it holds.
#[derive(Clone, Debug)]
pub(crate) struct Invitation {
    pub(crate) mark: SecretDigest,
    pub(crate) expires_at: Timestamp,
}

impl Invitation {
    /// An invitation of `user` at `now` by this random secret, and its token: told once, to who invites them.
    pub(crate) fn new(secret: &str, pepper: &Pepper, user: &UserId, now: Timestamp) -> (Self, String) {
        let mark = SecretDigest::compute(pepper, "invitation", user.as_str(), secret);
        let expires_at = Timestamp::from_millis(now.as_millis().saturating_add(INVITATION_MILLIS));
        let id = user.as_str().strip_prefix("usr_").unwrap_or_default();
        (Self { mark, expires_at }, ["hopinvite_", id, "_", secret].concat())
    }
}

/// A user.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: UserId,
    /// Nothing for one that is gone.
    pub(crate) email: Option<Email>,
    pub(crate) name: Option<Title>,
    /// What they are, if they are no owner.
    pub(crate) role: Role,
    /// Whether the team may name them as an owner: nobody is one of whom this does not say so.
    pub(crate) may_own: bool,
    pub(crate) standing: UserStatus,
    /// Until they have taken it up.
    pub(crate) invitation: Option<Invitation>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_login_at: Option<Timestamp>,
    pub(crate) version: u64,
    /// The name under which their address was claimed last; nothing for one that is gone.
    pub(crate) claim: Option<String>,
}

impl User {
    /// The same, a version later.
    pub(crate) fn next(&self) -> Self {
        let mut next = self.clone();
        next.version = self.version.saturating_add(1);
        next
    }

    /// Ends the invitation of a user whose role rises from `was` to `now`, if somebody who may not issue one for `now` may know its token.
    pub(crate) fn end_invitation(&mut self, was: Role, now: Role) {
        if least_issuer(was) < least_issuer(now) {
            self.invitation = None;
        }
    }

    /// What is left of them.
    pub(crate) fn gone(&self) -> Self {
        Self { version: self.next().version, ..Self::given_up(self.id.clone(), self.created_at) }
    }

    /// What is left of one whose creation was given up at `now`.
    pub(crate) fn given_up(id: UserId, now: Timestamp) -> Self {
        Self {
            id,
            email: None,
            name: None,
            role: Role::default(),
            may_own: false,
            standing: UserStatus::Deleted,
            invitation: None,
            created_at: now,
            last_login_at: None,
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
    fn an_address_has_one_spelling() {
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
    fn what_no_mail_reaches_is_no_address() {
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
            let refusal = Email::parse(text).unwrap_err();
            assert!(refusal.detail.starts_with("the part after the @ must be a host name"), "{text}: {}", refusal.detail);
        }
        for text in ["ann@a_b.example", "ann@a-b.example", &format!("ann@{}.example", "a".repeat(63))] {
            assert!(parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn an_address_is_as_long_as_mail_servers_take() {
        let host = |bytes: usize| format!("{}.example", "a.".repeat(bytes / 2) + &"a".repeat(bytes % 2 + 1));
        let of = |local: usize, all: usize| {
            let host = host(all - local - 1 - 9);
            let address = format!("{}@{host}", "x".repeat(local));
            (address.len(), parse(&address).is_some())
        };
        assert_eq!([of(64, 253), of(65, 253)].map(|(_, taken)| taken), [true, false]);
        assert_eq!([of(64, 254), of(64, 255)], [(254, true), (255, false)]);
        // What grows when it is folded or written in ASCII is measured then.
        assert_eq!(
            (parse(&format!("{}@a.example", "é".repeat(32))).is_some(), parse(&format!("{}@a.example", "é".repeat(33))).is_some()),
            (true, false)
        );
        let grows = |labels: usize| format!("{}@{}example", "x".repeat(60), "ü.".repeat(labels));
        assert_eq!((grows(40).len() <= EMAIL_BYTES, parse(&grows(40)).is_some(), parse(&grows(10)).is_some()), (true, false, true));
        assert_eq!(Email::parse(&format!("x@{}", "a".repeat(253))).err().map(|refusal| refusal.code), Some(FieldCode::TooLong));
    }

    #[test]
    fn an_invitation_keeps_no_secret_and_holds_a_week() {
        let (pepper, user, secret) = (Pepper::new("p"), UserId::from_name("2222222222222222x"), "s".repeat(44));
        let (invitation, token) = Invitation::new(&secret, &pepper, &user, Timestamp::from_millis(5));
        assert_eq!(token, format!("hopinvite_2222222222222222x_{secret}"));
        assert_eq!(invitation.expires_at.as_millis(), 604_800_005);
        assert!(invitation.mark.is(&SecretDigest::compute(&pepper, "invitation", user.as_str(), &secret)));
        for other in [
            SecretDigest::compute(&pepper, "key", user.as_str(), &secret),
            SecretDigest::compute(&Pepper::new("q"), "invitation", user.as_str(), &secret),
        ] {
            assert!(!invitation.mark.is(&other));
        }
    }
}
