//! The latest clicks of a link, one by one. Nothing in them identifies the visitor.

use http::StatusCode;
use serde::Serialize;

use crate::api::links;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::message::wire::{DisplayText, PageJson};
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::stats::{ClickEvent, Dimension};
use crate::model::time::Timestamp;
use crate::store::ports::Edge;

/// Most clicks that are listed.
pub(crate) const MAX_CLICKS: usize = 100;

/// The age in days up to which clicks are listed.
const MAX_DAYS: u64 = 30;

const MILLIS_OF_A_DAY: u64 = 24 * 60 * 60 * 1_000;

/// `GET /api/v1/links/{alias}/clicks`
pub(crate) async fn clicks<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias: &str,
    query: &str,
) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let domain = links::take_domain(context, authorized, &mut fields).await?;
    let limit = fields.take_text("limit", |text| {
        let limit = text.parse().ok().filter(|limit| (1..=MAX_CLICKS).contains(limit));
        limit.ok_or_else(|| FieldError::new(FieldCode::OutOfRange, format!("limit must be from 1 to {MAX_CLICKS} clicks")))
    });
    fields.finish(Some(()))?;
    let (_, link) = links::find_link(context, &links::alias_key(context, &domain, alias)?).await?;
    let since = Timestamp::from_millis(context.now.as_millis().saturating_sub(MAX_DAYS.saturating_mul(MILLIS_OF_A_DAY)));
    let clicks = context.statistics().recent(&link.id, since).await?;
    let items: Vec<ClickJson<'_>> = clicks.iter().take(limit.unwrap_or(MAX_CLICKS)).map(ClickJson::new).collect();
    Response::json(StatusCode::OK, &PageJson { items: &items, next: None })
}

/// A click. What is not known of the visitor is `null`.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Click"))]
pub(super) struct ClickJson<'a> {
    /// Time of the click.
    at: DisplayText<Timestamp>,
    /// A person, a bot, or a program that shows previews.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::VisitorKindSchema"))]
    kind: &'static str,
    /// Why the visitor counts as a bot or a preview; `null` for a person.
    reason: Option<&'a str>,
    /// Country as a code of ISO 3166.
    country: Option<&'a str>,
    /// Host of the page that the visitor came from, without `www.`.
    referrer: Option<&'a str>,
    /// Device of the visitor, as conditions name it.
    device: Option<&'a str>,
    /// Operating system, likewise.
    os: Option<&'a str>,
    /// Browser, likewise.
    browser: Option<&'a str>,
    /// Language that the visitor prefers.
    language: Option<&'a str>,
    /// Identifier of the rule that chose the target.
    rule: Option<&'a str>,
    /// Identifier of that rule, if it has a condition `split`.
    variant: Option<&'a str>,
}

impl<'a> ClickJson<'a> {
    fn new(event: &'a ClickEvent) -> Self {
        let value = |dimension| event.value(dimension);
        Self {
            at: DisplayText(event.at),
            kind: event.kind.name(),
            reason: value(Dimension::Reason),
            country: value(Dimension::Country),
            referrer: value(Dimension::Referrer),
            device: value(Dimension::Device),
            os: value(Dimension::Os),
            browser: value(Dimension::Browser),
            language: value(Dimension::Language),
            rule: value(Dimension::Rule),
            variant: value(Dimension::Variant),
        }
    }
}
