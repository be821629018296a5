//! The memory edge, in this process.

use std::net::SocketAddr;
use std::time::Duration;

use crate::deployment::{FEW_UNKNOWN_ALIASES, Settings};
use crate::server::{MemoryServer, ServerEdge};
use crate::world::PEPPER;

/// The duration of a slow write.
const SLOW_WRITE: Duration = Duration::from_secs(2);

pub(super) fn start(address: SocketAddr, settings: &Settings) -> MemoryServer {
    let write_delay = if settings.slow_writes { SLOW_WRITE } else { Duration::ZERO };
    let values = settings.settings.clone();
    let admin_key = settings.admin_key;
    let edge = ServerEdge::new(write_delay, settings.without_store, settings.few_unknown_aliases.then_some(FEW_UNKNOWN_ALIASES));
    MemoryServer::start(address, edge, move |name| {
        let setting = values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let secret = if name == "HOP_PEPPER" { Some(PEPPER) } else { admin_key.filter(|_| name == "HOP_ADMIN_KEY") };
        setting.or_else(|| secret.map(str::to_owned))
    })
}
