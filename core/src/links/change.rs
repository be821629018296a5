//! Changing a link: a merge patch, made only if the link still is what the client has seen.

use std::cell::OnceCell;

use http::header::IF_MATCH;

use super::show::shown;
use super::{Refused, edit, named};
use crate::app::Context;
use crate::auth::Proof;
use crate::body::{Fields, Tree};
use crate::error::{FieldCode, Problem, Refusal};
use crate::link::Link;
use crate::password::PasswordHash;
use crate::ports::{Edge, Facts};
use crate::request::{BODY_LIMIT, Body};
use crate::response::Response;
use crate::target::Target;

/// `PATCH /api/v1/links/{alias}`
pub(crate) async fn change<E: Edge>(
    context: &Context<'_, E>,
    _proof: &Proof,
    alias: &str,
    query: &str,
    facts: &impl Facts,
    body: &Body,
) -> Result<Response, Problem> {
    let key = named(context.config, alias, query)?;
    let seen = Seen::read(facts)?;
    let hashed = OnceCell::new();
    let patch = |link: &Link| {
        seen.check(link.version)?;
        if link.is_deleted() {
            return Err(Problem::deleted().into());
        }
        Ok(apply(context, link, body, &hashed)?)
    };
    let link = edit(context, &key, patch).await?;
    shown(context, &link).await
}

/// The link after the patch in `body`: what is not there stays, null sets back. A new password is `hashed` once, however often this is tried.
fn apply<E: Edge>(context: &Context<'_, E>, link: &Link, body: &Body, hashed: &OnceCell<PasswordHash>) -> Result<Link, Problem> {
    let mut fields = Fields::read(body, BODY_LIMIT)?;
    let mut link = link.clone();
    let mut target = Some(link.target.clone());
    fields.set("target", &mut target, |tree: Tree| Target::parse(&tree.text()?, &context.config.targets).map(Some));
    if target.is_none() {
        fields.refuse("target", Refusal::new(FieldCode::Required, "a link leads somewhere"));
    }
    let password = link.spec.set(&mut fields, context.config, context.edge.traits());
    link.target = fields.finish(target)?;
    if let Some(password) = password {
        let hash = hashed.get().cloned().map_or_else(|| password.hash(context.edge), Ok)?;
        link.spec.password = Some(hashed.get_or_init(|| hash).clone());
    }
    Ok(link)
}

/// The versions a client has seen, one of which the link must still be at.
enum Seen {
    Anything,
    One(Vec<u64>),
}

impl Seen {
    /// Reads `If-Match`. A weak or foreign tag is the version of no link.
    fn read(facts: &impl Facts) -> Result<Self, Problem> {
        let Some(header) = facts.header(&IF_MATCH) else {
            return Ok(Self::Anything);
        };
        let header = String::from_utf8_lossy(&header);
        if header.trim() == "*" {
            return Ok(Self::Anything);
        }
        let version = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        Ok(Self::One(header.split(',').filter_map(version).collect()))
    }

    /// A version the client knows and the store does not show yet is no reason to refuse: the read was late.
    fn check(&self, version: u64) -> Result<(), Refused> {
        match self {
            Self::Anything => Ok(()),
            Self::One(versions) if versions.contains(&version) => Ok(()),
            Self::One(versions) if versions.iter().any(|seen| *seen > version) => {
                Err(Refused::UntilRead(Problem::version_mismatch(version)))
            }
            Self::One(_) => Err(Problem::version_mismatch(version).into()),
        }
    }
}
