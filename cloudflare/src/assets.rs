//! Static assets beside the module: what no redirect needs is not instantiated with it.

use hop_core::ports::StoreError;
use worker::{Env, Error};

const BINDING: &str = "ASSETS";

/// The content of a file. The runtime looks at the path alone, but requires a host before it.
pub(crate) async fn read(env: &Env, file: &str) -> Result<Vec<u8>, StoreError> {
    let missing = |why: &str| StoreError::Unavailable(format!("assets: {file}: {why}"));
    let unavailable = |error: Error| missing(&error.to_string());
    let assets = env.assets(BINDING).map_err(unavailable)?;
    let mut response = assets.fetch(format!("https://assets/{file}"), None).await.map_err(unavailable)?;
    let status = response.status_code();
    let is_success = status / 100 == 2;
    if is_success { response.bytes().await.map_err(unavailable) } else { Err(missing(&format!("status {status}"))) }
}
