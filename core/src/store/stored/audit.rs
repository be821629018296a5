//! A line of the audit.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Millis, SchemaVersion};
use crate::store::AuditEvent;

/// Who did what, to what, when and from where.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredAuditEvent<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    at: Millis,
    action: Cow<'a, str>,
    subject: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Cow<'a, str>>,
    principal: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<Cow<'a, str>>,
    request_id: Cow<'a, str>,
}

impl<'a> From<&'a AuditEvent<'_>> for StoredAuditEvent<'a> {
    fn from(line: &'a AuditEvent<'_>) -> Self {
        Self {
            schema: SchemaVersion,
            at: line.at.into(),
            action: Cow::from(&*line.action),
            subject: Cow::from(&*line.subject),
            domain: line.domain.as_deref().map(Cow::from),
            alias: line.alias.as_deref().map(Cow::from),
            detail: line.detail.as_deref().map(Cow::from),
            principal: Cow::from(&*line.principal),
            user: line.user.as_deref().map(Cow::from),
            country: line.country.as_deref().map(Cow::from),
            request_id: Cow::from(&*line.request_id),
        }
    }
}

impl<'a> From<StoredAuditEvent<'a>> for AuditEvent<'a> {
    fn from(stored: StoredAuditEvent<'a>) -> Self {
        Self {
            at: stored.at.into(),
            action: stored.action,
            subject: stored.subject,
            domain: stored.domain,
            alias: stored.alias,
            detail: stored.detail,
            principal: stored.principal,
            user: stored.user,
            country: stored.country,
            request_id: stored.request_id,
        }
    }
}
