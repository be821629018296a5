//! Who did what: a line for every change, written by the commit that makes it.

mod list;

pub(crate) use list::list;

use crate::alias::Alias;
use crate::app::Context;
use crate::auth::Proof;
use crate::domain::Domain;
use crate::json;
use crate::key::KeyId;
use crate::link::{Link, UserId};
use crate::ports::Edge;
use crate::records::{Change, Key, Note, Signpost};
use crate::time::Timestamp;

/// What was done.
pub(crate) struct Deed<'a> {
    /// What kind of deed it is: `link.create`.
    action: &'static str,
    /// The id of what it was done to; a domain's name.
    subject: &'a str,
    domain: Option<&'a Domain>,
    alias: Option<&'a Alias>,
    /// What an id does not tell: a role and the one before it.
    detail: Option<String>,
}

impl<'a> Deed<'a> {
    pub(crate) fn link(action: &'static str, link: &'a Link) -> Self {
        Self { action, subject: link.id.as_str(), domain: Some(&link.domain), alias: Some(&link.alias), detail: None }
    }

    /// An old alias leads to a link no more.
    pub(crate) fn way(signpost: &'a Signpost) -> Self {
        let (domain, alias) = (Some(&signpost.domain), Some(&signpost.alias));
        Self { action: "link.unforward", subject: signpost.link.as_str(), domain, alias, detail: None }
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

/// Has `change` write down that whoever shows `proof` did this. A repeated change writes the same line again.
pub(crate) fn note<E: Edge>(context: &Context<'_, E>, proof: &Proof, deed: &Deed<'_>, change: &mut Change) {
    let value = json::object(|stored| {
        stored.number("v", 1);
        stored.number("at", context.began.as_millis());
        stored.text("action", deed.action);
        stored.text("subject", deed.subject);
        stored.text_if_any("domain", deed.domain.map(Domain::as_str));
        stored.text_if_any("alias", deed.alias.map(Alias::as_str));
        stored.text_if_any("detail", deed.detail.as_deref());
        stored.text("principal", proof.principal());
        stored.text_if_any("user", proof.user().map(UserId::as_str));
        stored.text_if_any("country", proof.country());
        stored.text("request_id", context.request_id);
    });
    let lifetime = context.config.audit_millis;
    let expires_at = lifetime.map(|lifetime| Timestamp::from_millis(context.began.as_millis().saturating_add(lifetime)));
    change.note = Some(Note { key: Key::audit(context.began, &change.token), value, expires_at });
}
