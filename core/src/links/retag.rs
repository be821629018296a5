//! Renaming a tag, or taking it off all links: link by link, so many in one request as the edge allows. Whoever asks again goes on
//! where the last request ended, since links that are done do not have the tag any more.

use http::StatusCode;

use super::named::domain_of;
use super::{Refused, Wish, edit};
use crate::app::Context;
use crate::auth::Proof;
use crate::body::Fields;
use crate::domain::Domain;
use crate::error::{Code, FieldCode, Problem, Refusal};
use crate::link::Link;
use crate::ports::{Edge, Records as _};
use crate::records::{Key, Prefix, hint};
use crate::request::{BODY_LIMIT, Body};
use crate::response::Response;
use crate::text::Tag;

/// Hints are listed up to here, since those that lead nowhere any more may stand before the others.
const MOST_LISTED: u16 = 1_000;

/// `PATCH /api/v1/tags/{tag}`
pub(crate) async fn rename_tag<E: Edge>(
    context: &Context<'_, E>,
    _proof: &Proof,
    old: &str,
    query: &str,
    body: &Body,
) -> Result<Response, Problem> {
    let domain = domain_of(context, query).await?;
    let mut fields = Fields::read(body, BODY_LIMIT)?;
    let new = fields.need("tag", |tree| Tag::parse(&tree.text()?));
    let old = Tag::parse(old).map_err(|_| Problem::no_such_tag())?;
    if new.as_ref() == Some(&old) {
        fields.refuse("tag", Refusal::new(FieldCode::Conflicts, "this is what the tag is called already"));
    }
    let new = fields.finish(new)?;
    retag(context, &domain, &old, Some(&new)).await
}

/// `DELETE /api/v1/tags/{tag}`
pub(crate) async fn remove_tag<E: Edge>(context: &Context<'_, E>, _proof: &Proof, old: &str, query: &str) -> Result<Response, Problem> {
    let domain = domain_of(context, query).await?;
    let old = Tag::parse(old).map_err(|_| Problem::no_such_tag())?;
    retag(context, &domain, &old, None).await
}

/// Puts `new` in place of `old`, or nothing. Deleted links are changed like others: they may be restored.
async fn retag<E: Edge>(context: &Context<'_, E>, domain: &Domain, old: &Tag, new: Option<&Tag>) -> Result<Response, Problem> {
    let traits = context.edge.traits();
    let page = context.edge.records().scan(&Prefix::by_tag(domain, old), None, MOST_LISTED).await?;
    // Hints that edits of one link left behind stand next to each other.
    let mut aliases: Vec<_> = page.keys.iter().filter_map(hint::alias).collect();
    aliases.dedup();
    let looked_at = usize::from(traits.largest_page);
    let mut changed = 0;
    // Whether no link with the old tag is left.
    let mut done = page.next.is_none() && aliases.len() <= looked_at;
    for alias in aliases.iter().take(looked_at) {
        if changed == traits.most_edits {
            done = false;
            break;
        }
        match edit(context, &Key::link(domain, alias), &|link| retagged(link, old, new)).await {
            Ok(_) => changed = changed.saturating_add(1),
            Err(problem) if problem.code == Code::NotFound => {}
            Err(problem) => return Err(problem),
        }
    }
    if changed == 0 && done {
        return Err(Problem::no_such_tag());
    }
    Ok(Response::json(StatusCode::OK, |json| {
        json.text("tag", new.unwrap_or(old).as_str());
        json.number("changed", changed.into());
        json.flag("done", done);
    }))
}

fn retagged(link: &Link, old: &Tag, new: Option<&Tag>) -> Result<Wish, Refused> {
    let mut link = link.clone();
    if link.spec.retag(old, new) { Ok(link.into()) } else { Err(Problem::no_such_tag().into()) }
}
