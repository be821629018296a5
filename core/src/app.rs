//! The life of a request: host, route, method, right, body, handler; then what is left to do once the visitor has gone.

use std::borrow::Cow;
use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Mutex;

use http::{Method, StatusCode};

use crate::api::idempotency::{Asked, once};
use crate::api::links::{self, Form};
use crate::api::{audit, domains, keys, me, users};
use crate::auth::{self, Need, Proof};
use crate::background::BackgroundWork;
use crate::context::Context;
use crate::log::log_cause;
use crate::message::cors;
use crate::message::problem::Problem;
use crate::message::request::{Body, Request};
use crate::message::response::Response;
use crate::message::route::Route;
use crate::model::config::Config;
use crate::model::domain::{Domain, Origin};
use crate::model::theme::Look;
use crate::model::visit::Visit;
use crate::pages;
use crate::redirect;
use crate::store::id_source;
use crate::store::memo::{Memo, Remembered};
use crate::store::ports::{Edge, Facts};
use crate::system::{machines, metrics, robots};

/// hop on one isolate: its settings and what it remembers from request to request.
pub struct App {
    config: Result<Config, String>,
    memo: Mutex<Memo<Remembered>>,
}

impl App {
    /// Reads the settings and the secrets, each from where a deployment keeps them. Bad ones do not stop hop: it says so to every request
    /// but `/health`.
    pub fn new(setting: impl Fn(&str) -> Option<String>, secret: impl Fn(&str) -> Option<String>) -> Self {
        Self { config: Config::read(setting, secret), memo: Mutex::new(Memo::new()) }
    }

    /// Answers a request. There is an answer to every input.
    pub async fn handle<E: Edge, F: Facts>(&self, edge: &E, request: Request<'_, F>) -> (Response, BackgroundWork) {
        let is_head = request.head.method == Method::HEAD;
        let route = Route::of(request.head.path);
        let request_id = id_source::random_96_behind("req_", edge).unwrap_or_default();
        let background = RefCell::default();
        let answer = self.answer(edge, &route, &request, &request_id, &background).await;
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
        (response, background.into_inner().of_request(request_id))
    }

    /// What an answer that is no redirect says to browsers of its host, and of who may read it.
    fn dress<F: Facts>(&self, route: &Route<'_>, request: &Request<'_, F>, response: &mut Response) {
        let Ok(config) = &self.config else { return };
        if config.origin_of(&request.head.host.to_ascii_lowercase()).is_some_and(Origin::is_https) {
            response.only_encrypted();
        }
        if route.is_for_programs() {
            cors::answer(&config.cors, request.head.method, request.facts, response);
        }
    }

    async fn answer<E: Edge, F: Facts>(
        &self,
        edge: &E,
        route: &Route<'_>,
        request: &Request<'_, F>,
        request_id: &str,
        background: &RefCell<BackgroundWork>,
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
        let context = Context::new(edge, config, &self.memo, request_id, background);
        let domain = match config.origin_of(&host) {
            Some(origin) => Cow::Borrowed(origin.domain()),
            None if route.is_on_every_host() => Cow::Borrowed(config.default_domain()),
            None => Cow::Owned(redirect::at(&context, &host, route.is_of_a_link() && (is_get || *head.method == Method::POST)).await?),
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

    /// Does the work that was left for after the response.
    pub async fn finish<E: Edge>(&self, edge: &E, work: BackgroundWork) {
        work.run(edge).await;
    }
}

/// Somebody at the address of a link, with these segments behind it.
fn visit<'v, E: Edge, F: Facts>(context: &Context<'_, E>, request: &'v Request<'_, F>, rest: &[Cow<'v, str>]) -> Visit<'v> {
    Visit::new(context.now, request.head.query, rest.to_vec(), request.facts)
}

async fn dispatch<E: Edge, F: Facts>(
    context: &Context<'_, E>,
    domain: &Domain,
    route: &Route<'_>,
    request: &Request<'_, F>,
) -> Result<Response, Problem> {
    match route {
        Route::Follow(alias, rest) if *request.head.method == Method::POST => {
            let visit = visit(context, request, rest);
            Box::pin(redirect::submit(context, domain, alias, &visit, &request.body)).await
        }
        Route::Follow(alias, rest) => redirect::follow(context, domain, alias, &visit(context, request, rest), request.head.method).await,
        Route::Preview(alias) => Box::pin(redirect::preview(context, domain, alias, &visit(context, request, &[]))).await,
        Route::Home => redirect::front(context, domain).await,
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
