//! The API under `/api/v1`: one folder for each kind of resource, one file for each verb. Every handler takes an
//! [`Authorized`](crate::auth::Authorized), which proves that the caller has the right; those of `account` that take a
//! password or a token instead get one from `auth`. Anybody may send a report.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod blocklist;
pub(crate) mod cursor;
pub(crate) mod domains;
pub(crate) mod idempotency;
pub(crate) mod ingest;
pub(crate) mod keys;
pub(crate) mod links;
pub(crate) mod maintenance;
pub(crate) mod me;
pub(crate) mod page_size;
pub(crate) mod pagination;
mod quota;
pub(crate) mod reports;
pub(crate) mod stats;
pub(crate) mod users;

/// Describes the responses.
#[cfg(feature = "docs")]
pub(crate) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    account::describe_responses(generator);
    links::describe_responses(generator);
    domains::describe_responses(generator);
    blocklist::describe_responses(generator);
    reports::describe_responses(generator);
    users::describe_responses(generator);
    keys::describe_responses(generator);
    me::describe_responses(generator);
    audit::describe_responses(generator);
    stats::describe_responses(generator);
    maintenance::describe_responses(generator);
    ingest::describe_responses(generator);
}
