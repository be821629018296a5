//! Making a key. Nobody makes one that may more than they themselves, that outlives the one they use, or that outlasts their right to make it.

use http::StatusCode;

use super::wire;
use crate::app::Context;
use crate::audit::{self, Deed};
use crate::auth::rights::{Role, Scope, least_issuer};
use crate::auth::{Proof, role_of};
use crate::body::{Fields, Tree};
use crate::digest::Pepper;
use crate::domain::Domain;
use crate::domains::is_served;
use crate::error::{FieldCode, Problem, Refusal, Wrong};
use crate::key::{ApiKey, MOST_ISSUERS, Shown};
use crate::link::UserId;
use crate::ports::Edge;
use crate::records::{Kept, Key, Written};
use crate::request::{BODY_LIMIT, Body};
use crate::response::Response;
use crate::text::Title;
use crate::time::Timestamp;
use crate::tree::put_in_order;
use crate::user::User;
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
    let no_owner = || Problem::wrong_field("owner", Refusal::invalid("this is no user who is let in"));
    let owner = users::find_active(context, &asked.owner).await?.ok_or_else(no_owner)?;
    check_owner(proof, &owner, role_of(context.edge.records(), &owner).await?)?;
    let shown = Shown::draw(context.edge)?;
    let key = asked.key(&shown, context.pepper()?, context.now, proof);
    let change = Kept::put(None, Key::api_key(&key.id), &key, context.token()?);
    let deed = Deed::key("key.create", &key.id).saying(detail(&key));
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

    fn key(self, shown: &Shown, pepper: &Pepper, now: Timestamp, proof: &Proof) -> ApiKey {
        let Self { name, scopes, domains, owner, expires_at } = self;
        let issuers = proof.issuers_for(&owner);
        ApiKey {
            id: shown.id.clone(),
            name,
            scopes,
            domains,
            owner,
            created_by: proof.user().cloned(),
            issuers,
            most: proof.role(),
            created_at: now,
            expires_at,
            last_used_at: None,
            revoked_at: None,
            mark: shown.mark(pepper),
        }
    }
}

/// Refuses a key for `owner`, whose role is `role`, by whoever must not hold one of theirs.
fn check_owner(proof: &Proof, owner: &User, role: Role) -> Result<(), Problem> {
    let least = if proof.user() == Some(&owner.id) { role } else { least_issuer(role) };
    if proof.role() < least {
        return Err(Problem::not_allowed("Only owners make keys for owners, and for other users who are admins."));
    }
    if proof.issuers_for(&owner.id).len() > MOST_ISSUERS {
        return Err(Problem::not_allowed("The key you use already depends on other users. Use one that the bootstrap admin made for you."));
    }
    Ok(())
}

/// What the audit says of a new key: whose it is, and what it is for.
fn detail(key: &ApiKey) -> String {
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.name()).collect();
    let domains: Vec<&str> = key.domains.iter().flatten().map(Domain::as_str).collect();
    let domains = if domains.is_empty() { "all".to_owned() } else { domains.join(" ") };
    format!("owner {}; scopes {}; domains {domains}", key.owner.as_str(), scopes.join(" "))
}

/// The answer to who has made it: it alone holds the secret.
fn told(key: &ApiKey, shown: &Shown) -> Result<Response, Problem> {
    let made = Response::json(StatusCode::CREATED, |json| {
        wire::key(key, json);
        json.text("secret", &shown.expose());
    });
    made.location(&["/api/v1/keys/", key.id.as_str()].concat())
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
