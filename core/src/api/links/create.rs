//! Creates a link: one compare-and-swap write claims the alias and writes the record.

use http::StatusCode;

use super::claim::{AliasAvailability, AliasClaim, ClaimedAlias, RecordLookup, alias_availability};
use super::counts::ClickCounts;
use super::fields::settings::{self, SettingsBody};
use super::fields::utm::{self, UtmBody};
use super::find::find_same;
use super::link_ref::check_body_domain;
use super::quota::{Admission, QuotaMeter};
use super::scan::cost_of_counts;
use super::self_links::refuse_self_targets;
use super::show::link_response;
use super::upsert::{UpsertOutcome, upsert};
use super::wire::WrittenLinkJson;
use super::{follow_moves, wire};
use crate::api::blocklist::{SavedUrls, refuse_listed};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Draft, Fields, Flatten, Optional, RequestBody, Required, Template, request_body};
use crate::message::problem::{Problem, ProblemCode};
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::alias::{self, Alias, AliasCase};
use crate::model::base58;
use crate::model::blocked::Blocked;
use crate::model::clicks::Clicks;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::{Link, LinkId, UserId};
use crate::model::link_settings::LinkSettings;
use crate::model::password::NewPassword;
use crate::model::target::Target;
use crate::model::time::Timestamp;
use crate::store::budget::{cost_of_change, cost_of_rewrite};
use crate::store::cached_link::CachedLink;
use crate::store::ports::Edge;
use crate::store::{AliasRecord, AliasState, Key, load};

/// Length of the generated alias in each attempt: short first, then longer.
const GENERATED_LENGTHS: [usize; 6] = [6, 6, 7, 8, 10, 12];

request_body! {
    /// A new link.
    pub(crate) struct CreateBody as NewLink {
        link: Flatten<LinkBody>,
        /// Return an existing link that equals this one and is not deleted, if there is one. Not with a `password`:
        /// stored passwords cannot be compared.
        find_if_exists: Optional<bool>,
        /// Change the newest link of yours on this domain with the same `external_id` that is not deleted, if there
        /// is one, as a `PATCH` does. Concurrent requests create only one link. Needs `external_id`. Not with
        /// `find_if_exists`.
        update_if_exists: Optional<bool>,
    }

    /// The new link.
    pub(crate) struct LinkBody {
        target: Required<Template>,
        /// Alias of 1 to 128 bytes after NFC: letters and marks of any script, digits, emoji, `-`, `_`, `.` and `~`. It
        /// does not consist of dots alone, does not begin with a mark, and does not mix ASCII letters with Greek or
        /// Cyrillic ones. Words that hop uses itself are refused as `reserved`. Default: a generated alias.
        alias: Optional<Alias>,
        /// Domain of the link, one of this deployment. Another host is `invalid`; each label has at most 63
        /// characters. Default: the `domain` of the query in an import, otherwise the first of the setting
        /// `HOP_DOMAINS`.
        domain: Optional<Domain>,
        /// Take over an alias of a link that was deleted or moved away, if it does not redirect any more. Otherwise
        /// such an alias is refused with 409 `alias_retired`.
        reuse: Optional<bool>,
        settings: Flatten<SettingsBody>,
        utm: Flatten<UtmBody>,
    }
}

/// A requested link.
#[derive(Clone)]
pub(super) struct NewLink {
    pub(super) target: Target,
    pub(super) alias: Option<Alias>,
    pub(super) domain: Domain,
    pub(super) settings: LinkSettings,
    /// Password that is not hashed yet. Hashing is the most expensive step, so it comes last.
    pub(super) password: Option<NewPassword>,
    pub(super) owner: Option<UserId>,
    /// Time of creation of an imported link.
    pub(super) created_at: Option<Timestamp>,
    pub(super) blocked: Option<Blocked>,
    /// Clicks that were counted before the link was imported.
    pub(super) imported_clicks: Clicks,
    /// Whether an alias that belonged to another link may be taken over.
    pub(super) reuses: bool,
}

/// `POST /api/v1/links`
pub(crate) async fn create<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, body: &Body) -> Result<Response, Problem> {
    let mut body_fields = Fields::parse(body, BODY_LIMIT)?;
    let Draft { parts, mut wrong } = CreateBody::draft(body_fields.clone(), &context.parsing());
    let finds_existing = parts.find_if_exists.unwrap_or_default();
    let updates = parts.update_if_exists.unwrap_or_default();
    if finds_existing && updates {
        let detail = "use either find_if_exists or update_if_exists, not both";
        wrong.add(FieldError::new(FieldCode::Conflicts, detail).within("update_if_exists"));
    }
    if finds_existing && body_fields.has_value("password") {
        let detail = "find_if_exists cannot be used with a password, because stored passwords cannot be compared";
        wrong.add(FieldError::new(FieldCode::Conflicts, detail).within("find_if_exists"));
    }
    let mut new = NewLink::parse(context, authorized, Draft { parts: parts.link, wrong }, context.config.default_domain()).await?;
    let reserved = context.budget.reserve(cost_of_counts(context.edge.records(), 1));
    let quota = QuotaMeter::new(authorized, 1);
    let saved = if updates {
        body_fields.skip("find_if_exists");
        body_fields.skip("update_if_exists");
        upsert(context, authorized, &quota, new, body_fields).await
    } else {
        new.hash(context)?;
        create_or_find(context, authorized, &quota, &new, finds_existing).await
    };
    quota.give_back(context).await;
    drop(reserved);
    match saved? {
        UpsertOutcome::Created(link) => created_response(context, authorized, &link),
        UpsertOutcome::Existing(link) => link_response(context, authorized, &link).await?.location(&wire::link_path(&link)),
    }
}

/// Creates the link, unless an equal one exists and is asked for.
async fn create_or_find<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    quota: &QuotaMeter<'_>,
    new: &NewLink,
    finds_existing: bool,
) -> Result<UpsertOutcome, Problem> {
    let found = if finds_existing { find_same(context, authorized, quota, new).await? } else { None };
    match found {
        Some(link) => Ok(UpsertOutcome::Existing(link)),
        None => create_link(context, authorized, quota, new).await.map(UpsertOutcome::Created),
    }
}

/// Response with a new link.
fn created_response<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, link: &Link) -> Result<Response, Problem> {
    let json = WrittenLinkJson::new(context, authorized, link, ClickCounts::of_new(context, link), true);
    Response::json(StatusCode::CREATED, &json)?.location(&wire::link_path(link))?.etag(link.version)
}

impl NewLink {
    /// Reads and checks a body. The link is on `default_domain` unless the body names another.
    pub(super) async fn parse<E: Edge>(
        context: &Context<'_, E>,
        authorized: &Authorized,
        draft: Draft<LinkBody>,
        default_domain: &Domain,
    ) -> Result<Self, Problem> {
        let Draft { mut parts, mut wrong } = draft;
        parts.target = utm::merge(parts.utm.clone(), parts.target, &mut wrong);
        let domain =
            check_body_domain(context, authorized, parts.domain.take(), &mut wrong).await?.unwrap_or_else(|| default_domain.clone());
        authorized.check_domain(&domain)?;
        if let Some(alias) = &parts.alias
            && alias.is_reserved_for_new_links()
            && !is_taken(context, &domain, alias).await?
        {
            wrong.add(alias::reserved().within("alias"));
        }
        let mut settings = LinkSettings::default();
        let password = settings::apply(&mut settings, parts.settings.clone(), &mut wrong);
        refuse_self_targets(&mut wrong, &domain, parts.target.as_ref(), &settings);
        refuse_listed(context, &SavedUrls::of_link(parts.target.as_ref(), &settings), &mut wrong).await?;
        let LinkBody { target, alias, reuse, .. } = Draft::<LinkBody> { parts, wrong }.finish()?;
        let (owner, reuses) = (authorized.user().cloned(), reuse.unwrap_or_default());
        Ok(Self {
            target,
            alias,
            domain,
            settings,
            password,
            owner,
            created_at: None,
            blocked: None,
            imported_clicks: Clicks::default(),
            reuses,
        })
    }

    /// Hashes the password, if there is one that is not hashed yet. Comes before [`create_link`].
    pub(super) fn hash<E: Edge>(&mut self, context: &Context<'_, E>) -> Result<(), Problem> {
        if let Some(password) = self.password.take() {
            self.settings.password = Some(context.hash(&password)?);
        }
        Ok(())
    }
}

/// Whether a link has the alias. Then the request reports or returns that link, even if the alias was reserved later.
async fn is_taken<E: Edge>(context: &Context<'_, E>, domain: &Domain, alias: &Alias) -> Result<bool, Problem> {
    let alias_record = load(context.edge.records(), &Key::link(domain, alias)).await?;
    Ok(alias_record
        .is_some_and(|alias_record| alias_availability(&alias_record.alias_state, None, false, context.now) == AliasAvailability::Taken))
}

/// Creates the link under the requested alias or under a generated one, if the quota allows it.
pub(super) async fn create_link<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    quota: &QuotaMeter<'_>,
    new: &NewLink,
) -> Result<Link, Problem> {
    let admission = quota.next_link();
    if let Some(alias) = &new.alias {
        let link = build_link(context, new, alias.clone())?;
        let created = claim_alias(context, authorized, &admission, link, new.reuses).await?;
        return created.inspect_err(|_| admission.cancel());
    }
    for (number, length) in GENERATED_LENGTHS.into_iter().enumerate() {
        let Some(alias) = generate_alias(context, &format!("alias {number}"), length)? else { continue };
        if let Ok(link) = claim_alias(context, authorized, &admission, build_link(context, new, alias)?, false).await? {
            return Ok(link);
        }
    }
    admission.cancel();
    Err(Problem::no_free_alias(GENERATED_LENGTHS.len()))
}

/// A generated alias; `None` if it happens to be a reserved word.
fn generate_alias<E: Edge>(context: &Context<'_, E>, purpose: &str, length: usize) -> Result<Option<Alias>, Problem> {
    let alphabet = match context.config.alias_case {
        AliasCase::Sensitive => base58::ALPHABET.as_slice(),
        AliasCase::Insensitive => base58::SMALL_ALPHABET,
    };
    let text = context.source.text(context.edge, purpose, alphabet, length)?;
    Ok(Alias::parse(&text, context.config.alias_case).ok())
}

/// The record of the new link.
fn build_link<E: Edge>(context: &Context<'_, E>, new: &NewLink, alias: Alias) -> Result<Link, Problem> {
    Ok(Link {
        id: LinkId::from_random(&context.name("link")?),
        alias,
        domain: new.domain.clone(),
        target: new.target.clone(),
        settings: new.settings.clone(),
        owner: new.owner.clone(),
        created_at: new.created_at.unwrap_or(context.now),
        updated_at: context.now,
        updated_by: new.owner.clone(),
        deleted_at: None,
        version: 1,
        moves: 0,
        history: None,
        epoch: None,
        blocked: new.blocked.clone(),
        predecessors: Vec::new(),
        imported_clicks: new.imported_clicks,
    })
}

/// Cost of creating the link under a free alias: a read of the alias, and the commit with its audit event.
pub(super) fn cost_of_creation<E: Edge>(context: &Context<'_, E>, new: &NewLink) -> Result<u32, Problem> {
    let records = context.edge.records();
    let alias = new.alias.clone().unwrap_or_else(|| Alias::stored(String::new()));
    let link = build_link(context, new, alias)?;
    let change = AliasRecord::claim(&Key::link(&link.domain, &link.alias), &AliasState::Link(link), String::new())?;
    Ok(cost_of_change(records, &change).saturating_add(cost_of_rewrite(records)))
}

/// Claims the alias for the link and returns the link as written. The inner error says why the alias is not available.
async fn claim_alias<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    admission: &Admission<'_>,
    link: Link,
    reuses: bool,
) -> Result<Result<Link, Problem>, Problem> {
    let token = context.name("commit")?;
    let link = Link { epoch: link.settings.max_clicks.map(|_| token.clone()), ..link };
    let (key, alias_state) = (Key::link(&link.domain, &link.alias), AliasState::Link(link.clone()));
    let claim = AliasClaim {
        authorized,
        alias: &link.alias,
        key: &key,
        alias_state: &alias_state,
        link_id: &link.id,
        previous: None,
        reuses,
        replaced: None,
        admission: Some(admission),
        token,
    };
    let result = claim.run(context, RecordLookup::NotYet).await;
    // A new alias has no cached link. One that was used before may have an old cached link.
    match &result {
        Ok(Ok(ClaimedAlias { commits: Some(1), .. })) => context.memo(|memo| memo.drop(&key)),
        Ok(Ok(ClaimedAlias { commits: Some(commits), .. })) => context.changed(&key, CachedLink::from_state(&alias_state, *commits)),
        Ok(Err(_)) => {}
        // The link was not created.
        Err(problem) if matches!(problem.code, ProblemCode::BudgetExhausted | ProblemCode::QuotaExceeded) => admission.cancel(),
        Ok(Ok(ClaimedAlias { commits: None, .. })) => {
            admission.cancel();
            context.perhaps_changed(&key);
        }
        Err(_) => context.perhaps_changed(&key),
    }
    let claimed = match result? {
        Ok(claimed) => claimed,
        Err(refusal) => return Ok(Err(refusal.problem)),
    };
    if claimed.is_new || !context.source.is_repeatable() {
        return Ok(Ok(link));
    }
    // An earlier attempt may have created the link, which may have changed since. If it is not found, the read is stale
    // or the link is deleted again.
    context.perhaps_changed(&key);
    let found = follow_moves(context.edge.records(), key, &link.id).await?;
    Ok(Ok(found.unwrap_or(link)))
}
