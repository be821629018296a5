//! hop on Fastly Compute: converts the request, calls the core, converts the response.
#![forbid(unsafe_code)]

mod assets;
mod convert;
mod edge;
mod records;

use fastly::handle::client_request_and_body;
use hop_core::{App, BackgroundWork, Head, body_limit, poll_once};

use crate::convert::Client;
use crate::edge::{ComputeEdge, Settings};

/// Handles a request. Each request has its own instance.
fn main() {
    let (request, body) = client_request_and_body();
    let client = Client::new(request);
    let settings = Settings::open();
    let app = App::new(|name| settings.setting(name), |name| settings.secret(name));
    let edge = ComputeEdge::open();
    let (method, url) = (client.method(), client.url());
    let head = Head::new(&method, &url);
    let body = convert::body(body, body_limit(&head));
    let request = hop_core::Request { head, client: &client, body };
    let (response, background) =
        poll_once(app.handle(&edge, request)).unwrap_or_else(|pending| (pending.into(), BackgroundWork::default()));
    convert::send(response);
    // The response was sent, and the core has logged failures.
    let _ = poll_once(app.finish(&edge, background));
}
