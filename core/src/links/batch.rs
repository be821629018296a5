//! Many links in one request, one after the other: each has its own result, and a bad one spoils no other.

use http::StatusCode;

use super::change::{Seen, patch};
use super::counts::counts;
use super::create::{NewLink, claim};
use super::delete::bury;
use super::named::take_domain;
use super::wire;
use crate::alias::Alias;
use crate::app::Context;
use crate::auth::Proof;
use crate::body::{Fields, Tree};
use crate::error::{FieldCode, Problem, Refusal, Wrong};
use crate::link::Link;
use crate::ports::{Edge, Traits};
use crate::records::Key;
use crate::request::{BODY_LIMIT, BULK_LIMIT, Body};
use crate::response::{Response, write_refused};

/// What one item asks for.
enum Deed {
    Create(Fields),
    Update { key: Key, seen: Seen, patch: Fields },
    Delete { key: Key, seen: Seen },
}

/// What became of it.
struct Done {
    status: StatusCode,
    link: Option<Link>,
}

/// `POST /api/v1/batch`
pub(crate) async fn batch<E: Edge>(context: &Context<'_, E>, proof: &Proof, body: &Body) -> Result<Response, Problem> {
    let mut fields = Fields::read(body, BULK_LIMIT)?;
    let items = fields.need("items", |tree| items(tree, context.edge.traits()));
    let items = fields.finish(items)?;
    let mut outcomes = Vec::with_capacity(items.len());
    for (number, item) in items.into_iter().enumerate() {
        let context = context.drawing(context.source.part(number));
        outcomes.push(act(&context, proof, item).await);
    }
    let links: Vec<_> = outcomes.iter().flatten().filter_map(|done| done.link.as_ref()).collect();
    // What was done is told even if the clicks cannot be: then they are 0.
    let counts = counts(context, &links).await;
    let mut counts = counts.inspect_err(|error| context.log_lost("clicks were not told", error)).unwrap_or_default().into_iter();
    let failed = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    let response = Response::json(StatusCode::OK, |json| {
        json.list("results", |results| {
            for (index, outcome) in outcomes.iter().enumerate() {
                results.object(|json| {
                    json.count("index", index);
                    match outcome {
                        Ok(done) => {
                            json.number("status", done.status.as_u16().into());
                            match &done.link {
                                Some(link) => {
                                    let link = wire::link(context, proof, link, counts.next().unwrap_or_default());
                                    json.object("link", |json| link.write(json));
                                }
                                None => json.null("link"),
                            }
                            json.null("problem");
                        }
                        Err(problem) => {
                            context.log_cause(problem);
                            write_refused(problem, context.request_id, "link", json);
                        }
                    }
                });
            }
        });
        json.count("succeeded", outcomes.len().saturating_sub(failed));
        json.count("failed", failed);
    });
    Ok(response.unless_unfinished(outcomes.iter().filter_map(|outcome| outcome.as_ref().err())))
}

fn items(tree: Tree, traits: &Traits) -> Result<Vec<Tree>, Wrong> {
    let items = tree.items(traits.largest_batch.into(), Ok)?;
    let most = traits.most_hashes;
    if items.iter().filter(|item| sets_password(item)).count() > most.into() {
        return Err(Refusal::new(FieldCode::TooMany, format!("{most} of these may set a password at most")).into());
    }
    if items.is_empty() {
        return Err(Refusal::new(FieldCode::Required, "a batch has at least one item").into());
    }
    Ok(items)
}

/// Whether a password has to be hashed for an item.
fn sets_password(item: &Tree) -> bool {
    ["link", "patch"].into_iter().filter_map(|what| item.member(what)?.member("password")).any(|password| *password != Tree::Null)
}

async fn act<E: Edge>(context: &Context<'_, E>, proof: &Proof, item: Tree) -> Result<Done, Problem> {
    if item.bytes() > BODY_LIMIT {
        return Err(Problem::item_too_large(BODY_LIMIT));
    }
    match read(context, proof, item).await? {
        Deed::Create(fields) => {
            let mut new =
                NewLink::read(context, proof, fields, context.config.default_domain()).await.map_err(|problem| problem.within("link"))?;
            new.hash(context)?;
            let link = claim(context, proof, &new).await?;
            Ok(Done { status: StatusCode::CREATED, link: Some(link) })
        }
        Deed::Update { key, seen, patch: fields } => {
            let link = patch(context, proof, &key, &seen, fields).await.map_err(|problem| problem.within("patch"))?;
            Ok(Done { status: StatusCode::OK, link: Some(link) })
        }
        Deed::Delete { key, seen } => {
            bury(context, proof, &key, &seen).await?;
            Ok(Done { status: StatusCode::NO_CONTENT, link: None })
        }
    }
}

/// Reads an item: first what it is, then what goes with that.
async fn read<E: Edge>(context: &Context<'_, E>, proof: &Proof, item: Tree) -> Result<Deed, Problem> {
    let mut fields = Fields::of(item).map_err(Problem::wrong_body)?;
    let op = fields.need("op", Tree::text);
    match op.as_deref() {
        Some("create") => {
            let link = fields.need("link", object);
            Ok(Deed::Create(fields.finish(link)?))
        }
        Some("update") => {
            let (key, seen) = (named(context, proof, &mut fields).await?, seen(&mut fields));
            let patch = fields.need("patch", object);
            let (key, patch) = fields.finish(key.zip(patch))?;
            Ok(Deed::Update { key, seen, patch })
        }
        Some("delete") => {
            let (key, seen) = (named(context, proof, &mut fields).await?, seen(&mut fields));
            Ok(Deed::Delete { key: fields.finish(key)?, seen })
        }
        Some(_) => Err(Problem::wrong_field("op", Refusal::invalid("an item creates, updates or deletes"))),
        None => Err(Problem::invalid(fields.stop())),
    }
}

fn object(tree: Tree) -> Result<Fields, Wrong> {
    Ok(Fields::of(tree)?)
}

fn seen(fields: &mut Fields) -> Seen {
    fields.take("if_match", Seen::version).unwrap_or(Seen::Anything)
}

/// The key of the link an item is about.
async fn named<E: Edge>(context: &Context<'_, E>, proof: &Proof, fields: &mut Fields) -> Result<Option<Key>, Problem> {
    let alias = fields.need_text("alias", |text| Alias::parse_existing(&text, context.config.alias_case));
    let domain = take_domain(context, proof, fields).await?;
    Ok(alias.map(|alias| Key::link(&domain, &alias)))
}
