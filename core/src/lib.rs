//! The core of hop: everything the URL shortener decides, independent of the platform it runs on.
//!
//! The layers. Each uses only the layers below it; `core/tests/integration/architecture.rs` checks the imports.
//!
//! | layer | content |
//! |---|---|
//! | `description` | the OpenAPI document, compiled with the feature `docs` only |
//! | [`app`] | the life of a request: host, route, endpoint, and the work after the response |
//! | [`endpoints`] | the table of endpoints: method, path, access, body, statuses and handler of each |
//! | [`system`] | endpoints about the deployment: health, capabilities, metrics, robots.txt, security.txt, dashboard |
//! | [`api`] | the API under `/api/v1`: links, domains, users, keys, audit |
//! | [`redirect`] | following a link: resolve the alias, decide the response, check the password |
//! | [`pages`] | HTML pages and QR codes |
//! | [`auth`] | authentication of the caller, and the proof of what the caller may do |
//! | [`context`], [`background`], [`isolate`] | the context of a request, the tasks after its response, the state of an isolate |
//! | [`stats`], [`log`] | click statistics: the buffer of clicks, and reading the ledger; the log |
//! | [`message`] | HTTP messages: request, path, body, response, problem document |
//! | [`store`] | the ports that an edge implements, and the records, index entries and cached links kept through them |
//! | [`model`] | the domain types, each valid by construction |
//!
//! `memory` is the edge that tests run on. Like the adapters for Workers and Compute it is outside the layers.
#![forbid(unsafe_code)]
#![allow(rustdoc::private_intra_doc_links, reason = "the table of layers is for developers of hop")]

mod api;
mod app;
mod auth;
mod background;
mod context;
#[cfg(feature = "docs")]
mod description;
pub mod endpoints;
mod isolate;
mod log;
#[cfg(any(test, feature = "memory"))]
pub mod memory;
mod message;
mod model;
mod pages;
mod redirect;
mod stats;
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
#[cfg(any(test, feature = "memory"))]
pub use model::rate_limits::rate_limit_table;
pub use model::time::Timestamp;
pub use model::{alias, csv, domain, field_error, target};
pub use store::ports;
