//! Batches: many changes of links in one request, processed in order. Each item has its own result; a failed item does
//! not affect the others.
//!
//! A batch with an `Idempotency-Key` may take several requests: the record of the key keeps the results so far, and the
//! next request processes the items without a result. A batch without a key is limited to the items that one request
//! has store operations for.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::bulk::{cost_of_plain_link, status_of};
use super::change::{LinkPatch, patch};
use super::counts::{ClickCounts, counts};
use super::create::{LinkBody, NewLink, create_link};
use super::delete::delete_link;
use super::link_ref::check_body_domain;
use super::quota::QuotaMeter;
use super::scan::cost_of_counts;
use super::wire::WrittenLinkJson;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{FieldType, Fields, JsonValue, Optional, ParseContext, RequestBody, Required, Unread, request_body};
use crate::message::preconditions::IfMatch;
use crate::message::problem::{Problem, ProblemCode};
use crate::message::request::{BODY_LIMIT, BULK_LIMIT, Body};
use crate::message::response::Response;
use crate::message::wire::ProblemJson;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::alias::Alias;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError, FieldErrors};
use crate::model::link::Link;
use crate::store::Key;
use crate::store::budget::Budget;
use crate::store::ports::{Edge, Records, StoreCall};

request_body! {
    /// Many changes of links.
    pub(crate) struct BatchBody as Batch {
        /// The changes, in the order in which they are made. Without an `Idempotency-Key` there are at most as many as
        /// `limits.batch` of `/capabilities` says. An item that breaks its schema fails alone, in `results`.
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
        if_match: Optional<IfMatch>,
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
        if_match: Optional<IfMatch>,
    }
}

/// Most items of a batch. Without an `Idempotency-Key` it may be fewer ([`largest_batch`]).
pub(crate) const LARGEST_BATCH: u16 = 100;

/// The items as unparsed JSON. Each is parsed when it is processed, so that an invalid one fails alone.
pub(crate) enum Items {}

impl FieldType for Items {
    type Value = Vec<JsonValue>;

    fn parse(value: JsonValue, _: &ParseContext<'_>) -> Result<Vec<JsonValue>, FieldErrors> {
        let items = value.items(LARGEST_BATCH.into(), Ok)?;
        if items.is_empty() {
            return Err(FieldError::new(FieldCode::Required, "a batch needs at least one item").into());
        }
        Ok(items)
    }

    #[cfg(feature = "docs")]
    fn schema() -> crate::message::body::Schema {
        use crate::message::body::{ObjectSchema, component, schema};
        let kinds = [
            ObjectSchema::new::<CreateItem>().kind("op", "create"),
            ObjectSchema::new::<UpdateItem>().kind("op", "update"),
            ObjectSchema::new::<DeleteItem>().kind("op", "delete"),
        ];
        let description = "A change of a batch, of the kind that `op` names.";
        let item = schema!({"type": "object", "description": description, "oneOf": kinds.map(ObjectSchema::closed)});
        let anything = "Any other value. Its result says what is wrong; the other items are processed.";
        let items = schema!({"anyOf": [component("BatchItem", item), {"description": anything}]});
        schema!({"type": "array", "minItems": 1, "maxItems": LARGEST_BATCH, "items": items})
    }
}

/// The operation of one item.
enum BatchOperation {
    Create(Fields),
    Update { key: Key, if_match: IfMatch, patch: Fields },
    Delete { key: Key, if_match: IfMatch },
}

/// Success of one item: its status, and the link unless it was deleted.
struct CompletedItem {
    status: StatusCode,
    link: Option<Link>,
}

/// The results of a batch, in the order of its items.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "BatchResults"))]
pub(super) struct BatchJson<'a> {
    /// The result of each item, in the order of the request.
    #[cfg_attr(feature = "docs", schemars(with = "Vec<BatchResultJson<'_>>"))]
    results: Vec<&'a RawValue>,
    /// Number of items that succeeded.
    succeeded: usize,
    /// Number of items that failed.
    failed: usize,
    /// Number of items that were not tried, because the request had no store operations left, or no time to hash
    /// another password: 503 `budget_exhausted`.
    untried: usize,
}

/// Progress of a batch that takes several requests: the final result of each item, or null if it is still to be tried.
#[derive(Serialize, Deserialize)]
struct BatchProgressJson<'a>(#[serde(borrow)] Vec<Option<&'a RawValue>>);

impl BatchProgressJson<'_> {
    /// Whether the item at `index` has its final result.
    fn has(&self, index: usize) -> bool {
        self.0.get(index).is_some_and(Option::is_some)
    }
}

/// The result of one item: a link, a problem, or neither after a deletion.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct BatchResultJson<'a> {
    /// Position of the item in the request, from 0.
    index: usize,
    /// Status code of this item alone.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::StatusCodeSchema"))]
    status: u16,
    /// The link as it is now; `null` if it was deleted or the item failed.
    link: Option<WrittenLinkJson<'a>>,
    /// Why the item failed.
    problem: Option<ProblemJson<'a>>,
}

/// Longest result in bytes that is stored whole between requests. A longer one is stored in a short form, so that the
/// record of a batch fits a row of every store. Problems are bounded anyway.
const LONGEST_STORED_RESULT: usize = 8 * 1_024;

/// Outcome of an item.
struct ItemOutcome {
    result: Box<RawValue>,
    /// What is stored in place of a long result: the link as a reference.
    short: Option<Box<RawValue>>,
    state: ItemState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ItemState {
    Succeeded,
    Failed,
    /// It failed for a temporary reason and may succeed in a retry.
    Retryable,
    /// It was not processed.
    Untried,
}

/// `POST /api/v1/batch`
pub(crate) async fn batch<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, body: &Body) -> Result<Response, Problem> {
    let BatchBody { items } = BatchBody::read(body, BULK_LIMIT, &context.parsing())?.finish()?;
    let before: BatchProgressJson<'_> = match context.progress {
        Some(progress) => serde_json::from_str(progress).map_err(Problem::internal)?,
        None => BatchProgressJson(Vec::new()),
    };
    let creations = items.iter().enumerate().filter(|(index, item)| creates(item) && !before.has(*index)).count();
    let quota = QuotaMeter::new(authorized, creations);
    if !context.source.is_repeatable() {
        check_size(context, &items, &quota)?;
    }
    let mut work = BatchWork { context, authorized, quota: &quota, hashes: context.edge.edge_limits().max_hashes, is_over: false };
    let mut outcomes = Vec::with_capacity(items.len());
    let mut attempted = Ok(());
    for (index, item) in items.into_iter().enumerate() {
        let outcome = match before.0.get(index).copied().flatten() {
            Some(result) => stored_state(result).map(|state| ItemOutcome { result: result.to_owned(), short: None, state }),
            None => work.attempt(index, item).await,
        };
        attempted = outcome.map(|outcome| outcomes.push(outcome));
        if attempted.is_err() {
            break;
        }
    }
    quota.give_back(context).await;
    attempted?;
    let count = |states: &[ItemState]| outcomes.iter().filter(|outcome| states.contains(&outcome.state)).count();
    let json = BatchJson {
        results: outcomes.iter().map(|outcome| &*outcome.result).collect(),
        succeeded: count(&[ItemState::Succeeded]),
        failed: count(&[ItemState::Failed, ItemState::Retryable]),
        untried: count(&[ItemState::Untried]),
    };
    let response = Response::json(StatusCode::OK, &json)?;
    if count(&[ItemState::Retryable, ItemState::Untried]) == 0 {
        return Ok(response);
    }
    // Without a key, a retry would process all items again.
    let continues = count(&[ItemState::Untried]) > 0 && context.source.is_repeatable();
    let response = if continues { response.retry_at_once() } else { response };
    let progress = BatchProgressJson(outcomes.iter().map(ItemOutcome::stored).collect());
    Ok(response.unfinished(serde_json::to_string(&progress).map_err(Problem::internal)?))
}

/// The most items of a batch without an `Idempotency-Key`, of a caller without a quota.
pub(crate) fn largest_batch(records: &impl Records, budget: &Budget) -> u16 {
    largest_batch_with(records, budget, None)
}

/// The same of a caller with these quotas.
fn largest_batch_with(records: &impl Records, budget: &Budget, quota: Option<&QuotaMeter<'_>>) -> u16 {
    // Room for reading whether the blocklist is in use, and for a read of the alias before the last write, because
    // undoing a refused write may not fit. Unused places of a quota are given back with a read and a write.
    let of_places = quota.map_or(0, |quota| quota.cost_of_places(records).saturating_mul(2));
    let reads = records.operations(&StoreCall::Get).saturating_mul(2);
    let last_cost = reads.saturating_add(cost_of_counts(records, 1)).saturating_add(of_places);
    let item_cost = cost_of_plain_link(records).saturating_add(quota.map_or(0, |quota| quota.cost_of_link(records)));
    budget.largest(LARGEST_BATCH, |items| item_cost.saturating_mul(items.into()).saturating_add(last_cost))
}

/// Refuses a batch that has more items than a request has store operations for, or more passwords than it has time for.
fn check_size<E: Edge>(context: &Context<'_, E>, items: &[JsonValue], quota: &QuotaMeter<'_>) -> Result<(), Problem> {
    let (records, budget) = (context.edge.records(), context.budget);
    let largest = |budget: &Budget| largest_batch_with(records, budget, Some(quota));
    let most = largest(&budget.usually_left()).min(largest(&budget.before_creation()));
    let max_passwords = context.edge.edge_limits().max_hashes;
    let too_many = |detail| Err(Problem::wrong_field("items", FieldError::new(FieldCode::TooMany, detail)));
    if items.len() > most.into() {
        return too_many(format!(
            "a batch can have at most {most} items here. With an `Idempotency-Key` it can have {LARGEST_BATCH}: repeat it until all are tried"
        ));
    }
    if items.iter().filter(|item| sets_password(item)).count() > max_passwords.into() {
        return too_many(format!("at most {max_passwords} items may set a password"));
    }
    // The rate limit took more operations than usual. Nothing was done yet, so the batch may be sent again.
    if items.len() > largest(budget).into() {
        return Err(Problem::budget_exhausted(format!("a batch of {} items does not fit, but usually does", items.len())));
    }
    Ok(())
}

/// State of an item with a stored result.
fn stored_state(result: &RawValue) -> Result<ItemState, Problem> {
    Ok(if status_of(result)?.is_success() { ItemState::Succeeded } else { ItemState::Failed })
}

/// State of one request while it processes items.
struct BatchWork<'a, E> {
    context: &'a Context<'a, E>,
    authorized: &'a Authorized,
    quota: &'a QuotaMeter<'a>,
    /// Passwords that may still be hashed.
    hashes: u16,
    /// Whether an item was left untried. The items after it are not tried either, so that items are processed in order.
    is_over: bool,
}

impl<E: Edge> BatchWork<'_, E> {
    async fn attempt(&mut self, index: usize, item: JsonValue) -> Result<ItemOutcome, Problem> {
        let needs_hash = sets_password(&item);
        // Reserves the reads of the click counts that follow an update.
        let reserved = self.context.budget.reserve(cost_of_counts(self.context.edge.records(), 1));
        let outcome = if self.is_over || (needs_hash && self.hashes == 0) {
            Err(Problem::not_tried())
        } else {
            self.hashes = self.hashes.saturating_sub(needs_hash.into());
            self.context.budget.begin_part();
            let context = self.context.with_source(self.context.source.part(index));
            run_item(&context, self.authorized, self.quota, item).await
        };
        drop(reserved);
        let done = match outcome {
            Ok(done) => done,
            Err(cause) => {
                let state = match cause.code {
                    ProblemCode::BudgetExhausted => ItemState::Untried,
                    _ if cause.is_transient() => ItemState::Retryable,
                    _ => ItemState::Failed,
                };
                self.is_over |= state == ItemState::Untried;
                if state != ItemState::Untried {
                    self.context.log_cause(&cause);
                }
                let problem = ProblemJson::new(&cause, self.context.request_id);
                let result = BatchResultJson { index, status: problem.status, link: None, problem: Some(problem) };
                return ItemOutcome::new(&result, state, None);
            }
        };
        let counts = match &done.link {
            Some(link) if done.status != StatusCode::CREATED => self.counts(link).await,
            Some(link) => ClickCounts::of_new(self.context, link),
            None => ClickCounts::default(),
        };
        let is_created = done.status == StatusCode::CREATED;
        let link = done.link.as_ref().map(|link| WrittenLinkJson::new(self.context, self.authorized, link, counts, is_created));
        let status = done.status.as_u16();
        let short = BatchResultJson { index, status, link: done.link.as_ref().map(WrittenLinkJson::reference), problem: None };
        ItemOutcome::new(&BatchResultJson { index, status, link, problem: None }, ItemState::Succeeded, Some(&short))
    }

    /// Reads the click counts of a link. If they cannot be read they are left out: the change was made and must be
    /// reported.
    async fn counts(&self, link: &Link) -> ClickCounts {
        let counts = counts(self.context, &[link]).await;
        let counts = counts.inspect_err(|error| self.context.log_lost("clicks were not read", error)).unwrap_or_default();
        counts.into_iter().next().unwrap_or_default()
    }
}

impl ItemOutcome {
    fn new(result: &BatchResultJson<'_>, state: ItemState, short: Option<&BatchResultJson<'_>>) -> Result<Self, Problem> {
        let result = to_raw_value(result).map_err(Problem::internal)?;
        let short = short.filter(|_| result.get().len() > LONGEST_STORED_RESULT);
        let short = short.map(to_raw_value).transpose().map_err(Problem::internal)?;
        Ok(Self { result, short, state })
    }

    /// The result to store for the next request; `None` if the item is still to be processed.
    fn stored(&self) -> Option<&RawValue> {
        let is_final = matches!(self.state, ItemState::Succeeded | ItemState::Failed);
        is_final.then(|| self.short.as_deref().unwrap_or(&self.result))
    }
}

/// Whether an item may create a link.
fn creates(item: &JsonValue) -> bool {
    matches!(item.member("op"), Some(JsonValue::Text(op)) if op == "create")
}

/// Whether processing an item hashes a password.
fn sets_password(item: &JsonValue) -> bool {
    ["link", "patch"].into_iter().filter_map(|what| item.member(what)?.member("password")).any(|password| *password != JsonValue::Null)
}

/// Processes one item.
async fn run_item<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    quota: &QuotaMeter<'_>,
    item: JsonValue,
) -> Result<CompletedItem, Problem> {
    if item.bytes() > BODY_LIMIT {
        return Err(Problem::item_too_large(BODY_LIMIT));
    }
    match parse_item(context, authorized, item).await? {
        BatchOperation::Create(fields) => {
            let draft = LinkBody::draft(fields, &context.parsing());
            let new = NewLink::parse(context, authorized, draft, context.config.default_domain()).await;
            let mut new = new.map_err(|problem| problem.within("link"))?;
            new.hash(context)?;
            let link = create_link(context, authorized, quota, &new).await?;
            Ok(CompletedItem { status: StatusCode::CREATED, link: Some(link) })
        }
        BatchOperation::Update { key, if_match, patch: fields } => {
            let link = patch(context, authorized, &key, &if_match, fields).await.map_err(|problem| problem.within("patch"))?;
            Ok(CompletedItem { status: StatusCode::OK, link: Some(link) })
        }
        BatchOperation::Delete { key, if_match } => {
            delete_link(context, authorized, &key, &if_match).await?;
            Ok(CompletedItem { status: StatusCode::NO_CONTENT, link: None })
        }
    }
}

/// Parses an item: first `op`, then the fields of that operation.
async fn parse_item<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, item: JsonValue) -> Result<BatchOperation, Problem> {
    let mut fields = Fields::from_json(item).map_err(Problem::wrong_body)?;
    let op = fields.need("op", JsonValue::text);
    match op.as_deref() {
        Some("create") => Ok(BatchOperation::Create(CreateItem::draft(fields, &context.parsing()).finish()?.link)),
        Some("update") => {
            let mut draft = UpdateItem::draft(fields, &context.parsing());
            let domain = item_domain(context, authorized, draft.parts.domain.take(), &mut draft.wrong).await?;
            let UpdateItem { alias, if_match, patch, .. } = draft.finish()?;
            Ok(BatchOperation::Update { key: Key::link(&domain, &alias), if_match: if_match.unwrap_or(IfMatch::Any), patch })
        }
        Some("delete") => {
            let mut draft = DeleteItem::draft(fields, &context.parsing());
            let domain = item_domain(context, authorized, draft.parts.domain.take(), &mut draft.wrong).await?;
            let DeleteItem { alias, if_match, .. } = draft.finish()?;
            Ok(BatchOperation::Delete { key: Key::link(&domain, &alias), if_match: if_match.unwrap_or(IfMatch::Any) })
        }
        Some(_) => Err(Problem::wrong_field("op", FieldError::invalid("op must be create, update or delete"))),
        None => Err(Problem::invalid(fields.into_errors())),
    }
}

/// Domain of the link in an item; the default domain if it names none.
async fn item_domain<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    domain: Option<Domain>,
    wrong: &mut FieldErrors,
) -> Result<Domain, Problem> {
    let domain = check_body_domain(context, authorized, domain, wrong).await?;
    let domain = domain.unwrap_or_else(|| context.config.default_domain().clone());
    authorized.check_domain(&domain)?;
    Ok(domain)
}
