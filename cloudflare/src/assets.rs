//! What lies beside the module, as static assets: what no redirect needs would weigh on every start of it.

use hop_core::ports::StoreError;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;
use worker::Env;

use crate::edge::{binding, message};

const BINDING: &str = "ASSETS";

#[wasm_bindgen]
extern "C" {
    type Assets;

    #[wasm_bindgen(method, catch)]
    async fn fetch(this: &Assets, address: &str) -> Result<JsValue, JsValue>;
}

/// The text of a file. The runtime looks at the path alone, but wants a host before it.
pub(crate) async fn read(env: &Env, file: &str) -> Result<Vec<u8>, StoreError> {
    let missing = |why: &str| StoreError::Unavailable(format!("assets: {file}: {why}"));
    let unavailable = |error: JsValue| missing(&message(&error));
    let assets: Assets = binding(env, BINDING).ok_or_else(|| missing("no binding"))?.unchecked_into();
    let response: Response = assets.fetch(&format!("https://assets/{file}")).await.map_err(unavailable)?.unchecked_into();
    if !response.ok() {
        return Err(missing("not found"));
    }
    let text = JsFuture::from(response.text().map_err(unavailable)?).await.map_err(unavailable)?;
    text.as_string().map(String::into_bytes).ok_or_else(|| missing("no text"))
}
