//! Requests of visitors: following a link, submitting a form, previewing a link.
//!
//! * [`read`] finds the link of an alias; [`compiled_link`](crate::store::compiled_link) is its form in the memo
//! * [`decide`](mod@decide) makes the decision about a visit
//! * this file carries it out: it takes a click and makes the response
//! * [`domain_redirects`] are the redirects of a domain, and whether it is served
//! * [`flood`] limits visits that find no link
//! * [`host_guard`] knows the hosts that no visitor is redirected to
//! * [`unlock`] checks passwords
//! * [`preview`](mod@preview) shows where a link redirects; [`suggest`](mod@suggest) finds the link that was meant

mod decide;
mod domain_redirects;
mod flood;
mod host_guard;
mod preview;
mod read;
mod read_through;
mod suggest;
mod unlock;

use std::sync::Arc;

use http::{HeaderValue, Method, StatusCode};
use percent_encoding::{CONTROLS, utf8_percent_encode};

pub(crate) use self::decide::{Decision, VisitorTraits, decide};
pub(crate) use self::domain_redirects::{added_domain, front_page, has_own_front_page, is_served, redirect_problem};
use self::host_guard::BlockedTarget;
pub(crate) use self::host_guard::HostGuard;
pub(crate) use self::preview::preview;
use self::read::LinkSource;
use self::unlock::UnlockOutcome;

use crate::context::Context;
use crate::message::problem::{Problem, ProblemCode};
use crate::message::request::{Body, FORM_LIMIT};
use crate::message::request_origin::RequestOrigin;
use crate::message::response::{NO_CACHE, Response};
use crate::model::alias::{self, Alias};
use crate::model::domain::{Domain, Origin};
use crate::model::limits::Limit;
use crate::model::link::RedirectStatus;
use crate::model::stats::{Failure, VisitorClick};
use crate::model::target::Target;
use crate::model::text::{CardDescription, CardTitle};
use crate::model::time::Timestamp;
use crate::model::visit::Visit;
use crate::pages::{self, InterstitialKind, LinkSummary};
use crate::store::Key;
use crate::store::compiled_link::CompiledLink;
use crate::store::ports::{Edge, Records as _, Take};

/// How long a browser may cache a permanent redirect, in seconds. Short, so that an edit reaches all visitors soon.
const PERMANENT_SECONDS: u64 = 30;
const PERMANENT_CACHE: HeaderValue = HeaderValue::from_static("private, max-age=30");

/// A visit at the address of a link.
struct LinkVisitor<'a, 'v, E> {
    context: &'a Context<'a, E>,
    domain: &'a Domain,
    /// The alias of the request. The link may have moved to another one.
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
    let is_head = *method == Method::HEAD;
    let answer = match LinkVisitor::new(context, domain, alias, visit) {
        Ok(visitor) => visitor.follow(is_head).await,
        Err(problem) => Err(problem),
    };
    let Err(problem) = answer else { return answer };
    let code = problem.code;
    let answer = redirect_problem(context, domain, problem).await;
    if !is_head {
        // Links are looked up before the host is known to be served.
        let failed = match &answer {
            Err(problem) if problem.code != ProblemCode::BlockedTarget => problem.code,
            _ => code,
        };
        count_failed(context, domain, failed);
    }
    match answer {
        Err(problem) => {
            let problem = flood::limit(context, visit, problem).await;
            Err(suggest::suggest(context, domain, alias, visit, problem).await)
        }
        response => response,
    }
}

/// Whether visitors of `alias` reach a link, which is not deleted.
pub(crate) async fn has_link<E: Edge>(context: &Context<'_, E>, domain: &Domain, alias: &Alias) -> Result<bool, Problem> {
    match read::find(context, domain, alias, LinkSource::Cache).await {
        Ok(_) => Ok(true),
        Err(problem) if matches!(problem.code, ProblemCode::NotFound | ProblemCode::LinkEnded) => Ok(false),
        Err(problem) => Err(problem),
    }
}

/// Counts a visit that failed with this code, unless hop itself failed.
pub(crate) fn count_failed<E: Edge>(context: &Context<'_, E>, domain: &Domain, code: ProblemCode) {
    match code {
        ProblemCode::NotFound => context.count_failed(domain.as_str(), Failure::UnknownAlias),
        ProblemCode::LinkEnded => context.count_failed(domain.as_str(), Failure::Ended),
        // It belongs to no domain of this deployment.
        ProblemCode::UnknownHost => context.count_failed("", Failure::UnknownHost),
        _ => {}
    }
}

/// `POST /{alias}`: a password, or the button of the confirmation page.
pub(crate) async fn submit<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    alias: &str,
    visit: &Visit<'_>,
    body: &Body,
) -> Result<Response, Problem> {
    let answer = match try_submit(context, domain, alias, visit, body).await {
        Err(problem) => redirect_problem(context, domain, problem).await,
        answer => answer,
    };
    match answer {
        // 303, so that the browser does not repeat the POST at the target.
        Ok(response) if response.status.is_redirection() => Ok(Response { status: StatusCode::SEE_OTHER, ..response }),
        Ok(response) => Ok(response),
        Err(problem) => problem_or_unknown_host(context, domain, visit, problem).await,
    }
}

async fn try_submit<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    alias: &str,
    visit: &Visit<'_>,
    body: &Body,
) -> Result<Response, Problem> {
    if RequestOrigin::of(visit.client, domain) == RequestOrigin::Other {
        return Err(Problem::cross_site_form());
    }
    let form = body.form_bytes(FORM_LIMIT)?;
    LinkVisitor::new(context, domain, alias, visit)?.submit(form).await
}

/// The problem itself, or `unknown_host` if the domain is not served, or 429 for too many visits that find no link.
async fn problem_or_unknown_host<E: Edge>(
    context: &Context<'_, E>,
    domain: &Domain,
    visit: &Visit<'_>,
    problem: Problem,
) -> Result<Response, Problem> {
    if !problem.is_transient() {
        domain_redirects::check_served(context, domain).await?;
    }
    Err(flood::limit(context, visit, problem).await)
}

impl<'a, 'v, E: Edge> LinkVisitor<'a, 'v, E> {
    /// A visit of `alias`. For an invalid alias it fails with `no_such_link`.
    fn new(context: &'a Context<'a, E>, domain: &'a Domain, alias: &str, visit: &'a Visit<'v>) -> Result<Self, Problem> {
        let alias = Alias::parse_existing(alias, context.config.alias_case).map_err(|_| Problem::no_such_link())?;
        Ok(Self { context, domain, alias, visit })
    }

    async fn follow(&self, is_head: bool) -> Result<Response, Problem> {
        let (compiled, is_unlocked) = self.find().await?;
        let guard = self.guard(&compiled).await?;
        let traits = VisitorTraits { is_head, is_unlocked, is_confirmed: false };
        self.answer(&compiled, &guard, traits, self.decide(&compiled, &guard, traits)).await
    }

    async fn submit(&self, form: &[u8]) -> Result<Response, Problem> {
        let (compiled, is_unlocked) = self.find().await?;
        let guard = &self.guard(&compiled).await?;
        let traits = VisitorTraits { is_head: false, is_unlocked, is_confirmed: true };
        match check_click_limit(self.context, &compiled, self.decide(&compiled, guard, traits)).await? {
            Decision::Interstitial(InterstitialKind::Password { .. }) => {
                let Some(typed) = unlock::password_in(form) else {
                    return self.page(&compiled, guard, None, InterstitialKind::Password { wrong: false });
                };
                match unlock::attempt(self.context, self.domain, self.key(), &compiled, self.visit, &typed).await? {
                    UnlockOutcome::Opened(lock) => {
                        unlock::set_cookie(self.context, self.domain, &compiled, &lock, self.redirect_to_self()?)
                    }
                    UnlockOutcome::NoPassword => self.redirect_to_self(),
                    UnlockOutcome::WrongPassword if pages::wants_html(self.visit.client) => {
                        self.page(&compiled, guard, None, InterstitialKind::Password { wrong: true })
                    }
                    UnlockOutcome::WrongPassword => Err(Problem::wrong_password()),
                }
            }
            // The link no longer needs the form that was sent.
            Decision::Redirect(..) if !compiled.confirm => self.redirect_to_self(),
            decision => self.answer(&compiled, guard, traits, decision).await,
        }
    }

    /// The link, and whether this visitor has unlocked it. If the cookie does not open the link as memo or cache has
    /// it, the cookie may be newer than they are. So the link is read from the store.
    async fn find(&self) -> Result<(Arc<CompiledLink>, bool), Problem> {
        let (context, client) = (self.context, self.visit.client);
        let compiled = read::find(context, self.domain, &self.alias, LinkSource::Cache).await?;
        if unlock::is_open(context, self.domain, &compiled, client) {
            return Ok((compiled, true));
        }
        if !unlock::has_cookie(context, &compiled, client) {
            return Ok((compiled, false));
        }
        let compiled = read::find(context, self.domain, &self.alias, LinkSource::Store).await?;
        let is_open = unlock::is_open(context, self.domain, &compiled, client);
        Ok((compiled, is_open))
    }

    fn key(&self) -> Key {
        Key::link(self.domain, &self.alias)
    }

    async fn guard<'c>(&self, compiled: &'c CompiledLink) -> Result<HostGuard<'c>, Problem> {
        Ok(HostGuard::of_link(self.context, compiled, self.visit).await?)
    }

    fn decide(&self, compiled: &CompiledLink, guard: &HostGuard<'_>, traits: VisitorTraits) -> Decision {
        decide::decide(compiled, guard, self.visit, self.context.pepper().ok(), traits)
    }

    async fn answer(
        &self,
        compiled: &CompiledLink,
        guard: &HostGuard<'_>,
        traits: VisitorTraits,
        decision: Decision,
    ) -> Result<Response, Problem> {
        let is_click = decision.is_click();
        let rule = match &decision {
            Decision::Redirect(_, rule) => rule.and_then(|rule| compiled.rules.get(rule)),
            _ => None,
        };
        let decision = match decision {
            // A redirect takes a click below, which fails if none is left.
            Decision::Redirect(..) => decision,
            decision => check_click_limit(self.context, compiled, decision).await?,
        };
        let response = match decision {
            Decision::NotStarted | Decision::NoSuchPath => return Err(Problem::no_such_link()),
            Decision::Ended => return self.ended(compiled, guard, traits),
            Decision::Blocked(blocked_target, _) => return Err(self.warning(&blocked_target, compiled.hides_target())),
            Decision::NoPrefetch => return Err(Problem::prefetch_refused()),
            Decision::Card => self
                .summary(compiled, guard, None, InterstitialKind::Nothing)
                .answer(self.context.config, !pages::wants_json(self.visit.client))?,
            Decision::Interstitial(InterstitialKind::Confirm) => {
                self.page(compiled, guard, self.shown_target(compiled).as_ref(), InterstitialKind::Confirm)?
            }
            Decision::Interstitial(kind) => self.page(compiled, guard, None, kind)?,
            Decision::Redirect(location, _) => {
                if let Some(limit) = &compiled.limit
                    && !self.take_click(limit).await?
                {
                    return self.ended(compiled, guard, traits);
                }
                Response::redirect(compiled.status.code(), location, cache_control(compiled, self.visit.now))
            }
        };
        // A `HEAD` request is not a click.
        if is_click && !traits.is_head {
            let rule = rule.map(|rule| (rule.id.as_str().to_owned(), rule.is_split()));
            let config = self.context.config;
            // A domain that was added by the API has https.
            let is_https = config.origin_of(self.domain.as_str()).is_none_or(Origin::is_https);
            self.context.count_click(VisitorClick::new(compiled.clicked.clone(), rule, self.visit, is_https, config.respects_dnt));
        }
        Ok(response)
    }

    /// The response of a link that has ended: a redirect to its fallback, which counts as a failed visit too, or 410.
    fn ended(&self, compiled: &CompiledLink, guard: &HostGuard<'_>, traits: VisitorTraits) -> Result<Response, Problem> {
        let fallback = compiled.fallback.clone().ok_or_else(Problem::link_ended)?;
        if let Some(blocked_target) = guard.check(&fallback) {
            return Err(self.warning(&blocked_target, false));
        }
        if !traits.is_head {
            self.context.count_failed(self.domain.as_str(), Failure::Ended);
        }
        Ok(Response::redirect(RedirectStatus::Found.code(), fallback, NO_CACHE))
    }

    /// The target for the confirmation page. On a link with a click limit the target stays hidden: showing it would
    /// give the visit away without a click.
    fn shown_target(&self, compiled: &CompiledLink) -> Option<HeaderValue> {
        match decide::redirect(compiled, self.visit, self.context.pepper().ok()) {
            Decision::Redirect(location, _) if compiled.limit.is_none() => Some(location),
            _ => None,
        }
    }

    /// Takes one click of the limit. False if none is left.
    async fn take_click(&self, limit: &Limit) -> Result<bool, Problem> {
        match self.context.edge.records().take(&Key::limit(limit), limit.max_clicks.get(), None).await?.take {
            Take::Granted => Ok(true),
            Take::Exhausted => Ok(false),
            Take::Busy => Err(Problem::contended()),
        }
    }

    fn page(
        &self,
        compiled: &CompiledLink,
        guard: &HostGuard<'_>,
        target: Option<&HeaderValue>,
        kind: InterstitialKind,
    ) -> Result<Response, Problem> {
        self.summary(compiled, guard, target, kind).answer(self.context.config, pages::wants_html(self.visit.client))
    }

    /// What a page shows of the link. An image on a listed host is left out.
    fn summary<'s>(
        &self,
        compiled: &'s CompiledLink,
        guard: &HostGuard<'_>,
        target: Option<&'s HeaderValue>,
        kind: InterstitialKind,
    ) -> LinkSummary<'s> {
        let card = compiled.card.as_ref();
        LinkSummary {
            short_url: self.short_url(),
            title: card.and_then(|card| card.title.as_ref()).map(CardTitle::as_str),
            description: card.and_then(|card| card.description.as_ref()).map(CardDescription::as_str),
            image: card.and_then(|card| card.image.as_ref()).map(Target::as_str).filter(|image| !guard.lists(image)),
            target: target.and_then(|target| target.to_str().ok()),
            kind,
        }
    }

    /// The warning about a blocked target, which offers to report the link.
    fn warning(&self, blocked_target: &BlockedTarget, is_hidden: bool) -> Problem {
        blocked_target.problem(is_hidden).reportable(self.short_url())
    }

    fn short_url(&self) -> String {
        self.context.config.short_url(self.domain, &self.alias)
    }

    /// A redirect to the same address, which the browser then requests with `GET`.
    fn redirect_to_self(&self) -> Result<Response, Problem> {
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

/// The decision, or [`Decision::Ended`] if the clicks of the link are used up. It takes no click.
pub(crate) async fn check_click_limit<E: Edge>(
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
    Ok(if taken.first().is_some_and(|taken| *taken >= limit.max_clicks.get()) { Decision::Ended } else { decision })
}

/// `Cache-Control` of a redirect. A browser may cache it only if it is permanent and the same for all visitors, and not
/// beyond the end of the link.
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
