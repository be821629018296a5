//! Changing a link: a merge patch, made only if the link still is what the client has seen.

use std::cell::OnceCell;

use http::header::IF_MATCH;

use super::circles::refuse_circles;
use super::named::{named, take_said_domain};
use super::show::shown;
use super::{Refused, Wish, edit};
use crate::alias::{self, Alias};
use crate::app::Context;
use crate::auth::Proof;
use crate::auth::rights::Right;
use crate::blocked::Blocked;
use crate::body::{Fields, Tree};
use crate::config::Config;
use crate::domain::Domain;
use crate::error::{FieldCode, Problem, Refusal};
use crate::link::{Link, UserId};
use crate::password::PasswordHash;
use crate::ports::{Edge, Facts};
use crate::records::Key;
use crate::request::{BODY_LIMIT, Body};
use crate::response::Response;
use crate::target::Target;
use crate::users;
use crate::utm;

/// `PATCH /api/v1/links/{alias}`
pub(crate) async fn change<E: Edge>(
    context: &Context<'_, E>,
    proof: &Proof,
    alias: &str,
    query: &str,
    facts: &impl Facts,
    body: &Body,
) -> Result<Response, Problem> {
    let key = named(context, proof, alias, query).await?;
    let link = patch(context, proof, &key, &Seen::read(facts), Fields::read(body, BODY_LIMIT)?).await?;
    shown(context, proof, &link).await
}

/// Applies a merge patch to the link at `key`, which comes back as it is then.
pub(super) async fn patch<E: Edge>(
    context: &Context<'_, E>,
    proof: &Proof,
    key: &Key,
    seen: &Seen,
    mut fields: Fields,
) -> Result<Link, Problem> {
    let domain = take_said_domain(context, proof, &mut fields).await?;
    for name in ["blocked", "owner"] {
        if fields.has(name) {
            proof.check(Right::ManageLinks)?;
        }
    }
    let owner = take_owner(context, &mut fields).await?;
    let hashed = OnceCell::new();
    let change = |link: &Link| {
        seen.check(link.version)?;
        if link.is_deleted() {
            return Err(Problem::deleted().into());
        }
        let mut wish = apply(context, link, fields.clone(), domain.clone(), &hashed)?;
        wish.link.owner = owner.clone().unwrap_or(wish.link.owner);
        Ok(wish)
    };
    edit(context, proof, key, &change).await
}

/// Takes out of `fields` whose the link shall be, if they say so: a user of this deployment, or nobody.
async fn take_owner<E: Edge>(context: &Context<'_, E>, fields: &mut Fields) -> Result<Option<Option<UserId>>, Problem> {
    let is_said = fields.has("owner");
    let owner = fields.take_text("owner", UserId::parse);
    if let Some(owner) = &owner
        && !users::is_in(context, owner).await?
    {
        fields.refuse("owner", Refusal::invalid("this is no user of this deployment"));
    }
    Ok(is_said.then_some(owner))
}

/// The link after a patch: what is not there stays, null sets back. A new password is `hashed` once, however often this is tried.
fn apply<E: Edge>(
    context: &Context<'_, E>,
    was: &Link,
    mut fields: Fields,
    domain: Option<Domain>,
    hashed: &OnceCell<PasswordHash>,
) -> Result<Wish, Problem> {
    let mut link = was.clone();
    let mut target = Some(link.target.clone());
    fields.set_text("target", &mut target, &|text| Target::parse_template(&text, &context.config.targets));
    if target.is_none() {
        fields.refuse("target", Refusal::new(FieldCode::Required, "a link leads somewhere"));
    }
    let target = utm::merge(&mut fields, target);
    let (keeps_old_alias, reuses) = relocate(&mut fields, &mut link, context.config, domain);
    let password = link.spec.set(&mut fields, context.config, context.edge.traits());
    fields.set("blocked", &mut link.blocked, |tree| Blocked::patched(was.blocked.as_ref(), tree, context.now).map(Some));
    // One that led in circles before, because its domain came later, can still be changed otherwise.
    if leads_elsewhere(was, &link, target.as_ref()) {
        refuse_circles(&mut fields, &link.domain, target.as_ref(), &link.spec);
    }
    link.target = fields.finish(target)?;
    if let Some(password) = password {
        let hash = hashed.get().cloned().map_or_else(|| password.hash(context.edge), Ok)?;
        link.spec.password = Some(hashed.get_or_init(|| hash).clone());
    }
    Ok(Wish { link, keeps_old_alias, reuses })
}

/// Whether a change says of a link where it is or where it leads. Its new target is not yet in place.
fn leads_elsewhere(was: &Link, link: &Link, target: Option<&Target>) -> bool {
    let leads = |link: &Link| (link.domain.clone(), link.spec.fallback.clone(), link.spec.rules.clone(), link.spec.card.clone());
    target != Some(&was.target) || leads(was) != leads(link)
}

/// Where the link shall be, if not where it is, and how it is to move: whether its old alias leads on, and whether it may take one that
/// was another link's.
fn relocate(fields: &mut Fields, link: &mut Link, config: &Config, domain: Option<Domain>) -> (bool, bool) {
    let was = (link.domain.clone(), link.alias.clone());
    let alias = fields.take_text("alias", |text| Alias::parse_existing(&text, config.alias_case));
    let asked = if alias.is_some() { Some("alias") } else { domain.as_ref().map(|_| "domain") };
    link.alias = alias.unwrap_or_else(|| was.1.clone());
    link.domain = domain.unwrap_or_else(|| was.0.clone());
    let stays = (&link.domain, &link.alias) == (&was.0, &was.1);
    if let (Some(asked), true) = (asked, stays) {
        fields.refuse(asked, Refusal::new(FieldCode::Conflicts, "the link is there already"));
    }
    if let (Some(asked), true) = (asked, !stays && link.alias.is_reserved_later()) {
        fields.refuse(asked, alias::reserved());
    }
    let mut flag = |name| {
        let flag = fields.take(name, Tree::boolean);
        if flag.is_some() && asked.is_none() {
            fields.refuse(name, Refusal::new(FieldCode::Conflicts, "this goes with a new alias or domain"));
        }
        flag.unwrap_or_default()
    };
    (flag("keep_old_alias"), flag("reuse"))
}

/// The versions a client has seen, one of which a link or a domain must still be at.
pub(crate) enum Seen {
    Anything,
    One(Vec<u64>),
}

impl Seen {
    /// Reads `If-Match`. A weak or foreign tag is the version of no link.
    pub(crate) fn read(facts: &impl Facts) -> Self {
        let Some(header) = facts.header(&IF_MATCH) else {
            return Self::Anything;
        };
        let header = String::from_utf8_lossy(&header);
        if header.trim() == "*" {
            return Self::Anything;
        }
        let version = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        Self::One(header.split(',').filter_map(version).collect())
    }

    /// Reads a version in a body.
    pub(crate) fn version(tree: Tree) -> Result<Self, Refusal> {
        Ok(Self::One(vec![tree.natural()?]))
    }

    fn covers(&self, version: u64) -> bool {
        match self {
            Self::Anything => true,
            Self::One(versions) => versions.contains(&version),
        }
    }

    /// Whether the client knows a version that the store does not show yet. That is no reason to refuse: the read was late.
    fn is_ahead_of(&self, version: u64) -> bool {
        matches!(self, Self::One(versions) if versions.iter().any(|seen| *seen > version))
    }

    pub(crate) fn check(&self, version: u64) -> Result<(), Refused> {
        if self.covers(version) {
            return Ok(());
        }
        let problem = Problem::version_mismatch(version);
        Err(if self.is_ahead_of(version) { Refused::UntilRead(problem) } else { problem.into() })
    }
}
