//! Static assets, kept outside the WebAssembly module. What no redirect needs would only make the module larger.

use hop_core::ports::{AssetStatus, StoreError};
use worker::{Env, Error};

const BINDING: &str = "ASSETS";

/// Reads a file; nothing if there is none. The runtime uses only the path of the URL, but requires a host.
pub(crate) async fn read(env: &Env, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let failed = |why: &str| StoreError::Unavailable(format!("assets: {name}: {why}"));
    let unavailable = |error: Error| failed(&error.to_string());
    let assets = env.assets(BINDING).map_err(unavailable)?;
    let mut response = assets.fetch(format!("https://assets/{name}"), None).await.map_err(unavailable)?;
    match AssetStatus::of(response.status_code()) {
        AssetStatus::Found => response.bytes().await.map(Some).map_err(unavailable),
        AssetStatus::Missing => Ok(None),
        AssetStatus::Failed => Err(failed(&format!("status {}", response.status_code()))),
    }
}
