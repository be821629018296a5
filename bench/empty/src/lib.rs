//! A Worker in Rust that does nothing but redirect: what the runtime, the glue and the SDK cost by themselves.

use wasm_bindgen::JsValue;
use web_sys::{Headers, Request, Response, ResponseInit};
use worker::{Context, Env, event};

#[event(fetch)]
async fn fetch(_: Request, _: Env, _: Context) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.append("location", "https://example.com/")?;
    let head = ResponseInit::new();
    head.set_status(302);
    head.set_headers_headers(&headers);
    Response::new_with_opt_str_and_init(None, &head)
}
