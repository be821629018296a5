//! Renaming a tag, or taking it off all links: link by link, so many in one request as the edge allows. Whoever asks again goes on
//! where the last request ended, since links that are done do not have the tag any more.

use std::cell::Cell;

use http::StatusCode;

use super::named::domain_of;
use super::rename::MOST_MOVES;
use super::{Refused, Wish, edit};
use crate::alias::Alias;
use crate::app::Context;
use crate::auth::Proof;
use crate::body::Fields;
use crate::domain::Domain;
use crate::error::{Code, FieldCode, Problem, Refusal};
use crate::link::Link;
use crate::ports::{Edge, NoEntropy, Records as _};
use crate::records::{Holder, Key, Prefix, hint, look};
use crate::request::{BODY_LIMIT, Body};
use crate::response::Response;
use crate::text::Tag;

/// Hints are listed up to here, since those that lead nowhere any more may stand before the others.
const MOST_LISTED: u16 = 1_000;

/// So many times at most, since many hints may lead to a few aliases.
const MOST_SCANS: u32 = 5;

/// `PATCH /api/v1/tags/{tag}`
pub(crate) async fn rename_tag<E: Edge>(
    context: &Context<'_, E>,
    proof: &Proof,
    old: &str,
    query: &str,
    body: &Body,
) -> Result<Response, Problem> {
    let domain = domain_of(context, proof, query).await?;
    let mut fields = Fields::read(body, BODY_LIMIT)?;
    let new = fields.need("tag", |tree| Tag::parse(&tree.text()?));
    let old = Tag::parse(old).map_err(|_| Problem::no_such_tag())?;
    if new.as_ref() == Some(&old) {
        fields.refuse("tag", Refusal::new(FieldCode::Conflicts, "this is what the tag is called already"));
    }
    let new = fields.finish(new)?;
    retag(context, proof, &domain, &old, Some(&new)).await
}

/// `DELETE /api/v1/tags/{tag}`
pub(crate) async fn remove_tag<E: Edge>(context: &Context<'_, E>, proof: &Proof, old: &str, query: &str) -> Result<Response, Problem> {
    let domain = domain_of(context, proof, query).await?;
    let old = Tag::parse(old).map_err(|_| Problem::no_such_tag())?;
    retag(context, proof, &domain, &old, None).await
}

/// Puts `new` in place of `old`, or nothing. Deleted links are changed like others: they may be restored. A damaged record stops only itself.
async fn retag<E: Edge>(
    context: &Context<'_, E>,
    proof: &Proof,
    domain: &Domain,
    old: &Tag,
    new: Option<&Tag>,
) -> Result<Response, Problem> {
    let traits = context.edge.traits();
    let mut looks = usize::from(traits.largest_page);
    let (mut changed, mut damaged) = (0, None);
    let mut after = None;
    // Whether no link with the old tag is left.
    let mut done = false;
    'pages: for _ in 0..MOST_SCANS {
        let page = context.edge.records().scan(&Prefix::by_tag(domain, old), after.as_ref(), MOST_LISTED).await?;
        // Hints that edits of one link left behind stand next to each other.
        let mut aliases: Vec<_> = page.keys.iter().filter_map(hint::alias).collect();
        aliases.dedup();
        if aliases.len() > looks {
            start_anywhere(context, &mut aliases)?;
        }
        for alias in &aliases {
            if changed == traits.most_edits || looks == 0 {
                break 'pages;
            }
            match retag_one(context, proof, domain, alias, (old, new), &mut looks).await {
                Ok(was_changed) => changed = changed.saturating_add(was_changed.into()),
                Err(problem) if problem.code == Code::Internal => {
                    context.log_cause(&problem);
                    damaged = Some(problem);
                }
                Err(problem) => return Err(problem),
            }
        }
        after = page.next;
        done = after.is_none();
        if done {
            break;
        }
    }
    if let (0, true, Some(damaged)) = (changed, done, damaged) {
        return Err(damaged);
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

/// Has the aliases begin with any of them. Hints that lead nowhere stay: whoever began with the same ones every time might never come to the
/// others.
fn start_anywhere<E: Edge>(context: &Context<'_, E>, aliases: &mut [Alias]) -> Result<(), NoEntropy> {
    let mut random = [0; 4];
    context.edge.random(&mut random)?;
    let start = usize::try_from(u32::from_le_bytes(random)).ok().and_then(|random| random.checked_rem(aliases.len()));
    aliases.rotate_left(start.unwrap_or_default());
    Ok(())
}

/// Changes the link that was at `alias`, wherever on its domain it has gone since. Says whether it had the tag, and takes what was looked at
/// off the `looks`.
async fn retag_one<E: Edge>(
    context: &Context<'_, E>,
    proof: &Proof,
    domain: &Domain,
    alias: &Alias,
    (old, new): (&Tag, Option<&Tag>),
    looks: &mut usize,
) -> Result<bool, Problem> {
    let mut key = Key::link(domain, alias);
    for _ in 0..=MOST_MOVES {
        let is_there = Cell::new(false);
        let change = |link: &Link| {
            is_there.set(true);
            retagged(link, old, new)
        };
        *looks = looks.saturating_sub(1);
        match edit(context, proof, &key, &change).await {
            Err(problem) if problem.code == Code::NotFound => {}
            edited => return edited.map(|_| true),
        }
        if is_there.get() {
            break;
        }
        *looks = looks.saturating_sub(1);
        let place = look(context.edge.records(), &key).await?;
        match place.as_ref().map(|place| place.holder.seen()) {
            Some(Holder::Signpost(signpost)) if signpost.domain == *domain => key = signpost.to(),
            _ => break,
        }
    }
    Ok(false)
}

fn retagged(link: &Link, old: &Tag, new: Option<&Tag>) -> Result<Wish, Refused> {
    let mut link = link.clone();
    if link.spec.retag(old, new) { Ok(link.into()) } else { Err(Problem::no_such_tag().into()) }
}
