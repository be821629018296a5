//! The blocklist of hosts: its endpoints, and the check of URLs that are saved. docs/design/blocklist.md has the
//! design.

mod check;
mod create;
mod delete;
mod list;
mod wire;

pub(crate) use check::{SavedUrls, refuse_listed};
#[cfg(feature = "docs")]
pub(crate) use create::NewBlockedHost;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use list::list;

use crate::context::Context;
use crate::model::blocklist::BlockedHost;
use crate::model::domain::Domain;
use crate::store::ports::{Edge, StoreError};
use crate::store::{GuardedRecord, Key};

/// Loads the record of a host, which may be marked as deleted.
async fn load<E: Edge>(context: &Context<'_, E>, host: &Domain) -> Result<Option<Box<GuardedRecord<BlockedHost>>>, StoreError> {
    GuardedRecord::load(context.edge.records(), &Key::blocked_host(host.as_str())).await
}

/// Describes the responses.
#[cfg(feature = "docs")]
pub(super) fn describe_responses(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<wire::BlockedHostJson<'_>>();
    generator.subschema_for::<crate::message::wire::PageJson<'_, wire::BlockedHostJson<'_>>>();
}
