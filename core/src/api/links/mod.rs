//! What can be done with links: one verb, one file.

mod availability;
mod batch;
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
mod remnants;
mod rename;
mod restore;
mod retag;
mod scan;
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
#[cfg(feature = "docs")]
pub(crate) use change::LinkPatch;
pub(crate) use change::change;
pub(crate) use crawlable::{crawlable, most_crawlable};
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
pub(crate) use import::{ImportFormat, import, most_lines};
pub(crate) use list::list;
pub(crate) use qr::qr;
pub(crate) use restore::restore;
#[cfg(feature = "docs")]
pub(crate) use retag::TagPatch;
pub(crate) use retag::{remove_tag, rename_tag};
pub(crate) use scan::largest_page;
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
use crate::store::{AliasRecord, AliasState, EDITS, Key, Written, follow_moves, load, write};

/// Whether a domain has links, as far as one page shows. If there are more, it may have.
pub(crate) async fn has_links<E: Edge>(context: &Context<'_, E>, _proof: &Authorized, domain: &Domain) -> Result<bool, Problem> {
    let page = LinkFilter::all(domain.clone()).walk().page(context, domain, None, u16::MAX).await?;
    Ok(page.next.is_some() || page.links.iter().any(|link| !link.is_deleted()))
}

/// The record at `key`, whoever holds the alias.
async fn place_at<E: Edge>(context: &Context<'_, E>, key: &Key) -> Result<AliasRecord, Problem> {
    load(context.edge.records(), key).await?.ok_or_else(Problem::no_such_link)
}

/// The link at `key`, deleted or not, and its place.
async fn find<E: Edge>(context: &Context<'_, E>, key: &Key) -> Result<(AliasRecord, Link), Problem> {
    let alias_record = place_at(context, key).await?;
    let link = link_at(&alias_record)?.clone();
    Ok((alias_record, link))
}

/// The link that is seen at a place.
fn link_at(alias_record: &AliasRecord) -> Result<&Link, Problem> {
    match alias_record.alias_state.visible() {
        AliasState::Link(link) => Ok(link),
        AliasState::MovedTo(moved_to) => Err(Problem::moved(&moved_to.alias)),
        AliasState::Erasing(_) | AliasState::PendingMove(_) | AliasState::Free => Err(Problem::no_such_link()),
    }
}

/// What a link shall be.
struct LinkEdit {
    link: Link,
    /// If it moves: whether its old alias leads to it.
    keeps_old_alias: bool,
    /// If it moves: whether it may take an alias that was another link's.
    reuses: bool,
}

impl From<Link> for LinkEdit {
    fn from(link: Link) -> Self {
        Self { link, keeps_old_alias: false, reuses: false }
    }
}

/// Reads the link at `key`, lets `change` say what it shall be, and writes that; again if somebody else was quicker. The link comes back
/// as it is then. A link that `change` leaves alone is written as it is: the read may have been late, and only the guard knows. Whoever must not
/// change the link is refused first.
async fn edit<E: Edge>(
    context: &Context<'_, E>,
    authorized: &Authorized,
    key: &Key,
    change: &dyn Fn(&Link) -> Result<LinkEdit, EditRefusal>,
) -> Result<Link, Problem> {
    let mut last = Problem::crowded();
    let mine = repeatable_tokens(context)?;
    for number in 0..EDITS {
        let alias_record = place_at(context, key).await?;
        if let AliasState::MovedTo(moved_to) = alias_record.alias_state.visible()
            && mine.contains(&moved_to.move_id)
        {
            // An earlier try of this very request has done it. Its copies may have died with it.
            context.perhaps_changed(key);
            context.perhaps_changed(&moved_to.to());
            return follow_moves(context.edge.records(), moved_to.to(), &moved_to.link)
                .await?
                .ok_or_else(|| Problem::moved(&moved_to.alias));
        }
        let was = link_at(&alias_record)?.clone();
        authorized.check_write(&was)?;
        if mine.iter().any(|token| alias_record.remembers(token)) {
            context.perhaps_changed(key);
            return Ok(was);
        }
        let LinkEdit { mut link, keeps_old_alias, reuses } = match change(&was) {
            Ok(wish) => wish,
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
        let token = mine.get(number).cloned().map_or_else(|| context.token(), Ok)?;
        if link != was {
            // Whoever began later may have been quicker: the times of versions never go back.
            link.updated_at = context.now.max(was.updated_at);
            link.updated_by = authorized.user().cloned();
            link.version = was.version.saturating_add(1);
            link.history = Some(token.clone());
        }
        if link.spec.max_clicks != was.spec.max_clicks {
            link.epoch = link.spec.max_clicks.map(|_| token.clone());
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

/// The names of the commits that the tries of a repeatable request make, each its own: a name is also what a store may know a state by.
fn repeatable_tokens<E: Edge>(context: &Context<'_, E>) -> Result<Vec<String>, Problem> {
    let tries = if context.source.is_repeatable() { EDITS } else { 0 };
    (0..tries).map(|number| Ok(context.name(&format!("edit {number}"))?)).collect()
}

/// Writes the link where it is; nothing comes back if somebody else was quicker. The first try is refused if it does not fit the budget.
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
    // An earlier try may have been applied, and its index entries are then in use.
    change.repeated = context.source.is_repeatable();
    if link.version != was.version {
        store::history::record_version(was, &mut change)?;
        audit::note(context, authorized, &deed(was, &link), &mut change)?;
    }
    if is_first {
        context.check_fits(cost_of_change(records, &change), link.spec.tags.len())?;
    }
    if link.version != was.version {
        // The first drop may be a statement of its own, and the copy is filled.
        let of_others = cost_of_change(records, &change).saturating_add(1).saturating_add(context.cost_of_fills(1));
        let most = context.budget.left().saturating_sub(of_others);
        change.removes.extend(store::history::outdated(records, &link, most).await.unwrap_or_default());
    }
    match write(records, change).await {
        Ok(Written::Done) => {
            context.changed(alias_record.key.clone(), CachedLink::from_state(&alias_state, alias_record.commits.saturating_add(1)));
            Ok(Some(link))
        }
        Ok(Written::Conflict) => Ok(None),
        Err(error) => {
            context.perhaps_changed(&alias_record.key);
            Err(error.into())
        }
    }
}

/// What an edit is called that makes `link` of what it `was`.
fn deed<'a>(was: &Link, link: &'a Link) -> AuditAction<'a> {
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
    let mut said = Vec::new();
    if was.owner != link.owner {
        let name = |owner: &Option<UserId>| owner.as_ref().map_or("nobody", UserId::as_str).to_owned();
        said.push(format!("{} to {}", name(&was.owner), name(&link.owner)));
    }
    if has_moved {
        said.push(format!("from {}/{}", was.domain, was.alias));
    }
    let deed = AuditAction::link(action, link);
    if said.is_empty() { deed } else { deed.saying(said.join(", ")) }
}

/// Describes the responses.
#[cfg(feature = "docs")]
pub(super) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    use crate::message::wire::PageJson;

    generator.subschema_for::<wire::WrittenLinkJson<'_>>();
    generator.subschema_for::<PageJson<'_, wire::LinkJson<'_>>>();
    generator.subschema_for::<history::HistoryJson<'_>>();
    generator.subschema_for::<availability::AvailabilityJson<'_>>();
    generator.subschema_for::<batch::BatchJson<'_>>();
    generator.subschema_for::<import::ImportJson<'_>>();
    generator.subschema_for::<PageJson<'_, tags::TagJson<'_>>>();
    generator.subschema_for::<retag::RetaggedJson<'_>>();
    generator.subschema_for::<shorten::ShortenedJson<'_>>();
    generator.subschema_for::<explain::ExplanationJson<'_>>();
}
