//! Static assets, kept outside the WebAssembly module. What no redirect needs would only make the module larger.

use hop_core::ports::StoreError;
use worker::{Env, Error};

const BINDING: &str = "ASSETS";

/// Reads a file; nothing if there is none. The runtime uses only the path of the URL, but requires a host.
pub(crate) async fn read(env: &Env, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let failed = |why: &str| StoreError::Unavailable(format!("assets: {name}: {why}"));
    let unavailable = |error: Error| failed(&error.to_string());
    let assets = env.assets(BINDING).map_err(unavailable)?;
    let mut response = assets.fetch(format!("https://assets/{name}"), None).await.map_err(unavailable)?;
    match response.status_code() {
        200..=299 => response.bytes().await.map(Some).map_err(unavailable),
        404 => Ok(None),
        status => Err(failed(&format!("status {status}"))),
    }
}
