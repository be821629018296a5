//! Sessions of signed-in users, and the refresh tokens that continue them.
//!
//! Refresh token n of a session is an HMAC of its secret and n, so only its number is stored. Token n is valid until
//! token n+1 is presented, and for 30 seconds more: a client that lost a response sends its old token again. A token
//! that is older was stolen or copied, and ends the session.

use subtle::ConstantTimeEq as _;

use crate::model::base58;
use crate::model::base64;
use crate::model::digest::Pepper;
use crate::model::link::UserId;
use crate::model::time::Timestamp;

/// How long a session lasts after its last refresh: 30 days.
pub(crate) const SESSION_SECONDS: u64 = 30 * 24 * 60 * 60;

/// How long a token stays valid after its successor was presented.
const GRACE_MILLIS: u64 = 30 * 1_000;

/// How long a new session may be missing from a store with late reads.
const LATE_READ_MILLIS: u64 = 60 * 1_000;

/// Start of every refresh token, so that people and secret scanners recognise one.
const PREFIX: &str = "hoprt_";

/// The id of a session. It contains the time of its creation, so that a read that misses the session can tell whether
/// the read is late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionId(String);

impl SessionId {
    /// The id of a session that begins at `now`, with this random part of 96 bits.
    pub(crate) fn new(now: Timestamp, random: &str) -> Self {
        Self(format!("ses_{:08x}{random}", now.as_millis() / 1_000))
    }

    /// Parses an id as the API writes it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (seconds, random) = text.strip_prefix("ses_")?.split_at_checked(8)?;
        let is_hex = seconds.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
        (is_hex && base58::is_96(random)).then(|| Self(text.to_owned()))
    }

    /// Wraps an id that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the session may be too new to be found by every read.
    pub(crate) fn may_be_missed(&self, now: Timestamp) -> bool {
        let seconds = self.0.get(4..12).and_then(|seconds| u64::from_str_radix(seconds, 16).ok()).unwrap_or_default();
        let created_at = Timestamp::from_millis(seconds.saturating_mul(1_000));
        now.as_millis() < created_at.as_millis().saturating_add(LATE_READ_MILLIS)
    }

    /// The id without its prefix.
    fn rest(&self) -> &str {
        self.0.strip_prefix("ses_").unwrap_or_default()
    }
}

/// The current generation of the sessions of a user. A new one ends all earlier sessions, or all but one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionGeneration {
    /// Each generation has a higher number than the one before.
    pub(crate) number: u64,
    /// The earlier session that goes on: the one that set the password which ended the others.
    pub(crate) kept: Option<SessionId>,
}

impl SessionGeneration {
    /// The next generation, in which only `kept` goes on.
    pub(crate) fn next(&self, kept: Option<SessionId>) -> Self {
        Self { number: self.number.saturating_add(1), kept }
    }
}

/// What the generation in the record of a user means for one of their sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GenerationMatch {
    /// The session goes on.
    Current,
    /// A later generation ended the session.
    Ended,
    /// The record of the user is older than the session.
    LateRead,
}

/// A session of a signed-in user.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    /// The secret of its refresh tokens.
    pub(crate) secret: SessionSecret,
    /// The number of the generation in which it began.
    pub(crate) generation: u64,
    /// The highest number of a refresh token that was presented.
    pub(crate) presented: u64,
    /// When that token was presented first.
    pub(crate) presented_at: Timestamp,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Timestamp,
    pub(crate) is_ended: bool,
    /// Country, device and browser of the sign-in, so that a user recognises the session.
    pub(crate) country: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) browser: Option<String>,
}

/// The secret of a session. It is useless without the pepper.
#[derive(Clone, Copy)]
pub(crate) struct SessionSecret(pub(crate) [u8; 32]);

impl std::fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What a valid refresh token means for its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenUse {
    /// The session goes on.
    Continue,
    /// The token is too old: somebody else has used its successor.
    Replay,
    /// The record does not show yet that this token was issued.
    LateRead,
}

impl Session {
    /// Whether the session has ended by itself.
    pub(crate) fn has_ended(&self, now: Timestamp) -> bool {
        self.is_ended || self.expires_at() <= now
    }

    /// What the current generation of the user's sessions means for this one.
    pub(crate) fn in_generation(&self, current: &SessionGeneration) -> GenerationMatch {
        if self.generation > current.number {
            GenerationMatch::LateRead
        } else if self.generation == current.number || current.kept.as_ref() == Some(&self.id) {
            GenerationMatch::Current
        } else {
            GenerationMatch::Ended
        }
    }

    pub(crate) fn expires_at(&self) -> Timestamp {
        Timestamp::from_millis(self.last_used_at.as_millis().saturating_add(SESSION_SECONDS.saturating_mul(1_000)))
    }

    /// What it means that the token `number` is presented.
    pub(crate) fn judge(&self, number: u64, now: Timestamp) -> TokenUse {
        let grace_ends = self.presented_at.as_millis().saturating_add(GRACE_MILLIS);
        if number > self.presented.saturating_add(1) {
            TokenUse::LateRead
        } else if number >= self.presented || (number.saturating_add(1) == self.presented && now.as_millis() <= grace_ends) {
            TokenUse::Continue
        } else {
            TokenUse::Replay
        }
    }

    /// The session after the token `number` was presented.
    pub(crate) fn continued(&self, number: u64, now: Timestamp) -> Self {
        let mut next = Self { last_used_at: now, ..self.clone() };
        if number > self.presented {
            (next.presented, next.presented_at) = (number, now);
        }
        next
    }

    /// The latest refresh token.
    pub(crate) fn refresh_token(&self, pepper: &Pepper) -> RefreshToken {
        let number = self.presented.saturating_add(1);
        RefreshToken { user: self.user.clone(), session: self.id.clone(), number, seal: self.seal(pepper, number) }
    }

    /// Whether `token` was made for this session, under `pepper`.
    pub(crate) fn made(&self, token: &RefreshToken, pepper: &Pepper) -> bool {
        self.seal(pepper, token.number).ct_eq(&token.seal).into()
    }

    fn seal(&self, pepper: &Pepper, number: u64) -> [u8; 32] {
        *pepper.digest("refresh", &[&self.secret.0, &number.to_be_bytes()]).as_bytes()
    }
}

/// A refresh token: `hoprt_<user>_<session>_<number>_<seal>`.
#[derive(Clone)]
pub(crate) struct RefreshToken {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) number: u64,
    seal: [u8; 32],
}

impl RefreshToken {
    /// Parses a token. Only its form is checked.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(PREFIX)?.splitn(4, '_');
        let (user, session, number, seal) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let token = Self {
            user: UserId::parse(["usr_", user].concat()).ok()?,
            session: SessionId::parse(&["ses_", session].concat())?,
            number: number.parse().ok()?,
            seal: base64::decode(seal)?.try_into().ok()?,
        };
        (token.expose() == text).then_some(token)
    }

    /// The whole token. Only the response that issues it shows this.
    pub(crate) fn expose(&self) -> String {
        let user = self.user.as_str().strip_prefix("usr_").unwrap_or_default();
        [PREFIX, user, "_", self.session.rest(), "_", &self.number.to_string(), "_", &base64::encode(&self.seal)].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_248_000_000);

    fn after(seconds: u64) -> Timestamp {
        Timestamp::from_millis(NOW.as_millis().saturating_add(seconds.saturating_mul(1_000)))
    }

    fn session() -> Session {
        Session {
            id: SessionId::new(NOW, "2222222222222222x"),
            user: UserId::from_random("3333333333333333y"),
            secret: SessionSecret([7; 32]),
            generation: 3,
            presented: 5,
            presented_at: NOW,
            created_at: NOW,
            last_used_at: NOW,
            is_ended: false,
            country: None,
            device: None,
            browser: None,
        }
    }

    #[test]
    fn token_is_valid_until_grace_after_its_successor() {
        use TokenUse::{Continue, LateRead, Replay};
        for (number, seconds, expected) in [
            (6, 0, Continue),
            (5, 0, Continue),
            (5, 86_400, Continue),
            (4, 0, Continue),
            (4, 30, Continue),
            (4, 31, Replay),
            (3, 0, Replay),
            (0, 0, Replay),
            (7, 0, LateRead),
            (u64::MAX, 0, LateRead),
        ] {
            assert_eq!(session().judge(number, after(seconds)), expected, "token {number} after {seconds} s");
        }
    }

    #[test]
    fn presenting_the_latest_token_advances_the_session() {
        let next = session().continued(6, after(9));
        assert_eq!((next.presented, next.presented_at, next.last_used_at), (6, after(9), after(9)));
        let again = session().continued(5, after(9));
        assert_eq!((again.presented, again.presented_at, again.last_used_at), (5, NOW, after(9)));
    }

    #[test]
    fn refresh_token_belongs_to_session_number_and_pepper() {
        let (session, pepper) = (session(), Pepper::new("p"));
        let token = RefreshToken::parse(&session.refresh_token(&pepper).expose()).unwrap();
        assert!(session.made(&token, &pepper) && token.number == 6);
        assert!(!session.made(&token, &Pepper::new("q")));
        assert!(!session.made(&RefreshToken { number: 7, ..token.clone() }, &pepper));
        assert!(!Session { secret: SessionSecret([8; 32]), ..session }.made(&token, &pepper));
    }

    #[test]
    fn only_the_written_form_of_a_refresh_token_parses() {
        let text = session().refresh_token(&Pepper::new("p")).expose();
        assert!(text.starts_with("hoprt_3333333333333333y_6b014f80"), "{text}");
        assert!(RefreshToken::parse(&text).is_some());
        for wrong in [
            text.replace("hoprt_", "hop_"),
            text.replace("_6_", "_06_"),
            text.replace("_6_", "_+6_"),
            text.replace("_6_", "__"),
            text.replace("_6_", "_99999999999999999999_"),
            format!("{text}="),
            format!("{text}A"),
            text.replacen("hoprt_", "hoprt", 1),
            text.replace("3333y", "333y"),
            text.replace("6b014f80", "6B014F80"),
        ] {
            assert!(RefreshToken::parse(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn session_ends_by_itself_or_by_age() {
        assert!(!session().has_ended(after(SESSION_SECONDS - 1)) && session().has_ended(after(SESSION_SECONDS)));
        assert!(Session { is_ended: true, ..session() }.has_ended(NOW));
    }

    #[test]
    fn later_generation_ends_all_sessions_but_the_kept() {
        let other = SessionId::new(NOW, "2222222222222222y");
        for (number, kept, expected) in [
            (3, None, GenerationMatch::Current),
            (3, Some(other.clone()), GenerationMatch::Current),
            (2, None, GenerationMatch::LateRead),
            (2, Some(session().id), GenerationMatch::LateRead),
            (4, None, GenerationMatch::Ended),
            (4, Some(other), GenerationMatch::Ended),
            (5, Some(session().id), GenerationMatch::Current),
        ] {
            let current = SessionGeneration { number, kept };
            assert_eq!(session().in_generation(&current), expected, "{current:?}");
        }
        let current = SessionGeneration { number: 3, kept: None };
        let next = current.next(Some(session().id));
        assert_eq!((next.number, next.kept.clone(), next.next(None).kept), (4, Some(session().id), None));
    }

    #[test]
    fn only_new_sessions_may_be_missed() {
        let id = SessionId::parse(session().id.as_str()).unwrap();
        assert!(id.may_be_missed(NOW) && id.may_be_missed(after(59)) && !id.may_be_missed(after(60)));
        for wrong in ["", "ses_", "ses_6b014f80", "ses_6b014f8g2222222222222222x", "usr_6b014f802222222222222222x"] {
            assert_eq!(SessionId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn session_secret_is_redacted() {
        assert!(format!("{:?}", session()).contains("secret: [redacted]"));
    }
}
