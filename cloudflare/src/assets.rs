//! Static assets, kept outside the WebAssembly module. What no redirect needs would only make the module larger.

use hop_core::ports::StoreError;
use worker::{Env, Error};

const BINDING: &str = "ASSETS";

/// Reads a file. The runtime uses only the path of the URL, but requires a host.
pub(crate) async fn read(env: &Env, file: &str) -> Result<Vec<u8>, StoreError> {
    let missing = |why: &str| StoreError::Unavailable(format!("assets: {file}: {why}"));
    let unavailable = |error: Error| missing(&error.to_string());
    let assets = env.assets(BINDING).map_err(unavailable)?;
    let mut response = assets.fetch(format!("https://assets/{file}"), None).await.map_err(unavailable)?;
    let status = response.status_code();
    let is_success = status / 100 == 2;
    if is_success { response.bytes().await.map_err(unavailable) } else { Err(missing(&format!("status {status}"))) }
}
