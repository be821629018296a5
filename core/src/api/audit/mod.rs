//! Who did what: a line for every change, written by the commit that makes it.

mod list;

#[cfg(feature = "docs")]
pub(crate) use list::LONGEST_NAME;
pub(crate) use list::list;

use crate::auth::Authorized;
use crate::context::Context;
use crate::message::problem::Problem;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::key::KeyId;
use crate::model::link::{Link, UserId};
use crate::model::time::Timestamp;
use crate::store::ports::{Edge, StoreError};
use crate::store::{AuditEntry, AuditEvent, Change, Key, MovedTo, Written, write};

/// What was done.
pub(crate) struct AuditAction<'a> {
    /// What kind of deed it is: `link.create`.
    action: &'static str,
    /// The id of what it was done to; a domain's name.
    subject: &'a str,
    domain: Option<&'a Domain>,
    alias: Option<&'a Alias>,
    /// What an id does not tell: a role and the one before it.
    detail: Option<String>,
}

impl<'a> AuditAction<'a> {
    pub(crate) fn link(action: &'static str, link: &'a Link) -> Self {
        Self { action, subject: link.id.as_str(), domain: Some(&link.domain), alias: Some(&link.alias), detail: None }
    }

    /// An old alias leads to a link no more.
    pub(crate) fn way(moved_to: &'a MovedTo) -> Self {
        let (domain, alias) = (Some(&moved_to.domain), Some(&moved_to.alias));
        Self { action: "link.unforward", subject: moved_to.link.as_str(), domain, alias, detail: None }
    }

    pub(crate) fn domain(action: &'static str, domain: &'a Domain) -> Self {
        Self { action, subject: domain.as_str(), domain: Some(domain), alias: None, detail: None }
    }

    pub(crate) fn user(action: &'static str, user: &'a UserId) -> Self {
        Self { action, subject: user.as_str(), domain: None, alias: None, detail: None }
    }

    pub(crate) fn key(action: &'static str, key: &'a KeyId) -> Self {
        Self { action, subject: key.as_str(), domain: None, alias: None, detail: None }
    }

    pub(crate) fn saying(self, detail: String) -> Self {
        Self { detail: Some(detail), ..self }
    }
}

/// Makes `change` and has it write down `deed`. What changes nothing is no deed.
pub(crate) async fn commit<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    mut change: Change,
    deed: Option<AuditAction<'_>>,
) -> Result<Written, Problem> {
    if let Some(deed) = deed {
        note(context, authorized, &deed, &mut change)?;
    }
    Ok(write(context.edge.records(), change).await?)
}

/// Has `change` write down that whoever shows `authorized` did this. A repeated change has the same name and the same moment: its line is there
/// already.
pub(crate) fn note<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    deed: &AuditAction<'_>,
    change: &mut Change,
) -> Result<(), StoreError> {
    let at = context.began;
    let line = AuditEvent {
        at,
        action: deed.action.into(),
        subject: deed.subject.into(),
        domain: deed.domain.map(|domain| domain.as_str().into()),
        alias: deed.alias.map(|alias| alias.as_str().into()),
        detail: deed.detail.as_deref().map(Into::into),
        principal: authorized.principal().into(),
        user: authorized.user().map(|user| user.as_str().into()),
        country: authorized.country().map(Into::into),
        request_id: context.request_id.into(),
    };
    let lifetime = context.config.audit_millis;
    let expires_at = lifetime.map(|lifetime| Timestamp::from_millis(at.as_millis().saturating_add(lifetime)));
    change.audit_entry = Some(AuditEntry { key: Key::audit(at, &change.token), value: line.encode()?, expires_at });
    Ok(())
}

/// Describes the responses.
#[cfg(feature = "docs")]
pub(super) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<crate::message::wire::PageJson<'_, list::AuditEventJson<'_>>>();
}
