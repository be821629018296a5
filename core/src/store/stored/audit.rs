//! The stored form of an audit event.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Millis, SchemaVersion};
use crate::store::AuditEvent;

/// An audit event.
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
    fn from(event: &'a AuditEvent<'_>) -> Self {
        Self {
            schema: SchemaVersion,
            at: event.at.into(),
            action: Cow::from(&*event.action),
            subject: Cow::from(&*event.subject),
            domain: event.domain.as_deref().map(Cow::from),
            alias: event.alias.as_deref().map(Cow::from),
            detail: event.detail.as_deref().map(Cow::from),
            principal: Cow::from(&*event.principal),
            user: event.user.as_deref().map(Cow::from),
            country: event.country.as_deref().map(Cow::from),
            request_id: Cow::from(&*event.request_id),
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
