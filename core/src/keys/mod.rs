//! What can be done with API keys: one verb, one file.

mod create;
mod list;
mod revoke;
mod show;

pub(crate) use create::create;
pub(crate) use list::list;
pub(crate) use revoke::revoke;
pub(crate) use show::show;
