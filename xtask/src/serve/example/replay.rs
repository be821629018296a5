//! Sends requests of the example to hop.
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

use super::request::{Request, Response};
use crate::failure::{Failure, Outcome};

/// How long the requests of a part may take.
const TIMEOUT: Duration = Duration::from_secs(300);

/// How requests reach hop.
pub(super) enum Replay {
    /// Through `replay.js`, each at its time.
    AtTheirTimes(Client),
    /// One by one, now.
    Now(Client),
}

pub(super) struct Client {
    agent: Agent,
    port: u16,
    /// The origin of the default domain.
    origin: String,
}

impl Client {
    pub(super) fn new(port: u16, origin: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).max_redirects_will_error(false);
        let agent = config.timeout_global(Some(TIMEOUT)).proxy(None).build().new_agent();
        Self { agent, port, origin: origin.to_owned() }
    }
}

impl Replay {
    /// Fails if there are links. The example changes and deletes links by their aliases, which may be those of others.
    pub(super) fn expect_empty(&self, admin_key: &str) -> Outcome<()> {
        let (Self::AtTheirTimes(client) | Self::Now(client)) = self;
        let request = client.agent.get(format!("http://127.0.0.1:{}/api/v1/links?limit=1", client.port));
        let mut response = request.header("authorization", format!("Bearer {admin_key}")).call().map_err(failed)?;
        let body = response.body_mut().read_to_string().map_err(failed)?;
        let list: Value = serde_json::from_str(&body).unwrap_or_default();
        match list.get("items").and_then(Value::as_array) {
            Some(items) if items.is_empty() => Ok(()),
            Some(_) => Err(Failure::new("there are links already, and example data is only for an empty deployment")
                .advise("`--persist-to DIR` keeps them and fills another folder; `--fresh` deletes all local links and users first.")),
            None => Err(Failure::new(format!("hop does not list its links: {body}"))),
        }
    }

    /// The responses to these requests, in their order.
    pub(super) fn send(&self, requests: &[Request]) -> Outcome<Vec<Response>> {
        match self {
            Self::AtTheirTimes(client) => client.replay(requests),
            Self::Now(client) => requests.iter().map(|request| client.send(request)).collect(),
        }
    }
}

impl Client {
    fn replay(&self, requests: &[Request]) -> Outcome<Vec<Response>> {
        let body: Value = requests.iter().map(|request| request.to_json(&self.origin)).collect();
        let sent = self.agent.post(format!("http://127.0.0.1:{}/", self.port)).header("X-Replay", "1").send(body.to_string());
        let mut response = sent.map_err(failed)?;
        let answers: Vec<Value> = serde_json::from_str(&response.body_mut().read_to_string().map_err(failed)?).unwrap_or_default();
        let response = |answer: &Value| {
            let body = answer.get("body")?.as_str()?.to_owned();
            Some(Response { status: answer.get("status")?.as_u64()?, body })
        };
        let responses: Vec<Response> = answers.iter().filter_map(response).collect();
        if responses.len() == requests.len() {
            return Ok(responses);
        }
        Err(Failure::new("hop failed while it was filled; its last output is above"))
    }

    fn send(&self, request: &Request) -> Outcome<Response> {
        let mut builder =
            ureq::http::Request::builder().method(request.method).uri(format!("http://127.0.0.1:{}/{}", self.port, request.path));
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(domain) = request.domain {
            builder = builder.header("host", domain);
        }
        let built = builder.body(request.body.clone().unwrap_or_default());
        let request = built.map_err(|error| Failure::new(format!("a request of the example cannot be sent: {error}")))?;
        let mut response = self.agent.run(request).map_err(failed)?;
        Ok(Response { status: response.status().as_u16().into(), body: response.body_mut().read_to_string().map_err(failed)? })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is passed to map_err")]
fn failed(error: ureq::Error) -> Failure {
    Failure::new(format!("hop did not answer a request of the example: {error}"))
}
