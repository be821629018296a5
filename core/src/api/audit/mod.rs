//! Audit log: an event for every change, written by the same commit as the change.

mod list;

#[cfg(feature = "docs")]
pub(crate) use list::LONGEST_NAME;
pub(crate) use list::list;

use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::abuse_report::{AbuseReport, ReportAction};
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::key::KeyId;
use crate::model::link::{Link, UserId};
use crate::model::time::Timestamp;
use crate::store::ports::{Edge, StoreError};
use crate::store::{AuditEntry, AuditEvent, Change, Key, MovedTo, Written, write};

/// The part of an audit event that describes the change.
pub(crate) struct AuditAction<'a> {
    /// Kind of change: `link.create`.
    action: &'static str,
    /// Identifier of what was changed; of a domain, its name.
    subject: &'a str,
    domain: Option<&'a Domain>,
    alias: Option<&'a Alias>,
    /// What the identifiers do not show: the old and the new role.
    detail: Option<String>,
}

impl<'a> AuditAction<'a> {
    pub(crate) fn link(action: &'static str, link: &'a Link) -> Self {
        Self { action, subject: link.id.as_str(), domain: Some(&link.domain), alias: Some(&link.alias), detail: None }
    }

    /// An old alias of a moved link stops forwarding to it.
    pub(crate) fn end_forwarding(moved_to: &'a MovedTo) -> Self {
        let (domain, alias) = (Some(&moved_to.domain), Some(&moved_to.alias));
        Self { action: "link.unforward", subject: moved_to.link.as_str(), domain, alias, detail: None }
    }

    pub(crate) fn domain(action: &'static str, domain: &'a Domain) -> Self {
        Self { action, subject: domain.as_str(), domain: Some(domain), alias: None, detail: None }
    }

    /// A change of the blocklist.
    pub(crate) fn blocked_host(action: &'static str, host: &'a Domain) -> Self {
        Self { action, subject: host.as_str(), domain: None, alias: None, detail: None }
    }

    /// The resolution of an abuse report.
    pub(crate) fn resolve_report(report: &'a AbuseReport, action: ReportAction) -> Self {
        let (domain, alias, detail) = (Some(&report.domain), Some(&report.alias), Some(action.name().to_owned()));
        Self { action: "report.resolve", subject: report.id.as_str(), domain, alias, detail }
    }

    pub(crate) fn user(action: &'static str, user: &'a UserId) -> Self {
        Self { action, subject: user.as_str(), domain: None, alias: None, detail: None }
    }

    pub(crate) fn key(action: &'static str, key: &'a KeyId) -> Self {
        Self { action, subject: key.as_str(), domain: None, alias: None, detail: None }
    }

    pub(crate) fn with_detail(self, detail: String) -> Self {
        Self { detail: Some(detail), ..self }
    }
}

/// Commits `change` together with the audit event for `action`. A write that changes nothing visible has no event.
pub(crate) async fn commit<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    mut change: Change,
    action: Option<AuditAction<'_>>,
) -> Result<Written, Problem> {
    if let Some(action) = action {
        attach_event(context, authorized, &action, &mut change)?;
    }
    Ok(write(context.edge.records(), change).await?)
}

/// Adds an audit event to `change`: `action`, done by the caller. A repeated change has the same token and time, so its
/// event has the same key and is written once.
pub(crate) fn attach_event<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    action: &AuditAction<'_>,
    change: &mut Change,
) -> Result<(), StoreError> {
    let at = context.began;
    let event = AuditEvent {
        at,
        action: action.action.into(),
        subject: action.subject.into(),
        domain: action.domain.map(|domain| domain.as_str().into()),
        alias: action.alias.map(|alias| alias.as_str().into()),
        detail: action.detail.as_deref().map(Into::into),
        principal: authorized.principal().into(),
        user: authorized.user().map(|user| user.as_str().into()),
        country: authorized.country().map(Into::into),
        request_id: context.request_id.into(),
    };
    let lifetime = context.config.audit_millis;
    let expires_at = lifetime.map(|lifetime| Timestamp::from_millis(at.as_millis().saturating_add(lifetime)));
    change.audit_entry = Some(AuditEntry { key: Key::audit(at, &change.token), value: event.encode()?, expires_at });
    Ok(())
}

/// Describes the responses.
#[cfg(feature = "docs")]
pub(super) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<crate::message::wire::PageJson<'_, list::AuditEventJson<'_>>>();
}
