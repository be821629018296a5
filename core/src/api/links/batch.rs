//! Many links in one request, one after the other: each has its own result, and a bad one spoils no other.

use http::StatusCode;
use serde::Serialize;

use super::change::{LinkPatch, patch};
use super::counts::counts;
use super::create::{LinkBody, NewLink, claim};
use super::delete::bury;
use super::named::served_domain;
use super::wire::WrittenLinkJson;
use crate::auth::Proof;
use crate::context::Context;
use crate::message::body::{FieldType, Fields, Optional, ParseContext, RequestBody, Required, Tree, Unread, request_body};
use crate::message::preconditions::Seen;
use crate::message::problem::Problem;
use crate::message::request::{BODY_LIMIT, BULK_LIMIT, Body};
use crate::message::response::Response;
use crate::message::wire::ProblemJson;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, Refusal, Wrong};
use crate::model::link::Link;
use crate::store::Key;
use crate::store::ports::Edge;

request_body! {
    /// Many changes of links.
    pub(crate) struct BatchBody as Batch {
        /// The changes, in the order in which they are made: at most as many as `limits.batch` of `/capabilities`
        /// says. An item that breaks its schema is refused alone, in `results`.
        items: Required<Items>,
    }

    /// Create a link. `link` has the fields of a new link without `find_if_exists` and `update_if_exists`.
    pub(super) struct CreateItem {
        /// The new link.
        link: Required<Unread<LinkBody>>,
    }

    /// Change the link `alias` by a merge patch.
    pub(super) struct UpdateItem {
        /// Alias of the link.
        alias: Required<Alias>,
        /// Domain of the link. Default: the first of the setting `HOP_DOMAINS`.
        domain: Optional<Domain>,
        /// Make the change only if the link is at this version.
        if_match: Optional<Seen>,
        /// The fields to change.
        patch: Required<Unread<LinkPatch>>,
    }

    /// Delete the link `alias`.
    pub(super) struct DeleteItem {
        /// Alias of the link.
        alias: Required<Alias>,
        /// Domain of the link. Default: the first of the setting `HOP_DOMAINS`.
        domain: Optional<Domain>,
        /// Delete the link only if it is at this version.
        if_match: Optional<Seen>,
    }
}

/// As many items as the edge takes, each as it was sent: it is read only when its turn comes, so that it spoils no
/// other.
pub(crate) enum Items {}

impl FieldType for Items {
    type Value = Vec<Tree>;

    fn parse(value: Tree, context: &ParseContext<'_>) -> Result<Vec<Tree>, Wrong> {
        let items = value.items(context.traits.largest_batch.into(), Ok)?;
        let most = context.traits.most_hashes;
        if items.iter().filter(|item| sets_password(item)).count() > most.into() {
            return Err(Refusal::new(FieldCode::TooMany, format!("{most} of these may set a password at most")).into());
        }
        if items.is_empty() {
            return Err(Refusal::new(FieldCode::Required, "a batch has at least one item").into());
        }
        Ok(items)
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        use crate::message::body::{ObjectSchema, component, schema};
        let kinds = [
            ObjectSchema::of::<CreateItem>().kind("op", "create"),
            ObjectSchema::of::<UpdateItem>().kind("op", "update"),
            ObjectSchema::of::<DeleteItem>().kind("op", "delete"),
        ];
        let description = "A change of a batch, of the kind that `op` names.";
        let item = schema!({"type": "object", "description": description, "oneOf": kinds.map(ObjectSchema::closed)});
        let anything = "Any other value. Its own result says what is wrong; the other items are done.";
        let items = schema!({"anyOf": [component("BatchItem", item), {"description": anything}]});
        schema!({"type": "array", "minItems": 1, "maxItems": 100, "items": items})
    }
}

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

/// The results of a batch, in the order of its items.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "BatchResults"))]
pub(super) struct BatchJson<'a> {
    /// The result of each item, in the order of the request.
    results: Vec<BatchResultJson<'a>>,
    /// Number of items that were done.
    succeeded: usize,
    /// Number of items that were not done.
    failed: usize,
}

/// The result of one item: a link, a problem, or neither after a deletion.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct BatchResultJson<'a> {
    /// Position of the item in the request, from 0.
    index: usize,
    /// Status code of this item alone.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::StatusCode"))]
    status: u16,
    /// The link as it is now; `null` if it was deleted or the item was not done.
    link: Option<WrittenLinkJson<'a>>,
    /// Why the item was not done.
    problem: Option<ProblemJson<'a>>,
}

/// `POST /api/v1/batch`
pub(crate) async fn batch<E: Edge>(context: &Context<'_, E>, proof: &Proof, body: &Body) -> Result<Response, Problem> {
    let BatchBody { items } = BatchBody::read(body, BULK_LIMIT, &context.parsing())?.finish()?;
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
    let results = outcomes.iter().enumerate().map(|(index, outcome)| match outcome {
        Ok(done) => {
            let is_created = done.status == StatusCode::CREATED;
            let written = |link| WrittenLinkJson::new(context, proof, link, counts.next().unwrap_or_default(), is_created);
            let link = done.link.as_ref().map(written);
            BatchResultJson { index, status: done.status.as_u16(), link, problem: None }
        }
        Err(problem) => {
            context.log_cause(problem);
            let problem = ProblemJson::new(problem, context.request_id);
            BatchResultJson { index, status: problem.status, link: None, problem: Some(problem) }
        }
    });
    let json = BatchJson { results: results.collect(), succeeded: outcomes.len().saturating_sub(failed), failed };
    let response = Response::json(StatusCode::OK, &json)?;
    Ok(response.unless_unfinished(outcomes.iter().filter_map(|outcome| outcome.as_ref().err())))
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
            let draft = LinkBody::draft(fields, &context.parsing());
            let new = NewLink::of(context, proof, draft, context.config.default_domain()).await;
            let mut new = new.map_err(|problem| problem.within("link"))?;
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
        Some("create") => Ok(Deed::Create(CreateItem::draft(fields, &context.parsing()).finish()?.link)),
        Some("update") => {
            let mut draft = UpdateItem::draft(fields, &context.parsing());
            let domain = domain_of(context, proof, draft.parts.domain.take(), &mut draft.wrong).await?;
            let UpdateItem { alias, if_match, patch, .. } = draft.finish()?;
            Ok(Deed::Update { key: Key::link(&domain, &alias), seen: if_match.unwrap_or(Seen::Anything), patch })
        }
        Some("delete") => {
            let mut draft = DeleteItem::draft(fields, &context.parsing());
            let domain = domain_of(context, proof, draft.parts.domain.take(), &mut draft.wrong).await?;
            let DeleteItem { alias, if_match, .. } = draft.finish()?;
            Ok(Deed::Delete { key: Key::link(&domain, &alias), seen: if_match.unwrap_or(Seen::Anything) })
        }
        Some(_) => Err(Problem::wrong_field("op", Refusal::invalid("an item creates, updates or deletes"))),
        None => Err(Problem::invalid(fields.stop())),
    }
}

/// The domain of the link an item is about.
async fn domain_of<E: Edge>(context: &Context<'_, E>, proof: &Proof, said: Option<Domain>, wrong: &mut Wrong) -> Result<Domain, Problem> {
    let said = served_domain(context, proof, said, wrong).await?;
    let domain = said.unwrap_or_else(|| context.config.default_domain().clone());
    proof.check_domain(&domain)?;
    Ok(domain)
}
