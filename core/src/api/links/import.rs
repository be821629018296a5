//! Taking in links that were made elsewhere, line by line: JSON Lines or CSV, each line a Link as hop exports it.
//!
//! Every line has its own result. Where an edge's limits end the work before the text does, the answer says where to go on.

mod line;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;

#[cfg(feature = "docs")]
pub(crate) use self::line::LineBody;
use self::line::{Line, Lines};
use super::claim::{Standing, standing};
use super::create::claim;
use super::named::take_domain;
use crate::auth::Proof;
use crate::context::Context;
use crate::message::body::{Fields, Tree};
use crate::message::problem::{Code, Problem};
use crate::message::request::{BULK_LIMIT, Body};
use crate::message::response::Response;
use crate::message::wire::ProblemJson;
#[cfg(feature = "docs")]
use crate::message::wire_schema;
use crate::model::alias::Alias;
use crate::model::blocked::Blocked;
use crate::model::clicks::Clicks;
use crate::model::field_error::{FieldCode, Refusal};
use crate::model::link::Link;
use crate::store::ports::{Edge, Facts, StoreError};
use crate::store::{Holder, Key, Place, bring_clicks, look, look_at_all};

/// How the links are written down.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// A JSON object on each line.
    Lines,
    /// A row for each link, below the names of the columns.
    Rows,
}

impl Form {
    /// What the sender says it is.
    pub(crate) fn said(facts: &impl Facts) -> Result<Self, Problem> {
        let media_type = facts.header(&CONTENT_TYPE);
        let essence = media_type.as_deref().unwrap_or_default().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let is = |names: &[&str]| names.iter().any(|name| essence.eq_ignore_ascii_case(name.as_bytes()));
        if is(&["application/x-ndjson", "application/jsonl"]) {
            Ok(Self::Lines)
        } else if is(&["text/csv"]) {
            Ok(Self::Rows)
        } else {
            Err(Problem::no_list_of_links())
        }
    }
}

/// What became of a line.
struct Taken {
    status: StatusCode,
    /// Nothing for a link that would get a generated one.
    alias: Option<Alias>,
}

/// The results of an import, line by line.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(rename = "ImportResults"))]
pub(super) struct ImportJson<'a> {
    /// The result of each line that was read, in order.
    results: Vec<ImportResultJson<'a>>,
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
    #[cfg_attr(feature = "docs", schemars(with = "wire_schema::StatusCode"))]
    status: u16,
    /// Alias of the link; `null` if there is none, or none yet in a dry run.
    alias: Option<&'a str>,
    /// Why the line was refused.
    problem: Option<ProblemJson<'a>>,
}

/// Where the first line begins that was not read.
#[derive(Serialize)]
#[cfg_attr(feature = "docs", derive(schemars::JsonSchema), schemars(inline))]
struct ImportPositionJson {
    /// Number of the line in the body, from 1.
    #[cfg_attr(feature = "docs", schemars(range(min = 1)))]
    line: usize,
    /// Position of its first byte in the body, from 0.
    offset: usize,
}

/// `POST /api/v1/import`
pub(crate) async fn import<E: Edge>(
    context: &Context<'_, E>,
    proof: &Proof,
    query: &str,
    facts: &impl Facts,
    body: &Body,
) -> Result<Response, Problem> {
    let form = Form::said(facts)?;
    let mut fields = Fields::query(query);
    let domain = take_domain(context, proof, &mut fields).await?;
    let dry_run = fields.take("dry_run", Tree::flag).unwrap_or_default();
    fields.finish(Some(()))?;
    let bytes = body.bytes(BULK_LIMIT)?;
    let mut lines = Lines::new(form, bytes)?;
    let mut read = Vec::new();
    let traits = context.edge.traits();
    let (mut left_to_hash, mut next) = (traits.most_hashes, None);
    for (number, line) in lines.by_ref().take(traits.largest_batch.into()).enumerate() {
        let context = context.drawing(context.source.part(number));
        let taken = Line::read(&context, proof, line.fields, &domain).await;
        if !dry_run && taken.as_ref().is_ok_and(|line| line.new.password.is_some()) {
            let Some(left) = left_to_hash.checked_sub(1) else {
                next = Some((line.number, line.start));
                break;
            };
            left_to_hash = left;
        }
        read.push((line.number, context, taken));
    }
    // One look at all places: what comes after it is refused by the store, and looked at then. Lines of this import come after it too.
    let keys: Vec<Key> = read.iter().filter_map(|(_, _, line)| key_of(line.as_ref().ok()?)).collect();
    let mut places = look_at_all(context.edge.records(), &keys).await?.into_iter();
    let mut outcomes = Vec::new();
    let mut done: Vec<Key> = Vec::new();
    for (number, context, line) in read {
        let key = line.as_ref().ok().and_then(key_of);
        let place = match &key {
            Some(key) if done.contains(key) => {
                let _before = places.next();
                look(context.edge.records(), key).await.transpose()
            }
            Some(_) => places.next().flatten(),
            None => None,
        };
        done.extend(key);
        outcomes.push((number, take(&context, proof, line, place, dry_run).await));
    }
    let count = |status| outcomes.iter().filter(|(_, taken)| taken.as_ref().is_ok_and(|taken| taken.status == status)).count();
    let (imported, existing) = (count(StatusCode::CREATED), count(StatusCode::OK));
    let failed = outcomes.len().saturating_sub(imported).saturating_sub(existing);
    let results = outcomes.iter().map(|(line, taken)| ImportResultJson::new(context, *line, taken));
    let json = ImportJson {
        results: results.collect(),
        imported,
        existing,
        failed,
        next: next.or_else(|| lines.rest()).map(|(line, offset)| ImportPositionJson { line, offset }),
        dry_run,
    };
    let response = Response::json(StatusCode::OK, &json)?;
    Ok(response.unless_unfinished(outcomes.iter().filter_map(|(_, taken)| taken.as_ref().err())))
}

impl<'a> ImportResultJson<'a> {
    /// Tells the log what the answer does not say of a problem.
    fn new<E: Edge>(context: &Context<'a, E>, line: usize, taken: &'a Result<Taken, Problem>) -> Self {
        match taken {
            Ok(taken) => {
                let alias = taken.alias.as_ref().map(Alias::as_str);
                Self { line, status: taken.status.as_u16(), alias, problem: None }
            }
            Err(problem) => {
                context.log_cause(problem);
                let problem = ProblemJson::new(problem, context.request_id);
                Self { line, status: problem.status, alias: None, problem: Some(problem) }
            }
        }
    }
}

/// The place a line asks for, if it asks for one.
fn key_of(line: &Line) -> Option<Key> {
    Some(Key::link(&line.new.domain, line.new.alias.as_ref()?))
}

/// Makes the link of a line, unless it is there already: `place` is where it is to be.
async fn take<E: Edge>(
    context: &Context<'_, E>,
    proof: &Proof,
    line: Result<Line, Problem>,
    place: Option<Result<Place, StoreError>>,
    dry_run: bool,
) -> Result<Taken, Problem> {
    let mut line = line?;
    if let Some(taken) = find(context, &line, place.transpose()?, dry_run).await? {
        return Ok(taken);
    }
    if line.lacks_password {
        let detail = "this link had a password: tell it, or a new one";
        return Err(Problem::wrong_field("password", Refusal::new(FieldCode::Required, detail)));
    }
    if dry_run {
        return Ok(Taken { status: StatusCode::CREATED, alias: line.new.alias });
    }
    line.new.hash(context)?;
    let link = match claim(context, proof, &line.new).await {
        // It came after the look: perhaps it is the same.
        Err(problem) if problem.code == Code::AliasTaken => {
            let Some(key) = key_of(&line) else { return Err(problem) };
            let place = look(context.edge.records(), &key).await?;
            return find(context, &line, place, dry_run).await?.ok_or(problem);
        }
        made => made?,
    };
    bring(context, &link, line.clicks).await?;
    Ok(Taken { status: StatusCode::CREATED, alias: Some(link.alias) })
}

/// The link of a line, if it is there already; nothing if its alias is to be had. A repeated request has perhaps put its own link there, and
/// makes it once more.
async fn find<E: Edge>(context: &Context<'_, E>, line: &Line, place: Option<Place>, dry_run: bool) -> Result<Option<Taken>, Problem> {
    let (Some(alias), Some(place)) = (&line.new.alias, place) else { return Ok(None) };
    if place.remembers(&context.name("commit")?) {
        return Ok(None);
    }
    if let Holder::Link(link) = place.holder.seen()
        && is_same(link, line)
    {
        if !dry_run {
            bring(context, link, line.clicks).await?;
        }
        return Ok(Some(Taken { status: StatusCode::OK, alias: Some(alias.clone()) }));
    }
    match standing(&place.holder, None, line.new.reuses, context.now) {
        Standing::Taken => Err(Problem::alias_taken(alias)),
        Standing::Retired => Err(Problem::alias_retired(alias)),
        Standing::Free => Ok(None),
    }
}

/// Whether `link` is what the line asks for. Passwords themselves cannot be compared: two hashes of one differ.
fn is_same(link: &Link, line: &Line) -> bool {
    let mut spec = line.new.spec.clone();
    let has_password = spec.password.is_some() || line.new.password.is_some() || line.lacks_password;
    if !line.brings_hash {
        spec.password.clone_from(&link.spec.password);
    }
    let reason = |blocked: &Option<Blocked>| blocked.as_ref().map(|blocked| blocked.reason.clone());
    let is_blocked_alike = reason(&link.blocked) == reason(&line.new.blocked);
    !link.is_deleted()
        && is_blocked_alike
        && link.target == line.new.target
        && link.spec == spec
        && link.spec.password.is_some() == has_password
}

async fn bring<E: Edge>(context: &Context<'_, E>, link: &Link, clicks: Clicks) -> Result<(), Problem> {
    if clicks == Clicks::default() {
        return Ok(());
    }
    Ok(bring_clicks(context.edge, &link.id, clicks).await?)
}
