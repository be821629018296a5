//! Reading the audit, newest first, a page at a time.

use form_urlencoded::Serializer;
use http::StatusCode;

use crate::app::Context;
use crate::auth::Proof;
use crate::body::{Fields, Tree};
use crate::cursor::{Offered, Purpose};
use crate::domain::Domain;
use crate::error::{FieldCode, Problem, Refusal};
use crate::links::page_size;
use crate::ports::{Edge, Records as _};
use crate::records::{Cursor, Line, Prefix};
use crate::response::Response;
use crate::text::bounded;
use crate::time::Timestamp;

const ADDRESS: &str = "/api/v1/audit?";

/// In bytes: more than any id has, and as much as any domain.
const LONGEST_NAME: usize = 253;

/// Which lines are asked for.
struct Filter {
    from: Option<Timestamp>,
    /// The first moment that is too late.
    to: Option<Timestamp>,
    subject: Option<String>,
    principal: Option<String>,
}

/// `GET /api/v1/audit`. A page examines so many lines and no more, so it may be empty and not the last.
pub(crate) async fn list<E: Edge>(context: &Context<'_, E>, proof: &Proof, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let filter = Filter::take(&mut fields);
    let limit = page_size::take(&mut fields, "lines");
    let cursor = fields.take("cursor", Offered::parse);
    fields.finish(Some(()))?;
    let query = filter.query();
    let purpose = Purpose::new(proof, ADDRESS, &query);
    let after = cursor.map(|offered| purpose.open(context, offered)).transpose()?.map(Cursor);
    let records = context.edge.records();
    let page = records.scan(&filter.prefix(), after.as_ref(), limit.min(context.edge.traits().largest_page)).await?;
    // The store may take its time to forget.
    let kept_since = context.config.audit_millis.map_or(0, |lifetime| context.now.as_millis().saturating_sub(lifetime));
    let earliest = filter.from.unwrap_or(Timestamp::from_millis(0)).max(Timestamp::from_millis(kept_since));
    let values = records.get_many(&page.keys).await?;
    let read = page.keys.iter().zip(values).filter_map(|(key, record)| match Line::read(&record?.value) {
        Ok(line) => Some((key.line_id(), line)),
        // One damaged line does not hide the others.
        Err(error) => {
            context.log_skipped(key, &error);
            None
        }
    });
    let shown: Vec<(&str, Line<'_>)> = read.filter(|(_, line)| filter.shows(line, earliest) && may_see(proof, line)).collect();
    let is_over = page.keys.last().is_some_and(|last| last.is_of_line_before(earliest));
    let next = page.next.filter(|_| !is_over).map(|Cursor(text)| purpose.close(context, text)).transpose()?;
    let next = next.map(|cursor| format!("{ADDRESS}limit={limit}&{query}{}cursor={cursor}", if query.is_empty() { "" } else { "&" }));
    Ok(Response::json(StatusCode::OK, |json| {
        json.list("items", |items| {
            for (id, line) in &shown {
                items.object(|json| {
                    json.text("id", id);
                    json.text("at", &line.at.to_string());
                    line.texts().into_iter().for_each(|(name, text)| json.text_or_null(name, text));
                });
            }
        });
        json.text_or_null("next", next.as_deref());
    }))
}

/// A key for some domains sees what was done there, and nothing else.
fn may_see(proof: &Proof, line: &Line<'_>) -> bool {
    let covered = line.domain.as_deref().map(|domain| proof.covers(&Domain::stored(domain.to_owned())));
    covered.unwrap_or_else(|| proof.domains().is_none())
}

impl Filter {
    fn take(fields: &mut Fields) -> Self {
        let from = fields.take_text("from", |text| Timestamp::parse(&text));
        let to = fields.take_text("to", |text| Timestamp::parse(&text));
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            fields.refuse("to", Refusal::new(FieldCode::Conflicts, "nothing is done from then to then"));
        }
        let name = |tree: Tree| bounded(tree.text()?, LONGEST_NAME, &[]);
        Self { from, to, subject: fields.take("subject", name), principal: fields.take("principal", name) }
    }

    /// Where its lines are: a cursor is good for this very prefix, so it must not depend on the clock.
    fn prefix(&self) -> Prefix {
        let latest = self.to.map_or(u64::MAX, |to| to.as_millis().saturating_sub(1));
        Prefix::audit().between(self.from.unwrap_or(Timestamp::from_millis(0)), Timestamp::from_millis(latest))
    }

    fn shows(&self, line: &Line<'_>, earliest: Timestamp) -> bool {
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
