//! Renames a tag or removes it from all links: link by link, as many in one request as the operation budget allows. The
//! next request continues with the rest, since changed links do not have the tag any more.

use http::StatusCode;
use serde::Serialize;

use super::LinkEdit;
use super::link_ref::parse_domain;
use super::sweep::{SweepLimits, SweepResult, sweep};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{RequestBody, Required, request_body};
use crate::message::preconditions::EditRefusal;
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::Link;
use crate::model::text::Tag;
use crate::store::Prefix;
use crate::store::ports::Edge;

request_body! {
    /// A new name for a tag.
    pub(crate) struct TagPatch as TagPatch {
        /// New name, of at most 64 bytes, which differs from the present one. Unreadable characters are refused.
        tag: Required<Tag>,
    }
}

/// Progress of renaming or removing a tag.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "Retagged"))]
pub(super) struct RetaggedJson<'a> {
    /// Tag that the links have now, or do not have any more.
    tag: &'a str,
    /// Number of links that this request changed.
    changed: u16,
    /// Whether no link with the old tag is left.
    done: bool,
}

/// `PATCH /api/v1/tags/{tag}`
pub(crate) async fn rename_tag<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    old: &str,
    query: &str,
    body: &Body,
) -> Result<Response, Problem> {
    let domain = parse_domain(context, authorized, query).await?;
    let mut draft = TagPatch::read(body, BODY_LIMIT, &context.parsing())?;
    let old = Tag::parse(old).map_err(|_| Problem::no_such_tag())?;
    if draft.parts.tag.as_ref() == Some(&old) {
        draft.wrong.add(FieldError::new(FieldCode::Conflicts, "the new name must differ from the present one").within("tag"));
    }
    let TagPatch { tag } = draft.finish()?;
    retag(context, authorized, &domain, &old, Some(&tag)).await
}

/// `DELETE /api/v1/tags/{tag}`
pub(crate) async fn remove_tag<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    old: &str,
    query: &str,
) -> Result<Response, Problem> {
    let domain = parse_domain(context, authorized, query).await?;
    let old = Tag::parse(old).map_err(|_| Problem::no_such_tag())?;
    retag(context, authorized, &domain, &old, None).await
}

/// Replaces the tag `old` by `new`, or removes it.
async fn retag<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    domain: &Domain,
    old: &Tag,
    new: Option<&Tag>,
) -> Result<Response, Problem> {
    let prefix = Prefix::by_tag(domain, old);
    let SweepResult { changed, damaged, done } =
        sweep(context, authorized, (domain, &prefix), &mut SweepLimits::default(), &|link| retagged(link, old, new)).await?;
    if let (0, true, Some(damaged)) = (changed, done, damaged) {
        return Err(damaged);
    }
    if changed == 0 && done {
        return Err(Problem::no_such_tag());
    }
    Response::json(StatusCode::OK, &RetaggedJson { tag: new.unwrap_or(old).as_str(), changed, done })
}

fn retagged(link: &Link, old: &Tag, new: Option<&Tag>) -> Result<LinkEdit, EditRefusal> {
    let mut link = link.clone();
    if link.settings.retag(old, new) { Ok(link.into()) } else { Err(Problem::no_such_tag().into()) }
}
