//! A call of an endpoint: checks the right of the caller and the media type of the body, then runs the handler.

use std::borrow::Cow;
use std::pin::Pin;

use http::Method;

use super::{Endpoint, run};
use crate::api::idempotency::{RepeatableRequest, run_once};
use crate::auth::{self, Access, Authorized, rate_limit};
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::request::Body;
use crate::message::response::Response;
use crate::model::domain::Domain;
use crate::model::rate_limits::RatePolicy;
use crate::model::visit::{Visit, network};
use crate::store::ports::{ClientInfo, Edge};

/// A request for an endpoint. A row of the table names the arguments of its handler: these fields, or the methods
/// `authorized` and `visit`.
pub(crate) struct Call<'c, E, F> {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) context: &'c Context<'c, E>,
    /// The domain of the requested host.
    pub(crate) domain: &'c Domain,
    /// The proof of the caller's right, once it is checked.
    pub(crate) authorized: Option<&'c Authorized>,
    pub(crate) method: &'c Method,
    pub(crate) query: &'c str,
    pub(crate) client: &'c F,
    pub(crate) body: &'c Body,
    /// The segment of the path at the name in braces, decoded; empty if the pattern has none.
    pub(crate) parameter: &'c str,
    /// The path segments after the alias of a link.
    pub(crate) rest: &'c [Cow<'c, str>],
}

/// The boxed future of a handler. With unboxed futures, every redirect would reserve memory for the largest handler.
pub(super) type BoxedResponse<'a> = Pin<Box<dyn Future<Output = Result<Response, Problem>> + 'a>>;

impl<E: Edge, F: ClientInfo> Call<'_, E, F> {
    /// Checks the right of the caller and the media type, and runs the handler.
    pub(crate) async fn answer(&self) -> Result<Response, Problem> {
        if self.endpoint.access == Access::Anyone {
            self.endpoint.body.check_media_type(self.client)?;
            return run(self).await;
        }
        Box::pin(self.authorize_and_run()).await
    }

    async fn authorize_and_run(&self) -> Result<Response, Problem> {
        let may_change = *self.method != Method::GET && *self.method != Method::HEAD;
        let authorized = auth::authorize(self.context, self.client, self.endpoint.access, may_change).await?;
        self.endpoint.body.check_media_type(self.client)?;
        if let Some(authorized) = authorized.as_ref().filter(|_| self.endpoint.creates_links) {
            // Before the budget of the handler begins, so that what fits it does not depend on the limit.
            self.limit_creation(authorized).await?;
        }
        let call = Call { authorized: authorized.as_ref(), ..*self };
        self.context.budget.begin();
        // The keys of callers without a credential belong to no one, so they are ignored.
        let is_public = authorized.as_ref().is_some_and(Authorized::is_public);
        if call.endpoint.takes_idempotency_key && !is_public { call.run_once().await } else { run(&call).await }
    }

    /// Takes a unit of the rate limit for creating links.
    async fn limit_creation(&self, authorized: &Authorized) -> Result<(), Problem> {
        if authorized.is_public() {
            // A network without units of its own must not use up those of all.
            rate_limit::take(self.context, RatePolicy::PublicShorten, &[&network(self.client)]).await?;
            return rate_limit::take(self.context, RatePolicy::PublicShortenAll, &[]).await;
        }
        rate_limit::take_if_counted(self.context, RatePolicy::Create, &[authorized.principal().as_bytes()]).await
    }

    /// Runs the handler once for each `Idempotency-Key`. A repeated request gets the recorded response.
    async fn run_once(&self) -> Result<Response, Problem> {
        let Self { domain, query, body, .. } = *self;
        let request = RepeatableRequest { authorized: self.authorized()?, route: self.endpoint.pattern, domain, query, body };
        run_once(self.context, self.client, request, async |context| run(&Call { context, ..*self }).await).await
    }

    /// The proof of the caller's right. Endpoints with `Access::Anyone` have none, and their handlers take none.
    pub(super) fn authorized(&self) -> Result<&Authorized, Problem> {
        self.authorized.ok_or_else(|| Problem::internal(format!("{:?} was not authorized", self.endpoint.name)))
    }

    /// The visit of a link.
    pub(super) fn visit(&self) -> Visit<'_> {
        Visit::new(self.context.now, self.query, self.rest.to_vec(), self.client)
    }
}
