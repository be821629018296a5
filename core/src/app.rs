//! The life of a request:
//!
//! 1. The path determines the [`Route`]: the endpoints at this path, one for each method.
//! 2. The host determines the domain. A host that is not configured may still be a domain added through the API.
//! 3. The method selects the endpoint. [`Call::answer`] checks the right and the media type, and runs the handler.
//! 4. A [`Problem`] becomes a JSON document, or an HTML page for visitors with a browser.
//! 5. Every response gets the request id. All but redirects get `Strict-Transport-Security` and CORS headers where they
//!    apply. (The other security headers come with the response itself.)
//! 6. After the response, [`App::finish`] runs the background work: cache fills, click counts, writes.

use std::borrow::Cow;
use std::cell::RefCell;

use http::{Method, StatusCode};

use crate::background::BackgroundWork;
use crate::context::Context;
use crate::endpoints::{Audience, Call, EndpointName, Route};
use crate::isolate::Isolate;
use crate::log::log_cause;
use crate::message::cors;
use crate::message::problem::Problem;
use crate::message::request::Request;
use crate::message::response::Response;
use crate::model::config::Config;
use crate::model::domain::Origin;
use crate::model::theme::Theme;
use crate::pages;
use crate::redirect;
use crate::store::blocklist::Blocklist;
use crate::store::budget::{Budget, Metered};
use crate::store::id_source;
use crate::store::ledger::ShardSettings;
use crate::store::ports::{ClientInfo, Edge, OperationLimit};
use crate::system::status;

/// The application: the configuration and the state of one isolate.
pub struct App {
    config: Result<Config, String>,
    isolate: Isolate,
}

impl App {
    /// Reads the configuration. `setting` returns a setting by its name, `secret` a secret: a deployment keeps them in
    /// different places. If a setting is invalid, every request except `/health` fails with `not_configured`. If a
    /// secret is missing or invalid, only the requests that need it fail.
    pub fn new(setting: impl Fn(&str) -> Option<String>, secret: impl Fn(&str) -> Option<String>) -> Self {
        Self { config: Config::parse(setting, secret), isolate: Isolate::new() }
    }

    /// Handles a request. There is a response to every input.
    pub async fn handle<E: Edge, F: ClientInfo>(&self, edge: &E, request: Request<'_, F>) -> (Response, BackgroundWork) {
        let is_head = request.head.method == Method::HEAD;
        let route = Route::find(request.head.path);
        let request_id = id_source::random_96_with_prefix("req_", edge).unwrap_or_default();
        let background = RefCell::default();
        let budget = Budget::new(self.config.as_ref().map_or(0, |config| operations(config, edge.operation_limit())));
        let blocklist = Blocklist::default();
        let edge = &Metered::new(edge, &budget);
        let result = self.answer(edge, &route, &request, &request_id, ((&budget, &blocklist), &background)).await;
        let mut response = result.unwrap_or_else(|problem| {
            log_cause(edge, &problem, &request_id);
            self.problem_response(&problem, &route, &request, &request_id)
        });
        if !response.status.is_redirection() {
            self.add_headers(&route, &request, &mut response);
        }
        response.identify(&request_id);
        if is_head {
            response.body.clear();
        }
        (response, background.into_inner().of_request(request_id, budget.left_for_tasks()))
    }

    /// Adds `Strict-Transport-Security` and the CORS headers. Redirects get neither.
    fn add_headers<F: ClientInfo>(&self, route: &Route<'_>, request: &Request<'_, F>, response: &mut Response) {
        let Ok(config) = &self.config else { return };
        if config.origin_of(&request.head.host.to_ascii_lowercase()).is_some_and(Origin::is_https) {
            response.add_hsts();
        }
        if route.audience() == Audience::Programs {
            cors::answer(&config.cors, request.head.method, request.client, response);
        }
    }

    /// Finds the domain and the endpoint of the request, and calls the endpoint.
    async fn answer<E: Edge, F: ClientInfo>(
        &self,
        edge: &E,
        route: &Route<'_>,
        request: &Request<'_, F>,
        request_id: &str,
        (limits, background): ((&Budget, &Blocklist), &RefCell<BackgroundWork>),
    ) -> Result<Response, Problem> {
        let head = &request.head;
        let endpoint = route.endpoint(head.method);
        if endpoint.is_some_and(|endpoint| endpoint.name == EndpointName::Health) {
            return status::health().await;
        }
        let config = match &self.config {
            Ok(config) => config,
            Err(error) => return Err(Problem::not_configured(error.clone())),
        };
        if config.click_log.is_some() && !edge.has_click_logs() {
            return Err(Problem::not_configured("HOP_CLICK_LOG: this edge has no log endpoints for clicks: remove the setting".into()));
        }
        let host = head.host.to_ascii_lowercase();
        let context = Context::new(edge, config, &self.isolate, request_id, limits, background);
        let domain = match config.origin_of(&host) {
            Some(origin) => Cow::Borrowed(origin.domain()),
            None if route.audience() == Audience::Monitors => Cow::Borrowed(config.default_domain()),
            None => {
                let added = redirect::added_domain(&context, &host, is_link_request(route, head.method)).await;
                if let Err(problem) = &added
                    && *head.method == Method::GET
                {
                    redirect::count_failed(&context, config.default_domain(), problem.code);
                }
                Cow::Owned(added?)
            }
        };
        let Some(endpoint) = endpoint else {
            return no_endpoint(route, head.method);
        };
        let call = Call {
            endpoint,
            context: &context,
            domain: &domain,
            authorized: None,
            method: head.method,
            query: head.query,
            client: request.client,
            body: &request.body,
            parameter: route.parameter(),
            rest: route.rest(),
        };
        call.answer().await
    }

    /// The problem as an HTML page for people with a browser, as JSON for all other clients.
    fn problem_response<F: ClientInfo>(
        &self,
        problem: &Problem,
        route: &Route<'_>,
        request: &Request<'_, F>,
        request_id: &str,
    ) -> Response {
        let is_for_people = matches!(route.audience(), Audience::Visitors | Audience::People);
        if !is_for_people || !pages::wants_html(request.client) {
            return Response::problem(problem, request_id);
        }
        match &self.config {
            Ok(config) => pages::of_problem(&config.theme, problem, problem.suggestion.as_deref()),
            Err(_) => pages::of_problem(&Theme::plain(), problem, None),
        }
    }

    /// The settings of a shard of the ledger. With invalid settings they are the defaults, so that no click is lost.
    #[must_use]
    pub fn shard_settings(&self) -> ShardSettings {
        self.config.as_ref().map_or_else(
            |_| ShardSettings::default(),
            |config| ShardSettings { months: config.stats_months, has_paid_plan: config.has_paid_plan },
        )
    }

    /// Runs the background work of a request, after its response was sent.
    pub async fn finish<E: Edge>(&self, edge: &E, work: BackgroundWork) {
        if let Ok(config) = &self.config {
            work.run(edge, &self.isolate, config).await;
        }
    }
}

/// The operation budget of a request: how many store operations it may use.
fn operations(config: &Config, limit: OperationLimit) -> u32 {
    match limit {
        OperationLimit::Plan { free, paid } => {
            if config.has_paid_plan {
                paid
            } else {
                free
            }
        }
        OperationLimit::Operations { default } => config.store_operations.unwrap_or(default),
    }
}

/// Whether the request follows a link. On a host that is not in the settings, the link is read first, and only then the
/// record that says whether the domain is served.
fn is_link_request(route: &Route<'_>, method: &Method) -> bool {
    route.audience() == Audience::Visitors && matches!(*method, Method::GET | Method::HEAD | Method::POST)
}

/// The response to a method that no endpoint of the path has: 404, 405, or the answer to `OPTIONS`.
fn no_endpoint(route: &Route<'_>, method: &Method) -> Result<Response, Problem> {
    let allow = route.allow().ok_or_else(Problem::no_such_page)?;
    if *method == Method::OPTIONS {
        Response::empty(StatusCode::NO_CONTENT).allow(&allow)
    } else {
        Err(Problem::method_not_allowed(&allow))
    }
}
