//! Creating a link: the alias is claimed by the one guarded write that makes the record.

use http::StatusCode;

use super::claim::{AliasAvailability, AliasClaim, ClaimedAlias, RecordLookup, standing};
use super::counts::ClickCounts;
use super::fields::settings::{self, SettingsBody};
use super::fields::utm::{self, UtmBody};
use super::find::find_same;
use super::link_ref::served_domain;
use super::scan::of_counts;
use super::self_links::refuse_circles;
use super::show::shown;
use super::upsert::{UpsertOutcome, upsert};
use super::wire::WrittenLinkJson;
use super::{follow_moves, wire};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Draft, Fields, Flatten, Optional, RequestBody, Required, Template, request_body};
use crate::message::problem::{Problem, ProblemCode};
use crate::message::request::{BODY_LIMIT, Body};
use crate::message::response::Response;
use crate::model::alias::{self, Alias, AliasCase};
use crate::model::base58;
use crate::model::blocked::Blocked;
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

/// The lengths of generated aliases, try by try: short as long as there is room, then longer.
const GENERATED_LENGTHS: [usize; 6] = [6, 6, 7, 8, 10, 12];

request_body! {
    /// A new link.
    pub(crate) struct CreateBody as NewLink {
        link: Flatten<LinkBody>,
        /// Answer with an existing link that is just like this one and not deleted, if there is one. Not with a
        /// `password`: passwords are stored so that no two can be compared.
        find_if_exists: Optional<bool>,
        /// Change the newest link of yours on this domain with the same `external_id` that is not deleted, if there
        /// is one, as a `PATCH` does. However many requests are made at once, one link is created. Needs
        /// `external_id`. Not with `find_if_exists`.
        update_if_exists: Optional<bool>,
    }

    /// The new link.
    pub(crate) struct LinkBody {
        target: Required<Template>,
        /// Alias of 1 to 128 bytes after NFC: letters and marks of any script, digits, emoji, `-`, `_`, `.` and
        /// `~`. It is not made of dots alone, does not begin with a mark, and has no ASCII letters beside Greek or
        /// Cyrillic ones. The words that hop uses itself are refused as `reserved`. Default: a generated alias.
        alias: Optional<Alias>,
        /// Domain of the link, one of this deployment. Another host is `invalid`; each label has at most 63
        /// characters. Default: the `domain` of the query in an import, otherwise the first of the setting
        /// `HOP_DOMAINS`.
        domain: Optional<Domain>,
        /// Take an alias that belonged to another link, which was deleted or moved away, and does not forward any
        /// more. Otherwise such an alias is 409 `alias_retired`.
        reuse: Optional<bool>,
        settings: Flatten<SettingsBody>,
        utm: Flatten<UtmBody>,
    }
}

/// What a client asks for.
#[derive(Clone)]
pub(super) struct NewLink {
    pub(super) target: Target,
    pub(super) alias: Option<Alias>,
    pub(super) domain: Domain,
    pub(super) spec: LinkSettings,
    /// What is not yet hashed and in the spec: that costs more than all the rest.
    pub(super) password: Option<NewPassword>,
    /// Whose it is, and since when, if it was made elsewhere.
    pub(super) owner: Option<UserId>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) blocked: Option<Blocked>,
    /// Whether an alias that belonged to another link will do.
    pub(super) reuses: bool,
}

/// `POST /api/v1/links`
pub(crate) async fn create<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, body: &Body) -> Result<Response, Problem> {
    let mut said = Fields::parse(body, BODY_LIMIT)?;
    let Draft { parts, mut wrong } = CreateBody::draft(said.clone(), &context.parsing());
    let may_be_found = parts.find_if_exists.unwrap_or_default();
    let updates = parts.update_if_exists.unwrap_or_default();
    if may_be_found && updates {
        let detail = "a link that exists is either found or updated";
        wrong.add(FieldError::new(FieldCode::Conflicts, detail).within("update_if_exists"));
    }
    if may_be_found && said.has_value("password") {
        let detail = "every password is kept under a salt of its own: no link is known to have the same";
        wrong.add(FieldError::new(FieldCode::Conflicts, detail).within("find_if_exists"));
    }
    let mut new = NewLink::parse(context, authorized, Draft { parts: parts.link, wrong }, context.config.default_domain()).await?;
    let telling = context.budget.reserve(of_counts(context.edge.records(), 1));
    let saved = if updates {
        said.skip("find_if_exists");
        said.skip("update_if_exists");
        upsert(context, authorized, new, said).await?
    } else {
        new.hash(context)?;
        let found = if may_be_found { find_same(context, authorized, &new).await? } else { None };
        match found {
            Some(link) => UpsertOutcome::Existing(link),
            None => UpsertOutcome::Created(claim(context, authorized, &new).await?),
        }
    };
    drop(telling);
    match saved {
        UpsertOutcome::Created(link) => created(context, authorized, &link),
        UpsertOutcome::Existing(link) => shown(context, authorized, &link).await?.location(&wire::address(&link)),
    }
}

fn created<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, link: &Link) -> Result<Response, Problem> {
    let json = WrittenLinkJson::new(context, authorized, link, ClickCounts::default(), true);
    Response::json(StatusCode::CREATED, &json)?.location(&wire::address(link))?.etag(link.version)
}

impl NewLink {
    /// The link that a body asks for, which is on `usual` unless the body says another domain.
    pub(super) async fn parse<E: Edge>(
        context: &Context<'_, E>,
        authorized: &Authorized,
        draft: Draft<LinkBody>,
        usual: &Domain,
    ) -> Result<Self, Problem> {
        let Draft { mut parts, mut wrong } = draft;
        parts.target = utm::merge(parts.utm.clone(), parts.target, &mut wrong);
        let domain = served_domain(context, authorized, parts.domain.take(), &mut wrong).await?.unwrap_or_else(|| usual.clone());
        authorized.check_domain(&domain)?;
        if let Some(alias) = &parts.alias
            && alias.is_reserved_later()
            && !is_taken(context, &domain, alias).await?
        {
            wrong.add(alias::reserved().within("alias"));
        }
        let mut spec = LinkSettings::default();
        let password = settings::apply(&mut spec, parts.settings.clone(), &mut wrong);
        refuse_circles(&mut wrong, &domain, parts.target.as_ref(), &spec);
        let LinkBody { target, alias, reuse, .. } = Draft::<LinkBody> { parts, wrong }.finish()?;
        let (owner, reuses) = (authorized.user().cloned(), reuse.unwrap_or_default());
        Ok(Self { target, alias, domain, spec, password, owner, created_at: None, blocked: None, reuses })
    }

    /// Hashes the password, if there is one and that was not done before: what has to come before [`claim`].
    pub(super) fn hash<E: Edge>(&mut self, context: &Context<'_, E>) -> Result<(), Problem> {
        if let Some(password) = self.password.take() {
            self.spec.password = Some(context.hash(&password)?);
        }
        Ok(())
    }
}

/// Whether a link has the alias. Then whoever asks for one is told of that link, or given it, even under a word that was reserved later.
async fn is_taken<E: Edge>(context: &Context<'_, E>, domain: &Domain, alias: &Alias) -> Result<bool, Problem> {
    let alias_record = load(context.edge.records(), &Key::link(domain, alias)).await?;
    Ok(alias_record.is_some_and(|alias_record| standing(&alias_record.alias_state, None, false, context.now) == AliasAvailability::Taken))
}

/// Makes the link, under the alias asked for or under a generated one.
pub(super) async fn claim<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, new: &NewLink) -> Result<Link, Problem> {
    if let Some(alias) = &new.alias {
        let link = draft(context, new, alias.clone())?;
        return offer(context, authorized, link, new.reuses).await?;
    }
    for (number, length) in GENERATED_LENGTHS.into_iter().enumerate() {
        let Some(alias) = generated(context, &format!("alias {number}"), length)? else { continue };
        if let Ok(link) = offer(context, authorized, draft(context, new, alias)?, false).await? {
            return Ok(link);
        }
    }
    Err(Problem::no_free_alias(GENERATED_LENGTHS.len()))
}

/// An alias nobody chose; now and then it spells a reserved word, and then there is none.
fn generated<E: Edge>(context: &Context<'_, E>, purpose: &str, length: usize) -> Result<Option<Alias>, Problem> {
    let alphabet = match context.config.alias_case {
        AliasCase::Sensitive => base58::ALPHABET.as_slice(),
        AliasCase::Insensitive => base58::SMALL_ALPHABET,
    };
    let text = context.source.text(context.edge, purpose, alphabet, length)?;
    Ok(Alias::parse(&text, context.config.alias_case).ok())
}

fn draft<E: Edge>(context: &Context<'_, E>, new: &NewLink, alias: Alias) -> Result<Link, Problem> {
    Ok(Link {
        id: LinkId::from_name(&context.name("link")?),
        alias,
        domain: new.domain.clone(),
        target: new.target.clone(),
        spec: new.spec.clone(),
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
    })
}

/// Cost of creating the link under a free alias: a read of the alias, and the commit with its audit event.
pub(super) fn of_creation<E: Edge>(context: &Context<'_, E>, new: &NewLink) -> Result<u32, Problem> {
    let records = context.edge.records();
    let alias = new.alias.clone().unwrap_or_else(|| Alias::stored(String::new()));
    let link = draft(context, new, alias)?;
    let change = AliasRecord::claim(&Key::link(&link.domain, &link.alias), &AliasState::Link(link), String::new())?;
    Ok(cost_of_change(records, &change).saturating_add(cost_of_rewrite(records)))
}

/// Claims the alias for the link, which comes back as it is then; or says why the alias is not to be had.
async fn offer<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    link: Link,
    reuses: bool,
) -> Result<Result<Link, Problem>, Problem> {
    let token = context.name("commit")?;
    let link = Link { epoch: link.spec.max_clicks.map(|_| token.clone()), ..link };
    let (key, alias_state) = (Key::link(&link.domain, &link.alias), AliasState::Link(link.clone()));
    let claim = AliasClaim {
        authorized,
        alias: &link.alias,
        key: &key,
        alias_state: &alias_state,
        link: &link.id,
        was: None,
        reuses,
        replaces: None,
        token,
    };
    let made = claim.make(context, RecordLookup::NotYet).await;
    // Of an alias that is new nobody has a copy. One that was in use before may have left an old one.
    match &made {
        Ok(Ok(ClaimedAlias { commits: Some(1), .. })) => context.memo(|memo| memo.drop(&key)),
        Ok(Ok(ClaimedAlias { commits: Some(commits), .. })) => context.changed(key.clone(), CachedLink::from_state(&alias_state, *commits)),
        Ok(Err(_)) => {}
        // It was not made.
        Err(problem) if problem.code == ProblemCode::BudgetExhausted => {}
        Ok(Ok(ClaimedAlias { commits: None, .. })) | Err(_) => context.perhaps_changed(&key),
    }
    let claimed = match made? {
        Ok(claimed) => claimed,
        Err(problem) => return Ok(Err(problem)),
    };
    if claimed.is_new || !context.source.is_repeatable() {
        return Ok(Ok(link));
    }
    // It may have been made by an earlier try, and be older than this one thinks. If it is nowhere to be seen, it is too new or gone again.
    context.perhaps_changed(&key);
    let found = follow_moves(context.edge.records(), key, &link.id).await?;
    Ok(Ok(found.unwrap_or(link)))
}
