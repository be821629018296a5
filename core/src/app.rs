//! The life of a request: host, route, method, right, body, handler; then what is left to do once the visitor has gone.

use std::borrow::Cow;
use std::cell::RefCell;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use http::{Method, StatusCode};
use serde::Serialize;

use crate::audit;
use crate::auth::{self, Need, Proof};
use crate::base58;
use crate::body::ParseContext;
use crate::clicks::{self, Click};
use crate::config::Config;
use crate::digest::Pepper;
use crate::domain::{Domain, Origin};
use crate::domains::{self, Elsewhere};
use crate::draw::Source;
use crate::error::Problem;
use crate::follow::{self, Found};
use crate::keys;
use crate::links::{self, Form};
use crate::machines;
use crate::me;
use crate::memo::Memo;
use crate::metrics;
use crate::once::{Asked, once};
use crate::pages::{self, Look};
use crate::ports::{Edge, Facts, NoEntropy, Records as _, StoreError};
use crate::records::copy::{Copy, Fill};
use crate::records::{Change, Key};
use crate::request::{Body, Request};
use crate::response::Response;
use crate::robots;
use crate::route::Route;
use crate::time::Timestamp;
use crate::users;
use crate::visit::Visit;

/// hop on one isolate: its settings and what it remembers from request to request.
pub struct App {
    config: Result<Config, String>,
    memo: Mutex<Memo<Remembered>>,
}

/// What an isolate remembers under a key.
#[derive(Clone, Debug)]
pub(crate) enum Remembered {
    Link(Found),
    Domain(Elsewhere),
}

/// What is left to do once the visitor has gone.
#[derive(Debug, Default)]
#[must_use = "clicks are counted and copies filled only if the adapter hands this to `App::finish`"]
pub struct After {
    request_id: String,
    pub(crate) click: Option<Click>,
    pub(crate) fills: Vec<Fill>,
    /// Writes deferred until after the response, each with the log message for its failure.
    later: Vec<(&'static str, Change)>,
}

impl After {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.click.is_none() && self.fills.is_empty() && self.later.is_empty()
    }
}

/// What every handler is given.
pub(crate) struct Context<'a, E> {
    pub(crate) edge: &'a E,
    pub(crate) config: &'a Config,
    pub(crate) memo: &'a Mutex<Memo<Remembered>>,
    pub(crate) now: Timestamp,
    /// When the request came first, if it is one that is repeated.
    pub(crate) began: Timestamp,
    pub(crate) request_id: &'a str,
    /// Where ids, aliases and the names of commits come from.
    pub(crate) source: Source,
    /// Kept apart from the response, so that a change whose answer failed is still followed up.
    after: &'a RefCell<After>,
}

impl<E: Edge> Context<'_, E> {
    /// Looks at the memo, or changes it. A thread that died over it leaves nothing half-done.
    pub(crate) fn memo<T>(&self, look: impl FnOnce(&mut Memo<Remembered>) -> T) -> T {
        look(&mut self.memo.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What a change of the link at `key` entails: this isolate forgets the old answer, and the copy is replaced after the response.
    pub(crate) fn changed(&self, key: Key, now_is: Option<Copy>) {
        self.memo(|memo| memo.drop(&key));
        self.fill(key, now_is);
    }

    /// The same after a change that nobody knows the outcome of.
    pub(crate) fn perhaps_changed(&self, key: &Key) {
        self.changed(key.clone(), None);
    }

    /// Has a copy made after the response, of what is `known` or else of the truth then.
    pub(crate) fn fill(&self, key: Key, known: Option<Copy>) {
        if self.edge.copies().is_some() {
            self.after.borrow_mut().fills.push(Fill { key, known });
        }
    }

    /// What the fields of a body are checked against beside themselves.
    pub(crate) fn parsing(&self) -> ParseContext<'_> {
        ParseContext { config: self.config, traits: self.edge.traits() }
    }

    /// The deployment's pepper. Without one hop does not do what needs it.
    pub(crate) fn pepper(&self) -> Result<&Pepper, Problem> {
        self.config.pepper.as_ref().map_err(|why| Problem::not_configured((*why).to_owned()))
    }

    /// The name of a commit nobody will look for, or of anything else that is new every time.
    pub(crate) fn token(&self) -> Result<String, NoEntropy> {
        base58::random_96(self.edge)
    }

    /// A name that a repetition of this request draws again.
    pub(crate) fn name(&self, purpose: &str) -> Result<String, NoEntropy> {
        self.source.name(self.edge, purpose)
    }

    /// What `make` makes of the pepper, and what it makes of the one before it: while one takes the other's place both are good.
    pub(crate) fn under_each_pepper<T>(&self, make: impl Fn(&Pepper) -> T) -> Result<(T, Option<T>), Problem> {
        Ok((make(self.pepper()?), self.config.old_pepper.as_ref().map(make)))
    }

    /// Has it written down after the response that a key was used, as `change` says.
    pub(crate) fn used(&self, change: Change) {
        self.later("the use of a key was not noted", change);
    }

    /// Has `change` made after the response. If somebody else was quicker, it is not; if it fails, the log says so in these words.
    pub(crate) fn later(&self, failure: &'static str, change: Change) {
        self.after.borrow_mut().later.push((failure, change));
    }

    /// The same request with other draws.
    pub(crate) fn drawing(&self, source: Source) -> Self {
        self.begun(self.began, source)
    }

    /// The same request, which came first at `began`, with other draws.
    pub(crate) fn begun(&self, began: Timestamp, source: Source) -> Self {
        Self {
            request_id: self.request_id,
            edge: self.edge,
            config: self.config,
            memo: self.memo,
            now: self.now,
            began,
            source,
            after: self.after,
        }
    }

    /// Tells the log what an answer that holds this problem does not say.
    pub(crate) fn log_cause(&self, problem: &Problem) {
        log_cause(self.edge, problem, self.request_id);
    }

    /// Says in the log that the record `key` leads to was left out of an answer.
    pub(crate) fn log_skipped(&self, key: &Key, error: &StoreError) {
        let event = Some("a record was left out");
        log(self.edge, LogLine { event, key: Some(key.as_str()), ..LogLine::error(&error.to_string()) });
    }

    /// Says in the log what the answer does without, and why.
    pub(crate) fn log_lost(&self, what: &str, error: &StoreError) {
        log_lost(self.edge, self.request_id, what, error);
    }

    /// Somebody at the address of a link, with these segments behind it.
    fn visit<'v, F: Facts>(&self, request: &'v Request<'_, F>, rest: &[Cow<'v, str>]) -> Visit<'v> {
        Visit::new(self.now, request.head.query, rest.to_vec(), request.facts)
    }

    /// Has a click counted after the response.
    pub(crate) fn clicked(&self, click: Click) {
        self.after.borrow_mut().click = Some(click);
    }
}

impl App {
    /// Reads the settings and the secrets, each from where a deployment keeps them. Bad ones do not stop hop: it says so to every request
    /// but `/health`.
    pub fn new(setting: impl Fn(&str) -> Option<String>, secret: impl Fn(&str) -> Option<String>) -> Self {
        Self { config: Config::read(setting, secret), memo: Mutex::new(Memo::new()) }
    }

    /// Answers a request. There is an answer to every input.
    pub async fn handle<E: Edge, F: Facts>(&self, edge: &E, request: Request<'_, F>) -> (Response, After) {
        let is_head = request.head.method == Method::HEAD;
        let route = Route::of(request.head.path);
        let request_id = base58::random_96_behind("req_", edge).unwrap_or_default();
        let after = RefCell::default();
        let answer = self.answer(edge, &route, &request, &request_id, &after).await;
        let mut response = answer.unwrap_or_else(|problem| {
            log_cause(edge, &problem, &request_id);
            self.tell(&problem, &route, &request, &request_id)
        });
        if !response.status.is_redirection() {
            self.dress(&route, &request, &mut response);
        }
        response.identify(&request_id);
        if is_head {
            response.body.clear();
        }
        (response, After { request_id, ..after.into_inner() })
    }

    /// What an answer that is no redirect says to browsers of its host, and of who may read it.
    fn dress<F: Facts>(&self, route: &Route<'_>, request: &Request<'_, F>, response: &mut Response) {
        let Ok(config) = &self.config else { return };
        if config.origin_of(&request.head.host.to_ascii_lowercase()).is_some_and(Origin::is_https) {
            response.only_encrypted();
        }
        if route.is_for_programs() {
            config.cors.answer(request.head.method, request.facts, response);
        }
    }

    async fn answer<E: Edge, F: Facts>(
        &self,
        edge: &E,
        route: &Route<'_>,
        request: &Request<'_, F>,
        request_id: &str,
        after: &RefCell<After>,
    ) -> Result<Response, Problem> {
        let head = &request.head;
        let is_get = *head.method == Method::GET || *head.method == Method::HEAD;
        if *route == Route::Health && is_get {
            return machines::health();
        }
        let config = match &self.config {
            Ok(config) => config,
            Err(wrong) => return Err(Problem::not_configured(wrong.clone())),
        };
        let host = head.host.to_ascii_lowercase();
        let now = edge.now();
        let context = Context { edge, config, memo: &self.memo, now, began: now, request_id, source: Source::Random, after };
        let domain = match config.origin_of(&host) {
            Some(origin) => Cow::Borrowed(origin.domain()),
            None if route.is_on_every_host() => Cow::Borrowed(config.default_domain()),
            None => Cow::Owned(domains::at(&context, &host, route.is_of_a_link() && (is_get || *head.method == Method::POST)).await?),
        };
        let Some(allow) = route.allow() else {
            return Err(Problem::no_such_page());
        };
        if *head.method == Method::OPTIONS {
            return Ok(Response::empty(StatusCode::NO_CONTENT).allow(allow));
        }
        if !route.allows(head.method) {
            return Err(Problem::method_not_allowed(allow));
        }
        dispatch(&context, &domain, route, request).await
    }

    /// The problem as a page for people with a browser, as JSON for everybody else.
    fn tell<F: Facts>(&self, problem: &Problem, route: &Route<'_>, request: &Request<'_, F>, request_id: &str) -> Response {
        if !route.is_for_people() || !pages::wants_html(request.facts) {
            return Response::problem(problem, request_id);
        }
        match &self.config {
            Ok(config) => pages::of_problem(&config.look, problem, problem.suggestion.as_deref()),
            Err(_) => pages::of_problem(&Look::plain(), problem, None),
        }
    }

    /// Does what is left to do: fills the copies, for the visitors who follow, then counts the click, then makes the deferred writes. What fails is
    /// logged; nobody waits for it any more.
    pub async fn finish<E: Edge>(&self, edge: &E, after: After) {
        for fill in after.fills {
            if let Some(copies) = edge.copies()
                && let Err(error) = fill.run(edge.records(), copies, edge.now()).await
            {
                log_lost(edge, &after.request_id, "a copy was not filled", &error);
            }
        }
        if let Some(click) = &after.click
            && let Err(error) = clicks::count(edge, click).await
        {
            log_lost(edge, &after.request_id, "a click was not counted", &error);
        }
        // A conflict is no failure: a newer write of the same record stands.
        for (failure, change) in &after.later {
            if let Err(error) = edge.records().commit(change).await {
                log_lost(edge, &after.request_id, failure, &error);
            }
        }
    }
}

async fn dispatch<E: Edge, F: Facts>(
    context: &Context<'_, E>,
    domain: &Domain,
    route: &Route<'_>,
    request: &Request<'_, F>,
) -> Result<Response, Problem> {
    match route {
        Route::Follow(alias, rest) if *request.head.method == Method::POST => {
            let visit = context.visit(request, rest);
            Box::pin(follow::submit(context, domain, alias, &visit, &request.body)).await
        }
        Route::Follow(alias, rest) => follow::follow(context, domain, alias, &context.visit(request, rest), request.head.method).await,
        Route::Preview(alias) => Box::pin(follow::preview(context, domain, alias, &context.visit(request, &[]))).await,
        Route::Home => domains::front(context, domain).await,
        Route::Health => machines::health(),
        Route::Ready => machines::ready(context).await,
        Route::Capabilities => machines::capabilities(context),
        Route::OpenApi => machines::openapi(context).await,
        Route::Robots => Box::pin(robots::robots(context, domain)).await,
        Route::Favicon => Ok(Response::empty(StatusCode::NO_CONTENT)),
        Route::Problem(code) => pages::problem(&context.config.look, code),
        Route::Unknown => Err(Problem::no_such_page()),
        _ => Box::pin(manage(context, domain, route, request)).await,
    }
}

/// A handler at work, in a box of its own: all of them in one future would weigh more, and every redirect would make room for them.
type Answering<'a> = Pin<Box<dyn Future<Output = Result<Response, Problem>> + 'a>>;

/// Answers what only those may ask who have a right to.
async fn manage<E: Edge, F: Facts>(
    context: &Context<'_, E>,
    domain: &Domain,
    route: &Route<'_>,
    request: &Request<'_, F>,
) -> Result<Response, Problem> {
    let Request { head, facts, body } = request;
    let (method, query) = (head.method, head.query);
    let may_change = *method != Method::GET && *method != Method::HEAD;
    let proof = &auth::authorise(context, *facts, Need::of(route, method), may_change).await?;
    let json = || json_of(*facts, body);
    let answering: Answering<'_> = match route {
        Route::Shorten | Route::Batch | Route::Import => Box::pin(do_once(context, proof, domain, route, request)),
        Route::Links if *method == Method::POST => Box::pin(do_once(context, proof, domain, route, request)),
        Route::Links => Box::pin(links::list(context, proof, query)),
        Route::Link(alias) if *method == Method::PATCH => Box::pin(links::change(context, proof, alias, query, *facts, json()?)),
        Route::Link(alias) if *method == Method::DELETE => Box::pin(links::delete(context, proof, alias, query, *facts)),
        Route::Link(alias) => Box::pin(links::show(context, proof, alias, query)),
        Route::Restore(alias) => Box::pin(links::restore(context, proof, alias, query)),
        Route::History(alias) => Box::pin(links::past(context, proof, alias, query)),
        Route::Explain(alias) => Box::pin(links::explain(context, proof, alias, query, json()?)),
        Route::Qr(alias) => Box::pin(links::qr(context, proof, alias, query)),
        Route::Export => Box::pin(links::export(context, proof, query)),
        Route::Alias(alias) => Box::pin(links::availability(context, proof, alias, query)),
        Route::Tags => Box::pin(links::tags(context, proof, query)),
        Route::Tag(tag) if *method == Method::DELETE => Box::pin(links::remove_tag(context, proof, tag, query)),
        Route::Tag(tag) => Box::pin(links::rename_tag(context, proof, tag, query, json()?)),
        Route::Domains if *method == Method::POST => Box::pin(domains::create(context, proof, json()?)),
        Route::Domains => Box::pin(domains::list(context, proof, query)),
        Route::Domain(name) if *method == Method::PATCH => Box::pin(domains::change(context, proof, name, query, *facts, json()?)),
        Route::Domain(name) if *method == Method::DELETE => Box::pin(domains::delete(context, proof, name, query, *facts)),
        Route::Domain(name) => Box::pin(domains::show(context, proof, name, query)),
        Route::Me => Box::pin(me::show(context, proof, query)),
        Route::Users if *method == Method::POST => Box::pin(users::create(context, proof, json()?)),
        Route::Users => Box::pin(users::list(context, proof, query)),
        Route::User(id) if *method == Method::PATCH => Box::pin(users::change(context, proof, id, query, *facts, json()?)),
        Route::User(id) if *method == Method::DELETE => Box::pin(users::delete(context, proof, id, query, *facts)),
        Route::User(id) => Box::pin(users::show(context, proof, id, query)),
        Route::Invite(id) => Box::pin(users::invite(context, proof, id, query)),
        Route::Keys if *method == Method::POST => Box::pin(keys::create(context, proof, json()?)),
        Route::Keys => Box::pin(keys::list(context, proof, query)),
        Route::Key(id) if *method == Method::DELETE => Box::pin(keys::revoke(context, proof, id, query)),
        Route::Key(id) => Box::pin(keys::show(context, proof, id, query)),
        Route::Audit => Box::pin(audit::list(context, proof, query)),
        Route::Metrics => Box::pin(metrics::show(context, proof)),
        Route::Follow(..) | Route::Preview(_) | Route::Home | Route::Health | Route::Ready | Route::Capabilities | Route::OpenApi => {
            return Err(Problem::no_such_page());
        }
        Route::Robots | Route::Favicon | Route::Problem(_) | Route::Unknown => return Err(Problem::no_such_page()),
    };
    answering.await
}

/// Does what may be asked for again, once for each `Idempotency-Key`.
async fn do_once<E: Edge, F: Facts>(
    context: &Context<'_, E>,
    proof: &Proof,
    domain: &Domain,
    route: &Route<'_>,
    request: &Request<'_, F>,
) -> Result<Response, Problem> {
    let Request { head, facts, body } = request;
    let form = match route {
        Route::Import => Some(Form::said(*facts)?),
        _ => json_of(*facts, body).map(|_| None)?,
    };
    let asked = Asked { proof, route: route.pattern(), domain, query: head.query, body };
    let work = async |context: &Context<'_, E>| {
        let answering: Answering<'_> = match (route, form) {
            (Route::Shorten, _) => Box::pin(links::shorten(context, proof, body)),
            (Route::Batch, _) => Box::pin(links::batch(context, proof, body)),
            (Route::Import, Some(form)) => Box::pin(links::import(context, proof, form, head.query, body)),
            _ => Box::pin(links::create(context, proof, body)),
        };
        answering.await
    };
    once(context, *facts, asked, work).await
}

/// The body of a request that says it is JSON, or a merge patch, which is JSON.
fn json_of<'a>(facts: &impl Facts, body: &'a Body) -> Result<&'a Body, Problem> {
    const JSON: [&[u8]; 2] = [b"application/json", b"application/merge-patch+json"];
    let media_type = facts.header(&http::header::CONTENT_TYPE);
    let essence = media_type.as_deref().unwrap_or_default().split(|byte| *byte == b';').next();
    let essence = essence.unwrap_or_default().trim_ascii();
    if JSON.iter().any(|known| essence.eq_ignore_ascii_case(known)) { Ok(body) } else { Err(Problem::unsupported_media_type()) }
}

fn log_cause(edge: &impl Edge, problem: &Problem, request_id: &str) {
    if let Some(cause) = &problem.cause {
        log(edge, LogLine { request_id: Some(request_id), code: Some(problem.code.name()), ..LogLine::error(cause) });
    }
}

fn log_lost(edge: &impl Edge, request_id: &str, what: &str, error: &StoreError) {
    log(edge, LogLine { request_id: Some(request_id), event: Some(what), ..LogLine::error(&error.to_string()) });
}

/// Says in the log that something failed which an edge does of itself and no request asked for.
pub fn log_failure(edge: &impl Edge, event: &str, error: &StoreError) {
    log(edge, LogLine { event: Some(event), ..LogLine::error(&error.to_string()) });
}

/// One line of the log, as JSON. What a line has nothing to say of is left out.
#[derive(Serialize)]
struct LogLine<'a> {
    level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    /// Of the problem that the request was answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// Of a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    cause: &'a str,
}

impl<'a> LogLine<'a> {
    fn error(cause: &'a str) -> Self {
        Self { level: "error", request_id: None, event: None, code: None, key: None, cause }
    }
}

fn log(edge: &impl Edge, line: LogLine<'_>) {
    // A struct of texts does not fail to serialize.
    edge.log(&serde_json::to_string(&line).unwrap_or_default());
}
