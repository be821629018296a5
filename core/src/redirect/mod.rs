//! Following a link, and what else visitors do with one.
//!
//! * [`read`] finds the link of an alias; [`compiled_link`](crate::store::compiled_link) is what an isolate remembers of it
//! * [`decide`](mod@decide) says what becomes of a visit, from the link and the visit alone
//! * this file does it: it spends what is to be spent and answers
//! * [`domain_redirects`] is where a domain sends visitors who find nothing, and whether it is served
//! * [`unlock`] and [`origin`] let in who knows the password, [`preview`](mod@preview) shows where a link leads, [`suggest`](mod@suggest) what somebody
//!   may have meant who found nothing

mod decide;
mod domain_redirects;
mod origin;
mod preview;
mod read;
mod suggest;
mod unlock;

use std::sync::Arc;

use http::{HeaderValue, Method, StatusCode};
use percent_encoding::{CONTROLS, utf8_percent_encode};

pub(crate) use self::decide::{Decision, VisitorTraits, decide};
pub(crate) use self::domain_redirects::{at, front, has_own_front, instead, is_served};
pub(crate) use self::preview::preview;
use self::read::LinkSource;
use self::unlock::UnlockOutcome;

use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::request::{Body, FORM_LIMIT};
use crate::message::response::{NO_CACHE, Response};
use crate::model::alias::{self, Alias};
use crate::model::clicks::Click;
use crate::model::domain::Domain;
use crate::model::limits::Limit;
use crate::model::link::RedirectStatus;
use crate::model::target::Target;
use crate::model::text::{CardDescription, CardTitle};
use crate::model::time::Timestamp;
use crate::model::visit::Visit;
use crate::pages::{self, InterstitialKind, LinkSummary};
use crate::store::Key;
use crate::store::compiled_link::CompiledLink;
use crate::store::ports::{Edge, Records as _, Take};

/// How long a browser may repeat a permanent redirect, in seconds: short, so that an edit moves everyone.
const PERMANENT_SECONDS: u64 = 30;
const PERMANENT_CACHE: HeaderValue = HeaderValue::from_static("private, max-age=30");

/// Somebody at the address of a link.
struct LinkVisitor<'a, 'v, E> {
    context: &'a Context<'a, E>,
    domain: &'a Domain,
    /// As it was asked for: the link may have moved since.
    alias: Alias,
    visit: &'a Visit<'v>,
}

/// `GET /{alias}`
pub(crate) async fn follow<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    alias: &str,
    visit: &Visit<'_>,
    method: &Method,
) -> Result<Response, Problem> {
    let answer = match LinkVisitor::new(context, domain, alias, visit) {
        Ok(visitor) => visitor.come(*method == Method::HEAD).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Err(problem) => match domain_redirects::instead(context, domain, problem).await {
            Err(problem) => Err(suggest::suggest(context, domain, alias, visit, problem).await),
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
    let answer = match submitted(context, domain, alias, visit, body).await {
        Err(problem) => domain_redirects::instead(context, domain, problem).await,
        answer => answer,
    };
    match answer {
        // What was posted here is not posted on.
        Ok(response) if response.status.is_redirection() => Ok(Response { status: StatusCode::SEE_OTHER, ..response }),
        Ok(response) => Ok(response),
        Err(problem) => unless_unserved(context, domain, problem).await,
    }
}

async fn submitted<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    alias: &str,
    visit: &Visit<'_>,
    body: &Body,
) -> Result<Response, Problem> {
    if !origin::is_own(visit.client, domain) {
        return Err(Problem::foreign_form());
    }
    let form = match body {
        Body::Broken => &[],
        body => body.bytes(FORM_LIMIT)?,
    };
    LinkVisitor::new(context, domain, alias, visit)?.submit(form).await
}

/// The problem of somebody who was not led on, unless nobody is on this host.
async fn unless_unserved<E: Edge>(context: &Context<'_, E>, domain: &Domain, problem: Problem) -> Result<Response, Problem> {
    if !problem.is_passing() {
        domain_redirects::check_served(context, domain).await?;
    }
    Err(problem)
}

impl<'a, 'v, E: Edge> LinkVisitor<'a, 'v, E> {
    /// An alias that cannot be is the alias of no link.
    fn new(context: &'a Context<'a, E>, domain: &'a Domain, alias: &str, visit: &'a Visit<'v>) -> Result<Self, Problem> {
        let alias = Alias::parse_existing(alias, context.config.alias_case).map_err(|_| Problem::no_such_link())?;
        Ok(Self { context, domain, alias, visit })
    }

    async fn come(&self, is_head: bool) -> Result<Response, Problem> {
        let (compiled, is_unlocked) = self.find().await?;
        let manner = VisitorTraits { is_head, is_unlocked, is_confirmed: false };
        self.answer(&compiled, manner, self.decide(&compiled, manner)).await
    }

    async fn submit(&self, form: &[u8]) -> Result<Response, Problem> {
        let (compiled, is_unlocked) = self.find().await?;
        let manner = VisitorTraits { is_head: false, is_unlocked, is_confirmed: true };
        match unless_used_up(self.context, &compiled, self.decide(&compiled, manner)).await? {
            Decision::Interstitial(InterstitialKind::Password { .. }) => {
                let Some(typed) = unlock::typed(form) else {
                    return self.page(&compiled, None, InterstitialKind::Password { wrong: false });
                };
                match unlock::attempt(self.context, self.domain, self.alias_record(), &compiled, self.visit, &typed).await? {
                    UnlockOutcome::Opened(lock) => unlock::open(self.context, self.domain, &compiled, &lock, self.back()?),
                    UnlockOutcome::NoPassword => self.back(),
                    UnlockOutcome::WrongPassword if pages::wants_html(self.visit.client) => {
                        self.page(&compiled, None, InterstitialKind::Password { wrong: true })
                    }
                    UnlockOutcome::WrongPassword => Err(Problem::wrong_password()),
                }
            }
            // Nothing is asked any more that was asked on the page.
            Decision::Redirect(..) if !compiled.confirm => self.back(),
            decision => self.answer(&compiled, manner, decision).await,
        }
    }

    /// The link, and whether this visitor has opened it. A cookie that does not open what is remembered may be newer than that, so truth is asked.
    async fn find(&self) -> Result<(Arc<CompiledLink>, bool), Problem> {
        let (context, client) = (self.context, self.visit.client);
        let compiled = read::find(context, self.domain, &self.alias, LinkSource::Cache).await?;
        if unlock::is_open(context, self.domain, &compiled, client) {
            return Ok((compiled, true));
        }
        if !unlock::is_offered(context, &compiled, client) {
            return Ok((compiled, false));
        }
        let compiled = read::find(context, self.domain, &self.alias, LinkSource::Store).await?;
        let is_open = unlock::is_open(context, self.domain, &compiled, client);
        Ok((compiled, is_open))
    }

    fn alias_record(&self) -> Key {
        Key::link(self.domain, &self.alias)
    }

    fn decide(&self, compiled: &CompiledLink, manner: VisitorTraits) -> Decision {
        decide::decide(compiled, self.visit, self.context.pepper().ok(), manner)
    }

    async fn answer(&self, compiled: &CompiledLink, manner: VisitorTraits, decision: Decision) -> Result<Response, Problem> {
        let is_click = decision.is_click();
        let decision = match decision {
            // Whoever spends a click learns by that whether there was one.
            Decision::Redirect(..) => decision,
            decision => unless_used_up(self.context, compiled, decision).await?,
        };
        let response = match decision {
            Decision::NotStarted | Decision::NoSuchPath => return Err(Problem::no_such_link()),
            Decision::Ended => return ended(compiled),
            Decision::NoPrefetch => return Err(Problem::not_ahead()),
            Decision::Card => {
                self.shown(compiled, None, InterstitialKind::Nothing).answer(self.context.config, !pages::wants_json(self.visit.client))?
            }
            Decision::Interstitial(InterstitialKind::Confirm) => {
                self.page(compiled, self.shown_target(compiled).as_ref(), InterstitialKind::Confirm)?
            }
            Decision::Interstitial(ask) => self.page(compiled, None, ask)?,
            Decision::Redirect(location, _) => {
                if let Some(limit) = &compiled.limit
                    && !self.spend(limit).await?
                {
                    return ended(compiled);
                }
                Response::redirect(compiled.status.code(), location, cache_control(compiled, self.visit.now))
            }
        };
        // Whoever asks for the head alone follows nothing.
        if is_click && !manner.is_head {
            self.context.count_click_later(Click::from_visit(compiled.id.clone(), self.visit));
        }
        Ok(response)
    }

    /// Where the link leads, if it is no secret until a click is spent.
    fn shown_target(&self, compiled: &CompiledLink) -> Option<HeaderValue> {
        match decide::lead(compiled, self.visit, self.context.pepper().ok()) {
            Decision::Redirect(location, _) if compiled.limit.is_none() => Some(location),
            _ => None,
        }
    }

    /// Takes one of the clicks that are left; false if there is none.
    async fn spend(&self, limit: &Limit) -> Result<bool, Problem> {
        match self.context.edge.records().take(&Key::limit(limit), limit.most.get(), None).await? {
            Take::Granted => Ok(true),
            Take::Exhausted => Ok(false),
            Take::Busy => Err(Problem::crowded()),
        }
    }

    fn page(&self, compiled: &CompiledLink, target: Option<&HeaderValue>, ask: InterstitialKind) -> Result<Response, Problem> {
        self.shown(compiled, target, ask).answer(self.context.config, pages::wants_html(self.visit.client))
    }

    fn shown<'s>(&self, compiled: &'s CompiledLink, target: Option<&'s HeaderValue>, ask: InterstitialKind) -> LinkSummary<'s> {
        let card = compiled.card.as_ref();
        LinkSummary {
            short_url: self.context.config.short_url(self.domain, &self.alias),
            title: card.and_then(|card| card.title.as_ref()).map(CardTitle::as_str),
            description: card.and_then(|card| card.description.as_ref()).map(CardDescription::as_str),
            image: card.and_then(|card| card.image.as_ref()).map(Target::as_str),
            target: target.and_then(|target| target.to_str().ok()),
            ask,
        }
    }

    /// Sends the visitor back to where they are, to ask for it again.
    fn back(&self) -> Result<Response, Problem> {
        let mut address = format!("/{}", self.alias.encoded());
        for segment in &self.visit.rest {
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

/// The decision about a link of which clicks are left. One of which none is left has ended, for those who do not come to spend one too.
pub(crate) async fn unless_used_up<E: Edge>(
    context: &Context<'_, E>,
    compiled: &CompiledLink,
    decision: Decision,
) -> Result<Decision, Problem> {
    let (Some(limit), Decision::Card | Decision::Interstitial(_) | Decision::NoPrefetch | Decision::Redirect(..)) =
        (&compiled.limit, &decision)
    else {
        return Ok(decision);
    };
    let taken = context.edge.records().taken(&[Key::limit(limit)]).await?;
    Ok(if taken.first().is_some_and(|taken| *taken >= limit.most.get()) { Decision::Ended } else { decision })
}

/// Where a link leads that leads nowhere any more.
fn ended(compiled: &CompiledLink) -> Result<Response, Problem> {
    let fallback = compiled.fallback.clone().ok_or_else(Problem::link_ended)?;
    Ok(Response::redirect(RedirectStatus::Found.code(), fallback, NO_CACHE))
}

/// Nobody may repeat a redirect beyond the link's next change of state, nor one that is not the same for everybody.
fn cache_control(compiled: &CompiledLink, now: Timestamp) -> HeaderValue {
    if compiled.status == RedirectStatus::Found || !compiled.is_plain() {
        return NO_CACHE;
    }
    let until_end = compiled.ends_at.map_or(u64::MAX, |ends_at| ends_at.millis_since(now) / 1_000);
    if until_end >= PERMANENT_SECONDS {
        return PERMANENT_CACHE;
    }
    HeaderValue::from_str(&format!("private, max-age={until_end}")).unwrap_or(NO_CACHE)
}
