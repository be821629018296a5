//! hop's product: every decision the shortener makes, on no particular platform.
//!
//! The map, in the order a request meets it:
//!
//! * [`request`] what an adapter hands over; [`route`] what its path asks for
//! * [`app`] the life of a request, and what is left to do after it
//! * [`auth`] who is asking and what they may: roles, scopes, one table of rights; [`body`], [`tree`] what was sent, every wrong field named
//! * [`follow`] what visitors do: follow a link, look where it leads, type its password; [`visit`], [`agent`] who they are
//! * [`links`] one verb, one file: create, shorten, batch, import, show, list, export, change, delete, restore
//! * [`domains`] domains beside those of the settings, and where a domain sends visitors who find nothing
//! * [`users`], [`keys`], [`audit`], [`me`] who is let in, with what, and what they did; [`user`] and [`key`] what those are
//! * [`link`], [`spec`], [`alias`], [`target`], [`domain`], [`text`], [`utm`] the words of the product: a value of the type is a valid one
//! * [`absolute_url`] URLs and hosts as browsers read them; [`unicode`] what is known of characters
//! * [`template`], [`destination`] what of a target a visitor fills in, and where that leads
//! * [`rules`], [`card`], [`password`] what a link may say beside its target: whom it leads elsewhere, its preview, who may pass; [`blocked`] what an
//!   admin says of it
//! * [`records`] how links are kept: keys, stored forms, guarded changes, hints, copies
//! * [`memo`] what this isolate answered a moment ago; [`clicks`] how often a link was followed; [`limits`] how much of its limit is left
//! * [`response`], [`wire`], [`error`], [`codes`], [`pages`], [`machines`], [`metrics`] what goes back: JSON, problems, pages, answers for machines
//! * [`qr`], [`png`] a short address as a picture; [`color`] the colours of pictures and pages
//! * [`base64`], [`base58`] encodings of bytes; [`csv`] links as a spreadsheet holds them
//! * [`ports`] what an edge must provide; [`memory`] the edge that tests run on
//! * [`config`] what whoever runs hop decides; [`cors`] which pages of other sites may ask
#![forbid(unsafe_code)]
#![allow(rustdoc::private_intra_doc_links, reason = "the map is for whoever works on hop")]

mod absolute_url;
mod agent;
pub mod alias;
mod app;
mod audit;
mod auth;
mod background;
mod base58;
mod base64;
mod blocked;
mod body;
mod card;
mod clicks;
mod codes;
mod color;
mod compiled_link;
mod config;
mod context;
mod cors;
pub mod csv;
mod cursor;
mod destination;
mod digest;
pub mod domain;
mod domains;
mod draw;
pub mod error;
pub mod field_error;
mod follow;
mod key;
mod keys;
mod limits;
mod link;
mod links;
mod list;
mod log;
mod machines;
mod me;
mod memo;
#[cfg(any(test, feature = "memory"))]
pub mod memory;
mod metrics;
mod once;
mod origins;
mod page_size;
mod pages;
mod password;
mod png;
pub mod ports;
mod preconditions;
mod qr;
pub mod records;
mod request;
mod response;
mod rights;
mod robots;
pub mod route;
mod rules;
mod run_ready;
mod secret;
mod sorted;
mod spec;
pub mod target;
mod template;
mod text;
mod theme;
mod time;
mod tree;
mod unicode;
mod user;
mod users;
mod visit;
mod wire;

pub use app::App;
pub use background::BackgroundWork;
pub use log::log_failure;
#[cfg(any(test, feature = "memory"))]
pub use auth::who_may_what;
pub use machines::document as openapi;
pub use request::{BODY_LIMIT, BULK_LIMIT, Body, Head, Request};
pub use response::Response;
pub use run_ready::{Pending, run_ready};
pub use time::Timestamp;
