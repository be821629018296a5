//! Creating a link: the alias is claimed by the one guarded write that makes the record.

use http::StatusCode;

use super::claim::Claim;
use super::{take_domain, wire};
use crate::alias::{Alias, AliasCase};
use crate::app::Context;
use crate::auth::Proof;
use crate::base58;
use crate::body::{Fields, Tree};
use crate::domain::Domain;
use crate::error::Problem;
use crate::link::{Link, LinkId};
use crate::ports::Edge;
use crate::records::copy::Copy;
use crate::records::{Holder, Key};
use crate::request::{BODY_LIMIT, Body};
use crate::response::Response;
use crate::spec::Spec;
use crate::target::Target;

/// The lengths of generated aliases, try by try: short as long as there is room, then longer.
const GENERATED_LENGTHS: [usize; 6] = [6, 6, 7, 8, 10, 12];

/// What a client asks for.
pub(super) struct NewLink {
    pub(super) target: Target,
    pub(super) alias: Option<Alias>,
    pub(super) domain: Option<Domain>,
    pub(super) spec: Spec,
    /// Whether an alias that belonged to another link will do.
    pub(super) reuses: bool,
}

/// `POST /api/v1/links`
pub(crate) async fn create<E: Edge>(context: &Context<'_, E>, proof: &Proof, body: &Body) -> Result<Response, Problem> {
    let new = read(context, body).await?;
    let link = claim(context, proof, new).await?;
    Response::json(StatusCode::CREATED, &wire::link(context, &link, 0))?.location(&wire::address(&link))?.etag(link.version)
}

async fn read<E: Edge>(context: &Context<'_, E>, body: &Body) -> Result<NewLink, Problem> {
    let config = context.config;
    let mut fields = Fields::read(body, BODY_LIMIT)?;
    let target = fields.need("target", |tree| Target::parse(&tree.text()?, &config.targets));
    let alias = fields.take("alias", |tree| Alias::parse(&tree.text()?, config.alias_case));
    let domain = take_domain(context, &mut fields).await?;
    let reuses = fields.take("reuse", Tree::boolean).unwrap_or_default();
    let mut spec = Spec::default();
    spec.set(&mut fields, config);
    Ok(NewLink { target: fields.finish(target)?, alias, domain, spec, reuses })
}

/// Makes the link, under the alias asked for or under a generated one.
pub(super) async fn claim<E: Edge>(context: &Context<'_, E>, proof: &Proof, new: NewLink) -> Result<Link, Problem> {
    if let Some(alias) = &new.alias {
        let link = draft(context, &new, alias.clone())?;
        offer(context, proof, &link, new.reuses).await??;
        return Ok(link);
    }
    for length in GENERATED_LENGTHS {
        let Some(alias) = generated(context, length)? else { continue };
        let link = draft(context, &new, alias)?;
        if offer(context, proof, &link, false).await?.is_ok() {
            return Ok(link);
        }
    }
    Err(Problem::no_free_alias(GENERATED_LENGTHS.len()))
}

/// An alias nobody chose; now and then it spells a reserved word, and then there is none.
fn generated<E: Edge>(context: &Context<'_, E>, length: usize) -> Result<Option<Alias>, Problem> {
    let alphabet = match context.config.alias_case {
        AliasCase::Sensitive => base58::ALPHABET.as_slice(),
        AliasCase::Insensitive => base58::SMALL_ALPHABET,
    };
    let text = base58::random_text(context.edge, alphabet, length)?;
    Ok(Alias::parse(&text, context.config.alias_case).ok())
}

fn draft<E: Edge>(context: &Context<'_, E>, new: &NewLink, alias: Alias) -> Result<Link, Problem> {
    Ok(Link {
        id: LinkId::random(context.edge)?,
        alias,
        domain: new.domain.as_ref().unwrap_or(context.config.default_domain()).clone(),
        target: new.target.clone(),
        spec: new.spec.clone(),
        owner: None,
        created_at: context.now,
        updated_at: context.now,
        updated_by: None,
        deleted_at: None,
        version: 1,
        moves: 0,
        history: None,
    })
}

async fn offer<E: Edge>(context: &Context<'_, E>, _proof: &Proof, link: &Link, reuses: bool) -> Result<Result<(), Problem>, Problem> {
    let (key, holder) = (Key::link(&link.domain, &link.alias), Holder::Link(link.clone()));
    let claim = Claim { alias: &link.alias, key: &key, holder: &holder, link: &link.id, was: None, reuses, token: context.token()? };
    let made = claim.make(context).await;
    // Of an alias that is new nobody has a copy. One that was in use before may have left an old one.
    match &made {
        Ok(Ok(1)) => context.memo(|memo| memo.drop(&key)),
        Ok(Ok(commits)) => context.changed(key, Copy::of(&holder, *commits)),
        Ok(Err(_)) => {}
        Err(_) => context.changed(key, None),
    }
    Ok(made?.map(drop))
}
