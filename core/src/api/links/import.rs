//! Imports links from JSON Lines or CSV. Each line is a Link as hop exports it, and has its own result.
//!
//! If the store operations of a request run out before the body ends, the response says where to continue. With an
//! `Idempotency-Key` a retry continues there by itself: the record of the key keeps the results so far, of at most a
//! thousand lines.

mod line;

use std::collections::BTreeMap;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

#[cfg(feature = "docs")]
pub(crate) use self::line::LineBody;
use self::line::{ImportLine, Lines, RawLine};
use super::bulk::{cost_of_plain_link, status_of};
use super::claim::{AliasAvailability, alias_availability};
use super::create::create_link;
use super::link_ref::take_domain;
use super::quota::QuotaMeter;
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Fields, JsonValue};
use crate::message::problem::{Problem, ProblemCode};
use crate::message::request::{BULK_LIMIT, Body};
use crate::message::response::Response;
use crate::message::wire::ProblemJson;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::alias::Alias;
use crate::model::blocked::Blocked;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::Link;
use crate::store::budget::Budget;
use crate::store::ports::{ClientInfo, Edge, Records, StoreCall, StoreError};
use crate::store::{AliasRecord, AliasState, Key, load, load_many};

/// Most alias records that are read together, whatever the budget.
const LINES_AT_ONCE: u16 = 100;

/// Most lines that one request reads, however cheap they are.
const MAX_LINES: usize = 500;

/// Most lines for one `Idempotency-Key`. The rest of the body needs another key.
const MAX_LINES_OF_A_KEY: usize = 1_000;

/// Longest result in bytes that is stored whole between requests. A longer one is stored in a short form, so that the
/// record of a key fits a row of every store.
const LONGEST_STORED_RESULT: usize = 1_024;

/// File format of an import.
#[derive(Clone, Copy)]
pub(crate) enum ImportFormat {
    /// A JSON object on each line.
    JsonLines,
    /// One row for each link, after a row of column names.
    Csv,
}

impl ImportFormat {
    /// Reads the format from `Content-Type`.
    pub(crate) fn from_content_type(client: &impl ClientInfo) -> Result<Self, Problem> {
        let media_type = client.header(&CONTENT_TYPE);
        let essence = media_type.as_deref().unwrap_or_default().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let is = |names: &[&str]| names.iter().any(|name| essence.eq_ignore_ascii_case(name.as_bytes()));
        if is(&["application/x-ndjson", "application/jsonl"]) {
            Ok(Self::JsonLines)
        } else if is(&["text/csv"]) {
            Ok(Self::Csv)
        } else {
            Err(Problem::no_list_of_links())
        }
    }
}

/// Success of one line.
struct ImportedLine {
    status: StatusCode,
    /// `None` in a dry run if the alias would be generated.
    alias: Option<Alias>,
}

/// The results of an import, line by line.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "ImportResults"))]
pub(super) struct ImportJson<'a> {
    /// The result of each line that was read, in order.
    #[cfg_attr(feature = "docs", schemars(with = "Vec<ImportResultJson<'_>>"))]
    results: Vec<&'a RawValue>,
    /// Number of links that were created.
    imported: usize,
    /// Number of links that existed already.
    existing: usize,
    /// Number of lines that were refused.
    failed: usize,
    /// The first line that was not read, or `null` if all were.
    next: Option<ImportPositionJson>,
    /// Whether the import was only tried, and nothing stored.
    dry_run: bool,
}

/// The result of one line.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct ImportResultJson<'a> {
    /// Number of the line in the body, from 1; in CSV, that of the first line of the row.
    #[cfg_attr(feature = "docs", schemars(range(min = 1)))]
    line: usize,
    /// Status code of this line alone: 201 if the link was created, 200 if it existed already.
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::StatusCodeSchema"))]
    status: u16,
    /// Alias of the link; `null` if there is none, or none yet in a dry run.
    alias: Option<&'a str>,
    /// Why the line was refused.
    problem: Option<ProblemJson<'a>>,
}

/// Start of the first line that was not read.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct ImportPositionJson {
    /// Number of the line in the body, from 1.
    #[cfg_attr(feature = "docs", schemars(range(min = 1)))]
    line: usize,
    /// Position of its first byte in the body, from 0.
    offset: usize,
}

impl ImportPositionJson {
    fn from_line(line: &RawLine<'_>) -> Self {
        Self { line: line.number, offset: line.start }
    }
}

/// Progress of an import that takes several requests: the final results by line number.
#[derive(Serialize, Deserialize)]
struct ImportProgressJson<'a>(#[serde(borrow)] BTreeMap<usize, &'a RawValue>);

/// Outcome of a line.
struct LineOutcome {
    result: Box<RawValue>,
    /// What is stored in place of a long result: the problem without its field errors.
    short: Option<Box<RawValue>>,
    status: StatusCode,
    /// Whether the line failed for a temporary reason and may succeed in a retry.
    is_retryable: bool,
}

/// `POST /api/v1/import`
pub(crate) async fn import<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    query: &str,
    client: &impl ClientInfo,
    body: &Body,
) -> Result<Response, Problem> {
    let format = ImportFormat::from_content_type(client)?;
    let mut fields = Fields::query(query);
    let domain = take_domain(context, authorized, &mut fields).await?;
    let dry_run = fields.take("dry_run", JsonValue::flag).unwrap_or_default();
    fields.finish(Some(()))?;
    let bytes = body.bytes(BULK_LIMIT)?;
    let before: ImportProgressJson<'_> = match context.progress {
        Some(progress) => serde_json::from_str(progress).map_err(Problem::internal)?,
        None => ImportProgressJson(BTreeMap::new()),
    };
    let mut outcomes = BTreeMap::new();
    for (line, result) in &before.0 {
        outcomes.insert(*line, LineOutcome::from_stored(result)?);
    }
    let mut lines = Lines::new(format, bytes)?.enumerate().filter(|(_, line)| !before.0.contains_key(&line.number)).peekable();
    let most_lines = usize::try_from(max_lines(context.edge.records(), context.budget)).unwrap_or(usize::MAX);
    let lines_left = bytes.split(|byte| *byte == b'\n').count().saturating_sub(before.0.len());
    let quota = QuotaMeter::new(authorized, lines_left.min(most_lines));
    let mut work =
        ImportWork { context, authorized, quota: &quota, domain: &domain, dry_run, hashes: context.edge.edge_limits().max_hashes };
    let (line_cost, at_once) = (cost_of_plain_link(context.edge.records()), lines_at_once(context.edge.records()));
    let (mut next, mut left) = (None, MAX_LINES.min(MAX_LINES_OF_A_KEY.saturating_sub(before.0.len())));
    let mut imported = Ok(());
    while next.is_none() && left > 0 && lines.peek().is_some() && imported.is_ok() {
        // The cost of a line is known only once it is read. A line that does not fit is left to the next request.
        let most = context.budget.largest(at_once, |lines| line_cost.saturating_mul(lines.into()));
        let chunk: Vec<_> = lines.by_ref().take(left.min(most.into())).collect();
        left = left.saturating_sub(chunk.len());
        imported = work.import_lines(chunk, &mut outcomes).await.map(|position| next = position);
    }
    quota.give_back(context).await;
    imported?;
    let next = next.or_else(|| lines.peek().map(|(_, line)| ImportPositionJson::from_line(line)));
    // A key has a maximum number of lines. Repeating the request then makes no further progress.
    let is_full = outcomes.len() >= MAX_LINES_OF_A_KEY;
    let count = |status| outcomes.values().filter(|outcome| outcome.status == status).count();
    let (imported, existing) = (count(StatusCode::CREATED), count(StatusCode::OK));
    let continues = next.is_some() && context.source.is_repeatable() && !is_full;
    let is_unfinished = continues || outcomes.values().any(|outcome| outcome.is_retryable);
    let json = ImportJson {
        results: outcomes.values().map(|outcome| &*outcome.result).collect(),
        imported,
        existing,
        failed: outcomes.len().saturating_sub(imported).saturating_sub(existing),
        dry_run,
        next,
    };
    let response = Response::json(StatusCode::OK, &json)?;
    let response = if continues { response.retry_at_once() } else { response };
    if !is_unfinished {
        return Ok(response);
    }
    let stored = outcomes.iter().filter_map(|(line, outcome)| Some((*line, outcome.stored()?)));
    Ok(response.unfinished(serde_json::to_string(&ImportProgressJson(stored.collect())).map_err(Problem::internal)?))
}

/// Number of lines without tags or limits that one request has store operations for.
pub(crate) fn max_lines(records: &impl Records, budget: &Budget) -> u32 {
    let most = u32::try_from(MAX_LINES).unwrap_or(u32::MAX);
    budget.left().checked_div(cost_of_plain_link(records)).unwrap_or(most).min(most)
}

/// Number of alias records that are read together: one if the store charges each key, so that the cost of a line is its
/// own.
fn lines_at_once(records: &impl Records) -> u16 {
    if records.operations(&StoreCall::GetMany(2)) > records.operations(&StoreCall::GetMany(1)) { 1 } else { LINES_AT_ONCE }
}

/// State of one request while it imports lines.
struct ImportWork<'a, E> {
    context: &'a Context<'a, E>,
    authorized: &'a Authorized,
    quota: &'a QuotaMeter<'a>,
    domain: &'a Domain,
    dry_run: bool,
    /// Passwords that may still be hashed.
    hashes: u16,
}

impl<E: Edge> ImportWork<'_, E> {
    /// Imports some lines. Returns the position of the first one that did not fit the budget.
    async fn import_lines(
        &mut self,
        lines: Vec<(usize, RawLine<'_>)>,
        outcomes: &mut BTreeMap<usize, LineOutcome>,
    ) -> Result<Option<ImportPositionJson>, Problem> {
        let mut next = None;
        let mut read = Vec::new();
        // The read of all alias records is charged to the first line, since a retry pays for it again.
        self.context.budget.begin_part();
        for (index, line) in lines {
            let position = ImportPositionJson::from_line(&line);
            let context = self.context.with_source(self.context.source.part(index));
            let link = ImportLine::parse(&context, self.authorized, line, self.domain).await;
            if is_untried(&link) || !self.can_hash_password(&link) {
                next = Some(position);
                break;
            }
            read.push((position, context, link));
        }
        // One read of all alias records. A link created after it, also by an earlier line of this import, is found when
        // the claim is refused.
        let records = self.context.edge.records();
        let keys: Vec<Key> = read.iter().filter_map(|(_, _, line)| key_of(line.as_ref().ok()?)).collect();
        let alias_records = match load_many(records, &keys).await {
            // The results of earlier lines must still be reported.
            Err(StoreError::OverBudget { .. }) => return Ok(read.into_iter().next().map(|(position, ..)| position).or(next)),
            alias_records => alias_records?,
        };
        let mut alias_records = alias_records.into_iter();
        let mut done: Vec<Key> = Vec::new();
        for (number, (position, context, line)) in read.into_iter().enumerate() {
            if number > 0 {
                self.context.budget.begin_part();
            }
            let key = line.as_ref().ok().and_then(key_of);
            let alias_record = match &key {
                Some(key) if done.contains(key) => {
                    let _before = alias_records.next();
                    load(records, key).await.transpose()
                }
                Some(_) => alias_records.next().flatten(),
                None => None,
            };
            done.extend(key);
            let imported = import_line(&context, (self.authorized, self.quota), line, alias_record, self.dry_run).await;
            if is_untried(&imported) {
                return Ok(Some(position));
            }
            outcomes.insert(position.line, LineOutcome::new(self.context, position.line, &imported)?);
        }
        Ok(next)
    }

    /// Whether the password of the line, if it has one, can be hashed in this request.
    fn can_hash_password(&mut self, line: &Result<ImportLine, Problem>) -> bool {
        if self.dry_run || line.as_ref().is_ok_and(|line| line.new.password.is_none()) || line.is_err() {
            return true;
        }
        let left = self.hashes.checked_sub(1);
        self.hashes = left.unwrap_or_default();
        left.is_some()
    }
}

/// Whether it failed because the operation budget was exhausted.
fn is_untried<T>(outcome: &Result<T, Problem>) -> bool {
    outcome.as_ref().is_err_and(|problem| problem.code == ProblemCode::BudgetExhausted)
}

impl LineOutcome {
    /// Builds the result, and logs the cause of a problem.
    fn new<E: Edge>(context: &Context<'_, E>, line: usize, imported: &Result<ImportedLine, Problem>) -> Result<Self, Problem> {
        let (status, alias, problem) = match imported {
            Ok(imported) => (imported.status, imported.alias.as_ref().map(Alias::as_str), None),
            Err(problem) => {
                context.log_cause(problem);
                (problem.code.status(), None, Some(ProblemJson::new(problem, context.request_id)))
            }
        };
        let json = ImportResultJson { line, status: status.as_u16(), alias, problem };
        let is_retryable = imported.as_ref().is_err_and(Problem::is_transient);
        let result = to_raw_value(&json).map_err(Problem::internal)?;
        let is_long = result.get().len() > LONGEST_STORED_RESULT;
        let short = is_long.then(|| ImportResultJson { problem: json.problem.map(ProblemJson::without_errors), ..json });
        let short = short.map(|short| to_raw_value(&short)).transpose().map_err(Problem::internal)?;
        Ok(Self { result, short, status, is_retryable })
    }

    /// Outcome of a line from an earlier request.
    fn from_stored(result: &RawValue) -> Result<Self, Problem> {
        Ok(Self { result: result.to_owned(), short: None, status: status_of(result)?, is_retryable: false })
    }

    /// The result to store for the next request; `None` if the line is still to be imported.
    fn stored(&self) -> Option<&RawValue> {
        (!self.is_retryable).then(|| self.short.as_deref().unwrap_or(&self.result))
    }
}

/// Key of the alias in a line, if it names one.
fn key_of(line: &ImportLine) -> Option<Key> {
    Some(Key::link(&line.new.domain, line.new.alias.as_ref()?))
}

/// Creates the link of a line, unless it exists already. `alias_record` is the record of its alias.
async fn import_line<E: Edge>(
    context: &Context<'_, E>,
    (authorized, quota): (&Authorized, &QuotaMeter<'_>),
    line: Result<ImportLine, Problem>,
    alias_record: Option<Result<AliasRecord, StoreError>>,
    dry_run: bool,
) -> Result<ImportedLine, Problem> {
    let mut line = line?;
    if let Some(existing) = find_existing(context, &line, alias_record.transpose()?)? {
        return Ok(existing);
    }
    if line.lacks_password {
        let detail = "this link had a password: send it as password, its hash as password_hash, or a new password";
        return Err(Problem::wrong_field("password", FieldError::new(FieldCode::Required, detail)));
    }
    if dry_run {
        return Ok(ImportedLine { status: StatusCode::CREATED, alias: line.new.alias });
    }
    line.new.hash(context)?;
    let link = match create_link(context, authorized, quota, &line.new).await {
        // Another request has created a link since the read. It may be the same link.
        Err(problem) if problem.code == ProblemCode::AliasTaken => {
            let Some(key) = key_of(&line) else { return Err(problem) };
            let alias_record = load(context.edge.records(), &key).await?;
            return find_existing(context, &line, alias_record)?.ok_or(problem);
        }
        created => created?,
    };
    Ok(ImportedLine { status: StatusCode::CREATED, alias: Some(link.alias) })
}

/// Returns the link of a line if it exists already, and `None` if its alias is available. A link created by an earlier
/// attempt of this request is reported as created, so it returns `None` too.
fn find_existing<E: Edge>(
    context: &Context<'_, E>,
    line: &ImportLine,
    alias_record: Option<AliasRecord>,
) -> Result<Option<ImportedLine>, Problem> {
    let (Some(alias), Some(alias_record)) = (&line.new.alias, alias_record) else { return Ok(None) };
    if alias_record.remembers(&context.name("commit")?) {
        return Ok(None);
    }
    if let AliasState::Link(link) = alias_record.alias_state.visible()
        && is_same(link, line)
    {
        return Ok(Some(ImportedLine { status: StatusCode::OK, alias: Some(alias.clone()) }));
    }
    match alias_availability(&alias_record.alias_state, None, line.new.reuses, context.now) {
        AliasAvailability::Taken => Err(Problem::alias_taken(alias)),
        AliasAvailability::Retired => Err(Problem::alias_retired(alias)),
        AliasAvailability::Free => Ok(None),
    }
}

/// Whether `link` equals the link of the line. A plain password cannot be compared with a salted hash, only its
/// presence.
fn is_same(link: &Link, line: &ImportLine) -> bool {
    let mut settings = line.new.settings.clone();
    let has_password = settings.password.is_some() || line.new.password.is_some() || line.lacks_password;
    if !line.brings_hash {
        settings.password.clone_from(&link.settings.password);
    }
    let reason = |blocked: &Option<Blocked>| blocked.as_ref().map(|blocked| blocked.reason.clone());
    let has_same_block = reason(&link.blocked) == reason(&line.new.blocked);
    !link.is_deleted()
        && has_same_block
        && link.target == line.new.target
        && link.settings == settings
        && link.settings.password.is_some() == has_password
}
