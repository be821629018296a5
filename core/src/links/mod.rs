//! What can be done with links: one verb, one file.

mod availability;
mod change;
mod claim;
mod create;
mod delete;
mod erase;
mod follow;
mod list;
mod past;
mod rename;
mod restore;
mod retag;
mod shorten;
mod show;
mod tags;
mod wire;

pub(crate) use availability::availability;
pub(crate) use change::{Seen, change};
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use follow::{Compiled, follow};
pub(crate) use list::list;
pub(crate) use past::history as past;
pub(crate) use restore::restore;
pub(crate) use retag::{remove_tag, rename_tag};
pub(crate) use shorten::shorten;
pub(crate) use show::show;
pub(crate) use tags::tags;

use self::claim::strand;
use self::rename::rename;
use crate::alias::Alias;
use crate::app::Context;
use crate::auth::Proof;
use crate::body::{Fields, Tree};
use crate::config::Config;
use crate::domain::Domain;
use crate::domains;
use crate::error::{Problem, Refusal};
use crate::link::Link;
use crate::ports::{Edge, Records as _};
use crate::records::copy::Copy;
use crate::records::{Holder, Key, Place, Prefix, Written, history, look, write};
use crate::request::{BODY_LIMIT, Body};

/// How often an edit is tried again because somebody else edited at the same moment.
const EDITS: u32 = 8;

/// Reads the key of the link that an address of the API names, with `?domain=` or on the default domain. An alias that cannot be is
/// the alias of no link.
async fn named<E: Edge>(context: &Context<'_, E>, alias: &str, query: &str) -> Result<Key, Problem> {
    named_and(context, alias, query, |_| ()).await.map(|(key, ())| key)
}

/// The same, with what else the query says.
async fn named_and<E: Edge, T>(
    context: &Context<'_, E>,
    alias: &str,
    query: &str,
    more: impl FnOnce(&mut Fields) -> T,
) -> Result<(Key, T), Problem> {
    let (domain, more) = domain_and(context, query, more).await?;
    let alias = Alias::parse(alias, context.config.alias_case).map_err(|_| Problem::no_such_link())?;
    Ok((Key::link(&domain, &alias), more))
}

/// The domain of a query that names nothing else, or the default domain.
async fn domain_of<E: Edge>(context: &Context<'_, E>, query: &str) -> Result<Domain, Problem> {
    domain_and(context, query, |_| ()).await.map(|(domain, ())| domain)
}

async fn domain_and<E: Edge, T>(
    context: &Context<'_, E>,
    query: &str,
    more: impl FnOnce(&mut Fields) -> T,
) -> Result<(Domain, T), Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, &mut fields).await?;
    let more = more(&mut fields);
    fields.finish(Some(()))?;
    Ok((domain.unwrap_or_else(|| context.config.default_domain().clone()), more))
}

/// Takes the domain out of `fields`, which must be one of this deployment.
async fn take_domain<E: Edge>(context: &Context<'_, E>, fields: &mut Fields) -> Result<Option<Domain>, Problem> {
    let Some(domain) = fields.take("domain", |tree| Domain::parse(&tree.text()?)) else {
        return Ok(None);
    };
    if domains::is_served(context, &domain).await? {
        return Ok(Some(domain));
    }
    fields.refuse("domain", foreign());
    Ok(None)
}

/// The domain that `body` names, if it was added to those of the settings: whether it was, only the store knows.
async fn added_domain<E: Edge>(context: &Context<'_, E>, body: &Body) -> Result<Option<Domain>, Problem> {
    match Fields::read(body, BODY_LIMIT) {
        Ok(mut fields) => take_domain(context, &mut fields).await,
        // Whoever reads the body for its own sake says what is wrong with it.
        Err(_) => Ok(None),
    }
}

/// A domain of this deployment: of its settings, or the one that was `added`.
fn own_domain(config: &Config, added: Option<&Domain>, tree: Tree) -> Result<Domain, Refusal> {
    let domain = Domain::parse(&tree.text()?)?;
    let is_own = added == Some(&domain) || config.origin_of(domain.as_str()).is_some();
    if is_own { Ok(domain) } else { Err(foreign()) }
}

fn foreign() -> Refusal {
    Refusal::invalid("this is no domain of this deployment")
}

/// Whether a domain has links, as far as one page of hints shows. If there are more hints than that, it may have.
pub(crate) async fn has_links<E: Edge>(context: &Context<'_, E>, _proof: &Proof, domain: &Domain) -> Result<bool, Problem> {
    let page = context.edge.records().scan(&Prefix::by_time(domain), None, context.edge.traits().largest_page).await?;
    Ok(page.next.is_some() || !list::follow_hints(context, domain, &page.keys).await?.is_empty())
}

/// The link at `key`, deleted or not, and its place.
async fn find<E: Edge>(context: &Context<'_, E>, key: &Key) -> Result<(Place, Link), Problem> {
    let Some(place) = look(context.edge.records(), key).await? else {
        return Err(Problem::no_such_link());
    };
    match place.holder.seen() {
        Holder::Link(link) => {
            let link = link.clone();
            Ok((place, link))
        }
        Holder::Signpost(signpost) => Err(Problem::moved(&signpost.alias)),
        Holder::Erasing(_) | Holder::Arriving(_) | Holder::Nobody => Err(Problem::no_such_link()),
    }
}

/// What a link shall be.
struct Wish {
    link: Link,
    /// If it moves: whether its old alias leads to it.
    keeps_old_alias: bool,
    /// If it moves: whether it may take an alias that was another link's.
    reuses: bool,
}

impl From<Link> for Wish {
    fn from(link: Link) -> Self {
        Self { link, keeps_old_alias: false, reuses: false }
    }
}

/// Reads the link at `key`, lets `change` say what it shall be, and writes that; again if somebody else was quicker. The link comes back
/// as it is then. A link that `change` leaves alone is written as it is: the read may have been late, and only the guard knows.
async fn edit<E: Edge>(context: &Context<'_, E>, key: &Key, change: impl Fn(&Link) -> Result<Wish, Refused>) -> Result<Link, Problem> {
    let mut last = Problem::crowded();
    for _ in 0..EDITS {
        let (place, was) = find(context, key).await?;
        let Wish { mut link, keeps_old_alias, reuses } = match change(&was) {
            Ok(wish) => wish,
            Err(Refused::For(problem)) => return Err(problem),
            Err(Refused::UntilRead(problem)) => {
                last = problem;
                continue;
            }
        };
        if let Holder::Arriving(arriving) = &place.holder
            && !strand(context, arriving).await?
        {
            continue;
        }
        let token = context.token()?;
        if link != was {
            link.updated_at = context.now;
            link.updated_by = None;
            link.version = was.version.saturating_add(1);
            link.history = Some(token.clone());
        }
        let moves = (&link.domain, &link.alias) != (&was.domain, &was.alias);
        let edited = if moves {
            rename(context, &place, &was, Wish { link, keeps_old_alias, reuses }, token).await?
        } else {
            rewrite(context, &place, &was, link, token).await?
        };
        if let Some(link) = edited {
            return Ok(link);
        }
    }
    Err(last)
}

/// Writes the link where it is; nothing comes back if somebody else was quicker.
async fn rewrite<E: Edge>(context: &Context<'_, E>, place: &Place, was: &Link, link: Link, token: String) -> Result<Option<Link>, Problem> {
    let holder = Holder::Link(link.clone());
    let mut change = place.hand_over(&holder, token)?;
    if link.version != was.version {
        history::write_down(was, &mut change)?;
        change.drops.extend(history::outdated(context.edge.records(), &link).await.unwrap_or_default());
    }
    match write(context.edge.records(), change).await {
        Ok(Written::Done) => {
            context.changed(place.key.clone(), Copy::of(&holder, place.commits.saturating_add(1)));
            Ok(Some(link))
        }
        Ok(Written::Conflict) => Ok(None),
        Err(error) => {
            context.changed(place.key.clone(), None);
            Err(error.into())
        }
    }
}

/// Why a link is not changed as it was read.
enum Refused {
    /// It must not be.
    For(Problem),
    /// What was read is older than what the client says to have seen. If it stays that, this is why.
    UntilRead(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::For(problem)
    }
}
