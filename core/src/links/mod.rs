//! What can be done with links: one verb, one file.

mod change;
mod create;
mod delete;
mod follow;
mod list;
mod restore;
mod shorten;
mod show;
mod wire;
mod wire_rules;

pub(crate) use change::change;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use follow::{Compiled, follow};
pub(crate) use list::list;
pub(crate) use restore::restore;
pub(crate) use shorten::shorten;
pub(crate) use show::show;

use crate::alias::Alias;
use crate::app::Context;
use crate::base58;
use crate::body::{Fields, Tree};
use crate::config::Config;
use crate::domain::Domain;
use crate::error::{Problem, Refusal};
use crate::link::Link;
use crate::ports::{Edge, Records as _};
use crate::records::copy::Copy;
use crate::records::{Key, LinkRecord, Written, write};

/// How often an edit is tried again because somebody else edited at the same moment.
const EDITS: u32 = 8;

/// Reads the key of the link that an address of the API names, with `?domain=` or on the default domain. An alias that cannot be is
/// the alias of no link.
fn named(config: &Config, alias: &str, query: &str) -> Result<Key, Problem> {
    let mut fields = Fields::query(query);
    let domain = fields.take("domain", |tree| own_domain(config, tree));
    fields.finish(Some(()))?;
    let domain = domain.as_ref().unwrap_or(config.default_domain());
    let alias = Alias::parse(alias, config.alias_case).map_err(|_| Problem::no_such_link())?;
    Ok(Key::link(domain, &alias))
}

/// A domain of this deployment.
fn own_domain(config: &Config, tree: Tree) -> Result<Domain, Refusal> {
    let domain = Domain::parse(&tree.text()?)?;
    match config.origin_of(domain.as_str()) {
        Some(_) => Ok(domain),
        None => Err(Refusal::invalid("this is no domain of this deployment")),
    }
}

async fn find<E: Edge>(context: &Context<'_, E>, key: &Key) -> Result<LinkRecord, Problem> {
    match context.edge.records().get(key).await? {
        Some(record) => Ok(LinkRecord::read(&record)?),
        None => Err(Problem::no_such_link()),
    }
}

/// Reads the link at `key`, lets `change` say what it shall be, and writes that; again if somebody else was quicker. The link comes back
/// as it is then. A link that `change` leaves alone is written as it is: the read may have been late, and only the guard knows.
async fn edit<E: Edge>(context: &Context<'_, E>, key: &Key, change: impl Fn(&Link) -> Result<Link, Refused>) -> Result<Link, Problem> {
    let mut last = Problem::crowded();
    for _ in 0..EDITS {
        let record = find(context, key).await?;
        let mut link = match change(&record.link) {
            Ok(link) => link,
            Err(Refused::For(problem)) => return Err(problem),
            Err(Refused::UntilRead(problem)) => {
                last = problem;
                continue;
            }
        };
        if link != record.link {
            link.updated_at = context.now;
            link.version = record.link.version.saturating_add(1);
        }
        let token = base58::random_96(context.edge)?;
        match write(context.edge.records(), record.edit(&link, token)?).await {
            Ok(Written::Done) => {
                context.changed(key.clone(), Some(Copy::of(&link)));
                return Ok(link);
            }
            Ok(Written::Conflict) => {}
            Err(error) => {
                context.changed(key.clone(), None);
                return Err(error.into());
            }
        }
    }
    Err(last)
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
