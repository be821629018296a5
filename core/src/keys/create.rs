//! Making a key. Nobody makes one that may more than they themselves, or that outlives the one they use.

use http::StatusCode;

use super::check_say;
use super::wire::{KeyJson, NewKeyJson};
use crate::app::Context;
use crate::audit::{self, Deed};
use crate::auth::Proof;
use crate::auth::rights::{Role, Scope};
use crate::body::{Fields, Tree};
use crate::digest::Pepper;
use crate::domain::Domain;
use crate::domains::is_served;
use crate::error::{FieldCode, Problem, Refusal, Wrong};
use crate::key::{ApiKey, Shown};
use crate::link::UserId;
use crate::ports::Edge;
use crate::records::{Kept, Key, Written};
use crate::request::{BODY_LIMIT, Body};
use crate::response::Response;
use crate::text::Title;
use crate::time::Timestamp;
use crate::tree::put_in_order;
use crate::users;

const MOST_DOMAINS: usize = 20;

/// `POST /api/v1/keys`
pub(crate) async fn create<E: Edge>(context: &Context<'_, E>, proof: &Proof, body: &Body) -> Result<Response, Problem> {
    let mut fields = Fields::read(body, BODY_LIMIT)?;
    let name = fields.need_text("name", Title::parse);
    let scopes = fields.need("scopes", scopes);
    let domains = match fields.take("domains", domains) {
        Some(said) => Some(served(context, &mut fields, said).await?),
        None => None,
    };
    let asked = Asked::read(context, proof, fields, (name, scopes, domains))?;
    if !users::is_in(context, &asked.owner).await? {
        return Err(Problem::wrong_field("owner", Refusal::invalid("this is no user who is let in")));
    }
    check_say(context, proof, &asked.owner).await?;
    let shown = Shown::draw(context.edge)?;
    let key = asked.key(&shown, context.pepper()?, context.now, proof.role());
    let change = Kept::put(None, Key::api_key(&key.id), &key, context.token()?)?;
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.name()).collect();
    let deed = Deed::key("key.create", &key.id).saying(scopes.join(" "));
    if audit::commit(context, proof, change, Some(deed)).await? == Written::Conflict {
        return Err(Problem::internal("the id of a new key was drawn before"));
    }
    told(&key, &shown)
}

/// The key somebody wants, and who asks may make it.
struct Asked {
    name: Title,
    scopes: Vec<Scope>,
    domains: Option<Vec<Domain>>,
    owner: UserId,
    expires_at: Option<Timestamp>,
}

impl Asked {
    /// Reads the rest, once it is known what is `said` of name, scopes and domains.
    fn read<E: Edge>(
        context: &Context<'_, E>,
        proof: &Proof,
        mut fields: Fields,
        said: (Option<Title>, Option<Vec<Scope>>, Option<Vec<Domain>>),
    ) -> Result<Self, Problem> {
        let user = |tree: Tree| UserId::parse(tree.text()?);
        let owner = match proof.user() {
            Some(own) => fields.take("owner", user).or_else(|| Some(own.clone())),
            None => fields.need("owner", user),
        };
        let expires_at = fields.take_text("expires_at", |text| later(context.now, &text));
        let (name, scopes, domains) = said;
        let asked = name.zip(scopes).zip(owner).map(|((name, scopes), owner)| Self { name, scopes, domains, owner, expires_at });
        let asked = fields.finish(asked)?;
        check_bounds(proof, &asked.scopes, expires_at)?;
        Ok(asked)
    }

    fn key(self, shown: &Shown, pepper: &Pepper, now: Timestamp, most: Role) -> ApiKey {
        let Self { name, scopes, domains, owner, expires_at } = self;
        let (id, mark) = (shown.id.clone(), shown.mark(pepper));
        ApiKey { id, name, scopes, domains, owner, most, created_at: now, expires_at, last_used_at: None, revoked_at: None, mark }
    }
}

/// The answer to who has made it: it alone holds the secret.
fn told(key: &ApiKey, shown: &Shown) -> Result<Response, Problem> {
    let json = NewKeyJson { key: KeyJson::new(key), secret: &shown.expose() };
    Response::json(StatusCode::CREATED, &json)?.location(&["/api/v1/keys/", key.id.as_str()].concat())
}

fn scopes(tree: Tree) -> Result<Vec<Scope>, Wrong> {
    let scope = |tree: Tree| Scope::named(&tree.text()?).ok_or_else(|| Refusal::invalid("there is no such scope"));
    some(tree.set_of(Scope::ALL.len(), &scope)?, "a key without scopes opens nothing")
}

fn domains(tree: Tree) -> Result<Vec<Domain>, Wrong> {
    let said = tree.items(MOST_DOMAINS, |tree| Ok(Domain::parse(&tree.text()?)?))?;
    some(said, "a key for no domain opens nothing; one for every domain has null here")
}

fn some<T>(values: Vec<T>, why_not: &'static str) -> Result<Vec<T>, Wrong> {
    if values.is_empty() { Err(Refusal::new(FieldCode::Required, why_not).into()) } else { Ok(values) }
}

/// What is `said`, sorted and each domain once; one that is none of this deployment is refused where it stands.
async fn served<E: Edge>(context: &Context<'_, E>, fields: &mut Fields, said: Vec<Domain>) -> Result<Vec<Domain>, Problem> {
    let mut domains = Vec::new();
    for (at, domain) in said.into_iter().enumerate() {
        if !is_served(context, &domain).await? {
            fields.refuse("domains", Refusal::invalid("this is no domain of this deployment").at(at));
        }
        put_in_order(&mut domains, domain);
    }
    Ok(domains)
}

fn later(now: Timestamp, text: &str) -> Result<Timestamp, Refusal> {
    let end = Timestamp::parse(text)?;
    if end > now { Ok(end) } else { Err(Refusal::new(FieldCode::OutOfRange, "a key ends later than it is made")) }
}

fn check_bounds(proof: &Proof, scopes: &[Scope], end: Option<Timestamp>) -> Result<(), Problem> {
    if let Some(beyond) = scopes.iter().find(|scope| !proof.has_scope(**scope)) {
        return Err(Problem::not_allowed(format!("You do not have the scope `{}` yourself.", beyond.name())));
    }
    if proof.end().is_some_and(|own| end.is_none_or(|end| end > own)) {
        return Err(Problem::not_allowed("A key ends no later than the key that makes it. Say when in `expires_at`."));
    }
    Ok(())
}
