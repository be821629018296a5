//! Links: the record of a link, its id, its state and its redirect settings.

use std::fmt;

use http::StatusCode;

use crate::model::alias::Alias;
use crate::model::base58;
use crate::model::blocked::Blocked;
use crate::model::clicks::Clicks;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link_settings::LinkSettings;
use crate::model::target::Target;
use crate::model::time::Timestamp;

/// Limit of moves: a redirect follows at most this many renames from an old alias.
pub(crate) const MAX_MOVES: u8 = 16;

/// Id of a link. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LinkId(String);

impl LinkId {
    /// The id with this random part.
    pub(crate) fn from_random(random: &str) -> Self {
        Self(format!("lnk_{random}"))
    }

    /// Wraps an id that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Id of a user. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UserId(String);

impl UserId {
    /// The id with this random part.
    pub(crate) fn from_random(random: &str) -> Self {
        Self(["usr_", random].concat())
    }

    /// Parses an id as the API writes it.
    pub(crate) fn parse(text: String) -> Result<Self, FieldError> {
        match text.strip_prefix("usr_") {
            Some(rest) if base58::is_96(rest) => Ok(Self(text)),
            _ => Err(FieldError::invalid("this is not the id of a user")),
        }
    }

    /// Wraps an id that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// HTTP status of the redirect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RedirectStatus {
    /// Browsers request it again every time, so an edit reaches all visitors.
    #[default]
    Found,
    MovedPermanently,
    Temporary,
    Permanent,
}

impl RedirectStatus {
    pub(crate) fn parse(number: u64) -> Result<Self, FieldError> {
        match number {
            301 => Ok(Self::MovedPermanently),
            302 => Ok(Self::Found),
            307 => Ok(Self::Temporary),
            308 => Ok(Self::Permanent),
            _ => Err(FieldError::new(FieldCode::OutOfRange, "the status of a redirect must be 301, 302, 307 or 308")),
        }
    }

    pub(crate) fn code(self) -> StatusCode {
        match self {
            Self::MovedPermanently => StatusCode::MOVED_PERMANENTLY,
            Self::Found => StatusCode::FOUND,
            Self::Temporary => StatusCode::TEMPORARY_REDIRECT,
            Self::Permanent => StatusCode::PERMANENT_REDIRECT,
        }
    }
}

/// Whether the query of the visitor is forwarded to the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ForwardQuery {
    /// The query is dropped.
    #[default]
    Off,
    /// The query is forwarded, except parameters that the target has.
    TargetWins,
    /// The query is forwarded and replaces the target's parameters of the same name.
    VisitorWins,
}

impl ForwardQuery {
    pub(crate) const ALL: [Self; 3] = [Self::Off, Self::TargetWins, Self::VisitorWins];

    pub(crate) fn parse(name: &str) -> Result<Self, FieldError> {
        let found = Self::ALL.into_iter().find(|one| one.name() == name);
        found.ok_or_else(|| FieldError::invalid("this must be one of off, target_wins, visitor_wins"))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::TargetWins => "target_wins",
            Self::VisitorWins => "visitor_wins",
        }
    }
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) id: LinkId,
    pub(crate) alias: Alias,
    pub(crate) domain: Domain,
    pub(crate) target: Target,
    pub(crate) settings: LinkSettings,
    /// `None` for links of the bootstrap admin.
    pub(crate) owner: Option<UserId>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) updated_by: Option<UserId>,
    /// Set on a tombstone: the link is deleted and its alias is still taken.
    pub(crate) deleted_at: Option<Timestamp>,
    /// Number of the link's changes, which is its `ETag`.
    pub(crate) version: u64,
    /// Number of moves since the first one whose old alias was set to redirect, even if it no longer does.
    pub(crate) moves: u8,
    /// The name of the history entry with the version before this one ([`crate::store::history`]).
    pub(crate) history: Option<String>,
    /// The token of the commit that set its click limit. Clicks under another token do not count.
    pub(crate) epoch: Option<String>,
    pub(crate) blocked: Option<Blocked>,
    /// Deleted links whose alias this one took over, oldest first. Their history and counts may remain; erasing this
    /// link removes them too.
    pub(crate) predecessors: Vec<LinkId>,
    /// Clicks that were counted before the link was imported.
    pub(crate) imported_clicks: Clicks,
}

/// State of a link for visitors, derived from the record, the clicks used of its limit, and the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkState {
    Scheduled,
    Live,
    Ended,
    UsedUp,
    Disabled,
    Blocked,
    Deleted,
}

impl LinkState {
    /// Every state.
    pub(crate) const ALL: [Self; 7] =
        [Self::Scheduled, Self::Live, Self::Ended, Self::UsedUp, Self::Disabled, Self::Blocked, Self::Deleted];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Live => "live",
            Self::Ended => "ended",
            Self::UsedUp => "used_up",
            Self::Disabled => "disabled",
            Self::Blocked => "blocked",
            Self::Deleted => "deleted",
        }
    }
}

#[cfg(test)]
impl Link {
    /// A link with default settings.
    pub(crate) fn example() -> Self {
        Self {
            id: LinkId::stored("lnk_1".into()),
            alias: Alias::stored("docs".into()),
            domain: Domain::stored("hop.example".into()),
            target: Target::stored("https://example.com/".into()),
            settings: LinkSettings::default(),
            owner: None,
            created_at: Timestamp::from_millis(1_000),
            updated_at: Timestamp::from_millis(2_000),
            updated_by: None,
            deleted_at: None,
            version: 7,
            moves: 0,
            history: None,
            epoch: None,
            blocked: None,
            predecessors: Vec::new(),
            imported_clicks: Clicks::default(),
        }
    }
}

impl Link {
    pub(crate) fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    /// The state at `now` after `taken` clicks of its limit. Decisions of people take precedence over the time.
    pub(crate) fn state(&self, taken: u64, now: Timestamp) -> LinkState {
        if self.is_deleted() {
            LinkState::Deleted
        } else if self.blocked.is_some() {
            LinkState::Blocked
        } else if self.settings.disabled {
            LinkState::Disabled
        } else if self.settings.ends_at.is_some_and(|ends_at| ends_at <= now) {
            LinkState::Ended
        } else if self.settings.max_clicks.is_some_and(|most| most.get() <= taken) {
            LinkState::UsedUp
        } else if self.settings.starts_at.is_some_and(|starts_at| now < starts_at) {
            LinkState::Scheduled
        } else {
            LinkState::Live
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;
    use crate::model::text::Reason;

    #[test]
    fn the_most_final_state_takes_precedence() {
        let at = |millis| Some(Timestamp::from_millis(millis));
        let mut link = Link { deleted_at: at(1), ..Link::example() };
        link.blocked = Some(Blocked { reason: Reason::stored("r".into()), at: Timestamp::from_millis(1) });
        link.settings =
            LinkSettings { disabled: true, ends_at: at(5), max_clicks: NonZeroU64::new(3), starts_at: at(9), ..LinkSettings::default() };
        let mut states = Vec::new();
        let removals: [fn(&mut Link); 6] = [
            |link| link.deleted_at = None,
            |link| link.blocked = None,
            |link| link.settings.disabled = false,
            |link| link.settings.ends_at = None,
            |link| link.settings.max_clicks = NonZeroU64::new(4),
            |link| link.settings.starts_at = None,
        ];
        for remove in removals {
            states.push(link.state(3, Timestamp::from_millis(7)).name());
            remove(&mut link);
        }
        assert_eq!(states, ["deleted", "blocked", "disabled", "ended", "used_up", "scheduled"]);
        assert_eq!(link.state(3, Timestamp::from_millis(7)), LinkState::Live);
        assert_eq!(link.state(4, Timestamp::from_millis(7)), LinkState::UsedUp);
        link.settings.max_clicks = None;
        assert_eq!(link.state(u64::MAX, Timestamp::from_millis(7)), LinkState::Live);
    }

    #[test]
    fn only_four_redirect_statuses_are_allowed() {
        for number in 0..1_000 {
            match RedirectStatus::parse(number) {
                Ok(status) => {
                    assert!([301, 302, 307, 308].contains(&number));
                    assert_eq!(u64::from(status.code().as_u16()), number);
                }
                Err(error) => assert_eq!(error.code, FieldCode::OutOfRange),
            }
        }
        assert_eq!(RedirectStatus::default().code(), StatusCode::FOUND);
    }
}
