//! The page `/report`: a form that reports a link without JavaScript.
//!
//! `report` was reserved after links could have it as their alias. Where a link still has it, the address belongs to
//! that link until it is deleted.

use std::borrow::Cow;

use http::Method;

use super::create::{NewReport, save};
use crate::context::Context;
use crate::message::body::{Draft, Fields, JsonValue, RequestBody};
use crate::message::problem::{Problem, ProblemCode};
use crate::message::request::{Body, REPORT_LIMIT};
use crate::message::request_origin::RequestOrigin;
use crate::message::response::Response;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::visit::Visit;
use crate::pages::{self, TypedReport};
use crate::redirect;
use crate::store::ports::Edge;

/// The alias of a link that has the address of this page.
const ALIAS: &str = "report";

/// `GET /report`. The query may have the short URL of the link, as `url`.
pub(crate) async fn show_form<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    visit: &Visit<'_>,
    method: &Method,
) -> Result<Response, Problem> {
    if has_link(context, domain).await? {
        return redirect::follow(context, domain, ALIAS, visit, method).await;
    }
    let typed = TypedReport { url: value_of(visit.query.as_bytes(), "url"), ..TypedReport::default() };
    Ok(pages::report_form(&context.config.theme, &typed, None))
}

/// `POST /report`
pub(crate) async fn submit_form<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    visit: &Visit<'_>,
    body: &Body,
) -> Result<Response, Problem> {
    if has_link(context, domain).await? {
        return redirect::submit(context, domain, ALIAS, visit, body).await;
    }
    if RequestOrigin::of(visit.client, domain) == RequestOrigin::Other {
        return Err(Problem::cross_site_form());
    }
    let form = body.form_bytes(REPORT_LIMIT)?;
    let draft: Draft<NewReport> = NewReport::draft(fields_of(form), &context.parsing());
    match save(context, visit.client, draft).await {
        Ok(id) => Ok(pages::report_thanks(&context.config.theme, id.as_str())),
        // The page keeps what was typed, so that it can be sent again.
        Err(problem) if pages::wants_html(visit.client) && problem.code != ProblemCode::Internal => {
            context.log_cause(&problem);
            Ok(pages::report_form(&context.config.theme, &typed_in(form), Some(&problem)))
        }
        Err(problem) => Err(problem),
    }
}

/// Whether a link of this domain has the address of the page.
async fn has_link<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<bool, Problem> {
    redirect::has_link(context, domain, &Alias::stored(ALIAS.to_owned())).await
}

/// The fields of a report in a form. An empty field counts as absent, and a line ends in a line feed. Other fields are
/// ignored.
fn fields_of(form: &[u8]) -> Fields {
    let entries = form_urlencoded::parse(form).filter(|(name, value)| NAMES.contains(&&**name) && !value.trim().is_empty());
    Fields::of_entries(entries.map(|(name, value)| (name.into_owned(), JsonValue::Text(with_line_feeds(&value)))).collect())
}

/// The names of the fields.
const NAMES: [&str; 4] = ["url", "reason", "detail", "contact"];

/// A text whose lines end in a line feed. Browsers send a carriage return before it.
fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// What a visitor typed, so that the page can show it again.
fn typed_in(form: &[u8]) -> TypedReport<'_> {
    let [url, reason, detail, contact] = NAMES.map(|name| value_of(form, name));
    TypedReport { url, reason, detail: with_line_feeds(&detail).into(), contact }
}

/// The first value of a field; empty if there is none.
fn value_of<'a>(form: &'a [u8], name: &str) -> Cow<'a, str> {
    form_urlencoded::parse(form).find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
}
