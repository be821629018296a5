//! Shortens a URL: a minimal endpoint that takes only the target.

use http::StatusCode;
use serde::Serialize;

use super::create::{NewLink, create_link};
use super::quota::QuotaMeter;
use crate::api::blocklist::{SavedUrls, refuse_listed};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Draft, RequestBody, Required, Template, request_body};
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::clicks::Clicks;
use crate::model::link_settings::LinkSettings;
use crate::store::ports::Edge;

request_body! {
    /// A URL to shorten.
    pub(crate) struct ShortenBody as Shorten {
        url: Required<Template>,
    }
}

/// The new link in the short form of this endpoint.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Shortened"))]
pub(super) struct ShortenedJson<'a> {
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::AliasSchema"))]
    short_id: &'a str,
    /// URL that visitors follow.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::UrlSchema"))]
    short_url: String,
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::TargetSchema"))]
    original_url: &'a str,
}

/// `POST /shorten`
pub(crate) async fn shorten<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, body: &Body) -> Result<Response, Problem> {
    let Draft { parts, mut wrong } = ShortenBody::read(body, BODY_LIMIT, &context.parsing())?;
    let domain = context.config.default_domain();
    authorized.check_domain(domain)?;
    let mut urls = SavedUrls::default();
    urls.add("/url", parts.url.as_ref());
    refuse_listed(context, &urls, &mut wrong).await?;
    let target = Draft::<ShortenBody> { parts, wrong }.finish()?.url;
    let new = NewLink {
        imported_clicks: Clicks::default(),
        target: target.clone(),
        alias: None,
        domain: domain.clone(),
        settings: LinkSettings::default(),
        password: None,
        owner: authorized.user().cloned(),
        created_at: None,
        blocked: None,
        reuses: false,
    };
    let quota = QuotaMeter::new(authorized, 1);
    let created = create_link(context, authorized, &quota, &new).await;
    quota.give_back(context).await;
    let link = created?;
    let shortened = ShortenedJson {
        short_id: link.alias.as_str(),
        short_url: context.config.short_url(&link.domain, &link.alias),
        // A retry may find that the link has a new target, which only callers with `links:read` may see.
        original_url: target.as_str(),
    };
    Response::json(StatusCode::CREATED, &shortened)
}
