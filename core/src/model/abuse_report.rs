//! Abuse reports: what a visitor reports about a link, and how an admin resolves the report.

use crate::model::alias::Alias;
use crate::model::base58;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::{LinkId, UserId};
use crate::model::text::bounded;
use crate::model::time::Timestamp;

/// Longest detail in characters: about a page.
pub(crate) const DETAIL_CHARS: usize = 2_000;

/// Longest contact in characters: as long as the longest e-mail address.
pub(crate) const CONTACT_CHARS: usize = 254;

/// How long a resolved report is kept: 90 days.
const RESOLVED_MILLIS: u64 = 90 * 24 * 60 * 60 * 1_000;

/// Number of hexadecimal digits of the time in an id. They are enough until the year 10889.
const TIME_DIGITS: usize = 12;

/// The largest time in an id, in milliseconds.
const LATEST_MILLIS: u64 = 0xFFFF_FFFF_FFFF;

/// The id of a report. It begins with the inverted time of the report, so ids in ascending order are newest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AbuseReportId(String);

/// Why a link is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AbuseReason {
    Phishing,
    Malware,
    Fraud,
    Spam,
    Illegal,
    Other,
}

/// What was done about a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReportAction {
    /// The link was blocked.
    Blocked,
    /// Nothing.
    Dismissed,
}

/// The state of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AbuseReportState {
    Open,
    Resolved,
}

/// What happened, in the words of the visitor. It may have several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportDetail(String);

/// How to reach the visitor: an e-mail address or any other line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportContact(String);

/// A report about a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AbuseReport {
    pub(crate) id: AbuseReportId,
    pub(crate) link: LinkId,
    /// The domain and the alias that the link had when it was reported.
    pub(crate) domain: Domain,
    pub(crate) alias: Alias,
    pub(crate) reason: AbuseReason,
    pub(crate) detail: Option<ReportDetail>,
    /// Personal data. It is removed when the report is resolved.
    pub(crate) contact: Option<ReportContact>,
    pub(crate) created_at: Timestamp,
    /// `None` while the report is open.
    pub(crate) resolution: Option<ReportResolution>,
}

/// How a report was resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportResolution {
    pub(crate) action: ReportAction,
    pub(crate) at: Timestamp,
    /// The user who resolved it; `None` for the bootstrap admin.
    pub(crate) by: Option<UserId>,
}

impl AbuseReportId {
    /// The id of a report that was made at `now`, with this random part of 96 bits.
    pub(crate) fn new(now: Timestamp, random: &str) -> Self {
        Self(format!("rep_{:0TIME_DIGITS$x}{random}", LATEST_MILLIS.saturating_sub(now.as_millis())))
    }

    /// Parses an id as the API writes it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (time, random) = text.strip_prefix("rep_")?.split_at_checked(TIME_DIGITS)?;
        let is_hex = time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
        (is_hex && base58::is_96(random)).then(|| Self(text.to_owned()))
    }

    /// Wraps an id that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl AbuseReason {
    pub(crate) const ALL: [Self; 6] = [Self::Phishing, Self::Malware, Self::Fraud, Self::Spam, Self::Illegal, Self::Other];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Phishing => "phishing",
            Self::Malware => "malware",
            Self::Fraud => "fraud",
            Self::Spam => "spam",
            Self::Illegal => "illegal",
            Self::Other => "other",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// Parses a reason.
    ///
    /// # Errors
    /// The list of reasons.
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        match text {
            "" => Err(FieldError::new(FieldCode::Required, "choose a reason")),
            text => Self::from_name(text).ok_or_else(|| one_of(&Self::ALL.map(Self::name))),
        }
    }
}

impl ReportAction {
    pub(crate) const ALL: [Self; 2] = [Self::Blocked, Self::Dismissed];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Dismissed => "dismissed",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    /// Parses an action.
    ///
    /// # Errors
    /// The list of actions.
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        Self::from_name(text).ok_or_else(|| one_of(&Self::ALL.map(Self::name)))
    }
}

impl AbuseReportState {
    pub(crate) const ALL: [Self; 2] = [Self::Open, Self::Resolved];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
        }
    }

    /// Parses a state.
    ///
    /// # Errors
    /// The list of states.
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or_else(|| one_of(&Self::ALL.map(Self::name)))
    }
}

fn one_of(names: &[&str]) -> FieldError {
    FieldError::invalid(format!("this must be one of {}", names.join(", ")))
}

/// Returns `text` if it has 1 to `max_chars` characters and only visible ones or those in `also_allowed`.
fn bounded_in_chars(text: String, max_chars: usize, also_allowed: &[char]) -> Result<String, FieldError> {
    if text.chars().count() > max_chars {
        return Err(FieldError::new(FieldCode::TooLong, format!("this must have at most {max_chars} characters")));
    }
    bounded(text, max_chars.saturating_mul(4), also_allowed)
}

impl ReportDetail {
    pub(crate) fn parse(text: String) -> Result<Self, FieldError> {
        bounded_in_chars(text, DETAIL_CHARS, &['\n', '\t']).map(Self)
    }

    /// Wraps a text that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl ReportContact {
    pub(crate) fn parse(text: String) -> Result<Self, FieldError> {
        bounded_in_chars(text, CONTACT_CHARS, &[]).map(Self)
    }

    /// Wraps a text that was read from the store.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl AbuseReport {
    pub(crate) fn state(&self) -> AbuseReportState {
        if self.resolution.is_some() { AbuseReportState::Resolved } else { AbuseReportState::Open }
    }

    /// The report after it was resolved. The contact is removed.
    pub(crate) fn resolved(&self, resolution: ReportResolution) -> Self {
        Self { contact: None, resolution: Some(resolution), ..self.clone() }
    }

    /// When the report is deleted; an open one is kept.
    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        let resolution = self.resolution.as_ref()?;
        Some(Timestamp::from_millis(resolution.at.as_millis().saturating_add(RESOLVED_MILLIS)))
    }

    /// Whether the report is deleted, although the store may still have it.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at().is_some_and(|expires_at| expires_at <= now)
    }
}

#[cfg(test)]
impl AbuseReport {
    /// An open report about the example link.
    pub(crate) fn example() -> Self {
        Self {
            id: AbuseReportId::new(Timestamp::from_millis(5), "2222222222222222x"),
            link: LinkId::stored("lnk_1".into()),
            domain: Domain::stored("hop.example".into()),
            alias: Alias::stored("docs".into()),
            reason: AbuseReason::Phishing,
            detail: Some(ReportDetail("It asks for\nmy password".into())),
            contact: Some(ReportContact("ann@example.com".into())),
            created_at: Timestamp::from_millis(5),
            resolution: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_248_000_000);

    #[test]
    fn newer_ids_come_first() {
        let id = |millis: u64, random: &str| AbuseReportId::new(Timestamp::from_millis(millis), random);
        let ids = [0, 1, NOW.as_millis(), LATEST_MILLIS, u64::MAX].map(|millis| id(millis, "2222222222222222x"));
        assert!(ids.is_sorted_by(|older, newer| newer <= older), "{ids:?}");
        assert!(ids.iter().all(|id| AbuseReportId::parse(id.as_str()).as_ref() == Some(id)), "{ids:?}");
    }

    #[test]
    fn only_written_ids_parse() {
        let id = AbuseReportId::new(NOW, "2222222222222222x").0;
        for wrong in [
            "",
            "rep_",
            "rep_x",
            &id.to_uppercase(),
            &id.replace("rep_", "lnk_"),
            id.split_at(id.len().saturating_sub(1)).0,
            &format!("{id}x"),
        ] {
            assert_eq!(AbuseReportId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn texts_are_bounded_in_characters() {
        use FieldCode::{Invalid, Required, TooLong};
        let detail = |text: &str| ReportDetail::parse(text.into()).err().map(|error| error.code);
        let contact = |text: &str| ReportContact::parse(text.into()).err().map(|error| error.code);
        assert_eq!([detail(&"🎉".repeat(2_000)), detail("a\nb\tc"), contact(&"é".repeat(254))], [None; 3]);
        assert_eq!([detail(&"x".repeat(2_001)), contact(&"x".repeat(255))], [Some(TooLong); 2]);
        assert_eq!([detail(""), contact("")], [Some(Required); 2]);
        assert_eq!([detail("a\0"), detail("a\u{202e}b"), contact("a\nb")], [Some(Invalid); 3]);
    }

    #[test]
    fn names_parse_back_and_others_are_refused() {
        for reason in AbuseReason::ALL {
            assert_eq!(AbuseReason::parse(reason.name()), Ok(reason));
        }
        for action in ReportAction::ALL {
            assert_eq!(ReportAction::parse(action.name()), Ok(action));
        }
        for state in AbuseReportState::ALL {
            assert_eq!(AbuseReportState::parse(state.name()), Ok(state));
        }
        for wrong in ["", "Phishing", "blocked ", "closed"] {
            assert!(AbuseReason::parse(wrong).is_err() && ReportAction::parse(wrong).is_err() && AbuseReportState::parse(wrong).is_err());
        }
    }

    #[test]
    fn resolved_report_has_no_contact_and_expires() {
        let report = AbuseReport::example();
        assert_eq!((report.state(), report.expires_at()), (AbuseReportState::Open, None));
        let resolved = report.resolved(ReportResolution { action: ReportAction::Dismissed, at: NOW, by: None });
        assert_eq!((resolved.state(), &resolved.contact, &resolved.detail), (AbuseReportState::Resolved, &None, &report.detail));
        let end = Timestamp::from_millis(NOW.as_millis() + RESOLVED_MILLIS);
        assert_eq!(resolved.expires_at(), Some(end));
        assert!(
            resolved.has_expired(end) && !resolved.has_expired(Timestamp::from_millis(end.as_millis() - 1)) && !report.has_expired(end)
        );
    }
}
