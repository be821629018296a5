//! Integration tests of the core: whole requests through `App::handle` on the memory edge, with faults, lag, races and
//! seeded random calls. Single requests as a client sees them are tested by the conformance suite.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod architecture;
mod audit;
mod availability;
mod blocked;
mod blocklist;
mod budget;
mod budget_changes;
mod bulk;
mod changes;
mod click_keys;
mod contract;
mod crashes;
mod credentials;
mod domains;
mod erase;
mod every_input;
mod explain;
mod faults;
mod following;
mod freshness;
mod headers;
mod history;
mod idempotency;
mod ingest;
mod inputs;
mod interleavings;
mod internal;
mod keys;
mod limits;
mod link_cache;
mod link_life;
mod lists;
mod locks;
mod memo;
mod metrics;
mod model;
mod openapi;
mod operations;
mod parameters;
mod people;
mod peppers;
mod properties;
mod quotas;
mod rate_limits;
mod rename;
mod reports;
mod robots;
mod search;
mod secrets;
mod sessions;
mod stats;
mod stored_form;
mod support;
mod tags;
mod takes;
mod threats;
mod transfer;
mod upsert;
mod users;
