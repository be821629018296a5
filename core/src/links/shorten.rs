//! Shortening a URL: the one-line way in.

use http::StatusCode;

use super::create::{NewLink, claim};
use super::wire;
use crate::app::Context;
use crate::auth::Proof;
use crate::body::Fields;
use crate::error::Problem;
use crate::ports::Edge;
use crate::request::{BODY_LIMIT, Body};
use crate::response::Response;
use crate::spec::Spec;
use crate::target::Target;

/// `POST /shorten`
pub(crate) async fn shorten<E: Edge>(context: &Context<'_, E>, proof: &Proof, body: &Body) -> Result<Response, Problem> {
    let mut fields = Fields::read(body, BODY_LIMIT)?;
    let url = fields.need_text("url", |text| Target::parse_template(&text, &context.config.targets));
    let domain = context.config.default_domain();
    proof.check_domain(domain)?;
    let target = fields.finish(url)?;
    let new = NewLink {
        target: target.clone(),
        alias: None,
        domain: domain.clone(),
        spec: Spec::default(),
        password: None,
        owner: proof.user().cloned(),
        created_at: None,
        blocked: None,
        reuses: false,
    };
    let link = claim(context, proof, &new).await?;
    Ok(Response::json(StatusCode::CREATED, |json| {
        json.text("short_id", link.alias.as_str());
        json.text("short_url", &wire::short_url(context.config, &link.domain, &link.alias));
        // A repetition may find that the link has a new target, which is for readers to see.
        json.text("original_url", target.as_str());
    }))
}
