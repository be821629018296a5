//! The way of a request from its endpoint to the handler: right, media type, handler.

use std::borrow::Cow;
use std::pin::Pin;

use http::Method;

use super::{Endpoint, run};
use crate::api::idempotency::{RepeatableRequest, run_once};
use crate::auth::{self, Access, Authorized};
use crate::context::Context;
use crate::message::problem::Problem;
use crate::message::request::Body;
use crate::message::response::Response;
use crate::model::domain::Domain;
use crate::model::visit::Visit;
use crate::store::ports::{ClientInfo, Edge};

/// A request for an endpoint. A row of the table names the parts that its handler is given: these fields, `authorized` and
/// `visit`.
pub(crate) struct Call<'c, E, F> {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) context: &'c Context<'c, E>,
    /// The domain of the host that was asked.
    pub(crate) domain: &'c Domain,
    pub(crate) authorized: Option<&'c Authorized>,
    pub(crate) method: &'c Method,
    pub(crate) query: &'c str,
    pub(crate) client: &'c F,
    pub(crate) body: &'c Body,
    /// What stands in the path where the pattern has a name; empty where it has none.
    pub(crate) parameter: &'c str,
    /// The segments behind the alias of a link.
    pub(crate) rest: &'c [Cow<'c, str>],
}

/// A handler at work, in a box of its own: all of them in one future would weigh more, and every redirect would make
/// room for them.
pub(super) type Answering<'a> = Pin<Box<dyn Future<Output = Result<Response, Problem>> + 'a>>;

impl<E: Edge, F: ClientInfo> Call<'_, E, F> {
    /// Answers if whoever asks may, and sends what the endpoint takes.
    pub(crate) async fn answer(&self) -> Result<Response, Problem> {
        if self.endpoint.access == Access::Anyone {
            self.endpoint.body.check_media_type(self.client)?;
            return run(self).await;
        }
        Box::pin(self.authorised()).await
    }

    async fn authorised(&self) -> Result<Response, Problem> {
        let may_change = *self.method != Method::GET && *self.method != Method::HEAD;
        let authorized = auth::authorise(self.context, self.client, self.endpoint.access, may_change).await?;
        self.endpoint.body.check_media_type(self.client)?;
        let call = Call { authorized: authorized.as_ref(), ..*self };
        self.context.budget.begin();
        if call.endpoint.is_once { call.run_once().await } else { run(&call).await }
    }

    /// Calls the handler once for each `Idempotency-Key`.
    async fn run_once(&self) -> Result<Response, Problem> {
        let Self { domain, query, body, .. } = *self;
        let request = RepeatableRequest { authorized: self.authorized()?, route: self.endpoint.pattern, domain, query, body };
        run_once(self.context, self.client, request, async |context| run(&Call { context, ..*self }).await).await
    }

    /// The proof that whoever asks may. Every endpoint has one but those for anyone, whose handlers take none.
    pub(super) fn authorized(&self) -> Result<&Authorized, Problem> {
        self.authorized.ok_or_else(|| Problem::internal(format!("{:?} was not authorised", self.endpoint.name)))
    }

    /// Somebody at the address of a link.
    pub(super) fn visit(&self) -> Visit<'_> {
        Visit::new(self.context.now, self.query, self.rest.to_vec(), self.client)
    }
}
