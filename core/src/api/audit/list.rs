//! Reading the audit, newest first, a page at a time.

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

/// In bytes: more than any id has, and as much as any domain.
pub(crate) const LONGEST_NAME: usize = 253;

/// Which lines are asked for.
struct AuditFilter {
    from: Option<Timestamp>,
    /// The first moment that is too late.
    to: Option<Timestamp>,
    subject: Option<String>,
    principal: Option<String>,
}

/// `GET /api/v1/audit`. A page examines so many lines and no more, so it may be empty and not the last.
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let filter = AuditFilter::take(&mut fields);
    let wanted = PageQuery::take(&mut fields, "lines");
    fields.finish(Some(()))?;
    let list = ("/api/v1/audit?", &*filter.query());
    let page = wanted.keys(context, authorized, list, &filter.prefix(), pagination::of_records(context.edge.records())).await?;
    // The store may take its time to forget.
    let kept_since = context.config.audit_millis.map_or(0, |lifetime| context.now.as_millis().saturating_sub(lifetime));
    let earliest = filter.from.unwrap_or(Timestamp::from_millis(0)).max(Timestamp::from_millis(kept_since));
    let mut lines = Vec::new();
    let mut read = |key: &Key, record: &Record| {
        let line = AuditEvent::decode(&record.value)?;
        lines.extend((filter.shows(&line, earliest) && may_see(authorized, &line)).then(|| (key.audit_event_id().to_owned(), line)));
        Ok(())
    };
    pagination::read_each(context, &page.keys, &mut read).await?;
    let is_over = page.keys.last().is_some_and(|last| last.is_of_event_before(earliest));
    let next = page.next.as_deref().filter(|_| !is_over);
    let items: Vec<AuditEventJson<'_>> = lines.iter().map(|(id, line)| AuditEventJson::new(id, line)).collect();
    pagination::shown(next, &items)
}

/// A change, as the audit log has it.
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
    /// What the identifiers do not tell: the former place of a link, its former and its new owner; the owner, the
    /// scopes and the domains of a new key.
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
    fn new(id: &'a str, line: &'a AuditEvent<'_>) -> Self {
        Self {
            id,
            at: DisplayText(line.at),
            action: &line.action,
            subject: &line.subject,
            domain: line.domain.as_deref(),
            alias: line.alias.as_deref(),
            detail: line.detail.as_deref(),
            principal: &line.principal,
            user: line.user.as_deref(),
            country: line.country.as_deref(),
            request_id: &line.request_id,
        }
    }
}

/// A key for some domains sees what was done there, and nothing else.
fn may_see(authorized: &Authorized, line: &AuditEvent<'_>) -> bool {
    let covered = line.domain.as_deref().map(|domain| authorized.covers(&Domain::stored(domain.to_owned())));
    covered.unwrap_or_else(|| authorized.domains().is_none())
}

impl AuditFilter {
    fn take(fields: &mut Fields) -> Self {
        let from = fields.take_text("from", |text| Timestamp::parse(&text));
        let to = fields.take_text("to", |text| Timestamp::parse(&text));
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            fields.refuse("to", FieldError::new(FieldCode::Conflicts, "nothing is done from then to then"));
        }
        let name = |json_value: JsonValue| bounded(json_value.text()?, LONGEST_NAME, &[]);
        Self { from, to, subject: fields.take("subject", name), principal: fields.take("principal", name) }
    }

    /// Where its lines are: a cursor is good for this very prefix, so it must not depend on the clock.
    fn prefix(&self) -> Prefix {
        let latest = self.to.map_or(u64::MAX, |to| to.as_millis().saturating_sub(1));
        Prefix::audit().between(self.from.unwrap_or(Timestamp::from_millis(0)), Timestamp::from_millis(latest))
    }

    fn shows(&self, line: &AuditEvent<'_>, earliest: Timestamp) -> bool {
        let is = |wanted: &Option<String>, text: &str| wanted.as_ref().is_none_or(|wanted| wanted == text);
        line.at >= earliest
            && self.to.is_none_or(|to| line.at < to)
            && is(&self.subject, &line.subject)
            && is(&self.principal, &line.principal)
    }

    /// The filter as part of an address, and the one spelling by which it is told from others.
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
