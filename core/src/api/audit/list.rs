//! Reads the audit log, newest event first, one page at a time.

use form_urlencoded::Serializer;
use serde::Serialize;

use crate::api::pagination::{self, PageQuery};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Fields, JsonValue};
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::message::wire::DisplayText;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::text::bounded;
use crate::model::time::Timestamp;
use crate::store::ports::{Edge, Record};
use crate::store::{AuditEvent, Key, Prefix};

/// Longest `subject` or `principal` in bytes: as long as the longest domain, longer than any id.
pub(crate) const LONGEST_NAME: usize = 253;

/// Filter of a list of audit events.
struct AuditFilter {
    from: Option<Timestamp>,
    /// Exclusive end.
    to: Option<Timestamp>,
    subject: Option<String>,
    principal: Option<String>,
}

/// `GET /api/v1/audit`. A page examines a limited number of events, so it may be empty without being the last.
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let filter = AuditFilter::from_query(&mut fields);
    let page_query = PageQuery::from_query(&mut fields, "events");
    fields.finish(Some(()))?;
    let list = ("/api/v1/audit?", &*filter.query());
    let cost = pagination::cost_of_records(context.edge.records());
    let page = page_query.load_keys(context, authorized, list, &filter.prefix(), cost).await?;
    // The store may still have events that have expired.
    let kept_since = context.config.audit_millis.map_or(0, |lifetime| context.now.as_millis().saturating_sub(lifetime));
    let earliest = filter.from.unwrap_or(Timestamp::from_millis(0)).max(Timestamp::from_millis(kept_since));
    let mut events = Vec::new();
    let mut read = |key: &Key, record: &Record| {
        let event = AuditEvent::decode(&record.value)?;
        events.extend((filter.matches(&event, earliest) && may_see(authorized, &event)).then(|| (key.audit_event_id().to_owned(), event)));
        Ok(())
    };
    pagination::read_each(context, &page.keys, &mut read).await?;
    let is_over = page.keys.last().is_some_and(|last| last.is_of_event_before(earliest));
    let next = page.next.as_deref().filter(|_| !is_over);
    let items: Vec<AuditEventJson<'_>> = events.iter().map(|(id, event)| AuditEventJson::new(id, event)).collect();
    pagination::page_response(next, &items)
}

/// An event of the audit log: one change.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "AuditEvent"))]
pub(super) struct AuditEventJson<'a> {
    /// Identifier of the event.
    id: &'a str,
    /// Time of the request; of the first one, if it was repeated.
    at: DisplayText<Timestamp>,
    /// Kind of change: `link.create`, `domain.delete`.
    action: &'a str,
    /// Identifier of what was changed; of a domain, its name.
    subject: &'a str,
    /// Domain of the change, if it has one.
    domain: Option<&'a str>,
    /// Alias of the link after the change.
    alias: Option<&'a str>,
    /// What the identifiers do not show: the former domain and alias of a link, its former and new owner, the former
    /// and new role of a user, who gets the links of a deleted user; the owner, scopes and domains of a new key; what was
    /// done about a report.
    detail: Option<&'a str>,
    /// Who made the request: `admin` for the bootstrap admin, `key_` and the identifier of the key for a key.
    principal: &'a str,
    /// Identifier of the user whose key it was; `null` for the bootstrap admin.
    user: Option<&'a str>,
    /// Country that the request came from, as the edge knows it.
    country: Option<&'a str>,
    /// Header `X-Request-Id` of the response.
    request_id: &'a str,
}

impl<'a> AuditEventJson<'a> {
    fn new(id: &'a str, event: &'a AuditEvent<'_>) -> Self {
        Self {
            id,
            at: DisplayText(event.at),
            action: &event.action,
            subject: &event.subject,
            domain: event.domain.as_deref(),
            alias: event.alias.as_deref(),
            detail: event.detail.as_deref(),
            principal: &event.principal,
            user: event.user.as_deref(),
            country: event.country.as_deref(),
            request_id: &event.request_id,
        }
    }
}

/// Whether the caller may see an event. A key limited to some domains sees only events of these domains.
fn may_see(authorized: &Authorized, event: &AuditEvent<'_>) -> bool {
    let covered = event.domain.as_deref().map(|domain| authorized.covers(&Domain::stored(domain.to_owned())));
    covered.unwrap_or_else(|| authorized.domains().is_none())
}

impl AuditFilter {
    fn from_query(fields: &mut Fields) -> Self {
        let from = fields.take_text("from", |text| Timestamp::parse(&text));
        let to = fields.take_text("to", |text| Timestamp::parse(&text));
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            fields.refuse("to", FieldError::new(FieldCode::Conflicts, "to must be later than from"));
        }
        let name = |json_value: JsonValue| bounded(json_value.text()?, LONGEST_NAME, &[]);
        Self { from, to, subject: fields.take("subject", name), principal: fields.take("principal", name) }
    }

    /// Prefix of the keys of the matching events. A cursor is valid only for one prefix, so it must not depend on the
    /// clock.
    fn prefix(&self) -> Prefix {
        let latest = self.to.map_or(u64::MAX, |to| to.as_millis().saturating_sub(1));
        Prefix::audit().between(self.from.unwrap_or(Timestamp::from_millis(0)), Timestamp::from_millis(latest))
    }

    fn matches(&self, event: &AuditEvent<'_>, earliest: Timestamp) -> bool {
        let is = |wanted: &Option<String>, text: &str| wanted.as_ref().is_none_or(|wanted| wanted == text);
        event.at >= earliest
            && self.to.is_none_or(|to| event.at < to)
            && is(&self.subject, &event.subject)
            && is(&self.principal, &event.principal)
    }

    /// The filter as a URL query, in one normal form that also identifies it in cursors.
    fn query(&self) -> String {
        let (from, to) = (self.from.map(|from| from.to_string()), self.to.map(|to| to.to_string()));
        let mut query = Serializer::new(String::new());
        for (name, value) in [("from", &from), ("to", &to), ("subject", &self.subject), ("principal", &self.principal)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}
