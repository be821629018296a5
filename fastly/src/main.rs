//! hop on Fastly Compute: convert, call the core, convert back.
#![forbid(unsafe_code)]

mod convert;
mod edge;
mod records;

use fastly::handle::client_request_and_body;
use hop_core::{App, BackgroundWork, Head, body_limit, poll_once};

use crate::convert::Visitor;
use crate::edge::{ComputeEdge, Settings};

fn main() {
    let (request, body) = client_request_and_body();
    let visitor = Visitor(request);
    let settings = Settings::open();
    let app = App::new(|name| settings.setting(name), |name| settings.secret(name));
    let edge = ComputeEdge::open();
    let (method, url) = (visitor.method(), visitor.url());
    let head = Head::new(&method, &url);
    let body = convert::body(body, body_limit(&head));
    let request = hop_core::Request { head, client: &visitor, body };
    let (response, after) = poll_once(app.handle(&edge, request)).unwrap_or_else(|pending| (pending.into(), BackgroundWork::default()));
    convert::send(response);
    // Nothing is left to tell anybody: the visitor has gone, and the core has logged what failed.
    let _ = poll_once(app.finish(&edge, after));
}
