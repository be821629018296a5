//! Following a link, and what else visitors do with one.
//!
//! * [`read`] finds the link of an alias, [`ready`] is what an isolate remembers of it
//! * [`decide`] says what becomes of a visit, from the link and the visit alone
//! * this file does it: it spends what is to be spent and answers
//! * [`unlock`] and [`origin`] let in who knows the password, [`preview`] shows where a link leads, [`explain`] says why, [`suggest`] what
//!   somebody may have meant who found nothing

mod decide;
mod explain;
mod origin;
mod preview;
mod read;
mod ready;
mod suggest;
mod unlock;

use http::{HeaderValue, Method, StatusCode};
use percent_encoding::{CONTROLS, utf8_percent_encode};

pub(crate) use self::explain::explain;
pub(crate) use self::preview::preview;
pub(crate) use self::ready::Found;

use self::decide::{Decision, Manner, decide};
use self::ready::Ready;
use self::unlock::Tried;
use crate::agent::Kind;
use crate::alias;
use crate::app::{By, Click, Context};
use crate::card::Card;
use crate::domain::Domain;
use crate::domains;
use crate::error::Problem;
use crate::link::RedirectStatus;
use crate::records::copy::Limit;
use crate::pages::{self, Ask, Shown};
use crate::ports::{Edge, Records as _, Take};
use crate::records::Key;
use crate::request::{Body, FORM_LIMIT};
use crate::response::{NO_CACHE, Response};
use crate::time::Timestamp;
use crate::visit::Visit;

/// How long a browser may repeat a permanent redirect, in seconds: short, so that an edit moves everyone.
const PERMANENT_SECONDS: u64 = 30;
const PERMANENT_CACHE: HeaderValue = HeaderValue::from_static("private, max-age=30");

/// Somebody at the address of a link.
struct Visitor<'a, E> {
    context: &'a Context<'a, E>,
    domain: &'a Domain,
    /// As it was asked for.
    alias: &'a str,
    visit: &'a Visit<'a>,
    is_head: bool,
}

/// `GET /{alias}`
pub(crate) async fn follow<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    alias: &str,
    visit: &Visit<'_>,
    method: &Method,
) -> Result<Response, Problem> {
    let visitor = Visitor { context, domain, alias, visit, is_head: *method == Method::HEAD };
    match visitor.come().await {
        Err(problem) => match domains::instead(context, domain, problem).await {
            Err(problem) => Err(suggest::suggest(context, domain, alias, problem).await),
            response => response,
        },
        response => response,
    }
}

/// `POST /{alias}`: a password, or the button of the page that asks first.
pub(crate) async fn submit<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    alias: &str,
    visit: &Visit<'_>,
    body: &Body,
) -> Result<Response, Problem> {
    if !origin::is_own(visit.facts, domain) {
        return Err(Problem::foreign_form());
    }
    let form = match body {
        Body::Broken => &[],
        body => body.bytes(FORM_LIMIT)?,
    };
    let visitor = Visitor { context, domain, alias, visit, is_head: false };
    let mut response = visitor.submit(form).await?;
    // What was posted here is not posted on.
    if response.status.is_redirection() {
        response.status = StatusCode::SEE_OTHER;
    }
    Ok(response)
}

impl<E: Edge> Visitor<'_, E> {
    async fn come(&self) -> Result<Response, Problem> {
        let ready = read::find(self.context, self.domain, self.alias).await?;
        let is_unlocked = ready.password.is_some() && unlock::is_open(self.context, self.domain, &ready, self.visit.facts);
        let manner = Manner { is_head: self.is_head, is_unlocked, is_confirmed: false };
        self.answer(&ready, decide(&ready, self.visit, manner)).await
    }

    async fn submit(&self, form: &[u8]) -> Result<Response, Problem> {
        let ready = read::find(self.context, self.domain, self.alias).await?;
        let is_unlocked = ready.password.is_some() && unlock::is_open(self.context, self.domain, &ready, self.visit.facts);
        match (decide(&ready, self.visit, Manner { is_head: false, is_unlocked, is_confirmed: true }), &ready.password) {
            (Decision::Ask(Ask::Password { .. }), Some(password)) => {
                self.check_not_used_up(&ready).await?;
                let typed = unlock::typed(form);
                if unlock::attempt(self.context, &ready, password, self.visit, typed.as_deref()).await? {
                    unlock::open(self.context, self.domain, &ready, password, self.back()?)
                } else if pages::wants_html(self.visit.facts) {
                    Ok(self.page(&ready, Ask::Password { wrong: true }))
                } else {
                    Err(Problem::wrong_password())
                }
            }
            // Nothing is asked any more that was asked on the page.
            (Decision::Lead(..), _) if !ready.confirm => self.back(),
            (decision, _) => self.answer(&ready, decision).await,
        }
    }

    async fn answer(&self, ready: &Ready, decision: Decision) -> Result<Response, Problem> {
        match decision {
            Decision::Early | Decision::NoSuchPath => Err(Problem::no_such_link()),
            Decision::Ended => ended(ready),
            Decision::Card => {
                self.count(ready);
                Ok(self.card(ready))
            }
            Decision::Ask(ask) => {
                if self.is_used_up(ready).await? {
                    return ended(ready);
                }
                if ask == Ask::Person {
                    self.count(ready);
                }
                Ok(self.page(ready, ask))
            }
            Decision::Lead(location, _) => {
                if let Some(limit) = &ready.limit
                    && !self.spend(ready, limit).await?
                {
                    return ended(ready);
                }
                self.count(ready);
                Ok(Response::redirect(ready.status.code(), location, cache_control(ready, self.visit.now)))
            }
        }
    }

    /// Takes one of the clicks that are left; false if there is none.
    async fn spend(&self, ready: &Ready, limit: &Limit) -> Result<bool, Problem> {
        match self.context.edge.records().take(&Key::limit(&ready.id, &limit.epoch), limit.clicks.get(), None).await? {
            Take::Granted => Ok(true),
            Take::Exhausted => Ok(false),
            Take::Busy => Err(Problem::crowded()),
        }
    }

    /// Whether no click is left, for those who do not come to spend one.
    async fn is_used_up(&self, ready: &Ready) -> Result<bool, Problem> {
        is_used_up(self.context, ready).await
    }

    /// Has the click counted once the visitor has gone. Whoever asks for the head alone follows nothing.
    fn count(&self, ready: &Ready) {
        if !self.is_head {
            self.context.clicked(ready.id.clone(), self.visit);
        }
    }

    fn page(&self, ready: &Ready, ask: Ask) -> Response {
        todo!()
    }

    /// Sends the visitor back to where they are, to ask for it again.
    fn back(&self) -> Result<Response, Problem> {
        let mut address = format!("/{}", alias::encode(self.alias));
        for segment in self.visit.rest.iter().flatten() {
            address.push('/');
            address.extend(alias::encode(segment));
        }
        if !self.visit.query.is_empty() {
            address.push('?');
            address.extend(utf8_percent_encode(self.visit.query, CONTROLS));
        }
        let location = HeaderValue::from_str(&address).map_err(Problem::internal)?;
        Ok(Response::redirect(StatusCode::SEE_OTHER, location, NO_CACHE))
    }
}

/// Where a link leads that leads nowhere any more.
fn ended(ready: &Ready) -> Result<Response, Problem> {
    let fallback = ready.fallback.clone().ok_or_else(Problem::link_ended)?;
    Ok(Response::redirect(RedirectStatus::Found.code(), fallback, NO_CACHE))
}

/// Nobody may repeat a redirect beyond the link's next change of state, nor one that is not the same for everybody.
fn cache_control(ready: &Ready, now: Timestamp) -> HeaderValue {
    if ready.status == RedirectStatus::Found || !ready.is_plain() {
        return NO_CACHE;
    }
    let until_end = ready.ends_at.map_or(u64::MAX, |ends_at| ends_at.millis_since(now) / 1_000);
    if until_end >= PERMANENT_SECONDS {
        return PERMANENT_CACHE;
    }
    HeaderValue::from_str(&format!("private, max-age={until_end}")).unwrap_or(NO_CACHE)
}
