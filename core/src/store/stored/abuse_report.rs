//! The stored form of abuse reports.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::tokens::Tokens;
use super::{Millis, SchemaVersion, corrupt};
use crate::model::abuse_report::{AbuseReason, AbuseReport, AbuseReportId, ReportAction, ReportContact, ReportDetail, ReportResolution};
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::link::{LinkId, UserId};
use crate::store::guarded_record::RecordValue;
use crate::store::ports::StoreError;

/// An abuse report.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredAbuseReport<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    id: Cow<'a, str>,
    link: Cow<'a, str>,
    domain: Cow<'a, str>,
    alias: Cow<'a, str>,
    reason: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Cow<'a, str>>,
    created_at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<StoredResolution<'a>>,
    tokens: Tokens,
}

/// How a report was resolved.
#[derive(Serialize, Deserialize)]
struct StoredResolution<'a> {
    action: Cow<'a, str>,
    at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Cow<'a, str>>,
}

impl RecordValue for AbuseReport {
    type Stored<'a> = StoredAbuseReport<'a>;

    fn store(&self, tokens: Tokens) -> StoredAbuseReport<'_> {
        StoredAbuseReport {
            schema: SchemaVersion,
            id: self.id.as_str().into(),
            link: self.link.as_str().into(),
            domain: self.domain.as_str().into(),
            alias: self.alias.as_str().into(),
            reason: self.reason.name().into(),
            detail: self.detail.as_ref().map(|detail| detail.as_str().into()),
            contact: self.contact.as_ref().map(|contact| contact.as_str().into()),
            created_at: self.created_at.into(),
            resolution: self.resolution.as_ref().map(|resolution| StoredResolution {
                action: resolution.action.name().into(),
                at: resolution.at.into(),
                by: resolution.by.as_ref().map(|user| user.as_str().into()),
            }),
            tokens,
        }
    }

    fn restore(stored: StoredAbuseReport<'_>) -> Result<(Self, Tokens), StoreError> {
        let report = Self {
            id: AbuseReportId::stored(stored.id.into_owned()),
            link: LinkId::stored(stored.link.into_owned()),
            domain: Domain::stored(stored.domain.into_owned()),
            alias: Alias::stored(stored.alias.into_owned()),
            reason: AbuseReason::from_name(&stored.reason).ok_or_else(|| corrupt("reason"))?,
            detail: stored.detail.map(|detail| ReportDetail::stored(detail.into_owned())),
            contact: stored.contact.map(|contact| ReportContact::stored(contact.into_owned())),
            created_at: stored.created_at.into(),
            resolution: stored.resolution.map(restore_resolution).transpose()?,
        };
        Ok((report, stored.tokens))
    }
}

fn restore_resolution(stored: StoredResolution<'_>) -> Result<ReportResolution, StoreError> {
    Ok(ReportResolution {
        action: ReportAction::from_name(&stored.action).ok_or_else(|| corrupt("action"))?,
        at: stored.at.into(),
        by: stored.by.map(|user| UserId::stored(user.into_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::stored;

    const START: &str = r#"{"v":1,"id":"rep_1","link":"lnk_1","domain":"hop.example","alias":"docs","reason":"phishing","#;
    const END: &str = r#""tokens":{"created":"t","recent":["t"]}}"#;

    fn restore(members: &str) -> Result<(AbuseReport, Tokens), StoreError> {
        AbuseReport::restore(stored::read(format!("{START}{members}{END}").as_bytes())?)
    }

    #[test]
    fn abuse_report_is_stored_and_read_back() {
        for members in [
            r#""created_at":1,"#,
            r#""detail":"a\nb","contact":"ann@example.com","created_at":1,"#,
            r#""created_at":1,"resolution":{"action":"dismissed","at":2},"#,
            r#""detail":"x","created_at":1,"resolution":{"action":"blocked","at":2,"by":"usr_1"},"#,
        ] {
            let (report, tokens) = restore(members).unwrap();
            assert_eq!(stored::write(&report.store(tokens)), Ok(format!("{START}{members}{END}")));
        }
    }

    #[test]
    fn unknown_words_are_corrupt() {
        let json = format!("{START}\"created_at\":1,{END}").replace("phishing", "x");
        assert!(AbuseReport::restore(stored::read(json.as_bytes()).unwrap()).is_err());
        assert!(restore(r#""created_at":1,"resolution":{"action":"x","at":2},"#).is_err());
    }
}
