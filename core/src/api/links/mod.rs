//! Links: one file for each verb.

mod availability;
mod batch;
mod block;
mod bulk;
mod change;
mod claim;
mod counts;
mod crawlable;
mod create;
mod delete;
mod erase;
mod explain;
mod export;
pub(crate) mod fields;
mod filter;
mod find;
mod history;
mod import;
mod link_ref;
mod list;
pub(crate) mod qr;
mod quota;
mod remnants;
mod rename;
mod restore;
mod retag;
mod scan;
mod search;
mod self_links;
mod shorten;
mod show;
mod sweep;
mod tags;
mod transfer;
mod upsert;
mod wire;
mod wire_rules;

pub(crate) use availability::availability;
#[cfg(feature = "docs")]
pub(crate) use batch::BatchBody;
pub(crate) use batch::{LARGEST_BATCH, batch, largest_batch};
pub(crate) use block::{block, check_block};
#[cfg(feature = "docs")]
pub(crate) use change::LinkPatch;
pub(crate) use change::change;
pub(crate) use crawlable::{crawlable, max_crawlable};
#[cfg(feature = "docs")]
pub(crate) use create::CreateBody;
pub(crate) use create::create;
pub(crate) use delete::delete;
#[cfg(feature = "docs")]
pub(crate) use explain::VisitorBody;
pub(crate) use explain::explain;
pub(crate) use export::export;
pub(crate) use history::list_versions;
#[cfg(feature = "docs")]
pub(crate) use import::LineBody;
pub(crate) use import::{ImportFormat, import, max_lines};
pub(crate) use link_ref::{alias_key, take_domain, take_optional_domain};
pub(crate) use list::list;
pub(crate) use qr::qr;
pub(crate) use restore::restore;
#[cfg(feature = "docs")]
pub(crate) use retag::TagPatch;
pub(crate) use retag::{remove_tag, rename_tag};
pub(crate) use scan::largest_page;
pub(crate) use search::MAX_ENTRIES as MAX_WORD_ENTRIES;
#[cfg(feature = "docs")]
pub(crate) use shorten::ShortenBody;
pub(crate) use shorten::shorten;
pub(crate) use show::show;
pub(crate) use tags::tags;
pub(crate) use transfer::transfer_links;

use self::claim::abort_move;
use self::filter::LinkFilter;
use self::rename::rename;
use crate::api::audit::{self, AuditAction};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::preconditions::EditRefusal;
use crate::message::problem::Problem;
use crate::model::domain::Domain;
use crate::model::link::{Link, UserId};
use crate::store;
use crate::store::budget::cost_of_change;
use crate::store::cached_link::CachedLink;
use crate::store::ports::Edge;
use crate::store::{AliasRecord, AliasState, Key, MAX_EDIT_ATTEMPTS, Written, follow_moves, load, load_beside, write};

/// Whether a domain has links, judged by one page. If there is a second page, the answer is yes.
pub(crate) async fn has_links<E: Edge>(context: &Context<'_, E>, _authorized: &Authorized, domain: &Domain) -> Result<bool, Problem> {
    let page = LinkFilter::all(domain.clone()).walk().page(context, domain, None, u16::MAX).await?;
    Ok(page.next.is_some() || page.links.iter().any(|link| !link.is_deleted()))
}

/// Loads the alias record at `key`, in any state.
async fn load_record<E: Edge>(context: &Context<'_, E>, key: &Key) -> Result<AliasRecord, Problem> {
    load(context.edge.records(), key).await?.ok_or_else(Problem::no_such_link)
}

/// Loads the alias record at `key` for an edit. Its cached link needs to know whether the blocklist was used.
async fn load_for_edit<E: Edge>(context: &Context<'_, E>, key: &Key) -> Result<AliasRecord, Problem> {
    if context.edge.link_cache().is_none() {
        return load_record(context, key).await;
    }
    load_beside(context.edge.records(), key, context.blocklist).await?.ok_or_else(Problem::no_such_link)
}

/// Loads the link at `key`, which may be deleted, and its alias record.
pub(crate) async fn find_link<E: Edge>(context: &Context<'_, E>, key: &Key) -> Result<(AliasRecord, Link), Problem> {
    let alias_record = load_record(context, key).await?;
    let link = visible_link(&alias_record)?.clone();
    Ok((alias_record, link))
}

/// The link that visitors see at an alias.
fn visible_link(alias_record: &AliasRecord) -> Result<&Link, Problem> {
    match alias_record.alias_state.visible() {
        AliasState::Link(link) => Ok(link),
        AliasState::MovedTo(moved_to) => Err(Problem::moved(&moved_to.alias)),
        AliasState::Erasing(_) | AliasState::PendingMove(_) | AliasState::Free => Err(Problem::no_such_link()),
    }
}

/// The new state of a link.
struct LinkEdit {
    link: Link,
    /// If it moves: whether its old alias redirects to it.
    keeps_old_alias: bool,
    /// If it moves: whether it may take over an alias of another link.
    reuses: bool,
}

impl From<Link> for LinkEdit {
    fn from(link: Link) -> Self {
        Self { link, keeps_old_alias: false, reuses: false }
    }
}

/// Compare-and-swap loop on a link: loads it, computes the new state by `change` and writes that, again if another
/// request wrote in between. Returns the link as written. An unchanged link is written too: the read may be stale, and
/// only the guarded write tells. The right to change the link is checked first.
async fn edit<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    key: &Key,
    change: &dyn Fn(&Link) -> Result<LinkEdit, EditRefusal>,
) -> Result<Link, Problem> {
    let mut last = Problem::contended();
    let own_tokens = repeatable_tokens(context)?;
    for number in 0..MAX_EDIT_ATTEMPTS {
        let alias_record = load_for_edit(context, key).await?;
        if let AliasState::MovedTo(moved_to) = alias_record.alias_state.visible()
            && own_tokens.contains(&moved_to.move_id)
        {
            // An earlier attempt of this request has made the move. It may have crashed before it filled the cache.
            context.perhaps_changed(key);
            context.perhaps_changed(&moved_to.to());
            return follow_moves(context.edge.records(), moved_to.to(), &moved_to.link)
                .await?
                .ok_or_else(|| Problem::moved(&moved_to.alias));
        }
        let was = visible_link(&alias_record)?.clone();
        authorized.check_write(&was)?;
        if own_tokens.iter().any(|token| alias_record.remembers(token)) {
            context.perhaps_changed(key);
            return Ok(was);
        }
        let LinkEdit { mut link, keeps_old_alias, reuses } = match change(&was) {
            Ok(edit) => edit,
            Err(EditRefusal::Refused(problem)) => return Err(problem),
            Err(EditRefusal::StaleRead(problem)) => {
                last = problem;
                continue;
            }
        };
        if let AliasState::PendingMove(pending_move) = &alias_record.alias_state
            && !abort_move(context, pending_move).await?
        {
            continue;
        }
        let token = own_tokens.get(number).cloned().map_or_else(|| context.token(), Ok)?;
        if link != was {
            // A request that began later may have written first. The times of versions never decrease.
            link.updated_at = context.now.max(was.updated_at);
            link.updated_by = authorized.user().cloned();
            link.version = was.version.saturating_add(1);
            link.history = Some(token.clone());
        }
        if link.settings.max_clicks != was.settings.max_clicks {
            link.epoch = link.settings.max_clicks.map(|_| token.clone());
        }
        let moves = (&link.domain, &link.alias) != (&was.domain, &was.alias);
        let edited = if moves {
            rename(context, authorized, &alias_record, &was, LinkEdit { link, keeps_old_alias, reuses }, token, number == 0).await?
        } else {
            rewrite(context, authorized, &alias_record, &was, link, token, number == 0).await?
        };
        if let Some(link) = edited {
            return Ok(link);
        }
    }
    Err(last)
}

/// Commit tokens for the attempts of a repeatable request. Each attempt has its own, since a store may identify a state
/// by its token.
fn repeatable_tokens<E: Edge>(context: &Context<'_, E>) -> Result<Vec<String>, Problem> {
    let tries = if context.source.is_repeatable() { MAX_EDIT_ATTEMPTS } else { 0 };
    (0..tries).map(|number| Ok(context.name(&format!("edit {number}"))?)).collect()
}

/// Writes the link under its present alias; `None` if another request wrote in between. The first attempt is refused if
/// it does not fit the budget.
async fn rewrite<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    alias_record: &AliasRecord,
    was: &Link,
    link: Link,
    token: String,
    is_first: bool,
) -> Result<Option<Link>, Problem> {
    let records = context.edge.records();
    let alias_state = AliasState::Link(link.clone());
    let mut change = alias_record.replace(&alias_state, token)?;
    // An earlier attempt may have been applied, and then its index entries are in use.
    change.repeated = context.source.is_repeatable();
    if link.version != was.version {
        store::history::record_version(was, &mut change)?;
        audit::attach_event(context, authorized, &audit_action(was, &link), &mut change)?;
    }
    if is_first {
        context.check_fits(cost_of_change(records, &change), link.settings.tags.len())?;
    }
    if link.version != was.version {
        // Removing the first old version may need a separate statement, and the cached link is filled.
        let other_costs = cost_of_change(records, &change).saturating_add(1).saturating_add(context.cost_of_fills(1));
        let most = context.budget.left().saturating_sub(other_costs);
        change.removes.extend(store::history::outdated(records, &link, most).await.unwrap_or_default());
    }
    match write(records, change).await {
        Ok(Written::Done) => {
            context.changed(&alias_record.key, CachedLink::from_state(&alias_state, alias_record.commits.saturating_add(1)));
            Ok(Some(link))
        }
        Ok(Written::Conflict) => Ok(None),
        Err(error) => {
            context.perhaps_changed(&alias_record.key);
            Err(error.into())
        }
    }
}

/// Audit event of an edit from `was` to `link`.
fn audit_action<'a>(was: &Link, link: &'a Link) -> AuditAction<'a> {
    let has_moved = (&was.domain, &was.alias) != (&link.domain, &link.alias);
    let action = match (was.is_deleted(), link.is_deleted()) {
        (false, true) => "link.delete",
        (true, false) => "link.restore",
        _ if was.owner != link.owner => "link.transfer",
        _ if was.blocked != link.blocked && link.blocked.is_some() => "link.block",
        _ if was.blocked != link.blocked => "link.unblock",
        _ if has_moved => "link.rename",
        _ => "link.change",
    };
    let mut details = Vec::new();
    if was.owner != link.owner {
        let name = |owner: &Option<UserId>| owner.as_ref().map_or("no owner", UserId::as_str).to_owned();
        details.push(format!("{} to {}", name(&was.owner), name(&link.owner)));
    }
    if has_moved {
        details.push(format!("from {}/{}", was.domain, was.alias));
    }
    let action = AuditAction::link(action, link);
    if details.is_empty() { action } else { action.with_detail(details.join(", ")) }
}

/// Describes the responses.
#[cfg(feature = "docs")]
pub(super) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    use crate::message::wire::PageJson;

    generator.subschema_for::<wire::WrittenLinkJson<'_>>();
    generator.subschema_for::<list::LinkListJson<'_>>();
    generator.subschema_for::<history::HistoryJson<'_>>();
    generator.subschema_for::<availability::AvailabilityJson<'_>>();
    generator.subschema_for::<batch::BatchJson<'_>>();
    generator.subschema_for::<import::ImportJson<'_>>();
    generator.subschema_for::<PageJson<'_, tags::TagJson<'_>>>();
    generator.subschema_for::<retag::RetaggedJson<'_>>();
    generator.subschema_for::<shorten::ShortenedJson<'_>>();
    generator.subschema_for::<explain::ExplanationJson<'_>>();
}
