//! hop's product: every decision the shortener makes, on no particular platform.
//!
//! The layers, each of which uses only those below it (`core/tests/architecture.rs` reads the imports):
//!
//! | layer | what it is |
//! |---|---|
//! | `description` | the OpenAPI document, with the feature `docs` alone |
//! | [`app`] | the life of a request: host, route, endpoint, and the work after the response |
//! | [`endpoints`] | the table of endpoints: path, right, body, statuses and handler of each |
//! | [`system`] | what a deployment says of itself: health, capabilities, metrics, robots.txt, security.txt |
//! | [`api`] | the API under `/api/v1`: links, domains, users, keys, audit |
//! | [`redirect`] | following a link: finding it, deciding, opening it with a password |
//! | [`pages`] | what people see: HTML pages and QR codes |
//! | [`auth`] | who makes a request, and the proof of what they may do |
//! | [`context`], [`background`], [`log`] | what every handler is given, the tasks after the response, the log |
//! | [`message`] | HTTP messages: request, path, body, response, problem |
//! | [`store`] | the ports of an edge, and how records, index entries and copies are kept through them |
//! | [`model`] | the words of the product, valid by their types |
//!
//! `memory` is the edge that tests run on. Like the adapters for Workers and Compute it stands outside of the layers.
#![forbid(unsafe_code)]
#![allow(rustdoc::private_intra_doc_links, reason = "the map is for whoever works on hop")]

mod api;
mod app;
mod auth;
mod background;
mod context;
#[cfg(feature = "docs")]
mod description;
pub mod endpoints;
mod log;
#[cfg(any(test, feature = "memory"))]
pub mod memory;
mod message;
mod model;
mod pages;
mod redirect;
pub mod store;
mod system;

pub use app::App;
pub use background::BackgroundWork;
#[cfg(feature = "docs")]
pub use description::describe_api;
pub use endpoints::body_limit;
#[cfg(any(test, feature = "memory"))]
pub use endpoints::who_may_what;
pub use log::log_failure;
pub use message::poll_once::{Pending, poll_once};
pub use message::problem;
pub use message::request::{BODY_LIMIT, BULK_LIMIT, Body, Head, Request};
pub use message::response::Response;
pub use model::time::Timestamp;
pub use model::{alias, csv, domain, field_error, target};
pub use store::ports;
pub use system::status::document as openapi;
