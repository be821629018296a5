//! Domain types: links and their settings, users, keys, domains and rules. A value of each type is valid.
//!
//! Nothing here handles a request, uses a store or makes a random number. Of HTTP, this layer knows only the header
//! values and statuses that links and pages need.

pub(crate) mod absolute_url;
pub(crate) mod abuse_report;
pub(crate) mod account_password;
pub(crate) mod agent;
pub mod alias;
pub(crate) mod base58;
pub(crate) mod base64;
pub(crate) mod blocked;
pub(crate) mod blocklist;
pub(crate) mod card;
pub(crate) mod clicks;
pub(crate) mod color;
pub(crate) mod common_passwords;
pub(crate) mod config;
pub mod csv;
pub(crate) mod destination;
pub(crate) mod digest;
pub mod domain;
pub mod field_error;
pub(crate) mod key;
pub(crate) mod ledger_shards;
pub(crate) mod limits;
pub(crate) mod link;
pub(crate) mod link_settings;
pub(crate) mod origins;
pub(crate) mod password;
pub(crate) mod quota;
pub(crate) mod rate_limits;
pub(crate) mod rights;
pub(crate) mod rules;
pub(crate) mod search_words;
pub(crate) mod secret;
pub(crate) mod security_contact;
pub(crate) mod session;
pub(crate) mod sorted;
pub(crate) mod stats;
pub mod target;
pub(crate) mod template;
pub(crate) mod text;
pub(crate) mod theme;
pub(crate) mod time;
pub(crate) mod token_keys;
pub(crate) mod unicode;
pub(crate) mod user;
pub(crate) mod visit;
