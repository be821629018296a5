//! Domains beside those of the settings, and where a domain sends visitors who find nothing: one verb, one file.

mod change;
mod create;
mod delete;
mod list;
mod show;
mod visit;
mod wire;

pub(crate) use change::change;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use list::list;
pub(crate) use show::show;
pub(crate) use visit::{Elsewhere, at, check_served, front, has_own_front, instead};

use crate::app::Context;
use crate::audit::{self, Deed};
use crate::auth::Proof;
use crate::body::{Fields, Tree};
use crate::config::Config;
use crate::domain::Domain;
use crate::error::{Problem, Refusal};
use crate::links::EDITS;
use crate::ports::Edge;
use crate::records::{Key, Site, SiteRecord, Written, write};
use crate::target::{Target, TargetRules};

/// Whether links may be made on `domain`. Those of the settings are known without asking the store.
pub(crate) async fn is_served<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<bool, Problem> {
    if context.config.origin_of(domain.as_str()).is_some() {
        return Ok(true);
    }
    let record = SiteRecord::look(context.edge.records(), domain).await?;
    Ok(record.is_some_and(|record| !record.is_deleted))
}

/// The domain an address of the API names, which takes nothing else. What can be no domain is none of this deployment.
fn named(proof: &Proof, text: &str, query: &str) -> Result<Domain, Problem> {
    Fields::query(query).finish(Some(()))?;
    let domain = Domain::parse(text).map_err(|_| Problem::no_such_domain())?;
    proof.check_domain(&domain)?;
    Ok(domain)
}

/// What is said of `domain`, and its record if it has one.
async fn find<E: Edge>(context: &Context<'_, E>, domain: &Domain) -> Result<(Option<SiteRecord>, Site), Problem> {
    let record = SiteRecord::look(context.edge.records(), domain).await?;
    let site = match &record {
        Some(record) if !record.is_deleted => record.site.clone(),
        _ if context.config.origin_of(domain.as_str()).is_none() => return Err(Problem::no_such_domain()),
        Some(deleted) => Site::bare(domain, deleted.site.version, context.now),
        None => Site::bare(domain, 1, context.now),
    };
    Ok((record, site))
}

/// Writes `site` in place of `was`; this isolate forgets what it knew. What changes nothing has no `action`.
async fn save<E: Edge>(
    context: &Context<'_, E>,
    proof: &Proof,
    action: Option<&'static str>,
    was: Option<&SiteRecord>,
    site: &Site,
    is_deleted: bool,
) -> Result<Written, Problem> {
    let mut change = SiteRecord::put(was, site, is_deleted, context.token()?)?;
    if let Some(action) = action {
        audit::note(context, proof, &Deed::domain(action, &site.domain), &mut change);
    }
    let written = write(context.edge.records(), change).await;
    context.memo(|memo| memo.drop(&Key::domain(&site.domain)));
    Ok(written?)
}

/// Takes what may be said of a domain out of `fields`.
fn set(site: &mut Site, fields: &mut Fields, config: &Config) {
    let mut own_domains = config.targets.own_domains.clone();
    own_domains.push(site.domain.clone());
    let rules = TargetRules { own_domains, schemes: config.targets.schemes.clone() };
    let target = |tree: Tree| -> Result<Option<Target>, Refusal> { Target::parse(&tree.text()?, &rules).map(Some) };
    fields.set("root", &mut site.root, target);
    fields.set("not_found", &mut site.not_found, target);
    fields.set("ended", &mut site.ended, target);
}
